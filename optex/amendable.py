"""Which terms an amendment may change while the offer runs, and as which change it is then told (AMD-1)."""

from collections.abc import Collection
from typing import Literal

Change = Literal["consideration", "sought", "other"]

# What a holder gets for an option, and which options are sought; every other term is another one. A key of a table
# that is named here is as the table, unless it is named itself.
_KINDS: dict[str, Change] = {
    "eligible": "sought",
    "exchange": "consideration",
    "exchange.units": "other",
    "plan.term_years": "consideration",
    "price": "consideration",
    "waiting": "consideration",
}

_CONTROL = "it is a control of ours, and no term that holders are told"
_MADE_WITH = "what the options are for is what the offer was made with"
_GRANTED_BY = "what was granted under the plan rests on it, and the plan is not amended by an offer"
_WITHDRAWAL = "the right to withdraw that holders were told of does not move (WDR-3)"
_FIXED = {
    "offer": "the record knows the offer by it",
    "issuer": "another company is another offer; a successor is named by `optex hold --successor`",
    "commences": "the offer was opened on it, and the look-back and its business days are counted from it",
    "clock": "every instant that holders were told was read on it",
    "expires": "an extension moves it: `optex extend --to`, or --extend-to with the amendment",
    "open_at": "the offer has been opened",
    "extension_deadline": "holders were told of it, and §15 binds us to it",
    "stock": _MADE_WITH,
    "formation": "it is a fact of the company, and no term that holders are told",
    "plan": _GRANTED_BY,
    "withdrawable_after": _WITHDRAWAL,
    "withdrawable_from": _WITHDRAWAL,
    "minimum_business_days": _CONTROL,
    "material_days": "it says how long an amendment leaves holders, this one too",
    "require_approval": _CONTROL,
    "four_eyes": _CONTROL,
    "excluded_jurisdictions": "`optex exclude` does it, and tells the holders there",
    "calendar": "a closing that was proclaimed is recorded by `optex correct calendar`",
}
NAMED = frozenset({*_KINDS, *_FIXED})
"""Every key of offer.toml that is named here."""


def fixed(key: str) -> str | None:
    """Why a term is not changed by an amendment, and what does change it; None where it may be.

    Authority: §15, "to amend the offer in any respect", what is no term of the offer apart (AMD-1).
    """
    named = _nearest(key, NAMED)
    return _FIXED.get(named)


def kind_of(key: str) -> Change:
    """As which change the change of a term is told. Authority: §15; Rule 13e-4(f)(1)(ii) (AMD-1)."""
    return _KINDS.get(_nearest(key, _KINDS.keys()), "other")


def _nearest(key: str, named: Collection[str]) -> str:
    """The key itself, or the nearest table around it, that is named; "" for none."""
    while key and key not in named:
        key = key.rpartition(".")[0]
    return key
