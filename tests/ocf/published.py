"""The published format, by the models that `pyocf` made of its schemas, as strictly as the schemas themselves."""

import re
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, ValidationError
from pyocf.files.ocfmanifestfile import OCFManifestFile
from pyocf.files.stakeholdersfile import StakeholdersFile
from pyocf.files.stockclassesfile import StockClassesFile
from pyocf.files.stockplansfile import StockPlansFile
from pyocf.files.transactionsfile import TransactionsFile
from pyocf.types.date import Date
from pyocf.types.numeric import Numeric

MODELS = {
    "OCF_MANIFEST_FILE": OCFManifestFile,
    "OCF_STAKEHOLDERS_FILE": StakeholdersFile,
    "OCF_STOCK_CLASSES_FILE": StockClassesFile,
    "OCF_STOCK_PLANS_FILE": StockPlansFile,
    "OCF_TRANSACTIONS_FILE": TransactionsFile,
}
# How the schemas have them written; the models read them as numbers and days.
WRITTEN = {Numeric: r"[+-]?[0-9]+(\.[0-9]{1,10})?", Date: r"[0-9]{4}-[0-9]{2}-[0-9]{2}"}


def faults(document: dict[str, Any]) -> list[str]:
    """Everything in one file that the published schemas do not allow."""
    model = MODELS[document["file_type"]]
    try:
        model.model_validate(document)
    except ValidationError as error:
        return [f"{each['loc']}: {each['msg']}" for each in error.errors()]
    return _faults(model, document, document["file_type"])


def _faults(annotation: Any, value: Any, where: str) -> list[str]:
    """What is written otherwise than the schemas say, though the model can read it; keys that they do not know."""
    if get_origin(annotation) is Annotated:
        return _faults(get_args(annotation)[0], value, where)
    if get_origin(annotation) in (Union, UnionType):
        tried = [_faults(each, value, where) for each in get_args(annotation) if _fits(each, value)]
        return min(tried, key=len, default=[f"{where}: {value!r}"])
    if get_origin(annotation) is list:
        return [
            fault for n, each in enumerate(value) for fault in _faults(get_args(annotation)[0], each, f"{where}.{n}")
        ]
    if annotation in WRITTEN:
        fits = isinstance(value, str) and re.fullmatch(WRITTEN[annotation], value)
        return [] if fits else [f"{where}: {value!r}"]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and not issubclass(annotation, RootModel):
        found = [f"{where}: unknown key {key}" for key in value.keys() - annotation.model_fields.keys()]
        for key, field in annotation.model_fields.items():
            if key in value:
                found += _faults(field.annotation, value[key], f"{where}.{key}")
        return found + _of_award(value, where)
    return []


def _fits(annotation: Any, value: Any) -> bool:
    """Whether a value can be meant as one of the kinds that are allowed."""
    if get_origin(annotation) is Annotated:
        return _fits(get_args(annotation)[0], value)
    if annotation is type(None):
        return value is None
    if isinstance(value, dict) and isinstance(annotation, type) and issubclass(annotation, BaseModel):
        kind = annotation.model_fields.get("object_type")
        literal = kind and get_origin(kind.annotation) is Literal and get_args(kind.annotation)[0]
        return not literal or literal == value.get("object_type")
    return value is not None


def _of_award(value: dict[str, Any], where: str) -> list[str]:
    """What the schema of an award asks for beyond its keys: the price of an option, tranches where any are listed."""
    if value.get("object_type") != "TX_EQUITY_COMPENSATION_ISSUANCE":
        return []
    unpriced = value["compensation_type"].startswith("OPTION") and "exercise_price" not in value
    return [f"{where}: no price"] * unpriced + [f"{where}: no vestings"] * (value.get("vestings") == [])
