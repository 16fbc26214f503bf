"""The story of one holder: everything decided about them, in order of time, each with its rule and section."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from difflib import get_close_matches

from sqlalchemy import func, select

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.explain.decided import decisions, unexplained_options
from infra.explain.happened import actions, closes, forms, not_asked, promise_issued, refusals, service, unsigned
from infra.explain.holder_history import HistoryLine, HolderHistory, read_history
from infra.explain.letters import letters
from optex.calendar import instant
from optex.errors import OptexError
from optex.formatting import first_few
from optex.visible import quoted, unseen

# At one instant the cause goes before what follows from it.
_PARTS = (
    actions,
    not_asked,
    forms,
    decisions,
    closes,
    unexplained_options,
    promise_issued,
    unsigned,
    refusals,
    letters,
)


class UnknownHolder(OptexError):
    """Nobody, or more than one, fits the id or the name."""


def explain_holder(db: OfferReader, holder_id: str) -> list[HistoryLine]:
    """Everything decided about one holder, in order of time; UnknownHolder names whoever comes close."""
    holder_id = find_holder(db, holder_id)
    history = read_history(db, holder_id)
    entries = sorted(_entries(history), key=lambda entry: entry[0])  # stable: at one instant in the order of the parts
    return [line for _, line in entries]


def _entries(history: HolderHistory) -> Iterator[tuple[datetime, HistoryLine]]:
    yield from service(history)
    zone = history.terms.zone
    for part in _PARTS:
        for line in part(history):
            at: date | datetime = line.at
            yield (at if isinstance(at, datetime) else instant(at, time(0), zone)), line


def find_holder(db: OfferReader, wanted: str) -> str:
    """The id of the one holder who has this id, this name, or a name of which this is a part."""
    h = t.holders.c
    if not unseen(wanted):  # no database takes every text
        exact = select(h.holder_id).where(h.offer == db.offer, func.lower(h.holder_id) == wanted.strip().lower())
        ids: list[str] = list(db.connection.execute(exact).scalars())
        if wanted in ids or len(ids) == 1:
            return wanted if wanted in ids else ids[0]
    names: dict[str, str] = dict(iter(db.connection.execute(select(h.holder_id, h.name).where(h.offer == db.offer))))
    return holder_among(names, wanted, db.offer)


def holder_among(names: Mapping[str, str], wanted: str, offer: str) -> str:
    """The same among the names of an offer's holders by their ids."""
    ids = [holder_id for holder_id in names if holder_id.lower() == wanted.strip().lower()]
    if wanted in ids or len(ids) == 1:
        return wanted if wanted in ids else ids[0]
    folded = {holder_id: _folded(name) for holder_id, name in names.items()}
    sought = _folded(wanted)
    found = [key for key, name in folded.items() if name == sought]
    if not found and sought:
        found = [key for key, name in folded.items() if sought in name]
    if len(found) == 1:
        return found[0]
    if found:
        fit = _named(sorted(found), names)
        raise UnknownHolder(f"{quoted(wanted)} fits {len(found):,} holders: {fit}. Name one by id")
    close = set(get_close_matches(sought, set(folded.values()), n=3, cutoff=0.5))
    near = [key for key, name in folded.items() if name in close]
    near += get_close_matches(wanted.strip(), names, n=3, cutoff=0.5)
    hint = f"; did you mean {_named(sorted(set(near)), names)}?" if near else ""
    raise UnknownHolder(f"{offer} has no holder {quoted(wanted)}, neither by id nor by name{hint}")


def _folded(name: str) -> str:
    """A name as it is compared: without case, accents and doubled blanks, so that Zoe finds Zoë."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def _named(ids: list[str], names: Mapping[str, str]) -> str:
    return first_few([f"{key} {names[key]}" for key in ids], 8)
