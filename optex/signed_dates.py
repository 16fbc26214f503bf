"""In what order forms were signed: the date that each counts as signed on, and what one that is older cannot undo."""

from collections.abc import Sequence
from datetime import date, tzinfo

from optex import formatting
from optex.calendar import local_date
from optex.errors import Ruling
from optex.records import Form, FormKind

_WOULD = {
    (FormKind.ELECTION, FormKind.ELECTION): "replace",
    (FormKind.ELECTION, FormKind.WITHDRAWAL): "undo",
    (FormKind.WITHDRAWAL, FormKind.ELECTION): "withdraw",
}
"""What a form, or a notice, would do to the one that is in force before it; a notice does nothing to a notice."""


def signed_on(form: Form, zone: tzinfo) -> date | None:
    """The date that a form counts as signed on: none after the day of its receipt.

    Authority: §5 "properly signed and dated" (CHG-1).
    """
    return form.signed_on and min(form.signed_on, local_date(form.received_at, zone))


def dated_ahead(form: Form, zone: tzinfo) -> Ruling | None:
    """The remark on a date after the receipt, which is no proper date. Authority: §5 "properly … dated" (CHG-1)."""
    counts = signed_on(form, zone)
    if form.signed_on is None or counts is None or counts == form.signed_on:
        return None
    reason = (
        f"The {_what(form)} is dated {formatting.day(form.signed_on)}, after the day of its receipt: that is no proper "
        f"date, and it counts as signed on {formatting.day(counts)}, the day of receipt."
    )
    return Ruling(rule="CHG-1", reason=reason)


def signed_last(notices: Sequence[Form], zone: tzinfo) -> Form | None:
    """Of notices in a row the one signed last, by which an election after them is measured (CHG-1)."""
    return max(notices, key=lambda notice: signed_on(notice, zone) or date.min, default=None)


def out_of_order(form: Form, before: Form, zone: tzinfo) -> Ruling | None:
    """Whether a form was signed before the form, or the notice, in force that it would undo: that one stands.

    Authority: §5 "If you deliver a new Election Form that is properly signed and dated, it will replace any previously
    submitted Election Form" (CHG-1).
    """
    would = _WOULD.get((form.kind, before.kind))
    mine, its = signed_on(form, zone), signed_on(before, zone)
    if would is None or mine is None or its is None or mine >= its:
        return None
    signed = f"The {_what(form)} was signed on {formatting.day(mine)}, earlier than {_what(before)} {before.form_id}"
    received = "" if its == before.signed_on else ", the day of its receipt"
    return Ruling(rule="CHG-1", reason=f"{signed} of {formatting.day(its)}{received}, which it would {would}.")


def same_date(form: Form, before: Form, zone: tzinfo) -> Ruling | None:
    """The remark that a form counts as signed on the same day as the one that it undoes (CHG-1).

    Authority: Summary Term Sheet, "clearly dated after your original Election Form".
    """
    on = signed_on(form, zone)
    if on is None or on != signed_on(before, zone) or (form.kind, before.kind) not in _WOULD:
        return None
    both = (
        f"Forms {before.form_id} and {form.form_id}"
        if form.kind is before.kind
        else f"{_what(before).capitalize()} {before.form_id} and {_what(form)} {form.form_id}"
    )
    signed = "are both signed" if form.signed_on == before.signed_on == on else "both count as signed"
    return Ruling(rule="CHG-1", reason=f"{both} {signed} on {formatting.day(on)}: the one received last stands.")


def _what(form: Form) -> str:
    return "form" if form.kind is FormKind.ELECTION else "notice"
