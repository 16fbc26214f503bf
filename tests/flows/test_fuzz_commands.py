"""Whatever is imported or said on the command line: taken in, or refused in clear lines with nothing changed."""

import shutil
import sqlite3
from itertools import count

import click
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows.cli import cli
from infra.database.engine import engine_for
from infra.settings import DATABASE
from tests.command import optex
from tests.infra.conftest import ELECTIONS, GRANTS, HOLDERS, OFFER, PRICES, SERVICE
from tests.mutations import DAYS, INSTANTS, NUMBERS, WORDS, broken
from tests.plain import FAULT, assert_plain

# Every example has books of its own: a shorter one is not looked for, as that takes many.
OWN_BOOKS = settings(phases=[Phase.reuse, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
DEEP = settings.default.max_examples > 25
FILES = {
    "offer.toml": OFFER, "holders.csv": HOLDERS, "service.csv": SERVICE, "grants.csv": GRANTS,
    "elections.csv": ELECTIONS, "prices.csv": PRICES,
}  # fmt: skip
_NUMBER = count()


pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory):
    """An offer that was taken into its books, with nothing recorded since."""
    folder = tmp_path_factory.mktemp("taken-in") / "offer"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    said = optex("price", "import", folder)
    assert said.code == 0, said
    yield folder
    engine_for.cache_clear()


@pytest.fixture(scope="module")
def copied(taken_in, tmp_path_factory):
    """Another offer just like it, of an example's own."""
    home = tmp_path_factory.mktemp("offers")

    def copy():
        engine_for.cache_clear()
        return shutil.copytree(taken_in, home / str(next(_NUMBER)))

    return copy


def books(folder):
    """All that is on record of an offer but what was refused, of which the record tells too."""
    with sqlite3.connect(folder / DATABASE) as db:
        tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name")]
        done = {"actions": "where accepted"}
        return {
            name: db.execute(f"select * from {name} {done.get(name, '')}").fetchall()
            for name in tables
            if name != "audit"
        }


def assert_refused_clearly(said, folder, before):
    assert said.code in (1, 2), said
    assert said.err or said.out, said
    for line in said.err.removesuffix("\n").split("\n"):
        assert_plain(line)
        assert len(line) < 3000 or said.code == 2, line[:300]
    assert before == books(folder)


@pytest.mark.parametrize(
    ("words", "text"),
    [(("election", "import"), ELECTIONS), (("service", "import"), SERVICE), (("price", "import"), PRICES)],
    ids=["forms", "service", "prices"],
)
@settings(OWN_BOOKS, max_examples=150 if DEEP else 15)
@given(data=st.data())
def test_a_broken_import(copied, words, text, data):
    """Every fault by file and line, and nothing of the file on record."""
    folder = copied()
    file = folder / "new.csv"
    file.write_bytes(data.draw(broken(text.encode())))
    before = books(folder)
    said = optex(*words, folder, file)
    if said.code:
        assert_refused_clearly(said, folder, before)
        for line in said.err.splitlines():
            assert FAULT.fullmatch(line), line[:300]
            assert line.startswith("new.csv:")


@pytest.mark.parametrize("name", ["holders.csv", "service.csv", "grants.csv", "elections.csv", "prices.csv"])
@settings(OWN_BOOKS, max_examples=150 if DEEP else 15)
@given(data=st.data())
def test_broken_files_are_not_taken_over(copied, name, data):
    """`correct import --yes`: all of the differences, or every fault by file and line and none."""
    folder = copied()
    (folder / name).write_bytes(data.draw(broken(FILES[name].encode())))
    before = books(folder)
    said = optex("correct", "import", folder, "--yes")
    if said.code:
        assert_refused_clearly(said, folder, before)


def commands(group, words=()):
    """Every command that takes a folder and says or records something of it, by its words."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        elif name not in LEFT_OUT:
            yield (*words, name), command


# They start a server, play, draw, or are told nothing but where to write.
LEFT_OUT = {
    "report",
    "export",
    "filing",
    "forms",
    "serve",
    "simulate",
    "demo",
    "schedule",
    "init",
    "backup",
    "restore",
    "test",
    "doctor",
}
COMMANDS = dict(commands(cli))
SAID = [word.decode("utf-8", "surrogateescape").replace("\0", "") for word in (*DAYS, *INSTANTS, *NUMBERS, *WORDS)]
GOOD = [
    "H1",
    "G1",
    "F1",
    "employee",
    "ISO",
    "2003-03-10",
    "2003-03-10T12:00",
    "100",
    "1.05",
    "Counsel",
    "none",
    "election",
]
TEXT = (
    st.sampled_from(SAID)
    | st.sampled_from(GOOD)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
    | st.sampled_from(
        ["x" * 10_000, "../../etc/passwd", "/", ".", "--", "-x", "$(id)", "%s", "{}", "x" * 300 + "@example.com"]
    )
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@settings(OWN_BOOKS, max_examples=40 if DEEP else 3)
@given(data=st.data())
def test_any_words_on_the_command_line(copied, tmp_path_factory, words, data):
    """Done, or refused by a rule or as wrong usage, in lines that say why; never a traceback."""
    folder = copied()
    said = []
    for each in COMMANDS[words].params:
        if not isinstance(each, click.Option):
            if each.name != "folder" and data.draw(st.booleans() if not each.required else st.just(True)):
                said.append(data.draw(TEXT))
            continue
        if not each.required and data.draw(st.booleans()):
            continue
        value = data.draw(st.sampled_from(each.type.choices) | TEXT if isinstance(each.type, click.Choice) else TEXT)
        if isinstance(each.type, click.Path):
            value = str(folder / "out")
        said += [each.opts[0]] if each.is_flag else [f"{each.opts[0]}={value}"]
    before = books(folder)
    done = optex(*words, folder, *said)
    if done.code:
        assert_refused_clearly(done, folder, before)
    for line in (done.out + done.err).split("\n"):
        assert_plain(line.replace("\t", " "))
