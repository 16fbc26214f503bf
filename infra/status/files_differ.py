"""Whether a folder's files are still what is on record, said in one sentence wherever an offer's standing is shown."""

from pathlib import Path

from infra.database.reader import OfferReader
from infra.folder.reader import ALL_FILES, digest_of, read_folder
from infra.folder.whereabouts import typed
from optex.errors import BadData, OptexError
from optex.formatting import count

# So many bytes of files are read and compared in a moment, also on the way to a dashboard.
LARGE = 5_000_000


def files_differ(db: OfferReader, folder: Path | None, most: int | None = None) -> str:
    """How many rows differ that `correct import` would take over; "" where none do, or nobody knows the files.

    A folder that is as it was taken in is not read again; of files larger than `most` it is said that they changed.
    """
    if folder is None or not (folder / "offer.toml").is_file():
        return ""
    try:
        if digest_of(folder) == db.row().digest:
            return ""
        shown = f"`optex correct import {typed(folder)}` shows"
        if most is not None and _size(folder) > most:
            return f"The folder's files are no longer as they were taken in: {shown} what differs from the record."
        from infra.handlers.file_differences import find_differences  # all that records facts, and seldom needed

        found = sum(each.taken_over for each in find_differences(db, read_folder(folder)))
    except (BadData, OptexError, OSError):
        return f"The folder's files cannot be read: `optex check {typed(folder)}` says what is wrong."
    differ = "differs" if found == 1 else "differ"
    return f"{count(found, 'row')} of the folder's files {differ} from the record: {shown} them." if found else ""


def _size(folder: Path) -> int:
    return sum((folder / name).stat().st_size for name in ALL_FILES if (folder / name).is_file())
