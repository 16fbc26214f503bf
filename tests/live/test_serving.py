"""`optex serve` and what stands in Prefect then: the plan as scheduled runs, through extension, stop and start."""

import json
import signal
from datetime import UTC, datetime, timedelta

import psutil

from infra.handlers.actions import record_action
from optex.actions import Extend
from tests.live.house import House, future_offer, tell, until, utc, working_day


def planned(house, folder):
    """The milestones of `optex plan --json` as (name, instant, how it reads on the offer's clock)."""
    plan = json.loads(tell(house, "plan", folder, "--json").stdout)
    return [(each["name"], utc(each["due"]), each["local"]) for each in plan["milestones"]]


def scheduled(prefect, offer):
    """The runs that are scheduled for an offer, as (step, instant)."""
    runs = [run for run in prefect.runs("optex:alarm", f"offer:{offer}") if run.state_name == "Scheduled"]
    return sorted((step_of(run), run.expected_start_time.astimezone(UTC)) for run in runs)


def step_of(run):
    return next(tag.removeprefix("step:") for tag in run.tags if tag.startswith("step:"))


def test_every_milestone_to_come_has_one_scheduled_run(house, prefect, folders):
    """What `optex plan` says is what Prefect has: one run a milestone, at its instant, named and tagged to be found."""
    plan = planned(house, folders["future"])
    assert sorted((name, due) for name, due, _ in plan) == scheduled(prefect, "future")
    names = {step_of(run): run.name for run in prefect.runs("optex:alarm", "offer:future")}
    assert {name: f"{name} future · {local}" for name, _, local in plan} == names
    [close] = prefect.runs("offer:future", "step:close")
    assert {"optex", "optex:alarm", "optex:step", "offer:future", "step:close", "version:1"} == set(close.tags)


def test_an_extension_from_another_shell_moves_the_runs(house, prefect, folders):
    """The old runs stand there cancelled with the reason, the new ones agree with the new plan; twice is once."""
    before = {run.id for run in prefect.runs("optex:alarm", "offer:future")}
    close = next(local for name, _, local in planned(house, folders["future"]) if name == "close")
    to = datetime.fromisoformat(close.removesuffix(" EST")) + timedelta(days=14)
    done = tell(house, "extend", folders["future"], "--to", to.isoformat())
    assert f"The offer is extended to {to:%Y-%m-%d %H:%M} EST. 7 steps moved; 0 holders told.\n" == done.stdout
    plan = planned(house, folders["future"])
    assert sorted((name, due) for name, due, _ in plan) == scheduled(prefect, "future")
    old = [run for run in prefect.runs("optex:alarm", "offer:future") if run.id in before]
    assert {"open": "Scheduled", "withdrawal-right": "Scheduled", "close": "Cancelled", "cancel": "Cancelled"} == {
        step: state
        for step, state in {step_of(run): run.state_name for run in old}.items()
        if step in ("open", "withdrawal-right", "close", "cancel")
    }
    reasons = {run.state.message for run in old if run.state_name == "Cancelled"}
    assert [True] == [reason.startswith("superseded by the extension to ") for reason in reasons]
    again = tell(house, "extend", folders["future"], "--to", to.isoformat())
    assert (0, True) == (again.returncode, again.stdout.startswith("Already recorded: "))
    assert len(plan) == len(scheduled(prefect, "future"))


def test_schedule_says_what_it_added_moved_and_cancelled(house, prefect, folders, workspaces):
    """`optex schedule` makes good what is missing, follows what the books say meanwhile, and else has nothing to do."""
    assert "added 0, moved 0, cancelled 0\n" == tell(house, "schedule", folders["painted"]).stdout
    [close] = prefect.alarms("painted", "close")
    prefect.client.delete_flow_run(close.id)
    assert "added 1 (close), moved 0, cancelled 0\n" == tell(house, "schedule", folders["painted"]).stdout
    with workspaces["painted"].write() as db:
        later = db.state().terms.expires + timedelta(days=7)
        record_action(db, Extend(to=later, at=datetime.now(UTC).replace(microsecond=0)))
    said = tell(house, "schedule", folders["painted"]).stdout
    steps = "reminder-10, reminder-1, close, extension-deadline, cancel, recheck-employment, regrant"
    assert f"added 0, moved 7 ({steps}), cancelled 0\n" == said
    with workspaces["painted"].read() as db:
        plan = db.state().schedule
    assert sorted((each.name, each.due) for each in plan.milestones) == scheduled(prefect, "painted")


def test_nobody_else_may_serve_the_same_folder(house, folders):
    """A second `optex serve` of a folder that is being served says so and ends, with nothing touched."""
    second = tell(house, "serve", folders["future"], "--port", "0")
    assert (1, True) == (second.returncode, "is being served already" in second.stderr)


def test_a_worker_that_was_killed_is_started_again(house, prefect):
    """Without a worker nothing would run: `optex serve` starts another one and says so."""
    children = psutil.Process(house.process.pid).children()
    [worker] = [child for child in children if "worker" in child.cmdline()]
    worker.kill()
    until("a new worker", lambda: "Prefect is up again" in house.said)
    assert "Prefect's worker ended with -9; its log is " in house.said
    assert (
        "The scheduled runs agree with the plan."
        == prefect.do("reschedule", offer="watched", by="Ruth Counsel").message
    )


def test_ctrl_c_ends_everything_and_a_second_start_goes_on(house, prefect, folders):
    """Within seconds no process is left; whatever was scheduled is there again after the next start, and once only."""
    before = {run.id: run.state_name for run in prefect.runs("optex:alarm", "offer:watched")}
    code, seconds, left = house.stop(signal.SIGINT)
    assert (0, []) == (code, left)
    assert seconds < 30
    house.start()
    assert before == {run.id: run.state_name for run in prefect.runs("optex:alarm", "offer:watched")}
    assert "added 0, moved 0, cancelled 0\n" == tell(house, "schedule", folders["watched"]).stdout


def test_a_request_to_end_is_heard_at_any_time(tmp_path):
    """SIGTERM while Prefect's server is still starting ends that as well, and what is left can be started again."""
    folder = future_offer(tmp_path, "early").write(tmp_path / "early")
    house = House([folder], tmp_path / "serve.log", {})
    try:
        house.start(says="Starting Prefect")
        code, seconds, left = house.stop(signal.SIGTERM)
    finally:
        house.end()
    assert (0, []) == (code, left)
    assert seconds < 30
    assert not (folder / ".optex" / "serving.json").exists()


def test_the_watch_is_scheduled(prefect):
    """The watch runs by itself, every three minutes: its next run stands there without anybody having asked."""
    runs = until("a run of the watch", lambda: [run for run in prefect.runs("optex:watch") if run.auto_scheduled])
    assert working_day(1) >= max(run.expected_start_time for run in runs).date()
