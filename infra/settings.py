"""What the machine is told by the environment: `OPTEX_*`, also from `.env`. Secrets are never printed."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, StringConstraints, ValidationError, model_validator
from pydantic_core import from_json
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from optex.errors import OptexError
from optex.visible import shortened

PREFIX, ENV_FILE = "OPTEX_", ".env"
# By how the connection is secured: submission, submission over TLS, and the old port of a server on this machine.
_PORTS = {"starttls": 587, "tls": 465, "none": 25}

Header = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\r\n]*$")]

# The type of work pools whose runs are processes beside their worker.
PROCESS = "process"

# Inside the folder of an offer, or of a play: what is kept of it, its database, and in a play the name of its offer.
KEPT = Path(".optex")
DATABASE = KEPT / "optex.db"
PLAYED = KEPT / "offer"


def _folders(value: Any) -> Any:
    """Paths in a row as shells have it, or a list in JSON, in which a path may hold whatever separates the others."""
    if isinstance(value, str) and value.startswith("["):
        return from_json(value)
    return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value


class Settings(BaseSettings):
    """The settings by their names without the prefix; what may hold a secret is left out when they are shown."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: str = Field(default="", repr=False)
    """The database of all offers, `postgresql://USER:PASSWORD@HOST/NAME`; unset, SQLite in each offer's folder."""
    smtp_host: Header = ""
    """The mail server; unset, nothing leaves the machine and messages are kept as files."""
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    """How the way to the mail server is secured; `none` is for this machine itself only."""
    smtp_port: int = Field(default_factory=lambda data: _PORTS[data["smtp_tls"]], gt=0, lt=65536)
    """Its port; unset, 587 for `starttls`, 465 for `tls`, 25 for `none`."""
    smtp_user: str = ""
    """The user to log in as; unset, nobody logs in."""
    smtp_password: SecretStr = SecretStr("")
    """The password of that user."""
    smtp_connections: int = Field(default=20, ge=1, le=100)
    """How many connections to it at most: as many are opened as its slowness asks for, and no more than it takes."""
    mail_from: Header = ""
    """The sender of the letters; unset, the contact of the offer."""
    ops_mail: Header = ""
    """Who gets the alerts by mail; unset, nobody."""
    ops_webhook: str = Field(default="", repr=False)
    """An address to which alerts are posted; it may hold a secret."""
    work_pool_type: Header = ""
    """The type of Prefect's work pool, as `docker` or `kubernetes`; unset, `process`. `serve` runs processes only."""
    offers: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_folders)] = ()
    """The folders of the offers that the workers of an installation look after, separated as in PATH."""

    @model_validator(mode="after")
    def _plain_smtp_stays_at_home(self) -> "Settings":
        if self.smtp_tls == "none" and self.smtp_host and not is_loopback(self.smtp_host):
            host = shortened(self.smtp_host, 100)
            raise ValueError(
                f"{PREFIX}SMTP_TLS=none would send letters in the clear to {host}; it is for loopback only"
            )
        return self


def may_be_taken_in(folder: Path) -> bool:
    """Whether there is a database that may hold the offer of a folder: its own, or the one of the settings."""
    return (folder / DATABASE).exists() or bool(load_settings().database_url)


def load_settings() -> Settings:
    """The settings of this process; OptexError names each variable that cannot be taken, never its value."""
    try:
        return Settings()
    except UnicodeDecodeError as error:
        raise OptexError(f".env: not UTF-8: {error.reason} at byte {error.start}") from error
    except ValidationError as error:
        faults = []
        for found in error.errors(include_url=False, include_input=False):
            if found["type"] == "default_factory_not_called":  # the port follows from a faulty SMTP_TLS
                continue
            name = PREFIX + str(found["loc"][0]).upper() + ": " if found["loc"] else ""
            faults.append(name + found["msg"].removeprefix("Value error, "))
        raise OptexError("\n".join(faults)) from None


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself; no name but `localhost` is looked up."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"
