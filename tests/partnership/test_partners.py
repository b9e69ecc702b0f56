"""The vendor's pages of partners."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import Accord, database
from app.models import Partner, Partnership, Role
from app.models import SignIn as SignInNoun
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries

SignIn = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def march() -> object:
    with time_machine.travel("2026-03-02 10:00", tick=False) as traveller:
        yield traveller


def details(cast: Cast, **more: object) -> dict[str, object]:
    given = {"name": "Delta Data", "code": "DELTA", "partner_type_id": str(cast.reseller.id)}
    return {**given, "operating_company_id": "", "manager_id": "", **more}


def test_the_list_shows_the_tier_held_today(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """P1"""
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31), "Gold")
    factories.partnership(session, cast.bolt, date(2026, 1, 1), date(2026, 12, 31), "Silver", active=False)
    session.commit()
    page = sign_in("audrey").get("/partnership/partners").text

    assert "Gold" in page.partition("</thead>")[2]
    assert "Silver" not in page.partition("</thead>")[2]


def test_filters_and_the_search_narrow_the_list(sign_in: SignIn, session: Session, cast: Cast) -> None:
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31), "Gold")
    session.commit()
    carl = sign_in("carl")
    tier = factories.tier(session, cast.reseller, "Gold").id

    for query in (f"tier={tier}", "active=yes", f"manager={cast.carl.id}", "q=acm"):
        table = carl.get(f"/partnership/partners?{query}").text.partition("<tbody")[2]
        assert "Acme Systems" in table
        assert "Bolt Trading" not in table


def test_the_list_exports_what_it_shows(sign_in: SignIn) -> None:
    export = sign_in("mona").get("/partnership/partners.csv?q=bolt").text.splitlines()

    assert export[0].startswith("Name,Code,Type,Tier")
    assert [line.split(",")[1] for line in export[1:]] == ["BOLT"]


def test_the_list_takes_a_handful_of_queries(sign_in: SignIn, queries: Queries) -> None:
    carl = sign_in("carl")
    carl.get("/partnership/partners")
    queries.clear()
    carl.get("/partnership/partners")

    assert len(queries) <= 7


def test_a_partners_page_says_what_it_has(
    sign_in: SignIn, session: Session, cast: Cast, queries: Queries
) -> None:
    factories.lead(session, cast.acme, "Somebody", date(2026, 2, 1))
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31), "Gold")
    session.commit()
    carl = sign_in("carl")
    queries.clear()
    page = carl.get(f"/partnership/partners/{cast.acme.id}").text

    assert "Carl Manager" in page
    assert "Alice Acme" in page
    assert "Gold" in page
    assert "/leads?partner=ACME" in page
    assert len(queries) <= 9


def test_who_may_not_read_people_sees_none_on_the_page(sign_in: SignIn, cast: Cast) -> None:
    """A2"""
    assert "Alice Acme" not in sign_in("sam").get(f"/partnership/partners/{cast.acme.id}").text


def test_a_partner_is_created_and_its_page_opens(sign_in: SignIn, session: Session, cast: Cast) -> None:
    answer = sign_in("carl").post("/partnership/partners/new", data=details(cast, city="Lyon"))

    assert answer.status_code == 303
    assert session.query(Partner).filter_by(code="DELTA").one().city == "Lyon"


def test_a_code_that_is_taken_is_refused_at_its_field_and_nothing_is_lost(
    sign_in: SignIn, cast: Cast
) -> None:
    answer = sign_in("carl").post("/partnership/partners/new", data=details(cast, code="acme", city="Lyon"))

    assert answer.status_code == 422
    assert "with the code “acme” already" in answer.text
    assert 'value="Lyon"' in answer.text


def test_the_second_of_two_people_is_told_what_changed_meanwhile(sign_in: SignIn, cast: Cast) -> None:
    carl, anna = sign_in("carl"), sign_in("anna")
    address = f"/partnership/partners/{cast.acme.id}/edit"
    seen = str(cast.acme.version)
    known = details(cast, name="Acme Systems", code="ACME", version=seen)
    first = anna.post(address, data={**known, "city": "Boston"})
    second = carl.post(address, data={**known, "city": "Austin"})
    again = carl.post(address, data={**known, "city": "Austin", "version": str(int(seen) + 1)})

    assert (first.status_code, second.status_code, again.status_code) == (303, 422, 303)
    assert "Somebody changed this meanwhile (Anna Administrator: city" in second.text
    assert f'value="{int(seen) + 1}"' in second.text


@pytest.mark.parametrize("who", ["mona", "sam", "audrey", "alice"])
def test_only_those_who_may_change_partners(sign_in: SignIn, cast: Cast, who: str) -> None:
    """A2"""
    person = sign_in(who)

    assert person.get("/partnership/partners/new").status_code == 403
    assert person.post(f"/partnership/partners/{cast.acme.id}/edit", data=details(cast)).status_code == 403
    assert person.post(f"/partnership/partners/{cast.acme.id}/portal-access/end").status_code == 403


def test_the_portal_is_closed_and_opened(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """A5"""
    carl = sign_in("carl")
    alice = sign_in("alice")
    carl.post(f"/partnership/partners/{cast.acme.id}/portal-access/end")
    session.expire_all()
    assert not session.get_one(Partner, cast.acme.id).portal_access
    assert alice.get("/portal").status_code == 303

    carl.post(f"/partnership/partners/{cast.acme.id}/portal-access")
    session.expire_all()
    assert session.get_one(Partner, cast.acme.id).portal_access


def test_nobody_of_a_partner_opens_the_vendors_pages(sign_in: SignIn, cast: Cast) -> None:
    """A6"""
    assert sign_in("alice").get(f"/partnership/partners/{cast.acme.id}").status_code == 403


def test_a_partner_that_is_not_there_is_404(sign_in: SignIn) -> None:
    assert sign_in("carl").get("/partnership/partners/999999").status_code == 404


# ---------------------------------------------------------------- partnerships


def test_a_partnership_begins_on_the_page(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """P2"""
    carl = sign_in("carl")
    address = f"/partnership/partnerships/new?partner={cast.acme.id}"
    form = carl.get(address)
    answer = carl.post(
        address, data={"partner_type_id": str(cast.reseller.id), "tier_id": "", "start_on": "2026-03-02"}
    )

    assert 'value="2026-03-02"' in form.text
    assert answer.status_code == 303
    assert session.query(Partnership).one().due_on == date(2027, 3, 2)
    page = carl.get(answer.location).text
    assert "No program holds for Reseller today" in page


def test_a_second_active_one_is_refused_on_top_of_the_form(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """P1"""
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))
    session.commit()
    answer = sign_in("carl").post(
        f"/partnership/partnerships/new?partner={cast.acme.id}",
        data={"partner_type_id": str(cast.reseller.id), "tier_id": "", "start_on": "2026-03-02"},
    )

    assert answer.status_code == 422
    assert "it may have one at a time" in answer.text


def test_posted_twice_at_the_same_moment_exactly_one_begins(fresh_app: Accord) -> None:
    """P1"""
    with database.unit_of_work() as books:
        carl = factories.person(books, "Carl Manager", Role.CHANNEL_MANAGER)
        kind = factories.partner_type(books, "Reseller")
        acme = factories.partner(books, "ACME", "Acme Systems", kind).id
        secrets = [SignInNoun.begin(books, carl, address="127.0.0.1", agent="tests") for _ in range(2)]
        chosen = {"partner_type_id": str(kind.id), "tier_id": "", "due_on": ""}
    together = Barrier(2)
    answers: list[tuple[int, str]] = []

    def post(secret: str, first_day: str) -> None:
        client = fresh_app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = secret
        together.wait()
        answer = client.post(
            f"/partnership/partnerships/new?partner={acme}", data={**chosen, "start_on": first_day}
        )
        answers.append((answer.status_code, answer.text))

    days = ("2026-03-02", "2026-03-03")
    pair = [Thread(target=post, args=each) for each in zip(secrets, days, strict=True)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()

    assert sorted(code for code, _ in answers) == [303, 422]
    assert any("it may have one at a time" in page for code, page in answers if code == 422)
    with database.unit_of_work() as books:
        assert len(books.scalars(select(Partnership)).all()) == 1


def test_a_double_click_on_begin_leads_twice_to_the_one_partnership(fresh_app: Accord) -> None:
    """P1: the second click is refused by the first one's work, and gets the first one's answer."""
    with database.unit_of_work() as books:
        carl = factories.person(books, "Carl Manager", Role.CHANNEL_MANAGER)
        kind = factories.partner_type(books, "Reseller")
        acme = factories.partner(books, "ACME", "Acme Systems", kind).id
        secret = SignInNoun.begin(books, carl, address="127.0.0.1", agent="tests")
        chosen = {"partner_type_id": str(kind.id), "tier_id": "", "due_on": "", "start_on": "2026-03-02"}
    together = Barrier(2)
    answers: list[tuple[int, str | None]] = []

    def click() -> None:
        client = fresh_app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = secret
        together.wait()
        given = {**chosen, "one_time_key": "a-key-of-twenty-letters"}
        answer = client.post(f"/partnership/partnerships/new?partner={acme}", data=given)
        answers.append((answer.status_code, answer.location))

    pair = [Thread(target=click) for _ in range(2)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()

    assert answers[0] == answers[1]
    assert answers[0][0] == 303


def test_every_tab_of_a_partnership_opens(
    sign_in: SignIn, session: Session, cast: Cast, queries: Queries
) -> None:
    gold = factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31), "Gold")
    factories.lead(session, cast.acme, "Somebody Ltd", date(2026, 2, 1))
    factories.opportunity(session, cast.acme, "Big deal", "100", "Won")
    factories.order(session, cast.acme, "SO1", date(2026, 2, 2), (factories.product(session, "LAMP"), "10"))
    session.commit()
    carl = sign_in("carl")
    tabs = {
        "": "Gold",
        "/parameters": "No program on this day",
        "/history": "The beginning.",
        "/leads": "Somebody Ltd",
        "/opportunities": "Big deal",
        "/orders": "SO1",
        "/leads.csv": "Somebody Ltd",
        "/orders.xlsx": "",
        "/recalculation": "nothing to recalculate",
        "/tier": "Set the tier",
        "/edit": "Renew",
    }
    for tab, words in tabs.items():
        queries.clear()
        answer = carl.get(f"/partnership/partnerships/{gold.id}{tab}")
        assert (tab, answer.status_code) == (tab, 200)
        assert words in ("" if tab.endswith(".xlsx") else answer.text)
        assert len(queries) <= 11, (tab, queries)
        answer.close()


def test_the_tabs_show_nothing_of_other_partners(sign_in: SignIn, session: Session, cast: Cast) -> None:
    mine = factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))
    factories.lead(session, cast.bolt, "Somebody of Bolt", date(2026, 2, 1))
    session.commit()

    assert "Somebody of Bolt" not in sign_in("carl").get(f"/partnership/partnerships/{mine.id}/leads").text


def test_off_on_and_another_tier_by_hand(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """P3, P4"""
    partnership = factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))
    silver = factories.tier(session, cast.reseller, "Silver")
    session.commit()
    carl, page = sign_in("carl"), f"/partnership/partnerships/{partnership.id}"

    assert carl.post(f"{page}/activity/end").status_code == 303
    assert "Turn it on" in carl.get(page).text
    assert carl.post(f"{page}/activity").status_code == 303
    assert carl.post(f"{page}/tier", data={"tier_id": str(silver.id), "why": ""}).status_code == 422
    assert carl.post(f"{page}/tier", data={"tier_id": str(silver.id), "why": "Agreed"}).status_code == 303
    assert "Agreed" in carl.get(f"{page}/history").text
    assert carl.post(f"{page}/edit", data={"due_on": "2025-01-01"}).status_code == 422
    assert carl.post(f"{page}/edit", data={"due_on": "2027-06-30"}).status_code == 303


def test_turning_off_what_is_off_says_so(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """P3"""
    over = factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31), active=False)
    session.commit()
    carl = sign_in("carl")
    answer = carl.post(f"/partnership/partnerships/{over.id}/activity/end")

    assert answer.status_code == 303
    assert "is not active" in carl.get(answer.location).text


def test_only_those_who_may_change_partnerships(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """A2"""
    partnership = factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))
    session.commit()
    for who in ("sam", "audrey", "alice"):
        person = sign_in(who)
        for act in ("activity", "activity/end", "tier", "edit", "recalculation"):
            answer = person.post(f"/partnership/partnerships/{partnership.id}/{act}")
            assert (who, act, answer.status_code) == (who, act, 403)


def test_somebody_looks_at_the_page_about_herself(sign_in: Callable[[str], FlaskClient], cast: Cast) -> None:
    """Who is signed in is known before the page asks for more of the same row."""
    page = sign_in("anna").get(f"/partnership/people/{cast.anna.id}")

    assert page.status_code == 200
    assert "Anna Administrator" in page.text
