"""What a holder may choose of the options: any whole shares, whole grants only, or all that is eligible or none.

Authority: the offer's own terms, `exchange.units` (TND-8); §2, §6 where they state nothing (TND-1).
"""

from collections.abc import Container, Iterator, Mapping
from datetime import date

from optex import formatting
from optex.calendar import local_date
from optex.errors import Ruling
from optex.records import Form, Grant
from optex.terms import Terms


def not_whole(
    form: Form, *, since: date, terms: Terms, grants: Mapping[str, Grant], left_out: Container[str]
) -> list[Grant]:
    """The holder's grants from a day through the commencement that a form does not tender whole, in order of grant.

    Not those that the offer is not made for, which are `left_out`, nor what had expired when the form was received.
    """
    received_on = local_date(form.received_at, terms.zone)
    tendered = {line.grant_id: line.shares for line in form.lines}
    found = [
        grant
        for grant in grants.values()
        if since <= grant.granted_on <= terms.commences
        and grant.grant_id not in left_out
        and grant.expires_on >= received_on
        and tendered.get(grant.grant_id, 0) < grant.remaining
    ]
    return sorted(found, key=lambda grant: (grant.granted_on, grant.grant_id))


def broken_units(
    form: Form, *, terms: Terms, grants: Mapping[str, Grant], left_out: Container[str]
) -> Iterator[Ruling]:
    """Where a form tenders less than the offer's units, and what to do about it (TND-8)."""
    units = terms.exchange.units
    if units == "shares":
        return
    tendered = {line.grant_id: line.shares for line in form.lines}
    for grant in not_whole(form, since=date.min, terms=terms, grants=grants, left_out=left_out):
        of_it = tendered.get(grant.grant_id, 0)
        left = formatting.count(grant.remaining, "share")
        if of_it > 0:
            part = f"The form tenders {of_it:,} of the {left} of option {grant.grant_id}"
            do = ", and every other eligible option, or none" if units == "all" else ", or leave it out"
            yield Ruling(rule="TND-8", reason=f"{part}. An option is tendered whole: tender all of it{do}.")
        elif units == "all" and grant.grant_id not in tendered:
            lacking = f"The form leaves out option {grant.grant_id} with {left}"
            reason = f"{lacking}. All eligible options are tendered, whole, or none of them: add it, or tender nothing."
            yield Ruling(rule="TND-8", reason=reason)
