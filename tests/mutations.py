"""Files that are broken in the ways in which files break, and in those in which somebody would break them."""

import io
import re
from zipfile import ZipFile

from hypothesis import strategies as st

from tests.workbooks import with_part

DAYS = (b"0001-01-01", b"9999-12-31", b"0000-00-00", b"1950-01-01", b"2150-12-31", b"2003-02-30", b"2003-13-01")
INSTANTS = (
    b"0001-01-01T00:00:00+23:59",
    b"9999-12-31T23:59:59-23:59",
    b"9999-12-31T24:00",
    b"2003-03-31T25:00:00",
    b"2003-04-06T02:30:00",
    b"2003-03-31T17:00:00.1234567",
    b"2003-03-31 17:00",
)
NUMBERS = (b"-1", b"0", b"1001", b"999999999999999", b"1" + b"0" * 30, b"9" * 5000, b"1e9", b"nan", b"inf", b"0x1F")
WORDS = (
    b"\x00",
    b"\x1b[31m",
    b"\r",
    b"\n",
    b"\xff\xfe",
    b"\xed\xa0\x80",  # a lone surrogate
    "\u202e\u2066\u200b\ufeff".encode(),
    "１２".encode(),
    b'"',
    b'"""',
    b"'''",
    b"'",
    b"{{",
    b"{%",
    b"[[",
    b"=",
    b",",
    b"#",
    b"{{ 1 / 0 }}",
    b"{% include '/etc/passwd' %}",
    b"../../x",
    b"=1+1",
    b"true",
    b"[]",
    b"{}",
)
LONG = (b"x" * 200_000, b"[" * 20_000, b"a." * 5_000 + b"a = 1\n", b"{a=" * 5_000, b"{%if 1%}" * 3_000, b"(" * 20_000)
NASTY = st.sampled_from(DAYS + INSTANTS + NUMBERS + WORDS) | st.sampled_from(LONG) | st.binary(min_size=1, max_size=8)
_TOKEN = re.compile(rb'"[^"\n]*"|[^\s,=\[\]"]+')


@st.composite
def _replaced(draw, data):
    """Another thing in place of one value."""
    found = draw(st.sampled_from(list(_TOKEN.finditer(data)) or [re.match(b"", data)]))
    quotes = draw(st.sampled_from([b"", b'"']))
    return data[: found.start()] + quotes + draw(NASTY) + quotes + data[found.end() :]


@st.composite
def _cut(draw, data):
    """The end, or a piece, is missing."""
    first, last = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
    return draw(st.sampled_from([data[:first], data[:first] + data[last:], data[first:]]))


@st.composite
def _put_in(draw, data):
    """Something stands in the middle."""
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(NASTY) + data[at:]


@st.composite
def _flipped(draw, data):
    """One bit is another."""
    if not data:
        return data
    at, bit = draw(st.integers(0, len(data) - 1)), draw(st.integers(0, 7))
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


@st.composite
def _twice(draw, data):
    """A line stands twice, or elsewhere."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    line = draw(st.sampled_from(lines))
    lines.insert(draw(st.integers(0, len(lines))), line)
    return b"".join(lines)


@st.composite
def _encoded(draw, data):
    """The same text in another encoding, or with other ends of its lines."""
    text = data.decode("utf-8", "replace") + draw(st.sampled_from(["", "Zoë", "名"]))
    ends = draw(st.sampled_from(["\n", "\r\n", "\r", "\u2028"]))
    encoding = draw(st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7"]))
    return text.replace("\n", ends).encode(encoding, "replace")


@st.composite
def broken(draw, data):
    """The content of a file, broken once to three times."""
    for way in draw(st.lists(st.sampled_from(WAYS), min_size=1, max_size=3)):
        data = draw(way(data))
    return data


WAYS = (_replaced, _replaced, _replaced, _put_in, _cut, _flipped, _twice, _encoded)


@st.composite
def broken_workbook(draw, data):
    """The content of a workbook, broken in one or two of its parts, with one too many or too few, or as an archive."""
    for _ in range(draw(st.integers(1, 2))):
        with ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = draw(st.sampled_from([*parts, "xl/worksheets/sheet9.xml"]))
        content = draw(st.none() | broken(parts.get(name, b"<worksheet/>")))
        data = with_part(data, name, content)
    return draw(st.just(data) | st.just(data) | broken(data))
