"""The lists that the forms let choose from: put into the schemas of the deployments, and kept as the books are."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags

from infra.choices import APART, MOST, choices
from infra.workspace import Workspace, all_workspaces
from optex.errors import OptexError
from tasks.stuck_runs import ACT

AMONG = "among"
"""What the schema of a field says it is chosen from."""
KINDS = ("holders", "grants", "forms", "new options", "jurisdictions")


def lists_of(workspaces: Sequence[Workspace]) -> dict[str, list[str]]:
    """What each kind of field may be chosen from, where that is short; of several offers each entry names its own."""
    found = {}
    for among in KINDS:
        each = [_of_offer(workspace, among, alone=len(workspaces) == 1) for workspace in workspaces]
        together = [entry for entries in each for entry in entries or ()]
        if None not in each and 0 < len(together) <= MOST:
            found[among] = together
    return found


def _of_offer(workspace: Workspace, among: str, *, alone: bool) -> list[str] | None:
    try:
        with workspace.read() as reader:
            entries = choices(reader, among)
    except OptexError:  # what is not in the books yet is typed
        return None
    return entries if alone or entries is None else [_named(entry, workspace.offer) for entry in entries]


def _named(entry: str, offer: str) -> str:
    return f"{entry}{'' if APART in entry else APART.rstrip()} ({offer})"


def picked(text: str) -> str:
    """The id of what was chosen from a list, or typed."""
    return text.partition(APART.rstrip())[0].strip()


def refuse_of_another(text: str, offer: str) -> None:
    """OptexError where what was chosen from the list is of another offer on this server."""
    others = [each.offer for each in all_workspaces() if each.offer != offer]
    if APART.rstrip() in text and any(text.strip().endswith(f" ({other})") for other in others):
        raise OptexError(f"{text.strip()} is of another offer than {offer}")


def with_lists(schema: Mapping[str, Any], lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The schema of a form with what its fields may be chosen from now; a plain id is taken as well."""
    known = deepcopy(dict(schema))
    for field in _listed(known):
        entries = lists.get(field[AMONG], ())
        field.pop("enum", None)
        if entries:
            field["enum"] = list(dict.fromkeys([*entries, *map(picked, entries)]))
            if "default" in field:
                field["enum"].append(field["default"])
    return known


def _listed(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields that are chosen from a list, also those of the rows of a form."""
    for described in (schema, *schema.get("definitions", {}).values()):
        yield from (field for field in described.get("properties", {}).values() if AMONG in field)


async def refresh_lists(client: PrefectClient) -> list[str]:
    """Make the lists of the forms agree with the books; the forms that were changed."""
    if not (workspaces := all_workspaces()):
        return []
    lists = lists_of(workspaces)
    acts = DeploymentFilter(tags=DeploymentFilterTags(all_=[ACT]))
    changed = []
    for each in await client.read_deployments(deployment_filter=acts):
        known = each.parameter_openapi_schema or {}
        if (schema := with_lists(known, lists)) != known:
            await client.update_deployment(each.id, DeploymentUpdate(parameter_openapi_schema=schema))
            changed.append(each.name)
    return changed
