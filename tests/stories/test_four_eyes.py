"""With four eyes the acceptance and the grant wait for somebody whose record they do not rest on (REC-4)."""

import asyncio
from dataclasses import replace

import pytest

from infra.handlers.actions import record_action
from infra.handlers.forms import record_forms
from infra.ledgers.export import export
from optex.actions import read_action
from optex.calendar import EST
from tests.driver import run_body
from tests.offers import local


@pytest.fixture
def waiting(new_offer):
    """Everything is set for the acceptance of April 1, which waits for the approval that the script holds."""
    offer = new_offer(four_eyes=True)
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    offer.happens(
        "2003-03-12T10:00:00", "service-set", by="Hana Reed", holder="H1", capacity="director", from_="2001-01-01"
    )
    offer.happens("2003-03-17T10:00:00", "defer", by="Carl Vance", holder="H1", shares=50, type="NSO")
    offer.happens("2003-12-01T10:00:00", "approve", step="cancel", by="Nobody")
    offer.happens("2003-12-01T10:00:00", "approve", step="regrant", by="Nobody")
    return offer.closes_at("2003-10-03", "1.27").play(until="2003-04-01T12:00:00")


def approve(played, step, by, when="2003-04-01T12:00:00"):
    with played.workspace() as workspace, workspace.write() as db:
        result = record_action(db, read_action("approve", {"step": step, "by": by, "at": local(when)}, EST))
    return result.accepted, result.ruling.reason


def run(played, name, when):
    """A step by the body of its flow, at an instant, and the ledgers written anew."""
    with played.workspace() as workspace:
        with workspace.read() as db:
            step = db.step(name)
        asyncio.run(run_body(workspace.offer, step, local(when)))
        with workspace.read() as db:
            export(db, played.out / "ledgers")


def outcome(played, name):
    return played.milestone(name)[-1][1]


def test_the_acceptance_waits(waiting):
    """Held, and it says for whom."""
    assert "held" == outcome(waiting, "cancel")
    [held] = waiting.column("audit", "detail", action="cancel held")
    assert held.startswith(
        "waits for the approval of a person who put on record nothing that it rests on, and whom it does not favour: "
        "1,000 option shares would be cancelled on 2003-04-01"
    )


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("hana  reed", "hana  reed put on record what it rests on (service-set)"),
        ("Carl Vance", "Carl Vance put on record what it rests on (defer)"),
        ("Ann Lee", "it favours Ann Lee (H1)"),
    ],
)
def test_who_recorded_a_fact_or_tendered_does_not_approve(waiting, by, why):
    """The refusal names whose record it was."""
    assert (False, f"{why}: another person must approve it (four_eyes)") == approve(waiting, "cancel", by)


@pytest.mark.parametrize("by", ["Ruth Counsel", "Bo Ray"])
def test_somebody_else_approves(waiting, by):
    """Also a holder who has tendered nothing."""
    assert approve(waiting, "cancel", by)[0]
    run(waiting, "cancel", "2003-04-01T12:01:00")
    assert "done" == outcome(waiting, "cancel")


def test_who_keyed_in_a_form_does_not_approve(waiting):
    """The clerk of a form that came to nothing recorded what the acceptance rests on all the same."""
    with waiting.workspace() as workspace, workspace.write() as db:
        [form] = db.holder_records(["H1"])[0].forms
        again = replace(form, form_id="F9", received_at=local("2003-03-20T10:00:00"))
        record_forms(db, [again], local("2003-04-01T11:00:00"), by="Kim Clerk")
    assert (
        False,
        "Kim Clerk put on record what it rests on (F9): another person must approve it (four_eyes)",
    ) == approve(waiting, "cancel", "Kim Clerk")


def test_the_grant_waits_too(waiting):
    """Who approved the acceptance may approve the grant, who set the price may not, nor whom it was promised to."""
    approve(waiting, "cancel", "Ruth Counsel")
    for name, at in (
        ("cancel", "2003-04-01T12:01:00"),
        ("recheck-employment", "2003-10-03T09:00:00"),
    ):
        run(waiting, name, at)
    with waiting.workspace() as workspace, workspace.write() as db:
        price = {"on": "2003-10-03", "close": "1.27", "by": "Ian Hull", "at": local("2003-10-03T16:30:00")}
        assert record_action(db, read_action("price-set", price, EST)).accepted
    run(waiting, "regrant", "2003-10-03T17:00:00")
    assert "held" == outcome(waiting, "regrant")
    when = "2003-10-03T17:05:00"
    assert "Ian Hull put on record" in approve(waiting, "regrant", "Ian Hull", when)[1]
    assert "it favours Ann Lee (H1)" in approve(waiting, "regrant", "Ann Lee", when)[1]
    assert approve(waiting, "regrant", "Ruth Counsel", when)[0]
    run(waiting, "regrant", "2003-10-03T17:06:00")
    assert ["D-1-N", "G1-N"] == waiting.column("new_options", "grant_id")


def test_a_play_without_approvals_rehearses(new_offer):
    """As with `require_approval`: nothing is held."""
    offer = new_offer(four_eyes=True).holder("H1", "Ann Lee").grant("G1", 100)
    played = offer.tenders("F1", "2003-03-10T10:00:00", G1=100).closes_at("2003-10-03", "1.27").play()
    assert ["G1-N"] == played.column("new_options", "grant_id")
