"""What the books hold about holders, table by table, as records of the rules."""

from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, select

from infra.database import tables as t
from infra.database.among import among
from infra.database.mapping import FORMS, HOLDERS, SERVICE_PERIODS
from optex.records import Form, FormLine, Grant, Holder, HolderRecord, OptionType, ServicePeriod, Tranche

Ids = Sequence[str] | None

_TYPE = {member.value: member for member in OptionType}


def read_holder_records(connection: Connection, offer: str, holder_ids: Ids, *, forms: bool) -> list[HolderRecord]:
    """The records of these holders, or of all, in order of holder id."""
    periods = read_service_periods(connection, offer, holder_ids)
    grants: dict[str, dict[str, Grant]] = defaultdict(dict)
    for grant in read_grants(connection, offer, holder_ids):
        grants[grant.holder_id][grant.grant_id] = grant
    received = read_forms(connection, offer, holder_ids) if forms else {}
    return [
        HolderRecord(
            holder=holder,
            service_periods=tuple(periods.get(holder.holder_id, ())),
            grants=grants.get(holder.holder_id, {}),
            forms=tuple(received.get(holder.holder_id, ())),
        )
        for holder in read_holders(connection, offer, holder_ids)
    ]


def read_holders(connection: Connection, offer: str, holder_ids: Ids) -> list[Holder]:
    rows = rows_of_holders(connection, offer, HOLDERS.columns, holder_ids, t.holders.c.holder_id)
    return [HOLDERS.record(row) for row in rows]


def read_service_periods(connection: Connection, offer: str, holder_ids: Ids) -> dict[str, list[ServicePeriod]]:
    """The periods of service by holder, in order of their first days."""
    found: dict[str, list[ServicePeriod]] = defaultdict(list)
    for row in rows_of_holders(connection, offer, SERVICE_PERIODS.columns, holder_ids, t.service_periods.c.first_day):
        period = SERVICE_PERIODS.record(row)
        found[period.holder_id].append(period)
    return found


def read_grants(connection: Connection, offer: str, holder_ids: Ids) -> list[Grant]:
    """The grants with the schedules that they state, in order of their ids (sorted here: see `among`)."""
    g = t.grants.c
    vesting = _stated_vesting(connection, offer, holder_ids)
    columns = (g.grant_id, g.holder_id, g.granted_on, g.shares, g.exercised, g.price, g.type, g.expires_on, g.fmv)
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
            fmv=fmv,
        )
        for grant_id, holder_id, granted_on, shares, exercised, price, type_, expires_on, fmv in sorted(
            rows_of_holders(connection, offer, columns, holder_ids), key=itemgetter(0)
        )
    ]


def _stated_vesting(connection: Connection, offer: str, holder_ids: Ids) -> dict[str, list[Tranche]]:
    """The schedules of grants that state one; the options that the offer itself issues have tranches too."""
    v, g = t.tranches.c, t.grants.c
    query = (
        select(v.grant_id, v.vests_on, v.shares)
        .where(v.offer == offer, v.grant_id.in_(_mine(connection, g.grant_id, offer, holder_ids)))
        .order_by(v.grant_id, v.vests_on)
    )
    found: dict[str, list[Tranche]] = defaultdict(list)
    for grant_id, vests_on, shares in connection.execute(query).all():
        found[grant_id].append(Tranche(vests_on=vests_on, shares=shares))
    return found


def read_forms(connection: Connection, offer: str, holder_ids: Ids) -> dict[str, list[Form]]:
    """The forms by holder, in order of receipt."""
    lines = _form_lines(connection, offer, holder_ids)
    found: dict[str, list[Form]] = defaultdict(list)
    for row in rows_of_holders(connection, offer, FORMS.columns, holder_ids, t.forms.c.received_at, t.forms.c.position):
        form = FORMS.record(row, lines=tuple(lines.get(row[0], ())))
        found[form.holder_id].append(form)
    return found


def _form_lines(connection: Connection, offer: str, holder_ids: Ids) -> dict[str, list[FormLine]]:
    n = t.form_lines.c
    query = select(n.form_id, n.grant_id, n.shares, n.original_shares, n.granted_on, n.price, n.exercised)
    query = query.where(n.offer == offer).order_by(n.form_id, n.grant_id)
    if holder_ids is not None:
        query = query.where(n.form_id.in_(_mine(connection, t.forms.c.form_id, offer, holder_ids)))
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


def _mine(connection: Connection, key: Any, offer: str, holder_ids: Ids) -> Any:
    """The keys of what belongs to these holders, or to all."""
    table = key.table.c
    query = select(key).where(table.offer == offer)
    return query if holder_ids is None else query.where(among(connection, table.holder_id, holder_ids))


def rows_of_holders(
    connection: Connection, offer: str, columns: Sequence[Any], holder_ids: Ids, *order: Any
) -> Sequence[Any]:
    """Columns of one table, of the rows of these holders, or of all."""
    table = columns[0].table
    query = select(*columns).where(table.c.offer == offer).order_by(*order)
    if holder_ids is not None:
        query = query.where(among(connection, table.c.holder_id, holder_ids))
    return connection.execute(query).all()
