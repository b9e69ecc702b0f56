"""How partners work the pipeline is set per type and for everybody (L1, L4, L7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import scope
from app.models import Lead, PartnerType, Role, Vendor, assessing
from tests import factories
from tests.cast import Cast

SignIn = Callable[[str], Any]


def test_a_channel_manager_says_how_long_registrations_of_a_type_are_protected(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    """L4"""
    address = f"/partnership/types/{cast.reseller.id}/pipeline"
    said = {"protection_days": "30", "extension_days": "0"}

    refused = sign_in("anna").post(address, data=said | {"protection_days": "0"})
    saved = sign_in("anna").post(address, data=said)

    assert (refused.status_code, saved.status_code) == (422, 303)
    assert "1 to 3650 days" in refused.text
    session.expire_all()
    kind = session.get_one(PartnerType, cast.reseller.id)
    assert (kind.protection_days, kind.extension_days) == (30, 0)


def test_a_partners_agents_can_be_narrowed_to_what_they_own(session: Session, cast: Cast) -> None:
    """L7: held by the database, for its administrators not."""
    mine, colleagues = (
        cast.alice,
        factories.person(session, "Colleague", Role.OPERATIONS_AGENT, cast.acme),
    )
    day = date(2026, 3, 2)
    factories.lead(session, cast.acme, "Mine", day, owner_id=mine.id)
    factories.lead(session, cast.acme, "Theirs", day, owner_id=colleagues.id)
    factories.lead(session, cast.acme, "Nobody's", day)
    session.commit()

    def seen(*, own_only: bool) -> set[str]:
        session.expunge_all()
        session.rollback()
        narrowed = scope.Scope(scope.Role.PARTNER, cast.acme.id, mine.id, own_only=own_only)
        with scope.opened(narrowed):
            found = set(session.scalars(select(Lead.company)))
            session.rollback()
        return found

    assert seen(own_only=False) == {"Mine", "Theirs", "Nobody's"}
    assert seen(own_only=True) == {"Mine", "Nobody's"}


def test_the_door_narrows_agents_and_leaves_administrators(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    """L7"""
    colleague = factories.person(session, "Colleague", Role.OPERATIONS_AGENT, cast.acme)
    factories.lead(session, cast.acme, "Theirs", date(2026, 3, 2), owner_id=colleague.id)
    Vendor.here(session).own_only = True
    session.commit()

    assert "Theirs" not in sign_in("oscar").get("/leads").text
    assert "Theirs" in sign_in("alice").get("/leads").text


def test_yesterdays_page_of_a_type_is_refused_once_with_what_changed(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    """Of two people who change a type at once, the second one is told."""
    address = f"/partnership/types/{cast.reseller.id}/pipeline"
    said = {"protection_days": "30", "extension_days": "0", "version": "1"}
    sign_in("anna").post(address, data=said)

    second = sign_in("carl").post(address, data=said | {"protection_days": "60"})

    assert second.status_code == 422
    assert "Anna Administrator: extension days, protection days" in second.text
    session.expire_all()
    assert session.get_one(PartnerType, cast.reseller.id).protection_days == 30


def test_a_narrowed_agent_reads_the_same_figures_as_everybody(session: Session, cast: Cast) -> None:
    """L7, P5: where a partner stands is no matter of who looks."""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Silver")
    leads = factories.category(
        session,
        "Leads",
        version=version,
        measure={"count": "leads", "counting": "registered", "over": "ever"},
    )
    factories.obligation(session, factories.rung(session, ladder, "Silver"), leads, 5)
    factories.published(session, version, date(2026, 1, 1))
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2030, 12, 31))
    colleague = factories.person(session, "Colleague", Role.OPERATIONS_AGENT, cast.acme)
    for owner in (colleague, cast.oscar):
        factories.lead(session, cast.acme, "A lead", date(2026, 3, 2), owner_id=owner.id)
    session.commit()
    session.expunge_all()

    with scope.opened(scope.Scope(scope.Role.PARTNER, cast.acme.id, cast.oscar.id, own_only=True)):
        standing = assessing.standing(session, cast.acme.id, date(2026, 3, 2))
        seen = len(session.scalars(select(Lead.id)).all())
        session.rollback()

    assert standing is not None
    assert standing.currents is not None
    assert (standing.currents["Leads"], seen) == (Decimal(2), 1)
