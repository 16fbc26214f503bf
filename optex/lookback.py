"""What a proper form tenders: the options that it names, and those that the look-back adds to them."""

from collections.abc import Mapping

from optex import formatting
from optex.calendar import local_date
from optex.errors import Ruling
from optex.records import Form, Grant, Tender
from optex.terms import Terms


def omitted(form: Form, *, terms: Terms, grants: Mapping[str, Grant]) -> list[Grant]:
    """The holder's grants of the look-back window that a form does not tender whole, in order of grant.

    Authority: §2, §6 "all options granted to you during the six month period prior to" commencement (TND-3).
    """
    first, received_on = terms.lookback_from, local_date(form.received_at, terms.zone)
    tendered = {line.grant_id: line.shares for line in form.lines}
    found = [
        grant
        for grant in grants.values()
        if first <= grant.granted_on <= terms.commences
        and grant.expires_on >= received_on
        and tendered.get(grant.grant_id, 0) < grant.remaining
    ]
    return sorted(found, key=lambda grant: (grant.granted_on, grant.grant_id))


def offered(form: Form, *, terms: Terms, grants: Mapping[str, Grant]) -> tuple[tuple[Tender, ...], tuple[Ruling, ...]]:
    """What a proper form tenders, every look-back grant whole, and a remark on each one that had to be added or raised.

    Authority: §2, §6 "you will be required to also tender" (TND-3).
    """
    added = {grant.grant_id: grant for grant in omitted(form, terms=terms, grants=grants)}
    shares = {line.grant_id: line.shares for line in form.lines}
    shares |= {grant_id: grant.remaining for grant_id, grant in added.items()}
    tenders = (
        Tender(
            holder_id=form.holder_id,
            grant_id=grant_id,
            shares=count,
            form_id=form.form_id,
            added=grant_id in added,
        )
        for grant_id, count in shares.items()
    )
    remarks = (
        Ruling(
            rule="TND-3",
            reason=f"{within_window(grant)}: the form tenders it whole, {formatting.count(grant.remaining, 'share')}.",
        )
        for grant in added.values()
    )
    return tuple(tenders), tuple(remarks)


def within_window(grant: Grant) -> str:
    """The first half of a sentence on a look-back grant, for a remark or a defect (TND-3)."""
    return f"Option {grant.grant_id} was granted on {formatting.day(grant.granted_on)}, within the look-back period"
