"""The settings come from OPTEX_* and .env, are checked, and never show a secret."""

import os
from pathlib import Path

import pytest

from infra.settings import is_loopback, load_settings
from optex.errors import OptexError


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    """No variable of the machine, and no .env but the test's own."""
    for name in os.environ:
        if name.startswith("OPTEX_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_variable_nothing_leaves_the_machine():
    """No mail server, no database of its own, no offers."""
    settings = load_settings()
    assert ("", "", "", ()) == (settings.smtp_host, settings.database_url, settings.ops_webhook, settings.offers)
    assert ("starttls", 587) == (settings.smtp_tls, settings.smtp_port)


def test_the_environment_leads_and_the_env_file_fills_in(monkeypatch, tmp_path):
    """A variable of the environment goes before the same one in .env; an empty one counts as unset."""
    (tmp_path / ".env").write_text("OPTEX_SMTP_HOST=file.example.com\nOPTEX_MAIL_FROM=options@example.com\nOTHER=1\n")
    monkeypatch.setenv("OPTEX_SMTP_HOST", "env.example.com")
    monkeypatch.setenv("OPTEX_SMTP_PORT", "")
    settings = load_settings()
    assert ("env.example.com", "options@example.com", 587) == (
        settings.smtp_host, settings.mail_from, settings.smtp_port,
    )  # fmt: skip


def test_the_port_follows_from_how_the_connection_is_secured(monkeypatch):
    """Unless it is given."""
    monkeypatch.setenv("OPTEX_SMTP_TLS", "tls")
    assert 465 == load_settings().smtp_port
    monkeypatch.setenv("OPTEX_SMTP_PORT", "2465")
    assert 2465 == load_settings().smtp_port


def test_several_offers_are_separated_as_paths_are(monkeypatch):
    """By the separator of the operating system."""
    monkeypatch.setenv("OPTEX_OFFERS", os.pathsep.join(["/srv/alpha", "/srv/beta"]))
    assert (Path("/srv/alpha"), Path("/srv/beta")) == load_settings().offers


def test_offers_may_be_a_list_in_json(monkeypatch):
    """So that a path may hold the separator too; what is no such list is told by the variable."""
    monkeypatch.setenv("OPTEX_OFFERS", '["/srv/al:pha", "/srv/beta"]')
    assert (Path("/srv/al:pha"), Path("/srv/beta")) == load_settings().offers
    monkeypatch.setenv("OPTEX_OFFERS", '["/srv/alpha"')
    with pytest.raises(OptexError, match="OPTEX_OFFERS: "):
        load_settings()


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("mail.example.com", False),
        ("0.0.0.0", False),
    ],
)
def test_letters_go_in_the_clear_to_this_machine_only(monkeypatch, host, here):
    """SMTP_TLS=none is refused for any other host."""
    monkeypatch.setenv("OPTEX_SMTP_HOST", host)
    monkeypatch.setenv("OPTEX_SMTP_TLS", "none")
    assert here == is_loopback(host)
    if here:
        assert 25 == load_settings().smtp_port
    else:
        with pytest.raises(OptexError, match="for loopback only"):
            load_settings()


def test_no_secret_is_ever_shown(monkeypatch):
    """Neither the settings as shown nor a complaint about them holds a password or a token."""
    monkeypatch.setenv("OPTEX_SMTP_PASSWORD", "hush-1")
    monkeypatch.setenv("OPTEX_DATABASE_URL", "postgresql://optex:hush-2@db/optex")
    monkeypatch.setenv("OPTEX_OPS_WEBHOOK", "https://hooks.example.com/hush-3")
    settings = load_settings()
    assert "hush" not in repr(settings) + str(settings)
    assert "hush-1" == settings.smtp_password.get_secret_value()
    monkeypatch.setenv("OPTEX_SMTP_HOST", "mail.example.com")
    monkeypatch.setenv("OPTEX_SMTP_TLS", "none")
    with pytest.raises(OptexError) as caught:
        load_settings()
    assert "hush" not in str(caught.value)


def test_a_variable_that_cannot_be_taken_is_named(monkeypatch):
    """Each by its name, and no other for it."""
    monkeypatch.setenv("OPTEX_SMTP_TLS", "maybe")
    with pytest.raises(OptexError, match=r"^OPTEX_SMTP_TLS: Input should be 'starttls', 'tls' or 'none'$"):
        load_settings()
