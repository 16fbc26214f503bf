"""What a served offer gives away to whoever looks: planted secrets, looked for where others could find them."""

import base64
import os
import socket
import stat
from contextlib import suppress
from datetime import timedelta

import psutil
import pytest
from aiosmtpd.smtp import AuthResult
from sqlalchemy import create_engine, inspect, make_url, text

from flows.serve.credential import NAME
from flows.serve.processes import ORPHAN_MARK
from tests import postgres
from tests.live.house import CALENDAR, OPS, Bell, House, PostOffice, expired_offer, tell, today, until

SMTP, DATABASE, WEBHOOK = "planted-in-smtp-7f3a", "planted-in-database-91cc", "planted-in-webhook-5e0d"


class Looker:
    """Looks at every process of a serving for as long as it is asked: command line, environment, open ports."""

    def __init__(self, house):
        self.root = psutil.Process(house.process.pid)
        self.seen = {}
        self.listening = set()

    def look(self):
        for each in (self.root, *self.root.children(recursive=True)):
            with suppress(psutil.Error):
                command, environment = each.cmdline(), each.environ()
                self.seen[each.pid] = (" ".join(command), environment)
                for found in each.net_connections("inet"):
                    if found.status == psutil.CONN_LISTEN or (found.type == socket.SOCK_DGRAM and found.laddr):
                        self.listening.add((found.laddr.ip, "server" if "flows.serve.server" in command else "other"))

    def of(self, word):
        """The environments of the processes whose command names this."""
        return [environment for command, environment in self.seen.values() if word in command]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """An offer with its books in PostgreSQL and a mail server that asks for a login, served; and what was seen of it.

    The umask is the widest there is, and the database, the mail server and the webhook are told of by secrets.
    """
    root = tmp_path_factory.mktemp("planted")
    folder = expired_offer(root, "planted").write(root / "planted")

    def knows(server, session, envelope, mechanism, login):
        return AuthResult(success=login.password == SMTP.encode())

    post, bell = PostOffice(authenticator=knows, auth_require_tls=False), Bell()
    with postgres.running(tmp_path_factory.mktemp("pg") / "data") as server:
        url = make_url(server.new_database("planted")).set(password=DATABASE).render_as_string(hide_password=False)
        settings = {
            "OPTEX_DATABASE_URL": url,
            "OPTEX_SMTP_HOST": "127.0.0.1",
            "OPTEX_SMTP_PORT": str(post.port),
            "OPTEX_SMTP_TLS": "none",
            "OPTEX_SMTP_USER": "optex",
            "OPTEX_SMTP_PASSWORD": SMTP,
            "OPTEX_OPS_MAIL": OPS,
            "OPTEX_OPS_WEBHOOK": f"{bell.url}/{WEBHOOK}",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
        }
        house = House([folder], root / "serve.log", settings)
        before = os.umask(0)
        try:
            prefect = house.start()
            looker = Looker(house)

            def done():
                looker.look()
                return [run for run in prefect.alarms("planted", "close") if run.state_name == "Completed"]

            until("the close", done)
            price = prefect.start("set-price", offer="planted", on=trading_day(), close="1.27", by="Ruth Counsel")

            def ended():
                looker.look()
                return prefect.client.read_flow_run(price.id).state.is_final()

            until("the end of an act", ended)
            assert post.of("planted.1@alpha.example")
            yield root, house, prefect, looker, url
        finally:
            os.umask(before)
            house.end()
            post.close()
            bell.close()


def trading_day():
    """The last day before today on which there was a closing price."""
    return str(next(day for n in range(1, 9) if CALENDAR.is_trading_day(day := today() - timedelta(days=n))))


def test_nothing_listens_beyond_this_machine(served):
    """The server does, on loopback; of everything else nothing does anywhere else."""
    _, _, _, looker, _ = served
    assert ("127.0.0.1", "server") in looker.listening
    assert {"127.0.0.1"} == {address for address, _ in looker.listening}


def test_no_secret_is_on_a_command_line(served):
    """Where every user of the machine reads it."""
    _, _, prefect, looker, _ = served
    commands = [command for command, _ in looker.seen.values()]
    assert len([each for each in commands if "flows.serve.run" in each or "flow_run" in each]) >= 1
    for secret in (SMTP, DATABASE, WEBHOOK, prefect.credential):
        assert [] == [command for command in commands if secret in command]


def test_a_process_is_told_what_it_needs_and_no_more(served):
    """Prefect's server nothing of the books and the mail; the worker and its runs nothing of the server's books."""
    _, _, prefect, looker, _ = served
    [server], [worker] = looker.of("flows.serve.server"), looker.of("worker start")
    assert [] == [secret for secret in (SMTP, DATABASE, WEBHOOK) if any(secret in value for value in server.values())]
    assert {ORPHAN_MARK} == {name for name in server if name.startswith("OPTEX_")}
    assert prefect.credential == server["PREFECT_SERVER_API_AUTH_STRING"] == worker["PREFECT_API_AUTH_STRING"]
    assert [] == [name for name in worker if name.startswith(("PREFECT_SERVER_API_AUTH", "PREFECT_SERVER_DATABASE"))]


def test_no_secret_is_in_a_file(served):
    """Logs, what `serve` said, and all that Prefect keeps: runs with parameters, their logs, artifacts, blocks."""
    root, house, prefect, _, _ = served
    files = [path for path in root.rglob("*") if path.is_file() and path.name != NAME]
    assert {"serve.log", "server.log", "worker.log", "prefect.db"} <= {path.name for path in files}
    shown = base64.b64encode(prefect.credential.encode()).decode()
    for secret in (SMTP, DATABASE, WEBHOOK, prefect.credential, prefect.credential.partition(":")[2], shown):
        assert [] == [str(path) for path in files if secret.encode() in path.read_bytes()]
    assert f"(the link that opens it: optex link {root / 'planted'})" in house.said


def test_no_secret_is_in_the_books(served):
    """Every table whole."""
    *_, prefect, _, url = served
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        rows = [row for each in tables for row in connection.execute(text(f'SELECT t::text FROM "{each}" t')).scalars()]
    engine.dispose()
    assert any("set-price" in row or "price-set" in row for row in rows)
    for secret in (SMTP, DATABASE, WEBHOOK, prefect.credential):
        assert [] == [row for row in rows if secret in row]


def test_what_is_kept_is_for_this_user_alone(served):
    """Whatever the umask: directories 0700, files 0600, Prefect's own among them."""
    root, *_ = served
    kept = root / "planted" / ".optex"
    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in (kept, *kept.rglob("*"))}
    assert {} == {path: oct(mode) for path, mode in found.items() if mode != (0o700 if path.is_dir() else 0o600)}


def test_the_link_is_for_whoever_may_read_the_key(served):
    """Another shell of the same user gets it; without the file nobody does, and nothing else works either."""
    root, house, prefect, *_ = served
    folder = root / "planted"
    assert f"{prefect.link}\n" == tell(house, "link", folder).stdout
    key = folder / ".optex" / NAME
    hidden = key.rename(key.with_name("hidden"))
    try:
        link, schedule = tell(house, "link", folder), tell(house, "schedule", folder)
        assert (1, f"{key} cannot be read: it is for whoever started optex serve\n") == (link.returncode, link.stderr)
        assert (1, True) == (schedule.returncode, "401" in schedule.stderr)
    finally:
        hidden.rename(key)
    assert "added 0, moved 0, cancelled 0\n" == tell(house, "schedule", folder).stdout
