"""`optex report`: one page that shows an offer at any stage, exact, complete in itself, and naming nobody."""

import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from types import SimpleNamespace

import pytest

from infra.database.engine import engine_for, sqlite_url
from infra.folder.reader import read_folder
from infra.handlers.intake import load_folder
from infra.report.charts.svg import COLOURS, hue, markup, sheet
from infra.report.charts.vesting import by_year
from infra.report.data import Finding, PricePoint, report_data
from infra.report.page import percent, render_report, write_report
from infra.report.uptake import Outcome
from infra.workspace import Workspace


def described(offer):
    """Seven holders with 4,600 option shares: one is not eligible, one leaves before cancellation, one before grant."""
    offer.holder("H1", "Ann Lee").grant("G1", 1000).grant("G2", 900, on="2002-09-24", price="4.10")
    offer.holder("H2", "Bo Ray", "director").grant("G3", 600)
    offer.holder("H3", "Cy Dow", "consultant").grant("G4", 300)
    offer.holder("H4", "Di Fox").grant("G5", 500)
    offer.holder("H5", "Ed Gil", until="2003-06-13").grant("G6", 700)
    offer.holder("H6", "Gus Orr", until="2003-02-01").grant("G7", 200)
    offer.holder("H7", "Kay Poe", until="2003-03-31").grant("G8", 400)
    offer.tenders("F1", "2003-03-03T10:00:00", G1=600)
    offer.tenders("F2", "2003-03-05T11:00:00", signed_as="B. Ray", G3=600)
    offer.tenders("F3", "2003-03-06T09:30:00", G3=600)
    offer.tenders("F4", "2003-03-10T15:00:00", channel="hand", G4=300)
    offer.tenders("F5", "2003-03-12T15:00:00", G8=400)
    offer.withdraws("F6", "H3", "2003-03-20T15:00:00")
    offer.tenders("F7", "2003-03-31T16:59:59", G6=700)
    offer.tenders("F8", "2003-03-31T17:00:00", G5=500)
    return offer.closes_at("2003-10-03", "1.27").closes_at("2003-10-17", "1.27")


def seen(played):
    """The figures of a play, and its page."""
    with played.workspace() as workspace, workspace.read() as db:
        found = report_data(db)
        return SimpleNamespace(found=found, page=render_report(found), played=played)


@pytest.fixture(scope="module")
def story(new_offer):
    """The offer at its opening, on March 12 and March 21, while the grant is awaited, and when all is done."""
    offer = described(new_offer()).happens("2003-06-02T10:00:00", "defer", holder="H2", shares=100, type="NSO")
    offer.happens("2003-06-03T10:00:00", "committee-grant-date", on="2003-10-02")
    stages = {"opened": "2003-02-28T09:00:00", "mid": "2003-03-12T20:00:00", "later": "2003-03-21T20:00:00"}
    stages |= {"waiting": "2003-07-01T20:00:00", "done": None}
    return SimpleNamespace(**{name: seen(offer.play(until)) for name, until in stages.items()})


@pytest.fixture(scope="module")
def moved(new_offer):
    """Extended on April 1 to April 14, with a 3-for-2 split while the grant is awaited."""
    offer = described(new_offer()).happens("2003-04-01T07:30:00", "extend", to="2003-04-14T17:00:00")
    return seen(offer.happens("2003-06-20T09:00:00", "split", on="2003-06-20", new=3, old=2).play())


@pytest.fixture(scope="module")
def ended(new_offer):
    offer, ended = described(new_offer()), {"number": 4, "evidence": "The bid.", "reason": "A merger.", "by": "Board"}
    return seen(offer.happens("2003-03-14T11:00:00", "terminate", **ended).play())


@pytest.fixture(scope="module")
def held(new_offer):
    offer = described(new_offer())
    offer.happens("2003-03-14T11:00:00", "condition-assert", number=4, by="Board", evidence="The bid.")
    return seen(offer.play("2003-04-10T12:00:00"))


def text(page):
    """What a reader sees of a page, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.S))).split())


def summed(played, name, **where):
    return sum(int(row["shares"]) for row in played.ledger(name, **where))


def test_the_passage_of_the_shares_is_that_of_the_ledgers(story):
    """2,800 of 4,600 shares are cancelled, 400 go into a balancing option; 2,100 are granted again, 700 lapse."""
    passage, played = story.done.found.share_flow, story.done.played
    assert (4600, 2800, 400, 2800) == (passage.outstanding, passage.cancelled, passage.balancing, passage.promised)
    assert (2100, 700, 0, 2200, 100) == (
        passage.kept,
        passage.lapsed,
        passage.open,
        passage.granted,
        passage.deferred,
    )
    assert (4, 1, 1, 4) == (passage.grants, passage.balancing_options, passage.lapsed_promises, passage.new_options)
    assert summed(played, "cancellations") == passage.cancelled
    assert summed(played, "balancing_options") == passage.balancing
    assert summed(played, "promises", outcome="lapsed") == passage.lapsed
    assert summed(played, "new_options") == passage.granted


def test_the_outcome_by_class_goes_by_capacity_at_commencement(story):
    """Employees, a director, a consultant and who is not eligible; the last row is of all eligible holders."""
    rows = [(c.label, c.holders.total(), c.tendering, c.shares.total(), c.tendered) for c in story.done.found.classes]
    assert [
        ("Employees", 4, 3, 3500, 2600),
        ("Directors, not employees", 1, 1, 600, 600),
        ("Consultants", 1, 0, 300, 0),
        ("Not eligible", 1, 0, 200, 0),
        ("All eligible holders", 6, 4, 4400, 3200),
    ] == rows
    every = story.done.found.everyone
    assert Counter({Outcome.ACCEPTED: 2800, Outcome.REJECTED: 400, Outcome.NOT_TENDERED: 1200}) == +every.shares
    assert Counter({Outcome.ACCEPTED: 3, Outcome.REJECTED: 1, Outcome.NOT_TENDERED: 2}) == +every.holders
    assert summed(story.done.played, "tenders", decision="rejected") == every.shares[Outcome.REJECTED]


def test_while_nothing_is_decided_tenders_are_tendered(story):
    """On March 12 four forms stand, for 2,800 shares of four holders."""
    every = story.mid.found.everyone
    assert (2800, 4) == (every.shares[Outcome.TENDERED], every.holders[Outcome.TENDERED])
    assert "tendered, not decided yet" in text(story.mid.page)


def test_the_course_shows_tenders_and_withdrawals_on_their_days(story):
    """The look-back's shares count from the day of the form; Cy's 300 come on March 10 and go on March 20."""
    days = {day.on: day for day in story.done.found.daily_tenders.days}
    assert (date(2003, 2, 28), date(2003, 4, 1)) == (min(days), max(days))
    expected = {3: (1500, 1), 5: (1500, 1), 6: (2100, 2), 10: (2400, 3), 12: (2800, 4), 20: (2500, 3), 31: (3200, 4)}
    assert expected == {n: (days[date(2003, 3, n)].standing, days[date(2003, 3, n)].holders) for n in expected}
    assert [(date(2003, 3, 20), 300)] == [(day.on, day.withdrawn) for day in days.values() if day.withdrawn]
    fifth, twentieth, last = (days[date(2003, 3, n)] for n in (5, 20, 31))
    assert (0, 0, 1) == (fifth.elections, fifth.withdrawals, fifth.improper)
    assert (0, 1, 0) == (twentieth.elections, twentieth.withdrawals, twentieth.improper)
    assert (1, 0, 1) == (last.elections, last.withdrawals, last.improper)


def test_the_course_goes_no_further_than_the_books(story):
    """On March 12 nothing is known of the days after it."""
    assert date(2003, 3, 12) == story.mid.found.daily_tenders.days[-1].on


def test_findings_are_counted_by_rule(story):
    """What was not eligible, defective, late, rejected, lapsed or refused, each with its rule and its ledger."""
    assert [
        Finding(what="Holder not eligible", number=1, shares=200, rule="ELG-1", section="§1", ledger="holders.csv"),
        Finding(what="Form defective", number=1, shares=600, rule="TND-5", section="§5", ledger="forms.csv"),
        Finding(what="Form late", number=1, shares=500, rule="EXP-1", section="§4", ledger="forms.csv"),
        Finding(what="Tender rejected", number=1, shares=400, rule="ELG-1", section="§1", ledger="tenders.csv"),
        Finding(what="Promise lapsed", number=1, shares=700, rule="ELG-3", section="§2, §9", ledger="promises.csv"),
        Finding(
            what="Refused: committee grant date",
            number=1,
            shares=None,
            rule="GRT-2",
            section="Summary Term Sheet, §6",
            ledger="audit.csv",
        ),
    ] == list(story.done.found.findings)


def test_prices_old_and_new(story):
    """Each grant date and price once, with what was cancelled and what was kept; the new price with its shares."""
    assert (
        PricePoint(granted_on=date(2000, 5, 16), price=Decimal("12.50"), exchanged=1900, kept=1800),
        PricePoint(granted_on=date(2002, 9, 24), price=Decimal("4.10"), exchanged=900, kept=0),
    ) == story.done.found.prices
    assert ((Decimal("1.27"), 2200),) == story.done.found.new_prices
    # (1,900 × $12.50 + 900 × $4.10) / 2,800
    assert "$4.10 to $12.50, $9.80 on average by shares; the new ones at $1.27 (2,200 shares)." in text(story.done.page)


def test_too_many_prices_are_brought_together_by_quarter(new_offer):
    """151 grant dates from January 2001 to August 2002 become seven points, no share is lost; 150 stay as they are."""
    for number, expected in ((150, 150), (151, 7)):
        offer = new_offer().holder("H1", "Ann Lee")
        for nth in range(number):
            on = date.fromordinal(date(2001, 1, 1).toordinal() + nth * 4)
            offer.grant(f"G{nth}", 10, on=str(on), price="2.50" if nth % 2 else "3.50")
        prices = taken_in(offer).found.prices
        assert (expected, number * 10) == (len(prices), sum(point.exchanged + point.kept for point in prices))
        assert all(Decimal("2.5") <= point.price <= Decimal("3.5") for point in prices)


def test_vesting_at_grant_and_by_year(story):
    """2,100 shares were vested long ago or vest a third in September; the deferred 100 follow the plan's schedule."""
    found = story.done.found
    assert {row["vests_on"]: 0 for row in story.done.played.ledger("vesting")}.keys() >= {
        str(on) for on, _ in found.vesting
    }
    assert 2200 == sum(shares for _, shares in found.vesting)
    # of G2 a third has vested by October 3, 2003; of the deferred grant nothing
    assert [("at grant", 1500), ("2004", 333), ("2005", 333), ("2006", 34)] == by_year(found.vesting, date(2003, 10, 3))
    days = [(date(2003, 10, 3), 5), (date(2003, 12, 1), 3), (date(2005, 1, 1), 2)]
    assert [("at grant", 5), ("rest of 2003", 3), ("2005", 2)] == by_year(days, date(2003, 10, 3))


def test_the_pool_ends_where_its_ledger_ends(story, moved):
    """Movements of one kind within a phase are one; their sums are those of the ledger."""
    for each in (story.done, moved):
        ledger = each.played.ledger("pool")
        pool = each.found.pool
        assert int(ledger[-1]["available_after"]) == pool[-1].available_after
        assert sum(int(row["shares"]) for row in ledger) == sum(move.shares for move in pool)
    events = [
        "authorized",
        "outstanding",
        "exercised",
        "cancelled",
        "reserved",
        "reserved",
        "lapsed",
        "released",
        "granted",
    ]
    assert events == [move.event for move in story.done.found.pool]


def test_what_moved_is_struck_where_it_was(moved):
    """Five milestones and a reminder move with the extension; each line has the dates it was moved from."""
    lines = {line.name: line for line in moved.found.lines}
    former = {name: [str(at.date()) for at in line.moved_from] for name, line in lines.items() if line.moved_from}
    assert {
        "close": ["2003-03-31"],
        "extension-deadline": ["2003-04-01"],
        "cancel": ["2003-04-01"],
        "recheck-employment": ["2003-10-03"],
        "regrant": ["2003-10-03"],
    } == former
    assert ("Extended to Apr 14, 2003", "3-for-2 split") == (lines["extend"].label, lines["split"].label)
    struck = re.findall(r'<g class="struck">\s*<text[^>]*>([^<]+)</text>', moved.page)
    assert ["Mar 31", "Apr 1", "Apr 1", "Oct 3", "Oct 3"] == struck
    said = text(moved.page)
    assert "first set to expire on March 31, 2003; 5 milestones moved." in said
    assert "was to expire Mar 31, 2003" in said
    assert "expired Apr 14, 2003" in said


def test_after_a_split_the_new_options_count_shares_after_it(moved):
    """Di is in time now: 3,300 shares are promised, Ed's 700 lapse, and 2,600 come back as 3,900."""
    passage = moved.found.share_flow
    assert summed(moved.played, "new_options") == passage.granted
    assert (3300, 700, 2600, 3900) == (passage.promised, passage.lapsed, passage.kept, passage.granted)
    assert "New options count shares after the 3-for-2 split, all else those before it." in text(moved.page)


@pytest.mark.parametrize(
    ("stage", "says"),
    [
        (
            "opened",
            [
                "Open until March 31, 2003",
                "nothing stood tendered",
                "Nothing has been cancelled: all 4,600 option shares",
                "No option stands tendered.",
                "the grant is planned for October 3, 2003.",
                "planned for Apr 1, 2003",
            ],
        ),
        (
            "mid",
            ["4 holders had 2,800 option shares tendered", "4 of 6 eligible holders tendered 2,800 of their 4,400"],
        ),
        ("later", ["Tenders of 300 option shares were withdrawn until then."]),
        ("waiting", ["2,100 are still promised, 700 lapsed", "No new option has been granted"]),
        ("done", ["2,100 were granted again, 700 lapsed", "Of 2,200 new option shares 1,500 were vested at grant"]),
    ],
)
def test_every_stage_says_what_it_knows(story, stage, says):
    """From the opening to the grant the page speaks of what has happened and of what is planned."""
    page = text(getattr(story, stage).page)
    assert [] == [words for words in says if words not in page]


def test_a_terminated_offer(ended):
    """Everything tendered is returned, nothing is planned any more."""
    page = text(ended.page)
    assert "terminated on March 14, 2003" in page
    assert "upon event 4 of §7 (a tender offer, merger or acquisition proposal for the issuer): every tender" in page
    assert "4 of 6 eligible holders tendered 2,800 of their 4,400 option shares: all of them were returned." in page
    assert "No new option has been granted." in page
    assert "planned for" not in page
    assert ("Tender returned", 5, "CND-2") in [(f.what, f.number, f.rule) for f in ended.found.findings]


def test_a_held_offer_says_so_first(held):
    """An asserted condition holds the acceptance, in plain sight."""
    assert re.search(r'class="headline held">Acceptance is held', held.page)
    assert "held" == next(line.outcome for line in held.found.lines if line.name == "cancel")


def test_of_an_offer_without_holders_there_is_the_plan(new_offer):
    """Taken in and not opened yet, with nobody in it at all."""
    page = text(taken_in(new_offer()).page)
    assert "Not open yet: was to open February 28, 2003" in page
    assert "0 of 0 eligible holders tendered 0 of their 0 option shares." in page
    assert "There is no option to be exchanged." in page


def test_the_page_names_nobody(story, moved, held):
    """No holder, no e-mail address, no grant and no form is in it."""
    for each in (*vars(story).values(), moved, held):
        said = text(each.page)
        assert [] == re.findall(r"Ann|Bo Ray|Cy Dow|Di Fox|Ed Gil|Gus|Kay|@|\b[HFG]\d\b|P-H\d", said)


def test_the_page_needs_nothing_from_anywhere(story):
    """No address but the name of SVG itself, no script, no picture, no font, and a policy that forbids them."""
    page = story.done.page
    assert {"http://www.w3.org/2000/svg"} == set(re.findall(r"\w+://[^\"' <)]+", page))
    assert [] == re.findall(r"<(?:script|img|link|iframe|object)|@import|url\(|\son\w+=", page)
    assert "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"" in page


def test_every_chart_can_be_heard_and_has_its_ledgers(story):
    """A chart is an image with its sentence as label, the same as is printed above it; below it stand its ledgers."""
    sections = re.findall(r'<section id="(\w+)">(.*?)</section>', story.done.page, flags=re.S)
    assert ["timeline", "participation", "classes", "passage", "prices", "vesting", "pool", "findings"] == [
        key for key, _ in sections
    ]
    for key, section in sections[:-1]:
        [label] = re.findall(r'<svg [^>]*role="img" aria-label="([^"]+)"', section)
        assert unescape(label) == unescape(re.search(r"<p>(.*?)</p>", section)[1]), key
        assert re.search(r"<figcaption>From <code>\w+\.csv</code>", section), key
        assert re.search(r"<td", section), key


def test_charts_are_coloured_by_the_page_alone(story):
    """No colour is fixed in a chart, and no id occurs twice in the page: dark pages and print choose their own."""
    charts = re.findall(r"<svg.*?</svg>", story.done.page, flags=re.S)
    assert 7 == len(charts)
    assert [] == [found for chart in charts for found in re.findall(r"#[0-9a-fA-F]{3,6}\b|rgb\(|: black", chart)]
    ids = Counter(re.findall(r'\bid="([^"]+)"', story.done.page))
    assert [] == [each for each, number in ids.items() if number > 1]


def test_a_colour_that_is_no_part_of_the_page_is_an_error():
    """Whoever draws takes a colour of the palette."""
    with sheet(50) as axes:
        axes.plot([0, 10], [0, 10], color="#123456")
    with pytest.raises(KeyError):
        markup(axes, "x", "a line")


def test_text_that_looks_like_mathematics_or_markup_stays_text():
    """Two dollar signs are two dollar signs, and a < is no tag."""
    with sheet(50) as axes:
        axes.text(0, 10, "$1.27 <b> and $1.40", color=hue("ink"))
    assert ">$1.27 &lt;b&gt; and $1.40</text>" in markup(axes, "x", 'a "label" <b>')


def test_what_is_written_can_be_read_in_both_modes():
    """WCAG: letters at 4.5 to 1 against their ground, marks at 3 to 1, in light and in dark."""

    def light(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    def ratio(one, other, mode):
        bright, dim = sorted((light(getattr(COLOURS[name], mode)) for name in (one, other)), reverse=True)
        return (bright + 0.05) / (dim + 0.05)

    letters = [(name, "paper") for name in ("ink", "soft", "exchange", "new", "lost")]
    letters += [("ink", "band"), ("ink", "pale"), ("ink", "rest"), ("on-dark", "exchange"), ("on-dark", "lost")]
    marks = [(name, "paper") for name in ("exchange", "new", "lost", "ghost")]
    poor = [
        (one, other, mode, round(ratio(one, other, mode), 2))
        for wanted, pairs in ((4.5, letters), (3, marks))
        for one, other in pairs
        for mode in ("light", "dark")
        if ratio(one, other, mode) < wanted
    ]
    assert [] == poor


def test_the_same_books_give_the_same_bytes(story, tmp_path):
    """Two processes that order their sets otherwise, in other time zones, write this very page and nothing else."""
    played = story.done.played
    program = (
        "import sys; from pathlib import Path\n"
        "from infra.report import page; from infra.workspace import workspace_in\n"
        "with workspace_in(Path(sys.argv[1])).read() as book: page.write_report(book, Path(sys.argv[2]))"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", program, str(played.out), str(tmp_path / "pages" / f"{seed}.html")]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC{seed}"})
    with played.workspace() as workspace, workspace.read() as db:
        write_report(db, tmp_path / "pages" / "3.html")
    assert ["1.html", "2.html", "3.html"] == sorted(path.name for path in (tmp_path / "pages").iterdir())
    assert {story.done.page.encode()} == {path.read_bytes() for path in (tmp_path / "pages").iterdir()}


def test_no_mark_per_holder(new_offer):
    """A thousand holders are drawn with as many marks as ten."""
    marks = []
    for number in (10, 1000):
        offer = new_offer()
        for nth in range(number):
            offer.holder(f"N{nth:04}", f"Holder {nth}").grant(f"M{nth:04}", 10, price="12.50")
        page = taken_in(offer).page
        marks.append(Counter(re.findall(r"<(path|use|text)\b", page)))
    assert marks[0] == marks[1]


def taken_in(offer):
    """An offer that was taken in and not yet opened."""
    path = offer.write()
    url = sqlite_url(path / "books.db")
    workspace = Workspace(offer="alpha-2003", database_url=url, mail_dir=path)
    folder = read_folder(path)
    load_folder(engine_for(url), folder, folder.terms.opens)
    with workspace.read() as db:
        found = report_data(db)
    return SimpleNamespace(found=found, page=render_report(found))


def test_an_issuer_may_be_called_anything(new_offer):
    """What the terms say is text, not markup."""
    page = taken_in(new_offer(issuer="A <script>alert(1)</script> & $B$")).page
    assert "A &lt;script&gt;alert(1)&lt;/script&gt; &amp; $B$" in page
    assert "<script" not in page


def test_the_page_is_dated_by_the_last_entry_in_the_books(story):
    """Not by the hour at which it is written."""
    assert datetime(2003, 3, 12, 23, tzinfo=UTC) == story.mid.found.as_of
    assert "The books go to Mar 12, 2003, 6:00 p.m. EST." in text(story.mid.page)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 5, "0%"),
        (1, 3, "33.3%"),
        (2, 3, "66.7%"),
        (1, 2, "50%"),
        (1, 10000, "0.1%"),
        (9999, 10000, "99.9%"),
        (5, 5, "100%"),
        (0, 0, "none"),
    ],
)
def test_a_percentage_is_none_or_all_only_where_it_is(part, whole, said):
    """Tenths of a percent; what is a little more than nothing, or less than all, is shown as that."""
    assert said == percent(part, whole)
