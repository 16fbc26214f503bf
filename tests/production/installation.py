"""An installation on loopback as infra/production describes it: its processes, what they are told, and a mail relay."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path
from string import Template
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import yaml
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.production.relay import Relay, certificate, free_port

SHIPPED = Path(__file__).parents[2] / "infra" / "production"
PREFECT = [sys.executable, "-m", "prefect"]
PATIENCE = 300
# Debian keeps the server's programs out of the path. The wheel that other tests use lacks pg_trgm, which Prefect needs.
POSTGRES = os.pathsep.join([os.environ["PATH"], *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"))[::-1])])
MISSING = [name for name in ("redis-server", "nginx", "openssl", "pgrep") if shutil.which(name) is None]
MISSING += ["postgresql"] if shutil.which("initdb", path=POSTGRES) is None else []
MISSING += ["prefect-redis"] if importlib.util.find_spec("prefect_redis") is None else []


class Installation:
    """PostgreSQL, Redis, a relay, two API servers behind nginx and the background services; no worker yet."""

    auth = "optex:rehearsal"

    def __init__(self, root, data):
        """Logs and homes are in `root`; `data` is an empty folder that PostgreSQL may own."""
        self.root = root
        self.running = {}
        self.ports = {name: free_port() for name in ("postgres", "redis", "proxy", "site", "api-1", "api-2")}
        self.url = f"http://127.0.0.1:{self.ports['proxy']}/api"
        self.books = f"postgresql://postgres@127.0.0.1:{self.ports['postgres']}/optex"
        self.relay = Relay(*certificate(root))
        self.told_server, self.told_worker = self._told()
        self._start_postgres(data)
        redis = ["redis-server", "--port", str(self.ports["redis"]), "--bind", "127.0.0.1", "--save", ""]
        self.start("redis", [*redis, "--requirepass", "redis-password"], {})
        self.run([*PREFECT, "server", "database", "upgrade", "-y"], self.told_server)
        for name in ("api-1", "api-2"):  # one after the other: on a new database each would register the same blocks
            serve = ["server", "start", "--no-services", "--host", "127.0.0.1", "--port", str(self.ports[name])]
            self.start(name, [*PREFECT, *serve], self.told_server)
            until(lambda port=self.ports[name]: _healthy(f"http://127.0.0.1:{port}/api/health"))
        self.start("services", [*PREFECT, "server", "services", "start"], self.told_server)
        self.start("proxy", ["nginx", "-p", str(root), "-c", str(way_in(root, self.ports)), "-g", "daemon off;"], {})
        until(lambda: _healthy(f"{self.url}/health"))

    def start_worker(self, name, limit):
        command = [*PREFECT, "worker", "start", "--pool", "optex", "--type", "process", "--name", name]
        self.start(name, [*command, "--limit", str(limit)], self.told_worker)

    def start(self, name, command, told, **how):
        with (self.root / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                env=self._environment(name, told),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
                **{"cwd": self.root, **how},
            )

    def run(self, command, told):
        """Run a command to its end; what it printed."""
        environment = self._environment("operator", told)
        done = subprocess.run(command, env=environment, cwd=self.root, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def kill(self, name):
        """As a power cut would: at once, with every run that is at work."""
        process = self.running.pop(name)
        for pid in [process.pid, *_children(process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def end(self):
        """End everything, and print the logs for whoever has to read why a test failed."""
        for name in reversed(list(self.running)):
            self.kill(name)
        self.relay.stop()
        for log in sorted(self.root.glob("*.log")):
            print(f"== {log.name}\n{log.read_text(errors='replace')[-3000:]}")

    def api(self, path, body=None, auth=auth):
        """The status and the answer of the API, through the proxy; a GET where no body is given."""
        request = Request(f"{self.url}/{path}", headers={"content-type": "application/json"})
        if body is not None:
            request.data = json.dumps(body).encode()
        if auth is not None:
            request.add_header("Authorization", f"Basic {b64encode(auth.encode()).decode()}")
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, None
        except (URLError, OSError):
            return 0, None

    def runs(self, *states, kind="flow_runs", **where):
        """The runs in one of these states."""
        return self.api(f"{kind}/filter", {kind: {"state": {"type": {"any_": states}}, **where}})[1] or []

    def _environment(self, name, told):
        home = self.root / "home" / name
        home.mkdir(parents=True, exist_ok=True)
        kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
        path = str(SHIPPED.parents[1])
        told = {key: value.replace("/home/optex", str(home)) for key, value in told.items()}
        return {**kept, "HOME": str(home), "PREFECT_HOME": str(home), "PYTHONPATH": path, **told}

    def _told(self):
        """What servers and workers are told: the shipped files, with the addresses and secrets of this installation."""
        redis = f"redis://:redis-password@127.0.0.1:{self.ports['redis']}"
        site = f"https://localhost:{self.ports['site']}"
        both = {"PREFECT_API_URL": self.url, "PREFECT_API_AUTH_STRING": self.auth, "PREFECT_UI_URL": site}
        prefect = self.books.replace("postgresql", "postgresql+asyncpg").replace("/optex", "/prefect")
        server = {
            **both,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": prefect,
            "PREFECT_SERVER_API_AUTH_STRING": self.auth,
            "PREFECT_SERVER_UI_API_URL": f"{site}/api",
            "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": site,
            "PREFECT_REDIS_MESSAGING_URL": f"{redis}/0",
            "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": f"{redis}/0",
            "PREFECT_SERVER_DOCKET_URL": f"{redis}/1",
        }
        worker = {
            **both,
            "OPTEX_DATABASE_URL": self.books,
            "OPTEX_OFFERS": "",
            "OPTEX_SMTP_HOST": "localhost",
            "OPTEX_SMTP_PORT": str(self.relay.port),
            "OPTEX_SMTP_USER": "optex",
            "OPTEX_SMTP_PASSWORD": "relay-password",
            "PREFECT_WORKER_QUERY_SECONDS": "2",
        }
        shipped_server, shipped_worker = shipped("prefect-api-1"), shipped("worker")
        assert set(server) <= set(shipped_server)
        assert set(worker) <= set(shipped_worker)
        trusted = {"SSL_CERT_FILE": str(self.root / "certificate.pem")}
        return shipped_server | server, shipped_worker | worker | trusted

    def _start_postgres(self, data):
        """Two databases of the system's own server; it refuses to run as root, so there it runs as `postgres`."""
        owner = {"user": "postgres", "group": "postgres", "cwd": "/"} if os.geteuid() == 0 else {}
        if owner:
            shutil.chown(data, "postgres", "postgres")
        initdb, server = (shutil.which(name, path=POSTGRES) for name in ("initdb", "postgres"))
        subprocess.run([initdb, "-D", data, "-A", "trust", "-U", "postgres"], check=True, capture_output=True, **owner)
        listening = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        port = str(self.ports["postgres"])
        self.start("postgres", [server, "-D", data, "-p", port, *listening, "-c", "fsync=off"], {}, **owner)
        address = self.books.replace("postgresql", "postgresql+psycopg").replace("/optex", "/postgres")
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        until(lambda: _accepts(engine))
        with engine.connect() as connection:
            for name in ("optex", "prefect"):
                connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()


def way_in(root, ports):
    """The shipped site of nginx, filled in and set into a configuration that writes nowhere but here."""
    site = Template((SHIPPED / "nginx.conf.template").read_text()).safe_substitute(
        OPTEX_SITE_NAME="localhost",
        OPTEX_SITE_LISTEN=f"127.0.0.1:{ports['site']}",
        OPTEX_CERTIFICATE=root / "certificate.pem",
        OPTEX_CERTIFICATE_KEY=root / "key.pem",
        OPTEX_INTERNAL_LISTEN=f"127.0.0.1:{ports['proxy']}",
        PREFECT_API_1=f"127.0.0.1:{ports['api-1']}",
        PREFECT_API_2=f"127.0.0.1:{ports['api-2']}",
    )
    bodies = "".join(f"{kind}_temp_path {kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = root / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""
    conf.write_text(
        f"{user}pid nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{bodies}{site}}}\n"
    )
    return conf


def shipped(service):
    """What compose.yaml tells a service, filled in from env.example; secrets are blank there."""
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", (SHIPPED / "env.example").read_text(), re.MULTILINE))
    asked = re.compile(r"\$\{([A-Z_]+)(?::\?|:-([^}]*))\}")
    told = yaml.safe_load((SHIPPED / "compose.yaml").read_text())["services"][service]["environment"]
    return {name: asked.sub(lambda found: given[found[1]] or found[2] or "", text) for name, text in told.items()}


def until(holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.5)


def _healthy(url):
    with contextlib.suppress(URLError, OSError), urlopen(url, timeout=2) as answer:
        return answer.status == 200
    return False


def _accepts(engine):
    with contextlib.suppress(OperationalError), engine.connect():
        return True
    return False


def _children(pid):
    """Every process that it started, and those that they started."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [each for child in map(int, found) for each in (child, *_children(child))]
