"""The changed keys of offer.toml: which may be amended, as which change, and what each was and is."""

from datetime import timedelta

import pytest

from flows.manual.offer_toml import keys_of
from optex.action import BadAction
from optex.actions import Amend, read_action
from optex.amendable import NAMED, fixed, kind_of
from optex.amended_terms import agree, amended, changed_terms, refused, stated
from optex.calendar import EST
from optex.errors import BadData
from optex.state import OfferState
from optex.terms import Terms
from optex.terms_reader import read_some_terms
from tests import builders
from tests.offers import local

TERMS = builders.terms()
OPEN = OfferState(terms=TERMS)
RIGHT = {"waiting": "consideration", "[plan.term_years]\nemployee": "consideration", "channels": "other",
         "eligible.minimum_price": "decrease"}  # fmt: skip
KEYS = {each.name for each in keys_of(Terms)}


def amendment(terms: str, change: str = "other", at: str = "2003-03-03T10:00", **more: str) -> Amend:
    action = read_action(
        "amend", {"at": local(at), "reason": "It changes.", "change": change, "terms": terms, **more}, EST
    )
    assert isinstance(action, Amend)
    return action


def why_not(terms: str, change: str = "other", **more: str) -> str:
    ruling = amendment(terms, change, **more).refused(OPEN)
    assert ruling is None or "AMD-1" == ruling.rule
    return ruling.reason if ruling else ""


def test_every_key_that_is_named_is_one_of_offer_toml():
    """Each is a key, or a table around some."""
    assert not [name for name in NAMED if name not in KEYS and not any(key.startswith(f"{name}.") for key in KEYS)]


@pytest.mark.parametrize(
    ("text", "key", "done_by"),
    [
        ('offer = "beta"', "offer", "the record knows the offer by it"),
        ('issuer = "Beta, Inc."', "issuer", "optex hold --successor"),
        ("commences = 2003-02-27", "commences", "the offer was opened on it"),
        ("expires = 2003-04-14T17:00:00", "expires", "optex extend --to"),
        ('clock = "America/New_York"', "clock", "every instant that holders were told was read on it"),
        ("extension_deadline = 12:00:00", "extension_deadline", "§15 binds us to it"),
        ("four_eyes = true", "four_eyes", "a control of ours"),
        ("material_days = 1", "material_days", "how long an amendment leaves holders"),
        ('excluded_jurisdictions = ["AU"]', "excluded_jurisdictions", "optex exclude"),
        ('calendar = {closed = [{on = 2003-03-31, reason = "Storm"}]}', "calendar.closed", "optex correct calendar"),
        ("[plan]\nshares_authorized = 1", "plan.shares_authorized", "not amended by an offer"),
        ("[plan.vesting]\ntranches = 1", "plan.vesting.tranches", "not amended by an offer"),
        ('[stock]\nsymbol = "BETA"', "stock.symbol", "what the offer was made with"),
        ("withdrawable_after = 2003-06-30T17:00:00", "withdrawable_after", "does not move (WDR-3)"),
    ],
)
def test_what_no_amendment_changes_is_refused_by_its_name_with_what_does(text, key, done_by):
    """With a month to go, and whatever change it is said to be."""
    for change in ("other", "consideration", "decrease"):
        reason = why_not(text, change)
        assert (True, True) == (f"{key} is not changed by an amendment: " in reason, done_by in reason)


@pytest.mark.parametrize(
    ("text", "change", "said"),
    [
        ("waiting = {months = 12}", "other", "what holders are given changes by waiting.months: state it as "),
        ("[plan.term_years]\nemployee = 7", "decrease", "what holders are given changes by plan.term_years.employee"),
        (
            "eligible.minimum_price = 10.00",
            "consideration",
            "which options are sought changes by eligible.minimum_price",
        ),
        ('channels = ["hand"]', "consideration", "channels changes neither what holders are given nor which options"),
    ],
)
def test_terms_are_told_as_the_change_that_they_are(text, change, said):
    """What is given for an option is the consideration, whatever it is called (Rule 13e-4(f)(1)(ii))."""
    assert why_not(text, change).startswith(said)
    assert "" == why_not(text, RIGHT[text.partition(" ")[0]])


def test_what_is_sought_is_amended_by_itself():
    """So that two percent more, which need no days, never carry what does."""
    assert why_not('eligible.minimum_price = 10.00\nchannels = ["hand"]', "increase", percent="1").endswith(
        "state channels in another amendment"
    )


def test_a_change_in_consideration_leaves_ten_days_and_is_never_immaterial():
    """Told on March 19 its tenth business day is April 1: refused at 5 p.m. of March 31, taken with an extension."""
    late = {"at": "2003-03-19T10:00", "immaterial": "a trifle"}
    reason = why_not("waiting = {months = 12}", "consideration", **late)
    assert reason.startswith("after such a change the offer must stay open ten business days")
    assert reason.endswith("extend it with the amendment (--extend-to)")
    assert "" == why_not("waiting = {months = 12}", "consideration", **late, extend_to="2003-04-02T17:00")


def test_an_immaterial_term_needs_its_reason_and_no_days():
    """A telephone number on the last day."""
    text = '[contact]\nphone = "603 555 0100"'
    assert "must stay open five business days" in why_not(text, at="2003-03-31T10:00")
    assert "" == why_not(text, at="2003-03-31T10:00", immaterial="nobody decides by it")


def test_what_stands_so_already_is_no_amendment():
    """Six months are the terms' own."""
    assert "the terms stand so already, and nothing would change" == why_not("waiting = {months = 6}", "consideration")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("waiting = {months = 12}\nreminder = [1]\n", "new.toml:2: reminder: unknown key: did you mean reminders?"),
        ("\n[plan.term_years]\nemployee = 'ten'\n", "new.toml:3: plan.term_years.employee: 'ten' cannot be taken"),
        ("channels = [\n", "new.toml:2: TOML: Invalid value"),
        ("[[calendar.closed]]\non = 2003-03-31\n", "new.toml:1: calendar.closed.0.reason: missing"),
        ("[contact]\nemail = 'nobody'\n", "new.toml:2: contact.email: 'nobody' cannot be taken"),
    ],
)
def test_faults_are_told_by_file_and_line(text, fault):
    """Of what is stated; what is left out stands as it is and is not missed."""
    with pytest.raises(BadData) as refused_:
        read_some_terms(text, "new.toml")
    assert str(refused_.value.faults[0]).startswith(fault)
    with pytest.raises(BadAction, match="terms: terms:"):
        amendment(text)


def test_keys_that_do_not_agree_are_refused():
    """A reminder named twice is a fault of no key by itself."""
    assert "terms:1: reminders: names a day twice, expected each number of business days once" == why_not(
        "reminders = [1, 1]"
    )


def test_tables_are_merged_and_lists_replaced():
    """Of `waiting` the day stays one; of the channels those stated are all."""
    after = amended(TERMS, 'channels = ["hand"]\nwaiting = {months = 12}\n')
    assert (12, 1, ("hand",)) == (after.waiting.months, after.waiting.days, after.channels)
    assert [("Channels", "fax, hand", "hand"), ("Waiting: months", "6", "12")] == [
        (each.name, each.before, each.after) for each in changed_terms(TERMS, after)
    ]


def test_what_was_worked_out_from_the_terms_is_worked_out_anew():
    """The look-back of six months from August 28, 2002, is one of a year."""
    assert ("2002-08-28", "2002-02-28") == (
        TERMS.lookback_from.isoformat(),
        amended(TERMS, "lookback = {months = 12}").lookback_from.isoformat(),
    )


def test_the_state_after_an_amendment_has_its_terms_and_its_expiration():
    """One after the other: what the first changed the second leaves."""
    first = amendment("waiting = {months = 12}", "consideration", extend_to="2003-04-14T17:00")
    state = amendment('channels = ["hand"]').apply(first.apply(OPEN))
    assert (12, ("hand",), local("2003-04-14T17:00"), 2) == (
        state.terms.waiting.months,
        state.terms.channels,
        state.terms.expires,
        state.amendments,
    )


def test_a_file_agrees_as_made_or_as_amended():
    """Whoever writes the amendment into offer.toml may leave the expiration, which an extension has moved."""
    now = amended(TERMS, "waiting = {months = 12}").extended(TERMS.expires + timedelta(days=7))
    assert agree(TERMS, TERMS, now)
    assert agree(now, TERMS, now)
    assert agree(amended(TERMS, "waiting = {months = 12}"), TERMS, now)
    assert not agree(amended(TERMS, "waiting = {months = 9}"), TERMS, now)


def test_the_record_tells_what_was_stated():
    """On one line, by its keys."""
    assert "waiting.months = 12, channels = fax, hand" == stated('waiting = {months = 12}\nchannels = ["fax", "hand"]')
    assert (None, "other") == (fixed("reminders"), kind_of("reminders"))
    assert refused(TERMS, "other", "reminders = [7]") is None
