"""The workspace of one offer: where its books are, how its mail leaves, and which clock it goes by."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from infra.database.engine import engine_for, sqlite_url
from infra.database.reader import HOLDERS_AT_ONCE, OfferReader
from infra.database.writer import OfferWriter, offers_in, open_reader, open_writer
from infra.folder.arrivals import ArrivalQueue
from infra.folder.whereabouts import typed, why_no_offer
from infra.mail.smtp import SmtpSettings
from infra.settings import DATABASE, KEPT, PLAYED, Settings, load_settings
from optex.errors import OptexError
from optex.fields import ID


def machine_clock() -> datetime:
    """The instant by this machine, to the second: what nobody can set (REC-1)."""
    return datetime.now(UTC).replace(microsecond=0)


class UnknownWorkspace(OptexError):
    """Nobody said where the books of that offer are kept."""


class SameOffer(UnknownWorkspace):
    """Two folders hold one offer, so that nobody can say which of them is meant by its name."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One offer's books and mail; `arrivals` is what a simulation has still to arrive, and makes its clock virtual.

    `folder` is where the files of the offer are, None where nobody said so.
    """

    offer: str
    database_url: str
    mail_dir: Path
    smtp: SmtpSettings | None = None
    mail_from: str = ""
    ops_mail: str = ""
    ops_webhook: str = ""
    templates: Path | None = None
    folder: Path | None = None
    arrivals: ArrivalQueue | None = None
    holders_at_once: int = HOLDERS_AT_ONCE

    @cached_property
    def engine(self) -> Engine:
        return engine_for(self.database_url)

    @property
    def simulated(self) -> bool:
        return self.arrivals is not None

    def now(self, at: datetime | None) -> datetime:
        """The instant it is: the virtual one of a simulation, else now; nobody sets the clock of a real offer."""
        if self.simulated:
            if at is None:
                raise OptexError("a simulation must say what time it is")
            return at
        if at is not None:
            raise OptexError("only a simulation may say what time it is")
        return machine_clock()

    @contextmanager
    def write(self) -> Iterator[OfferWriter]:
        clock, approvals = (machine_clock, None) if self.arrivals is None else (None, self.arrivals.approvals)
        with open_writer(self.engine, self.offer, clock, approvals) as db:
            db.at_once = self.holders_at_once
            yield db

    @contextmanager
    def read(self) -> Iterator[OfferReader]:
        with open_reader(self.engine, self.offer) as db:
            yield db


_USED: ContextVar[Workspace | None] = ContextVar("workspace", default=None)


@contextmanager
def using(workspace: Workspace) -> Iterator[Workspace]:
    """Make a workspace that of its offer for whatever runs inside, flows and their tasks included, as a play does."""
    before = _USED.set(workspace)
    try:
        yield workspace
    finally:
        _USED.reset(before)


def workspace_of(offer: str) -> Workspace:
    """The workspace of an offer by its name: the one in use here, else where the settings say its books are."""
    used = _USED.get()
    if used is not None and used.offer == offer:
        return used
    settings = load_settings()
    folders, wrong = told_apart(settings.offers)
    folder = folders.get(offer)
    if folder or settings.database_url:
        return _workspace(offer, folder, settings)
    advice = "set OPTEX_DATABASE_URL, or OPTEX_OFFERS to the folders of the offers"
    raise UnknownWorkspace(f"no offer {offer!r} here: {'; '.join(map(str, wrong.values())) or advice}")


def all_workspaces() -> list[Workspace]:
    """Every workspace that the settings name: all offers of the database, else those in the folders of OPTEX_OFFERS."""
    settings = load_settings()
    folders, _ = told_apart(settings.offers)
    offers = offers_in(engine_for(settings.database_url)) if settings.database_url else folders
    return [_workspace(offer, folders.get(offer), settings) for offer in offers]


def fallback_workspace() -> Workspace:
    """A workspace without an offer, for what operations must be told when no books can be read."""
    return _workspace("optex", None, load_settings().model_copy(update={"database_url": "sqlite://"}))


def left_out() -> list[str]:
    """Why a folder that the settings name is none of those that are looked after, each in a sentence."""
    return [str(error) for error in told_apart(load_settings().offers)[1].values()]


def told_apart(folders: Iterable[Path]) -> tuple[dict[str, Path], dict[Path, OptexError]]:
    """The folders by the names of their offers, and why another is left out: one bad folder stops no other offer."""
    named: dict[str, Path] = {}
    wrong: dict[Path, OptexError] = {}
    for folder in folders:
        try:
            name = name_of(folder)
        except OSError as error:
            wrong[folder] = UnknownWorkspace(f"{folder} cannot be read: {error.strerror}")
        except OptexError as error:
            wrong[folder] = error
        else:
            if (first := named.setdefault(name, folder)) is not folder:
                wrong[folder] = SameOffer(f"{first} and {folder} both hold the offer {name!r}: an offer has one folder")
    return named, wrong


def workspace_in(folder: Path, settings: Settings | None = None) -> Workspace:
    """The workspace of the offer in a folder, or of one that `simulate` played into it."""
    return _workspace(name_of(folder), folder, settings or load_settings())


def name_of(folder: Path) -> str:
    """The name of the offer in a folder; a folder that a simulation wrote keeps it beside the books."""
    played = folder / PLAYED
    if played.exists():
        return played.read_text(encoding="utf-8").split()[0]
    file = folder / "offer.toml"
    if not file.is_file():
        raise UnknownWorkspace(why_no_offer(folder))
    try:
        name = str(tomllib.loads(file.read_text(encoding="utf-8-sig"))["offer"])
        if not re.fullmatch(ID, name):
            raise ValueError(name)  # it names files too
        return name
    except (KeyError, ValueError, RecursionError) as error:  # as tomllib has it of what is no TOML
        raise UnknownWorkspace(
            f"{file} does not name its offer: `optex check {typed(folder)}` says what is wrong"
        ) from error


def _workspace(offer: str, folder: Path | None, settings: Settings) -> Workspace:
    """A workspace; one without a folder is known to the database alone, and writes its letters as optex has them."""
    known = folder
    if folder is None:  # a run works in a directory that is thrown away after it: no place for letters
        folder = Path.home() / KEPT / offer
    templates = folder / "templates"
    played = (folder / PLAYED).exists()
    books = sqlite_url(folder.resolve() / DATABASE)
    return Workspace(
        offer=offer,
        database_url=books if played else settings.database_url or books,
        mail_dir=folder / ("mail" if played else KEPT / "mail"),
        smtp=_smtp(settings),
        mail_from=settings.mail_from,
        ops_mail=settings.ops_mail,
        ops_webhook=settings.ops_webhook,
        templates=templates if templates.is_dir() else None,
        folder=known,
    )


def _smtp(settings: Settings) -> SmtpSettings | None:
    """The server of the settings; None where none is named, and nothing leaves this machine."""
    if not settings.smtp_host:
        return None
    return SmtpSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        tls=settings.smtp_tls,
        connections=settings.smtp_connections,
    )
