"""People, trainings, certificates, files and the organisation: the partner's own, to read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import clock
from app.models import Document
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.portal.conftest import Story

SignIn = Callable[[str], FlaskClient]
LISTS = (
    "/portal/people",
    "/portal/trainings",
    "/portal/certificates",
    "/portal/documents",
    "/portal/program/history",
)


def test_people_are_our_own_and_never_staff(sign_in: SignIn, cast: Cast) -> None:
    """A2, A6"""
    page = sign_in("sue").get("/portal/people").text

    assert "Alice Acme" in page
    assert "oscar@acme.example" in page
    assert "Partner administrator" in page
    assert "Bob Bolt" not in page
    assert "Anna Administrator" not in page
    assert "Carl" not in page.split("<table")[1]


@pytest.mark.parametrize("kind", ["trainings", "certificates"])
def test_what_our_people_passed(
    sign_in: SignIn, story: Story, cast: Cast, session: Session, kind: str
) -> None:
    """A2: valid and expired, by name where the person has an account."""
    made = {"trainings": factories.training, "certificates": factories.certificate}[kind]
    made(session, cast.acme, "Alice@acme.example", "Ledger", date(2026, 1, 5))
    made(session, cast.acme, "ext@acme.example", "Desk", date(2024, 1, 5), expires_on=date(2026, 3, 1))
    made(session, cast.bolt, "bob@bolt.example", "Bolts", date(2026, 1, 6))
    session.commit()
    alice = sign_in("alice")

    page = alice.get(f"/portal/{kind}").text
    assert "Alice Acme" in page
    assert "ext@acme.example" in page
    assert "Bolts" not in page
    assert "Desk" not in alice.get(f"/portal/{kind}?state=valid").text
    assert "Ledger" not in alice.get(f"/portal/{kind}?state=expired").text
    assert "Ledger" in alice.get(f"/portal/{kind}?q=alice").text
    assert alice.get(f"/portal/{kind}?state=sideways").status_code == 200


@pytest.mark.parametrize("kind", ["trainings", "certificates"])
def test_staff_see_what_everybodys_people_passed(
    sign_in: SignIn, story: Story, cast: Cast, session: Session, kind: str
) -> None:
    """A2"""
    made = {"trainings": factories.training, "certificates": factories.certificate}[kind]
    made(session, cast.acme, "alice@acme.example", "Ledger", date(2026, 1, 5))
    made(session, cast.bolt, "bob@bolt.example", "Bolts", date(2026, 1, 6))
    session.commit()
    page = sign_in("audrey").get(f"/partnership/{kind}").text

    assert "Acme Systems" in page
    assert "Bolt Trading" in page
    assert "Bob Bolt" in page
    assert "Bolts" in sign_in("carl").get(f"/partnership/{kind}.csv").text


def test_our_files_and_nobody_elses(sign_in: SignIn, story: Story, cast: Cast, session: Session) -> None:
    """A6"""
    for partner in (cast.acme, cast.bolt):
        factories.added(
            session,
            Document(
                partner_id=partner.id, filed_on=date(2026, 2, 1), name=f"{partner.code} plan.pdf",
                content_type="application/pdf", size=1, sha256="0" * 64, stored_as=partner.code,
                uploaded_at=clock.now(),
            ),
        )  # fmt: skip
    session.commit()
    page = sign_in("alice").get("/portal/documents").text

    assert "ACME plan.pdf" in page
    assert "BOLT plan.pdf" not in page


def test_the_organisation_as_the_vendor_knows_it(sign_in: SignIn, cast: Cast, session: Session) -> None:
    """A2"""
    cast.acme.city = "Boston"
    session.commit()
    page = sign_in("oscar").get("/portal/organisation").text

    assert "Boston" in page
    assert "Northwind US" in page
    assert "ACME" in page


@pytest.mark.parametrize("address", LISTS)
def test_every_list_says_what_to_expect_when_empty_and_exports(
    sign_in: SignIn, today: date, queries: Queries, address: str
) -> None:
    """An empty list says what to do first."""
    charlie = sign_in("charlie")
    queries.clear()

    page = charlie.get(address)

    assert page.status_code == 200
    assert len(queries) <= 5
    for suffix in (".csv", ".xlsx"):
        with charlie.get(address + suffix) as export:
            assert export.status_code == 200


@pytest.mark.parametrize("address", LISTS)
def test_nothing_in_the_portal_takes_a_post(sign_in: SignIn, story: Story, address: str) -> None:
    """P11: read only by route."""
    assert sign_in("alice").post(address).status_code == 405
