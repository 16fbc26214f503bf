"""Whatever stands in an offer's folder: taken in, or refused in clear lines; never a traceback, never half."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.folder.new_workbook import write_offer_workbook
from infra.folder.reader import FILES
from tests.command import optex
from tests.infra.conftest import ELECTIONS, GRANTS, HOLDERS, OFFER, PRICES, SERVICE
from tests.mutations import broken, broken_workbook
from tests.offers import Offer
from tests.plain import FAULT, assert_plain

SCRIPT = """[[at]]
when = 2003-03-12T11:00:00
do = "condition-assert"
number = 4
by = "Counsel"

[[at]]
when = 2003-04-01T07:30:00
do = "extend"
to = "2003-04-14T24:00"
reason = "more time"

[[at]]
when = 2003-07-15T17:30:00
do = "split"
on = 2003-07-15
new = 3
old = 2

[[at]]
when = 2003-07-16T17:30:00
do = "service-set"
holder = "H1"
capacity = "employee"
from = 1999-01-04
to = 2003-06-30

[[at]]
when = 2003-10-03T16:30:00
do = "price-set"
on = 2003-10-03
close = 1.05
"""
LETTER = """{% extends layout %}
{% block letter %}
{% for option in options %}{{ option.grant_id }} {{ option.price | money }}{% endfor %}
{% endblock %}
"""
CONTENT = dict(zip(FILES, (OFFER, HOLDERS, SERVICE, GRANTS, ELECTIONS, PRICES, SCRIPT), strict=True))
CONTENT["templates/reminder.j2"] = LETTER
SEEN = settings(max_examples=settings.default.max_examples * (1 if settings.default.max_examples <= 25 else 3))


pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture(scope="module")
def place():
    with tempfile.TemporaryDirectory(prefix="optex-fuzz-") as path:
        yield Path(path)


def written(place, name, data):
    """The good folder, with other bytes in one of its files."""
    folder = place / "offer"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "templates").mkdir(parents=True)
    for each, text in CONTENT.items():
        (folder / each).write_text(text)
    (folder / name).write_bytes(data)
    return folder


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_clear(said, folder):
    """Lines of file, line, column and what is wrong, each on one line that a terminal shows as it is."""
    assert said.code in (0, 1), (said.code, said.out[:500], said.err[:500])
    for line in said.err.splitlines():
        assert_plain(line)
        assert len(line) < 2000, line[:300]
    if said.code:
        assert not said.err
        assert said.out.endswith("\n")
        for line in said.out.removesuffix("\n").split("\n"):
            assert_plain(line)
            assert len(line) < 2000, line[:300]
            found = FAULT.fullmatch(line)
            assert found, line
            if found["cell"]:
                assert found["file"] == "offer.xlsx", line
                continue
            assert found["file"] in (*CONTENT, "offer.xlsx"), line
            lines = (folder / found["file"]).read_bytes().count(b"\n") + 1 if (folder / found["file"]).is_file() else 1
            assert 1 <= int(found["line"]) <= lines + (folder / found["file"]).read_bytes().count(b"\r"), line


@pytest.mark.parametrize("name", CONTENT)
@SEEN
@given(data=st.data())
def test_a_broken_folder(place, name, data):
    """`check` and `plan` say what is wrong with it by file and line, and change nothing."""
    folder = written(place, name, data.draw(broken(CONTENT[name].encode())))
    before = files_of(folder)
    said = optex("check", folder)
    assert_clear(said, folder)
    if said.code:
        played = optex("simulate", folder, "--out", place / "played")
        assert (1, "", said.out) == (played.code, played.out, played.err)
        assert not (place / "played").exists()
    planned = optex("plan", folder)
    assert planned.code in (0, 1), planned
    if not said.code:
        assert planned.code == 0, planned
        assert optex("plan", folder, "--json").code == 0
    assert before == files_of(folder)


@pytest.fixture(scope="module")
def whole(place):
    """The good folder's rows as a workbook, its numbers and dates as such."""
    rows = {name.removesuffix(".csv"): text for name, text in CONTENT.items() if name.endswith(".csv")}
    write_offer_workbook(place / "whole.xlsx", rows)
    return (place / "whole.xlsx").read_bytes()


@SEEN
@given(data=st.data())
def test_a_broken_workbook(place, whole, data):
    """`check` says what is wrong with it by its cells, or that it is none; it never ends with it, nor changes it."""
    folder = written(place, "offer.xlsx", data.draw(broken_workbook(whole)))
    for name in CONTENT:
        if name.endswith(".csv"):
            (folder / name).unlink()
    before = files_of(folder)
    assert_clear(optex("check", folder), folder)
    assert before == files_of(folder)


@pytest.mark.parametrize(
    ("year", "far"),
    [(1950, {"waiting": {"months": 0, "days": 0}}), (2150, {"waiting": {"months": 1000, "days": 1000}})],
)
def test_at_either_end_of_the_calendar(tmp_path, year, far):
    """The earliest and the latest offer that is read is played to its end, with the farthest dates it may have."""
    offer = Offer(
        tmp_path,
        commences=f"{year}-03-02",
        expires=f"{year}-04-01T17:00:00",
        withdrawable_after=f"{year}-04-30T17:00:00",
        reminders=[1],
        confirm_within=1000,
        lapse_letter_after=1000,
        lookback={"months": 500},
        plan={"name": "Plan", "shares_authorized": 100_000, "term_years": {"employee": 1000}},
        **far,
    )
    offer.holder("H1", "Ann Lee", since="1900-01-01", until="2199-12-31")
    offer.grant("G1", 1_000, on=f"{year - 5}-01-03").tenders("F1", f"{year}-03-10T10:00:00", G1=1_000)
    offer.closes_at("1900-01-02", "1.00").closes_at("2199-12-31", "1.00")
    folder = offer.write()
    said = optex("check", folder)
    assert 0 == said.code, said
    assert 0 == optex("plan", folder).code
    assert 1 == len(offer.play().column("cancellations", "grant_id"))
