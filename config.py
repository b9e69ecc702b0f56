"""The settings, read from the environment here and nowhere else; a wrong one stops the start."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent


class WrongSetting(Exception):
    """A setting that cannot be used, said in a sentence that names it."""


class Environment(StrEnum):
    """Where the program runs."""

    DEVELOPMENT = "development"
    TESTING = "testing"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Settings:
    """What the program is told from outside; `database_url` None means the embedded server."""

    environment: Environment = Environment.DEVELOPMENT
    database_url: str | None = None
    migration_database_url: str | None = None
    direct_database_url: str | None = None
    secret_key: str = field(default="", repr=False)
    mail_url: str | None = None
    mail_from: str = "accord@localhost"
    base_url: str = "http://127.0.0.1:8000"
    instance: Path = HERE / "instance"
    uploads: Path = HERE / "instance" / "uploads"
    proxies: int = 0
    log_level: str = "INFO"

    @property
    def is_production(self) -> bool:
        """Say whether real people's data is at stake."""
        return self.environment is Environment.PRODUCTION

    def on(self, database_url: str) -> Settings:
        """Return the same settings on another database."""
        return replace(self, database_url=database_url)


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises WrongSetting with a sentence for the administrator."""
    given = os.environ if environ is None else environ
    environment = _environment(given.get("ACCORD_ENV", "development"))
    instance = Path(given.get("INSTANCE") or HERE / "instance").resolve()
    return Settings(
        environment=environment,
        database_url=_database(given, "DATABASE_URL"),
        migration_database_url=_database(given, "MIGRATION_DATABASE_URL"),
        direct_database_url=_database(given, "DIRECT_DATABASE_URL"),
        secret_key=_secret(given.get("SECRET_KEY", ""), environment, instance),
        mail_url=_address(given, "MAIL_URL", {"smtp", "smtps"}),
        mail_from=given.get("MAIL_FROM", "accord@localhost"),
        base_url=(_address(given, "BASE_URL", {"http", "https"}) or "http://127.0.0.1:8000").rstrip("/"),
        instance=instance,
        uploads=Path(given.get("UPLOADS") or instance / "uploads").resolve(),
        proxies=_count(given, "PROXIES"),
        log_level=_level(given.get("LOG_LEVEL", "INFO")),
    )


def _environment(text: str) -> Environment:
    try:
        return Environment(text)
    except ValueError:
        known = ", ".join(Environment)
        raise WrongSetting(f"ACCORD_ENV is {text!r}; it may be {known}.") from None


def _database(given: Mapping[str, str], name: str) -> str | None:
    text = given.get(name) or None
    if text is None:
        return None
    if text.partition("://")[0] not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise WrongSetting(f"{name} must begin with postgresql://, since Accord runs on PostgreSQL only.")
    return text


def _address(given: Mapping[str, str], name: str, schemes: set[str]) -> str | None:
    text = given.get(name) or None
    if text is not None and (urlsplit(text).scheme not in schemes or not urlsplit(text).hostname):
        raise WrongSetting(f"{name} must look like {min(schemes)}://host.")
    return text


def _secret(text: str, environment: Environment, instance: Path) -> str:
    if text:
        if environment is Environment.PRODUCTION and len(text) < 32:  # noqa: PLR2004 - 256 bits written as text
            raise WrongSetting("SECRET_KEY is too short: use at least 32 random characters.")
        return text
    if environment is Environment.PRODUCTION:
        raise WrongSetting("SECRET_KEY is not set; outside development it is required.")
    return _kept_secret(instance / "secret")


def _kept_secret(path: Path) -> str:
    """Return development's own secret, made once, so that sessions outlive a restart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")


def _count(given: Mapping[str, str], name: str) -> int:
    text = given.get(name) or "0"
    if not (text.isascii() and text.isdigit()):
        raise WrongSetting(f"{name} is {text!r}; it must be a whole number such as 0 or 1.")
    return int(text)


def _level(text: str) -> str:
    if text.upper() not in logging.getLevelNamesMapping():
        raise WrongSetting(f"LOG_LEVEL is {text!r}; it may be DEBUG, INFO, WARNING or ERROR.")
    return text.upper()
