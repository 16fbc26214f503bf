"""What a holder reads on a phone of 390 pixels fits it, and so does the report."""

import pytest

from infra.mail.render import render
from optex.specimens import specimens
from tests import builders
from tests.command import optex
from tests.live.chromium import NEEDED, blank_page

pytestmark = NEEDED
RATIO = {"ratio": [{"price_from": "0.01", "old": 5, "new": 2}]}
# What sticks out: of the page itself, and of a table within the frame in which it could be pushed to and fro.
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('.wide')]
    .map(each => each.scrollWidth - each.clientWidth).filter(more => more > 0)"""


PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("exchange", [{}, RATIO, {"award": "rsu"}], ids=["one for one", "at a ratio", "units"])
def test_every_letter_fits(exchange):
    """No table has to be pushed to and fro, whatever the letter tells of."""
    with blank_page(**PHONE) as phone:
        for of, notice in specimens(builders.terms(exchange=exchange)).items():
            phone.set_content(render(notice.kind, notice.data)[1])
            assert [] == phone.evaluate(TOO_WIDE), of


def test_the_report_fits(new_offer):
    """Its page is as wide as the phone; a wide table of it stays in its frame."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.closes_at("2003-10-03", "1.27").play()
    report = played.out / "report.html"
    assert 0 == optex("report", played.out, "--out", report).code
    with blank_page(**PHONE) as phone:
        phone.set_content(report.read_text())
        assert 390 == phone.evaluate("document.documentElement.scrollWidth")
