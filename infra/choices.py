"""What a form lets choose from, where it is short: the holders, grants, forms and jurisdictions of an offer."""

from sqlalchemy import Select, select

from infra.database import tables as t
from infra.database.reader import OfferReader

MOST = 100
"""A longer list is none to choose from: what it would hold is typed."""
APART = " · "
"""Between the id and whose it is."""


def choices(reader: OfferReader, among: str) -> list[str] | None:
    """What there is to choose from, by id and whose it is; None where there is more than a list can show."""
    rows = reader.connection.execute(_query(reader.offer, among).limit(MOST + 1)).all()
    if len(rows) > MOST:
        return None
    return [APART.join(map(str, row)) for row in sorted(rows, key=lambda row: (len(row[0]), row[0]))]


def _query(offer: str, among: str) -> Select[str, str] | Select[str]:
    h, g, f, i = t.holders.c, t.grants.c, t.forms.c, t.issued_options.c
    match among:
        case "holders":
            return select(h.holder_id, h.name).where(h.offer == offer)
        case "jurisdictions":
            return select(h.jurisdiction).where(h.offer == offer, h.jurisdiction != "").distinct()
        case "grants":
            held = (h.offer == g.offer) & (h.holder_id == g.holder_id)
            return select(g.grant_id, h.name).join(t.holders, held).where(g.offer == offer)
        case "forms":
            held = (h.offer == f.offer) & (h.holder_id == f.holder_id)
            return select(f.form_id, h.name).join(t.holders, held).where(f.offer == offer)
        case "new options":
            held = (h.offer == i.offer) & (h.holder_id == i.holder_id)
            new = (i.offer == offer, i.kind == "new", i.ended_on.is_(None))
            return select(i.grant_id, h.name).join(t.holders, held).where(*new)
    raise ValueError(among)
