"""A file without a name for more than memory should hold: it is gone with whoever holds it."""

from tempfile import SpooledTemporaryFile

_IN_MEMORY = 1 << 22  # bytes that are kept without a file

Place = tuple[int, int]
"""Where something was put, and how many bytes it has."""


class Scratch:
    """Bytes put aside, had again by their places; all are to be put before the first is had."""

    def __init__(self) -> None:
        # Open for as long as this is there: no block of code is its life.
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115

    def put(self, data: bytes) -> Place:
        place = self._file.tell(), len(data)
        self._file.write(data)
        return place

    def get(self, place: Place) -> bytes:
        start, length = place
        self._file.seek(start)
        return self._file.read(length)
