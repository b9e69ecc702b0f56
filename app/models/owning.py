"""Records of the pipeline that one person works: who that is, and who may change them (L7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.models.person import STAFF_ROLES, Person, Role
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

WORKING = frozenset({Role.ADMINISTRATOR, Role.CHANNEL_MANAGER, Role.SALES}) & STAFF_ROLES
"""Staff who work the pipeline (A2)."""


class NotYours(RuleBroken):
    """A colleague's record: its owner and the organisation's administrators may change it."""


def may_edit(person: Person, partner_id: int | None, owner_id: int | None) -> bool:
    """Say whether a person may change a record of a partner (None: the vendor's) that somebody works (L7)."""
    if person.partner_id is None:
        return not WORKING.isdisjoint(person.roles)
    if person.partner_id != partner_id:
        return False
    if Role.PARTNER_ADMINISTRATOR in person.roles:
        return True
    return Role.OPERATIONS_AGENT in person.roles and owner_id in {None, person.id}


class Owned:
    """A record that one person works; nobody's record may be taken up by anybody of the organisation."""

    if TYPE_CHECKING:
        partner_id: Any
        session: Session

    @declared_attr
    def owner_id(self) -> Mapped[int | None]:
        return mapped_column(BigInteger, ForeignKey("person.id"))

    @declared_attr
    def owner_person(self) -> Mapped[Person | None]:
        name: str = self.__name__  # type: ignore[attr-defined]
        return relationship("Person", lazy="raise", foreign_keys=f"{name}.owner_id", viewonly=True)

    def may_be_edited_by(self, person: Person) -> bool:
        """Say whether a person may change the record (L7): agents their own, a partner's administrators all of theirs."""
        return may_edit(person, self.partner_id, self.owner_id)

    def check_edit(self, by: Person | None) -> None:
        """Refuse who may not change the record; jobs and imports (nobody) may."""
        if by is not None and not self.may_be_edited_by(by):
            raise NotYours(
                "A colleague works on this. Ask its owner or an administrator of your organisation."
            )
