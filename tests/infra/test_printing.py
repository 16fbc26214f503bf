"""Printable letters: which are printed, in what, and under which names."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from infra.database import tables as t
from infra.database.engine import engine_for, sqlite_url
from infra.database.writer import open_writer
from infra.handlers.intake import load_folder
from infra.mail import outbox
from infra.mail.printing import print_letters
from infra.mail.render import render
from optex import notices
from optex.state import OfferState

AT = datetime(2003, 3, 10, 16, tzinfo=UTC)
BEFORE = AT - timedelta(days=1)


@pytest.fixture
def db(folder, tmp_path):
    """Eight holders who are told on March 10 that the offer has opened; H2 has no e-mail address."""
    folder.add("holders.csv", *(f"H{n},Mo {n},mo{n}@x.example,US," for n in range(3, 9)))
    read = folder.read()
    engine = engine_for(sqlite_url(tmp_path / "books.db"))
    load_folder(engine, read, AT)
    with open_writer(engine, "alpha-2003") as opened:
        opened.queue_notices((opening(opened.state(), each, read.grants) for each in read.holders), AT)
        yield opened
    engine_for.cache_clear()


def opening(state: OfferState, holder, grants):
    return notices.offer_opened(state.terms, state.schedule, holder, grants[:1])


def mark(db, holder_id, **values):
    mine = (t.notices.c.offer == db.offer, t.notices.c.holder_id == holder_id)
    db.connection.execute(update(t.notices).where(*mine).values(**values))


@pytest.fixture
def marked(db):
    """One letter of each fate: H1 waits, H2 cannot be mailed, H3 to H8 are as their marks say."""
    mark(db, "H3", refused=True, answer="550 no such user")
    mark(db, "H4", sent_at=AT, bounced_at=AT, bounce_reason="moved")
    mark(db, "H5", sent_at=AT)
    mark(db, "H6", delivered_on=AT.date(), delivered_how="hand")
    mark(db, "H7", send_after=AT + timedelta(days=1), refused=True)
    outbox.withdraw(db, ["offer-opened:H8"], AT)
    return db


def test_unsent_is_what_no_mail_brings(marked, tmp_path):
    """No address, refused, come back; not what waits or was sent, delivered, held back or taken back."""
    printed = print_letters(marked, tmp_path / "out", AT, None, unsent=True)
    assert ["H2", "H3", "H4"] == [each.holder_id for each in printed]
    assert {"letters-H2.html", "letters-H3.html", "letters-H4.html"} == {p.name for p in (tmp_path / "out").iterdir()}


def test_all_letters_are_printed_but_what_must_not_go_out(marked, tmp_path):
    """Sent or not; H7's is held back until March 11, and H8's was taken back."""
    printed = print_letters(marked, tmp_path, AT, None, unsent=False)
    assert ["H1", "H2", "H3", "H4", "H5", "H6"] == [each.holder_id for each in printed]
    later = print_letters(marked, tmp_path, AT + timedelta(days=1), None, unsent=False)
    assert ["H1", "H2", "H3", "H4", "H5", "H6", "H7"] == [each.holder_id for each in later]


def test_a_letter_is_printed_as_it_is_mailed(db, tmp_path):
    """The body of the HTML letter word for word, under name, day and number; its style once, and its pages our own.

    The forms that are enclosed follow it, with theirs.
    """
    [letter] = [row for row in db.rows(t.notices) if row.holder_id == "H2"]
    [printed] = print_letters(db, tmp_path, AT, None, unsent=True)
    page = printed.file.read_text()
    mailed = render(letter.kind, letter.data)[1]
    assert mailed.partition("<body>")[2].partition("</body>")[0].strip() in page
    assert '<p class="to">Bo Ray</p>' in page
    assert "<span>March 10, 2003</span><span>Letter offer-opened:H2</span>" in page
    assert (1, 3) == (page.count("<body>"), page.count("<style>"))
    assert ["@page {", "@page form {"] == re.findall("@page [^{]*{", page)
    pages = re.findall('class="(letter|enclosed)">.*?<h1>(.*?)</h1>', page, flags=re.DOTALL)
    assert [
        ("letter", letter.data["heading"]),
        ("enclosed", "Election Form"),
        ("enclosed", "Notice to Change Election From Accept to Reject"),
    ] == pages


def test_a_letter_in_the_offer_s_own_words_is_printed_in_them(db, tmp_path):
    """A template of the folder's own takes the place of ours; a letter that is no whole page is printed whole."""
    own = tmp_path / "templates"
    own.mkdir()
    (own / "offer-opened.j2").write_text("<p>Dear {{ holder.name }}, the offer is open & waits.</p>")
    [printed] = print_letters(db, tmp_path / "out", AT, own, unsent=True)
    assert "<p>Dear Bo Ray, the offer is open & waits.</p>" in printed.file.read_text()


def test_a_letter_that_cannot_be_written_is_named_and_keeps_no_other_from_it(db, tmp_path):
    """H2's opening cannot: its template wants what the letter does not state. The termination is printed."""
    own = tmp_path / "templates"
    own.mkdir()
    (own / "offer-opened.j2").write_text("{{ colour }}")
    db.queue_notices([notices.termination(db.state().terms, db.holders()["H2"], "A merger.", [], {})], AT)
    [printed] = print_letters(db, tmp_path / "out", AT, own, unsent=True)
    assert (
        ("termination:H2",),
        ("offer-opened:H2: the template offer-opened.j2: 'colour' is undefined (templates/offer-opened.j2, line 1)",),
    ) == (
        printed.notices,
        printed.failed,
    )


def test_what_was_printed_before_is_not_printed_again(db, tmp_path):
    """Delivered meanwhile, the file of an earlier round is gone; a file of somebody else's stays."""
    (tmp_path / "mine.html").write_text("<p>Mine.</p>")
    assert 1 == len(print_letters(db, tmp_path, AT, None, unsent=True))
    mark(db, "H2", delivered_on=AT.date(), delivered_how="mail")
    assert [] == print_letters(db, tmp_path, AT, None, unsent=True)
    assert ["mine.html"] == sorted(path.name for path in tmp_path.glob("*.html"))


def test_a_file_is_named_so_that_any_file_system_takes_it(db, tmp_path):
    """Ids of older books with signs in them, two that differ in letter case, one that is a device."""
    db.connection.execute(t.notices.delete())
    ids = ["../../etc/x", "CON", "a b", "a_b", "h9", "H9"]
    common = {"offer": db.offer, "email": "", "jurisdiction": "US", "voting_percent": 0}
    db.connection.execute(t.holders.insert(), [{**common, "holder_id": each, "name": "Mo"} for each in ids])
    grants = list(db.grants(["H1"]))
    wanted = [each for each in db.holders().values() if each.holder_id in ids]
    db.queue_notices((opening(db.state(), each, grants) for each in wanted), AT)
    printed = {each.holder_id: each.file for each in print_letters(db, tmp_path / "out", AT, None, unsent=True)}
    assert set(ids) == printed.keys()
    assert {tmp_path / "out"} == {file.parent for file in printed.values()}
    names = [file.name for file in printed.values()]
    assert len(ids) == len({name.casefold() for name in names})
    assert {"letters-CON.html", "letters-a_b.html", "letters-H9.html"} < set(names)
    assert all(name.isascii() and not set(name) & set(' /\\:*?"<>|') for name in names)
