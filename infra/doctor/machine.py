"""The Python that runs optex, and whether its packages are those that it was tested with."""

import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from infra.doctor.finding import Finding, advice, ok, stop
from infra.shipped import shipped
from optex.formatting import count, first_few

OLDEST = (3, 11)
LOCK = "requirements.lock"
# How a requirement begins, in a lock and in the metadata of a package: its name, then perhaps the version pinned.
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:==([^\s;]+))?")
_SHOWN = 5


def check_python(found: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether this Python is one that optex runs on."""
    said = f"{platform.python_implementation()} {'.'.join(map(str, found))}"
    if found[:2] < OLDEST:
        return stop("python", said, f"optex needs Python {'.'.join(map(str, OLDEST))} or later")
    return ok("python", said)


def check_packages(lock: Path | None = None) -> Finding:
    """Whether every package that optex needs is there, in the version that is pinned."""
    lock = lock or shipped(LOCK)
    if not lock.is_file():
        return advice("packages", f"{LOCK} does not lie beside optex", "install optex anew to have them compared")
    pinned = _pinned(lock.read_text(encoding="utf-8"))
    needed = dict(_needed("optex"))
    if missing := [name for name, installed in needed.items() if installed is None]:
        return stop("packages", f"not installed: {first_few(missing, _SHOWN)}", _install(missing, pinned))
    others = [name for name, installed in needed.items() if name in pinned and installed not in pinned[name]]
    if others:
        differ = [f"{name} {needed[name]} (tested: {' or '.join(pinned[name])})" for name in others]
        return advice("packages", f"not as tested: {first_few(differ, _SHOWN)}", _install(others, pinned))
    return ok("packages", f"{count(len(needed), 'package')}, each as tested")


def _pinned(lock: str) -> dict[str, list[str]]:
    """The versions that a lock pins, by package; of one there may be several, for one Python and for another."""
    pinned: dict[str, list[str]] = {}
    for line in lock.splitlines():
        if (found := _REQUIREMENT.match(line)) and found[2]:
            pinned.setdefault(_normal(found[1]), []).append(found[2])
    return pinned


def _needed(root: str) -> Iterator[tuple[str, str | None]]:
    """Every package that one needs, with those that they need, and its version here; None where it is missing.

    What is needed on other machines only, or for an extra, is asked for by a marker: it counts where it is there.
    """
    seen, waiting = {root}, [root]
    while waiting:
        for requirement in requires(waiting.pop()) or []:
            found = _REQUIREMENT.match(requirement)
            assert found is not None, "a requirement begins with the name of a package"
            name = _normal(found[1])
            if name in seen or "extra ==" in requirement:
                continue
            try:
                installed = version(name)
            except PackageNotFoundError:
                if ";" not in requirement:
                    seen.add(name)
                    yield name, None
                continue
            seen.add(name)
            waiting.append(name)
            yield name, installed


def _install(names: list[str], pinned: dict[str, list[str]]) -> str:
    """How to have these packages as they were tested; which of several versions is for which Python, pip knows."""
    single = [f"{name}=={pinned[name][0]}" if len(pinned.get(name, ())) == 1 else name for name in names]
    return f"python -m pip install {' '.join(single)}"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
