"""Broken input is an exception; an ordinary refusal is a value, a `Ruling`."""

from dataclasses import dataclass

from optex.authority import section_of
from optex.quickly_made import quickly_made
from optex.visible import on_one_line, shortened


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """Why something was decided as it was: the rule, its section, and the reason in words that a holder understands."""

    rule: str
    reason: str

    @property
    def section(self) -> str:
        return section_of(self.rule)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing wrong in one place of one file, and what was expected there; it repeats no more of it than is read.

    In a workbook the place is a `cell` of a sheet, such as grants!C7, and `line` the number of its row.
    """

    file: str
    line: int
    column: str
    problem: str
    expected: str = ""
    cell: str = ""

    def __post_init__(self) -> None:
        for name, most in (("file", 200), ("cell", 100), ("column", 100), ("problem", 500)):
            object.__setattr__(self, name, on_one_line(shortened(getattr(self, name), most)))

    def __str__(self) -> str:
        expected = f", expected {self.expected}" if self.expected else ""
        place = f"{self.file}: {self.cell}" if self.cell else f"{self.file}:{self.line}"
        return f"{place}: {self.column}: {self.problem}{expected}"


class OptexError(Exception):
    """What the program refuses to do, in one clear message."""


class BadData(OptexError):
    """A file that cannot be taken in: every fault of every line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class Refused(OptexError):
    """An act that a rule of the offer forbids."""

    def __init__(self, ruling: Ruling) -> None:
        super().__init__(f"refused by {ruling.rule} ({ruling.section}): {ruling.reason}")
        self.ruling = ruling
