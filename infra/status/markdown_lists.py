"""The lists of the dashboard: the last acts, the letters by kind, and what a person can start."""

from collections.abc import Iterator, Mapping

from infra.status.markdown_text import bullets, plain, table
from infra.status.offer_status import OfferStatus
from optex.clock import zone_of
from optex.formatting import count, local_text, sentence


def last_acts(status: OfferStatus) -> Iterator[str]:
    """The last acts, the latest first; as a list, for the UI breaks no line inside a table."""
    zone, told = zone_of(status.clock), []
    for each in status.recent:
        outcome = "✅" if each.accepted else f"⛔ **refused by {each.rule}**:"
        who = plain(each.by) or "nobody named"
        when, says = local_text(each.recorded_at, zone), plain(sentence(each.says))
        told.append(f"{when} · **{who}** · {each.act} · {outcome} {says}")
    yield from bullets("Last acts", told)


def what_can_be_done(forms: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The forms by which a person acts on this offer, the steps first, in the order of its life."""
    for heading, links in forms.items():
        if links:
            yield f"### {heading}"
            yield ""
            yield " · ".join(f"[{plain(name)}]({url})" for name, url in links.items())
            yield ""


def letters_by_kind(status: OfferStatus) -> Iterator[str]:
    """How the holders were told; and the letters that are held back by intent: they are neither late nor lost."""
    mail = status.correspondence
    printed = sum(each.letters for each in mail.to_be_printed)
    told = [f"{count(mail.sent, 'letter')} sent"] if mail.sent else []
    told += [f"{mail.delivered_on_paper:,} delivered on paper"] if mail.delivered_on_paper else []
    told += [f"{len(mail.bounced):,} came back"] if mail.bounced else []
    told += [f"{printed:,} to be delivered on paper"] if printed else []
    if told:
        yield f"Letters: {', '.join(told)}."
        yield ""
    if status.letters:
        columns = ("written", "sent", "on_paper", "came_back", "waiting")
        rows = [
            [each.kind, *(f"{number:,}" if (number := getattr(each, name)) else "" for name in columns)]
            for each in status.letters
        ]
        yield from table(["letter", "written", "sent", "on paper", "came back", "waiting"], "-rrrrr", rows)
    if mail.held_back and mail.held_back_until is not None:
        until = local_text(mail.held_back_until, zone_of(status.clock))
        first = "until" if mail.held_back == 1 else "the first until"
        yield f"{count(mail.held_back, 'letter')} held back {first} {until}."
        yield ""
