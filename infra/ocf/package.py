"""An OCF package read: a folder or an .ocf.zip, its objects with where each stands, and every fault of the reading."""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from infra.ocf.item import Item
from infra.ocf.vocabulary import FILE_TYPES, MANIFEST, REQUIRED_FILES, VERSION
from optex.errors import BadData, Fault, OptexError
from optex.visible import quoted, shortened

_ID = re.compile(r'"id"\s*:\s*("(?:[^"\\]|\\.)*")')


@dataclass(kw_only=True, slots=True)
class Package:
    """The objects of a package by the key of the manifest that lists their files, and the manifest itself.

    `remarks` say what is odd about the package and does not stand in the way.
    """

    manifest: Item
    items: dict[str, list[Item]]
    remarks: list[Fault] = field(default_factory=list)


def read_package(path: Path) -> Package:
    """A package, whole; BadData with every fault of every file that cannot be read as one of OCF."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return _read(path, _in_archive(archive))
    if not path.is_dir():
        raise OptexError(f"{shortened(str(path), 300)}: no folder and no .ocf.zip")
    return _read(path, _in_folder(path))


Contents = Callable[[str], bytes | None]


def _in_archive(archive: zipfile.ZipFile) -> Contents:
    names = archive.namelist()
    manifest = min((name for name in names if PurePosixPath(name).name == MANIFEST), key=len, default=MANIFEST)
    root = PurePosixPath(manifest).parent

    def contents(name: str) -> bytes | None:
        inside = (root / name).as_posix()
        return archive.read(inside) if inside in names else None

    return contents


def _in_folder(folder: Path) -> Contents:
    def contents(name: str) -> bytes | None:
        file = folder / name
        inside = file.resolve().is_relative_to(folder.resolve())
        return file.read_bytes() if inside and file.is_file() else None

    return contents


def _read(path: Path, contents: Contents) -> Package:
    faults: list[Fault] = []
    data = contents(MANIFEST)
    if data is None:
        raise OptexError(f"{path}: no {MANIFEST} in it: that names the other files of an Open Cap Table package")
    document = _document(MANIFEST, data, "OCF_MANIFEST_FILE", faults)
    if document is None:
        raise BadData(faults)
    package = Package(manifest=Item(file=MANIFEST, line=1, data=document), items={key: [] for key in FILE_TYPES})
    if (version := document.get("ocf_version")) != VERSION:
        package.remarks.append(_of_file(MANIFEST, "ocf_version", f"{quoted(version)} is read as {VERSION}"))
    for key in FILE_TYPES:
        for name, md5 in _listed(document, key, faults):
            content = contents(name)
            if content is None:
                faults.append(_of_file(MANIFEST, key, f"{name} is not in the package"))
                continue
            if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5.lower():
                package.remarks.append(_of_file(name, "md5", "the file is not the one that the manifest lists"))
            package.items[key] += _items(name, content, FILE_TYPES[key], faults)
    if faults:
        raise BadData(faults)
    return package


def _listed(manifest: dict[str, Any], key: str, faults: list[Fault]) -> list[tuple[str, str]]:
    """The files that the manifest names under a key."""
    listed = manifest.get(key)
    if listed is None and key not in REQUIRED_FILES:
        return []
    try:
        return [(PurePosixPath(each["filepath"]).as_posix(), str(each.get("md5", ""))) for each in listed or []]
    except (AttributeError, KeyError, TypeError):
        faults.append(_of_file(MANIFEST, key, "is no list of files", "each with its filepath and md5"))
        return []


def _items(name: str, content: bytes, file_type: str, faults: list[Fault]) -> list[Item]:
    document = _document(name, content, file_type, faults)
    if document is None:
        return []
    listed = document.get("items")
    if not isinstance(listed, list):
        faults.append(_of_file(name, "items", "is no list", "the objects of the file"))
        return []
    lines = _lines(content.decode("utf-8-sig"))
    found = []
    for nth, data in enumerate(listed):
        if isinstance(data, dict) and isinstance(data.get("id"), str) and isinstance(data.get("object_type"), str):
            found.append(Item(file=name, line=lines.get(data["id"], 1), data=data))
        else:
            faults.append(_of_file(name, f"items[{nth}]", "no object with an id and an object_type"))
    return found


def _lines(text: str) -> dict[str, int]:
    """On which line each id stands first."""
    lines: dict[str, int] = {}
    line, at = 1, 0
    for found in _ID.finditer(text):
        line, at = line + text.count("\n", at, found.start()), found.start()
        lines.setdefault(json.loads(found[1]), line)
    return lines


def _document(name: str, content: bytes, file_type: str, faults: list[Fault]) -> dict[str, Any] | None:
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        faults.append(_of_file(name, "file", "bytes that are not UTF-8", "text in UTF-8"))
    except (json.JSONDecodeError, RecursionError) as error:
        where = getattr(error, "lineno", 1)
        faults.append(Fault(file=name, line=where, column="file", problem="is no JSON", expected="an object of OCF"))
    else:
        if isinstance(document, dict) and document.get("file_type") == file_type:
            return document
        found = document.get("file_type") if isinstance(document, dict) else None
        faults.append(_of_file(name, "file_type", f"{quoted(found)} is not what the manifest lists it as", file_type))
    return None


def _of_file(name: str, column: str, problem: str, expected: str = "") -> Fault:
    return Fault(file=name, line=1, column=column, problem=problem, expected=expected)
