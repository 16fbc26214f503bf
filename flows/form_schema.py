"""The schema of a form, as the UI shows and checks it best."""

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
            described["properties"][name] = _checked(_plain(field)) | {"title": name.replace("_", " ").capitalize()}
    return schema


# Of a field itself the UI forgets these, and asks the server whether all is well without them; of a part of it, not.
_FORGOTTEN = ("pattern", "minimum", "maximum")


def _checked(field: Mapping[str, Any]) -> dict[str, Any]:
    """A field of which the UI checks, and shows beside it, all that is demanded."""
    demanded = {key: value for key, value in field.items() if key in _FORGOTTEN}
    kept = {key: value for key, value in field.items() if key not in _FORGOTTEN}
    return {**kept, "allOf": [demanded]} if demanded else kept


def _plain(field: Mapping[str, Any]) -> dict[str, Any]:
    """A field that is None where it is left out: empty then, and not of a type "None" that is to be chosen first."""
    told = {key: value for key, value in field.items() if key != "anyOf"}
    types = [each for each in field.get("anyOf", ()) if each != {"type": "null"}]
    if len(types) != 1 or field.get("default") is not None:
        return dict(field)
    del told["default"]
    return {**types[0], **told}
