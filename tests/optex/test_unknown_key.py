"""An unknown key of offer.toml names what was meant, or where it belongs."""

import pytest

from optex.errors import BadData
from optex.near_miss import meant
from optex.terms_reader import parse_terms
from tests.builders import offer_toml

_ADDED = [
    ("isuer = 'X'", "", "isuer: unknown key: did you mean issuer?"),
    ("Open-At = 09:00:00", "", "Open-At: unknown key: did you mean open_at?"),
    ("symbol = 'X'", "", "symbol: unknown key in this place, expected it in [stock]"),
    ("name = 'X'", "", "name: unknown key in this place, expected it in [contact] or in [plan]"),
    ("", "clock = 'EST'", "contact.clock: unknown key in this place, expected it above the first [table]"),
    ("", "e-mail = 'a@b.com'", "contact.e-mail: unknown key: did you mean email?"),
    ("", "[plan.vesting]\nfirst_month = 12", "plan.vesting.first_month: unknown key: did you mean first_months?"),
    ("", "[[calendar.closed]]\nreson = 'x'", "calendar.closed.0.reson: unknown key: did you mean reason?"),
    ("", "[plan.vesting]\nweeks = 12", "unknown key, expected one of first_months, every_months, tranches"),
]  # fmt: skip


@pytest.mark.parametrize(("above", "below", "told"), _ADDED)
def test_an_unknown_key_says_what_was_meant(above, below, told):
    """By its likeness to a key of the same table, else by the table that has it, else by all keys of its own table."""
    with pytest.raises(BadData) as raised:
        parse_terms(f"{above}\n{offer_toml()}\n{below}\n")
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("wrote", "found"),
    [("isuer", "issuer"), ("Holder ID", "holder_id"), ("e-mail", "email"), ("name", "name"), ("start", ""), ("", "")],
)
def test_what_is_meant_is_near(wrote, found):
    """Whatever the case and the way of joining words; nothing where nothing is near."""
    assert found == meant(wrote, ["issuer", "holder_id", "email", "name", "from"])
