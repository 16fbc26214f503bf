"""What one check of `optex doctor` found, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    ADVICE = "advice"  # the offer can go on; somebody should know
    STOP = "stop"  # the offer cannot go on like this


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do where it is not as it should be."""

    check: str
    level: Level
    said: str
    do: str = ""

    def __str__(self) -> str:
        return f"{self.level:<7} {self.check:<9} {self.said}" + (f": {self.do}" if self.do else "")


def ok(check: str, said: str) -> Finding:
    return Finding(check=check, level=Level.OK, said=said)


def advice(check: str, said: str, do: str = "") -> Finding:
    return Finding(check=check, level=Level.ADVICE, said=said, do=do)


def stop(check: str, said: str, do: str = "") -> Finding:
    return Finding(check=check, level=Level.STOP, said=said, do=do)


def can_go_on(findings: Iterable[Finding]) -> bool:
    """Whether nothing that was found would stop the offer."""
    return all(each.level is not Level.STOP for each in findings)
