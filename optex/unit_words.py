"""The words of restricted stock units in the place of those of new options, where these are granted (XCH-3)."""

# The longer ones first.
_WORDS = (
    ("Promise to Grant Stock Option(s)", "Promise to Grant Restricted Stock Units"),
    ("stock options covering", "restricted stock units covering"),
    ("a new option agreement for each new option", "an agreement for the units in place of each option"),
    ("new option agreement", "agreement on the units"),
    ("sign before you can exercise it", "sign before shares are delivered"),
    ("sign before you can exercise them", "sign before shares are delivered"),
    ("the new stock option named below", "the restricted stock units named below"),
    ("new options", "restricted stock units"),
    ("New options", "Restricted stock units"),
    ("new option", "restricted stock unit"),
    ("Option shares", "Shares"),
)


def in_units(text: str) -> str:
    """What is said of new options, said of restricted stock units (XCH-3)."""
    for option, unit in _WORDS:
        text = text.replace(option, unit)
    return text
