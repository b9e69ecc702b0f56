"""Configuring a program in the main application: versions, types, ladders, categories, companies."""

from __future__ import annotations

import hashlib
import html
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.importing import program_file
from app.models import Category, OperatingCompany, ProgramVersion, Tier, TypeDocument
from app.rules.program import BenefitShape, ObligationShape
from tests.cast import Cast
from tests.conftest import Queries

ROOT = Path(__file__).resolve().parents[2]
CREATIO = (ROOT / "examples" / "programs" / "creatio.yaml").read_bytes()
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def held(session: Session, cast: Cast) -> ProgramVersion:
    """The Creatio example holds since 2024."""
    program_file.load(session, CREATIO, by=cast.carl, publish=True)
    session.commit()
    version = ProgramVersion.newest(session)
    assert version is not None
    return version


@pytest.fixture
def draft(session: Session, cast: Cast, held: ProgramVersion) -> ProgramVersion:
    """A draft of Carl's, a copy of what holds."""
    begun = ProgramVersion.start(session, by=cast.carl)
    session.commit()
    return begun


PAGES = [
    "/partnership/program",
    "/partnership/program/{held}",
    "/partnership/program/{draft}",
    "/partnership/program/{draft}/changes",
    "/partnership/program/{held}/types/{type}",
    "/partnership/program/{held}/program.yaml",
    "/partnership/types",
    "/partnership/types/{type}",
    "/partnership/types/{type}/ladder",
    "/partnership/tiers",
    "/partnership/categories",
    "/partnership/categories/{category}",
    "/partnership/parameters?version=now",
    "/partnership/operating-companies",
    "/partnership/types.csv",
    "/partnership/tiers.csv",
    "/partnership/categories.csv",
    "/partnership/parameters.csv",
    "/partnership/parameters.xlsx",
    "/partnership/operating-companies.csv",
]
ONLY_FOR_WRITERS = [
    "/partnership/program/new",
    "/partnership/program/file",
    "/partnership/program/{draft}/edit",
    "/partnership/program/{draft}/publication",
    "/partnership/types/new",
    "/partnership/types/{type}/edit",
    "/partnership/tiers/{tier}/edit",
    "/partnership/categories/new",
]


def address(page: str, held: ProgramVersion, draft: ProgramVersion, cast: Cast, session: Session) -> str:
    category = session.scalars(select(Category.id)).first()
    tier = session.scalars(select(Tier.id).where(Tier.name == "Bronze")).first()
    return page.format(held=held.id, draft=draft.id, type=cast.reseller.id, category=category, tier=tier)


def test_staff_read_every_page_of_the_program(
    sign_in: SignIn, held: ProgramVersion, draft: ProgramVersion, cast: Cast, session: Session
) -> None:
    """A2, A6"""
    audrey, carl, alice = sign_in("audrey"), sign_in("carl"), sign_in("alice")
    for page in PAGES:
        where = address(page, held, draft, cast, session)
        assert audrey.get(where).status_code == 200, where
        assert carl.get(where).status_code == 200, where
        assert alice.get(where).status_code == 403, where


def test_only_those_who_configure_the_program_open_its_forms(
    sign_in: SignIn, held: ProgramVersion, draft: ProgramVersion, cast: Cast, session: Session
) -> None:
    """A2, A6"""
    carl, sam = sign_in("carl"), sign_in("sam")
    for page in ONLY_FOR_WRITERS:
        where = address(page, held, draft, cast, session)
        assert carl.get(where).status_code == 200, where
        assert sam.get(where).status_code == 403, where


# ---------------------------------------------------------------- versions


def test_a_draft_is_begun_published_and_holds(
    sign_in: SignIn, held: ProgramVersion, session: Session
) -> None:
    """P12"""
    carl = sign_in("carl")

    begun = carl.post("/partnership/program/draft")
    draft = ProgramVersion.draft(session)
    assert draft is not None
    assert begun.status_code == 303
    published = carl.post(
        f"/partnership/program/{draft.id}/publication", data={"name": "Program 2", "valid_from": "2026-02-01"}
    )

    assert published.status_code == 303
    session.expire_all()
    assert (draft.name, str(draft.valid_from), draft.is_draft) == ("Program 2", "2026-02-01", False)


@pytest.mark.parametrize("page", ["edit", "publication"])
def test_a_draft_that_changed_meanwhile_is_neither_described_nor_published_unseen(
    sign_in: SignIn, draft: ProgramVersion, session: Session, page: str
) -> None:
    """P12: what is published is never edited again, so nobody publishes what somebody else just wrote."""
    seen = {"revision": str(draft.revision), "name": "Program 2", "currency": "EUR", "year_starts": "01-01"}
    draft.describe(name="Changed by Anna", currency="EUR", year_starts="01-01", by=None)
    session.commit()

    answer = sign_in("carl").post(
        f"/partnership/program/{draft.id}/{page}", data={**seen, "valid_from": "2026-02-01"}
    )

    assert answer.status_code == 422
    assert "Somebody changed this draft meanwhile" in answer.text
    session.expire_all()
    assert (draft.name, draft.is_draft) == ("Changed by Anna", True)


def test_a_first_day_that_is_not_allowed_is_refused_at_the_field(
    sign_in: SignIn, draft: ProgramVersion
) -> None:
    """P12"""
    answer = sign_in("carl").post(
        f"/partnership/program/{draft.id}/publication", data={"name": "Program 2", "valid_from": "2024-01-01"}
    )

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "“Creatio example” begins on 2024-01-01 already; choose another day." in page
    assert 'value="Program 2"' in page


def test_sales_may_not_touch_the_program(sign_in: SignIn, draft: ProgramVersion, cast: Cast) -> None:
    """A2"""
    sam, alice = sign_in("sam"), sign_in("alice")
    for client in (sam, alice):
        assert client.post("/partnership/program/draft").status_code == 403
        assert client.post(f"/partnership/program/{draft.id}/publication").status_code == 403
        assert client.post(f"/partnership/program/{draft.id}/discard").status_code == 403
        assert client.post(f"/partnership/types/{cast.reseller.id}/ladder").status_code == 403
        assert client.post(f"/partnership/types/{cast.reseller.id}/files").status_code == 403
        assert client.post("/partnership/categories/new").status_code == 403
        assert client.post("/partnership/operating-companies/new").status_code == 403


def test_a_version_downloads_as_its_canonical_file(sign_in: SignIn, held: ProgramVersion) -> None:
    answer = sign_in("sam").get(f"/partnership/program/{held.id}/program.yaml")

    assert answer.data == CREATIO
    assert answer.headers["Content-Disposition"] == "attachment; filename=creatio-example.yaml"


def test_a_program_file_with_mistakes_shows_each_with_its_line(sign_in: SignIn, held: ProgramVersion) -> None:
    wrong = CREATIO.replace(b"count: leads", b"count: smiles").replace(b"target: 10\n", b"target: ten\n")

    answer = sign_in("carl").post(
        "/partnership/program/file", data={"file": (io.BytesIO(wrong), "program.yaml")}
    )

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "2 lines need another look" in page
    assert "“smiles” is not a noun with a count" in page
    assert "must be a whole number such as 10, not “ten”" in page


def test_what_changed_reads_like_sentences(
    sign_in: SignIn, draft: ProgramVersion, session: Session, cast: Cast
) -> None:
    kind = draft.program().types[0]
    bronze = replace(kind.tiers[0], benefits=(BenefitShape("Discount", Decimal(12)),))
    draft.keep_type(replace(kind, tiers=(bronze,)), by=cast.carl)
    session.commit()

    page = sign_in("sam").get(f"/partnership/program/{draft.id}/changes").get_data(as_text=True)

    assert "gives Discount" in page
    assert "<td>10 %</td>" in page
    assert "<td>12 %</td>" in page
    assert "gives Marketing fund" in page


def test_an_empty_installation_is_led_to_its_first_draft(sign_in: SignIn, session: Session) -> None:
    carl = sign_in("carl")

    first = carl.get("/partnership/types/new")
    begun = carl.post(
        "/partnership/program/new", data={"name": "Program 1", "currency": "chf", "year_starts": "04-06"}
    )
    page = carl.get("/partnership/program").get_data(as_text=True)

    assert (first.status_code, first.location) == (303, "/partnership/program/new")
    assert (begun.status_code, begun.location) == (303, "/partnership/types")
    draft = ProgramVersion.draft(session)
    assert draft is not None
    assert (draft.currency, draft.year_starts) == ("CHF", "04-06")
    assert "The draft has no types yet" in page


def test_a_program_year_that_begins_on_no_day_is_refused(sign_in: SignIn) -> None:
    """P8"""
    for start in ("02-30", "1-1", "April", "13-01"):
        form = {"name": "Program 1", "currency": "CHF", "year_starts": start}

        answer = sign_in("carl").post("/partnership/program/new", data=form)

        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert "is not a day of every year" in page.split('id="year_starts-error"')[1], start


# ---------------------------------------------------------------- types and ladders


def a_ladder(**changed: str) -> dict[str, str]:
    """The Creatio ladder as the page posts it, with a Silver of its own."""
    form = {
        "revision": "1",
        "mode": "points",
        "partial_credit": "y",
        "needs_lower_tiers": "y",
        "upgrades": "at once",
        "downgrades": "at review",
        "review": "yearly",
        "renewal": "for one year",
        "wins_count": "when confirmed",
        "t1-name": "Bronze",
        "t1-score": "80",
        "t2-name": "Silver",
        "t2-score": "60",
        "o1-category": "Number of leads",
        "o1-t1-target": "10",
        "o1-t1-score": "40",
        "o1-t2-target": "30",
        "o1-t2-score": "60",
        "o2-category": "Opportunity amount",
        "o2-t1-target": "100000",
        "o2-t1-score": "40",
        "b1-category": "Discount",
        "b1-t0": "5 %",
        "b1-t1": "10 %",
        "b1-t2": "12.5",
    }
    return form | changed


def test_a_type_is_added_with_its_tiers(sign_in: SignIn, draft: ProgramVersion, session: Session) -> None:
    answer = sign_in("carl").post(
        "/partnership/types/new",
        data={"name": "Referrer", "tiers": "Bronze, Silver , Gold", "mode": "thresholds"},
    )

    assert answer.status_code == 303
    kind = draft.program().type("Referrer")
    assert kind is not None
    assert [tier.name for tier in kind.tiers] == ["Bronze", "Silver", "Gold"]


REFUSED_TYPES: list[tuple[dict[str, str], str]] = [
    ({"tiers": "Bronze, bronze"}, "The tier of Referrer “bronze” is there twice"),
    ({"tiers": "Registered"}, "“Registered” is the rank below every tier"),
    ({"name": "reseller"}, "There is a partner type “Reseller” already"),
    ({"name": ""}, "Give the type a name, such as Reseller."),
]


def test_a_type_that_cannot_be_is_refused_at_its_field(sign_in: SignIn, draft: ProgramVersion) -> None:
    carl = sign_in("carl")
    for given, says in REFUSED_TYPES:
        form = {"name": "Referrer", "tiers": "Bronze", "mode": "points"} | given

        answer = carl.post("/partnership/types/new", data=form)

        assert answer.status_code == 422, given
        assert says in answer.get_data(as_text=True)


def test_a_whole_ladder_is_kept_at_once(
    sign_in: SignIn, draft: ProgramVersion, cast: Cast, session: Session
) -> None:
    answer = sign_in("carl").post(f"/partnership/types/{cast.reseller.id}/ladder", data=a_ladder())

    assert answer.status_code == 303
    kind = draft.program().type("Reseller")
    assert kind is not None
    assert [(tier.name, tier.target_score) for tier in kind.tiers] == [
        ("Bronze", Decimal(80)),
        ("Silver", Decimal(60)),
    ]
    assert kind.tiers[1].obligations == (ObligationShape("Number of leads", Decimal(30), Decimal(60)),)
    assert kind.registered == (BenefitShape("Discount", Decimal(5)),)


def test_the_first_change_begins_the_draft(
    sign_in: SignIn, held: ProgramVersion, cast: Cast, session: Session
) -> None:
    answer = sign_in("carl").post(
        f"/partnership/types/{cast.reseller.id}/ladder", data=a_ladder(revision="0")
    )

    assert answer.status_code == 303
    assert ProgramVersion.draft(session) is not None


REFUSED_CELLS: list[tuple[dict[str, str], str, str]] = [
    ({"o1-t2-target": "many"}, "o1-t2", "The target must be a whole number such as 10, not “many”."),
    ({"o1-t2-score": "1,5"}, "o1-t2", "The score must be a plain number such as 10 or 2.5, not “1,5”."),
    ({"b1-t1": "plenty"}, "b1-t1", "The value must be a percentage such as 10 % or 2.5 %, not “plenty”."),
    ({"t2-name": "BRONZE"}, "t2-name", "The tier of Reseller “BRONZE” is there twice"),
    ({"t2-score": "61"}, "t2-name", "asks for 61 points, but its obligations give at most 60"),
    (
        {"o2-category": "Number of leads"},
        "o2-category",
        "the obligation “Number of leads” is there twice on the same days",
    ),
    (
        {"o1-from": "2026-05-01", "o1-to": "2026-04-01"},
        "o1-category",
        "ends on 2026-04-01, before it begins",
    ),
    ({"o1-from": "2026-02-30"}, "o1-category", "“2026-02-30” is not a day such as 2026-01-31."),
    ({"t3-name": "Gold"}, "t3-name", "Reseller, Gold has no obligation, so there is no way to reach it"),
    ({"b2-category": "", "b2-t1": "3"}, "b2-category", "Choose what this row is about."),
    ({"o1-t1-floor": "11"}, "o1-t1", "has a floor of 11 above its target of 10"),
]


def test_a_refused_cell_keeps_what_was_typed_and_says_why(
    sign_in: SignIn, draft: ProgramVersion, cast: Cast, session: Session
) -> None:
    before = draft.program()
    carl = sign_in("carl")

    for given, at, says in REFUSED_CELLS:
        answer = carl.post(f"/partnership/types/{cast.reseller.id}/ladder", data=a_ladder(**given))

        assert answer.status_code == 422, given
        page = answer.get_data(as_text=True)
        around = page.split(f'id="{at}-error">')
        assert len(around) == 2, given
        assert says in around[1].split("</p>")[0]
        assert f'href="#{at}"' in page
        for name, value in given.items():
            assert not value or "-category" in name or f'name="{name}" value="{value}"' in page
    session.expire_all()
    assert draft.program() == before


def test_a_ladder_changed_by_somebody_else_meanwhile_is_not_overwritten(
    sign_in: SignIn, draft: ProgramVersion, cast: Cast, session: Session
) -> None:
    carl, anna = sign_in("carl"), sign_in("anna")
    assert carl.post(f"/partnership/types/{cast.reseller.id}/ladder", data=a_ladder()).status_code == 303

    answer = anna.post(
        f"/partnership/types/{cast.reseller.id}/ladder", data=a_ladder(**{"t2-name": "Copper"})
    )

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "Somebody changed this draft meanwhile." in page
    assert 'value="Copper"' in page


def test_a_tier_is_removed_and_moved_by_its_column(
    sign_in: SignIn, draft: ProgramVersion, cast: Cast
) -> None:
    carl = sign_in("carl")

    turned = a_ladder(**{"t1-place": "2", "t2-place": "1"})
    assert carl.post(f"/partnership/types/{cast.reseller.id}/ladder", data=turned).status_code == 303
    kind = draft.program().type("Reseller")
    assert kind is not None
    assert [tier.name for tier in kind.tiers] == ["Silver", "Bronze"]

    without = a_ladder(revision="2", **{"t2-remove": "y"})
    assert carl.post(f"/partnership/types/{cast.reseller.id}/ladder", data=without).status_code == 303
    kind = draft.program().type("Reseller")
    assert kind is not None
    assert [tier.name for tier in kind.tiers] == ["Bronze"]


# ---------------------------------------------------------------- a type's page and its files


def test_a_page_of_information_is_previewed_and_saved_without_scripts(
    sign_in: SignIn, held: ProgramVersion, cast: Cast
) -> None:
    carl = sign_in("carl")
    form = {
        "name": "Reseller",
        "information": "# Hello\n\n<script>alert(1)</script> [x](javascript:alert(1))",
    }

    preview = carl.post(f"/partnership/types/{cast.reseller.id}/edit", data={**form, "preview": "yes"})
    saved = carl.post(f"/partnership/types/{cast.reseller.id}/edit", data=form)
    page = carl.get(f"/partnership/types/{cast.reseller.id}").get_data(as_text=True)

    assert preview.status_code == 200
    assert "<h1>Hello</h1>" in preview.get_data(as_text=True)
    assert saved.status_code == 303
    assert "<h1>Hello</h1>" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_a_file_is_kept_listed_given_back_and_removed(
    sign_in: SignIn, held: ProgramVersion, cast: Cast, session: Session
) -> None:
    carl = sign_in("carl")
    content = b"%PDF-1.7\nThe guide"

    kept = carl.post(
        f"/partnership/types/{cast.reseller.id}/files",
        data={"file": (io.BytesIO(content), "../docs/Guide ü.pdf")},
    )
    document = session.scalars(select(TypeDocument)).one()
    given = carl.get(f"/partnership/types/files/{document.id}")

    assert kept.status_code == 303
    assert (document.name, document.size) == ("Guide ü.pdf", len(content))
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert given.data == content
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert given.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert given.headers["Content-Type"] == "application/pdf"
    assert carl.post(f"/partnership/types/files/{document.id}/removal").status_code == 303
    assert carl.get(f"/partnership/types/files/{document.id}").status_code == 404


LYING_FILES: list[tuple[str, bytes, str]] = [
    ("guide.pdf", b"MZ\x90 a program", "is not what its name says"),
    ("logo.png", b"%PDF-1.7", "is not what its name says"),
    ("plan.docx", b"PK\x03\x04 no zip", "is not what its name says"),
    ("notes.txt", b"a\x00b", "is not what its name says"),
    ("page.html", b"<script>", "Files of this kind are not taken."),
    ("empty.pdf", b"", "The file is empty."),
]


def test_an_upload_that_is_not_what_its_name_says_is_refused(
    sign_in: SignIn, held: ProgramVersion, cast: Cast, session: Session
) -> None:
    carl = sign_in("carl")
    for name, content, says in LYING_FILES:
        data = {"file": (io.BytesIO(content), name)}

        answer = carl.post(f"/partnership/types/{cast.reseller.id}/files", data=data)

        assert answer.status_code == 422, name
        assert says in answer.get_data(as_text=True)
    assert session.scalars(select(TypeDocument)).all() == []


def test_an_upload_above_the_limit_is_refused(sign_in: SignIn, held: ProgramVersion, cast: Cast) -> None:
    huge = io.BytesIO(b"%PDF-" + b"x" * (22 * 1024 * 1024))

    answer = sign_in("carl").post(
        f"/partnership/types/{cast.reseller.id}/files", data={"file": (huge, "huge.pdf")}
    )

    assert answer.status_code == 413


# ---------------------------------------------------------------- categories, tiers, companies


MEASURES: list[tuple[dict[str, str], dict[str, object]]] = [
    (
        {"counted": "sum|opportunities|amount|won", "over": "calendar year", "value_type": "money"},
        {"sum": "opportunities", "of": "amount", "counting": "won", "over": "calendar year"},
    ),
    (
        {
            "counted": "sum|order lines|quantity|",
            "over": "rolling",
            "months": "12",
            "where": "category: Bikes, Clothing",
        },
        {
            "sum": "order lines",
            "of": "quantity",
            "where": {"category": ["Bikes", "Clothing"]},
            "over": "rolling 12 months",
        },
    ),
    (
        {"counted": "distinct|certificates|people|", "over": "ever"},
        {"distinct": "certificates", "of": "people", "over": "ever"},
    ),
    (
        {"counted": "value latest", "over": "quarter", "value_type": "percent"},
        {"value": "latest", "over": "quarter"},
    ),
    (
        {"counted": "artefact", "fresh_days": "90", "value_type": "yes/no"},
        {"artefact": "Business plan", "fresh for": "90 days"},
    ),
    (
        {"counted": "count|leads||converted", "over": "quarter", "growth": "y", "value_type": "percent"},
        {"growth": {"count": "leads", "counting": "converted", "over": "quarter"}},
    ),
    (
        {
            "counted": "written",
            "written": "net count:\n  plus: {count: orders}\n  minus: {count: leads}\n",
        },
        {
            "net count": {
                "plus": {"count": "orders", "over": "program year"},
                "minus": {"count": "leads", "counting": "converted", "over": "program year"},
            }
        },
    ),
]
REFUSED_CATEGORIES: list[tuple[dict[str, str], str]] = [
    ({"counted": "count|leads||converted", "where": "colour: red"}, "cannot be filtered by “colour”"),
    ({"counted": "count|leads||converted", "where": "red"}, "“red” is not a filter"),
    (
        {"counted": "count|leads||converted", "value_type": "money"},
        "its values are decimal or integer, not money",
    ),
    ({"counted": "count|leads||converted", "over": "rolling"}, "is not a window"),
    ({"counted": "written", "written": "tally: smiles"}, "A measure has exactly one of"),
    ({"counted": "written", "written": "a: &x 1"}, "Anchors"),
    ({"name": "Discount"}, "There is a category “Discount” already"),
    ({"value_type": "choice", "choices": "one"}, "is a choice and needs at least two choices"),
]


def test_a_measure_is_asked_in_words(sign_in: SignIn, draft: ProgramVersion, session: Session) -> None:
    """P8"""
    carl = sign_in("carl")
    for number, (given, definition) in enumerate(MEASURES):
        name = f"Business plan {number}"
        form = {"name": name, "value_type": "integer", "over": "program year"} | given

        answer = carl.post("/partnership/categories/new", data=form)

        assert answer.status_code == 303, given
        made = draft.program().category(name)
        assert made is not None
        assert made.measure is not None
        assert made.measure.to_dict() == definition | ({"artefact": name} if "artefact" in definition else {})
        category = session.scalars(select(Category.id).where(Category.name == name)).one()
        page = carl.get(f"/partnership/categories/{category}").get_data(as_text=True)
        assert made.measure.sentence() in html.unescape(page)


def test_a_category_that_cannot_be_is_refused(sign_in: SignIn, draft: ProgramVersion) -> None:
    """P8"""
    carl = sign_in("carl")
    for given, says in REFUSED_CATEGORIES:
        form = {"name": "Mood", "value_type": "integer", "over": "program year", "counted": ""} | given

        answer = carl.post("/partnership/categories/new", data=form)

        assert answer.status_code == 422, given
        assert says in html.unescape(answer.get_data(as_text=True))


def test_a_tier_is_renamed(sign_in: SignIn, held: ProgramVersion, session: Session) -> None:
    bronze = session.scalars(select(Tier).where(Tier.name == "Bronze")).one()

    answer = sign_in("carl").post(f"/partnership/tiers/{bronze.id}/edit", data={"name": "Copper"})

    assert answer.status_code == 303
    session.expire_all()
    assert bronze.name == "Copper"


def test_an_operating_company_is_added_and_changed(sign_in: SignIn, session: Session) -> None:
    anna = sign_in("anna")
    form = {
        "code": "DE",
        "name": "Northwind Germany",
        "country": "DE",
        "currency": "eur",
        "time_zone": "Europe/Berlin",
    }

    assert anna.post("/partnership/operating-companies/new", data=form).status_code == 303
    company = session.scalars(select(OperatingCompany).where(OperatingCompany.code == "DE")).one()
    assert company.currency == "EUR"
    answer = anna.post(
        f"/partnership/operating-companies/{company.id}/edit", data=form | {"time_zone": "Mars/Olympus"}
    )
    assert answer.status_code == 422
    twice = anna.post("/partnership/operating-companies/new", data=form | {"code": "de"})
    assert twice.status_code == 422
    assert "There is an operating company with the code “de” already." in twice.get_data(as_text=True)


def test_lists_ask_for_few_queries(sign_in: SignIn, draft: ProgramVersion, queries: Queries) -> None:
    carl = sign_in("carl")
    for page in ("types", "tiers", "categories", "parameters?version=draft", "operating-companies"):
        queries.clear()
        assert carl.get(f"/partnership/{page}").status_code == 200
        assert len(queries) <= 4, (page, list(queries))


def test_the_ladder_page_asks_for_few_queries(
    sign_in: SignIn, draft: ProgramVersion, cast: Cast, queries: Queries
) -> None:
    carl = sign_in("carl")

    queries.clear()
    carl.get(f"/partnership/types/{cast.reseller.id}/ladder")

    assert len(queries) <= 10, list(queries)
