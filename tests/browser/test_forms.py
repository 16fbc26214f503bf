"""The forms in the Prefect UI, filled in and submitted by a person in a browser."""

from datetime import timedelta

from optex.calendar import EST
from tests.live.house import working_day

BY = "Ruth Counsel"


def expiration(workspace):
    with workspace.read() as db:
        return db.state().terms.expires


def test_an_offer_is_extended_by_a_day_on_its_own_clock(form, workspaces):
    """Words are refused beside the field and start nothing; noon is refused by the run; a date alone is at 5 p.m."""
    stood = expiration(workspaces["running"])
    day = (stood.astimezone(EST) + timedelta(days=7)).date()
    form.open("extend").choose(offer="running").write(to="5 p.m. on Monday", by=BY, confirm="running")
    before = form.prefect.runs("optex:act")
    form.page.get_by_role("button", name="Submit").click()
    said = "does not match '^a date and time such as 2027-02-05 17:00, or a date alone$"
    form.field("To").get_by_text(said).wait_for()
    assert before == form.prefect.runs("optex:act")

    form.open("extend").choose(offer="running").write(to=f"{day} 12:00", by=BY, confirm="running")
    noon = form.submit("running")
    assert "Refused" == noon.name
    assert f"The new expiration would be {day} 12:00 EST: the offer expires at 17:00, not at 12:00." in noon.message
    assert stood == expiration(workspaces["running"])

    form.open("extend").choose(offer="running").write(to=f" {day} ", by=f" {BY} ", confirm="running")
    done = form.submit("running")
    assert done.message.startswith(f"The offer is extended to {day} 17:00 EST. 5 steps moved; 3 holders told.")
    assert stood + timedelta(days=7) == expiration(workspaces["running"])
    with workspaces["running"].read() as db:
        assert [BY] == [each.action.by for each in db.recorded_actions("extend") if each.accepted]


def test_a_form_is_keyed_in_by_rows_of_named_fields(form, workspaces):
    """Holder and grant are chosen by name from lists; what the form states of an option stands in fields of its own."""
    with workspaces["running"].read() as db:
        [grant] = db.grants(["H1"])
    day = working_day(-1)
    form.open("record-election").choose(offer="running", holder="H1 · Running 1 (running)", kind="election")
    form.write(form="F-1", received_at=f"{day} 10:00", by=BY, signed_as="Running 1").pick(signed_on=str(day))
    form.page.get_by_role("button", name="Add item").click()
    form.choose(grant="G1 · Running 1 (running)").write(shares="600", original_shares="1000", price="12.50")
    form.pick(granted_on=str(grant.granted_on)).write(exercised="0")
    done = form.submit("running")
    assert done.message.startswith(f"1 form received. F-1 was received {day} 10:00 EST."), done.message
    with workspaces["running"].read() as db:
        [line] = db.forms(["F-1"])["F-1"].lines
        assert ("G1", 600, 1000, grant.granted_on, 0) == (
            line.grant_id,
            line.shares,
            line.original_shares,
            line.granted_on,
            line.exercised,
        )
        assert ["effective"] == [str(row.decision) for row in db.latest_decisions("form").values()]


def test_an_offer_is_terminated_by_its_name_typed_once_more(form, workspaces):
    """Another name does nothing at all; its own ends it."""

    def filled(word):
        form.open("terminate").choose(offer="ending", number="4: a tender offer, merger or acquisition proposal")
        form.write(reason="A merger.", by=BY, evidence="A bid.", confirm=word)
        return form.submit("ending")

    wrong = filled("running")
    said = "Not done, for it cannot be undone: `confirm` must be the name of the offer, ending, and it says 'running'"
    assert ("Refused", said) == (wrong.name, wrong.message)
    with workspaces["ending"].read() as db:
        assert ([], None) == (db.recorded_actions("terminate"), db.state().terminated_at)
    done = filled("ending")
    assert done.message.startswith("The offer is terminated")
    with workspaces["ending"].read() as db:
        assert db.state().terminated_at is not None
