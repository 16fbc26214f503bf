"""A specimen of every kind of letter, and previews with a holder's own options."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from optex.notices import Kind
from optex.previews import ALL_TENDERED, previews
from optex.records import Form, FormKind, FormLine, HolderRecord
from optex.specimens import HOLDER, specimens
from optex.state import OfferState
from tests import builders

TERMS = builders.terms(withdrawable_after="2003-04-28T17:00:00", form_details="if_stated")
STATE = OfferState(terms=TERMS)
ANN = builders.holder("H1", "Ann Lee")
OLD = builders.grant("G1", granted_on=date(2000, 3, 15), shares=1_000, exercised=100)
RECENT = builders.grant("G2", granted_on=date(2002, 9, 3), shares=500)


def record(*forms, grants=(OLD, RECENT), periods=None, holder=ANN):
    periods = (builders.period(),) if periods is None else periods
    return HolderRecord(
        holder=holder, service_periods=periods, grants={each.grant_id: each for each in grants}, forms=forms
    )


def form(form_id="F1", kind=FormKind.ELECTION, day=10, **shares):
    return Form(
        form_id=form_id,
        holder_id="H1",
        kind=kind,
        received_at=datetime(2003, 3, day, 15, tzinfo=UTC),
        signed_on=date(2003, 3, day),
        signed_as="Ann Lee",
        channel="fax",
        lines=tuple(FormLine(grant_id=grant_id, shares=tendered) for grant_id, tendered in shares.items()),
    )


def test_every_kind_has_a_specimen():
    """Also whatever kind is added: the filing has each form of letter as an exhibit."""
    assert set(Kind) == specimens(TERMS).keys()


@pytest.mark.parametrize("kind", Kind)
def test_a_specimen_is_to_nobody_and_a_preview_to_its_holder(kind):
    """The name stands in each, and no id of nobody's in a holder's own."""
    assert HOLDER.name == specimens(TERMS)[kind].data["holder"]["name"]
    own = previews(STATE, record())[kind].notice
    assert ("Ann Lee", "H1") == (own.data["holder"]["name"], own.holder_id)
    assert "G-000" not in str(own.data)


def test_a_preview_states_what_the_holder_tendered():
    """800 of G1 by F1, and G2 by the look-back: 1,300 promised, and as many granted."""
    shown = previews(STATE, record(form(G1=800)))
    assert [("G1", 800, False), ("G2", 500, True)] == [
        (each["grant_id"], each["shares"], each["added"]) for each in shown[Kind.REMINDER].notice.data["tenders"]
    ]
    assert "F1" == shown[Kind.CONFIRMATION].notice.data["form"]["form_id"]
    assert 1_300 == shown[Kind.ACCEPTANCE].notice.data["promise"]["shares"] == shown[Kind.GRANT].notice.data["shares"]
    assert [False, False, False] == [shown[kind].specimen for kind in list(Kind)[:3]]
    assert (True, "acceptance on the planned day") == (
        shown[Kind.ACCEPTANCE].specimen,
        shown[Kind.ACCEPTANCE].supposes,
    )


def test_before_anybody_has_tendered_a_promise_supposes_that_everything_is():
    """The reminder says that nothing is tendered yet; the acceptance is of all 1,400 shares, and is a specimen."""
    shown = previews(STATE, record())
    assert [] == shown[Kind.REMINDER].notice.data["tenders"]
    assert 1_400 == shown[Kind.ACCEPTANCE].notice.data["promise"]["shares"]
    assert f"{ALL_TENDERED}, and acceptance on the planned day" == shown[Kind.ACCEPTANCE].supposes
    assert ALL_TENDERED == shown[Kind.CONFIRMATION].supposes
    assert ("", "an extension by two weeks") == (shown[Kind.REMINDER].supposes, shown[Kind.EXTENSION].supposes)


def test_whoever_withdrew_has_a_confirmation_of_that():
    """The last form is the notice, and nothing stands tendered."""
    shown = previews(STATE, record(form(G1=800), form("W1", FormKind.WITHDRAWAL, day=12)))
    confirmed = shown[Kind.CONFIRMATION].notice.data["form"]
    assert ("W1", "withdrawal") == (confirmed["form_id"], confirmed["kind"])
    assert [] == shown[Kind.REMINDER].notice.data["tenders"]


def test_a_form_that_has_not_come_yet_counts():
    """A folder holds forms that come later; a late one is late here, too."""
    shown = previews(STATE, record(form("F9", day=31, G1=800)))
    assert "effective" == shown[Kind.CONFIRMATION].notice.data["standing"]
    late = form("F9", day=31, G1=800)
    late = previews(STATE, record(replace(late, received_at=datetime(2003, 3, 31, 22, tzinfo=UTC))))
    assert "late" == late[Kind.CONFIRMATION].notice.data["standing"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"grants": ()}, "Ann Lee holds none that the offer is about"),
        ({"periods": ()}, "Ann Lee may not tender: Not in service on February 28, 2003, the day the offer commenced."),
    ],
)
def test_whom_the_offer_is_not_made_to_has_specimens_only(changes, why):
    """Each is of nobody in particular, and says why."""
    shown = previews(STATE, record(**changes))
    assert {f"made-up options of nobody in particular, for {why}"} == {each.of for each in shown.values()}
    assert all(each.specimen for each in shown.values())


def test_the_grant_of_an_owner_of_more_than_ten_percent_is_priced_so():
    """110% of the made-up close of $1.00, on what of the options stays an ISO."""
    owner = builders.holder("H1", "Ann Lee", voting_percent="12.5")
    options = previews(STATE, record(holder=owner))[Kind.GRANT].notice.data["options"]
    assert {("ISO", Decimal("1.10"))} == {(each["type"], Decimal(each["price"])) for each in options}


@pytest.mark.parametrize("price", [10, 50])
def test_specimens_state_what_the_ratio_gives(price):
    """777 and 1,500 shares at 5 for 2 are 310 and 600, in whichever tier; one that gives nothing is left out."""
    terms = builders.terms(exchange={"ratio": [{"price_from": price, "old": 5, "new": 2}]})
    assert 910 == specimens(terms)[Kind.ACCEPTANCE].data["promise"]["shares"]
    coarse = builders.terms(exchange={"ratio": [{"price_from": price, "old": 1_000, "new": 1}]})
    assert 1 == specimens(coarse)[Kind.ACCEPTANCE].data["promise"]["shares"]
