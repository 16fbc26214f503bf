"""Who is heard by the API of a served offer: real requests to a real server, as a page or a user would send them."""

import base64
import json
import os
import socket
from http.client import HTTPConnection
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from flows.serve.credential import NAME, credential_in
from flows.serve.environment import environment_of
from flows.serve.lock import ServeLock
from flows.serve.processes import StopFlag, wait_until_healthy
from flows.serve.serve import server_at
from infra.prefect_env import FRONT

FLOWS = "/api/flows/filter"


class Served:
    """A served API, and how it is asked."""

    def __init__(self, port, credential, front):
        self.port = port
        self.front = front
        self.credential = credential
        self.host = f"127.0.0.1:{port}"

    def ask(self, method, path, key=None, body=None, **headers):
        """Status, headers and text of an answer; `key` is the credential that is shown."""
        sent = {"Host": self.host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if key is not None:
            sent["Authorization"] = f"Basic {base64.b64encode(key.encode()).decode()}"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json", **sent})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()

    def events(self, **headers):
        """A websocket to which runs send what happens; `headers` take the place of its own."""
        host = headers.pop("Host", self.host)
        there = socket.create_connection(("127.0.0.1", self.port))
        address = f"ws://{host}/api/events/in"
        return connect(address, sock=there, subprotocols=["prefect"], additional_headers=headers, proxy=None)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Prefect's server as `optex serve` starts it."""
    books = tmp_path_factory.mktemp("served") / ".optex"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    note = ServeLock(api=f"http://127.0.0.1:{port}/api", mark=f"guard-{os.getpid()}", credential=str(books / NAME))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PREFECT_HOME", "PREFECT_API_URL"):
            patch.delenv(name, raising=False)
        environment = environment_of([books.parent], note)
    server = server_at(port, environment, books)
    with server.running():
        wait_until_healthy(note.api, server, StopFlag())
        yield Served(port, credential_in(books), Path(environment["PREFECT_HOME"]) / FRONT)


def test_who_shows_the_credential_is_answered_and_nobody_else(served):
    """Without it, with a wrong one, and with the right one."""
    assert [401, 401, 401, 200] == [
        served.ask("POST", FLOWS, key, {})[0] for key in (None, "optex:wrong", "", served.credential)
    ]


def test_health_tells_nothing_but_that_it_is_there(served):
    """It is asked before anybody has the credential."""
    status, _, text = served.ask("GET", "/api/health")
    assert (200, "true") == (status, text)
    assert 401 == served.ask("GET", "/api/admin/settings")[0]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{port}"])
def test_a_name_that_was_made_to_lead_here_is_refused(served, host):
    """DNS rebinding: the page's own name is in `Host`, and the credential would not help it."""
    asked = host.format(port=served.port)
    for path in (FLOWS, "/api/health", "/", "/ui-settings"):
        status, _, text = served.ask("GET", path, served.credential, Host=asked)
        assert (421, f"Only {served.host} is served here.\n") == (status, text)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "http://localhost:{port}", "null"])
def test_a_page_of_another_origin_is_refused(served, origin):
    """Its preflight is not granted, its plain POST not heard, and nothing lets it read an answer."""
    asked = origin.format(port=served.port)
    wish = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "content-type"}
    for method, key, headers in (
        ("OPTIONS", None, wish),
        ("POST", None, {"Content_Type": "text/plain"}),
        ("POST", served.credential, {}),
        ("GET", served.credential, {}),
    ):
        status, given, _ = served.ask(method, FLOWS, key, {}, Origin=asked, **headers)
        assert (403, []) == (status, [name for name in given if name.startswith("access-control-")])


def test_its_own_page_is_answered(served):
    """As Prefect's pages send it, by either name of this machine."""
    for host in (served.host, f"localhost:{served.port}"):
        status, given, _ = served.ask("POST", FLOWS, served.credential, {}, Host=host, Origin=f"http://{host}")
        assert (200, True) == (status, given.get("access-control-allow-origin") in (None, f"http://{host}"))


def test_no_page_may_frame_it_or_guess_at_its_types(served):
    """Every answer says so."""
    for path in ("/api/health", "/optex"):
        _, given, _ = served.ask("GET", path)
        assert ("DENY", "nosniff", "same-origin") == (
            given["x-frame-options"], given["x-content-type-options"], given["referrer-policy"],
        )  # fmt: skip


def test_no_page_calls_another_machine(served):
    """A page of the server's may speak to its own server alone: so a browser is told with each."""
    for path in ("/api/health", "/dashboard", "/optex"):
        _, given, _ = served.ask("GET", path, Accept="text/html")
        assert "connect-src 'self'" in given["content-security-policy"]


def test_a_browser_without_the_key_is_told_where_the_link_is(served):
    """Any page, until it has come by the link; the mark of that opens nothing by itself."""
    for path in ("/", "/dashboard", "/runs/flow-run/x", "/v2/"):
        status, _, text = served.ask("GET", path, Accept="text/html")
        assert (401, True) == (status, "<code>optex link FOLDER</code> prints again" in text)
    marked = {"Accept": "text/html", "Cookie": f"optex-{served.port}=1"}
    status, _, text = served.ask("GET", "/dashboard", **marked)
    assert (200, True) == (status, "<title>Prefect Server</title>" in text)
    assert 401 == served.ask("POST", FLOWS, None, {}, **marked)[0]


def test_a_browser_whose_key_is_refused_is_told_again(served):
    """The mark is taken from it, so that the next page says where the link is."""
    _, given, _ = served.ask("GET", "/api/version", "optex:of-last-year")
    assert f"optex-{served.port}=; path=/; max-age=0; samesite=lax" == given["set-cookie"]


def test_the_front_page_is_the_dashboard(served):
    """Prefect's own until it is known where the dashboard is; a browser without the key is not led there."""
    known = {"Accept": "text/html", "Cookie": f"optex-{served.port}=1"}
    assert "/artifacts/" not in served.ask("GET", "/", **known)[1].get("location", "")
    served.front.write_text("/artifacts/artifact/8f0c01fc")
    status, headers, _ = served.ask("GET", "/", **known)
    assert (307, "/artifacts/artifact/8f0c01fc") == (status, headers["location"])
    assert 401 == served.ask("GET", "/", Accept="text/html")[0]
    served.front.unlink()


def test_the_other_name_of_this_machine_leads_to_the_first(served):
    """A browser keeps the key for one name only."""
    status, given, _ = served.ask("GET", "/runs?tag=a", Host=f"localhost:{served.port}", Accept="text/html")
    assert (307, f"http://{served.host}/runs?tag=a") == (status, given["location"])


def test_the_page_of_the_link_runs_its_own_script_alone(served):
    """The key is behind the `#`, which is not sent: the page is the same for everybody."""
    status, given, text = served.ask("GET", "/optex", Accept="text/html")
    assert (200, False) == (status, served.credential in text)
    policy = given["content-security-policy"]
    assert ("default-src 'none'", True) == (policy.partition(";")[0], "script-src 'sha256-" in policy)


def test_a_websocket_is_asked_for_the_credential_too(served):
    """Before anything is taken in by it: the right one, a wrong one, none."""
    for key, answer in ((served.credential, "auth_success"), ("optex:wrong", None), (None, None)):
        with served.events() as there:
            there.send(json.dumps({"type": "auth", "token": key}))
            if answer:
                assert answer == json.loads(there.recv(30))["type"]
            else:
                with pytest.raises(ConnectionClosed) as closed:
                    there.recv(30)
                assert 1008 == closed.value.rcvd.code


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_websocket_of_another_page_is_not_opened(served, headers):
    """A browser opens one to wherever a page likes: no other rule stands in its way."""
    with pytest.raises(InvalidStatus) as refused:
        served.events(**headers)
    assert 403 == refused.value.response.status_code


def test_the_credential_is_made_once_and_for_one_user(served, tmp_path, monkeypatch):
    """Of 256 bits, in a file of mode 600 whatever the umask; a chosen one is kept there as well."""
    before = os.umask(0)
    try:
        first = credential_in(tmp_path / ".optex")
    finally:
        os.umask(before)
    file = tmp_path / ".optex" / NAME
    assert (first, 0o600, 49) == (credential_in(tmp_path / ".optex"), file.stat().st_mode & 0o777, len(first))
    assert first != served.credential
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "ruth:chosen")
    assert ("ruth:chosen", "ruth:chosen\n") == (credential_in(tmp_path / ".optex"), file.read_text())
