"""Work with the funds of the data set: postings to distinct funds, and the proof of the whole ledger."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app import database, scope
from app.models import EntryKind, Fund
from app.models.funds.findings import Weight
from app.models.funds.verifying import verify
from bench.stage import Stage

POSTERS = 2 * (os.cpu_count() or 1)
POSTINGS = 1_000
"""Of each poster, each committed by itself."""


@dataclass(frozen=True)
class Proved:
    """How long a proof took, in seconds, and how much it read."""

    entries: int
    seconds: float
    of_the_ledger: float
    """Without the deals, which are compared one by one with what is due."""
    wrong: int


def prove(stage: Stage) -> Proved:
    """Prove the whole ledger of the data set."""
    engine = create_engine(database.driver_url(str(stage.settings.database_url)))
    began = time.perf_counter()
    reached: dict[str, float] = {}

    def tell(doing: str, _done: int, _parts: int) -> None:
        reached[doing] = time.perf_counter()

    with scope.every_partner(), Session(engine) as session:
        wrong = sum(one.weight is Weight.WRONG for one in verify(session, tell=tell))
        ended = time.perf_counter()
        entries = session.connection().exec_driver_sql("select count(*) from fund_entry").scalar_one()
    engine.dispose()
    steps = [*reached.values(), ended]
    deals = list(reached).index("Comparing credits with deals")
    took = ended - began
    return Proved(entries, took, took - (steps[deals + 1] - steps[deals]), wrong)


def postings_a_second(stage: Stage) -> float:
    """Post to distinct funds, one transaction per entry, by several processes at once."""
    with stage.owner() as connection:
        found = connection.execute("select id from fund order by id limit %s", (POSTERS * 10,)).fetchall()
    numbers = [number for (number,) in found]
    address, run = str(stage.settings.database_url), time.time_ns()
    with ProcessPoolExecutor(POSTERS, mp_context=get_context("spawn")) as posters:
        work = [
            posters.submit(post, address, numbers[place::POSTERS], f"posted/{run}/{place}")
            for place in range(POSTERS)
        ]
        times = [one.result() for one in work]
    return POSTERS * POSTINGS / (max(end for _, end in times) - min(begin for begin, _ in times))


def post(address: str, fund_ids: list[int], cause: str) -> tuple[float, float]:
    """Post by `Fund.post` as the vendor's staff would; return when it began and ended, warm."""
    engine = create_engine(database.driver_url(address))
    staff = scope.Scope(scope.Role.STAFF)
    with scope.opened(staff), Session(engine, expire_on_commit=False) as session:
        funds = [session.get_one(Fund, number) for number in fund_ids]
        session.commit()

        def credit(fund: Fund, number: int | str) -> None:
            fund.post(EntryKind.CREDIT, 100, cause=f"{cause}/{number}", by=None, meant_on=fund.starts_on)
            session.commit()

        for fund in funds:
            credit(fund, f"warm/{fund.id}")
        began = time.time()
        for number in range(POSTINGS):
            credit(funds[number % len(funds)], number)
        ended = time.time()
    engine.dispose()
    return began, ended
