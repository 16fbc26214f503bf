"""How long the offer is open: a late opening that leaves too few business days, an extension past thirty days."""

import json

import pytest

from infra.folder.reader import read_folder
from infra.handlers.actions import record_action
from infra.handlers.intake import load_folder
from infra.status.attention import attention
from infra.status.offer_status import offer_status
from infra.workspace import workspace_in
from optex.actions import Amend, Extend
from tests.flows.test_cli import optex
from tests.offers import local


def opened(new_offer, at):
    """An offer that should have opened on February 28, and did so at another instant: what the step said, and it."""
    played = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).play(until="2003-02-27T12:00:00")
    return played.run("open", at).message, played


def urgent(played, at):
    with played.workspace() as workspace, workspace.read() as db:
        return [said for said in attention(offer_status(db, local(at))) if "business days" in said]


def acts(played, action):
    """What an act comes to, told as the person who does it hears it."""
    with played.workspace() as workspace, workspace.write() as db:
        result = record_action(db, action)
    assert result.accepted, result.message
    return result.message


def test_an_offer_that_opens_too_late_says_by_how_much_until_it_is_extended(new_offer):
    """Opened on Tuesday, March 4, the twentieth business day is March 31, which ends at 5 p.m. (AMD-1)."""
    short = (
        "he offer opened on March 4, 2003 only, not on February 28, 2003, and is open for 19 whole business days of 20,"
        " short by seven hours; the earliest expiration that would do is midnight at the end of March 31, 2003 "
        "(2003-03-31 24:00 EST), or 2003-04-01 17:00 EST"
    )
    said, played = opened(new_offer, "2003-03-04T09:00:00")
    assert f"Opened: 1 eligible holder told. Warning: AMD-1: t{short}" == said
    assert [f"T{short}."] == urgent(played, "2003-03-05T12:00:00")
    acts(played, Extend(at=local("2003-03-05T13:00:00"), to=local("2003-04-01T00:00:00")))
    assert [] == urgent(played, "2003-03-05T14:00:00")


def test_an_offer_that_opens_a_day_late_may_still_be_open_long_enough(new_offer):
    """Opened on Monday, March 3, it has had twenty whole business days on Friday the 28th."""
    said, played = opened(new_offer, "2003-03-03T15:00:00")
    assert "Opened: 1 eligible holder told" == said
    assert [] == urgent(played, "2003-03-05T12:00:00")


def test_check_and_plan_of_an_offer_taken_in_count_from_the_opening_that_took_place(new_offer):
    """By the folder alone there is no warning of AMD-1; opened on March 4 there is, until the offer is extended."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    folder = offer.write()

    def warned(verb):
        """What the command warns of as AMD-1, on a screen as in the JSON."""
        printed = " ".join(optex(verb, folder).stdout.split())
        found = [each["message"] for each in json.loads(optex(verb, folder, "--json").stdout)["warnings"]]
        return [said for said in found if "whole business days" in said and said in printed]

    assert [[], []] == [warned("check"), warned("plan")]
    books = workspace_in(folder)
    load_folder(books.engine, read_folder(folder), local("2003-02-27T12:00:00"))
    with books.write() as db:
        db.update_offer(opened_at=local("2003-03-04T09:00:00"))
    for verb in ("check", "plan"):
        [said] = warned(verb)
        assert said.startswith(
            "the offer opened on March 4, 2003 only, not on February 28, 2003, and is open for 19 whole business days "
            "of 20, short by seven hours"
        )
    shown = {"by": "Ruth Counsel", "evidence": "The press release."}
    with books.write() as db:
        record_action(db, Extend(at=local("2003-03-05T13:00:00"), to=local("2003-04-01T00:00:00"), **shown))
    assert [[], []] == [warned("check"), warned("plan")]


@pytest.fixture
def of_four_weeks(new_offer):
    """Open through March 28, the 29th calendar day, with an ISO outstanding and a nonqualified option."""

    def made(type):
        offer = new_offer(expires="2003-03-28T17:00:00").holder("H1", "Ann Lee").grant("G1", 1000, type=type)
        return offer.play(until="2003-03-20T12:00:00")

    return made


ISO = (
    "Warning: ISO-1: the offer is open for 32 calendar days with 1 ISO outstanding: at 30 days or more it may count as "
    "a modification of the ISOs of holders who do not even accept (Treas. Reg. 1.424-1(e)(4)(iii))."
)


def test_an_extension_past_thirty_days_warns_of_isos(of_four_weeks):
    """To March 31 it is open for 32 calendar days; it is said once, by the extension that brings it past thirty."""
    played = of_four_weeks("ISO")
    first = Extend(at=local("2003-03-21T10:00:00"), to=local("2003-03-31T17:00:00"))
    assert acts(played, first).endswith(f"1 holder told. {ISO}")
    assert "ISO-1" not in acts(played, Extend(at=local("2003-03-24T10:00:00"), to=local("2003-04-07T17:00:00")))


def test_so_does_an_amendment_that_extends(of_four_weeks):
    """The warning stands between what the extension and what the amendment came to."""
    amendment = Amend(
        at=local("2003-03-26T10:00:00"), change="other", extend_to=local("2003-03-31T17:00:00"), reason="More.",
        immaterial="It is the same.",
    )  # fmt: skip
    assert f"{ISO} 1 holder told of the amendment." in acts(of_four_weeks("ISO"), amendment)


def test_without_isos_or_short_of_thirty_days_nothing_is_said(new_offer, of_four_weeks):
    """Nonqualified options are nobody's concern here, nor is an extension from 27 days to 29."""
    extension = Extend(at=local("2003-03-21T10:00:00"), to=local("2003-03-31T17:00:00"))
    assert "ISO-1" not in acts(of_four_weeks("NSO"), extension)
    shorter = new_offer(expires="2003-03-26T17:00:00").holder("H1", "Ann Lee").grant("G1", 1000, type="ISO")
    to_28th = Extend(at=local("2003-03-21T10:00:00"), to=local("2003-03-28T17:00:00"))
    assert "ISO-1" not in acts(shorter.play(until="2003-03-20T12:00:00"), to_28th)
