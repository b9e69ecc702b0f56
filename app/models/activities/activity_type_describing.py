"""How the vendor names a type of activity and its proofs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.orm import Session

from app.models.changing import check_version, enter, lock, refused_by
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.activities.activity_type import ActivityType
    from app.models.person import Person

LONGEST = {"name": 100, "description": 1000}
MOST_PROOFS = 12
LONGEST_PROOF = 80
TAKEN = "uq_activity_type_name"


class Describing:
    """Naming and changing."""

    @classmethod
    def make(
        cls,
        session: Session,
        *,
        name: str,
        proofs: Sequence[str],
        description: str | None = None,
        by: Person,
    ) -> ActivityType:
        """Offer a new type of activity, with the proofs it takes to be completed."""
        made: Any = cls
        kind: ActivityType = made(active=True)
        _write(kind, name, proofs, description)
        enter(session, kind, "activity_type.made", by=by, refusals={TAKEN: _taken(kind.name)})
        return kind

    def change(
        self,
        *,
        name: str,
        proofs: Sequence[str],
        description: str | None = None,
        by: Person,
        version: int | None = None,
    ) -> None:
        """Change what it is called and takes; activities approved before keep the checklist they were approved with."""
        kind = cast("ActivityType", self)
        lock(kind)
        check_version(kind, version)
        with kind.session.no_autoflush:
            _write(kind, name, proofs, description)
        if kind.changes()[1]:
            with refused_by(kind.session, {TAKEN: _taken(kind.name)}):
                kind.track("activity_type.changed", by=by)

    def retire(self, *, by: Person) -> None:
        """Offer it no more; activities of this type go on."""
        self._offer(by, "activity_type.retired", active=False)

    def take_up(self, *, by: Person) -> None:
        """Offer it again."""
        self._offer(by, "activity_type.taken_up", active=True)

    def _offer(self, by: Person, kind: str, *, active: bool) -> None:
        one = cast("ActivityType", self)
        lock(one)
        if one.active is not active:
            one.active = active
            one.track(kind, by=by, name=one.name)


def _taken(name: str) -> RuleBroken:
    return RuleBroken(f"There is a type “{name}” already. Choose another name.", "name")


def _write(kind: ActivityType, name: str, proofs: Sequence[str], description: str | None) -> None:
    texts = {"name": name.strip(), "description": (description or "").strip()}
    for field, text in texts.items():
        if len(text) > LONGEST[field]:
            raise RuleBroken(f"This has at most {LONGEST[field]:,} characters. Shorten it.", field)
    if not texts["name"]:
        raise RuleBroken("Name the type.", "name")
    items = [item for one in proofs if (item := " ".join(one.split()))]
    if len(items) > MOST_PROOFS:
        raise RuleBroken(f"Ask for at most {MOST_PROOFS} proofs.", "proofs")
    if any(len(item) > LONGEST_PROOF for item in items):
        raise RuleBroken(f"A proof’s name has at most {LONGEST_PROOF} characters.", "proofs")
    if len({item.casefold() for item in items}) < len(items):
        raise RuleBroken("Each proof stands on the list once.", "proofs")
    kind.name, kind.description = texts["name"], texts["description"] or None
    if kind.proofs != items:
        kind.proofs = items
