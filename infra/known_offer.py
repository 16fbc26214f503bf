"""An offer as it is known: by the record where it was taken in, else by the files of its folder."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from infra.database.writer import UnknownOffer
from infra.explain.explain import find_holder, holder_among
from infra.folder.reader import Folder, read_folder
from infra.settings import may_be_taken_in
from infra.workspace import workspace_in
from optex.records import Form, Grant, Holder, HolderRecord, ServicePeriod
from optex.state import OfferState


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownOffer:
    """Where an offer stands, and what is known of its holders; `recorded` says that it is the record that knows."""

    state: OfferState
    records: list[HolderRecord]
    recorded: bool


def known_offer(folder: Path, holder: str = "") -> KnownOffer:
    """What is known of everyone, or of the one holder named by id or by name.

    UnknownHolder where nobody fits the name; BadData with every fault where the files have to be read and cannot be.
    """
    if may_be_taken_in(folder):
        try:
            with workspace_in(folder).read() as db:
                wanted = [find_holder(db, holder)] if holder else None
                return KnownOffer(state=db.state(), records=db.holder_records(wanted), recorded=True)
        except UnknownOffer:
            pass
    found = read_folder(folder, letters=False)
    holders = found.holders
    if holder:
        named = holder_among({each.holder_id: each.name for each in holders}, holder, found.terms.offer)
        holders = [each for each in holders if each.holder_id == named]
    return KnownOffer(state=OfferState(terms=found.terms), records=_records(found, holders), recorded=False)


def _records(found: Folder, holders: list[Holder]) -> list[HolderRecord]:
    """The holders as the record would have them, were the folder taken in with all of its forms."""
    periods: dict[str, list[ServicePeriod]] = defaultdict(list)
    grants: dict[str, dict[str, Grant]] = defaultdict(dict)
    forms: dict[str, list[Form]] = defaultdict(list)
    for period in found.service_periods:
        periods[period.holder_id].append(period)
    for grant in found.grants:
        grants[grant.holder_id][grant.grant_id] = grant
    for form in sorted(found.forms, key=lambda form: form.received_at):
        forms[form.holder_id].append(form)
    return [
        HolderRecord(
            holder=each,
            service_periods=tuple(periods[each.holder_id]),
            grants=grants[each.holder_id],
            forms=tuple(forms[each.holder_id]),
        )
        for each in holders
    ]
