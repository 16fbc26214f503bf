"""What an action is: what every one carries, what can be asked of it, and how its options are declared."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from optex.errors import OptexError, Ruling
from optex.fields import A_TEXT, EXPIRES, OF_FILE, AsWritten, Expected, Moment, Pattern
from optex.state import OfferState
from optex.visible import unseen

ON_THE_CLOCK = " On the offer's clock, such as 2027-02-05 17:00."
AT_ITS_HOUR = " On the offer's clock, such as 2027-02-05 17:00; a date alone is that day at the offer's own hour."
ONE_EACH = timedelta.max
COMMON = ("at", "by", "evidence")
"""What every action carries besides its own options."""


class BadAction(OptexError):
    """An action whose options cannot be read: what is wrong with each of them as (option, problem, expected)."""

    def __init__(self, verb: str, problems: list[tuple[str, str, str]]) -> None:
        wrong = [
            f"{verb}: {key}: {problem}" + (f", expected {want}" if want else "") for key, problem, want in problems
        ]
        super().__init__("\n".join(wrong))
        self.problems = problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """What the command line, a form or the manual must know of an option of an action.

    `name` is its Python name, by which a form knows it; `key` that of the interface. `choices` are all it can be, and
    `offered` how a form words them, each beginning with the choice; `form_help` is the form's help. One of `several`
    values is said again and again on the command line, is a list in TOML, and has a row for each in a form. It is
    `written` by a pattern, where it has one; it is `among` what is on record, such as the holders, from whose list a
    form lets choose; of an `expiration` a form minds the hour; `of_file` is a text that the command line has in a file.
    """

    name: str
    key: str
    type: type
    required: bool
    default: Any
    help: str
    form_help: str
    choices: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    several: bool = False
    written: AsWritten | None = None
    among: str = ""
    expiration: bool = False
    of_file: bool = False


def option(
    help: str, default: Any = ..., *, form: str = "", offered: tuple[str, ...] = (), among: str = "", **more: Any
) -> Any:
    """Declare an option by its help, which the form in the Prefect UI may word otherwise, and offer in choices."""
    if default is not ... or "default_factory" not in more:
        more["default"] = default
    return Field(
        description=help, json_schema_extra={"form": form or help, "offered": list(offered), "among": among}, **more
    )


def of(*choices: str) -> Expected:
    return Expected(f"{', '.join(choices[:-1])} or {choices[-1]}")


class Action(BaseModel):
    """What every action carries: `at`, when it is announced or received; `by` whom decided; what is `evidence`."""

    # Built when it is first asked for: a command knows of every action, and records one.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, serialize_by_alias=True, defer_build=True)

    verb: ClassVar[str]
    rule: ClassVar[str]
    # The deployment by which it is done in the Prefect UI; none for what only the program does.
    deployment: ClassVar[str] = ""
    # Options that are decided when it is recorded, and that nobody states.
    decided: ClassVar[tuple[str, ...]] = ()
    # Its key: told again with the same values of these, so long after the first, it is the same action, a second click,
    # and refused where its other options say something else (REC-2); `correction` says what can be done about that.
    once: ClassVar[tuple[str, ...] | None] = None
    once_within: ClassVar[timedelta] = ONE_EACH
    correction: ClassVar[str] = "What is on record stands."
    # It concerns only whoever was promised something.
    after_acceptance: ClassVar[bool] = False
    # What it asked for on behalf of one holder, where it was refused; options of it may stand in braces.
    asked: ClassVar[str] = ""
    # What a form says of the choice between several actions that share it, and whom it asks for: Prefect's own server
    # has one password for all and knows no persons.
    choice: ClassVar[str] = ""
    who: ClassVar[str] = "Who decided: your full name."
    # Whether it is taken only from a named person, and only with evidence, whenever it is recorded.
    named: ClassVar[bool] = False
    proven: ClassVar[bool] = False
    # Whether it cannot be undone: holders are told, or options end. From a terminal it is then shown and asked for.
    final: ClassVar[bool] = False
    # Whether what comes at the very instant of its deadline is still in time.
    through_deadline: ClassVar[bool] = False
    # Whether it amends what its deadline was met by, so that after the deadline it is late whenever it was announced.
    amends: ClassVar[bool] = False
    # What an amendment of the Schedule TO reports of it; empty where it calls for none.
    filed: ClassVar[str] = ""

    at: Moment
    by: str = ""
    evidence: str = ""

    @field_validator("*", mode="after")
    @classmethod
    def _seen(cls, value: Any, info: ValidationInfo) -> Any:
        """Whoever reads what was told sees all of it; what is on record already, and has no context, is as it is."""
        if info.context:
            for text in value if isinstance(value, tuple) else (value,):
                if isinstance(text, str) and (unseen(text, lines=True) or len(text) > 2000):
                    raise PydanticCustomError("expected", A_TEXT)
        return value

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """TypeError where what an operator may do lacks its rule or words: when it is declared, not when done."""
        if "verb" in vars(cls) and cls.deployment and (cls.says is Action.says or not hasattr(cls, "rule")):
            raise TypeError(f"{cls.__name__} says neither under which rule it is taken nor what is done by it")

    @classmethod
    def options(cls) -> list[Option]:
        """The options that are stated, in their order."""
        unstated = {*COMMON, *cls.decided}
        return [_option(name, field) for name, field in cls.model_fields.items() if name not in unstated]

    @property
    def data(self) -> dict[str, Any]:
        """The options by their names in the interface, dates and instants as ISO text; `read_action` reads them."""
        data = self.model_dump(mode="json", exclude={"at", "by"}, exclude_none=True)
        return data if self.evidence else {key: value for key, value in data.items() if key != "evidence"}

    @property
    def decided_by_rule(self) -> str:
        """The rule under which it is taken; most act under one alone."""
        return self.rule

    @property
    def announced(self) -> datetime:
        """The instant that a deadline for it is measured against."""
        return self.at

    def deadline(self, state: OfferState) -> datetime | None:
        """The last instant for it, where there is one: recorded after it, it needs evidence of its own time (REC-1)."""
        return None

    @property
    def subject(self) -> str:
        """What the audit names as concerned; empty where it is the offer."""
        return ""

    def refused(self, state: OfferState) -> Ruling | None:
        """The ruling that stands against it as the offer stands; None where none does."""
        return None

    def says(self, state: OfferState) -> str:
        """What is done by it, for whoever does it and for the audit."""
        raise TypeError(f"{type(self).__name__} has no words")

    def apply(self, state: OfferState) -> OfferState:
        """The state of the offer after it; the same where it touches no more than the records."""
        return state

    def told(self, clock: str, ruling: str) -> tuple[str, str] | None:
        """What happened and why, for `optex explain` of whom it names or of everyone; None where nobody is told."""
        return None

    def label(self, state: OfferState) -> str:
        """What happened in a few words, for the timeline; empty where it moves nothing of the offer."""
        return ""

    def happened(self, state: OfferState) -> tuple[datetime, bool]:
        """When it happened, and whether that is a day without an hour."""
        return self.at, False


def _option(name: str, field: FieldInfo) -> Option:
    plain = _plain(field.annotation)
    several = get_origin(plain) is tuple
    if several:
        plain = str
    choices: tuple[str, ...] = ()
    if get_origin(plain) is Literal:
        plain, choices = str, get_args(plain)
    elif issubclass(plain, Enum):
        choices = tuple(each.value for each in plain)
        plain = str
    assert isinstance(field.json_schema_extra, dict), f"{name} is declared by `option`"
    words: dict[str, Any] = dict(field.json_schema_extra)
    told = [*field.metadata, *_annotations(field.annotation)]
    bounds = {key: getattr(each, key) for each in told for key in ("ge", "gt", "le") if hasattr(each, key)}
    return Option(
        name=name,
        key=field.alias or name,
        type=plain,
        required=field.is_required(),
        default=None if field.is_required() or field.default_factory else field.default,
        help=field.description or "",
        form_help=words["form"],
        choices=choices,
        offered=tuple(words["offered"]),
        least=bounds["gt"] + 1 if "gt" in bounds else bounds.get("ge"),
        most=bounds.get("le"),
        several=several,
        written=next((_written(each) for each in told if isinstance(each, Pattern | AsWritten)), None),
        among=words["among"],
        expiration=EXPIRES in told,
        of_file=OF_FILE in told,
    )


def _written(told: Pattern | AsWritten) -> AsWritten:
    return AsWritten(told.pattern, told.expected)


def _annotations(annotation: Any) -> list[Any]:
    """What is annotated of a type that may be left out."""
    several = [each for each in get_args(annotation) if get_origin(each) is Annotated]
    told = [each for one in several for each in get_args(one)[1:]]
    return [bound for each in told for bound in (each.metadata if isinstance(each, FieldInfo) else [each])]


def _plain(annotation: Any) -> Any:
    """The type behind what is annotated or may be left out."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    several = [each for each in get_args(annotation) if each is not NoneType]
    return _plain(several[0]) if NoneType in get_args(annotation) else annotation
