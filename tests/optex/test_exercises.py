"""A form restates what had been exercised on the day of its signing, whatever the record has learned since (TND-4)."""

from datetime import date

import pytest

from tests.optex.test_election import G1, election, est, line, standings


@pytest.mark.parametrize(
    ("signed", "stated", "expected"),
    [
        (11, 0, "effective EXP-1"),
        (11, 150, "defective TND-4"),
        (12, 0, "effective EXP-1"),
        (12, 150, "effective EXP-1"),
        (13, 0, "defective TND-4"),
        (13, 150, "effective EXP-1"),
        (13, 200, "effective EXP-1"),
        (14, 150, "effective EXP-1"),
        (15, 150, "defective TND-4"),
        (15, 200, "effective EXP-1"),
    ],
)
def test_the_shares_exercised_are_those_of_the_day_of_signing(signed, stated, expected):
    """None until March 12, 150 until March 14, 200 now: of the day of an exercise both figures are right."""
    exercises = {"G1": [(date(2003, 3, 12), 0), (date(2003, 3, 14), 150)]}
    form = election("F1", est(3, 17), line(G1, 100, exercised=stated), signed_on=date(2003, 3, signed))
    assert standings(form, exercises=exercises) == {"F1": expected}
