"""Rows from files into nouns: all or nothing, repeatable, refused by row with what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.importing import files
from app.importing.files import Unreadable
from app.importing.kinds import KINDS
from app.importing.loading import Wish, bring
from app.models import (
    Assessment,
    Category,
    Event,
    EventDetail,
    ExchangeRate,
    Lead,
    Measurement,
    Opportunity,
    Order,
    OrderLine,
    Partner,
    Person,
    Product,
    ValueType,
)
from tests import factories
from tests.cast import Cast
from tests.importing.conftest import BringIn
from tests.models.stories import told

PARTNERS = "code,name,type,city,manager_email"
LINES = "order_number,line,partner_code,ordered_on,currency,sku,quantity,unit_price,discount,amount"

pytestmark = pytest.mark.usefixtures("cast")


@pytest.fixture
def bike(session: Session, cast: Cast) -> Product:
    made = factories.product(session, "BIKE")
    session.commit()
    return made


# ---------------------------------------------------------------- what comes in


def test_a_repeat_changes_nothing_and_a_difference_changes_one_record(
    session: Session, bring_in: BringIn
) -> None:
    rows = ["D,Delta,Reseller,Łódź,", "E,Epsilon & Sons,Consultant,,"]

    first = bring_in("partners", PARTNERS, *rows)
    second = bring_in("partners", PARTNERS, *rows)
    third = bring_in("partners", PARTNERS, "D,Delta,Reseller,Kraków,", rows[1])

    assert (first.counts, second.counts, third.counts) == ((2, 0, 0), (0, 0, 2), (0, 1, 1))
    assert session.scalar(select(Partner.city).where(Partner.code == "D")) == "Kraków"


def test_created_records_give_no_event_changed_ones_say_what_was_and_what_is(
    session: Session, bring_in: BringIn
) -> None:
    """A7"""
    bring_in("partners", PARTNERS, "D,Delta,Reseller,Łódź,")
    bring_in("partners", PARTNERS, "D,Delta,Reseller,Kraków,")

    changes = select(Event.fields, EventDetail.before, EventDetail.after).join(Event.detail)
    found = session.execute(changes.where(Event.kind == "partner.changed")).all()

    assert found == [(["city"], {"city": "Łódź"}, {"city": "Kraków"})]


def test_an_import_is_one_event_with_file_fingerprint_and_counts(session: Session, bring_in: BringIn) -> None:
    """A7"""
    bring_in("partners", PARTNERS, "D,Delta,Reseller,,", "E,Epsilon,Consultant,,")

    done = (
        select(EventDetail.after)
        .join(Event, Event.id == EventDetail.event_id)
        .where(Event.kind == "import.done")
    )
    (after,) = session.scalars(done).all()

    assert (after["kind"], after["file"], after["created"], len(after["sha256"])) == (
        "partners",
        "partners.csv",
        2,
        64,
    )


def test_what_is_not_given_stays(session: Session, bring_in: BringIn) -> None:
    bring_in("partners", PARTNERS, "D,Delta,Reseller,Łódź,")

    bring_in("partners", "code,name,type,phone", "D,Delta,Reseller,123")

    assert session.execute(select(Partner.city, Partner.phone).where(Partner.code == "D")).one() == (
        "Łódź",
        "123",
    )


def test_an_unknown_manager_becomes_staff_without_rights(session: Session, bring_in: BringIn) -> None:
    """A2: rights come from roles, and only an administrator gives roles."""
    bring_in(
        "partners",
        PARTNERS,
        "D,Delta,Reseller,,Tsvi0@Northwind.example",
        "E,E,Reseller,,CARL@northwind.example",
    )

    managers = select(Partner.code, Person.name, Person.roles).join(Partner.manager).order_by(Partner.code)
    found = {code: (name, roles) for code, name, roles in session.execute(managers)}

    assert found["D"] == ("tsvi0", [])
    assert found["E"] == ("Carl Manager", ["channel manager"])


def test_text_na_is_a_value_and_names_keep_their_signs(session: Session, bring_in: BringIn) -> None:
    bring_in("partners", PARTNERS, 'NA,"Meyer  ""NA"" (U.S.), Ltd",Reseller,"Kurf\x81rstenstr\n9",')

    assert session.execute(select(Partner.name, Partner.city).where(Partner.code == "NA")).one() == (
        'Meyer  "NA" (U.S.), Ltd',
        "Kurf\x81rstenstr\n9",
    )


def test_a_spreadsheet_comes_in_like_a_file_of_text(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "products.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["sku", "name", "list_price", "currency", "active"])
        page.write_row(1, 0, ["0012", "Bike", 33.6442, "USD", False])

    outcome = bring(session, KINDS["products"], files.inspect(path), Wish(), by=None)

    product = session.scalars(select(Product)).one()
    assert outcome.created == 1
    assert (product.sku, product.list_price, product.active) == ("0012", Decimal("33.6442"), False)


def test_a_rate_is_kept_in_full(session: Session, bring_in: BringIn) -> None:
    bring_in("exchange-rates", "currency,day,rate", "EUR,2026-01-02,1.5760195388598399E-3")

    assert session.scalar(select(ExchangeRate.rate)) == Decimal("1.5760195388598399E-3")


def test_a_credit_note_and_a_line_of_nothing_count(
    session: Session, bike: Product, bring_in: BringIn
) -> None:
    """M2, M5"""
    brought = bring_in(
        "order-lines",
        LINES,
        "C1,1,ACME,2026-01-05,USD,BIKE,-3,0.3333,0.5,",
        "C1,2,ACME,2026-01-05,USD,BIKE,1,0,,0",
    )

    amounts = session.execute(select(OrderLine.amount).order_by(OrderLine.line)).scalars().all()
    assert brought.counts == (2, 0, 0)
    assert amounts == [Decimal("-0.5000"), Decimal("0.0000")]
    assert session.scalar(select(Order.status)) == "closed"


def test_a_won_deal_is_confirmed_and_one_reopened_is_not(session: Session, bring_in: BringIn) -> None:
    """F3"""
    header = "key,name,partner_code,customer,stage,amount,currency,created_on,closed_on"
    bring_in("opportunities", header, "K1,Deal,ACME,Wingtip,Won,100,USD,2026-01-05,2026-02-01")
    won_at = session.scalar(select(Opportunity.confirmed_at))

    bring_in("opportunities", header, "K1,Deal,ACME,Wingtip,Close,100,USD,2026-01-05,")

    deal = session.scalars(select(Opportunity)).one()
    assert won_at is not None
    assert (deal.confirmed_at, deal.closed_on) == (None, None)


def test_a_lead_is_new_until_the_file_says_more(session: Session, bring_in: BringIn) -> None:
    header = "key,company,partner_code,stage,created_on,closed_on"
    bring_in("leads", header, "L1,Wingtip,,,2026-01-05,", "L2,Fabrikam,ACME,converted,2026-01-05,2026-02-01")
    bring_in("leads", "key,company,created_on", "L2,Fabrikam,2026-01-05")

    stages = session.execute(select(Lead.key, Lead.stage).order_by(Lead.key)).all()
    assert [(key, stage.value) for key, stage in stages] == [("L1", "new"), ("L2", "converted")]


def test_measurements_and_certificates_come_in_by_partner(session: Session, bring_in: BringIn) -> None:
    factories.category(session, "Satisfaction", ValueType.DECIMAL)

    measured = bring_in(
        "measurements", "partner_code,category,day,value", "ACME,Satisfaction,2026-01-05,4.25E0"
    )
    header = "partner_code,person_email,subject,passed_on,expires_on"
    passed = bring_in("certificates", header, "ACME,Oscar@acme.example,Bikes,2026-01-05,2027-01-05")
    again = bring_in("certificates", header, "ACME,oscar@ACME.example,Bikes,2026-01-05,")

    assert session.scalar(select(Measurement.value)) == Decimal("4.25")
    assert session.scalar(select(Category.name)) == "Satisfaction"
    assert (measured.counts, passed.counts, again.counts) == ((1, 0, 0), (1, 0, 0), (0, 1, 0))


def test_an_import_assesses_each_partner_it_touched_once(
    session: Session, cast: Cast, bring_in: BringIn
) -> None:
    """P10"""
    told(session, cast)
    session.commit()
    today = date.today().isoformat()  # noqa: DTZ011 - the story is about today

    brought = bring_in(
        "order-lines",
        LINES,
        f"O1,1,ACME,{today},USD,BIKE,1,5000,,",
        f"O1,2,ACME,{today},USD,BIKE,1,1,,",
    )

    causes = session.scalars(select(Assessment.cause)).all()
    assert brought.outcome.warnings == []
    assert [cause.value for cause in causes] == ["import"]


def test_a_day_without_a_rate_is_named_and_the_facts_stay(
    session: Session, cast: Cast, bring_in: BringIn
) -> None:
    """M3: a missing rate is an error that names currency and day; here of the assessing, not of the fact."""
    told(session, cast)
    session.commit()
    today = date.today().isoformat()  # noqa: DTZ011

    brought = bring_in("order-lines", LINES, f"O1,1,ACME,{today},EUR,BIKE,1,5000,,")

    assert brought.counts == (1, 0, 0)
    assert any(f"in EUR were ordered on {today}" in warning for warning in brought.outcome.warnings)
    assert any("not assessed yet" in warning for warning in brought.outcome.warnings)
    assert session.scalar(select(func.count(Assessment.id))) == 0


# ---------------------------------------------------------------- what is refused


def refused(column: str, value: str, *words: str) -> tuple[str, str, tuple[str, ...]]:
    return column, value, words


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        refused("partner_code", "NOBODY", "no partner with this code"),
        refused("ordered_on", "2026-02-30", "The calendar has no 2026-02-30"),
        refused("ordered_on", "05.01.2026", "year-month-day"),
        refused("ordered_on", "1850-01-01", "out of range"),
        refused("currency", "EURO", "not a currency"),
        refused("sku", "CAR", "no product with this number"),
        refused("quantity", "1e3", "not a quantity"),
        refused("unit_price", "1.00001", "at most four places"),
        refused("unit_price", '"1,234.50"', "without separators"),
        refused("unit_price", "5.0000000000000003E-2", "not a price"),
        refused("unit_price", "NaN", "not a price"),
        refused("unit_price", "", "is missing"),
        refused("discount", "1.5", "from 0 to 1"),
        refused("amount", "99.9", "Quantity × unit price × (1 − discount) is 20"),
        refused("line", "one", "whole number"),
    ],
)
def test_a_wrong_cell_is_refused_with_line_column_value_and_what_to_do(
    session: Session, bike: Product, bring_in: BringIn, column: str, value: str, words: tuple[str, ...]
) -> None:
    good = dict(
        zip(
            LINES.split(","),
            ["O1", "2", "ACME", "2026-01-05", "USD", "BIKE", "2", "10", "0", "20"],
            strict=True,
        )
    )

    brought = bring_in(
        "order-lines",
        LINES,
        ",".join({**good, "line": "1"}.values()),
        ",".join({**good, column: value}.values()),
    )

    assert (3, column, value.strip('"')) in brought.places
    assert all(word in brought.whys for word in words)
    assert session.scalar(select(func.count(Order.id))) == 0


def test_all_or_nothing_unless_the_good_rows_are_asked_for(session: Session, bring_in: BringIn) -> None:
    rows = ["D,Delta,Reseller,,", "E,Epsilon,Distributor,,"]

    nothing = bring_in("partners", PARTNERS, *rows)
    some = bring_in("partners", PARTNERS, *rows, partial=True)

    assert (nothing.counts, nothing.outcome.refused) == ((0, 0, 0), 1)
    assert (some.counts, some.outcome.refused) == ((1, 0, 0), 1)
    assert "There is no such partner type" in some.whys


def test_a_key_that_occurs_twice_refuses_both_rows(bring_in: BringIn) -> None:
    brought = bring_in(
        "partners",
        PARTNERS,
        "D,Delta,Reseller,,",
        "E,Epsilon,Reseller,,",
        "D,Delta again,Nonsense,,",
        partial=True,
    )

    assert brought.counts == (1, 0, 0)
    assert {(2, "code", "D"), (4, "code", "D"), (4, "type", "Nonsense")} == set(brought.places)
    assert "lines 2, 4" in brought.whys


def test_a_line_of_another_length_is_refused(bring_in: BringIn) -> None:
    brought = bring_in("partners", "code,name,type", "D,Delta,Reseller", "E,Epsilon")

    assert brought.places == [(3, "", "")]
    assert "has 2 cells, the header 3" in brought.whys


def test_lines_of_an_order_agree_about_the_order(bike: Product, bring_in: BringIn) -> None:
    brought = bring_in(
        "order-lines",
        LINES,
        "O1,1,ACME,2026-01-05,USD,BIKE,1,10,,",
        "O1,2,BOLT,2026-01-05,USD,BIKE,1,10,,",
        "O2,1,ACME,2026-01-05,USD,BIKE,1,10,,",
    )

    assert [line for line, _column, _value in brought.places] == [2, 3]
    assert "differ in partner_code" in brought.whys


def test_an_order_stays_with_its_partner(bike: Product, bring_in: BringIn) -> None:
    bring_in("order-lines", LINES, "O1,1,ACME,2026-01-05,USD,BIKE,1,10,,")

    brought = bring_in("order-lines", LINES, "O1,1,BOLT,2026-01-05,USD,BIKE,1,10,,")

    assert "belongs to partner ACME" in brought.whys


def test_amounts_are_trusted_only_when_the_call_says_so(
    session: Session, bike: Product, bring_in: BringIn
) -> None:
    """M2"""
    row = "O1,1,ACME,2026-01-05,USD,BIKE,3,3.3333,,10.0001"

    strict = bring_in("order-lines", LINES, row)
    trusting = bring_in("order-lines", LINES, row, trust_amounts=True)

    assert (strict.outcome.refused, trusting.counts) == (1, (1, 0, 0))
    assert session.scalar(select(OrderLine.amount)) == Decimal("10.0001")


def test_a_changed_header_of_an_order_counts_its_lines_as_changed(bike: Product, bring_in: BringIn) -> None:
    row = "O1,1,ACME,2026-01-05,USD,BIKE,1,10,,"
    bring_in("order-lines", LINES, row)

    brought = bring_in("order-lines", f"{LINES},status", f"{row},cancelled")

    assert brought.counts == (0, 1, 0)


def test_a_partners_type_follows_its_partnership(session: Session, cast: Cast, bring_in: BringIn) -> None:
    """P1, P4"""
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))
    session.commit()

    brought = bring_in("partners", PARTNERS, "ACME,Acme,Consultant,,")

    assert "has a partnership as Reseller" in brought.whys


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("K1,Deal,ACME,W,Won,100,USD,2026-01-05,", "counts by its closing day"),
        ("K1,Deal,ACME,W,Close,100,USD,2026-01-05,2026-02-01", "An open deal has no closing day"),
        ("K1,Deal,ACME,W,Dreaming,100,USD,2026-01-05,", "no such stage"),
        ("K1,Deal,ACME,W,Lost,100,USD,2026-01-05,2025-12-31", "before created_on"),
    ],
)
def test_a_deal_that_contradicts_itself_is_refused(bring_in: BringIn, row: str, words: str) -> None:
    header = "key,name,partner_code,customer,stage,amount,currency,created_on,closed_on"

    assert words in bring_in("opportunities", header, row).whys


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("code,name", "“type” is missing"),
        ("code,name,type,rank", "“rank” is not known"),
        ("code,name,type,name", "stands twice"),
    ],
)
def test_a_header_that_does_not_fit_stops_the_whole_file(
    bring_in: BringIn, header: str, sentence: str
) -> None:
    with pytest.raises(Unreadable, match=sentence):
        bring_in("partners", header, "D,Delta,Reseller")


# ---------------------------------------------------------------- and back out


def test_import_export_import_changes_nothing(
    session: Session, bike: Product, bring_in: BringIn, exported: Callable[..., list[str]]
) -> None:
    bring_in("partners", f"{PARTNERS},phone", "D,=1+1,Reseller,'-x,carl@northwind.example,+49 30 1")
    bring_in("order-lines", LINES, "O1,1,D,2026-01-05,USD,BIKE,3,3.3333,0.05,")

    for kind in (
        "partners",
        "order-lines",
        "products",
        "operating-companies",
        "partner-types",
        "opportunity-stages",
    ):
        lines = exported(kind)
        brought = bring_in(kind, *lines)

        assert (kind, brought.counts) == (kind, (0, 0, len(lines) - 1))


def test_an_export_makes_texts_harmless_that_a_spreadsheet_would_run(
    bring_in: BringIn, exported: Callable[..., list[str]]
) -> None:
    bring_in("partners", "code,name,type,phone", "D,=1+1,Reseller,+49 30 1")

    (row,) = [line for line in exported("partners") if line.startswith("D,")]

    assert row.startswith("D,'=1+1,Reseller")
    assert "'+49 30 1" in row


def test_one_partners_rows_can_be_exported_alone(exported: Callable[..., list[str]]) -> None:
    assert [line.split(",")[0] for line in exported("partners", "ACME")] == ["code", "ACME"]
