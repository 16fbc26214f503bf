"""Random offers: who holds what, what they send, and what happens when, most of it close to where a rule turns."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from infra.folder.reader import Folder
from infra.folder.script import ScriptEntry
from optex import adjustment
from optex.actions import Split, read_action
from optex.calendar import EST
from optex.milestones import schedule_of
from optex.records import Capacity, Form, FormKind, FormLine, Grant, Holder, OptionType, ServicePeriod, Tranche
from optex.terms import Terms
from tests import builders

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
HOLDERS = ("H1", "H2", "H3")

# Changes of an offer with the terms that carry them out, and two that are refused.
AMENDED = [
    ("consideration", {"terms": "waiting = {months = 7}"}),
    ("consideration", {"terms": "plan.term_years.employee = 7"}),
    ("other", {"terms": 'channels = ["fax", "hand", "email"]\nlookback.months = 3'}),
    ("other", {}),
    ("other", {"percent": "2"}),
    ("consideration", {}),
]


@dataclass(frozen=True, kw_only=True)
class Tale:
    """An offer's folder, and how it is worked: how late the alarms ring, when the closing price becomes known."""

    folder: Folder
    evenings: bool  # whether what arrives is taken in by the day, as a simulation does, or as it comes
    lateness: random.Random
    close: Decimal
    price_after: timedelta

    @property
    def terms(self) -> Terms:
        return self.folder.terms


@st.composite
def tales(draw: st.DrawFn, *, corrected: bool = False) -> Tale:
    """An offer with its holders, their service, grants and forms, and the facts that arrive, in any order.

    Where it is `corrected`, what is told of holders, grants, forms and the calendar is corrected too, at any instant.
    """
    terms = draw(_terms())
    moments = _moments(terms)
    grants = draw(_grants(terms))
    forms = draw(_forms(terms, grants, moments))
    script = draw(_script(terms, forms, moments))
    forms = [_as_signed(form, grants, script, terms) if draw(st.integers(0, 4)) else form for form in forms]
    held = sum(grant.shares for grant in grants)
    authorized = terms.plan.model_copy(update={"shares_authorized": held + draw(st.integers(1, 40))})
    folder = Folder(
        terms=terms.model_copy(update={"plan": authorized}),
        holders=[draw(_holder(holder_id)) for holder_id in HOLDERS],
        service_periods=[period for holder_id in HOLDERS for period in draw(_periods(holder_id, terms))],
        grants=grants,
        forms=forms,
        prices={},
        script=sorted(
            script + (draw(_corrections(terms, grants, forms, moments)) if corrected else []),
            key=lambda entry: entry.when,
        ),
        digest="",
        path=Path("nowhere"),
    )
    return Tale(
        folder=folder,
        evenings=draw(st.booleans()),
        lateness=draw(st.randoms(use_true_random=False)),
        close=Decimal(draw(st.integers(1, 6_000_000))) / 100,
        price_after=draw(st.sampled_from([timedelta(0), timedelta(0), timedelta(hours=2), 3 * DAY])),
    )


@st.composite
def tales_of_late_leavers(draw: st.DrawFn) -> Tale:
    """An offer of whose holders it is told after the cancellation that they had left before it, or not after all."""
    tale = draw(tales())
    terms, dates = tale.terms, schedule_of(tale.terms)
    left = st.dates(min_value=terms.commences, max_value=dates.cancel_on - DAY)
    entries = list(tale.folder.script)
    begun = [period for period in tale.folder.service_periods if period.first_day < terms.commences]
    for period in draw(st.lists(st.sampled_from(begun), min_size=1, max_size=4)) if begun else ():
        waiting = (dates.grant_on - dates.cancel_on).days
        after = draw(st.integers(0, 40) | st.integers(0, waiting) | st.integers(waiting, waiting + 30)) * DAY
        when = datetime.combine(dates.cancel_on + after, time(draw(st.integers(7, 20))), tzinfo=terms.zone)
        to = draw(left) if draw(st.integers(0, 3)) else period.last_day
        last = {"to": to} if to is not None else {}
        stated = {"holder": period.holder_id, "capacity": period.capacity.value, "from": period.first_day, **last}
        action = read_action("service-set", {**stated, "at": when, "by": "HR"}, terms.zone)
        entries.append(ScriptEntry(action=action, when=action.at, line=len(entries) + 1))
    script = sorted(entries, key=lambda entry: entry.when)
    return replace(tale, folder=replace(tale.folder, script=script))


def _few(*common: Any, seldom: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """One of the common values four times out of five."""
    return st.integers(0, 4).flatmap(lambda n: st.sampled_from(seldom) if n == 4 else st.sampled_from(common))


def _narrow(first: date) -> tuple[dict[str, Any], ...]:
    """Offers that are not for every capacity, price or day of grant."""
    return (
        {"capacities": ["employee"]},
        {"capacities": ["director", "employee"]},
        {"minimum_price": Decimal(20_000)},
        {"granted_before": first - 700 * DAY},
    )


@st.composite
def _exchange(draw: st.DrawFn) -> dict[str, Any]:
    """One for one, or at a ratio that is another one from some price on; now and then nothing is offered below it."""
    tiers = [
        {"price_from": price, "old": old, "new": draw(st.integers(1, old))}
        for price in draw(_few((), seldom=((0, 10), (5,), (0,))))
        for old in [draw(st.integers(1, 4))]
    ]
    return {
        "ratio": tiers,
        "rounding": draw(st.sampled_from(["down", "nearest"])),
        "award": draw(_few("option", seldom=("rsu",))),
    }


@st.composite
def _terms(draw: st.DrawFn) -> Terms:
    first = draw(st.dates(min_value=date(1999, 1, 4), max_value=date(2024, 6, 28)))
    terms = Terms.model_validate(
        {
            "offer": "random",
            "issuer": "Alpha",
            "commences": first,
            "expires": datetime.combine(first + 28 * DAY, time(17)),
            "clock": draw(_few("EST", "America/New_York", seldom=("America/Los_Angeles", "Europe/Berlin"))),
            "stock": {"symbol": "ATGI", "exchange": "NASDAQ"},
            "plan": {
                "name": "Plan",
                "shares_authorized": 1,
                "vesting": draw(
                    _few({}, seldom=({"first_months": 0, "every_months": 1, "tranches": 7}, {"tranches": 1}))
                ),
            },
            "contact": {"name": "Options", "email": "options@alpha.example"},
            "cancel_at": draw(_few(time(9), seldom=(time(7), time(16)))),
            "waiting": draw(_few({}, seldom=({"begins": "on_cancellation"}, {"months": 1, "days": 3}))),
            "lookback": draw(_few({}, seldom=({"omitted": "defect"}, {"months": 0}, {"since": first - 400 * DAY}))),
            "eligible": draw(_few({}, seldom=(*_narrow(first), {"excluded_holders": ["H1"]}))),
            "exchange": {**draw(_exchange()), "units": draw(_few("shares", seldom=("grants", "all")))},
            "form_details": draw(st.sampled_from(["required", "if_stated"])),
            "require_approval": draw(_few((), seldom=(("cancel",), ("cancel", "regrant")))),
            "excluded_jurisdictions": ("XX",),
        }
    )
    commences = terms.calendar.business_day_from(first)
    expires_on = terms.calendar.business_day_offset(commences, draw(st.integers(19, 45)))
    midnight = datetime.combine(expires_on + DAY, time(0))
    on_its_day = [datetime.combine(expires_on, each) for each in (time(17), time(23, 59, 59))]
    at = draw(_few(on_its_day[0], seldom=(on_its_day[1], midnight))).replace(tzinfo=terms.zone)
    return terms.model_copy(update={"commences": commences, "expires": at.astimezone(UTC)})


def _moments(terms: Terms) -> st.SearchStrategy[datetime]:
    """Instants of the offer: at a milestone, a second before or after it, or at any hour of a year."""
    near = [
        milestone.due + off for milestone in schedule_of(terms).milestones for off in (-SECOND, timedelta(0), SECOND)
    ]
    hours = st.integers(-24, 24 * 330).map(lambda hours: terms.opens + timedelta(hours=hours))
    open_hours = int((terms.expires - terms.opens).total_seconds()) // 3600
    while_open = st.integers(0, open_hours).map(lambda hours: terms.opens + timedelta(hours=hours))
    return st.one_of(while_open, st.sampled_from(near), hours)


@st.composite
def _holder(draw: st.DrawFn, holder_id: str) -> Holder:
    return Holder(
        holder_id=holder_id,
        name=f"Ann {holder_id}",
        email=draw(_few(f"{holder_id}@alpha.example", seldom=("",))),
        jurisdiction=draw(_few("US", seldom=("xx",))),
        voting_percent=Decimal(draw(_few("0", seldom=("10", "10.01")))),
    )


@st.composite
def _periods(draw: st.DrawFn, holder_id: str, terms: Terms) -> list[ServicePeriod]:
    """Up to three spells one after the other, with or without a gap, ending around the days that count."""
    dates = schedule_of(terms)
    near = [day + off for day in (terms.commences, dates.cancel_on, dates.grant_on) for off in (-DAY, 0 * DAY, DAY)]
    ends = st.sampled_from(near) | st.dates(min_value=terms.commences, max_value=dates.grant_on + 40 * DAY)
    first, periods = draw(_few(terms.commences - 900 * DAY, seldom=(terms.commences, terms.commences + DAY))), []
    for last in [*sorted(draw(st.lists(ends, max_size=2, unique=True))), None]:
        if last is not None and last < first:
            continue
        capacity = draw(_few(Capacity.EMPLOYEE, seldom=(Capacity.DIRECTOR, Capacity.CONSULTANT)))
        periods.append(ServicePeriod(holder_id=holder_id, capacity=capacity, first_day=first, last_day=last))
        if last is None or draw(st.integers(0, 3)) == 0:
            break
        first = last + DAY + draw(_few(0, seldom=(1, 30))) * DAY
    return periods


@st.composite
def _grants(draw: st.DrawFn, terms: Terms) -> list[Grant]:
    window = terms.lookback_from or terms.commences
    days = st.dates(min_value=terms.commences - 5 * 365 * DAY, max_value=window - DAY)
    edges = st.sampled_from([window - DAY, window, terms.commences, terms.commences + DAY, date(2000, 2, 29)])
    grants = []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        shares, granted_on = draw(st.integers(1, 40)), draw(days | days | days | edges)
        expires_on = draw(_few(granted_on + 3650 * DAY, seldom=(terms.expires_on, terms.expires_on - DAY)))
        own = draw(st.integers(0, shares)) if draw(st.booleans()) else 0
        parts = [(100, own), (1500, shares - own)] if own else []
        grants.append(
            Grant(
                grant_id=f"G{number}",
                holder_id=draw(st.sampled_from(HOLDERS)),
                granted_on=granted_on,
                shares=shares,
                exercised=draw(_few(0, seldom=tuple({1, shares // 2, shares}))),
                price=Decimal(draw(st.integers(1, 6_000_000))) / 100,
                type=draw(st.sampled_from(OptionType)),
                expires_on=max(expires_on, granted_on + DAY),
                vesting=tuple(Tranche(vests_on=granted_on + n * DAY, shares=part) for n, part in parts if part),
            )
        )
    return grants


@st.composite
def _forms(draw: st.DrawFn, terms: Terms, grants: list[Grant], moments: st.SearchStrategy[datetime]) -> list[Form]:
    forms = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        holder_id = draw(st.sampled_from(sorted({grant.holder_id for grant in grants})))
        received_at = draw(moments)
        kind = draw(_few(FormKind.ELECTION, seldom=(FormKind.WITHDRAWAL,)))
        own = [grant for grant in grants if grant.holder_id == holder_id]
        named = draw(st.lists(st.sampled_from(own), min_size=1, unique_by=lambda grant: grant.grant_id))
        if draw(st.integers(0, 15)) == 15:
            named = [grants[0]]
        signed_on = received_at.astimezone(terms.zone).date() - draw(_few(0, seldom=(1, 5))) * DAY
        forms.append(
            Form(
                form_id=f"F{number}",
                holder_id=holder_id,
                kind=kind,
                received_at=received_at,
                signed_on=draw(_few(signed_on, signed_on, seldom=(signed_on, None))),
                signed_as=draw(_few(f"Ann {holder_id}", f"Ann {holder_id}", seldom=(f"Ann {holder_id} ", "Bob", ""))),
                channel=draw(_few("fax", "hand", seldom=("fax", "email"))),
                title=draw(_few("", seldom=("", "guardian"))),
                authority=draw(_few("", seldom=("court order",))),
                lines=tuple(draw(_line(grant)) for grant in named) if kind is FormKind.ELECTION else (),
            )
        )
    return forms


def _as_signed(form: Form, grants: list[Grant], script: list[ScriptEntry], terms: Terms) -> Form:
    """The form with its options as they are by the splits of the script up to the day on which it was signed."""
    received_on = form.received_at.astimezone(terms.zone).date()
    told = [entry.action for entry in script if isinstance(entry.action, Split)]
    splits = [adjustment.Split(on=each.on, new=each.new, old=each.old) for each in told]
    signed_on = min(form.signed_on or received_on, received_on)
    by = adjustment.ratio(splits, terms.commences - DAY, signed_on)
    by_then = [each for each in splits if each.on <= signed_on]
    now = {grant.grant_id: adjustment.adjusted_by(grant, by_then, terms.plan.vesting) for grant in grants}
    return replace(form, lines=tuple(_restated(line, now[line.grant_id], by) for line in form.lines))


def _restated(line: FormLine, grant: Grant, by: Fraction) -> FormLine:
    if by == 1:
        return line
    return replace(
        line,
        shares=adjustment.scaled_total(line.shares, by),
        original_shares=grant.shares,
        price=grant.price,
        exercised=grant.exercised,
    )


@st.composite
def _line(draw: st.DrawFn, grant: Grant) -> FormLine:
    line = FormLine(
        grant_id=grant.grant_id,
        shares=draw(_few(max(grant.remaining, 1), max(grant.remaining // 2, 1), seldom=(1, grant.shares, 0, 41))),
        original_shares=grant.shares,
        granted_on=grant.granted_on,
        price=grant.price,
        exercised=grant.exercised,
    )
    wrong = draw(st.integers(0, 30))
    return (
        replace(line, price=line.price + 1) if wrong == 30 else replace(line, exercised=None) if wrong == 29 else line
    )


@st.composite
def _script(
    draw: st.DrawFn, terms: Terms, forms: list[Form], moments: st.SearchStrategy[datetime]
) -> list[ScriptEntry]:
    """The facts that arrive, each at any instant; what holds an act up is mostly lifted again."""
    entries = []

    def add(when: datetime, verb: str, **options: Any) -> None:
        stated = {key.rstrip("_"): value for key, value in options.items()} | {"at": when, "by": "Committee"}
        action = read_action(verb, stated, terms.zone)
        entries.append(ScriptEntry(action=action, when=action.at, line=len(entries) + 1))

    dates, calendar = schedule_of(terms), terms.calendar
    later = st.integers(0, 30).map(lambda n: terms.expires + timedelta(hours=2) if n == 30 else terms.expires + n * DAY)
    to_come = st.dates(min_value=dates.cancel_on, max_value=dates.grant_on + 20 * DAY)
    any_day = st.dates(min_value=terms.commences - DAY, max_value=dates.cancel_on + DAY) | to_come
    verbs = st.sampled_from(
        [
            "extend",
            "extend",
            "amend",
            "condition",
            "waive",
            "service",
            "service",
            "split",
            "split",
            "defer",
            "defer",
            "committee",
            "hold",
            "terminate",
            "prohibit",
        ]
    )
    for verb in draw(st.lists(verbs, max_size=7)):
        when = draw(moments)
        after = when + draw(st.integers(1, 24 * 60)) * timedelta(hours=1)
        match verb:
            case "extend":
                add(when, verb, to=draw(later))
            case "amend":
                change, carried_out = draw(st.sampled_from(AMENDED))
                until = {"extend_to": draw(later)} if draw(st.booleans()) else {}
                until |= {"immaterial": "A slip."} if draw(st.booleans()) else {}
                add(when, verb, change=change, reason="Better.", **carried_out, **until)
            case "condition":
                number = draw(st.integers(1, 2))
                add(when, "condition-assert", number=number, evidence="A suit.")
                if draw(st.integers(0, 4)):
                    lifted = draw(st.sampled_from(["condition-end", "condition-waive"]))
                    why = {"immaterial": "A trifle."} if lifted == "condition-waive" and draw(st.booleans()) else {}
                    add(after, lifted, number=number, **why)
            case "waive":
                form = draw(st.sampled_from(forms)).form_id
                add(when, "election-waive", form=form, reason="Plain enough.", all_holders=draw(st.booleans()))
            case "service":
                first = draw(st.sampled_from([terms.commences - 900 * DAY, dates.cancel_on, dates.grant_on]))
                until = {"to": max(first, draw(to_come))} if draw(st.booleans()) else {}
                capacity = draw(st.sampled_from(Capacity)).value
                add(when, "service-set", holder=draw(st.sampled_from(HOLDERS)), capacity=capacity, from_=first, **until)
            case "split":
                add(when, verb, on=draw(any_day), new=draw(st.integers(1, 4)), old=draw(st.integers(1, 4)))
            case "defer":
                holder_id, shares = draw(st.sampled_from(HOLDERS)), draw(st.integers(1, 20))
                kind, promise = draw(st.sampled_from(OptionType)).value, draw(st.booleans())
                add(when, verb, holder=holder_id, shares=shares, type=kind, promise=promise)
            case "committee":
                why = {"reason": "A blackout."} if draw(st.booleans()) else {}
                add(when, "committee-grant-date", on=calendar.grant_day_from(draw(to_come)), **why)
            case "hold":
                add(when, verb, reason="A court order.")
                if draw(st.integers(0, 4)):
                    add(after, "release", reason="Lifted.")
            case "terminate":
                if draw(st.integers(0, 2)) == 0:
                    add(when, verb, number=draw(st.integers(1, 5)), evidence="A bid.", reason="No longer wanted.")
            case "prohibit":
                if draw(st.integers(0, 2)) == 0:
                    add(when, verb, reason="A court order for good.", evidence="The order.")
    return entries


@st.composite
def slips(draw: st.DrawFn) -> Tale:
    """An offer in which everybody tenders in proper form, and service is told in steps, wrong, late, and taken back."""
    terms = builders.terms(exchange=draw(_exchange()))
    serving = [
        ServicePeriod(holder_id=holder_id, capacity=Capacity.EMPLOYEE, first_day=date(1999, 1, 4))
        for holder_id in HOLDERS
    ]
    grants = [
        Grant(
            grant_id=f"G{number}",
            holder_id=holder_id,
            granted_on=draw(st.dates(min_value=date(1999, 6, 1), max_value=date(2002, 8, 27))),
            shares=draw(st.integers(1, 40)),
            exercised=0,
            price=Decimal("12.50"),
            type=draw(st.sampled_from(OptionType)),
            expires_on=date(2012, 1, 4),
        )
        for number, holder_id in enumerate((*HOLDERS, draw(st.sampled_from(HOLDERS))), start=1)
    ]
    forms = [_tender_all(holder_id, [g for g in grants if g.holder_id == holder_id], draw) for holder_id in HOLDERS]
    held = sum(grant.shares for grant in grants)
    authorized = terms.plan.model_copy(update={"shares_authorized": held + draw(st.integers(1, 40))})
    folder = Folder(
        terms=terms.model_copy(update={"plan": authorized}),
        holders=[draw(_holder(holder_id)) for holder_id in HOLDERS],
        service_periods=serving,
        grants=grants,
        forms=forms,
        prices={},
        script=_apart(sorted(draw(_told_in_steps(terms)), key=lambda entry: entry.when)),
        digest="",
        path=Path("nowhere"),
    )
    return Tale(
        folder=folder,
        evenings=draw(st.booleans()),
        lateness=draw(st.randoms(use_true_random=False)),
        close=Decimal(draw(st.integers(1, 6_000_000))) / 100,
        price_after=draw(st.sampled_from([timedelta(0), timedelta(hours=2), 3 * DAY])),
    )


def _apart(entries: list[ScriptEntry]) -> list[ScriptEntry]:
    """Each told a second after the one before it at least: what followed from it is judged by what was known then."""
    apart: list[ScriptEntry] = []
    for entry in entries:
        at = max(entry.when, apart[-1].when + timedelta(seconds=1)) if apart else entry.when
        apart.append(replace(entry, when=at, action=entry.action.model_copy(update={"at": at})))
    return apart


def _tender_all(holder_id: str, grants: list[Grant], draw: st.DrawFn) -> Form:
    return Form(
        form_id=f"F-{holder_id}",
        holder_id=holder_id,
        kind=FormKind.ELECTION,
        received_at=datetime(2003, 3, 10, 12, tzinfo=EST),
        signed_on=date(2003, 3, 10),
        signed_as=f"Ann {holder_id}",
        channel="fax",
        lines=tuple(
            FormLine(
                grant_id=grant.grant_id,
                shares=draw(_few(grant.shares, seldom=(max(grant.shares // 2, 1), 1))),
                original_shares=grant.shares,
                granted_on=grant.granted_on,
                price=grant.price,
                exercised=0,
            )
            for grant in grants
        ),
    )


@st.composite
def _told_in_steps(draw: st.DrawFn, terms: Terms) -> list[ScriptEntry]:
    """Ends of service that are taken back, go on in another capacity, or stay; splits and deferred grants between."""
    entries = []

    def add(when: datetime, verb: str, **options: Any) -> None:
        stated = {key.rstrip("_"): value for key, value in options.items()} | {"at": when, "by": "Dana Reed"}
        action = read_action(verb, stated, terms.zone)
        entries.append(ScriptEntry(action=action, when=action.at, line=len(entries) + 1))

    dates = schedule_of(terms)
    near = st.sampled_from([-30, -3, -2, -1, 0, 1, 2, 3, 10, 30]).map(lambda n: dates.grant_on + n * DAY)
    told_on = near | st.dates(min_value=dates.cancel_on - 10 * DAY, max_value=dates.grant_on + 60 * DAY)
    hours = st.sampled_from([time(0), time(9), time(16, 59, 59), time(17), time(17, 0, 1), time(23)])
    back_after = st.sampled_from([timedelta(minutes=5), timedelta(hours=8), DAY, 9 * DAY, 60 * DAY])
    for _ in range(draw(st.integers(1, 5))):
        when = datetime.combine(draw(told_on), draw(hours), tzinfo=terms.zone)
        holder_id = draw(st.sampled_from(HOLDERS))
        own = {"holder": holder_id, "capacity": "employee", "from_": date(1999, 1, 4)}
        last = when.date() - draw(st.sampled_from([-40, -1, 0, 1, 2, 5, 40, 200])) * DAY
        add(when, "service-set", **own, to=last)
        again = draw(st.integers(0, 4))
        if again in (1, 2):
            add(when + draw(back_after), "service-set", **own)
        elif again:
            own |= {"capacity": draw(_few("consultant", seldom=("director",))), "from_": last + DAY}
            add(when + draw(back_after), "service-set", **own)
    for _ in range(draw(_few(0, seldom=(1, 2)))):
        when = datetime.combine(draw(told_on), time(10), tzinfo=terms.zone)
        on = draw(st.dates(min_value=terms.commences, max_value=dates.grant_on + 20 * DAY))
        add(when, "split", on=on, new=draw(st.integers(1, 3)), old=draw(st.integers(1, 3)))
    for _ in range(draw(_few(0, seldom=(1, 2)))):
        when = datetime.combine(draw(told_on), time(11), tzinfo=terms.zone)
        shares, type_ = draw(st.integers(1, 20)), draw(st.sampled_from(OptionType)).value
        add(when, "defer", holder=draw(st.sampled_from(HOLDERS)), shares=shares, type=type_)
    return entries


@st.composite
def _corrections(
    draw: st.DrawFn, terms: Terms, grants: list[Grant], forms: list[Form], moments: st.SearchStrategy[datetime]
) -> list[ScriptEntry]:
    """Facts that turn out to be otherwise, before the acceptance and after it; some are taken back again."""
    entries = []
    common = {"reason": "It was keyed in wrongly.", "by": "Ruth Counsel", "evidence": "The ledger of the plan."}
    for verb in draw(st.lists(st.sampled_from(["grant", "grant", "grant", "holder", "form", "calendar"]), max_size=5)):
        when = draw(moments)
        if verb == "grant":
            grant = draw(st.sampled_from(grants))
            exercised = st.integers(0, grant.shares)
            options = {
                "grant": grant.grant_id,
                "exercised": draw(_few(grant.exercised, seldom=(grant.shares,)) | exercised),
            }
            if draw(st.integers(0, 3)) == 0:
                options["price"] = str(Decimal(draw(st.integers(1, 6_000_000))) / 100)
        elif verb == "holder":
            holder_id = draw(st.sampled_from(HOLDERS))
            options = {"holder": holder_id, "name": draw(st.sampled_from([f"Ann {holder_id}", f"Anne {holder_id}"]))}
            options["email"] = draw(st.sampled_from([f"{holder_id}@new.example", "none"]))
        elif verb == "form":
            form = draw(st.sampled_from(forms))
            options = {"form": form.form_id, "signed_as": f"Ann {form.holder_id}"}
            if form.lines:
                shares = draw(st.integers(1, 40))
                options["option"] = [f"{line.grant_id}:{shares}" for line in form.lines]
        else:
            day = draw(st.dates(terms.expires_on + DAY, terms.expires_on + 260 * DAY))
            options = {"on": day, "calendar": draw(st.sampled_from(["federal", "exchange", "both"]))}
            options["remove"] = draw(_few(False, seldom=(True,)))
        stated = {**common, **options, "at": when}
        action = read_action(f"correct-{verb}", stated, terms.zone)
        entries.append(ScriptEntry(action=action, when=when, line=1_000 + len(entries)))
    return entries
