"""A variable that is nearly a setting is told: by it all mail would stay on this machine, in silence."""

import os
import re
from pathlib import Path

import pytest

from infra.settings import load_settings
from infra.unknown_settings import KNOWN, OTHERS, unknown_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    for name in os.environ:
        if name.startswith("OPTEX_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_a_typo_in_a_variable_is_told_with_what_was_meant(monkeypatch):
    """In its name or in the prefix; what is like no setting is told with those that there are; never a value."""
    monkeypatch.setenv("OPTEX_SMPT_HOST", "smtp.secret.example.com")
    monkeypatch.setenv("OPTX_MAIL_FROM", "options@example.com")
    monkeypatch.setenv("OPTEX_COLOUR", "blue")
    monkeypatch.setenv("SMTP_HOST", "somebody else's")
    told = unknown_settings()
    assert {
        "OPTEX_SMPT_HOST is no setting of optex, and has no effect: did you mean OPTEX_SMTP_HOST?",
        "OPTX_MAIL_FROM is no setting of optex, and has no effect: did you mean OPTEX_MAIL_FROM?",
        f"OPTEX_COLOUR is no setting of optex, and has no effect, none of {', '.join(KNOWN)}",
    } == set(told)


def test_a_key_of_the_env_file_is_told_too(tmp_path):
    """Also one that lacks the prefix; what is somebody else's is not."""
    (tmp_path / ".env").write_text("SMTP_HOST=smtp.example.com\nOPTEX_OPS_MIAL=o@example.com\nDJANGO_DEBUG=1\n")
    assert [
        ".env: SMTP_HOST is no setting of optex, and has no effect: did you mean OPTEX_SMTP_HOST?",
        ".env: OPTEX_OPS_MIAL is no setting of optex, and has no effect: did you mean OPTEX_OPS_MAIL?",
    ] == unknown_settings()


@pytest.mark.parametrize("wrote", ["<'hunter2'", ":hunter2", "hunter2", "hunter2=", "-hunter2=x"])
def test_a_secret_after_a_mistyped_sign_is_not_told(tmp_path, wrote):
    """What follows the name of a setting without `=` is not shown with it."""
    (tmp_path / ".env").write_text(f"OPTEX_SMTP_PASSWORD{wrote}\n")
    expected = ".env: OPTEX_SMTP_PASSWORD… is no setting of optex, and has no effect: did you mean OPTEX_SMTP_PASSWORD?"
    assert [expected] == unknown_settings()


def test_what_is_known_is_not_told(monkeypatch, tmp_path):
    """The settings in any case, and every variable of the files for production."""
    files = [path for path in (ROOT / "infra" / "production").iterdir() if path.is_file()]
    named = {name for path in files for name in re.findall(r"OPTEX_[A-Z_]+[A-Z]", path.read_text())}
    assert "OPTEX_SITE_NAME" in named
    assert named <= {*KNOWN, *OTHERS, "OPTEX_SMTP"}
    monkeypatch.setenv("optex_smtp_host", "smtp.example.com")
    (tmp_path / ".env").write_text("".join(f"{name}=1\n" for name in sorted(named - set(KNOWN))))
    assert [] == [told for told in unknown_settings() if "OPTEX_SMTP " not in told]
    assert "smtp.example.com" == load_settings().smtp_host
