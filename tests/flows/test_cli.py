"""The `optex` command as people and programs call it: what it prints, how it exits, and what it leaves alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ALPHA = Path(__file__).parents[2] / "examples" / "alpha-2003"


def optex(*words):
    """Run the command as it is installed beside this Python, with Prefect's books where it puts them by itself."""
    command = [str(Path(sys.executable).with_name("optex")), *map(str, words)]
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_HOME"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def planned(*words):
    """What `plan --json` prints of the sample, which must be done."""
    done = optex("plan", ALPHA, "--json", *words)
    assert (0, "") == (done.returncode, done.stderr)
    return json.loads(done.stdout)


def dues(document):
    return {milestone["name"]: milestone["due"] for milestone in document["milestones"]}


@pytest.fixture(scope="module")
def plan():
    return planned()


def test_plan_states_the_dates_of_the_document(plan):
    """Opened February 28, 22 business days, cancelled April 1, granted October 3, 2003."""
    assert {
        "offer": "alpha-2003",
        "clock": "EST",
        "business_days_open": 22,
        "lookback_from": "2002-08-28",
        "cancel_on": "2003-04-01",
        "grant_on": "2003-10-03",
    } == {key: value for key, value in plan.items() if key not in ("milestones", "warnings", "filings")}


def test_plan_lists_the_milestones_in_order_of_their_instants(plan):
    """Every milestone of the contract, in UTC."""
    assert [
        ("open", "2003-02-28T14:00:00Z"),
        ("reminder-10", "2003-03-17T14:00:00Z"),
        ("reminder-5", "2003-03-24T14:00:00Z"),
        ("reminder-1", "2003-03-28T14:00:00Z"),
        ("close", "2003-03-31T22:00:00Z"),
        ("extension-deadline", "2003-04-01T13:00:00Z"),
        ("cancel", "2003-04-01T14:00:00Z"),
        ("withdrawal-right", "2003-04-28T22:00:00Z"),
        ("recheck-employment", "2003-10-03T14:00:00Z"),
        ("regrant", "2003-10-03T22:00:00Z"),
    ] == list(dues(plan).items())


def test_every_milestone_carries_its_reading_and_its_authority(plan):
    """Due in UTC, local on the offer's clock with its zone, rule and section."""
    assert {("name", "due", "local", "rule", "section")} == {tuple(milestone) for milestone in plan["milestones"]}
    [close] = [milestone for milestone in plan["milestones"] if milestone["name"] == "close"]
    assert ("2003-03-31 17:00 EST", "EXP-1", "§4") == (close["local"], close["rule"], close["section"])


def test_plan_warns_by_rule(plan):
    """A warning is a rule and a message; that summer has two readings is CAL-2."""
    assert {("rule", "message")} == {tuple(warning) for warning in plan["warnings"]}
    assert "CAL-2" in {warning["rule"] for warning in plan["warnings"]}


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (
            "2003-04-14T17:00",
            {
                "reminder-10": "2003-03-31T14:00:00Z",
                "reminder-5": "2003-04-07T14:00:00Z",
                "reminder-1": "2003-04-11T14:00:00Z",
                "close": "2003-04-14T22:00:00Z",
                "extension-deadline": "2003-04-15T12:00:00Z",
                "cancel": "2003-04-15T14:00:00Z",
                "withdrawal-right": "2003-04-28T22:00:00Z",
                "regrant": "2003-10-17T22:00:00Z",
            },
        ),
        (
            "2003-04-30T17:00",
            {
                "reminder-10": "2003-04-16T14:00:00Z",
                "reminder-5": "2003-04-23T14:00:00Z",
                "reminder-1": "2003-04-29T14:00:00Z",
                "close": "2003-04-30T22:00:00Z",
                "extension-deadline": "2003-05-01T12:00:00Z",
                "cancel": "2003-05-01T14:00:00Z",
                "withdrawal-right": "2003-04-28T22:00:00Z",
                "regrant": "2003-11-03T22:00:00Z",
            },
        ),
        ("2003-04-10T17:00", {"cancel": "2003-04-11T14:00:00Z", "regrant": "2003-10-14T22:00:00Z"}),
    ],
)
def test_plan_shows_an_extension_before_and_after(plan, to, expected):
    """The worked dates, beside those that stand; what does not move is the same in both."""
    document = planned("--extend-to", to)
    assert plan == document["before"]
    after = dues(document["after"])
    assert expected == {name: after[name] for name in expected}
    assert after == dues(document)


def test_the_table_of_the_plan_shows_both_readings_of_the_clock():
    """On April 14 5 p.m. EST is 22:00Z, and 5 p.m. EDT is 21:00Z; a last call is the earlier one.

    Piped, each milestone is one line, however long.
    """
    done = optex("plan", ALPHA, "--extend-to", "2003-04-14T17:00")
    said = [" ".join(line.split()) for line in done.stdout.splitlines()]
    (reminder,) = [line for line in said if line.startswith("reminder-1 ")]
    assert reminder.startswith("reminder-1 Fri 2003-03-28 09:00 EST Fri 2003-04-11 09:00 EST (09:00 EST = 14:00Z, or ")
    (close,) = [line for line in said if line.startswith("close ")]
    assert close.endswith("Mon 2003-04-14 17:00 EST (17:00 EST = 22:00Z, or 17:00 EDT = 21:00Z) EXP-1")
    (deadline,) = [line for line in said if line.startswith("extension-deadline ")]
    assert deadline.endswith("Tue 2003-04-15 07:00 EST (08:00 EDT = 12:00Z, or 08:00 EST = 13:00Z) EXT-1")
    assert "…" not in done.stdout


def test_plan_counts_the_business_days_of_an_extension():
    """Thirty-two until April 14, both ends counted; the look-back stays."""
    after = planned("--extend-to", "2003-04-14T17:00")["after"]
    assert (32, "2002-08-28") == (after["business_days_open"], after["lookback_from"])


def test_plan_warns_where_an_extension_brings_the_offer_past_thirty_days(new_offer):
    """From March 28 to 31, with an ISO in the files; Alpha is past them anyway, and without grants nothing is known."""
    offer = new_offer(expires="2003-03-28T17:00:00").holder("H1", "Ann Lee").grant("G1", 1000, type="ISO")
    folder = offer.write()

    def warned():
        document = json.loads(optex("plan", folder, "--extend-to", "2003-03-31T17:00", "--json").stdout)
        return [
            [each["message"] for each in shown["warnings"] if each["rule"] == "ISO-1"]
            for shown in (document["before"], document["after"], document)
        ]

    before, after, shown = warned()
    assert ([], after) == (before, shown)
    assert "32 calendar days with 1 ISO outstanding" in after[0]
    table = " ".join(optex("plan", folder, "--extend-to", "2003-03-31T17:00").stdout.split())
    assert "ISO-1 the offer is open for 32 calendar days" in table
    assert "ISO-1" not in optex("plan", ALPHA, "--extend-to", "2003-04-14T17:00").stdout
    (folder / "grants.csv").unlink()
    assert [[], [], []] == warned()


def test_plan_counts_whole_business_days(new_offer):
    """At 5 p.m. of the twentieth seven hours lack; the count of days, both ends, is what it was."""
    document = json.loads(optex("plan", new_offer(expires="2003-03-27T17:00:00").write(), "--json").stdout)
    assert 20 == document["business_days_open"]
    [short] = [each["message"] for each in document["warnings"] if each["rule"] == "AMD-1"]
    assert "short by seven hours" in short


def test_plan_changes_nothing():
    """After a look at an extension the folder is as it was, and there is no database."""
    before = sorted(path.name for path in ALPHA.iterdir())
    assert 0 == optex("plan", ALPHA, "--extend-to", "2003-04-14T17:00").returncode
    assert before == sorted(path.name for path in ALPHA.iterdir())


def test_plan_refuses_an_extension_that_is_announced_too_late():
    """8:00:00 a.m. is good, 8:00:01 is refused with the rule and its section."""
    words = ("plan", ALPHA, "--extend-to", "2003-04-14T17:00", "--announced-at")
    assert 0 == optex(*words, "2003-04-01T08:00:00").returncode
    refused = optex(*words, "2003-04-01T08:00:01")
    assert (1, "") == (refused.returncode, refused.stdout)
    assert refused.stderr.startswith("EXT-1 (§15): ")


def test_plan_counts_from_another_day_of_cancellation():
    """Cancelled April 2, the period ends on Saturday, October 4: granted on Monday. A Sunday is refused."""
    assert "2003-10-06" == planned("--cancel-on", "2003-04-02")["grant_on"]
    refused = optex("plan", ALPHA, "--cancel-on", "2003-04-06")
    assert 1 == refused.returncode
    assert "no business day" in refused.stderr


def test_plan_reads_the_wall_clock_where_the_terms_say_so(new_offer):
    """In New York 5 p.m. of April 14 is 21:00Z; in winter the two clocks agree."""
    offer = new_offer(clock="America/New_York", expires="2003-04-14T17:00:00")
    document = json.loads(optex("plan", offer.write(), "--json").stdout)
    assert ("2003-02-28T14:00:00Z", "2003-04-14T21:00:00Z") == (dues(document)["open"], dues(document)["close"])
    assert "2003-04-14 17:00 EDT" in {milestone["local"] for milestone in document["milestones"]}


def test_plan_writes_a_calendar(tmp_path):
    """One event for each of the ten milestones, and a day for each of the two filings."""
    assert 0 == optex("plan", ALPHA, "--ics", tmp_path / "plan.ics").returncode
    text = (tmp_path / "plan.ics").read_text()
    assert text.startswith("BEGIN:VCALENDAR")
    assert (12, 2) == (text.count("BEGIN:VEVENT"), text.count("DTSTART;VALUE=DATE:"))


@pytest.mark.parametrize(
    "words",
    [("nonsense",), ("plan",), ("plan", ALPHA, "--extend-to", "soon"), ("plan", ALPHA, "--cancel-on", "2003-02-30")],
)
def test_wrong_usage_exits_two(words):
    """An unknown verb, a missing folder, a date that is none."""
    done = optex(*words)
    assert (2, "") == (done.returncode, done.stdout)
    assert "Error" in done.stderr


@pytest.mark.parametrize("verb", ["plan", "check"])
def test_a_folder_that_is_not_there_exits_one(verb, tmp_path):
    """One line that names it, and no traceback."""
    done = optex(verb, tmp_path / "missing")
    assert (1, "") == (done.returncode, done.stdout)
    assert "missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_passes_the_sample():
    """No fault; what is worth a second look is printed with its rule."""
    done = optex("check", ALPHA)
    assert (0, "") == (done.returncode, done.stderr)
    assert "no fault" in done.stdout
    assert "warning: TND-3" in done.stdout
    later = "warning: WDR-3: withdrawable_after, 2003-04-28 17:00 EST, is later than 2003-04-25 00:01 EST"
    assert later in done.stdout


@pytest.fixture(scope="module")
def at_midnight(new_offer):
    """The folder of an offer of 2027 on the clock of New York; it expires on March 28 at midnight."""
    terms = {"clock": "America/New_York", "commences": "2027-03-01", "withdrawable_after": None}
    offer = new_offer(expires="2027-03-29T04:00:00Z", **terms).holder("H1", "Ann Lee").grant("G1", 1000)
    return offer.tenders("F1", "2027-03-14T03:00:00", G1=1000).write()


@pytest.mark.parametrize("verb", ["plan", "check"])
def test_an_expiration_with_another_zones_offset_is_told_on_the_offers_clock(verb, at_midnight):
    """4 a.m. in UTC on the 29th is the midnight that ends March 28 in New York: a warning, printed and in the JSON."""
    warned = (
        "expires is written with the offset of another zone, 2027-03-29T04:00:00+00:00; on the offer's clock, "
        "America/New_York, it is midnight at the end of March 28, 2027, Eastern Daylight Time"
    )
    assert warned in optex(verb, at_midnight).stdout
    told = json.loads(optex(verb, at_midnight, "--json").stdout)["warnings"]
    assert [warned] == [each["message"] for each in told if "another zone" in each["message"]]


def test_a_plan_extended_to_a_day_keeps_the_midnight(at_midnight):
    """`--extend-to 2027-04-05` and `2027-04-05T24:00` are the midnight that ends that Monday: accepted on Tuesday."""
    for to in ("2027-04-05", "2027-04-05T24:00"):
        plan = json.loads(optex("plan", at_midnight, "--extend-to", to, "--json").stdout)
        assert ("2027-04-06T04:00:00Z", "2027-04-06") == (dues(plan)["close"], plan["cancel_on"])


def test_an_instant_that_the_clock_leaves_out_is_refused_wherever_it_is_read(at_midnight):
    """The options of a command, a form of elections.csv: exit 1, with both neighbours; with an offset it is taken."""
    gone = "2027-03-14T02:30 does not exist on the clock America/New_York: 2027-03-14T01:59:59-05:00 (EST) is followed"
    done = optex("plan", at_midnight, "--extend-to", "2027-03-14T02:30")
    assert (1, "") == (done.returncode, done.stdout)
    assert gone in done.stderr
    elections = at_midnight / "elections.csv"
    kept = elections.read_text()
    elections.write_text(kept.replace("2027-03-14T03:00:00", "2027-03-14T02:30"))
    done = optex("check", at_midnight)
    assert (1, True) == (done.returncode, f"elections.csv:2: received_at: {gone}" in done.stdout)
    elections.write_text(kept.replace("2027-03-14T03:00:00", "2027-03-14T02:30-05:00"))
    assert 0 == optex("check", at_midnight).returncode
    elections.write_text(kept)


def test_check_tells_every_fault_at_once_and_stores_nothing(new_offer):
    """Ten faults in five files are ten lines, each with its file and line, and no database is made."""
    offer = new_offer(clock="Eastern").holder("H1", "Ann Lee").grant("G1", 1000)
    offer.rows["holders.csv"] += [
        ["H1", "Ann Again", "ann@alpha.example", "", 0],
        ["H2", "Bo Ray", "bo at home", "", 101],
    ]
    offer.rows["service.csv"] += [["H3", "employee", "1999-01-04", ""], ["H2", "manager", "1999-01-04", ""]]
    offer.rows["grants.csv"] += [["G2", "H2", "2000-02-30", 500, 0, "3.10", "NSO", "2010-02-01", ""]]
    offer.rows["grants.csv"] += [["G3", "H2", "2000-02-01", 500, 501, "3.10", "NSO", "2010-02-01", ""]]
    offer.rows["prices.csv"] += [["2003-10-03", "1.277"]]
    folder = offer.write()
    (folder / "offer.toml").write_text((folder / "offer.toml").read_text().replace("shares_authorized = 100000", ""))
    done = optex("check", folder)
    lines = (done.stdout + done.stderr).splitlines()
    assert 1 == done.returncode
    assert [
        "offer.toml:7: clock",
        "offer.toml:12: plan.shares_authorized",
        "holders.csv:3: holder_id",
        "holders.csv:4: email",
        "holders.csv:4: voting_percent",
        "service.csv:3: holder_id",
        "service.csv:4: capacity",
        "grants.csv:3: granted_on",
        "grants.csv:4: exercised",
        "prices.csv:2: close",
    ] == [": ".join(line.split(": ")[:2]) for line in lines]
    assert [] == list(folder.rglob("*.db"))


def test_check_prints_faults_for_machines(new_offer):
    """With --json the faults are data, and the exit is the same."""
    offer = new_offer().holder("H1", "Ann Lee")
    offer.rows["service.csv"] += [["H9", "employee", "1999-01-04", ""]]
    done = optex("check", offer.write(), "--json")
    assert 1 == done.returncode
    [fault] = json.loads(done.stdout)["faults"]
    assert ("service.csv", 3, "holder_id") == (fault["file"], fault["line"], fault["column"])


@pytest.mark.parametrize("verb", ["plan", "check"])
def test_what_needs_no_prefect_does_not_import_it(verb):
    """`plan` and `check` answer at once: of Prefect and its server nothing is loaded."""
    command = [sys.executable, "-X", "importtime", "-m", "flows.cli", verb, str(ALPHA)]
    done = subprocess.run(command, capture_output=True, text=True)
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert 0 == done.returncode
    assert "optex" in imported
    assert set() == imported & {"prefect", "sqlalchemy", "fastapi"}


def test_init_writes_a_folder_that_passes_the_check(tmp_path):
    """What `init` writes `check` finds no fault in; a second `init` is refused and changes nothing."""
    folder = tmp_path / "my-offer"
    assert 0 == optex("init", folder).returncode
    assert 0 == optex("check", folder).returncode
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert 1 == optex("init", folder).returncode
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_simulate_refuses_bad_data_and_leaves_nothing(new_offer, tmp_path):
    """A folder with a fault is not played: the fault is told, and nothing is written."""
    offer = new_offer().holder("H1", "Ann Lee")
    offer.rows["service.csv"] += [["H9", "employee", "1999-01-04", ""]]
    done = optex("simulate", offer.write(), "--out", tmp_path / "out")
    assert 1 == done.returncode
    assert done.stderr.startswith("service.csv:3: holder_id")
    assert not (tmp_path / "out").exists()


def test_simulate_and_export_from_the_command_line(new_offer, tmp_path):
    """With a Prefect server of its own the command plays as their bodies do here; `export` writes the same ledgers."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.closes_at("2003-10-03", "1.27").play()
    out = tmp_path / "out"
    done = optex("simulate", played.folder, "--out", out)
    assert 0 == done.returncode, done.stderr
    assert "Granted 1 new option for 1,000 shares to 1 holder" in " ".join(done.stdout.split())
    assert played.bytes() == type(played)(played.folder, out).bytes()
    assert (out / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert 0 == optex("export", out, "--out", tmp_path / "copy").returncode
    for ledger in (out / "ledgers").iterdir():
        assert ledger.read_bytes() == (tmp_path / "copy" / "ledgers" / ledger.name).read_bytes()


@pytest.fixture
def fresh(tmp_path):
    """A new offer folder that nobody has taken in."""
    assert 0 == optex("init", tmp_path / "fresh").returncode
    return tmp_path / "fresh"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("price", "set", "--on", "2020-01-03", "--close", "abc"), "close"),
        (("extend", "--to", "2030-01-07T17:00", "--announced-at", "2029-12-05T09:00"), "--announced-at"),
        (("schedule",), "no Prefect server is known"),
        (("export", "--out", "ledgers"), "nothing of this offer is on record yet"),
        (("report", "--out", "report.html"), "nothing of this offer is on record yet"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(fresh, words, says):
    """Bad data, or an act that cannot be done: exit 1, and the folder is not even taken in."""
    verb = words[:2] if words[0] == "price" else words[:1]
    done = optex(*verb, fresh, *words[len(verb) :])
    assert (1, True) == (done.returncode, says in done.stderr)
    assert "Traceback" not in done.stderr
    assert not (fresh / ".optex").exists()


@pytest.mark.parametrize(
    "url", ["garbage:pw", "mysql://u:pw@127.0.0.1/x", "postgresql://u:pw@127.0.0.1:1/x", "postgresql://u:pw@h:abc/x"]
)
def test_a_database_that_cannot_be_had_is_told_in_one_line(fresh, url, monkeypatch):
    """The setting is named and the reason; the password is not."""
    monkeypatch.setenv("OPTEX_DATABASE_URL", url)
    done = optex("status", fresh)
    assert (1, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert "OPTEX_DATABASE_URL" in done.stderr
    assert "pw" not in done.stderr


def test_a_path_that_cannot_be_written_is_told_in_one_line(fresh):
    """A file where a folder is asked for: exit 1 and which file it is."""
    done = optex("plan", ALPHA, "--ics", fresh / "offer.toml" / "plan.ics")
    assert (1, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert "offer.toml" in done.stderr


def test_an_announcement_goes_with_an_extension():
    """`--announced-at` by itself is wrong usage: exit 2."""
    done = optex("plan", ALPHA, "--announced-at", "2003-04-01T08:00")
    assert (2, True) == (done.returncode, "goes with --extend-to" in done.stderr)


def test_before_an_extension_is_the_offer_as_it_stands():
    """The day of cancellation that is asked for belongs to the extended offer: before it, it is April 1."""
    document = planned("--extend-to", "2003-04-14T17:00", "--cancel-on", "2003-04-16")
    assert ("2003-04-01", "2003-04-16") == (document["before"]["cancel_on"], document["after"]["cancel_on"])


def test_a_template_that_cannot_be_read_is_a_fault(fresh):
    """Before the first letter is due: with file and line."""
    (fresh / "templates").mkdir()
    (fresh / "templates" / "reminder.j2").write_text("Dear holder,\n{% if %}\n")
    done = optex("check", fresh)
    assert (1, True) == (done.returncode, done.stdout.startswith("templates/reminder.j2:2: template: "))
