"""Whether a form is signed as it must be, and what differs between two names that look the same."""

import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher

from optex.formatting import first_few
from optex.records import Form

# Each above what it looks like: Cyrillic letters, Greek ones, and what is alike in Latin itself, where I is l.
_LETTERS = str.maketrans(
    "АВЕКМНОРСТХУІЈЅԚԜаеорсухіјѕһԁԛԝ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρυικϲϳ" + "ıɑɡ1I|0",
    "ABEKMHOPCTXYlJSQWaeopcyxijshdqw" + "ABEZHlKMNOPTYXoavpuikcj" + "iaglllO",
)
_SIGNS = str.maketrans("‐‑‒–—―−’‘ʼʹ′´`\u2800", "-------''''''' ")
_WITHOUT_WIDTH = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {chr(n) for n in range(0xFE00, 0xFE10)}
_SHOWN = 3


def improper(form: Form, name: str) -> Iterator[str]:
    """Why a form is not signed by the holder of that name, nor by one who may sign for the holder, or is not dated.

    Signed exactly as the name, a title beside it is harmless.
    Authority: §5 "exactly as the option holder's name appears on the option agreement"; "the signer's full title and
    proper evidence of the authority" (TND-5).
    """
    signed_as, title = as_written(form.signed_as), form.title.strip()
    if not _seen(signed_as):
        yield "The form is not signed."
    elif signed_as != as_written(name) and not _for_another(form):
        otherwise = f"not exactly as {as_written(name)}, the name on the option agreement"
        if hidden := hard_to_see(signed_as, name):
            yield f"The form is signed as {signed_as}, {otherwise}. {hidden}"
        elif title:
            yield f"The form is signed by {signed_as} as {title}, {otherwise}, and without evidence of authority."
        else:
            untitled = "and states no title in which another person might sign"
            yield f"The form is signed as {signed_as}, {otherwise}, {untitled}."
    if form.signed_on is None:
        yield "The form is not dated."


def looks_like(form: Form, name: str) -> str:
    """In what a form's signature differs from the name that it looks like, to be told where it is keyed in (TND-5)."""
    return "" if _for_another(form) else hard_to_see(form.signed_as, name)


def _for_another(form: Form) -> bool:
    """Whether somebody signs for the holder, with title and evidence of authority."""
    return bool(form.title.strip() and form.authority.strip())


def as_written(name: str) -> str:
    """A name by which it is compared: one Unicode form of it, and no space around it."""
    return unicodedata.normalize("NFC", name).strip()


def hard_to_see(signed_as: str, name: str) -> str:
    """In what a signature differs from a name that it looks like, in a sentence; "" where it does not, or is the same.

    Authority: §5 "exactly as the option holder's name appears" (TND-5).
    """
    signed, agreed = as_written(signed_as), as_written(name)
    if not signed or signed == agreed:
        return ""
    if _seen(signed) == _seen(agreed):
        return f"The difference is hard to see: {'; '.join(_differences(signed, agreed))}."
    if foreign := [each for each in dict.fromkeys(signed) if each.isalpha() and _script(each) not in _scripts(agreed)]:
        return f"The signature has letters of another script: {_named(foreign)}."
    return ""


def _seen(text: str) -> str:
    """What a reader sees of a text: look-alikes are one letter, what has no width is not there, blanks are one."""
    letters = unicodedata.normalize("NFKD", text.translate(_SIGNS)).translate(_LETTERS)
    visible = "".join(each for each in letters if unicodedata.category(each) != "Cf" and each not in _WITHOUT_WIDTH)
    return " ".join(unicodedata.normalize("NFC", visible).split())


def _differences(signed: str, agreed: str) -> Iterator[str]:
    for tag, a, b, c, d in SequenceMatcher(None, agreed, signed, autojunk=False).get_opcodes():
        before = signed[:c].strip()[-20:]
        where = f'after "{before}"' if before else "at the beginning"
        if tag == "replace":
            yield f"{where} the signature has {_named(signed[c:d])}, the agreement {_named(agreed[a:b])}"
        elif tag == "insert":
            yield f"{where} the signature has {_named(signed[c:d])} more than the agreement"
        elif tag == "delete":
            yield f"{where} the signature has {_named(agreed[a:b])} less than the agreement"


def _named(letters: str | list[str]) -> str:
    return first_few([_name(each) for each in letters], _SHOWN)


def _name(letter: str) -> str:
    """A letter by its name and number in Unicode, such as a no-break space (U+00A0)."""
    if letter == " ":
        return "a space"
    name = unicodedata.name(letter, "control character").lower()
    if " letter " in name:
        name = name[0].upper() + name[1:]
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name} (U+{ord(letter):04X})"


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _scripts(text: str) -> set[str]:
    return {_script(each) for each in text if each.isalpha()}
