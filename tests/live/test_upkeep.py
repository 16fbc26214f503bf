"""`optex serve` keeps itself up: whatever of it is killed is started again, and what was at work is done again."""

import socket
import time
from contextlib import suppress

import psutil
import pytest

from flows.serve.upkeep import CALM
from tests.live.house import House, future_offer, until
from tests.live.test_recovery import process_of


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """A house of our own, in which things are killed; beside its offer it is given a folder that cannot be read."""
    root = tmp_path_factory.mktemp("kept")
    good, bad = future_offer(root, "kept").write(root / "kept"), root / "bad"
    bad.mkdir()
    (bad / "offer.toml").write_text("offer = \n")
    house = House([good, bad], root / "serve.log", {"PREFECT_WORKER_QUERY_SECONDS": "1"})
    try:
        yield house, house.start()
    finally:
        house.end()


@pytest.fixture
def kept(started):
    return started[0]


@pytest.fixture
def prefect(started):
    return started[1]


def process(house, name):
    """The worker of a house or its server, waited for."""
    return until(f"the {name}", lambda: alive(house, name))[0]


def alive(house, name):
    """Its worker or its server, if there is one; its children alone are asked, so that no other house is hit."""
    with suppress(psutil.Error):  # one of them has ended meanwhile
        children = psutil.Process(house.process.pid).children()
        running = [each for each in children if each.status() != psutil.STATUS_ZOMBIE]
        return [each for each in running if ("worker" in each.cmdline()) == (name == "worker")]
    return []


def killed(house, *names):
    """Kill them as the system does where memory runs out, long after they were started; how much was said by then."""
    calm = time.monotonic() + CALM
    until("a while in which all is up", lambda: time.monotonic() > calm)
    processes = [process(house, name) for name in names]
    before = len(house.said)
    for each in processes:
        each.kill()
    return before


def stands_again(house, before):
    until("Prefect again", lambda: "Prefect is up again" in house.said[before:])
    assert house.process.poll() is None
    assert "Traceback" not in house.said[before:]
    return house.said[before:]


@pytest.mark.parametrize("names", [("server",), ("worker",), ("server", "worker"), ("worker", "server")])
def test_what_is_killed_is_started_again_and_runs_go_on(kept, prefect, names):
    """One line says what ended, one that all is up again; the run that was asked for last is done after all."""
    run = prefect.start("reschedule", offer="kept", by="Ruth Counsel")
    before = killed(kept, *names)
    said = stands_again(kept, before)
    assert f"Prefect's {'server' if 'server' in names else 'worker'} ended with -9; its log is " in said
    assert "Completed" == prefect.ended(run).name


def test_a_server_that_is_killed_while_it_starts_is_started_once_more(kept):
    """Nobody has heard of it yet: it is said like any other end."""
    before = killed(kept, "server")
    until("the next start", lambda: "It is started again." in kept.said[before:])
    process(kept, "server").kill()
    assert 2 == stands_again(kept, before).count("Prefect's server ended with -9")


def test_a_port_that_somebody_else_has_taken_is_waited_for(kept):
    """While another program has the port no server is started; once it is free, one is."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        before = killed(kept, "server")
        until("the port", lambda: bound(taken, kept.port))
        taken.listen()
        until("a line about the port", lambda: f"port {kept.port} is in use" in kept.said[before:])
    stands_again(kept, before)


def bound(taken, port):
    try:
        taken.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def test_a_run_that_is_killed_is_crashed_and_nothing_else_ends(kept, prefect):
    """As where memory runs out: the worker says so at once, and goes on."""
    run = prefect.start("reschedule", offer="kept", by="Ruth Counsel")
    before = len(kept.said)
    until("its process", lambda: process_of(run)).kill()
    assert "Crashed" == prefect.ended(run).name
    assert "Completed" == prefect.do("reschedule", offer="kept", by="Ruth Counsel").name
    assert "" == kept.said[before:]


def test_a_folder_that_cannot_be_read_stops_no_other_offer(kept, prefect):
    """It is named, with what to do, and the other offer is served."""
    bad = kept.folders[1]
    assert f"NOT SERVED: {bad}: {bad / 'offer.toml'} does not name its offer: `optex check {bad}` says" in kept.said
    tags = {tag for run in prefect.runs("optex:alarm") for tag in run.tags}
    assert ["offer:kept"] == [tag for tag in tags if "offer:" in tag]


def test_that_nobody_is_told_of_alerts_is_said_loudly(kept):
    """Neither an address nor a webhook of operations is set here."""
    assert "NOBODY IS TOLD OF ALERTS: neither OPTEX_OPS_MAIL nor OPTEX_OPS_WEBHOOK is set." in kept.said


def test_one_that_ends_again_and_again_is_given_up(kept):
    """The sixth end in a row, each at once, is the last: one clear line, exit 1, and nothing left running."""
    family = psutil.Process(kept.process.pid).children(recursive=True)
    before = len(kept.said)
    while kept.process.poll() is None:
        with suppress(psutil.NoSuchProcess):  # it ended before we could kill it
            for server in alive(kept, "server"):
                family += [server, *server.children(recursive=True)]
                server.kill()
    assert 1 == kept.process.returncode
    kept.process = None
    last = kept.said[before:].strip().splitlines()[-1]
    assert last.endswith("That was the 6th time in a row: optex serve gives up")
    assert "Traceback" not in kept.said[before:]
    assert [] == [each for each in family if each.is_running()]
