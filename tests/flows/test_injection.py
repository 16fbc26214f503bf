"""What comes from outside is text wherever it goes: letters and their headers, pages, ledgers, calendar, terminal."""

import csv
import json
import re
import sqlite3
from email import message_from_bytes, policy
from html.parser import HTMLParser

import icalendar
import pytest

from infra.database.engine import engine_for
from infra.settings import DATABASE
from infra.status.markdown_text import plain, table
from optex.visible import on_one_line, visible
from tests.command import optex
from tests.offers import Offer
from tests.plain import assert_plain

TAGS = "<script>alert(1)</script><img src=x onerror=alert(2)>"
LINKS = "[click](https://evil.example/x) ![i](https://evil.example/i) `a` | b | **c** www.evil.example"
FORMULA = '=HYPERLINK("https://evil.example")'
HOLDER, ISSUER = f'Eve "Q", O\'Hara; <eve@evil.example> {TAGS}', f"Alpha & Sons, {TAGS} {LINKS}"
ACTING = "\x1b[31mred\x1b[0m\u202etxet\u202c\u200b\x9b2J"
UNSEEN = (0x07, 0x1B, 0x7F, 0x85, 0x9B, 0xAD, 0x200B, 0x200F, 0x2028, 0x202E, 0x2066, 0xFEFF)
SHOWN = r"\u001b[31mred\u001b[0m\u202etxet\u202c\u200b\u009b2J"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """An offer from opening to grant, in which everybody wrote what they should not."""
    offer = Offer(
        tmp_path_factory.mktemp("hostile"),
        issuer=ISSUER,
        contact={"name": f"Plan, {TAGS}", "title": TAGS, "address": f"1 Main St\n{TAGS}"},
        plan={"name": f"{TAGS} Plan", "shares_authorized": 100_000},
    )
    offer.holder("H1", HOLDER, email="eve@alpha.example").grant("G1", 1_000)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1_000)
    offer.holder("H2", FORMULA, email="=1+1@alpha.example").grant("G2", 500)
    offer.tenders("F2", "2003-03-11T10:00:00", signed_as=f"@SUM(A1) {TAGS}", channel="hand", G2=500)
    offer.tenders("F3", "2003-03-12T10:00:00", signed_as=TAGS, G2=500)
    offer.happens("2003-03-14T10:00:00", "election-waive", form="F2", by=FORMULA, reason=f"{TAGS} {LINKS}")
    offer.happens("2003-03-15T10:00:00", "condition-assert", number=4, by=TAGS, evidence=f"{FORMULA} {TAGS} {LINKS}")
    offer.happens("2003-03-16T10:00:00", "condition-waive", number=4, by=TAGS)
    offer.happens("2003-03-28T07:30:00", "extend", to="2003-04-14T17:00:00", by=TAGS, reason=f"{TAGS} {LINKS}")
    offer.closes_at("2003-10-15", "1.05").closes_at("2003-10-17", "1.05")
    return offer.play()


class Parsed(HTMLParser):
    """The tags of a page as a browser sees them."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def assert_harmless(page):
    """No script, no picture from elsewhere, no link that somebody wrote, nothing that is run on an event."""
    found = Parsed(page)
    assert not {"script", "iframe", "object"} & found.tags
    assert "x" not in [value for name, value in found.attributes if name == "src"]
    assert [] == [name for name, _ in found.attributes if name.startswith("on")]
    assert [] == [value for name, value in found.attributes if name == "href" and "evil" in value]


def test_the_letters(played):
    """Every header is one line of its own words, and the HTML has no tag but ours; nobody else is written to."""
    files = list((played.out / "mail").glob("*.eml"))
    assert len(files) > 5
    names = set()
    for file in files:
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert ["eve@alpha.example"] == [each.addr_spec for each in message["To"].addresses] or [
            "=1+1@alpha.example"
        ] == [each.addr_spec for each in message["To"].addresses]
        assert not {"Bcc", "Cc"} & set(message.keys())
        assert [] == message.defects
        for value in message.values():
            assert_plain(value)
        for part in message.walk():
            if part.get_content_type() == "text/html":
                assert_harmless(part.get_content())
        names.add(message["To"].addresses[0].display_name)
    assert {HOLDER, FORMULA} == names


@pytest.mark.parametrize("command", ["filing", "forms", "letters", "mail preview", "report"])
def test_the_pages(played, tmp_path, command):
    """What is written as HTML holds what people wrote as text."""
    out = tmp_path / "out" / ("report.html" if command == "report" else "")
    said = optex(*command.split(), played.out, *(["--holder", "H1"] if command == "mail preview" else []), "--out", out)
    if command == "forms":  # the offer is over by now: as the blank forms were when it was open
        assert 1 == said.code
        assert 0 == optex("forms", played.folder, "--out", out).code
    else:
        assert 0 == said.code, said
    pages = [path.read_text() for path in (tmp_path / "out").rglob("*.html")]
    assert pages
    assert any("&lt;script&gt;" in page for page in pages)
    for page in pages:
        assert_harmless(page)


def test_the_ledgers_and_the_calendar(played, tmp_path):
    """No cell of a CSV file runs in a spreadsheet; the calendar has an event a milestone, and no other property."""
    cells = []
    for file in (played.out / "ledgers").glob("*.csv"):
        with file.open(newline="") as rows:
            cells += [cell for row in csv.reader(rows) for cell in row]
    assert "'" + FORMULA in cells or any(cell.startswith(f"'{FORMULA}") for cell in cells)
    assert [] == [cell for cell in cells if cell[:1] in ("=", "@", "\t", "\r", "+") or re.match(r"-\D", cell)]
    assert 0 == optex("plan", played.folder, "--ics", tmp_path / "plan.ics").code
    calendar = icalendar.Calendar.from_ical((tmp_path / "plan.ics").read_bytes())
    assert ISSUER in calendar["x-wr-calname"]
    allowed = {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "DESCRIPTION", "TRANSP"}
    assert allowed == {name for event in calendar.walk("VEVENT") for name in event}


def test_the_dashboard(played):
    """Neither a link nor a picture nor a tag of theirs, and no cell more in a row, on the page of markdown."""
    page = optex("status", played.out).out
    assert r"\<script\>" in page
    for found in re.findall(r"(?<!\\)!?\[[^\]]*(?<!\\)\]\((.*?)\)", page):
        assert "evil" not in found
    assert [] == re.findall(r"(?<!\\)<(?=\w)", page)
    assert "https://evil" not in page
    for rows in re.findall(r"(?:^\|.*\n)+", page, flags=re.M):
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in rows.splitlines()}
        assert 1 == len(widths), rows


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<b>x</b>", r"\<b\>x\</b\>"),
        ("[a](https://x.example)", r"\[a\](https\://x.example)"),
        ("![a](x)", r"\!\[a\](x)"),
        ("see www.x.example", r"see www\.x.example"),
        ("&lt;", r"\&lt;"),
        ("# head\n- item", r"\# head - item"),
        ("- item", r"\- item"),
        ("+ item", r"\+ item"),
        ("1. item", r"1\. item"),
        ("a | b", r"a \| b"),
        ("odd ` tick", r"odd \` tick"),
        ("say `optex settle --as a|b` now", "say `optex settle --as a|b` now"),
        ("\x1b[31m\u202e", r"\u001b\[31m\u202e"),
    ],
)
def test_text_in_markdown(text, written):
    """It reads as it was written; a command between backticks stays a command."""
    assert written.replace("\\u", "\\u") == plain(text).replace("\\\\u", "\\u")


def test_a_cell_in_markdown_ends_where_it_ends():
    """A bar ends no cell, in a command neither."""
    assert r"| `a\|b` | c\|d |" == list(table(["x", "y"], "--", [["`a|b`", r"c\|d"]]))[2]


@pytest.fixture
def earlier(tmp_path):
    """Books of an earlier version, into which a name, a reason and an evidence came that are refused today."""
    folder = Offer(tmp_path).holder("H1", "Ann Lee", email="").grant("G1", 1_000).write()
    assert 0 == optex("price", "import", folder).code
    assert 0 == optex("hold", folder, "--reason", "wait", "--by", "Counsel", "--evidence", "a memo").code
    engine_for.cache_clear()
    with sqlite3.connect(folder / DATABASE) as db:
        for (trigger,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            db.execute(f"drop trigger {trigger}")
        db.execute("update holders set name = ?", [f"Ann {ACTING}"])
        db.execute("update actions set data = json_set(data, '$.reason', ?)", [f"wait {ACTING}\nhidden"])
    yield folder
    engine_for.cache_clear()


@pytest.mark.parametrize("words", [["explain", "H1"], ["status"], ["explain", "H1", "--json"], ["status", "--json"]])
def test_a_terminal_shows_what_it_would_obey(earlier, words):
    """What came in earlier is spelled out: no colour, no bell, no text turned round; JSON means what it meant."""
    command, *more = words
    said = optex(command, earlier, *more)
    assert 0 == said.code, said
    for line in (said.out + said.err).splitlines():
        assert_plain(line)
    assert SHOWN in said.out or command == "status"
    if "--json" in words:
        told = json.loads(said.out)
        assert command == "status" or f"Ann {ACTING}" == told["holder"]["name"]


def test_what_is_spelled_out():
    """As in JSON; text of every script, and what joins its letters, is left alone."""
    assert SHOWN == visible(ACTING) == on_one_line(ACTING)
    assert json.loads(f'"{visible(ACTING)}"') == ACTING
    assert "a\nb\tc" == visible("a\nb\tc")
    assert r"a\u000ab\u0009c\u000d" == on_one_line("a\nb\tc\r")
    assert r"\udb40\udc41" == visible("\U000e0041")
    for name in ("Zoë O’Brien", "Ольга", "नेहा क्‍ष", "می‌خواهم", "山田太郎", "שרה כהן", "👩‍💻", "Ángel"):
        assert name == visible(name) == on_one_line(name)


@pytest.mark.parametrize("code", UNSEEN)
def test_the_reader_refuses_what_cannot_be_seen(tmp_path, code):
    """In a name, a place, a signature, a channel, an issuer and a reason: by file, line and column; nothing is kept."""
    char = chr(code)
    offer = Offer(tmp_path, issuer="Al pha").holder("H1", "Ann Lee", place="US").grant("G1", 1_000)
    offer.tenders("F1", "2003-03-10T10:00:00", signed_as="Ann Lee", G1=1_000)
    offer.happens("2003-03-28T07:30:00", "extend", to="2003-04-14T17:00:00", reason="more time")
    folder = offer.write()
    for name, text in (
        ("offer.toml", "Al pha"),
        ("holders.csv", "Ann Lee"),
        ("elections.csv", "Ann Lee"),
        ("script.toml", "more time"),
    ):
        file = folder / name
        shown = f"\\u{ord(char):04x}" if name.endswith(".toml") else char
        file.write_text(file.read_text().replace(text, text.replace(" ", f" x{shown}y ")))
    said = optex("check", folder)
    assert 1 == said.code
    places = [line.split(": ")[:2] for line in said.out.splitlines()]
    assert [["holders.csv:2", "name"], ["elections.csv:2", "signed_as"]] == places[1:3]
    assert "offer.toml" == places[0][0].partition(":")[0]
    assert "issuer" == places[0][1]
    assert ["reason"] == [each[1] for each in places[3:]]
    for line in said.out.splitlines():
        assert_plain(line)
    assert not (folder / ".optex").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["hold", "--reason", "x\x1b[2J"], "hold: reason: 'x\\x1b[2J' cannot be taken"),
        (["hold", "--reason", "x", "--by", "Ann\u202e"], "by: 'Ann\\u202e'"),
        (["hold", "--reason", "x", "--by", "Ann\nAudit: all is well"], "by: 'Ann\\nAudit: all is well'"),
        (["price", "import", "--by", "Ann\u202e"], "by: 'Ann\\u202e' holds U+202E, which cannot be seen"),
    ],
)
def test_a_command_refuses_what_cannot_be_seen(tmp_path, words, said):
    """Who acts, and why: one clear line, and nothing on record."""
    folder = Offer(tmp_path).holder("H1", "Ann Lee").grant("G1", 1_000).closes_at("2003-03-03", "1.00").write()
    first = words.index("--reason") if "--reason" in words else words.index("--by")
    done = optex(*words[:first], folder, *words[first:])
    assert (1, "") == (done.code, done.out)
    assert said in done.err
    assert_plain(done.err.removesuffix("\n"))


@pytest.mark.parametrize("word", ["--x\x1b[31m", "--cancel-on=\x1b[31m\u202e", "one\x9b2J"])
def test_wrong_usage_repeats_what_was_typed_so_that_it_is_seen(tmp_path, word):
    """An option that there is not, a value that is none, a word too many: exit 2, and nothing acts on the terminal."""
    done = optex("plan", tmp_path, word)
    assert (2, "") == (done.code, done.out)
    for line in done.err.splitlines():
        assert_plain(line)
    assert "\\" in done.err
