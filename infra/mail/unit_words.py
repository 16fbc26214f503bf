"""Our letters in the words of restricted stock units, where these are granted in place of options (XCH-3)."""

from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader

# These say of each option or unit by itself what it is; a deferred grant stays one of options.
_BY_ITSELF = frozenset({"agreement.j2", "deferral.j2", "grant.j2", "unit-agreement.j2"})
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


class InUnits(FileSystemLoader):
    """The letters' own templates, in which what is granted is called restricted stock units."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, file, uptodate = super().get_source(environment, template)
        for option, unit in () if template in _BY_ITSELF else _WORDS:
            source = source.replace(option, unit)
        return source, file, uptodate
