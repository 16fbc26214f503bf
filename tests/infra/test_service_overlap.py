"""Service is told spell by spell: two of one capacity are not on record for the same day (ELG-2)."""

from datetime import UTC, datetime

import pytest

from infra.folder.reader import read_folder
from infra.handlers.actions import record_action
from infra.handlers.intake import load_folder
from infra.workspace import workspace_in
from optex.actions import read_action
from optex.calendar import EST
from tests.offers import Offer

AT = datetime(2003, 3, 10, 15, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path):
    """An employee since January 4, 1999."""
    folder = Offer(tmp_path).holder("H1", "Ann Lee").grant("G1", 1000).write()
    workspace = workspace_in(folder)
    load_folder(workspace.engine, read_folder(folder), AT)
    return workspace


def told(workspace, first, last=None, capacity="employee"):
    """What became of a spell that was told, and the spells on record after it."""
    stated = {"at": AT, "by": "HR", "holder": "H1", "capacity": capacity, "from": first}
    with workspace.write() as db:
        result = record_action(db, read_action("service-set", stated | ({"to": last} if last else {}), EST))
        spells = db.service_periods(["H1"])["H1"]
    return result, sorted((str(each.first_day), str(each.last_day)) for each in spells)


@pytest.mark.parametrize(("first", "last"), [("2002-01-07", None), ("1998-01-05", "1999-01-04"), ("1998-01-05", None)])
def test_a_spell_that_overlaps_another_is_refused(workspace, first, last):
    """It names the one on record, which is ended or corrected first."""
    result, spells = told(workspace, first, last)
    assert ("ELG-2", [("1999-01-04", "None")]) == (result.ruling.rule, spells)
    said = "it overlaps the service on record as employee from 1999-01-04: end or correct that one first"
    assert said == result.ruling.reason


def test_one_spell_after_another_is_taken(workspace):
    """The present one is ended by its own first day; whoever comes back begins another, also in another capacity."""
    assert [("1999-01-04", "2003-03-07")] == told(workspace, "1999-01-04", "2003-03-07")[1]
    assert told(workspace, "2003-03-10")[0].accepted
    assert told(workspace, "2002-01-07", capacity="director")[0].accepted
    assert told(workspace, "1998-01-05", "1999-01-03")[0].accepted
