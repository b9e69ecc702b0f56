"""A pinned account: a customer whose leads go to one partner before any rule is asked (L1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked
from app.models.changing import enter
from app.models.partner import Partner
from app.rules.conflicts import domain_of, folded, mail_domain_of
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person

LONGEST_NAME = 300


class PinnedAccount(Tracked, Numbered, Base):
    """A customer whose leads always go to one partner first: a web domain, or a company's name."""

    __tablename__ = "pinned_account"
    __table_args__ = (Index("ix_pinned_account_partner_id", "partner_id"),)

    mark: Mapped[str] = mapped_column(unique=True)
    shown: Mapped[str]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))

    partner: Mapped[Partner] = relationship(lazy="raise")

    @property
    def known_by(self) -> str:
        """Say by what a lead's customer is known to be this one."""
        return "Domain of its website or mail" if self.mark.startswith("domain ") else "Name, however written"

    @classmethod
    def pin(cls, session: Session, account: str, partner: Partner, *, by: Person | None) -> PinnedAccount:
        """Let the leads of a customer go to a partner before all rules; a domain is told from a name by its dot."""
        shown = " ".join(account.split())
        if not shown or len(shown) > LONGEST_NAME:
            raise RuleBroken("Write the customer's web domain, or its name.", "account")
        domain = mail_domain_of(shown) if "@" in shown else domain_of(shown) if " " not in shown else None
        if "@" in shown and domain is None:
            raise RuleBroken(
                "Anybody may have an address there. Write the customer's name instead.", "account"
            )
        mark = f"domain {domain}" if domain else f"name {folded(shown)}"
        known = session.execute(
            select(Partner.name).join(cls, cls.partner_id == Partner.id).where(cls.mark == mark)
        ).scalar_one_or_none()
        taken = RuleBroken(
            f"This customer is pinned to {known or 'a partner'} already. Remove that first.", "account"
        )
        if known is not None:
            raise taken
        pinned = cls(mark=mark, shown=domain or shown, partner_id=partner.id)
        enter(session, pinned, "pinned_account.pinned", by=by, refusals={"uq_pinned_account_mark": taken})
        return pinned

    def unpin(self, *, by: Person | None) -> None:
        """Let the customer's leads go by the rules again."""
        session = self.session
        self.track("pinned_account.unpinned", by=by, shown=self.shown)
        session.delete(self)
        session.flush()


def marks_of(company: str | None, website: str | None, email: str | None) -> list[str]:
    """Return by what a pinned account is known again, the surest first: web domain, mail domain, folded name."""
    web, mail = domain_of(website), mail_domain_of(email)
    name = folded((company or "")[:LONGEST_NAME])
    marks = [f"domain {one}" for one in (web, mail) if one] + ([f"name {name}"] if name else [])
    return list(dict.fromkeys(marks))
