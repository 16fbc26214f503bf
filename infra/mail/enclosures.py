"""What is enclosed with a letter: with the opening of the offer the two forms that its holder may sign (§4, §5)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.mail.message import Enclosure
from infra.mail.render import render_page
from optex.notices import Kind

FORMS = (
    ("Election Form", "election-form.html", "election-form.html"),
    ("Notice to Change Election From Accept to Reject", "notice-to-change-election.html", "notice-to-change.html"),
)
"""The forms by their titles, the names of their files, and their templates."""


def enclosures(kind: str, data: Mapping[str, Any], templates: Path | None = None) -> list[Enclosure]:
    """The documents that go with a letter; jinja2.TemplateError where one cannot be written."""
    if kind != Kind.OFFER_OPENED:
        return []
    return signing_forms(data, templates)


def signing_forms(opening: Mapping[str, Any], templates: Path | None = None) -> list[Enclosure]:
    """Both forms with the options that the letter on the opening states; none for whoever has no option to tender."""
    if not opening["options"]:
        return []
    return [
        Enclosure(title=title, name=name, html=render_page(template, opening, templates))
        for title, name, template in FORMS
    ]
