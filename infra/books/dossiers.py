"""Reading dossiers: what the books hold about holders, half a million options at a time.

Rows are fetched whole and taken apart by position: by name and one by one it takes three times as long.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from infra.books import tables as t
from infra.books.mapping import FORM_LINES, FORMS, GRANTS, HOLDERS, SERVICE_PERIODS, RecordTable
from optex.records import Dossier, Form, FormLine, Grant, Holder, Spell, Tranche

Ids = Sequence[str] | None


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
    rows = _rows(connection, offer, HOLDERS, holder_ids, t.holders.c.holder_id)
    return [HOLDERS.record(row) for row in rows]


def read_spells(connection: Connection, offer: str, holder_ids: Ids) -> dict[str, list[Spell]]:
    """The spells of service by holder, in order of their first days."""
    found: dict[str, list[Spell]] = defaultdict(list)
    for row in _rows(connection, offer, SERVICE_PERIODS, holder_ids, t.service_periods.c.first_day):
        spell = SERVICE_PERIODS.record(row)
        found[spell.holder_id].append(spell)
    return found


def read_grants(connection: Connection, offer: str, holder_ids: Ids) -> list[Grant]:
    """The grants with the schedules that they state, in order of their ids."""
    vesting = _stated_vesting(connection, offer, holder_ids)
    rows = _rows(connection, offer, GRANTS, holder_ids, t.grants.c.grant_id)
    return [GRANTS.record(row, vesting=tuple(vesting.get(row[0], ()))) for row in rows]


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
    for row in _rows(connection, offer, FORMS, holder_ids, t.forms.c.received_at, t.forms.c.position):
        form = FORMS.record(row, lines=tuple(lines.get(row[0], ())))
        found[form.holder_id].append(form)
    return found


def _form_lines(connection: Connection, offer: str, holder_ids: Ids) -> dict[str, list[FormLine]]:
    n, f = t.form_lines.c, t.forms.c
    query = select(n.form_id, *FORM_LINES.columns).where(n.offer == offer).order_by(n.form_id, n.grant_id)
    if holder_ids is not None:
        query = query.where(n.form_id.in_(_mine(f.form_id, f.offer == offer, f.holder_id, holder_ids)))
    found: dict[str, list[FormLine]] = defaultdict(list)
    for form_id, *cells in connection.execute(query).all():
        found[form_id].append(FORM_LINES.record(cells))
    return found


def _mine(key: Any, of_offer: Any, holder: Any, holder_ids: Ids) -> Any:
    query = select(key).where(of_offer)
    return query if holder_ids is None else query.where(holder.in_(holder_ids))


def _rows(
    connection: Connection, offer: str, kept: RecordTable[Any], holder_ids: Ids, *order: Any
) -> Sequence[Row[Any]]:
    holder, of_offer = kept.table.c.holder_id, kept.table.c.offer == offer
    query = select(*kept.columns).where(of_offer).order_by(*order)
    return connection.execute(query if holder_ids is None else query.where(holder.in_(holder_ids))).all()
