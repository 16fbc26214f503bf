"""What the how-to pages tell to do is done: their acts, played in the offer that `init` writes, are all taken."""

import csv

import pytest

from flows.cli.actions import record_election
from infra.folder.reader import init_folder, read_folder
from optex.actions import ACTIONS
from tests.builders import toml
from tests.driver import play_folder
from tests.offers import Played
from tests.typed import ROOT, act_of, found, lines_of, taken

HOW_TO = ROOT / "docs" / "how-to"
# The acts of a page by their number on it, each with the instant at which it is told.
AMEND = "amend-terminate-exclude.md"
SCENES = {
    "the first offer": ("first-offer.md", {1: "2027-10-04T16:30", 2: "2027-10-11T09:00"}),
    "left, but is a consultant": ("somebody-left.md", {1: "2027-03-22T09:00", 2: "2027-03-22T09:05"}),
    "left, and had not": ("somebody-left.md", {1: "2027-07-01T09:00", 3: "2027-07-02T10:00"}),
    "extended after the close": ("extend-tonight.md", {1: "2027-03-29T20:00"}),
    "extended in time, recorded late": ("extend-tonight.md", {2: "2027-03-30T08:30"}),
    "a form is wrong": ("form-is-wrong.md", {1: "2027-03-10T09:00", 2: "2027-03-10T10:00"}),
    "a form is rejected": ("form-is-wrong.md", {3: "2027-03-11T09:00"}),
    "amended": (AMEND, {1: "2027-03-08T10:00", 2: "2027-03-25T10:00", 3: "2027-03-26T10:00"}),
    "a condition is waived": (AMEND, {4: "2027-03-15T10:00", 5: "2027-03-16T10:00"}),
    "a condition ends": (AMEND, {4: "2027-03-15T10:00", 6: "2027-04-01T10:00"}),
    "terminated": (AMEND, {7: "2027-03-15T10:00"}),
    "excluded, and admitted again": (AMEND, {8: "2027-03-15T10:00", 9: "2027-03-18T10:00"}),
    "the grant waits": (AMEND, {10: "2027-07-01T10:00", 11: "2027-07-02T10:00", 12: "2027-08-02T10:00"}),
    "prohibited": (AMEND, {13: "2027-08-02T10:00"}),
}
# A form that misstates a price, as the page has one.
_SLIP = ["F-0004", "D-001", "election", "2027-03-09T10:00:00", "2027-03-08", "Maria Gomez", "fax", "", ""]
WRONG = {"form-is-wrong.md": [[*_SLIP, "G-1003", "2000", "2000", "2026-10-01", "81.00", "0"]]}


@pytest.mark.parametrize("scene", SCENES)
def test_what_a_page_tells_to_do_is_done(scene, tmp_path):
    """Each act is on record, none is refused; the forms of the page come in as well."""
    page, instants = SCENES[scene]
    told, acts = list(lines_of(HOW_TO / page)), acts_of(page)
    played = [(when, acts[number]) for number, when in instants.items()]
    init_folder(tmp_path / "my-offer")
    (tmp_path / "my-offer" / "script.toml").write_text("".join(entry(when, words) for when, words in played))
    with (tmp_path / "my-offer" / "elections.csv").open("a", newline="") as file:
        csv.writer(file).writerows([row for words in told for row in form(words)] + WRONG.get(page, []))
    if page == "first-offer.md":  # the closing price is told, and stands in no file
        (tmp_path / "my-offer" / "prices.csv").write_text("date,close\n")
    play_folder(read_folder(tmp_path / "my-offer"), tmp_path / "out", None)
    audit = Played(tmp_path / "my-offer", tmp_path / "out").ledger("audit")
    done = [row["action"] for row in audit if row["action"].partition(" ")[0] in ACTIONS]
    assert sorted(act_of(words, when).verb for when, words in played) == sorted(done)


@pytest.mark.parametrize("page", sorted(path.name for path in HOW_TO.iterdir()))
def test_every_act_of_a_page_has_its_scene(page):
    """A command line that is added to a page is played as well."""
    assert set(acts_of(page)) == {number for of, instants in SCENES.values() if of == page for number in instants}


def acts_of(page):
    """The command lines of a page that are acts, numbered from 1."""
    return dict(enumerate((words for words in lines_of(HOW_TO / page) if act_of(words, "2027-03-12T10:00")), start=1))


def entry(when, words):
    """A command line as an entry of script.toml."""
    act = act_of(words, when)
    stated = {"when": when, "do": act.verb, **act.data, "by": act.by}
    return "[[at]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in stated.items())


def form(words):
    """The rows of elections.csv that a command line keys in; none of another command."""
    if found(words)[0] is not record_election:
        return
    _, given = taken(words)
    head = [
        given[name] or ""
        for name in ("form_id", "holder_id", "kind", "received_at", "signed_on", "signed_as", "channel")
    ]
    for option in given["options"] or (":::::",):
        grant, shares, *stated = option.split(":")
        yield [*head, "", "", grant, shares, *stated]
