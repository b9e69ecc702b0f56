"""A thousand registrations of one customer at one moment, through the running web process (L4)."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import Accord, database, scope
from app.commands.serve import web_command
from app.models import Opportunity, Partner, Registration, RegistrationState, Role, SignIn
from config import Settings
from tests import factories
from tests.conftest import INSTANCE, SECRET

REGISTRATIONS, PARTNERS, PEOPLE = 1000, 5, 4
TOKEN = "0123456789012345678901234567890123456789"
SENTENCE = re.compile(r"This customer is protected (for you already, )?until \d+ \w+ \d{4}\.")


@dataclass(frozen=True)
class Sender:
    """A deal, and the cookie of somebody who may register it."""

    deal_id: int
    cookie: str


def told(app: Accord) -> list[Sender]:
    """Five partners with four people each, signed in, and a thousand deals at one customer."""
    with scope.every_partner(), database.new_session() as books:
        reseller = factories.partner_type(books, "Reseller")
        senders = []
        for number in range(PARTNERS):
            partner = factories.partner(books, f"P{number}", f"Partner {number}", reseller)
            people = factories.people(
                books,
                *((f"p{number}{one} Seller", Role.OPERATIONS_AGENT, partner) for one in range(PEOPLE)),
            )
            cookies = [cookie(app, SignIn.begin(books, one, address="::1", agent="tests")) for one in people]
            ids = deals(books, partner)
            senders += [Sender(deal, cookies[place % PEOPLE]) for place, deal in enumerate(ids)]
        books.commit()
    return senders


def deals(books: Session, partner: Partner) -> list[int]:
    made = text(
        "insert into opportunity (partner_id, name, customer, website, country, stage_id, amount, currency, created_on)"
        " select :partner, 'Deal ' || n, 'Ackerloh ' || (array['GmbH','AG','Ltd'])[1 + n % 3], 'ackerloh.example', 'DE',"
        " :stage, 100, 'EUR', current_date from generate_series(1, :count) n returning id"
    )
    values = {
        "partner": partner.id,
        "stage": factories.stage(books, "Qualify").id,
        "count": REGISTRATIONS // PARTNERS,
    }
    return list(books.scalars(made, values))


def cookie(app: Accord, secret: str) -> str:
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return str(signer.dumps({"_user_id": secret, "_fresh": True, "csrf_token": TOKEN}))


@contextmanager
def running(settings: Settings) -> Iterator[int]:
    """The web as production runs it, two processes of it, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "ACCORD_ENV": "testing",
        "DATABASE_URL": str(settings.database_url),
        "MIGRATION_DATABASE_URL": str(settings.migration_database_url),
        "INSTANCE": str(INSTANCE),
        "SECRET_KEY": SECRET,
        "LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen(web_command(port, 2), env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                    break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


async def all_at_once(port: int, senders: list[Sender], token: str) -> list[tuple[int, str]]:
    """Open every connection, then let all send at once; return each answer's status and cookie."""
    ready, barrier = asyncio.Semaphore(100), asyncio.Event()
    waiting = 0

    async def send(one: Sender) -> tuple[int, str]:
        nonlocal waiting
        async with ready:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        waiting += 1
        if waiting == len(senders):
            barrier.set()
        await barrier.wait()
        body = f"csrf_token={quote(token)}"
        writer.write(
            f"POST /opportunities/{one.deal_id}/registration HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: accord={one.cookie}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
        )
        answer = (await reader.read()).decode()
        writer.close()
        kept = re.search(r"Set-Cookie: accord=([^;]+)", answer)
        return int(answer.split(" ", 2)[1]), kept[1] if kept else ""

    return list(await asyncio.gather(*(send(one) for one in senders)))


@pytest.fixture
def many_files() -> Iterator[None]:
    """A thousand connections are a thousand files, here and in the web process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_of_a_thousand_at_once_one_wins_and_the_others_are_told(
    fresh_app: Accord, fresh_database: Settings
) -> None:
    """L4"""
    senders = told(fresh_app)
    token = str(URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(TOKEN))
    with (
        running(fresh_database) as port,
        ThreadPoolExecutor(1) as thread,
    ):  # a browser test before this one may have left a loop in this thread
        answers = thread.submit(asyncio.run, all_at_once(port, senders, token)).result()
    signer = SecureCookieSessionInterface().get_signing_serializer(fresh_app)
    assert signer is not None
    flashed = [signer.loads(kept).get("_flashes", []) if kept else [] for _, kept in answers]
    refused = [
        one for one in flashed if any(kind == "refusal" and SENTENCE.fullmatch(said) for kind, said in one)
    ]
    with scope.every_partner(), database.new_session() as books:
        winners = books.scalars(select(Registration)).all()
        customers = books.scalar(text("select count(*) from customer"))
        attached = books.scalars(select(Opportunity.id).where(Opportunity.customer_id.is_not(None))).all()

    assert Counter(status for status, _ in answers) == {303: REGISTRATIONS}
    assert len(refused) == REGISTRATIONS - 1
    assert [one.state for one in winners] == [RegistrationState.PROTECTED]
    assert (customers, attached) == (1, [winners[0].opportunity_id])
