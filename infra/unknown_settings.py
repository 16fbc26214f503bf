"""Variables that look like settings of optex and are none, such as OPTEX_SMPT_HOST, by which no mail would leave."""

import os
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from dotenv import dotenv_values

from infra.settings import ENV_FILE, PREFIX, Settings
from optex.visible import shortened

KNOWN = tuple(PREFIX + name.upper() for name in Settings.model_fields)
# What the files of infra/production and the processes of `optex serve` are told beside the settings.
OTHERS = tuple(
    PREFIX + name
    for name in (
        "VERSION", "FOLDERS", "DATABASE_PASSWORD", "SITE_NAME", "SITE_LISTEN", "INTERNAL_LISTEN",
        "CERTIFICATE", "CERTIFICATE_KEY", "CERTIFICATE_FILE", "CERTIFICATE_KEY_FILE", "SERVED_BY",
    )
)  # fmt: skip


def unknown_settings() -> list[str]:
    """A sentence for each variable of the environment or of .env that is nearly a setting, never with its value."""
    return [*_unknown(os.environ, "", bare=False), *_unknown(_env_file(), ".env: ", bare=True)]


def _env_file() -> Iterable[str]:
    try:
        return dotenv_values(ENV_FILE, encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # whoever reads the settings says what is wrong with it
        return []


def _unknown(names: Iterable[str], where: str, *, bare: bool) -> Iterator[str]:
    """The names that no setting has; `bare` where one without the prefix must be meant for us."""
    for name in names:
        wrote = name.upper()
        if wrote in KNOWN or wrote in OTHERS:
            continue
        begins = next((known for known in KNOWN if wrote.startswith(known)), "")
        near = [begins] if begins else get_close_matches(wrote, KNOWN, n=1, cutoff=0.85)
        if bare and PREFIX + wrote in KNOWN:
            near = [PREFIX + wrote]
        if near or wrote.startswith(PREFIX):
            guess = f": did you mean {near[0]}?" if near else f", none of {', '.join(KNOWN)}"
            # What follows a setting's own name, or what no name has, may be a secret behind a mistyped `=`.
            own = name[: len(begins)] if begins else re.split(r"\W", name, maxsplit=1)[0]
            shown = shortened(own, 100) + ("" if own == name else "…")
            yield f"{where}{shown} is no setting of optex, and has no effect{guess}"
