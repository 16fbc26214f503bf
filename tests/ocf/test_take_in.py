"""A package becomes an offer's folder: what contradicts itself is refused, what has no place in it is listed."""

import csv
import json
import zipfile

import pytest

from infra.folder.reader import read_folder
from infra.ocf.take_in import import_package
from optex.errors import BadData, OptexError
from tests.command import optex
from tests.ocf.packages import ANN, PLAN, cancellation, happens, issuance, write_package


@pytest.fixture
def taken_in(tmp_path):
    """Import a package of these transactions, and read the folder that it becomes."""

    def take_in(*transactions, plan="", **files):
        package = write_package(tmp_path / "package", *transactions, **files)
        told = import_package(package, tmp_path / "offer", plan)
        return read_folder(tmp_path / "offer"), [str(each) for each in told.not_mapped]

    return take_in


@pytest.fixture
def refused(tmp_path):
    """Import a package of these transactions: every fault that it is refused for; nothing is written."""

    def refuse(*transactions, **files):
        package = write_package(tmp_path / "package", *transactions, **files)
        with pytest.raises(BadData) as error:
            import_package(package, tmp_path / "offer")
        assert ["package"] == [path.name for path in tmp_path.iterdir()]
        return [str(fault) for fault in error.value.faults]

    return refuse


def rows(folder, name):
    with (folder.path / name).open(newline="") as file:
        return [",".join(row) for row in csv.reader(file)][1:]


def test_an_option_and_its_holder(taken_in):
    """By the issuer's own numbers, with the exact schedule, and service since the first grant."""
    folder, told = taken_in(issuance("NSO-1"))
    assert ["E-1,Ann Lee,ann.lee@example.com,US-NH,"] == rows(folder, "holders.csv")
    assert ["NSO-1,E-1,2020-01-15,1000,0,12.50,NSO,2030-01-15,2021-01-15:1000,"] == rows(folder, "grants.csv")
    assert ["E-1,employee,2020-01-15,"] == rows(folder, "service.csv")
    since = "service as employee begins on 2020-01-15, the first grant: nothing says since when it lasts"
    assert [f"Stakeholders.ocf.json:6: STAKEHOLDER ann: {since}"] == told


def test_the_terms_that_a_package_states(taken_in):
    """Issuer, formation, plan and its reserve; the offer has the folder's name."""
    adjusted = {"object_type": "TX_STOCK_PLAN_POOL_ADJUSTMENT", "id": "more", "date": "2021-01-01"}
    folder, _ = taken_in(issuance("NSO-1"), {**adjusted, "stock_plan_id": "plan", "shares_reserved": "150000"})
    terms = folder.terms
    assert ("offer", "Example Thermal, Inc.", "2005 Stock Plan") == (terms.offer, terms.issuer, terms.plan.name)
    assert (150_000, "2005-03-01") == (terms.plan.shares_authorized, str(terms.plan.adopted))
    assert ("2001-05-14", "US", "DE") == (str(terms.formation.on), terms.formation.country, terms.formation.subdivision)


def test_an_option_without_vestings_is_vested_on_issuance(taken_in):
    """As OCF has it of a security with neither vestings nor vesting terms."""
    folder, _ = taken_in(issuance("NSO-1", vestings=None))
    assert ["NSO-1,E-1,2020-01-15,1000,0,12.50,NSO,2030-01-15,2020-01-15:1000,"] == rows(folder, "grants.csv")


@pytest.mark.parametrize(
    ("kind", "older", "type_"), [("OPTION_ISO", "ISO", "ISO"), ("OPTION_ISO", None, "ISO"), ("OPTION", "ISO", "ISO")]
)
def test_iso_or_nso_is_the_compensation_type(taken_in, kind, older, type_):
    """The older `option_grant_type` counts only of an OPTION."""
    folder, _ = taken_in(issuance("1", compensation_type=kind, option_grant_type=older))
    assert [type_] == [grant.type for grant in folder.grants]


def test_a_partial_cancellation_leaves_another_security(taken_in):
    """What is left has its own number and keeps the grant date; what was exercised before stays gone from the pool."""
    folder, _ = taken_in(
        issuance("1", vestings=[{"date": "2021-01-15", "amount": "400"}, {"date": "2022-01-15", "amount": "600"}]),
        happens("EQUITY_COMPENSATION_EXERCISE", "1", on="2021-06-01", quantity="300", resulting_security_ids=[]),
        cancellation("1", 500, balance="2"),
        issuance("2", shares=200, on="2022-03-01"),
    )
    assert [
        "1-exercised,E-1,2020-01-15,300,300,12.50,NSO,2030-01-15,2021-01-15:300,",
        "2,E-1,2020-01-15,200,0,12.50,NSO,2030-01-15,2021-01-15:200,",
    ] == rows(folder, "grants.csv")


def test_a_split_makes_more_of_what_was_issued_before_it(taken_in):
    """Shares floored, price up to the cent; an option issued on the day itself is in the new shares already."""
    split = {"object_type": "TX_STOCK_CLASS_SPLIT", "id": "split", "date": "2022-02-01", "stock_class_id": "common"}
    folder, _ = taken_in(
        issuance("1", shares=1_001),
        {**split, "split_ratio": {"numerator": "3", "denominator": "2"}},
        issuance("2", on="2022-02-01"),
    )
    assert [(1_501, "8.34"), (1_000, "12.50")] == [(grant.shares, str(grant.price)) for grant in folder.grants]


def test_a_split_tells_nothing_of_vesting_that_is_not_known(taken_in):
    """The schedule stays blank; what was exercised of an option that had ended is split as the stock it is."""
    split = {"object_type": "TX_STOCK_CLASS_SPLIT", "id": "split", "date": "2022-02-01", "stock_class_id": "common"}
    event = {"id": "sale", "portion": {"numerator": "1", "denominator": "1"}, "trigger": {"type": "VESTING_EVENT"}}
    terms = {"object_type": "VESTING_TERMS", "id": "on-sale", "name": "On sale", "allocation_type": "FRONT_LOADED"}
    folder, _ = taken_in(
        issuance("1", vestings=None, vesting_terms_id="on-sale"),
        issuance("2"),
        happens("EQUITY_COMPENSATION_EXERCISE", "2", on="2021-06-01", quantity="300", resulting_security_ids=[]),
        cancellation("2", 700, on="2021-07-01"),
        {**split, "split_ratio": {"numerator": "2", "denominator": "1"}},
        vesting_terms_files=[{**terms, "vesting_conditions": [event]}],
    )
    found = [(grant.grant_id, grant.shares, grant.exercised, len(grant.vesting)) for grant in folder.grants]
    assert [("1", 2_000, 0, 0), ("2-exercised", 600, 600, 1)] == found


def test_a_transferred_option_is_its_new_holders(taken_in):
    """With the grant date of the option it came from."""
    bo = {**ANN, "id": "bo", "name": {"legal_name": "Bo Ray"}, "issuer_assigned_id": "E-2"}
    folder, _ = taken_in(
        issuance("1"),
        happens("EQUITY_COMPENSATION_TRANSFER", "1", quantity="1000", resulting_security_ids=["sec-2"]),
        issuance("2", on="2022-03-01", stakeholder_id="bo"),
        stakeholders_files=[ANN, bo],
    )
    assert [("2", "E-2", "2020-01-15")] == [(g.grant_id, g.holder_id, str(g.granted_on)) for g in folder.grants]


def test_a_retracted_option_never_was(taken_in):
    """It takes up nothing of the pool."""
    retracted = happens("EQUITY_COMPENSATION_RETRACTION", "1", reason_text="never granted")
    folder, _ = taken_in(issuance("1"), retracted, issuance("2"))
    assert ["2"] == [grant.grant_id for grant in folder.grants]


def test_what_has_no_place_is_listed_item_by_item(taken_in):
    """Each object by file, line and id, with why; the older names of awards are read like the new ones."""
    stock = issuance("S", object_type="TX_STOCK_ISSUANCE", compensation_type=None, stock_class_id="common")
    fund = {"object_type": "STAKEHOLDER", "id": "fund", "name": {"legal_name": "A Fund"}}
    folder, told = taken_in(
        issuance("1", object_type="TX_PLAN_SECURITY_ISSUANCE"),
        issuance("2", compensation_type="RSU", exercise_price=None, expiration_date=None),
        issuance("3", stock_plan_id=None),
        issuance("4", compensation_type="OPTION", option_grant_type="INTL"),
        issuance("5", expiration_date=None, vestings=None),
        stock,
        happens("EQUITY_COMPENSATION_ACCEPTANCE", "1"),
        stakeholders_files=[ANN, {**fund, "stakeholder_type": "INSTITUTION"}],
        valuations_files=[{"object_type": "VALUATION", "id": "409a"}],
    )
    assert ["1"] == [grant.grant_id for grant in folder.grants]
    assert [
        "STAKEHOLDER fund: holds no option of the plan, and nothing says since when it serves",
        "VALUATION 409a: has no place in an offer's folder",
        "TX_STOCK_ISSUANCE tx-S: has no place in an offer's folder",
        "TX_EQUITY_COMPENSATION_ACCEPTANCE EQUITY_COMPENSATION_ACCEPTANCE-1: that an agreement was signed has no place "
        "in an offer's folder",
        "TX_EQUITY_COMPENSATION_ISSUANCE tx-2: RSU is no stock option; its 1000 shares take up the plan's all the same",
        "TX_EQUITY_COMPENSATION_ISSUANCE tx-3: an option of another plan, or of none",
        "TX_EQUITY_COMPENSATION_ISSUANCE tx-4: an OPTION of which nothing says whether it is an ISO or an NSO",
        "TX_EQUITY_COMPENSATION_ISSUANCE tx-5: an option that never expires",
    ] == [each.split(": ", 1)[1] for each in told[:-1]]


def test_vesting_that_waits_for_an_event_is_named(taken_in):
    """The grant is there, its schedule is blank, and the list says so."""
    event = {"id": "sale", "portion": {"numerator": "1", "denominator": "1"}, "next_condition_ids": []}
    terms = {"object_type": "VESTING_TERMS", "id": "on-sale", "name": "On sale", "allocation_type": "FRONT_LOADED"}
    terms["vesting_conditions"] = [{**event, "trigger": {"type": "VESTING_EVENT"}}]
    folder, told = taken_in(issuance("1", vestings=None, vesting_terms_id="on-sale"), vesting_terms_files=[terms])
    assert [()] == [grant.vesting for grant in folder.grants]
    why = "vesting_terms_id: on-sale condition sale waits for an event: the column vesting is blank"
    assert [True] == [why in each for each in told if "vesting" in each]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"stakeholder_id": "bo"}, "stakeholder_id: there is no bo, expected one of the package"),
        ({"stock_plan_id": "other"}, "stock_plan_id: there is no other, expected one of the package"),
        (
            {"vestings": None, "vesting_terms_id": "four-years"},
            "vesting_terms_id: there are no vesting terms four-years, expected one of the package",
        ),
        (
            {"option_grant_type": "ISO"},
            "option_grant_type: ISO contradicts the compensation_type OPTION_NSO",
        ),
        ({"quantity": "10.5"}, "quantity: '10.5', expected whole shares"),
        ({"quantity": 1000}, """quantity: 1000, expected a decimal in quotes such as "12.50\""""),
        ({"quantity": "1E3"}, """quantity: '1E3', expected a decimal in quotes such as "12.50\""""),
        ({"quantity": "900"}, "vestings: sum to 1,000, expected 900, its quantity"),
        (
            {"exercise_price": {"amount": "12.50", "currency": "CAD"}},
            "exercise_price.currency: 'CAD', expected USD: prices are in dollars",
        ),
        (
            {"exercise_price": {"amount": "12.12345", "currency": "USD"}},
            "exercise_price.amount: '12.12345', expected dollars with four decimals at most",
        ),
        ({"date": "2020-02-30"}, "date: '2020-02-30', expected a date from 1900 to 2199 such as 2003-02-28"),
        ({"expiration_date": "2019-01-15"}, "expires_on: 2019-01-15 is not after the grant, expected a later date"),
    ],
)
def test_an_issuance_that_contradicts_itself_is_refused(refused, changes, problem):
    """With file, line and id, and nothing is written."""
    line = "Transactions.ocf.json:6: TX_EQUITY_COMPENSATION_ISSUANCE tx-1: "
    [told, *_] = refused(issuance("1", **changes))
    assert f"{line}{problem}" == told


@pytest.mark.parametrize(
    ("transactions", "problem"),
    [
        (
            [cancellation("9", 1_000)],
            "TX_EQUITY_COMPENSATION_CANCELLATION EQUITY_COMPENSATION_CANCELLATION-9: security_id: no security sec-9 is "
            "issued, expected one of an issuance",
        ),
        (
            [cancellation("1", 400, balance="9")],
            "TX_EQUITY_COMPENSATION_CANCELLATION EQUITY_COMPENSATION_CANCELLATION-1: balance_security_id: no security "
            "sec-9 is issued, expected one of an issuance",
        ),
        (
            [cancellation("1", 1_000), cancellation("1", 1_000, id="again", on="2022-04-01")],
            "TX_EQUITY_COMPENSATION_CANCELLATION again: security sec-1 has ended by "
            "TX_EQUITY_COMPENSATION_CANCELLATION EQUITY_COMPENSATION_CANCELLATION-1, expected one transaction that "
            "ends it",
        ),
        (
            [cancellation("1", 400, balance="2"), issuance("2", shares=500)],
            "TX_EQUITY_COMPENSATION_CANCELLATION EQUITY_COMPENSATION_CANCELLATION-1: ends 400 shares and leaves 500 of "
            "the 1,000 that were left of its security, expected both together as many as were left",
        ),
        (
            [cancellation("1", 1_000, on="2019-01-01")],
            "TX_EQUITY_COMPENSATION_CANCELLATION EQUITY_COMPENSATION_CANCELLATION-1: dated 2019-01-01, before its "
            "security is issued on 2020-01-15",
        ),
        (
            [happens("EQUITY_COMPENSATION_EXERCISE", "1", quantity="1001", resulting_security_ids=[])],
            "TX_EQUITY_COMPENSATION_EXERCISE EQUITY_COMPENSATION_EXERCISE-1: 1,001 of 1,000 shares are exercised",
        ),
        (
            [
                cancellation("1", 1_000),
                happens("EQUITY_COMPENSATION_EXERCISE", "1", "2023-01-01", quantity="1", resulting_security_ids=[]),
            ],
            "TX_EQUITY_COMPENSATION_EXERCISE EQUITY_COMPENSATION_EXERCISE-1: comes after "
            "TX_EQUITY_COMPENSATION_CANCELLATION EQUITY_COMPENSATION_CANCELLATION-1 has ended its security",
        ),
        (
            [issuance("1", id="tx-2")],
            "TX_EQUITY_COMPENSATION_ISSUANCE tx-2: security sec-1 is issued already, expected a security id of its own",
        ),
        (
            [issuance("2", id="tx-1")],
            "TX_EQUITY_COMPENSATION_ISSUANCE tx-1: its id stands already in the package, expected an id of its own",
        ),
    ],
)
def test_transactions_that_contradict_each_other_are_refused(refused, transactions, problem):
    """Ids of nothing, a second end, shares that do not add up; each named by file and id."""
    [told] = refused(issuance("1"), *transactions)
    assert told.startswith("Transactions.ocf.json:")
    assert problem == told.split(": ", 1)[1]


@pytest.mark.parametrize("name", ["=1+1", "@Ann", " -Ann", "", None])
def test_a_holder_without_a_name_is_refused(refused, name):
    """Nor is one a name that a spreadsheet would run."""
    [told] = refused(issuance("1"), stakeholders_files=[{**ANN, "name": {"legal_name": name}}])
    assert told.startswith("Stakeholders.ocf.json:6: STAKEHOLDER ann: name.legal_name: ")


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (None, "a numerator and a denominator"),
        ({"numerator": "2", "denominator": "0"}, "a numerator and a denominator"),
        ({"numerator": "1", "denominator": "9" * 30}, "up to a million shares for one, or one for a million"),
        ({"numerator": "-2", "denominator": "1"}, "up to a million shares for one, or one for a million"),
    ],
)
def test_a_split_that_is_none_is_refused(refused, ratio, expected):
    """What it is read as would be the shares of every option."""
    split = {"object_type": "TX_STOCK_CLASS_SPLIT", "id": "split", "date": "2022-02-01", "stock_class_id": "common"}
    [told] = refused(issuance("1"), {**split, "split_ratio": ratio})
    assert told.endswith(f", expected {expected}")


def test_every_fault_is_told_at_once(refused):
    """As of the folder's own files."""
    told = refused(issuance("1", quantity="x"), issuance("2", stakeholder_id="bo"), cancellation("3", 1))
    assert 3 == len(told)


def test_of_several_plans_with_options_one_is_named(tmp_path):
    """By its name or its id; without, the refusal names them."""
    plans = [PLAN, {**PLAN, "id": "plan-2", "plan_name": "2015 Plan"}]
    options = issuance("1"), issuance("2", stock_plan_id="plan-2")
    package = write_package(tmp_path / "package", *options, stock_plans_files=plans)
    with pytest.raises(OptexError, match=r'by --plan, one of "2005 Stock Plan" \(plan\) and "2015 Plan" \(plan-2\)'):
        import_package(package, tmp_path / "offer")
    import_package(package, tmp_path / "offer", "2015 Plan")
    assert ["2"] == [grant.grant_id for grant in read_folder(tmp_path / "offer").grants]


def test_a_zip_is_read_as_its_folder(tmp_path):
    """An .ocf.zip whose files lie at its top, or in one folder of it."""
    package = write_package(tmp_path / "package", issuance("1"))
    for inside in ("", "cap-table/"):
        packed = tmp_path / f"{len(inside)}.ocf.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            for file in package.iterdir():
                archive.write(file, inside + file.name)
        assert 1 == import_package(packed, tmp_path / f"offer{len(inside)}").written["grant"]


def test_a_file_that_the_manifest_does_not_list_so(tmp_path):
    """One that was changed since is read and named; one that is missing, or outside the package, is a fault."""
    package = write_package(tmp_path / "package", issuance("1"))
    with (package / "Transactions.ocf.json").open("a") as file:
        file.write("\n")
    told = import_package(package, tmp_path / "offer").not_mapped
    assert "Transactions.ocf.json:1: md5: the file is not the one that the manifest lists" == str(told[0])
    manifest = package / "Manifest.ocf.json"
    manifest.write_text(manifest.read_text().replace("./Stakeholders", "../Stakeholders"))
    (package / "Stakeholders.ocf.json").rename(tmp_path / "Stakeholders.ocf.json")
    with pytest.raises(BadData, match=r"stakeholders_files: \.\./Stakeholders\.ocf\.json is not in the package"):
        import_package(package, tmp_path / "another")


def test_another_version_is_read_as_far_as_it_goes(taken_in):
    """And the list says which it was."""
    _, told = taken_in(issuance("1"), version="1.1.0")
    assert "Manifest.ocf.json:1: ocf_version: '1.1.0' is read as 1.2.0" == told[0]


@pytest.mark.parametrize("broken", ["{", "[]", '{"file_type": "OCF_TRANSACTIONS_FILE", "items": [1]}', "\xff"])
def test_a_file_that_is_none_of_ocf_is_a_fault(tmp_path, broken):
    """Told by its name, with exit 1 and no traceback."""
    package = write_package(tmp_path / "package", issuance("1"))
    (package / "Transactions.ocf.json").write_bytes(broken.encode("latin-1"))
    said = optex("import-ocf", package, tmp_path / "offer")
    assert (1, "") == (said.code, said.out)
    assert said.err.startswith("Transactions.ocf.json:1: ")


def test_the_command_says_what_it_wrote(tmp_path):
    """What was not mapped a line each, or as JSON; then what is still an example's."""
    package = write_package(tmp_path / "package", issuance("1"))
    said = optex("import-ocf", package, tmp_path / "offer")
    listed, written, then = said.out.splitlines()
    assert listed.startswith("not mapped: Stakeholders.ocf.json:6: STAKEHOLDER ann: service as employee begins on 2020")
    assert f"{tmp_path / 'offer'}: 1 holder, 1 spell, 1 grant; 1 item not mapped" == written
    assert then.endswith(f"optex check {tmp_path / 'offer'}")
    told = json.loads(optex("import-ocf", package, tmp_path / "another", "--json").out)
    assert ({"holder": 1, "spell": 1, "grant": 1}, 1) == (told["written"], len(told["not_mapped"]))


def test_a_folder_in_use_is_left_alone(tmp_path):
    """As by `init`."""
    package = write_package(tmp_path / "package", issuance("1"))
    said = optex("import-ocf", package, package)
    assert (1, f"{package} exists and is not an empty folder: nothing was written\n") == (said.code, said.err)
