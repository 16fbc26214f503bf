"""What looks like a slip in a form that is taken in: told to whoever keys it in, who has the paper at hand."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from infra.database.reader import OfferReader
from optex.records import Form
from optex.signature import looks_like
from optex.signed_dates import dated_ahead


def signed_otherwise(db: OfferReader, forms: Sequence[Form]) -> Iterator[str]:
    """Whose signature looks like the name and is not (TND-5)."""
    names = db.names({form.holder_id for form in forms})
    for form in forms:
        if why := looks_like(form, names[form.holder_id]):
            yield f"Form {form.form_id} is signed as {form.signed_as}. {why}"


def dated_too_late(forms: Sequence[Form], zone: tzinfo) -> Iterator[str]:
    """Which forms are dated after their receipt (CHG-1)."""
    for form in forms:
        if ahead := dated_ahead(form, zone):
            yield f"Form {form.form_id}: {ahead.reason}"
