"""The schema of a form, as the UI shows it best: a field that may be left out is empty, and not of a type "None"."""

from collections.abc import Mapping
from typing import Any

from prefect import Flow
from prefect.utilities.callables import parameter_schema


def form_schema(flow: Flow[..., Any]) -> dict[str, Any]:
    """The schema of a flow's parameters, with names to read."""
    schema = parameter_schema(flow).model_dump(exclude_unset=True)
    schema["properties"].pop("at", None)  # only a simulation says at which instant a step is done
    for described in (schema, *schema.get("definitions", {}).values()):
        for name, field in described.get("properties", {}).items():
            described["properties"][name] = _plain(field) | {"title": name.replace("_", " ").capitalize()}
    return schema


def _plain(field: Mapping[str, Any]) -> dict[str, Any]:
    """A field that is None where it is left out: of the one type that it has where it is not."""
    told = {key: value for key, value in field.items() if key != "anyOf"}
    types = [each for each in field.get("anyOf", ()) if each != {"type": "null"}]
    if len(types) != 1 or field.get("default") is not None:
        return dict(field)
    del told["default"]
    return {**types[0], **told}
