"""Dates that can be, but hardly are meant: a year off by one, an offer that is over before it was ever opened."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from optex.calendar import local_date
from optex.formatting import count, first_few, local_end
from optex.milestones import schedule_of
from optex.records import Form, Grant, OptionType, ServicePeriod
from optex.terms import Terms
from optex.warnings import Warning

LONG = timedelta(days=180)  # no offer of this kind was open for half a year
YEAR = relativedelta(years=1)
# What the law leaves an ISO, and what no plan leaves another option (IRC 422(b)(3)).
LONGEST = {OptionType.ISO: relativedelta(years=10), OptionType.NSO: relativedelta(years=15)}


def mistyped_dates(
    terms: Terms,
    grants: Iterable[Grant],
    periods: Iterable[ServicePeriod],
    forms: Sequence[Form],
    closes: Iterable[date],
) -> list[Warning]:
    """The dates of a folder that lie so far from the offer's own that a year may be mistyped.

    `closes` are the days of the closing prices.
    Authority: §1, §4, §9 (EXP-1, CHG-1, ELG-1, GRT-3); IRC 422(b)(3) (ISO-1).
    """
    first, granted = terms.commences - YEAR, schedule_of(terms).grant_on + YEAR
    received = [(form.form_id, local_date(form.received_at, terms.zone)) for form in forms]
    signed = [(form.form_id, form.signed_on) for form in forms if form.signed_on]
    priced = [("", on) for on in closes]
    found = [
        ("CHG-1", "elections.csv", "form", "signed a year or more from the offer", _far(signed, first, granted)),
        ("EXP-1", "elections.csv", "form", "received a year or more from the offer", _far(received, first, granted)),
        ("TND-1", "grants.csv", "grant", "with a longer term than the law or a plan leaves it", _too_long(grants)),
        ("ELG-1", "service.csv", "spell", "beginning or ending years after the offer", _later(periods, granted)),
        ("GRT-3", "prices.csv", "closing price", "a year or more from the offer", _far(priced, first, granted)),
    ]
    return [*_open_for_long(terms), *(_warned(*each) for each in found if each[-1])]


def not_opened(terms: Terms, opened_at: datetime | None, now: datetime) -> list[Warning]:
    """That an offer expired, or should have opened, without being opened; or opens years from now.

    Authority: §2 (EXP-1).
    """
    if opened_at is not None or now < terms.begins < now + 2 * YEAR:
        return []
    if now < terms.begins:
        message = f"the offer commences on {terms.commences}, years from now: is a year mistyped?"
        return [Warning(rule="EXP-1", message=message, file="offer.toml")]
    if now >= terms.expires:
        over = f"the offer expired {local_end(terms.expires, terms.zone)} and was never opened: `optex serve` opens it"
        message = f"{over} only where `--expired` says so"
    else:
        message = f"the offer should have opened on {terms.commences} and did not: it opens when it is served"
    return [Warning(rule="EXP-1", message=message, file="offer.toml")]


def _open_for_long(terms: Terms) -> Iterator[Warning]:
    if terms.expires_on - terms.commences > LONG:
        days = count((terms.expires_on - terms.commences).days + 1, "day")
        yield Warning(rule="EXP-1", message=f"the offer is open for {days}: is a year mistyped?", file="offer.toml")


def _far(dated: Iterable[tuple[str, date]], first: date, last: date) -> list[str]:
    return [f"{name} {on}".strip() for name, on in dated if not first < on < last]


def _too_long(grants: Iterable[Grant]) -> list[str]:
    return [
        f"{grant.grant_id} {grant.granted_on} to {grant.expires_on}"
        for grant in grants
        if grant.expires_on > grant.granted_on + LONGEST[grant.type]
    ]


def _later(periods: Iterable[ServicePeriod], last: date) -> list[str]:
    return [
        f"{each.holder_id} from {each.first_day} {each.until}"
        for each in periods
        if each.first_day > last or (each.last_day and each.last_day > last + 4 * YEAR)
    ]


def _warned(rule: str, file: str, noun: str, what: str, found: list[str]) -> Warning:
    message = f"{count(len(found), noun)} {what}: is a year mistyped? ({first_few(found)})"
    return Warning(rule=rule, message=message, file=file)
