"""An offer's standing as a page of GitHub-flavoured markdown: the dashboard in the Prefect UI."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from infra.status.attention import attention
from infra.status.markdown_lists import last_acts, letters_by_kind, what_can_be_done
from infra.status.markdown_text import bullets, linked, plain, table
from infra.status.offer_status import OfferStatus, StepView
from infra.status.participation import Participation
from optex.clock import zone_of
from optex.formatting import count, day, exact_text, listed, local_text, sentence
from optex.milestones import CANCEL, CLOSE, OPEN, RECHECK, REGRANT, REMINDER, kind_name, step_kind

_PHASES = {
    "not-open": "🕓",
    "open": "🟢",
    "closed": "🔒",
    "accepted": "🤝",
    "granted": "🏁",
    "terminated": "⛔",
    "prohibited": "🚫",
    "held": "⏸️",
}
_MARKS = {
    "done": "✅ done",
    "next": "▶️ **next**",
    "to-come": "to come",
    "overdue": "⚠️ **overdue**",
    "held": "⏸️ **held**",
    "superseded": "↪️ superseded",
    "moot": "➖ not needed",
}
_BAR = 8


def as_markdown(
    status: OfferStatus,
    links: Mapping[str, str] | None = None,
    forms: Mapping[str, Mapping[str, str]] | None = None,
    fresh_until: datetime | None = None,
) -> str:
    """The dashboard. A link under a step's name (`close`, or `close.v2` for one version) is set on its row; every other
    link stands above the rows under its own name.

    `forms` are links to what can be started, under headings; after `fresh_until` a page that is still shown is stale.
    """
    links = links or {}
    parts = [*_head(status, fresh_until), *_attention(status), *_links(status, links), *_timeline(status, links)]
    parts += [*last_acts(status), *_outcomes(status), *_participation(status), *_forms(status), *_recorded_late(status)]
    parts += [
        *letters_by_kind(status),
        *_deferrals(status),
        *_totals(status),
        *what_can_be_done(forms or {}),
        _audit(status),
    ]
    return "\n".join(parts).strip() + "\n"


def result_rows(status: OfferStatus, step: str) -> list[dict[str, str]]:
    """What a step came to, as the rows of a table on the page of its run; none for a step that only moves the clock."""
    totals, tenders = status.totals, status.overall
    if kind_name(step) in (OPEN, REMINDER):
        return [_row("holders who may tender", tenders.eligible_holders, tenders.eligible_shares), _tendered(tenders)]
    if step == CLOSE:
        by_standing = status.forms.by_standing.items()
        return [*(_row(f"forms {name}", number) for name, number in by_standing), _tendered(tenders)]
    named = _RESULTS.get(step, {})
    return [_row(name, found.number, found.shares) for name, key in named.items() if (found := getattr(totals, key))]


_RESULTS = {
    CANCEL: {"options cancelled": "cancelled", "balancing options": "balancing", "promises": "promised"},
    RECHECK: {"promises": "promised", "promises lapsed": "lapsed"},
    REGRANT: {"new options": "regranted", "deferred grants made": "deferred_granted", "promises lapsed": "lapsed"},
}


def _tendered(found: Participation) -> dict[str, str]:
    return _row("holders who have tendered", found.tendering_holders, found.tendered_shares)


def _row(what: str, number: int, shares: int | None = None) -> dict[str, str]:
    return {"what": what, "number": f"{number:,}", "shares": "" if shares is None else f"{shares:,}"}


def _head(status: OfferStatus, fresh_until: datetime | None) -> Iterator[str]:
    zone = zone_of(status.clock)
    at = local_text(status.at, zone)
    yield f"# {plain(status.issuer)} · {plain(status.offer)}"
    yield ""
    yield f"## {_PHASES[status.phase]} {plain(status.says)}"
    yield ""
    upcoming = status.next[0] if status.next else None
    then = f" · next: **{plain(step_kind(upcoming.name).says)}**, {upcoming.local}" if upcoming else ""
    yield f"As of {at}{then}"
    yield ""
    if fresh_until is not None:
        yield f"**Stale after {local_text(fresh_until, zone)}**: if it is later, the watch has stopped."
        yield ""
    if status.successor:
        yield f"The promises bind **{plain(status.successor)}** as successor."
        yield ""


def _attention(status: OfferStatus) -> Iterator[str]:
    yield from bullets("⚠️ Needs attention", [plain(said) for said in attention(status)])


def _timeline(status: OfferStatus, links: Mapping[str, str]) -> Iterator[str]:
    yield "### Timeline"
    yield ""
    repeated = {step.name for step in status.timeline if step.version > 1}
    zone = zone_of(status.clock)
    rows: list[tuple[datetime, list[str]]] = []
    for step in status.timeline:
        if step.status == "superseded" and step.name in {later.name for later in status.timeline if later is not step}:
            continue  # told of the version in its place
        version = f" (v{step.version})" if step.name in repeated else ""
        name = linked(step_kind(step.name).title + version, _link(step, links))
        gone = step.status in ("superseded", "moot")
        done = f" {local_text(step.done_at, zone)}" if step.done_at and step.done_at != step.due else ""
        mark = _MARKS[step.status] + done + _moved_from(step, status)
        rows.append((step.due, [f"~~{name}~~" if gone else name, step.local, mark]))
    rows += [(each.at, [f"*{plain(each.says)}*", each.local, "📌 happened"]) for each in status.events]
    yield from table(["what", "when", "outcome"], "---", [row for _, row in sorted(rows, key=lambda each: each[0])])


def _moved_from(step: StepView, status: OfferStatus) -> str:
    """The dates of earlier versions that no longer hold, in the row of the last one."""
    versions = [each for each in status.timeline if each.name == step.name]
    if step.version != max(each.version for each in versions):
        return ""
    gone = [each.local for each in versions if each.status == "superseded" and each is not step]
    return f", moved from {listed(gone)}" if gone else ""


def _outcomes(status: OfferStatus) -> Iterator[str]:
    """What is said of each step, outside the table: the UI breaks no line inside one."""
    told = [
        f"**{plain(step_kind(step.name).title)}**, {step.local}: {plain(sentence(step.why))}"
        for step in status.timeline
        if step.why
    ]
    yield from bullets("What became of each step", told)


def _participation(status: OfferStatus) -> Iterator[str]:
    yield "### Participation"
    yield ""
    rows = [_share(each, each.capacity) for each in status.participation]
    rows.append([f"**{cell}**" if cell else "" for cell in _share(status.overall, "together")])
    yield from table(["capacity", "tendering", "of holders", "shares tendered", "of shares"], "-rlrl", rows)


def _share(each: Participation, name: str) -> list[str]:
    return [
        name,
        f"{each.tendering_holders:,} of {each.eligible_holders:,}",
        _bar(each.percent_of_holders),
        f"{each.tendered_shares:,} of {each.eligible_shares:,}",
        _bar(each.percent_of_shares),
    ]


def _bar(percent: object) -> str:
    if percent is None:
        return ""
    filled = int(str(percent).partition(".")[0]) * _BAR // 100
    return f"{'█' * filled}{'░' * (_BAR - filled)} {percent}%"


def _forms(status: OfferStatus) -> Iterator[str]:
    forms = status.forms
    yield "### Forms received"
    yield ""
    named = ", ".join(f"{number:,} {name}" for name, number in forms.by_standing.items() if number)
    said = f"{count(forms.elections, 'Election Form')} and {count(forms.notices, 'notice')} of withdrawal"
    yield f"{said}: {named}." if named else f"{said}."
    yield ""


def _recorded_late(status: OfferStatus) -> Iterator[str]:
    """What a deadline lay between, with its two times and what shows the first of them (REC-1)."""
    zone, told = zone_of(status.clock), []
    for each in status.recorded_late:
        at, recorded, deadline = (exact_text(moment, zone) for moment in (each.at, each.recorded_at, each.deadline))
        by = f" by {each.by}" if each.by else ""
        shown = f"evidence: {each.evidence}" if each.evidence else "without evidence"
        said = f"{each.what} Told as of {at}, recorded {recorded}{by}, after the deadline of {deadline}; {shown}"
        told.append(plain(sentence(said)))
    yield from bullets("Recorded after a deadline", told)


def _deferrals(status: OfferStatus) -> Iterator[str]:
    """What was deferred for whoever takes part, and what has become of it (LCK-1)."""
    yield from bullets("Deferred grants", [plain(each.says) for each in status.deferrals])


def _totals(status: OfferStatus) -> Iterator[str]:
    totals = status.totals
    yield f"### {'What it came to' if totals.cancelled.number else 'The pool'}"
    yield ""
    rows = [
        [name, f"{total.number:,}", f"{total.shares:,}"]
        for name, total in (
            ("options accepted and cancelled", totals.cancelled),
            ("acceptances voided", totals.voided),
            ("balancing options issued", totals.balancing),
            ("promises issued", totals.promised),
            ("promises lapsed", totals.lapsed),
            ("new options granted in place of cancelled ones", totals.regranted),
            ("deferred grants made", totals.deferred_granted),
            ("new options rescinded", totals.rescinded),
        )
        if total.number
    ]
    granted = totals.regranted.number + totals.deferred_granted.number
    if granted:
        rows.append(["agreements on new options signed", f"{status.agreements_signed:,} of {granted:,}", ""])
    rows.append(["available in the plan's pool", "", f"{status.pool_available:,}"])
    yield from table(["what", "number", "shares"], "-rr", rows)
    yield f"Cancellation {day(status.cancel_on)} · grant {day(status.grant_on)}"
    yield from (f" · {plain(split)}" for split in status.splits)
    yield ""


def _audit(status: OfferStatus) -> str:
    return f"Entries in the audit: {status.audit.entries:,} · hash of the last: `{status.audit.hash}`"


def _links(status: OfferStatus, links: Mapping[str, str]) -> Iterator[str]:
    used = {key for step in status.timeline for key in (step.name, _version(step))}
    other = [f"[{plain(name)}]({url})" for name, url in links.items() if name not in used]
    if other:
        yield " · ".join(other)
        yield ""


def _version(step: StepView) -> str:
    return f"{step.name}.v{step.version}"


def _link(step: StepView, links: Mapping[str, str]) -> str:
    return links.get(_version(step)) or links.get(step.name, "")
