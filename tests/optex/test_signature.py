"""Names that look the same and are not: what the difference is (TND-5)."""

import pytest

from optex.signature import hard_to_see


@pytest.mark.parametrize(
    ("signed_as", "name", "difference"),
    [
        ("Cy\u00a0Fox", "Cy Fox", 'after "Cy" the signature has a no-break space (U+00A0), the agreement a space'),
        ("Cy  Fox", "Cy Fox", 'after "Cy" the signature has a space more than the agreement'),
        ("Cy Fox", "Cy  Fox", 'after "Cy" the signature has a space less than the agreement'),
        ("Cy\u200b Fox", "Cy Fox", "a zero width space (U+200B) more than the agreement"),
        ("\ufeffCy Fox", "Cy Fox", "at the beginning the signature has a zero width no-break space (U+FEFF) more"),
        ("Cy F\u043ex", "Cy Fox", 'after "Cy F" the signature has a Cyrillic small letter o (U+043E), the agreement'),
        (
            "Cy F\u03bfx",
            "Cy Fox",
            "a Greek small letter omicron (U+03BF), the agreement a Latin small letter o (U+006F)",
        ),
        ("C\uff59 Fox", "Cy Fox", "a Fullwidth latin small letter y (U+FF59)"),
        ("Pat O\u2019Brien", "Pat O'Brien", "a right single quotation mark (U+2019), the agreement an apostrophe"),
        ("Pat O\u00b4Brien", "Pat O'Brien", "an acute accent (U+00B4), the agreement an apostrophe (U+0027)"),
        ("Jean\u2013Luc", "Jean-Luc", "an en dash (U+2013), the agreement a hyphen-minus (U+002D)"),
        ("Jos\u0435\u0301 Lee", "José Lee", "a Cyrillic small letter ie (U+0435), a combining acute accent (U+0301)"),
        ("AIlen", "Allen", "a Latin capital letter i (U+0049), the agreement a Latin small letter l (U+006C)"),
    ],
)
def test_what_is_hard_to_see_is_named(signed_as, name, difference):
    """Blanks, what has no width, look-alike letters, quotes and dashes: where it stands, by name and number."""
    said = hard_to_see(signed_as, name)
    assert said.startswith("The difference is hard to see: ")
    assert difference in said


@pytest.mark.parametrize("signed_as", ["Cy Fox", " Cy Fox\u00a0", "Bo Lee", "cy fox", "C. Fox", ""])
def test_what_everybody_sees_is_not_explained(signed_as):
    """The name itself, space around it aside, another name, other capitals: there is nothing hidden to name."""
    assert hard_to_see(signed_as, "Cy Fox") == ""


def test_letters_of_another_script_are_named_whatever_they_look_like():
    """An Armenian o in a Latin name, or a name that is otherwise other; a name in its own script is none."""
    assert hard_to_see("Cy F\u0585x", "Cy Fox") == (
        "The signature has letters of another script: an Armenian small letter oh (U+0585)."
    )
    assert "a Cyrillic small letter o (U+043E)" in hard_to_see("Cy F\u043exx", "Cy Fox")
    assert hard_to_see("Иван Петров", "Пётр Иванов") == ""


def test_of_many_differences_the_first_are_named():
    """A long run of other letters does not become a page."""
    said = hard_to_see("\uff21\uff22\uff23\uff24\uff25", "ABCDE")
    assert "a Fullwidth latin capital letter c (U+FF23) and 2 more, the agreement" in said
