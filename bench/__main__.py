"""`python -m bench [--small] [--fresh] [--only WORD]`: measure, and print what is within its budget."""

import fcntl
import os
import statistics
import threading
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from app import embedded
from bench import conflicts, dataset, funds, pages, server, stage, weight, work
from bench.client import Client
from bench.pages import Visited, Who
from bench.stage import Stage

GROWS_WITHIN = 1.5
ASSESSED_WITHIN = 10.0  # seconds, for 1,000 partners and 1,000,000 facts
TIMES_THE_SUMS = 3.0
LINES_A_SECOND = 30_000
ANSWERED_WITHIN = 30.0  # milliseconds, for whether a customer is free, at 100,000 customers
POSTINGS_A_SECOND = 1_000
PROVED_WITHIN = 30.0  # seconds, for 1,000,000 entries
MEMORY = 150.0  # MB
FIRST_PAGE, LATER_PAGE = 200.0, 30.0  # kB
READERS = 4

out = Console(highlight=False, width=120 if not os.environ.get("COLUMNS") else None)


class Results:
    """The rows of the closing table."""

    def __init__(self) -> None:
        self.table = Table("what", "measured", "budget", "", box=None, header_style="bold")
        self.missed = 0

    def section(self, title: str) -> None:
        """Begin a group of rows."""
        self.table.add_section()
        self.table.add_row(f"[bold]{title}[/bold]")

    def add(self, what: str, measured: str, budget: str, *, met: bool) -> None:
        """Add a row."""
        self.missed += not met
        self.table.add_row(what, measured, budget, "met" if met else "[bold red]missed[/bold red]")

    def passed_over(self, what: str, why: str) -> None:
        """Add a row for what is not there."""
        self.table.add_row(f"[dim]{what}[/dim]", f"[dim]{why}[/dim]")


@click.command()
@click.option("--small", is_flag=True, help="A tenth of the rows: a quick look.")
@click.option("--fresh", is_flag=True, help="Make the data set anew.")
@click.option("--only", default="", help="Only pages whose name has this word; no jobs.")
def main(*, small: bool, fresh: bool, only: str) -> None:
    """Measure the pages and the jobs against their budgets."""
    folder = stage.base_settings().instance
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("Another `make bench` is under way here; let it end first.") from None
        measure(folder / "pg", small=small, fresh=fresh, only=only)


def measure(files: Path, *, small: bool, fresh: bool, only: str) -> None:
    """Measure on the server whose files are there, and print the table."""
    handle = embedded.start(files)
    results = Results()
    try:
        say = _teller()
        big = stage.prepare(handle, dataset.TENTH if small else dataset.FULL, say, fresh=fresh)
        little = big if only else stage.prepare(handle, dataset.LITTLE, say, fresh=fresh)
        work.keep_verdicts(big)
        measure_pages(big, results, only)
        if not only:
            measure_growth(big, little, results)
            measure_work(big, results)
            measure_ledger(big, results)
    finally:
        embedded.stop(files)
    out.print(results.table)
    out.print(f"{results.missed} missed" if results.missed else "Every budget is met.")


def measure_pages(big: Stage, results: Results, only: str) -> None:
    """Measure the floor, every page against it, memory under load and weight."""
    wanted = tuple(page for page in pages.PAGES if only in page.name)
    with (
        server.floor(big.environment()) as (floor_port, _),
        server.accord(big.environment()) as (port, master),
    ):
        floor = (Client(floor_port), "/")
        clients = pages.signed_in(port)
        known = pages.numbers(big)
        visited = [
            pages.visit(page, (clients[page.who], page.path.format(**known)), floor) for page in wanted
        ]
        bare = statistics.median(each.compared for each in visited if not each.why)
        results.section(
            f"Pages, {big.size.opportunities:,} opportunities; the floor takes {bare * 1000:.2f} ms"
        )
        for each in visited:
            add_page(results, each)
        if not only:
            under_load(clients, visited, big)
            memory = server.memory(master)
            results.section("Weight")
            results.add(
                "memory of a web process under load",
                f"{memory:.0f} MB",
                f"{MEMORY:.0f} MB",
                met=memory <= MEMORY,
            )
            weigh(results, port, clients)


def add_page(results: Results, each: Visited) -> None:
    """Add a page's row."""
    if each.why:
        results.passed_over(each.page.name, each.why)
    else:
        measured = f"{each.ratio:5.2f} ×   {each.seconds * 1000:6.2f} ms"
        results.add(each.page.name, measured, f"{each.page.budget:.0f} ×", met=each.ratio <= each.page.budget)


def under_load(clients: dict[Who, Client], visited: list[Visited], big: Stage) -> None:
    """Read every page that is there by several readers at once."""
    known = pages.numbers(big)
    there = [each.page for each in visited if not each.why]

    def read(who: Who) -> None:
        reader = Client(clients[who].port, cookies=dict(clients[who].cookies))
        for _ in range(10):
            for page in there:
                if page.who is who:
                    reader.get(page.path.format(**known))

    readers = [threading.Thread(target=read, args=(who,)) for who in Who for _ in range(READERS // 2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()


def weigh(results: Results, port: int, clients: dict[Who, Client]) -> None:
    """Weigh the first page anybody loads, and the pages after it."""
    first = weight.weigh(Client(port), pages.SIGN_IN)
    total = first.page + first.assets
    results.add(
        f"first page with its {first.count} assets, compressed",
        f"{total:.0f} kB",
        f"{FIRST_PAGE:.0f} kB",
        met=total <= FIRST_PAGE,
    )
    for name, who, path in (
        ("portal: main page, compressed", Who.PARTNER, "/portal"),
        ("portal: program, compressed", Who.PARTNER, "/portal/program"),
        ("vendor: opportunities, compressed", Who.STAFF, "/opportunities"),
        ("vendor: partners, compressed", Who.STAFF, "/partnership/partners"),
    ):
        page = weight.weigh(clients[who], path)
        results.add(name, f"{page.page:.1f} kB", f"{LATER_PAGE:.0f} kB", met=page.page <= LATER_PAGE)
        if who is Who.PARTNER and page.assets > FIRST_PAGE:
            results.add(f"{name}: assets", f"{page.assets:.0f} kB", f"{FIRST_PAGE:.0f} kB", met=False)


def measure_growth(big: Stage, little: Stage, results: Results) -> None:
    """Measure the same lists on a small and a large database."""
    results.section(f"The same list at {little.size.opportunities:,} and {big.size.opportunities:,} rows")
    known = {each: pages.numbers(each) for each in (little, big)}
    with server.accord(little.environment()) as (few, _), server.accord(big.environment()) as (many, _):
        clients = {little: pages.signed_in(few), big: pages.signed_in(many)}
        for page in pages.GROWING:
            there, here = (
                (clients[each][page.who], page.path.format(**known[each])) for each in (little, big)
            )
            visited = pages.visit(page, here, there)
            if visited.why:
                results.passed_over(page.name, visited.why)
            else:
                ratio = visited.ratio
                results.add(page.name, f"{ratio:5.2f} ×", f"{GROWS_WITHIN} ×", met=ratio <= GROWS_WITHIN)


def measure_work(big: Stage, results: Results) -> None:
    """Measure assessing and importing."""
    results.section("Work")
    asked = conflicts.ask(big)
    results.add(
        f"whether a customer is free, of {asked.customers:,} (95 of 100 questions)",
        f"{asked.nearly_all:.1f} ms",
        f"{ANSWERED_WITHIN:.0f} ms",
        met=asked.nearly_all <= ANSWERED_WITHIN,
    )
    assessed = work.assess(big)
    results.add(
        f"assess {assessed.partners:,} partners × 10 parameters over {assessed.facts:,} facts",
        f"{assessed.standings:.1f} s",
        f"{ASSESSED_WITHIN:.0f} s",
        met=assessed.standings <= ASSESSED_WITHIN,
    )
    ratio = assessed.standings / assessed.plain
    results.add(
        f"  against the bare sums ({assessed.plain:.1f} s)",
        f"{ratio:.2f} ×",
        f"{TIMES_THE_SUMS:.0f} ×",
        met=ratio <= TIMES_THE_SUMS,
    )
    results.add(
        "  and storing every verdict",
        f"{assessed.stored:.1f} s",
        f"{ASSESSED_WITHIN:.0f} s",
        met=assessed.stored <= ASSESSED_WITHIN,
    )
    for name, rows in (("order-lines", 60_000), ("leads", 20_000)):
        brought = work.bring_in(big, name, rows)
        budget = LINES_A_SECOND if name == "order-lines" else 0
        results.add(
            f"import of {rows:,} {name}, checked and written",
            f"{brought.checked:,.0f} a second",
            f"{budget:,}" if budget else "",
            met=brought.checked >= budget,
        )
        results.add("  and every partner of it assessed", f"{brought.assessed:,.0f} a second", "", met=True)


def measure_ledger(big: Stage, results: Results) -> None:
    """Measure posting to distinct funds and proving the ledger."""
    results.section("Ledger")
    posted = funds.postings_a_second(big)
    results.add(
        f"postings on distinct funds, {funds.POSTERS} at once, each committed",
        f"{posted:,.0f} a second",
        f"{POSTINGS_A_SECOND:,}",
        met=posted >= POSTINGS_A_SECOND,
    )
    proved = funds.prove(big)
    results.add(
        f"prove {proved.entries:,} entries" + (f", {proved.wrong} do not fit" if proved.wrong else ""),
        f"{proved.of_the_ledger:.1f} s",
        f"{PROVED_WITHIN:.0f} s",
        met=proved.of_the_ledger <= PROVED_WITHIN and not proved.wrong,
    )
    results.add("  and compare every won deal with what is due", f"{proved.seconds:.1f} s", "", met=True)


def _teller() -> Callable[[str], None]:
    def say(what: str) -> None:
        out.print(f"making the data set: {what}")

    return say


if __name__ == "__main__":
    main()
