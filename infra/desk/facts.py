"""The facts that arrive: one model per verb, read alike from the command line, script.toml and a form in the UI."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from optex.errors import OptexError
from optex.fields import ClosingPrice, Count, Day, Exact, Expected, Id, Moment, Text, Whole
from optex.records import Capacity, OptionType


class BadFact(OptexError):
    """A fact whose options cannot be read: what is wrong with each of them as (option, problem, expected)."""

    def __init__(self, verb: str, problems: list[tuple[str, str, str]]) -> None:
        wrong = [
            f"{verb}: {key}: {problem}" + (f", expected {want}" if want else "") for key, problem, want in problems
        ]
        super().__init__("\n".join(wrong))
        self.problems = problems


Reason = Annotated[Text, Expected("a reason in words")]


class Fact(BaseModel):
    """What every fact carries: `at` is the instant it is announced or received, `by` who decided."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, serialize_by_alias=True)
    at: Moment
    by: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """The options by their names in the interface, with dates and instants as ISO text; `parse_fact` reads them."""
        return self.model_dump(mode="json", exclude={"at", "by"}, exclude_none=True)


class Extend(Fact):
    to: Moment
    announced_at: Moment = Field(default_factory=lambda data: data["at"])
    reason: str = ""


class Amend(Fact):
    change: Annotated[
        Literal["consideration", "decrease", "increase", "other"],
        Expected("consideration, decrease, increase or other"),
    ]
    percent: Exact | None = None
    extend_to: Moment | None = None
    reason: Reason


class Terminate(Fact):
    reason: Reason


class _Condition(Fact):
    number: Annotated[Whole, Field(ge=1, le=5), Expected("1 to 5, in the order of §7 of the offer")]
    evidence: str = ""


class ConditionAssert(_Condition):
    pass


class ConditionWaive(_Condition):
    pass


class ConditionEnd(_Condition):
    pass


class ElectionWaive(Fact):
    form: Id
    reason: Reason
    all_holders: bool = False


class ServiceSet(Fact):
    """A spell of service; it replaces the one of the same holder and capacity that began on the same day."""

    holder: Id
    capacity: Annotated[Capacity, Field(strict=False), Expected("employee, director or consultant")]
    first_day: Day = Field(alias="from")
    last_day: Day | None = Field(default=None, alias="to")


class PriceSet(Fact):
    on: Day
    close: ClosingPrice


class SplitFact(Fact):
    """`new` shares for every `old`: a 3-for-2 split has new 3 and old 2."""

    on: Day
    new: Count
    old: Count


class Defer(Fact):
    holder: Id
    shares: Count
    type: Annotated[OptionType, Field(strict=False), Expected("ISO or NSO")]


class CommitteeGrantDate(Fact):
    on: Day


class AgreementSigned(Fact):
    grant: Id
    on: Day


class Hold(Fact):
    reason: Reason


class Release(Fact):
    reason: Reason


class Approve(Fact):
    """A named person approves what a held step is about to do (`require_approval`); a `digest` says what was seen."""

    step: Annotated[Literal["cancel", "regrant"], Expected("cancel or regrant")]
    digest: str = ""


VERBS: dict[str, type[Fact]] = {
    "extend": Extend,
    "amend": Amend,
    "terminate": Terminate,
    "condition-assert": ConditionAssert,
    "condition-waive": ConditionWaive,
    "condition-end": ConditionEnd,
    "election-waive": ElectionWaive,
    "service-set": ServiceSet,
    "price-set": PriceSet,
    "split": SplitFact,
    "defer": Defer,
    "committee-grant-date": CommitteeGrantDate,
    "agreement-signed": AgreementSigned,
    "hold": Hold,
    "release": Release,
    "approve": Approve,
}


def verb_of(words: str) -> str:
    """The name of a verb, be it written `condition-assert` or `condition assert`."""
    return "-".join(words.split())


def parse_fact(verb: str, options: Mapping[str, Any], zone: tzinfo) -> Fact:
    """The fact that a verb and its options state; instants without an offset are read on the clock `zone`.

    BadFact with everything wrong at once, also where the verb is unknown.
    """
    model = VERBS.get(verb_of(verb))
    if model is None:
        raise BadFact(verb, [("do", f"{verb!r} is not a fact", f"one of {', '.join(VERBS)}")])
    try:
        fact = model.model_validate(dict(options), context={"zone": zone})
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        raise BadFact(verb, [_problem(one) for one in found if one["type"] != "default_factory_not_called"]) from None
    if isinstance(fact, ServiceSet) and fact.last_day and fact.last_day < fact.first_day:
        raise BadFact(verb, [("to", f"{fact.last_day} lies before {fact.first_day}", "the last day in service")])
    return fact


def _problem(found: Any) -> tuple[str, str, str]:
    key = str(found["loc"][0])
    if found["type"] == "missing":
        return key, "missing", "a value"
    if found["type"] == "extra_forbidden":
        return key, "unknown option", ""
    value = found["input"]
    shown = repr(value) if isinstance(value, str) else str(value)
    return key, f"{shown} cannot be taken", found["msg"].removeprefix("Input should be ")
