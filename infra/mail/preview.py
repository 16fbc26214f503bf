"""Previews as files: each letter as HTML and as text, what is enclosed with it, and an index of them all."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import TemplateError

from infra.mail.enclosures import enclosures
from infra.mail.render import render, render_page
from infra.whole_files import written_whole
from optex.notices import Kind
from optex.previews import Preview
from optex.terms import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewFiles:
    """What was written of one kind: the letter as HTML first, as text, and what is enclosed; `failed` says why not."""

    kind: Kind
    preview: Preview
    files: tuple[str, ...] = ()
    failed: str = ""


def write_previews(
    shown: Iterable[Preview], terms: Terms, whom: str, out: Path, templates: Path | None
) -> list[PreviewFiles]:
    """Write these letters and an index.html of them, in the offer's own words where its templates have any.

    `whom` says from what they were made.
    """
    written = [_write(each, out, templates) for each in shown]
    index = render_page("preview.html", {"written": written, "terms": terms, "whom": whom}, templates)
    _keep(out / "index.html", index)
    return written


def _write(preview: Preview, out: Path, templates: Path | None) -> PreviewFiles:
    notice = preview.notice
    kind = Kind(notice.kind)
    try:
        text, html = render(notice.kind, notice.data, templates)
        enclosed = enclosures(notice.kind, notice.data, templates)
    except TemplateError as error:
        return PreviewFiles(kind=kind, preview=preview, failed=f"the templates of {kind}: {error}")
    pages = {f"{kind}.html": html, f"{kind}.txt": text, **{each.name: each.html for each in enclosed}}
    for name, page in pages.items():
        _keep(out / name, page)
    return PreviewFiles(kind=kind, preview=preview, files=tuple(pages))


def _keep(file: Path, page: str) -> None:
    with written_whole(file) as unfinished:
        unfinished.write_text(page, encoding="utf-8", newline="\n")
