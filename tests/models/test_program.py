"""Program versions: draft, change, publish from a day, and the program as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.importing import program_file, program_text
from app.importing.program_file import ProgramFileRefused
from app.models import Assessment, Cause, Event, Ladder, PriceScope, ProgramVersion, Rung, Tier
from app.rules.mistakes import ProgramRefused
from app.rules.program import BenefitShape, CategoryShape, ObligationShape, TierShape, TypeShape, ValueType
from app.rules.program_changes import changes
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted([*ROOT.glob("examples/programs/*.yaml"), *ROOT.glob("examples/*/program.yaml")])
CREATIO = (ROOT / "examples" / "programs" / "creatio.yaml").read_bytes()


@pytest.fixture(autouse=True)
def _a_day_in_2026() -> Iterator[None]:
    with time_machine.travel("2026-03-10 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def held(session: Session, cast: Cast) -> ProgramVersion:
    """The Creatio example holds since 2024."""
    program_file.load(session, CREATIO, by=cast.carl, publish=True)
    session.commit()
    version = ProgramVersion.newest(session)
    assert version is not None
    return version


def reseller(version: ProgramVersion) -> TypeShape:
    kind = version.program().type("Reseller")
    assert kind is not None
    return kind


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_loads_and_dumps_the_same_bytes(session: Session, path: Path) -> None:
    content = path.read_bytes()

    program_file.load(session, content, by=None, publish=True)

    version = ProgramVersion.newest(session)
    assert version is not None
    assert program_text.write(version.program()).encode() == content


def test_a_file_that_equals_what_holds_changes_nothing(session: Session, held: ProgramVersion) -> None:
    events = session.scalar(select(func.count(Event.id)))

    said = program_file.load(session, b"# the same\n" + CREATIO, by=None, publish=True)

    assert said == "“Creatio example” is published and begins on 2024-01-01 already; nothing was changed."
    assert ProgramVersion.draft(session) is None
    assert session.scalar(select(func.count(Event.id))) == events


def test_descriptions_belong_to_types_and_not_to_a_version(session: Session, held: ProgramVersion) -> None:
    said = program_file.load(
        session, CREATIO.replace(b"Finds leads, closes", b"Closes"), by=None, publish=True
    )

    assert (
        said
        == "“Creatio example” is published and begins on 2024-01-01 already; descriptions were brought up to date."
    )
    assert reseller(held).description.startswith("Closes deals")
    assert ProgramVersion.draft(session) is None


def test_a_changed_program_under_the_name_of_a_published_one_is_refused_at_its_name(
    session: Session, held: ProgramVersion
) -> None:
    with pytest.raises(ProgramFileRefused) as refused:
        program_file.load(session, CREATIO.replace(b"target: 10\n", b"target: 11\n"), by=None, publish=True)

    assert [str(one) for one in refused.value.wrong] == [
        "Line 2: There is a version “Creatio example” already; give this one another name."
    ]


def test_a_loaded_file_is_a_draft_until_it_is_published(session: Session, cast: Cast) -> None:
    program_file.load(session, CREATIO, by=cast.carl, publish=False)

    assert ProgramVersion.holding(session, date(2026, 3, 10)) is None
    draft = ProgramVersion.draft(session)
    assert draft is not None

    program_file.load(session, CREATIO, by=cast.carl, publish=True)

    holding = ProgramVersion.holding(session, date(2026, 3, 10))
    assert holding is not None
    assert holding.id == draft.id


def test_a_price_list_that_no_tier_can_grant_is_named_with_its_line(session: Session) -> None:
    """R1"""
    granted = CREATIO.replace(
        b"  - name: Discount\n    value: percent\n", b"  - name: Discount\n    value: price list\n"
    )
    granted = granted.replace(b"value: 10 %", b"value: SILVER-LIST")

    with pytest.raises(ProgramFileRefused) as refused:
        program_file.load(session, granted, by=None, publish=False)
    session.rollback()
    factories.price_list(session, "SILVER-LIST", PriceScope.GRANTED)
    program_file.load(session, granted, by=None, publish=True)

    line = granted.split(b"value: SILVER-LIST")[0].count(b"\n") + 1
    assert str(refused.value.wrong[0]).startswith(
        f"Line {line}: There is no price list “SILVER-LIST” that a tier can grant"
    )
    version = ProgramVersion.newest(session)
    assert version is not None
    assert reseller(version).tiers[0].benefits[0].value == "SILVER-LIST"


def test_a_draft_is_a_copy_of_what_holds_and_only_one(
    session: Session, cast: Cast, held: ProgramVersion
) -> None:
    """P12"""
    draft = ProgramVersion.start(session, by=cast.carl)

    assert replace(draft.program(), name=held.name, valid_from=held.valid_from) == held.program()
    with pytest.raises(RuleBroken, match="There is a draft already"):
        ProgramVersion.start(session, by=cast.carl)


def test_a_ladder_is_changed_in_the_draft_and_not_in_what_holds(
    session: Session, cast: Cast, held: ProgramVersion
) -> None:
    """P12"""
    draft = ProgramVersion.start(session, by=cast.carl)
    before = held.program()
    kind = reseller(draft)
    silver = TierShape("Silver", Decimal(40), (ObligationShape("Number of leads", Decimal(30), Decimal(40)),))

    draft.keep_type(replace(kind, tiers=(*kind.tiers, silver)), by=cast.carl)

    assert [tier.name for tier in reseller(draft).tiers] == ["Bronze", "Silver"]
    assert held.program() == before
    assert [one.what for one in changes(before, draft.program()) if "Silver" in one.part] == [
        "rank",
        "target score",
        "asks for Number of leads",
    ]
    assert session.scalar(select(func.count(Event.id)).where(Event.kind == "program.ladder_changed")) == 1


def test_a_published_version_is_never_edited(session: Session, cast: Cast, held: ProgramVersion) -> None:
    """P12"""
    with pytest.raises(RuleBroken, match="is published and is never edited"):
        held.keep_type(reseller(held), by=cast.carl)


def test_two_who_edit_the_same_draft_do_not_overwrite_each_other(
    session: Session, cast: Cast, held: ProgramVersion
) -> None:
    draft = ProgramVersion.start(session, by=cast.carl)
    read_by_anna = draft.revision
    draft.keep_type(reseller(draft), by=cast.carl, revision=draft.revision)

    with pytest.raises(RuleBroken, match="Somebody changed this draft meanwhile"):
        draft.keep_type(reseller(draft), by=cast.anna, revision=read_by_anna)


def test_a_mistake_in_a_ladder_names_its_cell(session: Session, cast: Cast, held: ProgramVersion) -> None:
    draft = ProgramVersion.start(session, by=cast.carl)
    kind = reseller(draft)
    twice = replace(kind, tiers=(*kind.tiers, kind.tiers[0]))

    with pytest.raises(ProgramRefused) as refused:
        draft.keep_type(twice, by=cast.carl)

    assert [one.path for one in refused.value.mistakes] == [("tiers", 1, "name")]


def test_a_category_that_was_never_used_may_be_given(
    session: Session, cast: Cast, held: ProgramVersion
) -> None:
    draft = ProgramVersion.start(session, by=cast.carl)
    draft.keep_category(CategoryShape("Logo", ValueType.YES_NO), by=cast.carl)
    kind = reseller(draft)
    bronze = replace(kind.tiers[0], benefits=(BenefitShape("Logo", Decimal(1)),))

    draft.keep_type(replace(kind, tiers=(bronze,)), by=cast.carl)

    assert reseller(draft).tiers[0].benefits == (BenefitShape("Logo", Decimal(1)),)


def test_a_category_keeps_the_kind_of_its_values_once_it_holds_some(
    session: Session, cast: Cast, held: ProgramVersion
) -> None:
    draft = ProgramVersion.start(session, by=cast.carl)

    with pytest.raises(ProgramRefused, match="“Discount” holds percent values already"):
        draft.keep_category(CategoryShape("Discount", ValueType.MONEY), by=cast.carl)


def test_a_version_may_begin_in_the_past_while_nothing_was_assessed(session: Session, cast: Cast) -> None:
    """P12"""
    program_file.load(session, CREATIO, by=cast.carl, publish=True)

    holding = ProgramVersion.holding(session, date(2024, 1, 1))
    assert holding is not None
    assert holding.name == "Creatio example"


def test_a_version_may_not_begin_before_the_last_stored_verdict(
    session: Session, cast: Cast, held: ProgramVersion
) -> None:
    """P12: the sentence names the first day allowed."""
    an_assessment(session, cast, held, date(2026, 2, 20))
    draft = ProgramVersion.start(session, by=cast.carl)

    with pytest.raises(RuleBroken) as refused:
        draft.publish(date(2026, 2, 20), by=cast.carl)

    assert refused.value.field == "valid_from"
    assert refused.value.sentence.endswith("The first day this version may begin on is 2026-02-21.")
    draft.publish(date(2026, 2, 21), by=cast.carl)
    assert draft.valid_from == date(2026, 2, 21)


def test_a_version_may_begin_today_although_partners_were_assessed_today(
    session: Session, cast: Cast, held: ProgramVersion
) -> None:
    """P12"""
    an_assessment(session, cast, held, date(2026, 3, 10))
    draft = ProgramVersion.start(session, by=cast.carl)

    draft.publish(date(2026, 3, 10), by=cast.carl)

    assert not draft.is_draft


def test_two_versions_cannot_begin_on_one_day(session: Session, cast: Cast, held: ProgramVersion) -> None:
    draft = ProgramVersion.start(session, by=cast.carl)

    with pytest.raises(RuleBroken, match="“Creatio example” begins on 2024-01-01 already"):
        draft.publish(date(2024, 1, 1), by=cast.carl)


def test_a_tier_that_partners_hold_cannot_be_gone(session: Session, cast: Cast, held: ProgramVersion) -> None:
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31), "Bronze")
    draft = ProgramVersion.start(session, by=cast.carl)
    kind = reseller(draft)
    draft.keep_type(replace(kind, tiers=(replace(kind.tiers[0], name="Copper"),)), by=cast.carl)

    with pytest.raises(
        RuleBroken, match="Partners hold tiers that this version does not have: 1 Reseller at Bronze"
    ):
        draft.publish(date(2026, 3, 10), by=cast.carl)


def test_publishing_stores_what_becomes_of_every_partner(
    session: Session, cast: Cast, held: ProgramVersion
) -> None:
    """P10"""
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))
    draft = ProgramVersion.start(session, by=cast.carl)

    draft.publish(date(2026, 3, 1), by=cast.carl)

    stored = session.scalars(select(Assessment)).one()
    assert (stored.assessed_on, stored.cause, stored.version_id) == (
        date(2026, 3, 10),
        Cause.PUBLISHING,
        draft.id,
    )


def test_a_draft_that_is_discarded_leaves_nothing_but_an_event(
    session: Session, cast: Cast, held: ProgramVersion
) -> None:
    draft = ProgramVersion.start(session, by=cast.carl)
    number = draft.id

    draft.discard(by=cast.carl)
    session.commit()

    assert ProgramVersion.draft(session) is None
    assert session.scalar(select(func.count(Ladder.id)).where(Ladder.version_id == number)) == 0
    assert session.scalar(select(func.count(Event.id)).where(Event.kind == "program.draft_discarded")) == 1


def test_a_renamed_tier_stays_the_same_tier(session: Session, cast: Cast, held: ProgramVersion) -> None:
    bronze = session.scalars(select(Tier).where(Tier.name == "Bronze")).one()

    bronze.rename("Copper", by=cast.carl)

    assert session.scalar(select(func.count(Rung.id)).where(Rung.tier_id == bronze.id)) == 1
    assert [tier.name for tier in reseller(held).tiers] == ["Copper"]


def an_assessment(session: Session, cast: Cast, version: ProgramVersion, on: date) -> None:
    partnership = factories.partnership(session, cast.bolt, date(2025, 1, 1), date(2026, 12, 31))
    tier = factories.tier(session, cast.reseller, "Registered")
    factories.added(
        session,
        Assessment(
            partner_id=cast.bolt.id,
            partnership_id=partnership.id,
            version_id=version.id,
            assessed_on=on,
            assessed_at=version.published_at,
            cause=Cause.NIGHT,
            earned_tier_id=tier.id,
            held_tier_id=tier.id,
            figures=[],
        ),
    )
