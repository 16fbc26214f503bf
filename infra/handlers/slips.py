"""What looks like a slip in a form that is taken in: told to whoever keys it in, who has the paper at hand."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from infra.database.reader import OfferReader
from optex.formatting import first_sentences
from optex.records import Form
from optex.signature import looks_like
from optex.signed_dates import dated_ahead


def slips(db: OfferReader, forms: Sequence[Form], zone: tzinfo) -> str:
    """Whose signature looks like the name and is not, and which forms are dated after their receipt (TND-5, CHG-1)."""
    said = (first_sentences(list(_signed(db, forms))), first_sentences(list(_dated(forms, zone))))
    return " ".join(filter(None, said))


def _signed(db: OfferReader, forms: Sequence[Form]) -> Iterator[str]:
    names = db.names({form.holder_id for form in forms})
    for form in forms:
        if why := looks_like(form, names[form.holder_id]):
            yield f"Form {form.form_id} is signed as {form.signed_as}. {why}"


def _dated(forms: Sequence[Form], zone: tzinfo) -> Iterator[str]:
    for form in forms:
        if ahead := dated_ahead(form, zone):
            yield f"Form {form.form_id}: {ahead.reason}"
