"""An exchange at a ratio, for options and for restricted stock units, as a package of Open Cap Table (XCH-1, XCH-3)."""

import json

import pytest

from infra.folder.reader import read_folder
from tests.command import optex
from tests.ocf.published import faults

RATIO = "[[exchange.ratio]]\nprice_from = 10.00\nold = 5\nnew = 2\n"
FORMATION = {"on": "1969-01-01", "country": "US"}


@pytest.fixture(scope="module", params=["option", "rsu"])
def exchanged(request, new_offer):
    """Ann's 501 shares become 200 of the award; where the package of it lies."""
    offer = new_offer(f'[exchange]\naward = "{request.param}"\n{RATIO}', formation=FORMATION)
    offer.holder("H1", "Ann Able").grant("G1", 1_001, on="2001-05-16").tenders("F1", "2003-03-10T10:00:00", G1=501)
    played = offer.closes_at("2003-10-03", "3.00").play()
    assert 0 == optex("export", played.out, "--ocf", played.out / "ocf").code
    return request.param, played


def items(played):
    return json.loads((played.out / "ocf" / "Transactions.ocf.json").read_text())["items"]


def test_it_is_valid_by_the_published_schemas(exchanged):
    """Units have no exercise price, and no day on which they expire."""
    _, played = exchanged
    assert [] == [fault for file in (played.out / "ocf").iterdir() for fault in faults(json.loads(file.read_text()))]


def test_cancelled_and_issued_are_of_different_numbers(exchanged):
    """501 cancelled and returned to the pool, 500 left, 200 issued, with the price and term of an option alone."""
    award, played = exchanged
    by_kind = {each["object_type"].removeprefix("TX_"): each for each in items(played)}
    assert "501" == by_kind["EQUITY_COMPENSATION_CANCELLATION"]["quantity"]
    assert "501" == by_kind["STOCK_PLAN_RETURN_TO_POOL"]["quantity"]
    issued = {each["custom_id"]: each for each in items(played) if "custom_id" in each}
    new = issued["G1-N"]
    assert ("500", "200") == (issued["G1-B"]["quantity"], new["quantity"])
    priced = ("OPTION_NSO", {"amount": "3.00", "currency": "USD"}, "2013-10-03")
    expected = priced if award == "option" else ("RSU", None, None)
    assert expected == (new["compensation_type"], new.get("exercise_price"), new["expiration_date"])
    assert 200 == sum(int(each["amount"]) for each in new["vestings"])


def test_options_are_read_back_and_units_are_listed(exchanged, tmp_path):
    """An offer is of options: of units the list says that they take up the plan's shares."""
    award, played = exchanged
    said = optex("import-ocf", played.out / "ocf", tmp_path / "offer", "--json")
    shares = {grant.grant_id: grant.shares for grant in read_folder(tmp_path / "offer").grants}
    listed = [each["problem"] for each in json.loads(said.out)["not_mapped"]]
    if award == "option":
        assert ({"G1-B": 500, "G1-N": 200}, []) == (shares, listed)
    else:
        units = "RSU is no stock option; its 200 shares take up the plan's all the same"
        assert ({"G1-B": 500}, [units]) == (shares, listed)
