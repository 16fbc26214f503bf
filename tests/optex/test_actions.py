"""What may be done to an offer: the same classes for the command line, the script and the forms of the UI."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from optex.action import Action, BadAction
from optex.actions import ACTIONS, read_action, recorded_action
from optex.calendar import EST, NEW_YORK
from optex.records import Capacity, OptionType

AT = datetime(2003, 4, 1, 12, 30, tzinfo=UTC)
GOOD = {
    "extend": {"to": "2003-04-14T17:00", "reason": "more time"},
    "amend": {
        "change": "increase",
        "percent": "2.5",
        "extend_to": "2003-04-14T17:00",
        "reason": "more options",
        "immaterial": "a typing error",
    },
    "terminate": {"number": 4, "reason": "a merger", "evidence": "a proposal"},
    "condition-assert": {"number": 4, "evidence": "a proposal"},
    "condition-waive": {"number": "4", "immaterial": "the bid was of no account"},
    "condition-end": {"number": 5},
    "election-waive": {"form": "F1", "reason": "a slip of the pen", "all_holders": True},
    "service-set": {"holder": "H1", "capacity": "consultant", "from": "2003-04-01", "to": "2003-06-30"},
    "service-end": {"holder": "H1", "last_day": "2003-06-30"},
    "price-set": {"on": "2003-10-03", "close": "1.05"},
    "split": {"on": "2003-06-02", "new": 3, "old": "2"},
    "defer": {"holder": "H1", "shares": "500", "type": "NSO"},
    "committee-grant-date": {"on": "2003-10-06", "reason": "a blackout"},
    "agreement-signed": {"grant": "G1-N", "on": "2003-10-08"},
    "hold": {"reason": "a prohibition", "successor": "Acme Corp."},
    "release": {"reason": "it was lifted"},
    "prohibit": {"reason": "an injunction for good"},
    "approve": {"step": "cancel"},
    "correct-holder": {"holder": "H1", "email": "none", "voting_percent": "10.5", "reason": "a slip"},
    "correct-grant": {"grant": "G1", "exercised": 100, "price": "12.50", "vesting": "none", "reason": "told late"},
    "correct-form": {
        "form": "F1",
        "signed_on": "none",
        "option": ["G1:100:1000:2000-05-16:12.50:0"],
        "reason": "a slip",
    },
    "correct-service": {
        "holder": "H1",
        "capacity": "employee",
        "from": "1999-01-04",
        "to": "2003-06-30",
        "reason": "a slip",
    },
    "correct-price": {"on": "2003-10-03", "close": "1.05", "reason": "misread"},
    "correct-calendar": {"on": "2003-04-01", "calendar": "both", "reason": "a day of mourning"},
    "exclude": {"jurisdiction": "CA-QC", "reason": "its law does not permit it", "remove": True},
    "reject": {"form": "F1", "reason": "a court forbade it"},
    "notice-delivered": {"notice": "offer-opened:H1", "on": "2003-03-03", "how": "hand"},
    "notice-bounced": {"notice": "offer-opened:H1", "reason": "550 No such user"},
    "settle": {"grant": "G1-N", "as": "stand", "reason": "counsel so advised"},
}


def _problems(verb, options, zone=EST):
    with pytest.raises(BadAction) as caught:
        read_action(verb, {"at": AT, **options}, zone)
    return {key: problem for key, problem, _ in caught.value.problems}


def test_every_verb_of_the_manual_has_its_model():
    """The verbs are those of the manual, and no other."""
    assert set(GOOD) == set(ACTIONS)


@pytest.mark.parametrize("verb", GOOD)
def test_an_action_survives_being_written_as_json(verb):
    """What is stored of an action is read back as the same action, whatever the clock of the reader."""
    action = read_action(verb, {"at": AT, "by": "Ops", **GOOD[verb]}, EST)
    stored = json.loads(json.dumps(action.data))
    assert action == read_action(verb, {"at": AT, "by": "Ops", **stored}, NEW_YORK)
    assert action == recorded_action(verb, stored, "Ops", AT)


def test_text_and_typed_values_say_the_same():
    """An option as text from a command reads like the typed value of a script."""
    text = read_action("price set", {"at": "2003-04-01T07:30", "on": "2003-10-03", "close": "1.05"}, EST)
    typed = read_action("price-set", {"at": AT, "on": date(2003, 10, 3), "close": Decimal("1.05")}, EST)
    assert text == typed
    assert (AT, Decimal("1.05")) == (text.at, text.close)


def test_an_instant_without_an_offset_is_on_the_clock():
    """5 p.m. on April 14, 2003 is 22:00Z by the fixed clock, 21:00Z on the wall, and as its offset says."""
    for to, zone, hour in (
        ("2003-04-14T17:00", EST, 22),
        ("2003-04-14 17:00:00", NEW_YORK, 21),
        (datetime(2003, 4, 14, 17, tzinfo=EST).replace(tzinfo=None), NEW_YORK, 21),
        ("2003-04-14T17:00Z", EST, 17),
        ("2003-04-14T17:00-04:00", EST, 21),
    ):
        assert datetime(2003, 4, 14, hour, tzinfo=UTC) == read_action("extend", {"at": AT, "to": to}, zone).to


@pytest.mark.parametrize(
    ("hour", "to"),
    [
        (time(17), datetime(2003, 4, 14, 22, tzinfo=UTC)),
        (time(0), datetime(2003, 4, 15, 5, tzinfo=UTC)),  # the midnight that ends the day
    ],
)
def test_a_new_expiration_without_an_hour_is_at_that_of_the_offer(hour, to):
    """Where whoever asks knows the offer, as the command line and the forms do; the script does not."""
    for verb, key in (("extend", "to"), ("amend", "extend_to")):
        stated = {"at": AT, **GOOD[verb], key: " 2003-04-14 "}
        assert to == getattr(read_action(verb, stated, EST, hour), key)
        with pytest.raises(BadAction, match=f"{key}: ' 2003-04-14 ' cannot be taken"):
            read_action(verb, stated, EST)


def test_an_extension_is_announced_when_it_arrives_unless_it_says_otherwise():
    """`announced_at` is `at` by default."""
    options = {"at": AT, "to": "2003-04-14T17:00"}
    assert AT == read_action("extend", options, EST).announced_at
    stated = read_action("extend", {**options, "announced_at": "2003-04-01T07:00"}, EST)
    assert datetime(2003, 4, 1, 12, tzinfo=UTC) == stated.announced_at


def test_the_records_vocabulary_is_used():
    """Capacities and types are those of the records, and a last day may be left open."""
    period = read_action("service-set", {"at": AT, "holder": "H1", "capacity": "director", "from": "2003-04-01"}, EST)
    assert (Capacity.DIRECTOR, date(2003, 4, 1), None) == (period.capacity, period.first_day, period.last_day)
    assert {"holder": "H1", "capacity": "director", "from": "2003-04-01"} == period.data
    assert OptionType.NSO is read_action("defer", {"at": AT, **GOOD["defer"]}, EST).kind


@pytest.mark.parametrize(
    ("verb", "key", "value"),
    [
        ("extend", "to", "tomorrow"),
        ("extend", "to", "2003-04-14"),
        ("extend", "to", date(2003, 4, 14)),
        ("extend", "to", "2003-04-31T17:00"),
        ("extend", "to", 1050357600),
        ("amend", "change", "better"),
        ("amend", "percent", "two"),
        ("terminate", "reason", "  "),
        ("terminate", "number", 6),
        ("amend", "immaterial", "  "),
        ("condition-assert", "number", 0),
        ("condition-assert", "number", 6),
        ("condition-assert", "number", True),
        ("election-waive", "form", "F 1"),
        ("election-waive", "all_holders", "perhaps"),
        ("service-set", "capacity", "boss"),
        ("service-set", "to", "2003-03-31"),
        ("price-set", "on", datetime(2003, 10, 3, tzinfo=UTC)),
        ("price-set", "close", "1.055"),
        ("price-set", "close", 0),
        ("price-set", "close", "NaN"),
        ("split", "new", 0),
        ("split", "old", 1.5),
        ("defer", "shares", "-5"),
        ("defer", "type", "RSU"),
        ("notice-delivered", "how", "pigeon"),
        ("notice-bounced", "notice", " "),
    ],
)
def test_a_value_that_cannot_be_is_told_with_its_option(verb, key, value):
    """Each is one problem, of its own option."""
    assert [key] == list(_problems(verb, {**GOOD[verb], key: value}))


def test_everything_wrong_is_told_at_once():
    """What is missing, unknown and wrong is told together; what follows from `at` is not told twice."""
    expected = {"at": "'noon' cannot be taken", "to": "missing", "colour": "unknown option"}
    assert expected == _problems("extend", {"at": "noon", "colour": "red"})


def test_an_unknown_verb_is_told():
    """The verbs there are are named."""
    with pytest.raises(BadAction, match=r"explode: do: 'explode' is no action, expected one of extend, amend"):
        read_action("explode", {"at": AT}, EST)


def test_an_action_without_rule_or_words_is_refused_when_it_is_declared():
    """A place that is forgotten is told at import, by the name of the class."""
    with pytest.raises(TypeError, match="Rename says neither"):

        class Rename(Action):
            verb, deployment = "rename", "rename"


@pytest.mark.parametrize(
    ("verb", "option", "problem"),
    [
        ("correct-grant", {"vesting": "2002-02-30:1000"}, "'2002-02-30:1000' cannot be taken"),
        ("correct-grant", {"vesting": "1000"}, "'1000' cannot be taken"),
        ("correct-grant", {"price": "0"}, "'0' cannot be taken"),
        ("correct-holder", {"email": "ann"}, "'ann' cannot be taken"),
        ("correct-holder", {"voting_percent": "101"}, "'101' cannot be taken"),
        ("correct-holder", {"was": {"name": "X"}}, "unknown option"),
        ("correct-form", {"option": ["G1:100", "G1:200"]}, "['G1:100', 'G1:200'] cannot be taken"),
        ("correct-form", {"option": "G1-100"}, "'G1-100' cannot be taken"),
        ("correct-service", {"to": "2003-02-29"}, "'2003-02-29' cannot be taken"),
        ("correct-calendar", {"calendar": "stock"}, "'stock' cannot be taken"),
    ],
)
def test_a_column_that_cannot_be_is_told_by_its_name(verb, option, problem):
    """What is keyed in of a correction is checked as the cells of the files are."""
    [name] = option
    assert problem == _problems(verb, {**GOOD[verb], **option})[name]


def test_what_is_left_empty_is_not_stated():
    """A form of the UI leaves a field empty; only the word `none` makes a column blank."""
    action = read_action("correct-holder", {"at": AT, "holder": "H1", "name": " ", "email": "none", "reason": "x"}, EST)
    assert {"holder": "H1", "email": "none", "reason": "x"} == action.data
