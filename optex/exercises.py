"""What the record said to be exercised of a grant before it learned of more: a form is read as of its signing."""

from collections.abc import Mapping, Sequence
from datetime import date

Exercises = Mapping[str, Sequence[tuple[date, int]]]
"""By grant, in order: the day as of which the record changed, and what had been exercised by the record until then."""


def exercised_then(until: Sequence[tuple[date, int]], signed_on: date) -> frozenset[int]:
    """How many shares were exercised by the record of the day of signing, where it has learned of others since.

    Of the day of a change itself both are right. Authority: §5 "the total number of shares exercised" (TND-4).
    """
    since = [(on, exercised) for on, exercised in until if on >= signed_on]
    return frozenset(exercised for n, (on, exercised) in enumerate(since) if n == 0 or since[n - 1][0] == signed_on)
