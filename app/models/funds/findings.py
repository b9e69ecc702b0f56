"""What a proof of the ledger finds: which rule, whose fund, which entry, and a sentence (F7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Weight(StrEnum):
    """How much a finding matters."""

    WRONG = "wrong"
    """The ledger, or what must agree with it, does not fit."""
    WARNING = "warning"
    """Somebody should look after it; the ledger is whole."""
    INFORMATION = "information"


@dataclass(frozen=True)
class Finding:
    """Something a reader of the ledger must know."""

    rule: str
    sentence: str
    weight: Weight = Weight.WRONG
    partner: str | None = None
    fund_id: int | None = None
    fund: str | None = None
    entry_id: int | None = None

    @property
    def where(self) -> str:
        """Say whose fund and which entry it is about, as far as it is about one."""
        whose = " / ".join(part for part in (self.partner, self.fund) if part)
        entry = f"entry {self.entry_id}" if self.entry_id is not None else ""
        return ", ".join(part for part in (whose, entry) if part)

    def plain(self) -> dict[str, Any]:
        """Return it as a proof keeps it."""
        return {
            "rule": self.rule,
            "sentence": self.sentence,
            "weight": self.weight.value,
            "partner": self.partner,
            "fund_id": self.fund_id,
            "fund": self.fund,
            "entry_id": self.entry_id,
        }

    @classmethod
    def kept(cls, plain: Mapping[str, Any]) -> Finding:
        """Return the finding that a proof keeps."""
        return cls(**{**plain, "weight": Weight(plain["weight"])})
