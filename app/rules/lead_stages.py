"""L2: which act moves a lead from which stage to which, and who must have it for that.

A lead is with the vendor or with a partner. Open stages are new, qualified, handed off and accepted; a lead that is
converted lives on as its opportunity, and one that is disqualified or withdrawn is closed until staff reopen it.

| act | from | who has it | to |
|---|---|---|---|
| qualify | new | either | qualified |
| hand off (an offer) | new, qualified, handed off | vendor | handed off |
| accept (an offer) | handed off | vendor | accepted |
| return (no offer is open any more) | handed off | vendor | qualified |
| give back | any open | partner | new when it was new, else qualified |
| convert | any open | partner | converted |
| disqualify | any open, not on offer | either | disqualified |
| withdraw | any open, not on offer | either | withdrawn |
| reopen | disqualified, withdrawn | either | accepted with a partner, new with the vendor |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.rules.refusals import RuleBroken


class LeadStage(StrEnum):
    """The path of a lead (L2)."""

    NEW = "new"
    QUALIFIED = "qualified"
    HANDED_OFF = "handed off"
    ACCEPTED = "accepted"
    CONVERTED = "converted"
    DISQUALIFIED = "disqualified"
    WITHDRAWN = "withdrawn"


class LeadAct(StrEnum):
    """What may be done with a lead, as a sentence says it: "This lead cannot be converted"."""

    QUALIFY = "qualified"
    HAND_OFF = "offered"
    ACCEPT = "accepted"
    RETURN = "returned to the queue"
    GIVE_BACK = "passed back"
    CONVERT = "converted"
    DISQUALIFY = "disqualified"
    WITHDRAW = "withdrawn"
    REOPEN = "reopened"


S, A = LeadStage, LeadAct
OPEN = frozenset({S.NEW, S.QUALIFIED, S.HANDED_OFF, S.ACCEPTED})
CLOSED = frozenset(LeadStage) - OPEN
WITH_THE_VENDOR = frozenset({A.HAND_OFF, A.ACCEPT, A.RETURN})
WITH_A_PARTNER = frozenset({A.GIVE_BACK, A.CONVERT})
OFF_OFFER = frozenset({A.DISQUALIFY, A.WITHDRAW, A.HAND_OFF, A.RETURN})
FROM: dict[LeadAct, frozenset[LeadStage]] = {
    A.QUALIFY: frozenset({S.NEW}),
    A.HAND_OFF: frozenset({S.NEW, S.QUALIFIED, S.HANDED_OFF}),
    A.ACCEPT: frozenset({S.HANDED_OFF}),
    A.RETURN: frozenset({S.HANDED_OFF}),
    A.GIVE_BACK: OPEN,
    A.CONVERT: OPEN,
    A.DISQUALIFY: OPEN,
    A.WITHDRAW: OPEN,
    A.REOPEN: frozenset({S.DISQUALIFIED, S.WITHDRAWN}),
}


class StageForbids(RuleBroken):
    """The lead is not at a stage from which this may be done."""


@dataclass(frozen=True)
class Standing:
    """Where a lead is: its stage, whether a partner has it, whether it is on offer just now."""

    stage: LeadStage
    with_partner: bool
    on_offer: bool = False

    @property
    def is_open(self) -> bool:
        """Say whether somebody still works it."""
        return self.stage in OPEN

    def allows(self, act: LeadAct) -> bool:
        """Say whether an act is possible now, whoever does it."""
        return (
            self.stage in FROM[act]
            and not (act in WITH_THE_VENDOR and self.with_partner)
            and not (act in WITH_A_PARTNER and not self.with_partner)
            and not (act in OFF_OFFER and self.on_offer)
        )

    def after(self, act: LeadAct) -> LeadStage:
        """Return the stage an act leads to; StageForbids says why it is not possible now."""
        if not self.allows(act):
            raise StageForbids(self._why_not(act))
        if act is A.GIVE_BACK:
            return S.NEW if self.stage is S.NEW else S.QUALIFIED
        if act is A.REOPEN:
            return S.ACCEPTED if self.with_partner else S.NEW
        return _LEADS_TO[act]

    def _why_not(self, act: LeadAct) -> str:
        if self.is_open and act in WITH_THE_VENDOR and self.with_partner:
            return f"A partner has this lead, so it cannot be {act}. It has to be passed back first."
        if self.is_open and act in WITH_A_PARTNER and not self.with_partner:
            return f"No partner has this lead, so it cannot be {act}. Offer it to a partner first."
        if self.stage in FROM[act]:
            return f"This lead is on offer to a partner and cannot be {act} now. Withdraw the offer first."
        way_out = _INSTEAD.get(self.stage, "Look at it as it is now.")
        return f"This lead is {self.stage} and cannot be {act}. {way_out}"


_LEADS_TO = {
    A.QUALIFY: S.QUALIFIED,
    A.HAND_OFF: S.HANDED_OFF,
    A.ACCEPT: S.ACCEPTED,
    A.RETURN: S.QUALIFIED,
    A.CONVERT: S.CONVERTED,
    A.DISQUALIFY: S.DISQUALIFIED,
    A.WITHDRAW: S.WITHDRAWN,
}
_INSTEAD = {
    S.CONVERTED: "Go on with its opportunity.",
    S.DISQUALIFIED: "The vendor can reopen it.",
    S.WITHDRAWN: "The vendor can reopen it.",
}
