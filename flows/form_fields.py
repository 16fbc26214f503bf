"""The fields of a form in the Prefect UI: of which type, how they are to be written, and what was filled in.

What can be refused before a run starts, Prefect refuses by the schema that follows from the types.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from inspect import Parameter
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from flows.form_lists import AMONG, picked
from infra.database.writer import PROGRAM
from optex.action import Action, Option
from optex.errors import OptexError
from optex.fields import A_DAY, A_MOMENT, AN_ID, DAY, EXACT, ID, INSTANT, AsWritten


class FormField(NamedTuple):
    """One field of a form; without a default it must be filled in."""

    name: str
    type: Any
    default: Any
    help: str


def _schema(**more: Any) -> Any:
    return Field(json_schema_extra={key: value for key, value in more.items() if value})


def _pattern(written: AsWritten, *, empty: bool = False) -> str:
    """The pattern of a field, which may have blanks around it; the run itself reads it without them.

    It begins with what is expected, in words: of what does not match, Prefect shows the pattern.
    """
    said = re.sub(r"([\\^$*+?{}\[\]|()])", r"\\\1", written.expected)
    return f"^{said}$|^\\s*({written.pattern}){'?' if empty else ''}\\s*$"


def _something(what: str) -> str:
    return f"^{what}$|\\S"


# Prefect's own server has one password for all and knows no persons: whoever decides is asked for a name.
Person = Annotated[str, _schema(pattern=_something("a full name"))]
Form = Annotated[str, _schema(pattern=_pattern(AsWritten(ID, AN_ID)))]
Instant = Annotated[str, _schema(pattern=_pattern(AsWritten(INSTANT, A_MOMENT)))]
FormDay = Annotated[date, _schema(pattern=_pattern(AsWritten(DAY, A_DAY)))]
Holder = Annotated[str, _schema(pattern=_something("a holder"), **{AMONG: "holders"})]
Grant = Annotated[str, _schema(pattern=_something("a grant"), **{AMONG: "grants"})]
Dollars = Annotated[str, _schema(pattern=_pattern(AsWritten(EXACT, "dollars such as 12.50"), empty=True))]
Word = Annotated[str, _schema(pattern=_something("the name of the offer"))]
WORD = "Type the name of the offer once more: this cannot be undone."
ANOTHER_HOUR = "Tick it if the new expiration is meant to be at another hour of the day than the one that stands."


class OptionOnForm(BaseModel):
    """One option on a form, as the form states it."""

    model_config = ConfigDict(extra="forbid")

    grant: Grant = Field(description="The grant.")
    shares: int = Field(description="The shares tendered.", ge=0)
    original_shares: int | None = Field(None, description="The shares of the grant, as stated.", ge=0)
    granted_on: FormDay | None = Field(None, description="The grant date, as stated.")
    price: Dollars = Field("", description="The exercise price in dollars, as stated, such as 12.50.")
    exercised: int | None = Field(None, description="The shares already exercised, as stated.", ge=0)

    @property
    def line(self) -> str:
        """The option as the command line writes it."""
        stated = (self.original_shares, self.granted_on, self.price.strip(), self.exercised)
        cells = [picked(self.grant), str(self.shares), *("" if cell is None else str(cell) for cell in stated)]
        return ":".join(cells).rstrip(":")


def person(by: str) -> str:
    """Who acts, by name; OptexError where that is nobody: the record names whom to ask."""
    name = by.strip()
    if not name:
        raise OptexError("`by` names nobody: say who acts, by the full name")
    if name.casefold() == PROGRAM:
        raise OptexError(f"`by` names {PROGRAM}, which is what the program does by itself: say who acts")
    return name


def confirmed(word: str, offer: str, *, final: bool) -> None:
    """OptexError where an act that cannot be undone was not confirmed by the name of its offer."""
    if final and word.strip() != offer:
        typed = f"it says {word.strip()!r}" if word.strip() else "it is empty"
        raise OptexError(
            f"Not done, for it cannot be undone: `confirm` must be the name of the offer, {offer}, and {typed}"
        )


def fields_of(kind: type[Action], options: Sequence[Option], acts: Sequence[type[Action]]) -> Iterator[FormField]:
    """The fields of a form, in order: what must be filled in comes first, and the second word last."""
    must = Parameter.empty
    yield FormField("offer", str, must, "The offer, by its name.")
    if len(acts) > 1:
        words = tuple(each.verb.removeprefix(f"{each.deployment}-") for each in acts)
        yield FormField("act", Literal[words], must, kind.choice)
    for each in options:
        if each.required:
            yield FormField(each.name, _type(each), must, each.form_help)
    yield FormField("by", Person, must, kind.who)
    for each in options:
        if not each.required:
            yield FormField(each.name, _type(each), "" if _is_text(each) else each.default, each.form_help)
    if any(each.expiration for each in options):
        yield FormField("another_hour", bool, False, ANOTHER_HOUR)
    yield FormField("evidence", str, "", "What shows it, in words. Needed where it is recorded after a deadline.")
    final = [each.verb for each in acts if each.final]
    if len(final) == len(acts):
        yield FormField("confirm", Word, must, WORD)
    elif final:
        yield FormField("confirm", str, "", f"To {_words(final, kind)}: {WORD[0].lower()}{WORD[1:]}")


def _words(verbs: Sequence[str], kind: type[Action]) -> str:
    return " or ".join(verb.removeprefix(f"{kind.deployment}-") for verb in verbs)


# An amount is written as text, that its digits stay exact, and an instant is, that it is on the clock of the offer.
_TEXTS: tuple[type, ...] = (str, Decimal, datetime)


def _is_text(option: Option) -> bool:
    """Whether a field is one of text, which is left empty where the option is left out."""
    return option.type in _TEXTS and not (option.offered or option.choices or option.several)


def _type(option: Option) -> Any:
    """The type of a field, with how it is to be written, and the list to choose from."""
    if choices := option.offered or option.choices:
        return Literal[choices] if option.required else Literal[choices] | None
    if option.several:
        return list[OptionOnForm] | None
    if _is_text(option):
        pattern = _demanded(option)
        return Annotated[str, _schema(pattern=pattern, **{AMONG: option.among})] if pattern or option.among else str
    plain: Any = FormDay if option.type is date else option.type
    if option.type is int:
        plain = Annotated[int, Field(ge=option.least, le=option.most)]
    return plain if option.required or option.default is not None else plain | None


def _demanded(option: Option) -> str:
    if option.written and not option.among:  # what is chosen from a list names more than the id
        return _pattern(option.written, empty=not option.required)
    return _something("something in words") if option.required else ""


def filled_in(option: Option, value: Any) -> Any:
    """An option as it was filled in; None where it was left empty."""
    if option.offered:
        return value and value.partition(":")[0]
    if option.several:
        return [each.line for each in value] if value else None
    if not _is_text(option):
        return value
    return (picked(value) if option.among else value.strip()) or None
