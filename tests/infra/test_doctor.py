"""Each check of the doctor: what is as it should be, what is only advised, and what would stop the offer."""

import os
import shutil
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import make_url, text

from infra.database.engine import HEAD, connect, sqlite_url
from infra.doctor.books import check_books
from infra.doctor.clock import check_clock
from infra.doctor.finding import Level, can_go_on
from infra.doctor.machine import check_packages, check_python
from infra.doctor.mail import check_alerts, check_mail
from infra.doctor.places import check_files, check_modes, check_space, check_templates, check_writable
from infra.handlers.intake import load_folder
from infra.mail.smtp import SmtpSettings
from infra.workspace import Workspace

AT = datetime(2003, 3, 3, 14, tzinfo=UTC)
OK, ADVICE, STOP = Level.OK, Level.ADVICE, Level.STOP


def workspace(url="sqlite:///nowhere.db", **settings):
    return Workspace(offer="alpha-2003", database_url=url, mail_dir=Path("mail"), **settings)


def levels(findings):
    return [(each.check, each.level) for each in findings]


def test_an_old_python_stops_the_offer():
    """3.10 does; 3.11 and later do not."""
    assert (STOP, OK, OK) == tuple(check_python(found).level for found in ((3, 10, 14), (3, 11, 0), (3, 13, 1)))
    assert "optex needs Python 3.11 or later" in str(check_python((3, 10, 14)))


def test_packages_are_compared_with_those_of_the_lock(tmp_path):
    """Another version than the one tested is named with how to have that one; a lock may pin one for each Python."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "click[all]==1.0 ; python_full_version < '3.12'\nrich==1.0 ; python_full_version < '3.12'\nrich==2.0\n"
    )
    found = check_packages(lock)
    assert ADVICE == found.level
    assert "(tested: 1.0)" in found.said
    assert "(tested: 1.0 or 2.0)" in found.said
    assert {"click==1.0", "rich"} == set(found.do.split()) - {"python", "-m", "pip", "install"}


def test_a_package_that_is_missing_stops_the_offer(tmp_path, monkeypatch):
    """One that is needed here; one for an extra or for another system is not missed."""
    metadata = tmp_path / "optex-0.1.0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    needs = ["click", "no-such-package>=2", "no-such-extra; extra == 'production'", "nowhere; sys_platform == 'win32'"]
    lines = ["Metadata-Version: 2.1", "Name: optex", "Version: 0.1.0", *(f"Requires-Dist: {each}" for each in needs)]
    metadata.write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    lock = tmp_path / "requirements.lock"
    lock.write_text("no-such-package==2.5\n")
    assert "stop    packages  not installed: no-such-package: python -m pip install no-such-package==2.5" == str(
        check_packages(lock)
    )


def test_the_folder_is_read(folder):
    """What the files say is for `optex check`; here it counts whether they can be taken in."""
    assert OK == check_files(folder.path).level
    (folder / "grants.csv").unlink()
    assert f"stop    files     1 fault in {folder.path}: optex check {folder.path}" == str(check_files(folder.path))


def test_templates_are_read(folder):
    """The first fault is named by file and line; an offer without any has the letters of optex."""
    assert OK == check_templates(None).level
    templates = folder / "templates"
    templates.mkdir()
    (templates / "reminder.j2").write_text("{% if x %}\n{{ y }\n")
    found = check_templates(templates)
    assert (STOP, True) == (found.level, "templates/reminder.j2:" in found.said)
    (templates / "reminder.j2").write_text("{{ y }}\n")
    assert "ok      templates 1 letter of its own can be read" == str(check_templates(templates))


def test_the_folder_is_written_to_where_something_is_kept_in_it(folder):
    """Books in a file and letters without a server are; with a database and a server elsewhere nothing is."""
    here = workspace(sqlite_url(folder.path.resolve() / ".optex" / "optex.db"))
    elsewhere = workspace("postgresql://u@h/d", smtp=SmtpSettings(host="localhost", port=25))
    assert (OK, OK) == (check_writable(folder.path, here).level, check_writable(folder.path, elsewhere).level)
    user = os.getuid()
    folder.path.chmod(0o500)
    if user == 0:  # who may write anywhere: it is the real user who is asked about
        os.setreuid(65534, -1)
    try:
        assert (STOP, OK) == (check_writable(folder.path, here).level, check_writable(folder.path, elsewhere).level)
    finally:
        if user == 0:
            os.setreuid(user, -1)
        folder.path.chmod(0o700)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no file system without room to be found")
def test_a_full_disk_stops_the_offer(folder):
    """Nothing is free on /proc, whatever the machine."""
    assert shutil.disk_usage("/proc").free == 0
    assert "stop    disk      0 MB free: make room for 1,000 MB" == str(check_space(Path("/proc"), workspace()))


@pytest.mark.skipif(os.name == "nt", reason="no such modes")
def test_secrets_and_books_are_for_this_user_only(folder, tmp_path_factory, monkeypatch):
    """`.env` where optex is started, and `.optex`; one beside the offer that is not read is told."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert [OK] == [each.level for each in check_modes(folder.path)]
    for place in (Path(".env"), folder / ".env"):
        place.write_text("OPTEX_SMTP_PASSWORD=s3cret\n")
        place.chmod(0o640)
    (folder / ".optex").mkdir(mode=0o755)
    found = check_modes(folder.path)
    assert {ADVICE} == {each.level for each in found}
    assert [
        f"start optex in {folder.path}, or move the file",
        f"chmod 600 {Path('.env').absolute()}",
        f"chmod 600 {folder / '.env'}",
        f"chmod -R go= {folder / '.optex'}, as optex serve does when it starts",
    ] == [each.do for each in found]
    assert not any("s3cret" in str(each) for each in found)


def test_a_database_that_is_empty_or_new_is_left_as_it_is(database_url):
    """Neither a file nor a table is made; it is said that the next start will."""
    file = make_url(database_url).database
    found = check_books(workspace(database_url))
    if database_url.startswith("sqlite"):
        assert [("database", ADVICE)] == levels(found.findings)
        assert not Path(file).parent.exists()
    else:
        assert [("database", OK), ("schema", ADVICE)] == levels(found.findings)
        assert [] == tables(database_url)
    assert can_go_on(found.findings)


def tables(url):
    engine = connect(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    engine.dispose()
    return list(found)


def test_books_are_looked_at_and_nothing_is_left_behind(engine, folder):
    """The newest schema, with the offer on record; another offer is not. The last entry is of a moment ago."""
    load_folder(engine, folder.read(), AT)
    engine.dispose()
    url = engine.url.render_as_string(hide_password=False)
    books = Path(engine.url.database).parent if engine.dialect.name == "sqlite" else folder.path
    before = sorted(books.iterdir())
    found = check_books(workspace(url))
    assert [("database", OK), ("schema", OK), ("offer", OK)] == levels(found.findings)
    assert found.record == pytest.approx((AT - datetime.now(UTC)).total_seconds(), abs=60)
    assert (found.clock is None) == (engine.dialect.name == "sqlite")
    other = Workspace(offer="beta", database_url=url, mail_dir=Path("mail"))
    assert [("database", OK), ("schema", OK), ("offer", ADVICE)] == levels(check_books(other).findings)
    assert before == sorted(books.iterdir())


def test_books_are_looked_at_while_others_write(engine, folder):
    """What a writer has not committed keeps nobody waiting."""
    load_folder(engine, folder.read(), AT)
    with engine.begin() as writing:
        writing.execute(text("UPDATE offers SET digest = 'x'"))
        found = check_books(workspace(engine.url.render_as_string(hide_password=False)))
        assert [("database", OK), ("schema", OK), ("offer", OK)] == levels(found.findings)


def test_a_schema_of_another_version(engine):
    """One of a newer optex stops the offer: it must not be written into."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    found = check_books(workspace(engine.url.render_as_string(hide_password=False)))
    assert [("database", OK), ("schema", STOP)] == levels(found.findings)
    assert "install the newest optex" == found.findings[1].do


def test_an_older_schema_is_not_brought_up_to_date(old_url):
    """It is advised to back up before the next start does it; looked at twice it is as old as before."""
    for _ in range(2):
        found = check_books(workspace(old_url))
        assert [("database", OK), ("schema", ADVICE)] == levels(found.findings)
        assert f"back up, then the next optex serve brings it to {HEAD}" == found.findings[1].do


def test_a_database_that_cannot_be_had_stops_the_offer(tmp_path):
    """Out of reach, silent, no database at all, or no URL: told without a password."""
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"no database " * 1000)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        secret = f"postgresql://optex:s3cret@127.0.0.1:{port}/optex?connect_timeout=2"
        for url in (secret, secret.replace(str(port), "1"), sqlite_url(garbage), "postgresql:s3cret"):
            found = check_books(workspace(url)).findings
            assert [("database", STOP)] == levels(found)
            assert "s3cret" not in str(found[0])


def test_a_database_of_a_program_that_is_not_there_stops_the_offer():
    """Only SQLite and PostgreSQL have their driver here."""
    found = check_books(workspace("mysql://optex:s3cret@h/d")).findings
    assert ([("database", STOP)], False) == (levels(found), "s3cret" in str(found[0]))


def test_the_clocks_are_compared():
    """Up to 5 seconds is nothing; more is advised against, more than a minute stops the offer."""
    assert [OK, OK, ADVICE, STOP, STOP] == [
        check_clock({"the database's clock": by, "Prefect's clock": 0.2}, None).level for by in (0, -5, 6, 61, -3600)
    ]
    assert "30 seconds ahead of the database's clock" in check_clock({"the database's clock": -30.0}, None).said
    assert (OK, OK) == (check_clock({}, None).level, check_clock({}, -300.0).level)


def test_a_clock_that_is_behind_the_record_stops_the_offer():
    """Something is on record that was recorded two hours from now."""
    found = check_clock({}, 7200.0)
    assert (STOP, True) == (found.level, "7,200 seconds before the last entry on record" in found.said)


class Server:
    """A mail server that takes letters, and notes that it was given one."""

    taken = 0

    async def handle_DATA(self, server, session, envelope):
        self.taken += 1
        return "250 OK"


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory):
    """A server on `localhost` that wants STARTTLS and knows one user: what was taken, its port, its certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    now = datetime.now(UTC)
    signed = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    signed = signed.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = signed.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    signed = signed.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    file.write_bytes(private + signed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)

    def known(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"s3cret", handled=False)

    server = Server()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(
        server, hostname="127.0.0.1", port=port, tls_context=context, authenticator=known, auth_required=True
    )
    controller.start()
    yield server, port, file
    controller.stop()


def mail(port, **settings):
    smtp = SmtpSettings(host="localhost", port=port, **settings)
    return check_mail(workspace(smtp=smtp), patience=1.0)


def test_the_mail_server_is_greeted_as_for_a_letter(encrypted, monkeypatch):
    """Encrypted and logged in, and nothing is sent; a wrong password or an unknown certificate stops the offer."""
    server, port, certificate = encrypted
    assert STOP == mail(port, user="optex", password="s3cret").level
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert (
        f"ok      mail      localhost:{port} takes letters, encrypted by STARTTLS, logged in as optex; nothing was sent"
        == str(mail(port, user="optex", password="s3cret"))
    )
    wrong = mail(port, user="optex", password="guess-w0rk")
    assert (STOP, "correct the OPTEX_SMTP_* settings") == (wrong.level, wrong.do)
    assert "guess-w0rk" not in str(wrong)
    assert 0 == server.taken


def test_a_mail_server_that_does_not_answer_stops_the_offer():
    """Nobody there, or somebody who says nothing: neither is waited for."""
    assert STOP == mail(1, tls="none").level
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert STOP == mail(silent.getsockname()[1], tls="none").level


def test_mail_that_stays_at_home_is_only_advised_against():
    """A rehearsal needs no server, and nobody to be alerted."""
    assert (ADVICE, ADVICE) == (check_mail(workspace()).level, check_alerts(workspace()).level)
    assert OK == check_alerts(workspace(ops_mail="ops@alpha.example")).level
