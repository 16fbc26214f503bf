"""Small packages of OCF, written as folders: a test states only what matters to it."""

import hashlib
import json
from pathlib import Path
from typing import Any

from infra.ocf.vocabulary import FILE_TYPES, MANIFEST

ISSUER = {
    "object_type": "ISSUER",
    "id": "issuer",
    "legal_name": "Example Thermal, Inc.",
    "formation_date": "2001-05-14",
    "country_of_formation": "US",
    "country_subdivision_of_formation": "DE",
}
PLAN = {
    "object_type": "STOCK_PLAN",
    "id": "plan",
    "plan_name": "2005 Stock Plan",
    "board_approval_date": "2005-03-01",
    "stockholder_approval_date": "2005-06-01",
    "initial_shares_reserved": "100000",
    "stock_class_ids": ["common"],
}
CLASS = {
    "object_type": "STOCK_CLASS",
    "id": "common",
    "name": "Common",
    "class_type": "COMMON",
    "default_id_prefix": "CS-",
    "initial_shares_authorized": "1000000",
    "votes_per_share": "1",
    "seniority": "1",
}
ANN = {
    "object_type": "STAKEHOLDER",
    "id": "ann",
    "name": {"legal_name": "Ann Lee"},
    "stakeholder_type": "INDIVIDUAL",
    "issuer_assigned_id": "E-1",
    "current_relationship": "EMPLOYEE",
    "contact_info": {"emails": [{"email_type": "BUSINESS", "email_address": "ann.lee@example.com"}]},
    "addresses": [{"address_type": "LEGAL", "country": "US", "country_subdivision": "NH"}],
}


def issuance(key: str, shares: int = 1_000, on: str = "2020-01-15", **changes: Any) -> dict[str, Any]:
    """An NSO of Ann's at $12.50 that vests whole after a year, by its key as security and as certificate."""
    whole = {
        "object_type": "TX_EQUITY_COMPENSATION_ISSUANCE",
        "id": f"tx-{key}",
        "security_id": f"sec-{key}",
        "custom_id": key,
        "date": on,
        "stakeholder_id": "ann",
        "security_law_exemptions": [],
        "stock_plan_id": "plan",
        "compensation_type": "OPTION_NSO",
        "quantity": str(shares),
        "exercise_price": {"amount": "12.50", "currency": "USD"},
        "vestings": [{"date": "2021-01-15", "amount": str(shares)}],
        "expiration_date": "2030-01-15",
        "termination_exercise_windows": [],
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def happens(kind: str, key: str, on: str = "2022-03-01", **stated: Any) -> dict[str, Any]:
    """Something that happens to the security of a key."""
    return {"object_type": f"TX_{kind}", "id": f"{kind}-{key}", "security_id": f"sec-{key}", "date": on, **stated}


def cancellation(key: str, shares: int, balance: str = "", on: str = "2022-03-01", **changes: Any) -> dict[str, Any]:
    rest = {"balance_security_id": f"sec-{balance}"} if balance else {}
    stated = {"quantity": str(shares), "reason_text": "exchanged", **rest, **changes}
    return happens("EQUITY_COMPENSATION_CANCELLATION", key, on, **stated)


def write_package(folder: Path, *transactions: dict[str, Any], version: str = "1.2.0", **files: list[Any]) -> Path:
    """A package with Ann, a plan and these transactions, and whatever else a test states by the manifest's keys."""
    items = {
        "stakeholders_files": [ANN],
        "stock_classes_files": [CLASS],
        "stock_plans_files": [PLAN],
        "transactions_files": list(transactions),
        **files,
    }
    folder.mkdir(parents=True)
    listed = {}
    for key, file_type in FILE_TYPES.items():
        name = key.removesuffix("_files").title().replace("_", "") + ".ocf.json"
        content = json.dumps({"file_type": file_type, "items": items.get(key, [])}, indent=1).encode()
        (folder / name).write_bytes(content)
        listed[key] = [{"filepath": f"./{name}", "md5": hashlib.md5(content).hexdigest()}]
    manifest = {"file_type": "OCF_MANIFEST_FILE", "ocf_version": version, "issuer": ISSUER, "as_of": "2026-01-01"}
    (folder / MANIFEST).write_text(json.dumps({**manifest, "generated_at": "2026-01-01T00:00:00Z", **listed}))
    return folder
