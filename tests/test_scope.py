"""A6: another partner's rows do not exist, in the database itself, on whatever way they are asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, Table, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, aliased

from app import scope
from app.models import (
    Base,
    Category,
    Ladder,
    Lead,
    Opportunity,
    Order,
    OrderLine,
    Parameter,
    Partner,
    Partnership,
    PartnerType,
    Person,
    Price,
    PriceList,
    PriceScope,
    Product,
    ProgramVersion,
    Tier,
    ValueType,
)
from config import HERE
from tests import factories
from tests.cast import Cast
from tests.world import World, built

AsPartner = Callable[..., AbstractContextManager[Session]]

# Tables a partner may not read at all, whatever rows they hold.
CLOSED = {
    "approval_rule",
    "campaign",
    "credential",
    "customer",
    "customer_mark",
    "customer_trigram",
    "distribution_decision",
    "distribution_rule",
    "distribution_share",
    "event",
    "event_detail",
    "expiry_warning",
    "fund_difference",
    "import_run",
    "joint_activity",
    "ledger_anchor",
    "ledger_proof",
    "pinned_account",
    "posting_request",
    "sign_in",
    "throttle",
    "token",
}
# Tables only the program itself reads and writes.
WORKER_ONLY = {"credential", "sign_in", "throttle", "token"}
# Where a partner's person writes without the vendor's books.
WRITTEN_BY_PARTNERS = {
    "activity": {"INSERT"},
    "activity_link": {"INSERT", "DELETE"},
    "activity_proof": {"INSERT", "DELETE"},
    "attachment": {"INSERT", "DELETE"},
    "comment": {"INSERT"},
    "lead": {"INSERT"},
    "one_time_key": {"INSERT"},
    "opportunity": {"INSERT"},
    "opportunity_product": {"INSERT", "UPDATE", "DELETE"},
    "order_line": {"INSERT", "UPDATE", "DELETE"},
    "orders": {"INSERT"},
    "saved_view": {"INSERT", "UPDATE", "DELETE"},
    "watch": {"INSERT", "DELETE"},
}
# Of these tables it changes some columns only: never whose a row is, nor what the vendor decides.
CHANGED_IN_PART = {"activity", "comment", "lead", "notification", "opportunity", "orders"}
THE_VENDORS = {
    "partner_id",
    "joint_id",
    "proposed_by_id",
    "decided_at",
    "settled_at",
    "confirmed_at",
    "deleted_at",
    "customer_id",
    "key",
    "created_on",
    "credits_id",
    "number",
}

NOUNS: dict[str, type[Base]] = {
    mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers
}
OWNED = sorted(
    name for name, noun in NOUNS.items() if "partner_id" in noun.__table__.c and name not in CLOSED
)


@pytest.fixture
def world(session: Session, cast: Cast) -> World:
    return built(session, cast)


def owned(name: str) -> Table:
    table = NOUNS[name].__table__
    assert isinstance(table, Table)
    return table


def refused(session: Session, statement: Any, parameters: Any = None) -> bool:
    """Try a statement in a savepoint; True when the database forbids it."""
    try:
        with session.begin_nested():
            session.execute(statement, parameters)
    except DBAPIError as error:
        return isinstance(error.orig, InsufficientPrivilege)
    return False


def touches_nothing(session: Session, statement: Any) -> bool:
    """Say whether a statement is refused or finds no row it could touch."""
    return refused(session, statement) or not list(session.scalars(statement.returning(text("1"))))


# ---------------------------------------------------------------- what the catalogue says


def test_every_table_has_row_security_that_even_its_owner_obeys(owner_engine: Engine) -> None:
    """A6"""
    with owner_engine.connect() as connection:
        found = connection.execute(
            text(
                "select relname, relrowsecurity, relforcerowsecurity from pg_class"
                " where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
            )
        ).all()
    loose = {name for name, enabled, forced in found if not (enabled and forced)} - {"alembic_version"}

    assert len(found) > 30
    assert loose == set()


def test_every_table_has_one_policy_for_each_role_it_is_open_to(owner_engine: Engine) -> None:
    """A6: never one policy with OR over roles."""
    with owner_engine.connect() as connection:
        found = connection.execute(
            text("select tablename, policyname, roles from pg_policies where schemaname = 'public'")
        )
        policies: dict[str, dict[str, list[str]]] = {}
        for table, name, roles in found:
            policies.setdefault(table, {})[name] = roles

    assert set(policies) == set(NOUNS)
    for table, of_table in policies.items():
        expected = {"owner", "worker"}
        if table not in WORKER_ONLY:
            expected.add("staff")
        if table not in CLOSED:
            expected.add("partner")
        assert set(of_table) == expected, table
        assert all(roles == [f"accord_{name}"] for name, roles in of_table.items()), table


def test_a_partner_may_write_nothing_but_its_own_work(owner_engine: Engine) -> None:
    """The portal's program is read only in the database, whatever the code does."""
    with owner_engine.connect() as connection:
        found = connection.execute(
            text(
                "select table_name, privilege_type from information_schema.role_table_grants"
                " where grantee = 'accord_partner' and table_schema = 'public' and privilege_type <> 'SELECT'"
            )
        )
        writes: dict[str, set[str]] = {}
        for table, privilege in found:
            writes.setdefault(table, set()).add(privilege)

    assert writes == WRITTEN_BY_PARTNERS


def test_a_partner_changes_its_own_columns_only(owner_engine: Engine) -> None:
    """F3, L4, L6: a partner confirms, deletes and numbers nothing, in the database."""
    with owner_engine.connect() as connection:
        found = connection.execute(
            text(
                "select table_name, column_name from information_schema.column_privileges"
                " where grantee = 'accord_partner' and table_schema = 'public' and privilege_type = 'UPDATE'"
            )
        ).all()
    partly = [
        (table, column) for table, column in found if "UPDATE" not in WRITTEN_BY_PARTNERS.get(table, set())
    ]

    assert {table for table, _ in partly} == CHANGED_IN_PART
    assert {column for table, column in partly if table != "comment"} & THE_VENDORS == set()


def test_the_login_role_alone_may_do_nothing(session: Session) -> None:
    session.commit()
    with scope.opened(scope.DOOR):
        closed = {name for name in NOUNS if refused(session, text(f"select 1 from {name}"))}

    assert closed == set(NOUNS)


def test_nobody_public_may_call_a_function(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        loose = connection.execute(
            text(
                "select proname from pg_proc where pronamespace = 'public'::regnamespace"
                " and has_function_privilege('public', oid, 'execute') and proname like 'accord%'"
            )
        ).scalars()

        assert list(loose) == []


# ---------------------------------------------------------------- what a partner sees


def test_the_world_has_a_row_of_two_partners_in_every_owned_table(session: Session, world: World) -> None:
    """Else the tests below would prove nothing about a new table: extend tests/world.py with it."""
    for name in OWNED:
        table = owned(name)
        partners = set(session.scalars(select(table.c.partner_id).distinct()))
        assert {world.cast.acme.id, world.cast.bolt.id} <= partners, name


@pytest.mark.parametrize("name", OWNED)
def test_a_partner_reads_its_own_rows_and_no_other(name: str, world: World, as_partner: AsPartner) -> None:
    """A6: by Core, ORM, text, count, subquery and join."""
    acme, bolt = world.cast.acme, world.cast.bolt
    table, noun = owned(name), NOUNS[name]
    other = aliased(table)
    with as_partner(acme, world.cast.alice) as own:
        by_core = set(own.scalars(select(table.c.partner_id)))
        by_text = set(own.scalars(text(f"select partner_id from {name}")))
        by_orm = {
            row.partner_id  # type: ignore[attr-defined]
            for row in own.scalars(select(noun))
        }
        counted = own.scalar(select(func.count()).where(table.c.partner_id == bolt.id))
        by_subquery = own.scalar(
            select(
                select(func.count()).select_from(table).where(table.c.partner_id == bolt.id).scalar_subquery()
            )
        )
        joined = own.scalar(
            select(func.count())
            .select_from(Partner)
            .outerjoin(other, other.c.partner_id != acme.id)
            .where(other.c.partner_id.is_not(None))
        )
        highest = own.scalar(select(func.max(table.c.partner_id)))
    allowed = {acme.id, None} if name == "person" else {acme.id}

    assert acme.id in by_core
    assert by_core == by_text == by_orm
    assert by_core <= allowed
    assert (counted, by_subquery, joined, highest) == (0, 0, 0, acme.id)


@pytest.mark.parametrize("name", OWNED)
def test_a_partner_cannot_write_a_row_anywhere(
    name: str, world: World, as_partner: AsPartner, session: Session
) -> None:
    """A6"""
    table = owned(name)
    bolts = (
        session.execute(select(table).where(table.c.partner_id == world.cast.bolt.id).limit(1))
        .mappings()
        .one()
    )
    values = {
        column: value for column, value in bolts.items() if not table.c[column].computed and column != "id"
    }
    bolt = world.cast.bolt.id
    with as_partner(world.cast.acme, world.cast.alice) as own:
        assert refused(own, insert(table).values(values))
        assert refused(own, update(table).values(partner_id=bolt))
        assert touches_nothing(own, update(table).where(table.c.partner_id == bolt).values(partner_id=bolt))
        assert touches_nothing(own, delete(table).where(table.c.partner_id == bolt))


def test_a_foreign_row_is_not_found_by_its_number(world: World, as_partner: AsPartner) -> None:
    """A6"""
    foreign = world.rows["BOLT"]
    with as_partner(world.cast.acme, world.cast.alice) as own:
        assert own.get(Partner, foreign["partner_id"]) is None
        assert own.get(Partnership, foreign["partnership_id"]) is None
        assert own.get(Lead, foreign["lead_id"]) is None
        assert own.get(Opportunity, foreign["opportunity_id"]) is None
        assert own.get(Order, foreign["order_id"]) is None
        assert own.get(PriceList, foreign["price_list_id"]) is None
        assert own.get(Price, foreign["price_id"]) is None
        assert own.get(Partner, world.cast.acme.id) is not None


def test_a_child_of_another_partners_parent_cannot_exist(world: World, session: Session) -> None:
    """The composite foreign key refuses it even from staff."""
    product = session.scalars(select(Product)).one()
    line = {
        "partner_id": world.cast.acme.id,
        "order_id": world.rows["BOLT"]["order_id"],
        "line": 99,
        "product_id": product.id,
        "quantity": 1,
        "unit_price": 1,
        "discount": 0,
        "amount": 1,
    }
    with pytest.raises(DBAPIError, match="fk_order_line_partner_id_order_id"):
        session.execute(insert(OrderLine.__table__).values(line))


def test_a_partner_sees_published_programs_of_its_own_type_only(
    session: Session, world: World, as_partner: AsPartner
) -> None:
    """R1, P12"""
    draft = factories.draft(session, "2027-draft")
    factories.ladder(session, draft, world.cast.reseller, "Silver Reseller")
    with as_partner(world.cast.acme, world.cast.alice) as own:
        versions = set(own.scalars(select(ProgramVersion.name)))
        types = set(own.scalars(select(PartnerType.name)))
        ladders = {(row.version_id, row.partner_type_id) for row in own.scalars(select(Ladder))}
        tiers = set(own.scalars(select(Tier.name)))
        categories = set(own.scalars(select(Category.name)))
        parameters = own.scalar(select(func.count()).select_from(Parameter))

    assert versions == {"2026-1"}
    assert types == {"Reseller"}
    assert ladders == {(world.version.id, world.cast.reseller.id)}
    assert tiers == {"Registered", "Silver Reseller", "Gold Reseller"}
    assert categories == {"Won by Reseller"}
    assert parameters == 2


def test_a_partner_sees_the_prices_that_r1_names_and_no_others(
    session: Session, world: World, as_partner: AsPartner
) -> None:
    """R1"""
    product = session.scalars(select(Product)).one()
    for code, kind in (("TYPE-R", world.cast.reseller), ("TYPE-C", world.cast.consultant)):
        factories.price(session, factories.price_list(session, code, PriceScope.TYPE, kind), product, "80")
    factories.price(session, factories.price_list(session, "BASE", PriceScope.BASE), product, "100")
    factories.price(session, factories.price_list(session, "GOLD", PriceScope.GRANTED), product, "70")
    with as_partner(world.cast.acme, world.cast.alice) as own:
        lists = set(own.scalars(select(PriceList.code)))
        priced = set(own.scalars(select(PriceList.code).join(Price, Price.price_list_id == PriceList.id)))

    assert lists == priced == {"OWN-ACME", "TYPE-R", "BASE"}


def test_a_partner_reads_its_own_people_the_staffs_names_and_its_managers_card(
    world: World, as_partner: AsPartner
) -> None:
    with as_partner(world.cast.acme, world.cast.alice) as own:
        names = set(own.scalars(select(Person.name)))
        addresses = set(own.scalars(text("select email from contact")))
        cards = own.execute(text("select name, email from manager_card")).all()

    assert {"Alice Acme", "Oscar Acme", "Sue Acme", "Anna Administrator"} <= names
    assert not {"Bob Bolt", "Charlie Crane"} & names
    assert addresses == {"alice@acme.example", "oscar@acme.example", "sue@acme.example"}
    assert cards == [("Carl Manager", "carl@northwind.example")]


# ---------------------------------------------------------------- how scopes are opened


def test_without_a_scope_nothing_begins(connection: Any) -> None:
    with (
        Session(connection, join_transaction_mode="create_savepoint") as bare,
        pytest.raises(scope.OutOfScope),
    ):
        bare.execute(text("select 1"))


def test_settings_of_a_scope_are_gone_with_its_transaction(fresh_app: Any) -> None:
    """A pooled connection carries nothing from one reader to the next."""
    from app.extensions import db

    with scope.opened(scope.Scope(scope.Role.PARTNER, 5, 6, read_only=True)), Session(db.engine) as first:
        first.execute(text("select 1"))
        first.commit()
    with db.engine.connect() as bare:
        left = bare.execute(
            text(
                "select current_user, current_setting('accord.partner_id', true), current_setting('transaction_read_only')"
            )
        ).one()

    assert left[0] == "accord_app"
    assert left[1] in (None, "")
    assert left[2] == "off"


def test_the_books_switch_the_role_and_switch_it_back(world: World, as_partner: AsPartner) -> None:
    with as_partner(world.cast.acme, world.cast.alice) as own:
        before = own.scalar(text("select current_user"))
        with scope.books(own) as books:
            inside = books.scalar(text("select current_user"))
            everybody = books.scalar(select(func.count()).select_from(Partner))
        after = own.scalar(text("select current_user"))

    assert (before, inside, after) == ("accord_partner", "accord_worker", "accord_partner")
    assert everybody == 3


def test_only_nouns_open_the_books() -> None:
    """A face that needs the books asks a noun."""
    callers = set()
    for file in (HERE / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and node.attr == "books"
                and getattr(node.value, "id", "") == "scope"
            ):
                callers.add(file.relative_to(HERE / "app").parts[0])

    assert callers == {"models"}


def test_append_only_tables_keep_their_rows(world: World, owner_engine: Engine) -> None:
    """A7, P10: row and statement triggers that always fire, and no grant to change a row."""
    with owner_engine.connect() as connection:
        for table in (
            "event",
            "assessment",
            "parameter_change",
            "fund_entry",
            "ledger_anchor",
            "activity_settlement",
        ):
            triggers = connection.execute(
                text(
                    "select tgname from pg_trigger where tgrelid = cast(:table as regclass) and tgenabled = 'A'"
                ),
                {"table": table},
            ).scalars()
            grants = connection.execute(
                text(
                    "select privilege_type from information_schema.role_table_grants where table_name = :table"
                    " and grantee in ('accord_staff', 'accord_worker', 'accord_partner')"
                    " and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')"
                ),
                {"table": table},
            ).all()

            assert {f"{table}_stays", f"{table}_is_kept"} <= set(triggers), table
            assert grants == [], table


def test_a_published_program_is_never_edited(world: World, session: Session) -> None:
    """P12: the database refuses, whoever asks."""
    for statement in (
        "update program_version set currency = 'EUR'",
        "update ladder set renews = false",
        "delete from rung where rank = 2",
        "update parameter set number = 1",
        "delete from measure",
    ):
        with pytest.raises(DBAPIError, match="never edited"), session.begin_nested():
            session.execute(text(statement))


def test_policies_are_written_in_migrations_only() -> None:
    """A table made without `protect` would be found by the catalogue tests; here: nobody alters policies at run time."""
    for file in Path(HERE / "app").rglob("*.py"):
        assert "create policy" not in file.read_text(encoding="utf-8").lower(), file


@pytest.mark.parametrize(
    ("days", "is_seen"),
    [
        ({}, True),
        ({"valid_to": date(2020, 12, 31)}, False),
        ({"valid_from": date(2090, 1, 1)}, False),
    ],
)
def test_a_granted_list_is_seen_on_the_days_of_its_benefit_only(
    session: Session,
    cast: Cast,
    as_partner: Callable[..., AbstractContextManager[Session]],
    days: dict[str, date],
    is_seen: bool,
) -> None:
    """R1"""
    gold = factories.price_list(session, "GOLD", PriceScope.GRANTED)
    version = factories.draft(session)
    rung = factories.rung(session, factories.ladder(session, version, cast.reseller, "Silver"), "Silver")
    category = factories.category(session, "Price list", ValueType.PRICE_LIST)
    factories.benefit(session, rung, category, price_list_id=gold.id, **days)
    factories.published(session, version, date(2020, 1, 1))
    factories.partnership(session, cast.acme, date(2020, 1, 1), date(2099, 12, 31), "Silver")

    with as_partner(cast.acme) as own:
        seen = own.scalars(select(PriceList.code).where(PriceList.code == "GOLD")).all()

    assert seen == (["GOLD"] if is_seen else [])
