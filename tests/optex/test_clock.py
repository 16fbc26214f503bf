"""The clock of an offer: what its name means, and that no instant written on it is guessed at (CAL-2)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from optex.action import BadAction
from optex.actions import read_action
from optex.calendar import EST, NEW_YORK
from optex.clock import BadInstant, meant_by, on_clock, written, zone_of
from optex.errors import BadData
from optex.formatting import long_moment, moment, on_long_moment, on_moment
from optex.milestones import confirmation_due, extension_deadline, local_due, schedule_of
from optex.state import OfferState
from optex.terms_reader import parse_terms
from optex.warnings import foreign_offsets, readings, term_warnings
from tests.builders import offer_toml, terms

LOS_ANGELES = "America/Los_Angeles"
MARCH_29 = {"commences": "2027-03-01", "withdrawable_after": None}


def test_a_clock_is_est_or_any_iana_zone():
    """EST is five hours behind UTC in summer too; a zone is the wall clock of its place."""
    july = datetime(2027, 7, 1, 12, tzinfo=UTC)
    assert timedelta(hours=-5) == july.astimezone(zone_of("EST")).utcoffset()
    assert timedelta(hours=-7) == july.astimezone(zone_of(LOS_ANGELES)).utcoffset()
    assert (EST, NEW_YORK) == (zone_of("EST"), zone_of("America/New_York"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("America/Los_Angles", LOS_ANGELES),
        ("america/los_angeles", LOS_ANGELES),
        ("Los Angeles", LOS_ANGELES),
        ("PST", LOS_ANGELES),
        ("Eastern Time", "America/New_York"),
        ("nowhere at all", ""),
        ("localtime", ""),
    ],
)
def test_an_unknown_clock_is_a_fault_that_says_what_may_be_meant(name, meant):
    """No name of a zone, nor the clock of whatever machine it is: refused, with the zone that is nearest to it."""
    with pytest.raises(BadData) as caught:
        parse_terms(offer_toml(clock=name))
    [fault] = caught.value.faults
    assert ("clock", f"'{name}' cannot be taken") == (fault.column, fault.problem)
    guess = f': did you mean "{meant}"?' if meant else ""
    assert f'"EST" or an IANA zone such as "America/New_York"{guess}' == fault.expected
    assert meant == meant_by(name)


@pytest.mark.parametrize(
    ("text", "clock", "instant"),
    [
        ("2027-03-14T01:59:59", "America/New_York", "2027-03-14T06:59:59"),
        ("2027-03-14T03:00:00", "America/New_York", "2027-03-14T07:00:00"),
        ("2027-03-14T02:30:00", "EST", "2027-03-14T07:30:00"),
        ("2027-03-14T02:30:00-05:00", "America/New_York", "2027-03-14T07:30:00"),
        ("2027-11-07T00:59:59", "America/New_York", "2027-11-07T04:59:59"),
        ("2027-11-07T02:00:00", "America/New_York", "2027-11-07T07:00:00"),
        ("2027-11-07T01:30:00-04:00", "America/New_York", "2027-11-07T05:30:00"),
        ("2027-11-07T01:30:00-05:00", "America/New_York", "2027-11-07T06:30:00"),
        ("2027-03-28T24:00", "EST", "2027-03-29T05:00:00"),
        ("2027-03-28 24:00:00", "America/New_York", "2027-03-29T04:00:00"),
        ("2027-03-28T24:00Z", "America/New_York", "2027-03-29T00:00:00"),
    ],
)
def test_what_is_one_instant_of_the_clock_is_read_as_that(text, clock, instant):
    """On either side of the night of the change, with an offset within it, and at the midnight that ends a day."""
    assert datetime.fromisoformat(instant).replace(tzinfo=UTC) == on_clock(written(text), zone_of(clock))


@pytest.mark.parametrize(
    ("text", "clock", "problem"),
    [
        (
            "2027-03-14T02:30",
            "America/New_York",
            "2027-03-14T02:30 does not exist on the clock America/New_York: 2027-03-14T01:59:59-05:00 (EST) is "
            "followed by 2027-03-14T03:00:00-04:00 (EDT)",
        ),
        (
            "2027-03-14T02:00:00",
            LOS_ANGELES,
            "2027-03-14T02:00 does not exist on the clock America/Los_Angeles: 2027-03-14T01:59:59-08:00 (PST) is "
            "followed by 2027-03-14T03:00:00-07:00 (PDT)",
        ),
        (
            "2027-11-07T01:59:59",
            "America/New_York",
            "2027-11-07T01:59:59 is two instants on the clock America/New_York: 2027-11-07T01:59:59-04:00 (EDT) and "
            "2027-11-07T01:59:59-05:00 (EST)",
        ),
        (
            "2026-10-04T02:10:00",
            "Australia/Lord_Howe",
            "2026-10-04T02:10 does not exist on the clock Australia/Lord_Howe: 2026-10-04T01:59:59+10:30 is followed "
            "by 2026-10-04T02:30:00+11:00",
        ),
        ("9999-12-31T23:00:00", "EST", "9999 is not a year of our calendar"),
    ],
)
def test_what_is_no_instant_of_the_clock_or_two_is_refused_with_both_neighbours(text, clock, problem):
    """The hour that is left out, and the one that is shown twice, are not guessed at."""
    with pytest.raises(BadInstant) as caught:
        on_clock(written(text), zone_of(clock))
    assert problem == caught.value.problem


@pytest.mark.parametrize("text", ["2027-03-28T24:01", "2027-03-28T24", "2027-02-29T24:00", "9999-12-31T24:00", "noon"])
def test_what_is_no_time_of_day_is_none(text):
    """24:00 ends a day that there is; there is nothing after it."""
    with pytest.raises(ValueError, match="is no date and time"):
        written(text)


def test_an_action_is_told_at_an_instant_of_the_clock():
    """`extend --to` and every other instant of an action: 24:00 is taken, the hour that is left out is refused."""
    at = datetime(2027, 3, 10, 15, tzinfo=UTC)
    extended = read_action("extend", {"at": at, "to": "2027-04-01T24:00"}, NEW_YORK)
    assert datetime(2027, 4, 2, 4, tzinfo=UTC) == extended.to
    for to in ("2027-03-14T02:30", datetime(2027, 3, 14, 2, 30)):  # noqa: DTZ001
        with pytest.raises(BadAction) as caught:
            read_action("extend", {"at": at, "to": to}, NEW_YORK)
        assert "extend: to: 2027-03-14T02:30 does not exist on the clock America/New_York" in str(caught.value)
        assert "expected an instant of that clock, or one with its offset" in str(caught.value)
    assert (
        datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
        == read_action("extend", {"at": at, "to": "2027-03-14T02:30:00-05:00"}, NEW_YORK).to
    )


@pytest.mark.parametrize("expires", ["2027-03-29T00:00:00", '"2027-03-28T24:00"', '"2027-03-28T24:00:00"'])
def test_an_offer_that_expires_at_midnight_ends_on_the_day_which_that_ends(expires):
    """By whichever name: Sunday, March 28 is the last day, and what is counted from it is counted from that."""
    text = offer_toml(**MARCH_29).replace("expires = 2003-03-31T17:00:00", f"expires = {expires}")
    found = parse_terms(text)
    assert (datetime(2027, 3, 29, 5, tzinfo=UTC), date(2027, 3, 28)) == (found.expires, found.expires_on)
    assert "2027-03-28 24:00 EST" == local_due("close", found.expires, found.zone)
    planned = schedule_of(found)
    assert date(2027, 3, 29) == planned.cancel_on
    assert datetime(2027, 3, 29, 12, tzinfo=UTC) == planned.due("extension-deadline")
    assert datetime(2027, 3, 26, 14, tzinfo=UTC) == planned.due("reminder-1")
    assert "midnight at the end of Sunday, March 28, 2027, Eastern Standard Time" in long_moment(found.expires, "EST")


def test_so_does_one_that_is_extended_to_midnight():
    """To April 14, 24:00: accepted on the 15th; a second later it would be the 16th."""
    offer = terms()
    assert date(2003, 4, 15) == schedule_of(offer.extended(datetime(2003, 4, 15, 5, tzinfo=UTC))).cancel_on
    assert date(2003, 4, 16) == schedule_of(offer.extended(datetime(2003, 4, 15, 5, 0, 1, tzinfo=UTC))).cancel_on


def test_the_outcome_of_an_extension_to_midnight_names_the_day_that_it_ends():
    """Said of March 28, and so on the timeline of the report."""
    at = datetime(2027, 3, 10, 15, tzinfo=UTC)
    extended = read_action("extend", {"at": at, "to": "2027-03-28T24:00"}, EST)
    state = OfferState(terms=terms())
    assert "The offer is extended to 2027-03-28 24:00 EST." == extended.says(state)
    assert "Extended to Mar 28, 2027" == extended.label(state)


def test_the_unquoted_riddle_is_told_what_to_write():
    """TOML has no 24:00: the fault names its line, and the text in quotes."""
    text = offer_toml(**MARCH_29).replace("expires = 2003-03-31T17:00:00", "expires = 2027-03-28T24:00:00")
    with pytest.raises(BadData) as caught:
        parse_terms(text)
    [fault] = caught.value.faults
    line = text.split("\n").index("expires = 2027-03-28T24:00:00") + 1
    assert (line, "TOML", "TOML knows no 24:00") == (fault.line, fault.column, fault.problem)
    assert 'it in quotes, "2027-03-28T24:00:00": the midnight at the end of the day' == fault.expected


@pytest.mark.parametrize("key", ["expires", "withdrawable_after"])
def test_the_terms_are_told_of_an_instant_that_is_none(key):
    """The fault stands at the key, with both neighbours."""
    with pytest.raises(BadData) as caught:
        parse_terms(offer_toml(clock="America/New_York", **{"commences": "2027-03-01", key: "2027-03-14T02:30:00"}))
    assert key in [fault.column for fault in caught.value.faults]
    [fault] = [fault for fault in caught.value.faults if fault.column == key]
    assert fault.problem.startswith("2027-03-14T02:30 does not exist on the clock America/New_York: ")


def test_another_zones_offset_is_converted_and_told():
    """Midnight in UTC is 8 p.m. of the day before in New York; its own offset, and none, say nothing."""
    text = offer_toml(clock="America/New_York", commences="2027-03-01", expires="2027-03-29T00:00:00Z")
    found = parse_terms(text)
    [told] = foreign_offsets(text, found)
    assert ("CAL-2", "offer.toml", text.split("\n").index("expires = 2027-03-29T00:00:00Z") + 1) == (
        told.rule,
        told.file,
        told.line,
    )
    assert told.message.startswith("expires is written with the offset of another zone, 2027-03-29T00:00:00+00:00; ")
    assert told.message.endswith("it is March 28, 2027 at 8:00 p.m. Eastern Daylight Time")
    for own in ("2027-03-28T17:00:00", "2027-03-28T17:00:00-04:00"):
        text = text.replace("2027-03-29T00:00:00Z", own)
        assert [] == list(foreign_offsets(text, parse_terms(text)))


def test_on_another_clock_what_binds_holders_has_one_reading():
    """5 p.m. in Los Angeles is one instant; the extension is announced by 8 a.m. in New York, which is the earliest."""
    found = terms(clock=LOS_ANGELES, expires="2003-04-14T17:00:00")
    assert datetime(2003, 4, 15, 0, tzinfo=UTC) == found.expires
    assert date(2003, 4, 14) == found.expires_on
    assert datetime(2003, 4, 15, 12, tzinfo=UTC) == extension_deadline(found)
    told = [warning.message for warning in term_warnings(found) if warning.rule == "CAL-2"]
    assert [
        "extension-deadline: 2003-04-15 08:00 is 2003-04-15T13:00:00Z by EST, 2003-04-15T12:00:00Z by America/New_York "
        "and 2003-04-15T15:00:00Z by America/Los_Angeles; the earliest decides, for it binds the company"
    ] == told
    several = [m.name for m in schedule_of(found).milestones if len(readings(m, found)[2]) > 1]
    assert ["extension-deadline"] == several


def test_east_of_new_york_the_offers_own_clock_is_the_earliest():
    """8 a.m. in Berlin comes six hours before 8 a.m. in New York."""
    found = terms(clock="Europe/Berlin", expires="2003-04-14T17:00:00")
    assert datetime(2003, 4, 15, 6, tzinfo=UTC) == extension_deadline(found)


def test_a_confirmation_falls_due_by_the_earliest_clock():
    """Received at 10 p.m. of March 10 in Los Angeles it is March 11 in New York, but the earliest day binds."""
    found = terms(clock=LOS_ANGELES)
    received = datetime(2003, 3, 11, 6, tzinfo=UTC)
    assert datetime(2003, 3, 18, 5, tzinfo=UTC) == confirmation_due(received, found)


@pytest.mark.parametrize(
    ("at", "clock", "text"),
    [
        (datetime(2027, 3, 29, 5, tzinfo=UTC), "EST",
         "midnight at the end of Sunday, March 28, 2027, Eastern Standard Time "
         "(Monday, March 29, 2027 at 1:00 a.m. Eastern Daylight Time)"),
        (datetime(2027, 3, 29, 4, tzinfo=UTC), "America/New_York",
         "midnight at the end of Sunday, March 28, 2027, Eastern Daylight Time"),
        (datetime(2027, 3, 29, 4, tzinfo=UTC), "EST",
         "Sunday, March 28, 2027 at 11:00 p.m. Eastern Standard Time (midnight at its end, Eastern Daylight Time)"),
        (datetime(2027, 3, 29, 7, tzinfo=UTC), LOS_ANGELES,
         "midnight at the end of Sunday, March 28, 2027, Pacific Daylight Time "
         "(Monday, March 29, 2027 at 3:00 a.m. Eastern Daylight Time)"),
        (datetime(2027, 3, 29, 17, tzinfo=UTC), "America/Chicago",
         "Monday, March 29, 2027 at 12:00 noon Central Daylight Time (1:00 p.m. Eastern Daylight Time)"),
        (datetime(2027, 3, 29, 9, tzinfo=UTC), "Asia/Shanghai",
         "Monday, March 29, 2027 at 5:00 p.m. UTC+08:00 (5:00 a.m. Eastern Daylight Time)"),
        (datetime(2027, 3, 29, 9, tzinfo=UTC), "Asia/Tokyo",
         "Monday, March 29, 2027 at 6:00 p.m. JST (5:00 a.m. Eastern Daylight Time)"),
    ],
)  # fmt: skip
def test_letters_name_the_clock_and_say_of_midnight_which_day_it_ends(at, clock, text):
    """Never 12:00 midnight of a day; the New York time in brackets where it differs."""
    assert text == long_moment(at, clock)


def test_a_sentence_goes_on_with_an_instant():
    """It is on a day at an hour, but at midnight."""
    five, midnight = datetime(2027, 3, 26, 21, tzinfo=UTC), datetime(2027, 3, 29, 4, tzinfo=UTC)
    assert "on March 26, 2027 at 5:00 p.m. Eastern Daylight Time" == on_moment(five, "America/New_York")
    assert "at midnight at the end of March 28, 2027, Eastern Daylight Time" == on_moment(midnight, "America/New_York")
    assert "at midnight at the end of Sunday, March 28, 2027, Eastern Daylight Time" == on_long_moment(
        midnight, "America/New_York"
    )
    assert "midnight at the end of March 28, 2027, Eastern Daylight Time" == moment(midnight, "America/New_York")
