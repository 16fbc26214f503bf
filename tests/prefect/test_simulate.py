"""A simulation can be repeated, interrupted, killed and taken up again, and always comes to the same."""

import asyncio
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

PATIENCE = 120


@pytest.fixture(scope="module")
def offer(new_offer):
    """Three holders, an extension after the close, a late price, and a promise that lapses."""
    offer = new_offer(reminders=[10, 1])
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=600)
    offer.holder("H2", "Bo Ray", until="2003-06-30").grant("G2", 500).tenders("F2", "2003-04-01T07:00:00", G2=500)
    offer.holder("H3", "Cy Dow").grant("G3", 300).tenders("F3", "2003-03-12T10:00:00", signed_as="C. D.", G3=300)
    offer.happens("2003-04-01T07:30:00", "extend", to="2003-04-14T17:00:00")
    return offer.happens("2003-10-21T10:00:00", "price-set", on="2003-10-17", close="1.20")


@pytest.fixture(scope="module")
def undisturbed(offer):
    return offer.simulate()


def command(folder, out):
    return [sys.executable, "-m", "flows.cli", "simulate", str(folder), "--out", str(out)]


def wait_for_letters(running, out, number):
    """Wait until so many letters have been sent, and for no longer than the command runs."""
    deadline = time.monotonic() + PATIENCE
    while len(list((out / "mail").glob("*.eml"))) < number:
        assert running.poll() is None, "the play ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_second_play_is_the_first_byte_for_byte(offer, undisturbed, tmp_path):
    """Into another directory, the same folder gives the same ledgers and the same letters."""
    assert undisturbed.bytes() == offer.simulate(out=tmp_path / "out").bytes()


def test_a_play_repeated_into_its_directory_begins_anew(new_offer):
    """Played through, it is played once more from the beginning: a letter that was deleted is there again."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    ended = {"number": 4, "evidence": "The bid.", "reason": "A merger.", "by": "Board"}
    played = offer.happens("2003-03-03T10:00:00", "terminate", **ended).simulate()
    before = played.bytes()
    next((played.out / "mail").iterdir()).unlink()
    assert before == offer.simulate().bytes()


@pytest.mark.slow  # four processes, each of which imports Prefect anew
def test_a_play_that_is_killed_is_taken_up_where_it_stopped(offer, undisturbed, tmp_path):
    """Killed after 2 letters, after 8 and after 14, it ends as if it never had been, and no notice is sent twice."""
    out = tmp_path / "out"
    for letters in (2, 8, 14):
        running = subprocess.Popen(command(undisturbed.folder, out))
        wait_for_letters(running, out, letters)
        running.send_signal(signal.SIGKILL)
        assert -signal.SIGKILL == running.wait()
        assert not (out / "ledgers").exists()
    subprocess.run(command(undisturbed.folder, out), check=True)
    again = type(undisturbed)(undisturbed.folder, out)
    assert undisturbed.bytes() == again.bytes()
    keys = again.column("notices", "message_id")
    assert len(keys) == len(set(keys)) == len(list((out / "mail").iterdir()))


def test_a_held_step_whose_time_has_come_is_not_forgotten(offer, undisturbed, tmp_path):
    """Killed after the late price was taken in and before the grant that waits for it, it goes on with the grant."""
    from flows.simulate import Runs

    stopped = offer.simulate(until="2003-10-20T23:59:59", out=tmp_path / "out")
    with stopped.workspace() as workspace:
        asyncio.run(Runs().take_in(workspace.offer, datetime(2003, 10, 21, 23, tzinfo=UTC)))
    assert undisturbed.bytes() == offer.simulate(out=stopped.out).bytes()


def test_a_play_that_stopped_at_noon_ends_as_one_that_did_not_stop(new_offer, tmp_path):
    """What had arrived by noon is on record then; played on, it is taken in with all of the day, in the evening."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.closes_at("2003-10-03", "1.27")
    straight = offer.play(out=tmp_path / "straight").bytes()
    stopped = offer.simulate(until="2003-03-10T12:00:00", out=tmp_path / "stopped")
    assert [("F1", "effective")] == stopped.column("forms", "form_id", "standing")
    assert straight == offer.simulate(out=tmp_path / "stopped").bytes()


def test_another_version_of_the_folder_is_another_play(new_offer):
    """After a change of the folder nothing is left of the play before."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    assert ["H1"] == offer.simulate(until="2003-03-01T12:00:00").column("notices", "holder_id")
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    again = offer.simulate(until="2003-03-01T12:00:00")
    assert ["H1", "H2"] == again.column("notices", "holder_id")
    assert 2 == len(again.letters("offer-opened"))


def test_the_folder_of_an_offer_is_not_played_into(new_offer):
    """A simulation would take the place of the books of the real offer: it refuses, and touches nothing."""
    from optex.errors import OptexError

    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    folder = offer.write()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(OptexError, match="is the folder of an offer"):
        offer.simulate(out=folder)
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_play_stops_where_it_is_told_to(new_offer):
    """Until noon of April 1 the options are cancelled, and the grant is still to come."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.play(until="2003-04-01T12:00:00")
    assert ["2003-04-01"] == played.column("cancellations", "cancelled_on")
    assert [("2003-10-03T22:00:00Z", "pending")] == played.milestone("regrant")


def test_a_rehearsal_says_at_its_end_which_letters_could_not_go(new_offer, tmp_path):
    """Bo has no e-mail address: his opening is listed with the reason, on screen and in the report."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).holder("H2", "Bo Ray", email="").grant("G2", 500)
    out = tmp_path / "out"
    played = subprocess.run(
        [*command(offer.write(), out), "--until", "2003-03-01T12:00:00"], capture_output=True, text=True, check=True
    )
    said = "1 letter could not go by mail: H2 Bo Ray (1 letter: no e-mail address)."
    assert [said] == [line for line in played.stdout.splitlines() if "could not go" in line]
    assert f"letters {out} --unsent --out DIR" in played.stdout
    assert f"1 of 2 letters to holders are sent (<code>notices.csv</code>). {said}" in (out / "report.html").read_text()
