"""L2: the table of a lead's stages allows what it says and nothing else."""

from __future__ import annotations

import pytest

from app.rules.lead_stages import CLOSED, FROM, OPEN, LeadAct, LeadStage, StageForbids, Standing

S, A = LeadStage, LeadAct


@pytest.mark.parametrize(
    ("stage", "with_partner", "act", "to"),
    [
        (S.NEW, False, A.QUALIFY, S.QUALIFIED),
        (S.NEW, True, A.QUALIFY, S.QUALIFIED),
        (S.NEW, False, A.HAND_OFF, S.HANDED_OFF),
        (S.HANDED_OFF, False, A.HAND_OFF, S.HANDED_OFF),
        (S.HANDED_OFF, False, A.RETURN, S.QUALIFIED),
        (S.NEW, True, A.GIVE_BACK, S.NEW),
        (S.ACCEPTED, True, A.GIVE_BACK, S.QUALIFIED),
        (S.ACCEPTED, True, A.CONVERT, S.CONVERTED),
        (S.HANDED_OFF, True, A.CONVERT, S.CONVERTED),
        (S.QUALIFIED, False, A.DISQUALIFY, S.DISQUALIFIED),
        (S.ACCEPTED, True, A.WITHDRAW, S.WITHDRAWN),
        (S.WITHDRAWN, True, A.REOPEN, S.ACCEPTED),
        (S.DISQUALIFIED, False, A.REOPEN, S.NEW),
    ],
)
def test_an_act_leads_on(stage: LeadStage, with_partner: bool, act: LeadAct, to: LeadStage) -> None:
    """L2"""
    assert Standing(stage, with_partner).after(act) is to


@pytest.mark.parametrize("stage", sorted(CLOSED))
@pytest.mark.parametrize("act", [act for act in LeadAct if act is not A.REOPEN])
def test_nothing_is_done_with_a_closed_lead(stage: LeadStage, act: LeadAct) -> None:
    """L2: a converted one lives on as its opportunity, the others wait for staff."""
    for with_partner in (True, False):
        with pytest.raises(StageForbids):
            Standing(stage, with_partner).after(act)


@pytest.mark.parametrize("act", [A.HAND_OFF, A.RETURN, A.DISQUALIFY, A.WITHDRAW])
def test_what_is_on_offer_waits_for_its_answer(act: LeadAct) -> None:
    """L2: at most one open offer, and no end behind its back."""
    with pytest.raises(StageForbids, match="Withdraw the offer first"):
        Standing(S.HANDED_OFF, with_partner=False, on_offer=True).after(act)

    assert Standing(S.HANDED_OFF, with_partner=False, on_offer=True).after(A.ACCEPT) is S.ACCEPTED


def test_only_who_has_it_converts_it_or_gives_it_back() -> None:
    """L2"""
    for act in (A.CONVERT, A.GIVE_BACK):
        with pytest.raises(StageForbids, match="No partner has this lead"):
            Standing(S.QUALIFIED, with_partner=False).after(act)
    with pytest.raises(StageForbids, match="passed back first"):
        Standing(S.ACCEPTED, with_partner=True).after(A.HAND_OFF)


def test_every_refusal_says_what_to_do() -> None:
    for stage in LeadStage:
        for act in LeadAct:
            for with_partner in (True, False):
                standing = Standing(stage, with_partner)
                if not standing.allows(act):
                    with pytest.raises(StageForbids, match=r"\. [A-Z]"):
                        standing.after(act)
    assert set(FROM) == set(LeadAct)
    assert OPEN.isdisjoint(CLOSED)
