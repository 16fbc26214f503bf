"""The file of a backup: written with its manifest, and opened again only where every byte is as that says."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import ValidationError

from infra.backup.manifest import NAME, FileInBackup, Manifest, belongs
from optex.errors import OptexError

_AT_ONCE = 1 << 20
_LONGEST_MANIFEST = 64 << 20
_ENCRYPTED = 1
_PRIVATE_FILE = 0o100600 << 16


class DamagedBackup(OptexError):
    """A file that is no backup, or not as it was written."""


def add_file(archive: ZipFile, source: Path, name: str) -> FileInBackup:
    """Put a file as it is now into the archive; FileNotFoundError, and nothing is put there, where it is gone."""
    with source.open("rb") as content:
        entry = ZipInfo.from_file(source, name, strict_timestamps=False)
        entry.compress_type, entry.external_attr = ZIP_DEFLATED, _PRIVATE_FILE
        with archive.open(entry, "w", force_zip64=True) as into:
            digest, size = hashlib.sha256(), 0
            for part in _parts(content):
                into.write(part)
                digest.update(part)
                size += len(part)
    return FileInBackup(name=name, size=size, sha256=digest.hexdigest())


def add_manifest(archive: ZipFile, manifest: Manifest) -> None:
    entry = ZipInfo(NAME, date_time=manifest.made_at.timetuple()[:6])
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, _PRIVATE_FILE
    archive.writestr(entry, manifest.model_dump_json(indent=2))


@contextmanager
def verified(file: Path) -> Iterator[tuple[ZipFile, Manifest]]:
    """A backup whose every file is one of an offer's and as its manifest says, and in which there is nothing else."""
    with _told(file), ZipFile(file) as archive:
        manifest = _manifest(archive)
        for stated in manifest.files:
            if not belongs(stated.name):
                raise DamagedBackup(f"{file}: {stated.name!r} is no file of an offer")
        entries = archive.infolist()
        if sorted(each.filename for each in entries) != sorted([NAME, *(each.name for each in manifest.files)]):
            raise DamagedBackup(f"{file}: the files in it are not those that its manifest names")
        for entry in entries:
            if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise DamagedBackup(f"{file}: {entry.filename!r} is packed as optex packs nothing")
        for stated in manifest.files:
            for _ in content_of(archive, stated):
                pass
        yield archive, manifest


def content_of(archive: ZipFile, stated: FileInBackup) -> Iterator[bytes]:
    """The bytes of a file in parts; DamagedBackup, at the latest at its end, where they are not those stated."""
    digest, size = hashlib.sha256(), 0
    with archive.open(stated.name) as content:
        for part in _parts(content):
            digest.update(part)
            size += len(part)
            if size > stated.size:
                break
            yield part
    if (size, digest.hexdigest()) != (stated.size, stated.sha256):
        raise DamagedBackup(f"{archive.filename}: {stated.name} is not as it was backed up: its SHA-256 is another")


def _manifest(archive: ZipFile) -> Manifest:
    try:
        entry = archive.getinfo(NAME)
    except KeyError:
        raise DamagedBackup(f"{archive.filename} is no backup of optex: it has no {NAME}") from None
    if entry.file_size > _LONGEST_MANIFEST:
        raise DamagedBackup(f"{archive.filename}: its {NAME} is longer than any")
    try:
        return Manifest.model_validate_json(archive.read(entry))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DamagedBackup(
            f"{archive.filename}: its {NAME} is not as this optex writes one: {where}: {first['msg']}; "
            "a newer optex made it, or it was changed"
        ) from None


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    # What zipfile says of a file that is none, that was cut or changed, or that is packed in a way unknown to it.
    except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DamagedBackup(f"{file} is no backup, or damaged: {error}") from error


def _parts(content: IO[bytes]) -> Iterable[bytes]:
    return iter(lambda: content.read(_AT_ONCE), b"")
