"""Our letters in the words of restricted stock units, where these are granted in place of options (XCH-3)."""

from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader

from optex.unit_words import in_units

# These say of each option or unit by itself what it is; a deferred grant stays one of options.
_BY_ITSELF = frozenset({"agreement.j2", "deferral.j2", "grant.j2", "unit-agreement.j2"})


class InUnits(FileSystemLoader):
    """The letters' own templates, in which what is granted is called restricted stock units."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, file, uptodate = super().get_source(environment, template)
        return source if template in _BY_ITSELF else in_units(source), file, uptodate
