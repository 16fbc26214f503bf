"""Which e-mail addresses a letter can be sent to: asked where one is put on record, and again where it is sent to."""

import re
import unicodedata

# As SMTP has it (RFC 5321): dots lie between other characters, and labels of a domain neither begin nor end in a dash.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ON_THE_WIRE = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")

AN_ADDRESS = (
    "an e-mail address that any mail server takes, such as ann.lee@alpha.example: before the @ at most 64 ASCII "
    "letters, digits and signs, no quotes, and a whole domain after it"
)


def on_the_wire(text: str) -> str:
    """An address as SMTP carries it, its domain in ASCII; "" where a server need not take it.

    What stands before the @ must be ASCII: few servers take anything else (SMTPUTF8), and which ones shows only when
    the letter is on its way.
    """
    local, _, domain = text.rpartition("@")
    wire = f"{local}@{_in_ascii(domain)}"
    return wire if _ON_THE_WIRE.fullmatch(wire) and len(wire) <= 254 else ""


def takes_letters(text: str) -> bool:
    """Whether letters to a holder can be sent to an address: in a domain with a dot, for none is on our own machine."""
    return "." in on_the_wire(text).rpartition("@")[2]


def _in_ascii(domain: str) -> str:
    """A domain in its ASCII form; "" where that is the one of another domain, as of straße.de it is strasse.de."""
    if domain.isascii():
        return domain
    try:
        wire = domain.encode("idna")
        return wire.decode() if wire.decode("idna") == unicodedata.normalize("NFC", domain).lower() else ""
    except UnicodeError:
        return ""
