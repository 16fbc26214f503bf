"""Forms that are told again: already recorded, with evidence added, or refused for their other content (REC-2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter
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


def already_recorded(db: OfferWriter, forms: Sequence[Form], at: datetime, by: str, evidence: str) -> str:
    """What is said of forms that are told again as they stand on record; evidence that is told with them is added."""
    if not forms:
        return ""
    which = f"form {forms[0].form_id}" if len(forms) == 1 else count(len(forms), "form")
    if added := _add_evidence(db, [form.form_id for form in forms], at, by, evidence) if evidence else []:
        return f"Already recorded: {which}. The evidence is added: {first_few(added)}."
    verb = "is" if len(forms) == 1 else "are"
    return f"Already recorded: {which} {verb} on record, and nothing was changed."


def refuse(db: OfferWriter, refused: Mapping[str, Ruling], at: datetime, by: str) -> None:
    """Put on record that forms were refused, and why."""
    db.audit(at, by, [("form refused", form_id, each.rule, each.reason) for form_id, each in refused.items()])


def _add_evidence(db: OfferWriter, form_ids: Sequence[str], at: datetime, by: str, evidence: str) -> list[str]:
    """Put on record what more shows that these forms were received as they say (REC-1); which it is new to."""
    f = t.forms
    held = {row.form_id: row.evidence for row in db.rows(f) if row.form_id in set(form_ids)}
    more = {
        form_id: f"{held[form_id]}; {evidence}" if held[form_id] else evidence
        for form_id in form_ids
        if evidence not in held[form_id]
    }
    for form_id, whole in more.items():
        mine = (f.c.offer == db.offer, f.c.form_id == form_id)
        db.connection.execute(update(f).where(*mine).values(evidence=whole))
    said = "what shows that the form was received as it says"
    db.audit(at, by, [(EVIDENCE_ADDED, form_id, "REC-1", said) for form_id in more], evidence)
    return list(more)
