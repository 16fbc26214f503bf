"""Workers that were away or were killed: a step is done late, or once more, with the outcome of an undisturbed run.

Server and worker are started as `optex serve` starts them, but each by itself, so that the worker can be missing.
"""

import asyncio
import os
import sqlite3
import threading
from collections import Counter
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.events.worker import EventsWorker
from prefect.settings import temporary_settings
from sqlalchemy import update

from flows.cli.record import ensure_loaded, import_received
from flows.deployments import deploy
from flows.serve.environment import environment_of
from flows.serve.lock import ServeLock
from flows.serve.processes import StopFlag, end_orphans, wait_until_healthy
from flows.serve.serve import server_at, worker_for
from flows.steps import run_step
from flows.watch import check_offer
from infra.database import tables as t
from optex.milestones import CANCEL, CLOSE
from optex.steps import StepStatus
from tasks.scheduled_runs import sync_runs
from tasks.stuck_runs import crash_stuck_runs
from tests.live.house import CALENDAR, PATIENCE, PostOffice, Prefect, expired_offer, free_port, today, until

HOLDERS = 40


class Stack:
    """A server, and a worker that is there or not; `last` is the last step that can be done today.

    Acceptance is on business days only; on another day the close stands for it.
    """

    def __init__(self, prefect, worker, workspaces):
        self.prefect = prefect
        self.worker = worker
        self.workspaces = workspaces
        self.last = CANCEL if CALENDAR.is_business_day(today()) else CLOSE

    @contextmanager
    def settings(self):
        with temporary_settings(self.prefect.settings):
            yield
            EventsWorker.drain_all()

    def at_work(self, offer):
        """The process of the run that is at work on the last step."""

        def found():
            runs = [run for run in self.prefect.alarms(offer, self.last) if run.state_name == "Running"]
            return runs and process_of(runs[-1])

        return until(f"a run at work on {self.last} of {offer}", found)

    def look_after(self, offer, minutes=0):
        """One round of the watch, so many minutes from now for what is stuck."""
        workspace = self.workspaces[offer]

        async def look():
            async with get_client() as client:
                await crash_stuck_runs(client, workspace, datetime.now(UTC) + timedelta(minutes=minutes))
            return await check_offer(workspace)

        with self.settings():
            _, failed = asyncio.run(look())
        assert [] == failed

    def until_done(self, offer):
        """Wait until the last step is done and whatever was due has ended; the final states of the last step's runs."""

        def done():
            with self.workspaces[offer].read() as db:
                waiting = [step for step in db.steps() if step.waiting and step.due < datetime.now(UTC)]
            runs = self.prefect.runs("optex:alarm", f"offer:{offer}")
            at_work = [run for run in runs if run.expected_start_time < datetime.now(UTC) and not run.state.is_final()]
            return not waiting and not at_work and [run.state_name for run in self.prefect.alarms(offer, self.last)]

        return until(f"the end of what is due for {offer}", done)


def process_of(run):
    """The process that runs a flow; None as long as there is none."""
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("PREFECT__FLOW_RUN_ID") == str(run.id)
            if mine and {"prefect.engine", "flows.serve.run"} & set(process.cmdline()):
                return process
        except psutil.Error:
            continue
    return None


@pytest.fixture(scope="module")
def slow_post():
    """A post office of our own, which can be made to fall asleep over a letter."""
    workspace = SleepyPostOffice()
    yield workspace
    workspace.awake.set()
    workspace.close()


class SleepyPostOffice(PostOffice):
    """One that takes so many letters, and then keeps whoever brings the next one waiting until it is woken."""

    def __init__(self):
        self.takes = 10**9
        self.awake = threading.Event()
        super().__init__()

    async def handle_DATA(self, server, session, envelope):
        self.takes -= 1
        while self.takes < 0 and not self.awake.is_set():
            await asyncio.sleep(0.05)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture(scope="module")
def stack(tmp_path_factory, slow_post):
    """A server that knows five expired offers with the same people and forms; the worker is not started."""
    root = tmp_path_factory.mktemp("stack")
    names = ("calm", "torn", "cut", "shot", "posted")
    folders = [expired_offer(root, name, HOLDERS, reminders=[], issuer="Alpha").write(root / name) for name in names]
    settings = {"OPTEX_SMTP_HOST": "127.0.0.1", "OPTEX_SMTP_PORT": str(slow_post.port), "OPTEX_SMTP_TLS": "none"}
    settings["PREFECT_WORKER_QUERY_SECONDS"] = "1"
    port = free_port()
    note = ServeLock(api=f"http://127.0.0.1:{port}/api", mark=f"test-{os.getpid()}-{port}")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        for name in ("PREFECT_HOME", "PREFECT_API_URL"):
            patch.delenv(name, raising=False)
        workspaces = {name: ensure_loaded(folder) for name, folder in zip(names, folders, strict=True)}
        for folder, workspace in zip(folders, workspaces.values(), strict=True):
            import_received(folder, workspace)
        environment = environment_of(folders, note)
        patch.setenv("OPTEX_OFFERS", environment["OPTEX_OFFERS"])
        server, worker = server_at(port, environment, root), worker_for(environment, root)
        prefect = Prefect(note.api, environment["PREFECT_API_AUTH_STRING"])
        stack = Stack(prefect, worker, workspaces)
        try:
            with server.running():
                wait_until_healthy(note.api, server, StopFlag())
                with stack.settings():
                    asyncio.run(begin(workspaces))
                yield stack
        finally:
            end_orphans(note.mark)


async def begin(workspaces):
    """Deploy for every offer, and schedule the calm one: the others, and the watch, wait for their tests."""
    async with get_client() as client:
        await deploy(client, list(workspaces))
        watch = await client.read_deployment_by_name("watch/watch")
        for schedule in watch.schedules:  # after three minutes it would ring what the tests want to do themselves
            await client.update_deployment_schedule(watch.id, schedule.id, active=False)
        await sync_runs(client, workspaces["calm"])


@pytest.fixture(scope="module")
def calm(stack):
    """The undisturbed offer: nobody was there when its steps fell due, and then a worker came."""
    late = until("late runs", lambda: [r for r in stack.prefect.alarms("calm", stack.last) if r.state_name == "Late"])
    assert 1 == len(late)
    with stack.worker.running():
        stack.until_done("calm")
    return stack.workspaces["calm"]


def up_to_the_last(stack, offer):
    """Do every step before the last one, here and now."""

    async def do():
        for name in ("open", "close", "extension-deadline")[: 3 if stack.last == CANCEL else 1]:
            with stack.workspaces[offer].read() as db:
                step = db.step(name)
            assert "Completed" == (await run_step(offer, step)).name

    with stack.settings():
        asyncio.run(do())


class Waiting:
    """A worker, and the process of a run that waits just before its transaction: the books are in our hands."""

    def __init__(self, stack, offer):
        self._worker = stack.worker
        self._books = books_of(stack, offer, timeout=60)
        try:
            self._books.execute("BEGIN IMMEDIATE")
            stack.worker.start()
            self.process = stack.at_work(offer)
        except BaseException:
            self.close()
            raise

    def let_go(self):
        self._books.close()

    def close(self):
        self._books.close()
        self._worker.end()


def books_of(stack, offer, timeout):
    file = stack.workspaces[offer].database_url.removeprefix("sqlite:///")
    return sqlite3.connect(file, isolation_level=None, timeout=timeout)


# The last write of a step is made to take minutes: whoever is killed in it has written all, and committed nothing.
ENDLESS = """
CREATE VIEW endless AS
WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000000) SELECT x FROM c;
CREATE TRIGGER endless AFTER INSERT ON audit WHEN NEW.action = '{step} done' BEGIN SELECT count(*) FROM endless; END;
"""


@contextmanager
def killed_before_its_commit(stack, offer):
    """The run of the last step is killed when all is written in its transaction and nothing committed."""
    with closing(books_of(stack, offer, timeout=0)) as books:
        books.executescript(ENDLESS.format(step=stack.last))
        with stack.worker.running():
            process = stack.at_work(offer)
            until("its transaction", lambda: is_locked(books))
            began = process.cpu_times().user
            until("its last write", lambda: process.cpu_times().user > began + 2)
            process.kill()
            until("the crash", lambda: stack.prefect.alarms(offer, stack.last)[0].state_name == "Crashed")
            books.executescript("DROP TRIGGER endless; DROP VIEW endless;")
            yield


def is_locked(books):
    try:
        books.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    books.execute("ROLLBACK")
    return False


def outcome(workspace):
    """What the books of an offer say in the end, but for instants and for its name."""
    with workspace.read() as db:
        return {
            "decisions": sorted(
                (r.kind, r.subject, r.revision, r.decision, r.shares, r.rule, r.reason) for r in db.rows(t.decisions)
            ),
            "cancellations": sorted((r.grant_id, r.shares, r.balancing_grant_id) for r in db.rows(t.cancellations)),
            "promises": sorted((r.promise_id, r.shares, r.not_before) for r in db.rows(t.promises)),
            "options": sorted((r.grant_id, r.kind, r.shares, r.price) for r in db.rows(t.issued_options)),
            "tranches": sorted((r.grant_id, r.vests_on, r.shares) for r in db.rows(t.tranches)),
            "pool": [(r.event, r.shares, r.available_after) for r in db.rows(t.pool, t.pool.c.position)],
            "notices": sorted((r.notice_id, r.holder_id, r.kind) for r in db.rows(t.notices)),
            "audit": Counter((r.action, r.subject.replace(db.offer, ""), r.rule) for r in db.rows(t.audit)),
            "steps": sorted((r.name, r.version, r.due, r.status, r.message) for r in db.rows(t.steps)),
        }


def test_a_step_that_was_missed_is_done_late_with_the_outcome_of_its_day(stack, calm):
    """Receipt decides, not the run: days later what came a second before 5 p.m. is in, and what came at 5 p.m. late."""
    with calm.read() as db:
        standing = {form: row.decision for form, row in db.latest_decisions("form").items()}
        steps = {step.name: step for step in db.steps()}
        cancelled = {row.grant_id: row.shares for row in db.rows(t.cancellations)}
        unsent = [row.notice_id for row in db.rows(t.notices) if row.sent_at is None]
    assert {f"F{n}": "effective" if n < HOLDERS else "late" for n in range(1, HOLDERS + 1)} == standing
    assert ["done"] * 3 == [steps[name].status for name in ("open", "close", "extension-deadline")]
    if stack.last == CANCEL:
        assert {f"G{n}": 600 for n in range(1, HOLDERS)} == cancelled
    else:
        assert "no business day: acceptance falls due" in stack.prefect.alarms("calm", CANCEL)[0].state.message
    assert [] == unsent
    # It opened only after its expiration, which the step says.
    assert steps["open"].message.startswith("Opened: 40 eligible holders told. Warning: AMD-1: the offer opened on ")
    assert steps["open"].done_at <= steps["close"].done_at


def test_a_flow_killed_before_its_transaction_leaves_nothing_behind(stack, calm):
    """Its run is Crashed within seconds, the watch has another one made, and the books are those of a calm day."""
    up_to_the_last(stack, "torn")
    with closing(Waiting(stack, "torn")) as run:
        run.process.kill()
        until("the crash", lambda: stack.prefect.alarms("torn", stack.last)[0].state_name == "Crashed")
        run.let_go()
        stack.look_after("torn")
        assert "Crashed" == stack.until_done("torn")[0]
    stack.look_after("torn")
    assert outcome(calm) == outcome(stack.workspaces["torn"])


def test_a_flow_killed_in_the_middle_of_its_transaction_leaves_nothing_behind(stack, calm):
    """Every row of the acceptance was written but for the last: none of it is there, and the next run does it all."""
    only_on_a_business_day(stack)
    up_to_the_last(stack, "cut")
    before = outcome(stack.workspaces["cut"])
    with killed_before_its_commit(stack, "cut"):
        assert before == outcome(stack.workspaces["cut"])
        stack.look_after("cut")
        assert ["Crashed", "Completed"] == stack.until_done("cut")
    stack.look_after("cut")
    assert outcome(calm) == outcome(stack.workspaces["cut"])


def test_a_worker_killed_with_its_flow_leaves_nothing_behind(stack, calm):
    """Nobody reports the end of such a run, so that the watch must give it up; the books are those of a calm day."""
    up_to_the_last(stack, "shot")
    with closing(Waiting(stack, "shot")) as run:
        kill(stack.worker.process, run.process)
    assert "Running" == stack.prefect.alarms("shot", stack.last)[0].state_name
    stack.look_after("shot", minutes=21)
    with stack.worker.running():
        assert "Crashed" == stack.until_done("shot")[0]
    stack.look_after("shot")
    assert outcome(calm) == outcome(stack.workspaces["shot"])


def kill(worker, flow):
    """Kill a worker and its flow as a power cut would: the worker first, so that it reports nothing."""
    worker.kill()
    worker.wait(PATIENCE)
    flow.kill()


def test_a_flow_killed_while_its_mail_goes_out_sends_no_letter_anew(stack, calm, slow_post):
    """What was decided stands; the letters not sent follow, and one on its way may come again, with one Message-ID."""
    only_on_a_business_day(stack)
    workspace = stack.workspaces["posted"]
    up_to_the_last(stack, "posted")
    sent_before = letters(slow_post, "posted")
    slow_post.takes = 5
    with stack.worker.running():
        process = stack.at_work("posted")
        until("the letters", lambda: slow_post.takes < 0)
        kill(stack.worker.process, process)
    slow_post.awake.set()
    with workspace.read() as db:
        assert db.step(stack.last).status is StepStatus.DONE
    pass_time(workspace, timedelta(minutes=16))
    stack.look_after("posted", minutes=21)
    assert ["Completed"] == stack.until_done("posted")
    stack.look_after("posted")
    assert outcome(calm) == outcome(workspace)
    with workspace.read() as db:
        notices = [(row.message_id, row.sent_at is not None) for row in db.rows(t.notices)]
    assert {True} == {sent for _, sent in notices}
    taken = letters(slow_post, "posted")
    assert {message_id for message_id, _ in notices} == set(taken)
    assert {1} == {taken[message_id] for message_id in sent_before}, "what was marked as sent never goes out again"
    assert max(taken.values()) <= 2


def only_on_a_business_day(stack):
    if stack.last != CANCEL:
        pytest.skip("acceptance is on business days only, and today is none")


def letters(post, offer):
    """How often each letter of an offer was taken, by its Message-ID."""
    return Counter(
        message["Message-ID"] for to, message in list(post.letters) if to.startswith(offer) and message["Message-ID"]
    )


def pass_time(workspace, by):
    """Let a claim look so much older, as if that time had passed since whoever made it was killed."""
    with workspace.write() as db:
        for row in db.rows(t.notices):
            if row.claimed_at is not None and row.sent_at is None:
                mine = (t.notices.c.offer == db.offer, t.notices.c.notice_id == row.notice_id)
                db.connection.execute(update(t.notices).where(*mine).values(claimed_at=row.claimed_at - by))
