"""The direction of imports, and that the rules know neither clock nor world."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ("optex", "infra", "tasks", "flows")
PURE = {"dateutil", "holidays", "pydantic", "pydantic_core", "optex"}
STDLIB = {
    "bisect", "calendar", "collections", "dataclasses", "datetime", "decimal", "difflib", "enum", "fractions",
    "functools",
    "itertools", "math", "operator", "re", "tomllib", "types", "typing", "unicodedata", "zoneinfo",
}  # fmt: skip


def imports(file: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def modules(package: str) -> list[Path]:
    return sorted(file for file in (ROOT / package).rglob("*.py") if "migrations" not in file.parts)


MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for package in ORDER
    for file in modules(package)
}


def _needed_by(name: str, file: Path) -> set[str]:
    """The modules that one imports, at its top or inside a function; a package only where nothing in it is named."""
    named = {f"{module}.{each}" if f"{module}.{each}" in MODULES else module for module, each in imports(file)}
    return named & MODULES.keys() - {name}


@pytest.mark.parametrize("package", ORDER)
def test_imports_go_one_way(package):
    """optex ← infra ← tasks ← flows: nothing imports what stands above it."""
    above = ORDER[ORDER.index(package) + 1 :]
    wrong = [
        f"{file.name}: {module}"
        for file in modules(package)
        for module, _ in imports(file)
        if module.partition(".")[0] in above
    ]
    assert [] == wrong


def test_no_import_goes_in_a_circle():
    """Nothing is imported late to dodge a circle: there is none, imports inside functions included."""
    needs = {name: _needed_by(name, file) for name, file in MODULES.items()}
    assert needs.keys() == set(TopologicalSorter(needs).static_order())  # CycleError names the modules of a circle


def test_the_rules_are_pure():
    """The rules import a few pure libraries and nothing that reads, writes, sends or schedules."""
    foreign = {
        f"{file.name}: {module}"
        for file in modules("optex")
        for module, _ in imports(file)
        if module.partition(".")[0] not in PURE | STDLIB
    }
    assert set() == foreign


def test_the_rules_have_no_clock():
    """No rule asks what time it is: `at` is an argument."""
    asked = [
        f"{file.name}:{node.lineno}"
        for file in modules("optex")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow")
    ]
    assert [] == asked


def test_only_what_is_read_from_outside_uses_pydantic():
    """pydantic reads the terms and the actions; every other rule deals in plain records."""
    users = {file.name for file in modules("optex") for module, _ in imports(file) if module.startswith("pydantic")}
    actions = {"action.py", "actions.py", "correction.py", "corrections.py", "service_acts.py"}
    assert actions | {"fields.py", "terms.py", "terms_reader.py", "unknown_key.py"} == users


def test_every_rule_that_is_named_exists():
    """Every `rule="…"` anywhere in the program is one of the catalogue, so that it can be explained."""
    from optex.authority import RULES

    named = {
        node.value.value
        for package in ORDER
        for file in modules(package)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.keyword) and node.arg == "rule" and isinstance(node.value, ast.Constant)
    }
    assert set() == named - set(RULES)
