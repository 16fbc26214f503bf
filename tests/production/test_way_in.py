"""The shipped site of nginx: who is let through to Prefect's servers, and by which name."""

import shutil
import ssl
import subprocess
import threading
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.production.installation import until, way_in
from tests.production.relay import certificate, free_port

pytestmark = pytest.mark.skipif(not (shutil.which("nginx") and shutil.which("openssl")), reason="not installed")


class Anybody(BaseHTTPRequestHandler):
    """A server behind the proxy that answers everybody: whom it sees, the proxy has let through."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_OPTIONS = do_GET

    def log_message(self, *said):
        pass


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Asks the site, or the way of the workers, and returns the status."""
    root = tmp_path_factory.mktemp("way-in")
    certificate(root)
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Anybody)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    ports = {"site": free_port(), "proxy": free_port(), "api-1": behind.server_port, "api-2": behind.server_port}
    command = ["nginx", "-p", str(root), "-c", str(way_in(root, ports)), "-g", "daemon off;"]
    trusted = ssl.create_default_context(cafile=root / "certificate.pem")

    def ask(way="site", method="GET", **headers):
        port = ports[way]
        connection = (
            HTTPSConnection("localhost", port, context=trusted, timeout=30)
            if way == "site"
            else HTTPConnection("127.0.0.1", port, timeout=30)
        )
        sent = {name: value.format(port=port) for name, value in headers.items()}
        connection.request(method, "/api/flows/filter", headers=sent)
        status = connection.getresponse().status
        connection.close()
        return status

    def answers():
        try:
            return ask("proxy") == 200
        except OSError:
            return False

    with (root / "nginx.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as nginx:
        try:
            until(answers)
            yield ask
        finally:
            nginx.terminate()
            behind.shutdown()
            behind.server_close()


def test_the_site_is_answered_by_its_own_name_only(ask):
    """A name that was made to lead here is not, DNS rebinding."""
    assert [200, 421, 421] == [ask(Host=host) for host in ("localhost:{port}", "evil.example", "127.0.0.1:{port}")]


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "GET"])
def test_a_page_of_another_origin_is_refused(ask, method):
    """Its own page is not."""
    others = ("https://evil.example", "http://localhost:{port}", "https://localhost:1", "null")
    assert [403] * 4 == [ask(method=method, Origin=origin) for origin in others]
    assert 200 == ask(method=method, Origin="https://localhost:{port}")


def test_the_way_of_the_workers_is_for_no_page(ask):
    """They name no origin; a browser does."""
    assert [200, 403] == [ask("proxy"), ask("proxy", Origin="http://proxy:4200")]
