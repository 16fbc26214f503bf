"""Forms that are told again: already recorded, with evidence added, or refused for their other content (REC-2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from infra.batched import batched
from infra.database import tables as t
from infra.database.among import among
from infra.database.reader import OfferReader
from infra.database.writer import AT_ONCE, OfferWriter
from infra.handlers.told_again import EVIDENCE_ADDED
from optex.errors import Ruling
from optex.formatting import count, first_few
from optex.records import Form
from optex.told_again import form_differences, other_content


@dataclass(frozen=True, kw_only=True, slots=True)
class FormsTold:
    """Forms as they were told: those that are new, those on record as told, and what refuses those told otherwise."""

    new: Sequence[Form]
    known: Sequence[Form]
    refused: Mapping[str, Ruling]


def sort_out(db: OfferReader, forms: Iterable[Form]) -> FormsTold:
    """Which forms are new, which are on record, and which are with other content (REC-2)."""
    forms = list(forms)
    on_record = db.forms([form.form_id for form in forms])
    zone = db.first_terms().zone
    new: list[Form] = []
    known: list[Form] = []
    refused: dict[str, Ruling] = {}
    for form in forms:
        before = on_record.get(form.form_id)
        if before is None:
            new.append(form)
        elif differing := form_differences(before, form, zone):
            how = "Give another form another number; `optex correct form` corrects what was keyed."
            refused[form.form_id] = other_content(f"form {form.form_id}", differing, how)
        else:
            known.append(form)
    return FormsTold(new=new, known=known, refused=refused)


def new_among(db: OfferReader, forms: Iterable[Form], now: datetime, refused: list[Ruling]) -> Iterator[Form]:
    """The forms received by now that are not on record; what refuses those told otherwise goes to `refused` (REC-2)."""
    for some in batched((form for form in forms if form.received_at <= now), AT_ONCE):
        told = sort_out(db, some)
        refused += told.refused.values()
        yield from told.new


def already_recorded(db: OfferWriter, form_ids: Sequence[str], at: datetime, by: str, evidence: str) -> str:
    """What is said of forms that are told again as they stand on record; evidence that is told with them is added."""
    if not form_ids:
        return ""
    which = f"form {form_ids[0]}" if len(form_ids) == 1 else count(len(form_ids), "form")
    if added := _add_evidence(db, form_ids, at, by, evidence) if evidence else []:
        return f"Already recorded: {which}. The evidence is added: {first_few(added)}."
    verb = "is" if len(form_ids) == 1 else "are"
    return f"Already recorded: {which} {verb} on record, and nothing was changed."


def refuse(db: OfferWriter, refused: Mapping[str, Ruling], at: datetime, by: str) -> None:
    """Put on record that forms were refused, and why."""
    db.audit(at, by, [("form refused", form_id, each.rule, each.reason) for form_id, each in refused.items()])


def _add_evidence(db: OfferWriter, form_ids: Sequence[str], at: datetime, by: str, evidence: str) -> list[str]:
    """Put on record what more shows that these forms were received as they say (REC-1); which it is new to."""
    f, said = t.forms, "what shows that the form was received as it says"
    added: list[str] = []
    for some in batched(form_ids, AT_ONCE):
        query = select(f.c.form_id, f.c.evidence).where(f.c.offer == db.offer, among(db.connection, f.c.form_id, some))
        held = dict(iter(db.connection.execute(query)))
        more = [form_id for form_id in some if evidence not in held[form_id]]
        whole = [{"its": form_id, "whole": "; ".join(filter(None, (held[form_id], evidence)))} for form_id in more]
        if whole:
            mine = (f.c.offer == db.offer, f.c.form_id == bindparam("its"))
            db.connection.execute(update(f).where(*mine).values(evidence=bindparam("whole")), whole)
        added += more
    db.audit(at, by, ((EVIDENCE_ADDED, form_id, "REC-1", said) for form_id in added), evidence)
    return added
