"""`accord check` says what is not fit for real partners."""

from __future__ import annotations

from dataclasses import replace

from app.commands.check import database_amiss, settings_amiss
from app.database import owner_url
from config import Environment, Settings

FIT = Settings(
    environment=Environment.PRODUCTION,
    database_url="postgresql://accord_app@db/accord",
    migration_database_url="postgresql://accord_owner@db/accord",
    base_url="https://partners.example",
    mail_url="smtp://mail",
    proxies=1,
)


def test_settings_for_production_pass() -> None:
    assert settings_amiss(FIT) == []


def test_each_doubtful_setting_is_named() -> None:
    doubtful = {
        "ACCORD_ENV": replace(FIT, environment=Environment.DEVELOPMENT),
        "DATABASE_URL": replace(FIT, database_url=None),
        "MIGRATION_DATABASE_URL": replace(FIT, migration_database_url=None),
        "BASE_URL": replace(FIT, base_url="http://partners.example"),
        "MAIL_URL": replace(FIT, mail_url=None),
        "PROXIES": replace(FIT, proxies=0),
    }

    for name, settings in doubtful.items():
        assert [sentence.split()[0] for sentence in settings_amiss(settings)] == [name]


def test_a_database_that_fits_passes_and_the_owner_does_not(settings: Settings) -> None:
    """A6: the program must not sign in as a role that sees every row."""
    as_owner = settings.on(owner_url(settings))

    assert database_amiss(settings) == []
    assert ["accord_app" in sentence for sentence in database_amiss(as_owner)] == [True]


def test_a_database_that_does_not_answer_is_said_in_a_sentence() -> None:
    away = replace(FIT, database_url="postgresql://accord_app@127.0.0.1:1/accord")

    assert database_amiss(away)[0].startswith("The database does not answer")
