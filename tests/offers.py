"""Small offers, written as folders and played by the flows' own bodies: a story states only what matters to it."""

import asyncio
import csv
from contextlib import contextmanager
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from functools import partial

from optex.calendar import EST
from tests.builders import offer_toml, toml

TERMS = {
    "withdrawable_after": "2003-04-28T17:00:00",
    "reminders": [1],
    "plan": {"shares_authorized": 100_000},
}
COLUMNS = {
    "holders.csv": "holder_id,name,email,jurisdiction,voting_percent",
    "service.csv": "holder_id,capacity,from,to",
    "grants.csv": "grant_id,holder_id,granted_on,shares,exercised,price,type,expires_on,vesting",
    "elections.csv": "form_id,holder_id,kind,received_at,signed_on,signed_as,channel,title,authority,"
    "grant_id,shares,original_shares,granted_on,price,exercised",
    "prices.csv": "date,close",
}


class Offer:
    """An offer with the dates of Alpha's; what a story adds to it becomes a folder when it is played.

    Instants are on the offer's clock, which is EST unless a story says otherwise.
    """

    def __init__(self, root, tables="", **terms):
        self.root = root
        self.terms = {**TERMS, **terms}
        self.tables = tables
        self.rows = {name: [] for name in COLUMNS}
        self.script = []
        self.names = {}
        self.grants = {}

    def holder(
        self, holder_id, name, capacity="employee", since="1999-01-04", until="", place="US-NH", votes=0, email=None
    ):
        """A holder who serves since long before the offer, and for good unless the story says until when."""
        self.names[holder_id] = name
        address = f"{name.lower().replace(' ', '.')}@alpha.example" if email is None else email
        self.rows["holders.csv"].append([holder_id, name, address, place, votes])
        return self.serves(holder_id, capacity, since, until)

    def serves(self, holder_id, capacity, since, until=""):
        self.rows["service.csv"].append([holder_id, capacity, since, until])
        return self

    def grant(self, grant_id, shares, on="2000-05-16", price="12.50", type="NSO", exercised=0, vesting="", holder=None):
        """A grant of the holder named last: fully vested by 2003, unless the story says otherwise."""
        holder = holder or list(self.names)[-1]
        expires = str(date.fromisoformat(on).replace(year=int(on[:4]) + 10))
        self.grants[grant_id] = (holder, shares, on, price, exercised)
        self.rows["grants.csv"].append([grant_id, holder, on, shares, exercised, price, type, expires, vesting])
        return self

    def tenders(self, form_id, received, signed=None, signed_as=None, channel="fax", **shares):
        """An Election Form for so many shares of each grant, in proper form unless the story says otherwise."""
        for grant_id, tendered in shares.items():
            holder, original, granted_on, price, exercised = self.grants[grant_id]
            head = self._form(form_id, holder, "election", received, signed, signed_as, channel)
            self.rows["elections.csv"].append([*head, grant_id, tendered, original, granted_on, price, exercised])
        return self

    def withdraws(self, form_id, holder, received, signed=None, signed_as=None, channel="fax"):
        """A Notice to Change Election From Accept to Reject."""
        head = self._form(form_id, holder, "withdrawal", received, signed, signed_as, channel)
        self.rows["elections.csv"].append([*head, "", "", "", "", "", ""])
        return self

    def _form(self, form_id, holder, kind, received, signed, signed_as, channel):
        signed, signed_as = signed or received[:10], self.names[holder] if signed_as is None else signed_as
        return [form_id, holder, kind, received, signed, signed_as, channel, "", ""]

    def closes_at(self, on, close):
        """A closing price of the stock."""
        self.rows["prices.csv"].append([on, close])
        return self

    def happens(self, when, do, **options):
        """A fact of the script; an option that is a word of Python is written with an underscore, as `from_`."""
        self.script.append({"when": when, "do": do, **{key.rstrip("_"): value for key, value in options.items()}})
        return self

    def write(self, path=None):
        """Write the folder as it stands now; returns where."""
        path = path or self.root / "offer"
        path.mkdir(parents=True, exist_ok=True)
        script = "".join("[[at]]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in fact.items()) for fact in self.script)
        (path / "offer.toml").write_text(offer_toml(**self.terms) + self.tables)
        (path / "script.toml").write_text(script)
        for name, columns in COLUMNS.items():
            with (path / name).open("w", newline="") as file:
                csv.writer(file).writerows([columns.split(","), *self.rows[name]])
        return path

    def play(self, until=None, out=None):
        """Play the offer, up to an instant if one is named; a play that stopped at one is taken up again.

        It is what `simulate` does, with the same rules, books and letters, and without Prefect.
        """
        from tests.driver import play_folder

        return self._played(play_folder, until, out)

    def simulate(self, until=None, out=None):
        """Play the offer as a person does: every step and every task of it a run of Prefect."""
        from flows.simulate import simulate

        return self._played(partial(simulate, report=False), until, out)

    def _played(self, play, until, out):
        from infra.folder.reader import read_folder

        out = out or self.root / "out"
        play(read_folder(self.write()), out, until=until and local(until))
        return Played(self.root / "offer", out)


class Played:
    """What a play has left: its ledgers, its mail and its books."""

    def __init__(self, folder, out):
        self.folder = folder
        self.out = out

    def ledger(self, name, /, **where):
        """The rows of a ledger in which the named columns hold these values."""
        with (self.out / "ledgers" / f"{name}.csv").open(newline="") as file:
            return [row for row in csv.DictReader(file) if all(row[key] == value for key, value in where.items())]

    def column(self, name, /, *columns, **where):
        """One or more columns of a ledger."""
        return [
            row[columns[0]] if len(columns) == 1 else tuple(row[c] for c in columns)
            for row in self.ledger(name, **where)
        ]

    def milestone(self, name):
        """Every version of a milestone as (due, outcome)."""
        return self.column("milestones", "due", "outcome", name=name)

    def form(self, form_id):
        """How a form stands at the end, and by which rule."""
        [found] = self.column("forms", "standing", "rule", form_id=form_id)
        return found

    def letters(self, kind, to=None):
        """The letters of a kind, to one holder by name, as running text in the order in which they left."""
        found = {}
        for path in (self.out / "mail").glob("*.eml"):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            if to in (None, message["To"].addresses[0].display_name):
                lines = message.get_body(("plain",)).get_content().splitlines()
                found[message["Message-ID"]] = " ".join(
                    " ".join(line.strip().removeprefix("| ") for line in lines).split()
                )
        sent = sorted(self.column("notices", "queued_at", "notice_id", "message_id", kind=kind))
        return [found[message_id] for _, _, message_id in sent if message_id in found]

    def bytes(self):
        """Every ledger and every letter, byte for byte."""
        return {path.name: path.read_bytes() for kind in ("ledgers", "mail") for path in (self.out / kind).iterdir()}

    @contextmanager
    def workspace(self):
        """The office of the play, open again."""
        from infra.database.engine import sqlite_url
        from infra.folder.arrivals import ArrivalQueue
        from infra.folder.reader import read_folder
        from infra.settings import DATABASE
        from infra.workspace import Workspace, using

        folder = read_folder(self.folder)
        books = sqlite_url((self.out / DATABASE).resolve())
        mine = Workspace(
            offer=folder.terms.offer, database_url=books, mail_dir=self.out / "mail", arrivals=ArrivalQueue(folder)
        )
        with using(mine):
            yield mine

    def steps(self):
        with self.workspace() as workspace, workspace.read() as reader:
            return reader.steps()

    def run(self, name, at, version=None):
        """Run the flow of a step, the last version unless one is named, and write the ledgers anew."""
        from flows.steps import run_step
        from infra.ledgers.export import export

        with self.workspace() as workspace:
            with workspace.read() as reader:
                step = reader.step(name, version)
            state = asyncio.run(run_step(workspace.offer, step, local(at)))
            with workspace.read() as reader:
                export(reader, self.out / "ledgers")
        return state


def local(text):
    """An instant on the clock EST, unless it carries a zone of its own."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=EST)).astimezone(UTC)
