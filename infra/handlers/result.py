"""What became of what was told: taken, refused by a rule, or found already recorded."""

from dataclasses import dataclass

from optex.errors import Ruling


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionResult:
    """What became of an action, or of a form: taken, refused by a rule, or already recorded; in one sentence."""

    accepted: bool
    ruling: Ruling
    message: str
    repeated: bool = False

    @classmethod
    def refused(cls, ruling: Ruling) -> "ActionResult":
        return cls(accepted=False, ruling=ruling, message=f"Refused by {ruling.rule}: {ruling.reason}")
