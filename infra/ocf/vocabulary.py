"""The words of OCF 1.2.0 that have one of ours, and how it writes numbers."""

import re
from decimal import Decimal
from typing import Any

from optex.records import Capacity, OptionType, UnitType

VERSION = "1.2.0"
MANIFEST = "Manifest.ocf.json"
CURRENCY = "USD"

# By the key of the manifest that lists such files.
FILE_TYPES = {
    "stakeholders_files": "OCF_STAKEHOLDERS_FILE",
    "stock_classes_files": "OCF_STOCK_CLASSES_FILE",
    "stock_plans_files": "OCF_STOCK_PLANS_FILE",
    "stock_legend_templates_files": "OCF_STOCK_LEGEND_TEMPLATES_FILE",
    "vesting_terms_files": "OCF_VESTING_TERMS_FILE",
    "valuations_files": "OCF_VALUATIONS_FILE",
    "transactions_files": "OCF_TRANSACTIONS_FILE",
    "financings_files": "OCF_FINANCINGS_FILE",
    "documents_files": "OCF_DOCUMENTS_FILE",
}
REQUIRED_FILES = tuple(FILE_TYPES)[:7]

OPTION_TYPE = {"OPTION_ISO": OptionType.ISO, "OPTION_NSO": OptionType.NSO}
COMPENSATION: dict[OptionType | UnitType, str] = {kind: name for name, kind in OPTION_TYPE.items()}
COMPENSATION[UnitType.RSU] = "RSU"

RELATIONSHIP = {
    Capacity.EMPLOYEE: "EMPLOYEE",
    Capacity.DIRECTOR: "BOARD_MEMBER",
    Capacity.CONSULTANT: "CONSULTANT",
}
# Of a director who has left there is no word of its own.
ENDED = {Capacity.EMPLOYEE: "EX_EMPLOYEE", Capacity.DIRECTOR: "OTHER", Capacity.CONSULTANT: "EX_CONSULTANT"}
CAPACITY = {name: capacity for capacity, name in RELATIONSHIP.items()} | {
    "EXECUTIVE": Capacity.EMPLOYEE,
    "OFFICER": Capacity.EMPLOYEE,
    "NON_US_EMPLOYEE": Capacity.EMPLOYEE,
    "ADVISOR": Capacity.CONSULTANT,
}

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]{1,10})?")
PLACE = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")


def number(value: int | Decimal) -> str:
    """A number as OCF writes it: a decimal string without an exponent."""
    return str(value) if isinstance(value, int) else format(value, "f")


def money(value: Decimal) -> dict[str, Any]:
    return {"amount": number(value), "currency": CURRENCY}
