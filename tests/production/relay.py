"""A mail relay for the rehearsal of production: STARTTLS with a certificate of its own, and a password."""

import socket
import subprocess
from collections import Counter
from email import message_from_bytes, policy
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Relay:
    """A mail relay that takes mail after STARTTLS and a password only, and counts each letter by its Message-ID."""

    def __init__(self, certificate, key):
        self.taken, self.kinds = Counter(), Counter()
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.port = free_port()
        self._server = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=lambda server, session, envelope, mechanism, said: AuthResult(
                success=(said.login, said.password) == (b"optex", b"relay-password")
            ),
        )
        self._server.start()

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken[message["Message-ID"]] += 1
        self.kinds[message["X-Optex-Kind"]] += 1
        return "250 taken"

    def stop(self):
        self._server.stop()


def certificate(root):
    """A certificate for this machine, which whoever is told of it trusts, and its key."""
    chain, key = root / "certificate.pem", root / "key.pem"
    asked = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    named = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(chain)]
    subprocess.run(["openssl", *asked, *named], check=True, capture_output=True)
    return chain, key


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
