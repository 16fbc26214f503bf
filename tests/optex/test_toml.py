"""A TOML text becomes its data and the line of every key."""

from decimal import Decimal

import pytest

from optex.errors import BadData
from optex.toml import read_toml

TEXT = '''# what happens
title = "x" # not "closed
plan.name = "P"
[[at]]
when = 1
note = """
when = 2
do = 3"""
do = "extend"
"a.b" = 4

[[at]]
  do = 'it is "so'
  [at.more]
  deep = 5
[ "calendar" . closed ]
on = { day = 6 }
list = [
  7,
]
'''


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (2, ["title"]),
        (3, ["plan"]),
        (3, ["plan", "name"]),
        (4, ["at"]),
        (4, ["at", 0]),
        (5, ["at", 0, "when"]),
        (6, ["at", 0, "note"]),
        (9, ["at", 0, "do"]),
        (10, ["at", 0, "a.b"]),
        (12, ["at", 1]),
        (13, ["at", 1, "do"]),
        (14, ["at", 1, "more"]),
        (15, ["at", 1, "more", "deep"]),
        (16, ["calendar", "closed"]),
        (17, ["calendar", "closed", "on"]),
        (18, ["calendar", "closed", "list"]),
    ],
)
def test_a_key_stands_on_its_line(line, path):
    """In tables, in arrays of tables by their number, quoted, dotted; what a longer text says is no key."""
    assert line == read_toml(TEXT, "x.toml").line(path)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (1, ["nothing"]),
        (12, ["at", 1, "when"]),
        (17, ["calendar", "closed", "on", "day"]),
        (18, ["calendar", "closed", "list", 0]),
    ],
)
def test_a_key_without_a_line_of_its_own_stands_where_its_table_does(line, path):
    """What is missing, or written inside a line, is told at the nearest table or key around it."""
    assert line == read_toml(TEXT, "x.toml").line(path)


def test_decimals_are_exact():
    """12.10 is twelve and a tenth as it was written, no binary fraction."""
    assert {"price": Decimal("12.10")} == read_toml("price = 12.10", "x.toml").data
    assert "12.10" == str(read_toml("price = 12.10", "x.toml").data["price"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = 1\nb = tomorrow\n", "x.toml:2: TOML: Invalid value"),
        ("a = 1\na = 2\n", "x.toml:2: TOML: Cannot overwrite a value"),
        ('a = 1\n\nb = """never\nclosed\n', "x.toml:5: TOML: Unterminated string"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text, told):
    """One fault, with the line on which the text stops being TOML."""
    with pytest.raises(BadData) as caught:
        read_toml(text, "x.toml")
    assert [told] == [str(fault) for fault in caught.value.faults]
