"""Reading dossiers: what the books hold about holders, half a million options at a time.

Rows are fetched whole and taken apart by position: by name and one by one it takes three times as long. Of grants and
of lines there are the most: their records are written out, in two thirds of the time that any record takes.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from infra.database import tables as t
from infra.database.mapping import FORMS, HOLDERS, SERVICE_PERIODS
from optex.records import Dossier, Form, FormLine, Grant, Holder, OptionType, Spell, Tranche

Ids = Sequence[str] | None

_TYPE = {member.value: member for member in OptionType}


def read_dossiers(connection: Connection, offer: str, holder_ids: Ids) -> list[Dossier]:
    """The dossiers of these holders, or of all, in order of holder id."""
    spells = read_spells(connection, offer, holder_ids)
    grants: dict[str, dict[str, Grant]] = defaultdict(dict)
    for grant in read_grants(connection, offer, holder_ids):
        grants[grant.holder_id][grant.grant_id] = grant
    forms = _forms(connection, offer, holder_ids)
    return [
        Dossier(
            holder=holder,
            spells=tuple(spells.get(holder.holder_id, ())),
            grants=grants.get(holder.holder_id, {}),
            forms=tuple(forms.get(holder.holder_id, ())),
        )
        for holder in read_holders(connection, offer, holder_ids)
    ]


def read_holders(connection: Connection, offer: str, holder_ids: Ids) -> list[Holder]:
    rows = _rows(connection, offer, HOLDERS.columns, holder_ids, t.holders.c.holder_id)
    return [HOLDERS.record(row) for row in rows]


def read_spells(connection: Connection, offer: str, holder_ids: Ids) -> dict[str, list[Spell]]:
    """The spells of service by holder, in order of their first days."""
    found: dict[str, list[Spell]] = defaultdict(list)
    for row in _rows(connection, offer, SERVICE_PERIODS.columns, holder_ids, t.service_periods.c.first_day):
        spell = SERVICE_PERIODS.record(row)
        found[spell.holder_id].append(spell)
    return found


def read_grants(connection: Connection, offer: str, holder_ids: Ids) -> list[Grant]:
    """The grants with the schedules that they state, in order of their ids."""
    g = t.grants.c
    vesting = _stated_vesting(connection, offer, holder_ids)
    columns = (g.grant_id, g.holder_id, g.granted_on, g.shares, g.exercised, g.price, g.type, g.expires_on)
    return [
        Grant(
            grant_id=grant_id,
            holder_id=holder_id,
            granted_on=granted_on,
            shares=shares,
            exercised=exercised,
            price=price,
            type=_TYPE[type_],
            expires_on=expires_on,
            vesting=tuple(vesting.get(grant_id, ())),
        )
        for grant_id, holder_id, granted_on, shares, exercised, price, type_, expires_on in _rows(
            connection, offer, columns, holder_ids, g.grant_id
        )
    ]


def _stated_vesting(connection: Connection, offer: str, holder_ids: Ids) -> dict[str, list[Tranche]]:
    """The schedules of grants that state one; the options that the offer itself issues have tranches too."""
    v, g = t.tranches.c, t.grants.c
    query = (
        select(v.grant_id, v.vests_on, v.shares)
        .where(v.offer == offer, v.grant_id.in_(_mine(g.grant_id, g.offer == offer, g.holder_id, holder_ids)))
        .order_by(v.grant_id, v.vests_on)
    )
    found: dict[str, list[Tranche]] = defaultdict(list)
    for grant_id, vests_on, shares in connection.execute(query).all():
        found[grant_id].append(Tranche(vests_on=vests_on, shares=shares))
    return found


def _forms(connection: Connection, offer: str, holder_ids: Ids) -> dict[str, list[Form]]:
    """The forms by holder, in order of receipt."""
    lines = _form_lines(connection, offer, holder_ids)
    found: dict[str, list[Form]] = defaultdict(list)
    for row in _rows(connection, offer, FORMS.columns, holder_ids, t.forms.c.received_at, t.forms.c.position):
        form = FORMS.record(row, lines=tuple(lines.get(row[0], ())))
        found[form.holder_id].append(form)
    return found


def _form_lines(connection: Connection, offer: str, holder_ids: Ids) -> dict[str, list[FormLine]]:
    n, f = t.form_lines.c, t.forms.c
    query = select(n.form_id, n.grant_id, n.shares, n.original_shares, n.granted_on, n.price, n.exercised)
    query = query.where(n.offer == offer).order_by(n.form_id, n.grant_id)
    if holder_ids is not None:
        query = query.where(n.form_id.in_(_mine(f.form_id, f.offer == offer, f.holder_id, holder_ids)))
    found: dict[str, list[FormLine]] = defaultdict(list)
    for form_id, grant_id, shares, original, granted_on, price, exercised in connection.execute(query).all():
        line = FormLine(
            grant_id=grant_id,
            shares=shares,
            original_shares=original,
            granted_on=granted_on,
            price=price,
            exercised=exercised,
        )
        found[form_id].append(line)
    return found


def _mine(key: Any, of_offer: Any, holder: Any, holder_ids: Ids) -> Any:
    query = select(key).where(of_offer)
    return query if holder_ids is None else query.where(holder.in_(holder_ids))


def _rows(connection: Connection, offer: str, columns: Sequence[Any], holder_ids: Ids, *order: Any) -> Sequence[Any]:
    table = columns[0].table
    query = select(*columns).where(table.c.offer == offer).order_by(*order)
    if holder_ids is not None:
        query = query.where(table.c.holder_id.in_(holder_ids))
    return connection.execute(query).all()
