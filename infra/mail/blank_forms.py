"""The forms on the shelf: the Election Form and the Notice of each holder in one file, to print and hand out (§4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from infra.mail.enclosures import signing_forms
from infra.mail.printing import file_of, remove_earlier
from infra.mail.render import page_parts, render_page
from infra.whole_files import written_whole
from optex import notices
from optex.eligibility import grants_in_offer
from optex.notices import Notice
from optex.records import HolderRecord
from optex.state import OfferState

OURS = '<meta name="generator" content="optex forms">'
"""By it a file of an earlier round is known: of somebody who may not tender any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BlankForms:
    """The file with the forms of one holder, filled in but for what is tendered and the signature."""

    file: Path
    holder_id: str
    name: str


def write_forms(
    records: Iterable[HolderRecord], state: OfferState, out: Path, templates: Path | None, *, everyone: bool
) -> list[BlankForms]:
    """Write the forms of each of these holders who has an option to tender, as the offer and the options are now.

    Where these are `everyone`, files that an earlier round left there of somebody else are gone.
    jinja2.TemplateError where a template of the offer's own cannot be written.
    """
    written: list[BlankForms] = []
    taken: set[str] = set()
    for record in records:
        opening = opening_of(record, state)
        if forms := signing_forms(opening.data, templates):
            pages = [page_parts(form.html) for form in forms]
            data = {
                "ours": Markup(OURS),
                "styles": [Markup(style) for style in dict.fromkeys(style for styles, _ in pages for style in styles)],
                "forms": [Markup(body) for _, body in pages],
                "holder": opening.data["holder"],
                "issuer": state.terms.issuer,
            }
            holder = record.holder
            file = out / file_of(holder.holder_id, "forms", taken)
            taken.add(file.name.casefold())
            with written_whole(file) as unfinished:
                unfinished.write_text(render_page("forms.html", data, templates), encoding="utf-8", newline="\n")
            written.append(BlankForms(file=file, holder_id=holder.holder_id, name=holder.name))
    if everyone:
        remove_earlier(out, {each.file.name for each in written}, OURS)
    return written


def opening_of(record: HolderRecord, state: OfferState) -> Notice:
    """What the letter on the opening states of a holder, by the terms and the options as they are now."""
    options = grants_in_offer(record, state.terms).values()
    return notices.offer_opened(state.terms, state.schedule, record.holder, options)
