"""The Election Form and the Notice to Change Election: what they say, and with which letters they go."""

import asyncio
import email
import re
from datetime import UTC, date, datetime
from email import policy
from html import unescape

import pytest
from jinja2 import TemplateError

from infra.database.engine import engine_for
from infra.handlers.intake import load_folder
from infra.mail.delivery import deliver
from infra.mail.enclosures import enclosures
from infra.mail.render import TEMPLATES, template_faults
from infra.workspace import Workspace
from optex import notices
from optex.milestones import schedule_of
from optex.records import OptionType
from optex.specimens import specimens
from tests import builders
from tests.optex.test_authority import SECTIONS, occurs

CONTACT = {
    "title": "Chief Financial Officer",
    "phone": "(603) 635-5160",
    "fax": "(603) 635-5260",
    "address": "33 Bridge Street, Pelham, NH 03076",
}
TERMS = builders.terms(withdrawable_after="2003-04-28T17:00:00", contact=CONTACT)
HOLDER = builders.holder("H-017", "Zoë O'Brien & Co")
OLD = builders.grant("G-0017", holder_id="H-017", granted_on=date(2000, 3, 15), shares=12_000, exercised=2_000)
RECENT = builders.grant(
    "G-0170", holder_id="H-017", granted_on=date(2002, 9, 3), shares=1_500, price="2.10", type=OptionType.NSO
)


def enclosed(*grants, terms=TERMS, templates=None):
    """The words of the election form and of the notice, as a reader of the pages sees them."""
    opened = notices.offer_opened(terms, schedule_of(terms), HOLDER, grants)
    return [words(each.html) for each in enclosures(opened.kind, opened.data, templates)]


def words(page):
    return " ".join(unescape(re.sub(r"<style.*?</style>|<title>.*?</title>|<[^>]+>", " ", page, flags=re.S)).split())


def test_the_election_form_states_for_every_option_what_section_5_asks_for():
    """Name, original shares, grant date, price, shares exercised; how many are tendered is left to the pen (TND-4)."""
    form, _ = enclosed(OLD, RECENT)
    assert "Name of the option holder, as on the option agreement or agreements: Zoë O'Brien & Co" in form
    assert (
        "Option Granted on Type Exercise price Original shares Shares exercised May be tendered "
        "Shares tendered for cancellation "
        "G-0017 March 15, 2000 ISO $4.25 12,000 2,000 10,000 "
        "G-0170 * September 3, 2002 NSO $2.10 1,500 0 1,500 * Granted since August 28, 2002"
    ) in form


def test_the_forms_say_where_and_by_when_and_who_signs():
    """Fax and hand, the expiration on the offer's clock, signature and date; title and evidence of another signer."""
    for form in enclosed(OLD):
        assert "before Monday, March 31, 2003 at 5:00 p.m. Eastern Standard Time , or, if we extend the offer" in form
        assert (
            "Deliver it by facsimile to (603) 635-5260 or by hand delivery to James Polakiewicz, "
            "Chief Financial Officer, 33 Bridge Street, Pelham, NH 03076." in form
        )
        assert "Signature of Zoë O'Brien & Co, or of whoever signs for this holder Date of signing" in form
        assert "Only if somebody else signs: name and full title Evidence of authority enclosed" in form


def test_the_notice_withdraws_the_whole_tender():
    """All of it, no option named; also after April 28 if nothing was accepted by then (WDR-1, WDR-3)."""
    _, notice = enclosed(OLD)
    assert notice.count("Notice to Change Election From Accept to Reject") == 2  # its title, and what it quotes
    assert "now withdraw my whole tender : for every option that I have tendered" in notice
    assert "by Monday, April 28, 2003 at 5:00 p.m. Eastern Standard Time (6:00 p.m. Eastern Daylight Time)" in notice
    assert "G-0017" not in notice


@pytest.mark.parametrize(
    ("omitted", "said"),
    [
        ("include", "If you leave it out, we will add it to your tender"),
        ("defect", "A form that leaves it out is not proper until this is cured"),
    ],
)
def test_an_option_in_the_look_back_is_marked(omitted, said):
    """It must be tendered whole if anything is, and what happens if it is left out is a term (TND-3)."""
    terms = builders.terms(lookback={"months": 6, "omitted": omitted})
    form, _ = enclosed(OLD, RECENT, terms=terms)
    assert "if you tender anything, this one must be tendered too, and whole (Section 2)" in form
    assert said in form
    assert "*" not in enclosed(OLD, terms=terms)[0]
    assert "*" not in enclosed(OLD, RECENT, terms=builders.terms(lookback={"months": 0}))[0]


def test_whatever_the_forms_quote_stands_in_the_section_named_after_it():
    """Verbatim, with an ellipsis where words are left out (REC-5)."""
    pages = "".join((TEMPLATES / name).read_text() for name in ("form.html", "election-form.html"))
    pages += (TEMPLATES / "notice-to-change.html").read_text()
    quoted = re.findall(r"“([^”]+)”\s*\(Section (\d+)\)", pages)
    assert pages.count("“") == len(quoted) == 6
    assert [] == [words for words, section in quoted if not occurs(words, SECTIONS[f"§{section}"])]


def test_only_the_opening_has_forms_enclosed_and_only_for_options():
    """None with any other kind of letter, and none for a holder without an option."""
    with_forms = [kind for kind, each in specimens(TERMS).items() if enclosures(each.kind, each.data)]
    assert ["offer-opened"] == with_forms
    assert [] == enclosed()


def test_a_form_in_the_offer_s_own_words(tmp_path):
    """A file of its name in the folder's templates takes the place of ours; a fault in it is found by `check`."""
    (tmp_path / "election-form.html").write_text("Own form of {{ holder.name }}")
    (tmp_path / "notes.html").write_text("{% not a template of ours")
    assert "Own form of Zoë O'Brien & Co" == enclosed(OLD, templates=tmp_path)[0]
    assert [] == template_faults(tmp_path)
    (tmp_path / "election-form.html").write_text("\n{% if %}")
    assert [(f"{tmp_path.name}/election-form.html", 2)] == [(f.file, f.line) for f in template_faults(tmp_path)]


def test_a_form_that_cannot_be_written_is_an_error(tmp_path):
    """As with a letter: the opening is not sent without it."""
    (tmp_path / "election-form.html").write_text("{{ nothing_of_that_name }}")
    with pytest.raises(TemplateError, match=r"election-form\.html, line 1"):
        enclosed(OLD, templates=tmp_path)


def test_the_forms_are_attached_to_the_mail_of_the_opening(folder, database_url, tmp_path):
    """A letter in two versions, and two files beside it; the same bytes when it is sent again."""
    offer, at = folder.read(), datetime(2003, 2, 28, 14, tzinfo=UTC)
    workspace = Workspace(offer="alpha-2003", database_url=database_url, mail_dir=tmp_path / "mail")
    load_folder(workspace.engine, offer, at)
    with workspace.write() as db:
        state = db.state()
        opening = notices.offer_opened(state.terms, state.schedule, offer.holders[0], offer.grants[:2])
        db.queue_notices([opening], at)
    asyncio.run(deliver(workspace))
    workspace.engine.dispose()
    engine_for.cache_clear()
    [sent] = (tmp_path / "mail").glob("*.eml")
    message = email.message_from_bytes(sent.read_bytes(), policy=policy.default)
    letter, *files = message.iter_parts()
    assert ("multipart/mixed", "multipart/alternative") == (message.get_content_type(), letter.get_content_type())
    assert ["text/plain", "text/html"] == [each.get_content_type() for each in letter.iter_parts()]
    assert ["election-form.html", "notice-to-change-election.html"] == [each.get_filename() for each in files]
    assert {("text/html", "attachment")} == {
        (each.get_content_type(), each.get_content_disposition()) for each in files
    }
    assert [each.html for each in enclosures(opening.kind, opening.data)] == [
        each.get_content().replace("\r\n", "\n").rstrip("\n") for each in files
    ]
    assert "G1" in files[0].get_content()
    assert [] == message.defects
    assert len(sent.read_bytes()) < 40_000
