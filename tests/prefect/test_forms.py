"""The forms of the acts: what they refuse before a run starts, what a run refuses, and which lists they show."""

import asyncio

import pytest
from prefect.client.orchestration import get_client
from prefect.utilities.importtools import import_object
from prefect.utilities.schema_tools.validation import ValidationError, validate

from flows.deployments import deploy, entries
from flows.form_lists import refresh_lists
from flows.form_schema import form_schema
from infra.folder.reader import read_folder
from infra.handlers.actions import record_action
from infra.handlers.intake import load_folder
from infra.workspace import workspace_in
from optex.actions import ACTIONS, read_action
from optex.calendar import EST
from tests.live.house import open_offer, working_day

BY = "Ruth Counsel"
FINAL = [kind.deployment for kind in ACTIONS.values() if kind.final and kind.verb != "condition-waive"]
POINTS = {entry["name"]: entry["entrypoint"] for entry in entries()}
ACTS = [entry["name"] for entry in entries() if "optex:act" in entry["tags"]]


def flow(name):
    return import_object(POINTS[name])


def refused(name, **filled_in):
    """Why the form does not take it, asked as the UI asks the server."""
    schema = form_schema(flow(name))
    return {str(each.json_path).removeprefix("$."): each.message for each in validate(filled_in, schema)}


@pytest.mark.parametrize("name", ACTS)
def test_whoever_acts_must_be_named(name):
    """No act is taken from nobody: not left out, and not blank."""
    schema = form_schema(flow(name))
    assert "by" in schema["required"]
    with pytest.raises(ValidationError, match=r"'  ' does not match '\^a full name"):
        validate({"by": "  "}, {**schema, "required": []}, raise_on_error=True)


@pytest.mark.parametrize("name", ACTS)
def test_no_field_asks_for_a_zone_or_for_none(name):
    """An instant is text, and what may be left out is empty: no field of a form is to be switched first."""
    schema = form_schema(flow(name))
    fields = [*schema["properties"].values()]
    for rows in schema.get("definitions", {}).values():
        fields += rows["properties"].values()
    assert [] == [field["title"] for field in fields if field.get("format") == "date-time" or "anyOf" in field]


@pytest.mark.parametrize(
    ("to", "taken"),
    [
        ("2027-02-05 17:00", True),
        (" 2027-02-05 ", True),
        ("2027-02-05T17:00:00-05:00", True),
        ("2027-02-05T22:00:00Z", True),
        ("2027-02-05 24:00", True),
        ("5 p.m.", False),
        ("02/05/2027", False),
        ("2027-02-05 5 pm", False),
        ("", False),
    ],
)
def test_a_new_expiration_is_a_day_or_an_instant(to, taken):
    """What is written otherwise starts no run; a program goes on sending an instant with its offset."""
    said = refused("extend", offer="alpha", to=to, by=BY, confirm="alpha")
    assert ([] if taken else ["to"]) == list(said)
    assert taken or said["to"].startswith(
        f"{to!r} does not match '^a date and time such as 2027-02-05 17:00, or a date alone$|"
    )


@pytest.mark.parametrize(
    ("name", "field", "good", "bad"),
    [
        ("set-price", "close", "0.95", "1.234"),
        ("set-price", "on", "2027-02-05", "5 Feb 2027"),
        ("condition", "number", "4: a tender offer, merger or acquisition proposal", "4"),
        ("record-split", "new", 3, 0),
        ("defer-grant", "shares", 100, -5),
        ("amend", "percent", "2.5", "two"),
        ("amend", "extend_to", "", "Monday"),
        ("correct-holder", "email", "none", "ann"),
        ("correct-form", "signed_on", "none", "yesterday"),
        ("correct-grant", "vesting", "2004-01-15:500", "500 a year"),
        ("record-election", "form", "F-1", "F 1"),
        ("record-election", "received_at", "2027-02-05 10:00", "2027-02-05"),
        ("rerun", "reminder", 10, 0),
    ],
)
def test_bad_input_is_refused_by_the_form(name, field, good, bad):
    """By its own field, before a run starts."""
    schema = {**form_schema(flow(name)), "required": []}
    assert ([], True) == (validate({field: good}, schema), bool(validate({field: bad}, schema)))


def test_a_row_of_a_form_is_refused_by_its_field():
    """Shares are a whole number, and a price is one in dollars; nothing but the grant and its shares must be stated."""
    whole = {
        "offer": "a",
        "form": "F-1",
        "holder": "H1",
        "kind": "election",
        "received_at": "2027-02-05 10:00",
        "by": BY,
    }
    good = {"grant": "G1", "shares": 600}
    assert {} == refused("record-election", **whole, options=[good])
    bad = [{**good, "shares": -1}, {**good, "price": "$12"}, {**good, "granted_on": "2000"}, {"grant": "G1"}]
    assert ["options[0].shares", "options[1].price", "options[2].granted_on", "options[3]"] == list(
        refused("record-election", **whole, options=bad)
    )


@pytest.fixture(scope="module")
def offer(prefect_server, tmp_path_factory):
    """An open offer with all its forms on the server."""
    root = tmp_path_factory.mktemp("forms")
    folder = open_offer(root, "listed").write(root / "listed")
    workspace = workspace_in(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTEX_OFFERS", str(folder))
        load_folder(workspace.engine, read_folder(folder), workspace.now(None))
        asyncio.run(_with_client(lambda client: deploy(client, ["listed"])))
        yield workspace


async def _with_client(work):
    async with get_client() as client:
        return await work(client)


def run(name, **filled_in):
    return asyncio.run(flow(name)(offer="listed", return_state=True, **filled_in))


def offered(name, *field):
    """What a form on the server lets choose from; None where it is typed."""

    async def read(client):
        return (await client.read_deployment_by_name(f"{name}/{name}")).parameter_openapi_schema

    found = asyncio.run(_with_client(read))
    for key in field:
        found = found[key]
    return found.get("enum")


ROWS = ("definitions", "OptionOnForm", "properties", "grant")
HOLDERS = ["H1 · Listed 1", "H2 · Listed 2", "H3 · Listed 3", "H1", "H2", "H3"]


def test_another_hour_of_the_day_is_taken_only_where_it_is_meant(offer):
    """Noon is a slip of the zone; ticked it is taken, and the outcome says the instant on the offer's clock."""
    with offer.read() as db:
        stood = db.state().terms.expires
    to = f"{working_day(26)} 12:00"
    slip = run("extend", to=to, by=BY, confirm="listed")
    said = f"The new expiration would be {to} EST: the offer expires at 17:00, not at 12:00. Write the date alone"
    assert ("Refused", True) == (slip.name, slip.message.startswith(said))
    with offer.read() as db:
        assert (stood, []) == (db.state().terms.expires, db.recorded_actions("extend"))
    meant = run("extend", to=to, by=BY, confirm="listed", another_hour=True)
    assert meant.message.startswith(f"The offer is extended to {to} EST.")
    back = run("extend", to=str(working_day(27)), by=BY, confirm="listed")  # a date alone: the hour that stands by now
    assert back.message.startswith(f"The offer is extended to {working_day(27)} 12:00 EST.")


@pytest.mark.parametrize("name", FINAL)
def test_what_cannot_be_undone_asks_for_the_name_of_the_offer(name):
    """The form is not taken without the word."""
    assert "confirm" in form_schema(flow(name))["required"]


@pytest.mark.parametrize("word", ["", "alpha", "Listed"])
def test_a_wrong_word_does_nothing(offer, word):
    """Neither ends the offer nor is it put on record, not even as refused."""
    done = run("terminate", reason="A merger.", by=BY, confirm=word)
    assert ("Refused", True) == (done.name, "`confirm` must be the name of the offer, listed, and it " in done.message)
    with offer.read() as db:
        assert [] == db.recorded_actions("terminate")


@pytest.mark.parametrize("by", ["  ", "optex", " OPTEX "])
def test_the_program_is_nobody_who_acts(offer, by):
    """A blank name, or that of the program itself, is refused: the record says whom to ask."""
    for name, filled_in in (("set-price", {"on": working_day(-1), "close": "1.27"}), ("rerun", {"step": "open"})):
        assert "Refused" == run(name, by=by, **filled_in).name
    with offer.read() as db:
        assert [] == db.recorded_actions("price-set")


def test_who_has_a_step_run_again_is_on_record(offer):
    """By the name without the blanks around it."""
    run("rerun", by=f" {BY} ", step="close")
    with offer.read() as db:
        [asked] = db.raised("step run again")
    assert "close" == asked


def test_the_lists_follow_the_books(offer):
    """Holders and grants from the beginning, by name or by plain id; a form from when it is on record."""
    assert (
        HOLDERS == offered("set-service", "properties", "holder") == offered("record-election", "properties", "holder")
    )
    assert ["G1 · Listed 1", "G2 · Listed 2", "G3 · Listed 3", "G1", "G2", "G3"] == offered("record-election", *ROWS)
    assert None is offered("reject", "properties", "form")
    keyed = {"form": "F-1", "kind": "election", "received_at": f"{working_day(-1)} 10:00", "signed_as": "Listed 1"}
    done = run(
        "record-election", **keyed, holder="H1 · Listed 1", by=BY, options=[{"grant": "G1 · Listed 1", "shares": 600}]
    )
    assert f"F-1 was received {working_day(-1)} 10:00 EST." in done.message
    assert ["F-1 · Listed 1", "F-1"] == offered("reject", "properties", "form")
    assert [] == asyncio.run(_with_client(refresh_lists))


def test_a_stale_list_is_renewed_by_the_watch(offer):
    """What the command line adds is in the lists after the next round; a correction of one may be left out of it."""
    assert [*HOLDERS, ""] == offered("correct-form", "properties", "holder")
    with offer.write() as db:
        stated = {"holder": "H4", "name": "Dee Fox", "email": "none", "jurisdiction": "US-CA", "voting_percent": "0"}
        told = {"at": offer.now(None), "by": BY, "reason": "She was missing.", **stated}
        assert record_action(db, read_action("correct-holder", told, EST)).accepted
    assert "set-service" in asyncio.run(_with_client(refresh_lists))
    assert "H4 · Dee Fox" in offered("set-service", "properties", "holder")
