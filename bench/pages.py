"""The pages that are measured, who reads them, and what they may cost as a multiple of the floor."""

import statistics
from dataclasses import dataclass
from enum import StrEnum

from bench.client import Client
from bench.stage import MIDDLE, PARTNER, PASSWORD, STAFF, Stage

SIGN_IN = "/accounts/sign-in"
LIST, PORTAL_HOME, PORTAL_PROGRAM, DASHBOARD = 4.0, 6.0, 8.0, 20.0


Visit = tuple[Client, str]
"""Who asks, and for which address."""


class Who(StrEnum):
    """Who reads a page."""

    STAFF = STAFF
    PARTNER = PARTNER


@dataclass(frozen=True)
class Page:
    """A page; `path` may name {partner}, {lead}, {opportunity}, {order}, {product}, {registration}, {fund} and {partnership} by number."""

    name: str
    who: Who
    path: str
    budget: float = LIST
    visits: int = 60


PAGES = (
    Page("vendor: main page over all partners", Who.STAFF, "/", DASHBOARD),
    Page("vendor: assessments over all partners", Who.STAFF, "/partnership/assessments", DASHBOARD),
    Page("vendor: partners", Who.STAFF, "/partnership/partners"),
    Page("vendor: partners, search", Who.STAFF, "/partnership/partners?q=cedar"),
    Page("vendor: a partner", Who.STAFF, "/partnership/partners/{partner}"),
    Page("vendor: partnerships", Who.STAFF, "/partnership/partnerships"),
    Page("vendor: a partnership", Who.STAFF, "/partnership/partnerships/{partnership}"),
    Page(
        "vendor: its parameters",
        Who.STAFF,
        "/partnership/partnerships/{partnership}/parameters",
        PORTAL_PROGRAM,
    ),
    Page("vendor: leads", Who.STAFF, "/leads"),
    Page("vendor: leads, search", Who.STAFF, "/leads?q=company+471"),
    Page("vendor: leads, board", Who.STAFF, "/leads/board"),
    Page("vendor: a lead with its time line", Who.STAFF, "/leads/{lead}"),
    Page("vendor: offers", Who.STAFF, "/leads/offers"),
    Page("vendor: registrations", Who.STAFF, "/registrations"),
    Page("vendor: a registration", Who.STAFF, "/registrations/{registration}"),
    Page("vendor: opportunities", Who.STAFF, "/opportunities"),
    Page("vendor: opportunities, by stage", Who.STAFF, "/opportunities?stage={stage}"),
    Page("vendor: opportunities, search", Who.STAFF, "/opportunities?q=company+4711"),
    Page("vendor: opportunities, board", Who.STAFF, "/opportunities/board"),
    Page("vendor: an opportunity with its time line", Who.STAFF, "/opportunities/{opportunity}"),
    Page("vendor: orders", Who.STAFF, "/orders"),
    Page("vendor: an order with its time line", Who.STAFF, "/orders/{order}"),
    Page("vendor: funds", Who.STAFF, "/partnership/funds"),
    Page("vendor: a fund with its entries", Who.STAFF, "/partnership/funds/{fund}"),
    Page("vendor: marketing activities", Who.STAFF, "/partnership/activities"),
    Page("vendor: products", Who.STAFF, "/partnership/products"),
    Page("vendor: a product", Who.STAFF, "/partnership/products/{product}"),
    Page("vendor: types", Who.STAFF, "/partnership/types"),
    Page("vendor: people", Who.STAFF, "/partnership/people"),
    Page("vendor: events", Who.STAFF, "/partnership/events"),
    Page("vendor: notifications", Who.STAFF, "/notifications"),
    Page("portal: main page", Who.PARTNER, "/portal", PORTAL_HOME),
    Page("portal: program", Who.PARTNER, "/portal/program", PORTAL_PROGRAM),
    Page("portal: parameter history", Who.PARTNER, "/portal/program/history"),
    Page("portal: catalogue", Who.PARTNER, "/portal/catalogue"),
    Page("portal: a product", Who.PARTNER, "/portal/catalogue/{product}"),
    Page("portal: people", Who.PARTNER, "/portal/people"),
    Page("portal: organisation", Who.PARTNER, "/portal/organisation"),
    Page("portal: leads", Who.PARTNER, "/leads"),
    Page("portal: leads, board", Who.PARTNER, "/leads/board"),
    Page("portal: a lead with its time line", Who.PARTNER, "/leads/{lead}"),
    Page("portal: offers", Who.PARTNER, "/leads/offers"),
    Page("portal: registrations", Who.PARTNER, "/registrations"),
    Page("portal: opportunities", Who.PARTNER, "/opportunities"),
    Page("portal: opportunities, search", Who.PARTNER, "/opportunities?q=deal"),
    Page("portal: opportunities, board", Who.PARTNER, "/opportunities/board"),
    Page("portal: an opportunity with its time line", Who.PARTNER, "/opportunities/{opportunity}"),
    Page("portal: orders", Who.PARTNER, "/orders"),
    Page("portal: an order with its time line", Who.PARTNER, "/orders/{order}"),
    Page("portal: funds", Who.PARTNER, "/portal/funds"),
    Page("portal: a fund with its entries", Who.PARTNER, "/portal/funds/{fund}"),
    Page("portal: marketing activities", Who.PARTNER, "/portal/activities"),
    Page("portal: notifications", Who.PARTNER, "/notifications"),
)

GROWING = (
    Page("vendor: opportunities", Who.STAFF, "/opportunities"),
    Page("vendor: opportunities, far down", Who.STAFF, "/opportunities?sort=created_on"),
    Page("vendor: orders", Who.STAFF, "/orders"),
)


@dataclass(frozen=True)
class Visited:
    """The middle visit to a page and to what it is compared with, in seconds; or why it is not there."""

    page: Page
    seconds: float = 0.0
    compared: float = 0.0
    why: str = ""

    @property
    def ratio(self) -> float:
        """How many times as long the page takes."""
        return self.seconds / self.compared


def numbers(stage: Stage) -> dict[str, int]:
    """Return the numbers of the rows whose pages are opened: those of the partner whose portal is measured."""
    code = f"P{min(MIDDLE, stage.size.partners // 2):05d}"
    mine = f"partner_id = (select id from partner where code = '{code}')"
    questions = {
        "partner": f"select id from partner where code = '{code}'",
        "partnership": f"select id from partnership where {mine}",
        "lead": f"select max(id) from lead where {mine}",
        "opportunity": f"select max(id) from opportunity where {mine}",
        "order": f"select max(id) from orders where {mine}",
        "fund": f"select min(id) from fund where {mine}",
        "product": "select max(id) from product",
        "registration": f"select max(id) from registration where {mine}",
        "stage": "select min(id) from opportunity_stage where kind = 'won'",
    }
    with stage.owner() as connection:
        return {
            name: connection.execute(question.encode()).fetchall()[0][0]
            for name, question in questions.items()
        }


def signed_in(port: int) -> dict[Who, Client]:
    """Return a browser for each person, signed in."""
    clients = {who: Client(port) for who in Who}
    for who, client in clients.items():
        client.sign_in(SIGN_IN, who.value, PASSWORD)
    return clients


def visit(page: Page, here: Visit, there: Visit) -> Visited:
    """Visit a page and what it is compared with in turns, so that whatever else the machine does slows both."""
    try:
        for client, path in (here, there):
            client.warm(path)
    except LookupError as missing:
        return Visited(page, why=f"{page.path} {missing}")
    took = [(here[0].get(here[1]).seconds, there[0].get(there[1]).seconds) for _ in range(page.visits)]
    return Visited(page, *(statistics.median(column) for column in zip(*took, strict=True)))
