"""The sample offer out as Open Cap Table and in again: every option is back, before the exchange and after it."""

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from infra.folder.reader import read_folder
from infra.handlers.intake import load_folder
from infra.workspace import workspace_in
from optex.vesting import schedule
from tests.command import optex
from tests.driver import play_folder

OPENED = date(2003, 2, 28)
ALPHA = Path(__file__).parents[2] / "examples" / "alpha-2003"


@pytest.fixture(scope="module", params=[OPENED, None], ids=["opened", "whole"])
def there_and_back(request, tmp_path_factory):
    """The sample played so far, its package, and the folder that the package becomes."""
    root = tmp_path_factory.mktemp("alpha")
    until = request.param and datetime.combine(OPENED, time(15), UTC)
    play_folder(read_folder(ALPHA), root / "out", until)
    assert 0 == optex("export", root / "out", "--ocf", root / "ocf").code
    assert 0 == optex("import-ocf", root / "ocf", root / "offer").code
    return request.param is not None, root


def test_the_folder_has_no_fault(there_and_back):
    """`check` reads it, whole."""
    opened, root = there_and_back
    said = optex("check", root / "offer", "--json")
    assert (0, []) == (said.code, json.loads(said.out)["faults"])
    assert (126 if opened else 150) == len(read_folder(root / "offer").grants)


def test_every_option_is_back(there_and_back):
    """Before the exchange the sample's own grants; after it what was left alone, the balancing and the new options."""
    opened, root = there_and_back
    back = {grant.grant_id: grant for grant in read_folder(root / "offer").grants}
    sample = read_folder(ALPHA)
    vesting = sample.terms.plan.vesting
    ended = set() if opened else {row["grant_id"] for row in ledger(root, "cancellations")}
    for grant in sample.grants:
        if grant.grant_id not in ended:
            found = back.pop(grant.grant_id)
            assert schedule(grant, vesting) == found.vesting
            stated = ("holder_id", "granted_on", "shares", "exercised", "price", "type", "expires_on")
            assert [getattr(grant, key) for key in stated] == [getattr(found, key) for key in stated]
    if not opened:
        for row in (*ledger(root, "balancing_options"), *ledger(root, "new_options")):
            found = back.pop(row["grant_id"])
            assert (row["holder_id"], row["granted_on"]) == (found.holder_id, str(found.granted_on))
            assert (int(row["shares"]), row["price"], row["type"]) == (found.shares, str(found.price), found.type)
        spent = {f"{grant.grant_id}-exercised" for grant in sample.grants if grant.exercised}
        assert back.keys() <= spent
        assert all(grant.remaining == 0 for grant in back.values())


def test_holders_and_their_service_are_back(there_and_back):
    """Every holder, and every period of service as it was told so far; H47 comes only in June."""
    opened, root = there_and_back
    sample, back = read_folder(ALPHA), read_folder(root / "offer")
    told = [each for each in sample.service_periods if not opened or each.first_day <= OPENED]
    if opened:
        told = [replace(each, last_day=None) if each.last_day and each.last_day >= OPENED else each for each in told]
    assert sorted(map(str, told)) == sorted(map(str, back.service_periods))
    assert [each for each in sample.holders if not opened or each.holder_id != "H47"] == back.holders


def test_the_pool_is_what_the_offer_left(there_and_back):
    """What the plan authorizes less every option outstanding and every share exercised."""
    opened, root = there_and_back
    folder = read_folder(root / "offer")
    left = folder.terms.plan.shares_authorized - sum(grant.shares for grant in folder.grants)
    if not opened:
        assert 799_150 == left
    assert int(ledger(root, "pool")[-1]["available_after"]) == left


def test_a_security_keeps_its_id(there_and_back, tmp_path):
    """Exported again from the folder it became, it is named as it was: by ocf-ids.csv, not by another offer's."""
    _, root = there_and_back
    folder = root / "offer"
    workspace = workspace_in(folder)
    load_folder(workspace.engine, read_folder(folder), datetime(2027, 3, 1, 15, tzinfo=UTC))
    assert 0 == optex("export", folder, "--ocf", tmp_path / "again").code
    first, again = (issued(path) for path in (root / "ocf", tmp_path / "again"))
    assert again.items() <= first.items()
    assert len(again) >= 100


def issued(package):
    """By the number of every option its security, its issuance and its holder."""
    items = json.loads((package / "Transactions.ocf.json").read_text())["items"]
    keys = ("security_id", "id", "stakeholder_id")
    return {
        each["custom_id"]: [each[key] for key in keys]
        for each in items
        if "custom_id" in each and not each["custom_id"].endswith("-exercised")
    }


def ledger(root, name):
    with (root / "out" / "ledgers" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))
