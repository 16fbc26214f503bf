"""The ids by which OCF knows what we know by ours: those it came with, else made of ours and always the same."""

import csv
from collections.abc import Mapping
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

FILE = "ocf-ids.csv"
COLUMNS = ("kind", "id", "ocf_id")

Known = Mapping[tuple[str, str], str]


class OcfIds:
    """The ids of one offer's objects; a security keeps for ever the one it has."""

    def __init__(self, offer: str, known: Known) -> None:
        self._offer = offer
        self._known = known

    def of(self, kind: str, key: str = "") -> str:
        """The id of an object, by its kind and our own key."""
        made = uuid5(NAMESPACE_URL, f"optex:{self._offer}/{kind}/{key}")
        return self._known.get((kind, key)) or str(made)


def read_ids(folder: Path) -> Known:
    """The ids that an import left in a folder; none where it came from elsewhere."""
    if not (folder / FILE).is_file():
        return {}
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["id"]): row["ocf_id"] for row in csv.DictReader(file)}


def write_ids(folder: Path, known: Known) -> None:
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((kind, key, ocf_id) for (kind, key), ocf_id in known.items())
