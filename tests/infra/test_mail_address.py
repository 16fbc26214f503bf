"""Which e-mail addresses a letter can be sent to: the reader of the files and the mail ask the same function."""

import pytest

from infra.mail.message import BadAddress, address
from optex.action import BadAction
from optex.actions import read_action
from optex.calendar import EST
from optex.errors import BadData
from optex.mail_address import AN_ADDRESS, on_the_wire, takes_letters
from optex.visible import quoted
from tests.builders import terms

TAKEN = {
    "ann.lee@alpha.example": "ann.lee@alpha.example",
    "o'brien+plan@mail.alpha.example": "o'brien+plan@mail.alpha.example",
    "ann@bücher.example": "ann@xn--bcher-kva.example",
    "ann@BÜCHER.example": "ann@xn--bcher-kva.example",
    "a" * 64 + "@x.example": "a" * 64 + "@x.example",
}
REFUSED = [
    "josé@example.com",
    "a" * 65 + "@x.example",
    '"ann lee"@x.example',
    "ann lee@x.example",
    "a..b@x.example",
    ".a@x.example",
    "a.@x.example",
    "a@b@x.example",
    "a@x..example",
    "a@-x.example",
    "a@x_y.example",
    "a@" + "b" * 64 + ".example",
    "a@" + ".".join(["b" * 60] * 5),
    "a@straße.example",
    "a@[127.0.0.1]",
    "a@x.example\r\nRCPT TO:<b@y.example>",
    "Ann Lee <a@x.example>",
    "a@x.example, b@y.example",
]


@pytest.mark.parametrize(("given", "wire"), TAKEN.items())
def test_an_address_that_takes_letters(given, wire):
    """A domain in another script goes out in its ASCII form; sixty-four characters before the @ are not too many."""
    assert (wire, wire, True) == (on_the_wire(given), address(given), takes_letters(given))


@pytest.mark.parametrize("given", REFUSED)
def test_an_address_that_the_mail_refuses_is_refused_where_it_is_told(given):
    """By the terms, by a correction and by the mail; holders.csv is read by the same function."""
    assert not takes_letters(given)
    with pytest.raises(BadAddress):
        address(given)
    with pytest.raises(BadData, match=r"contact\.email"):
        terms(contact={"email": given})
    stated = {"holder": "H1", "email": given, "reason": "It moved.", "at": "2003-03-10T10:00:00", "by": "Ruth"}
    with pytest.raises(BadAction) as caught:
        read_action("correct-holder", stated, EST)
    assert [("email", f"{quoted(given)} cannot be taken", f"{AN_ADDRESS}, or none")] == caught.value.problems


def test_an_address_that_mail_refuses_is_a_fault_of_holders_csv(folder):
    """By line and column, with what is expected there; one whose domain is in another script is taken as written."""
    folder.add("holders.csv", "H3,José Roy,josé@example.com,US,", "H4,Di Gow,di@bücher.example,US,")
    told = f"holders.csv:4: email: 'josé@example.com' cannot be taken, expected {AN_ADDRESS}"
    assert [told] == folder.faults()
    (folder / "holders.csv").write_text(folder.text("holders.csv").replace("josé@", "jose@"))
    assert ["jose@example.com", "di@bücher.example"] == [each.email for each in folder.read().holders[2:]]


def test_a_holder_needs_a_whole_domain():
    """Mail to operations may stay on the machine; a holder is nobody of it, and a domain without a dot is a slip."""
    assert ("root@localhost", False) == (on_the_wire("root@localhost"), takes_letters("root@localhost"))
