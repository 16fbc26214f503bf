"""The page of the settings: every `OPTEX_*` variable."""

from flows.manual.docstrings import meanings
from flows.manual.markdown import code, page, table
from flows.manual.values import in_words
from infra.settings import PREFIX, Settings


def settings() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default in ("", ()) else str(field.default)
        told = in_words(field.annotation, tuple(field.metadata)).replace('"', ""), code(default.strip("*")) or "unset"
        rows.append((code(PREFIX + name.upper()), *told, meanings(Settings)[name]))
    return page(
        "The settings",
        "Environment variables, also read from a file `.env` in the directory where `optex` is started; the "
        "environment comes first. Secrets are never printed or logged.",
        table(("variable", "is", "default", "means"), rows),
    )
