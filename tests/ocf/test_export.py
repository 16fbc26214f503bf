"""What an offer did, as a package of Open Cap Table: valid by the published schemas, and saying what happened."""

import json

import pytest

from infra.folder.reader import read_folder
from tests.command import optex
from tests.ocf.published import faults

FORMATION = {"on": "1969-01-01", "country": "US", "subdivision": "TX"}


@pytest.fixture(scope="module")
def played(new_offer):
    """Ann tenders 600 of the 900 left of G1 and all of G2, Bo's acceptance is voided, Cy's new option is rescinded."""
    offer = new_offer(formation=FORMATION)
    offer.holder("H1", "Ann Lee", votes="1.5").grant("G1", 1_000, exercised=100).grant("G2", 200, type="ISO")
    offer.tenders("F1", "2003-03-10T10:00:00", G1=600, G2=200)
    offer.holder("H2", "Bo Ray", place="Bavaria").grant("G3", 300)
    offer.tenders("F2", "2003-03-11T10:00:00", G3=200)
    offer.holder("H3", "Cy Poe", capacity="director", email="").grant("G4", 400)
    offer.tenders("F3", "2003-03-12T10:00:00", G4=400)
    offer.holder("H4", "Di Fox", capacity="consultant", until="2003-03-20").grant("G5", 500)
    gone = {"capacity": "employee", "from_": "1999-01-04", "by": "Hana Reed"}
    offer.happens("2003-04-10T10:00:00", "service-set", holder="H2", to="2003-03-20", **gone)
    offer.happens("2003-04-11T10:00:00", "approve", step="void", holder="H2", by="Ruth Counsel")
    offer.happens("2003-06-01T10:00:00", "split", on="2003-06-02", new=3, old=2)
    offer.closes_at("2003-10-03", "1.27")
    offer.happens("2003-10-06T10:00:00", "agreement-signed", grant="G1-N", on="2003-10-06", by="Hana Reed")
    gone = {"holder": "H3", "capacity": "director", "from_": "1999-01-04", "to": "2003-09-30", "by": "Hana Reed"}
    offer.happens("2003-10-08T10:00:00", "service-set", **gone)
    settled = {"grant": "G4-N", "as_": "rescind", "reason": "A mistake.", "evidence": "Letter", "by": "Ruth Counsel"}
    offer.happens("2003-10-20T10:00:00", "settle", **settled)
    return offer.play()


@pytest.fixture(scope="module")
def package(played, tmp_path_factory):
    """The files of the package, by their names."""
    out = tmp_path_factory.mktemp("ocf")
    said = optex("export", played.out, "--ocf", out)
    assert (0, "") == (said.code, said.err)
    return {file.name: json.loads(file.read_text()) for file in out.iterdir()}


@pytest.fixture(scope="module")
def told(package):
    """Transactions as (date, kind, and what is said of it), with securities by the numbers of their options."""
    items = package["Transactions.ocf.json"]["items"]
    names = {each["security_id"]: each["custom_id"] for each in items if "custom_id" in each}

    def tell(kind, *keys):
        found = [each for each in items if each["object_type"] == f"TX_{kind}"]
        return [
            (
                names.get(each.get("security_id")),
                each["date"],
                *(names.get(str(each.get(k)), each.get(k)) for k in keys),
            )
            for each in found
        ]

    return tell


def test_every_file_is_valid_by_the_published_schemas(package):
    """No key that they do not know, no number or day written otherwise."""
    names = ["Manifest.ocf.json", *(f"{name}.ocf.json" for name in ("Stakeholders", "StockClasses", "StockPlans"))]
    assert sorted([*names, "Transactions.ocf.json"]) == sorted(package)
    assert [] == [fault for document in package.values() for fault in faults(document)]


def test_a_package_that_is_not_valid_is_found_out(package):
    """The check itself: an unknown key, a number that is none in quotes, an option without its price."""
    award, *_ = [each for each in package["Transactions.ocf.json"]["items"] if "vestings" in each]
    broken = [{**award, "x": 1}, {**award, "quantity": 5}, {**award, "quantity": "1E+3"}, {**award, "vestings": []}]
    broken.append({key: value for key, value in award.items() if key != "exercise_price"})
    for each in broken:
        assert faults({"file_type": "OCF_TRANSACTIONS_FILE", "items": [each]})


def test_a_grant_is_issued_on_its_date(told):
    """With its exact tranches; what had been exercised of it by the day before the offer is one exercise."""
    [(_, on, shares, kind, vestings)] = [
        each
        for each in told("EQUITY_COMPENSATION_ISSUANCE", "quantity", "compensation_type", "vestings")
        if each[0] == "G1"
    ]
    assert ("2000-05-16", "1000", "OPTION_NSO") == (on, shares, kind)
    assert [("2001-05-16", "333"), ("2002-05-16", "333"), ("2003-05-16", "334")] == [
        (each["date"], each["amount"]) for each in vestings
    ]
    assert [("G1", "2003-02-27", "100")] == told("EQUITY_COMPENSATION_EXERCISE", "quantity")


def test_a_cancellation_ends_its_security_and_names_the_rest(told):
    """A voided acceptance leaves no trace; the shares return to the pool."""
    cancelled = [
        ("G1", "2003-04-01", "600", "G1-B"),
        ("G2", "2003-04-01", "200", None),
        ("G4", "2003-04-01", "400", None),
    ]
    assert cancelled == sorted(told("EQUITY_COMPENSATION_CANCELLATION", "quantity", "balance_security_id"))
    assert [each[:3] for each in cancelled] == sorted(told("STOCK_PLAN_RETURN_TO_POOL", "quantity"))


def test_balancing_and_new_options_have_issuances_of_their_own(told):
    """The rest on the day of the cancellation, the new ones on the grant date in the shares after the split."""
    issued = told("EQUITY_COMPENSATION_ISSUANCE", "quantity", "compensation_type", "consideration_text", "comments")
    after = [each for each in issued if each[1] > "2003"]
    assert [
        ("G1-B", "2003-04-01", "300", "OPTION_NSO", None, ["the rest of G1, with its grant date of 2000-05-16"]),
        ("G1-N", "2003-10-03", "900", "OPTION_NSO", "In exchange for G1, cancelled on 2003-04-01", None),
        ("G2-N", "2003-10-03", "300", "OPTION_ISO", "In exchange for G2, cancelled on 2003-04-01", None),
        ("G4-N", "2003-10-03", "600", "OPTION_NSO", "In exchange for G4, cancelled on 2003-04-01", None),
    ] == sorted(after)


def test_what_came_of_the_new_options(told):
    """One was signed, one rescinded."""
    assert [("G1-N", "2003-10-06")] == told("EQUITY_COMPENSATION_ACCEPTANCE")
    assert [("G4-N", "2003-10-20", "The option was rescinded")] == told("EQUITY_COMPENSATION_RETRACTION", "reason_text")


def test_a_split_is_one_of_the_stock_class(told):
    """And what it made of the plan's 100,000 shares."""
    assert [(None, "2003-06-02", {"numerator": "3", "denominator": "2"})] == told("STOCK_CLASS_SPLIT", "split_ratio")
    assert [(None, "2003-06-02", "150000")] == told("STOCK_PLAN_POOL_ADJUSTMENT", "shares_reserved")


def test_holders_with_what_is_known_of_them(package):
    """In which capacity they serve or have served; what OCF has no field for stands in comments."""
    told = {each["issuer_assigned_id"]: each for each in package["Stakeholders.ocf.json"]["items"]}
    relationships = [each["current_relationship"] for each in told.values()]
    assert ["EMPLOYEE", "EX_EMPLOYEE", "OTHER", "EX_CONSULTANT"] == relationships
    assert ["service: employee from 1999-01-04", "voting_percent: 1.5"] == told["H1"]["comments"]
    assert ["service: employee from 1999-01-04 to 2003-03-20", "jurisdiction: Bavaria"] == told["H2"]["comments"]
    assert "contact_info" not in told["H3"]


def test_the_issuer_and_when_it_is_as_of(package):
    """As the terms state it; as of when the last thing went on record."""
    manifest = package["Manifest.ocf.json"]
    formed = ("legal_name", "formation_date", "country_of_formation", "country_subdivision_of_formation")
    assert ["Alpha Technologies Group, Inc.", "1969-01-01", "US", "TX"] == [manifest["issuer"][key] for key in formed]
    assert "2003-10-20" == manifest["as_of"]


def test_the_same_books_give_the_same_bytes(played, tmp_path):
    """Every id and every order, whenever it is written."""
    for name in ("a", "b"):
        optex("export", played.out, "--ocf", tmp_path / name)
    first, second = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert first == second


def test_where_the_issuer_was_formed_must_be_known(new_offer, tmp_path):
    """OCF requires it: refused without; it may be stated in offer.toml when the offer is long on record."""
    played = new_offer().holder("H1", "Ann Lee").grant("G1", 100).play(until="2003-03-01T12:00:00")
    said = optex("export", played.out, "--ocf", tmp_path / "ocf")
    assert (1, True) == (said.code, "state it in offer.toml, in a table [formation]" in said.err)
    assert [] == list(tmp_path.iterdir())
    text = (played.folder / "offer.toml").read_text()
    (played.out / "offer.toml").write_text(text + '\n[formation]\non = 1969-01-01\ncountry = "US"\n')
    assert 0 == optex("export", played.out, "--ocf", tmp_path / "ocf").code


def test_it_is_read_back_as_what_is_left(package, played, tmp_path):
    """In the shares after the split: G3 is whole again, G4-N gone, and the pool is what the offer left of it."""
    optex("export", played.out, "--ocf", tmp_path / "ocf")
    assert 0 == optex("import-ocf", tmp_path / "ocf", tmp_path / "offer").code
    folder = read_folder(tmp_path / "offer")
    shares = {grant.grant_id: grant.shares for grant in folder.grants}
    assert {"G1-B": 450, "G1-N": 900, "G1-exercised": 150, "G2-N": 300, "G3": 450, "G5": 750} == shares
    assert int(played.column("pool", "available_after")[-1]) == folder.terms.plan.shares_authorized - 3_000


def test_a_split_while_the_offer_is_open(new_offer, tmp_path):
    """Issued are the shares of the grant date, cancelled those of the day: read back, both make up what was left."""
    offer = new_offer(formation=FORMATION).holder("H1", "Ann Lee").grant("G1", 1_001, exercised=100)
    offer.happens("2003-03-04T10:00:00", "split", on="2003-03-05", new=3, old=2)
    offer.grants["G1"] = ("H1", 1_501, "2000-05-16", "8.34", 150)
    played = offer.tenders("F1", "2003-03-10T10:00:00", G1=601).closes_at("2003-10-03", "1.27").play()
    assert [("601", "G1-B")] == played.column("cancellations", "shares", "balancing_grant_id")
    assert 0 == optex("export", played.out, "--ocf", tmp_path / "ocf").code
    said = optex("import-ocf", tmp_path / "ocf", tmp_path / "offer")
    assert (0, "") == (said.code, said.err)
    shares = {grant.grant_id: grant.shares for grant in read_folder(tmp_path / "offer").grants}
    assert {"G1-B": 750, "G1-N": 601, "G1-exercised": 150} == shares


def test_an_export_says_what_to_write(played):
    """Wrong usage without --out and --ocf."""
    assert 2 == optex("export", played.out).code


def test_units_at_a_ratio_are_issued_without_price_and_last_day(new_offer, tmp_path):
    """Of 900 shares at 5 for 2 there are 360 units: valid by the schemas, and all 900 are returned to the pool."""
    exchange = '[exchange]\naward = "rsu"\n[[exchange.ratio]]\nprice_from = 10.00\nold = 5\nnew = 2\n'
    offer = new_offer(exchange, formation=FORMATION)
    offer.holder("H1", "Ann Lee").grant("G1", 900, price="12.50").tenders("F1", "2003-03-10T10:00:00", G1=900)
    played = offer.closes_at("2003-10-03", "1.27").play()
    assert 0 == optex("export", played.out, "--ocf", tmp_path / "ocf").code
    document = json.loads((tmp_path / "ocf" / "Transactions.ocf.json").read_text())
    assert [] == faults(document)
    [units] = [each for each in document["items"] if each.get("compensation_type") == "RSU"]
    assert ("360", None, False) == (units["quantity"], units["expiration_date"], "exercise_price" in units)
    returned = [each["quantity"] for each in document["items"] if each["object_type"] == "TX_STOCK_PLAN_RETURN_TO_POOL"]
    assert ["900"] == returned
