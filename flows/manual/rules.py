"""The page of the rules: every one with what it decides, its section and the words that it rests on."""

from flows.manual.markdown import page
from optex.authority import RULES, Authority


def rules() -> str:
    return page(
        "The rules",
        "Every decision names its rule, in the ledgers, in the letters and in `optex explain`. § is a section of the "
        "Offer to Exchange, whose words are quoted with an ellipsis where some are left out. `optex rules CODE` prints "
        "one.",
        *(_rule(rule, authority) for rule, authority in RULES.items()),
    )


def _rule(rule: str, authority: Authority) -> str:
    quoted = [f"> {authority.sentence}"] if authority.sentence else []
    return "\n\n".join([f"## {rule}", f"{authority.decides} ({authority.section})", *quoted])
