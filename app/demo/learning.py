"""What the partners' people learnt, what was measured, and what was filed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import stored_files
from app.demo.partners import ADVISOR, DISTRIBUTOR, INSTALLER, Told
from app.demo.people import NAMES, email_of, team
from app.models import (
    Category,
    Certificate,
    Document,
    Measurement,
    Partner,
    PartnerType,
    Person,
    Training,
    TypeDocument,
)

CERTIFICATES = ("Battery installer", "High voltage", "Energy planner")
TRAININGS = ("Planner's training", "Product range", "Safety on the roof")
EXPIRED = {"ARDMORE": (2, 53)}
"""Whose certificates ended, how many, and how many days ago their last day was."""
REPORTS = range(20, 700, 30)
HANDBOOKS = {
    INSTALLER: "Installer handbook",
    DISTRIBUTOR: "Stock and logistics guide",
    ADVISOR: "Planner's guide",
}


@dataclass
class Learning:
    """Writes down certificates, trainings, measurements and files."""

    partners: dict[str, Partner]
    today: date
    random: Random
    by: Person

    def write(self, session: Session, told: Told) -> None:
        """Write all of a partner's; files go where uploads lie."""
        categories = {one.name: one.id for one in session.scalars(select(Category))}
        for noun, rows in (
            (Certificate, self._certificates(told)),
            (Training, self._trainings(told)),
            (Measurement, self._measured(told, categories)),
            (Document, self._plans(session, told, categories["Business plan"])),
        ):
            if written := list(rows):
                session.execute(insert(noun), written)

    def _certificates(self, told: Told) -> Iterator[dict[str, Any]]:
        lost, ended = EXPIRED.get(told.code, (0, 0))
        for place, email in enumerate(self._emails(told, told.certified + lost)):
            back = min(told.since, 640) - 30 - 12 * place
            passed = self.today - timedelta(days=max(back, 3))
            expires = passed + timedelta(days=3 * 365)
            if place >= told.certified:
                expires = self.today - timedelta(days=ended)
            yield self._passed(told, email, CERTIFICATES[place % len(CERTIFICATES)], passed, expires)

    def _trainings(self, told: Told) -> Iterator[dict[str, Any]]:
        for place, email in enumerate(self._emails(told, max(told.trained, told.certified // 2))):
            passed = self.today - timedelta(days=max(min(told.since, 400) - 20 - 25 * place, 2))
            subject = TRAININGS[0] if told.kind == ADVISOR else TRAININGS[1 + place % 2]
            yield self._passed(told, email, subject, passed, None)

    def _passed(
        self, told: Told, email: str, subject: str, passed: date, expires: date | None
    ) -> dict[str, Any]:
        return {
            "partner_id": self.partners[told.code].id,
            "person_email": email,
            "subject": subject,
            "passed_on": passed,
            "expires_on": expires,
            "score": Decimal(self.random.randint(72, 99)),
        }

    def _emails(self, told: Told, count: int) -> list[str]:
        """Return so many people of a partner: those who can sign in first, then colleagues without an account."""
        names = dict.fromkeys([one.split()[0] for one in NAMES[told.country].split(", ")])
        known = [email for _, email, _, _ in team(told)]
        others = [email for email in (email_of(name, told) for name in names) if email not in known]
        return (known + others + [f"{name}@{told.domain}" for name in ("workshop", "office", "roof")])[:count]

    def _measured(self, told: Told, categories: dict[str, int]) -> Iterator[dict[str, Any]]:
        if told.kind == DISTRIBUTOR:
            for back in (one for one in REPORTS if one < told.since):
                yield self._value(
                    told,
                    categories["Days in stock"],
                    back,
                    Decimal(self.random.randint(14, 38)),
                    "Stock report",
                )
        if told.survey:
            for back in (one for one in (25, 210, 395, 580) if one < told.since):
                value = (
                    Decimal(told.survey) + Decimal(self.random.randint(-1, 1)) / 10
                    if back > 25
                    else Decimal(told.survey)
                )
                yield self._value(told, categories["Customer satisfaction"], back, value, "Customer survey")

    def _value(self, told: Told, category: int, back: int, value: Decimal, source: str) -> dict[str, Any]:
        return {
            "partner_id": self.partners[told.code].id,
            "category_id": category,
            "day": self.today - timedelta(days=back),
            "value": value,
            "source": source,
        }

    def _plans(self, session: Session, told: Told, category: int) -> Iterator[dict[str, Any]]:
        """Yield a plan for every year, of those who plan; Brightroof's first one is three months old."""
        if told.kind != INSTALLER or not told.plan:
            return
        for back in (90,) if told.code == "BRIGHTROOF" else (90, 430):
            if back > told.since - 20:
                continue
            filed = self.today - timedelta(days=back)
            words = [f"Business plan of {told.name}", f"For the year that begins on {filed:%d.%m.%Y}"]
            yield {
                **self._kept(session, f"Business plan {filed.year}.pdf", words, filed),
                "partner_id": self.partners[told.code].id,
                "partnership_id": None,
                "category_id": category,
                "filed_on": filed,
            }

    def file_handbooks(self, session: Session) -> None:
        """Put a handbook on the page of every type."""
        kinds = {one.name: one.id for one in session.scalars(select(PartnerType))}
        filed = self.today - timedelta(days=300)
        rows = [
            {
                **self._kept(session, f"{name}.pdf", [name, "Solvane Power"], filed),
                "partner_type_id": kinds[kind],
            }
            for kind, name in HANDBOOKS.items()
        ]
        session.execute(insert(TypeDocument), rows)

    def _kept(self, session: Session, name: str, words: list[str], filed: date) -> dict[str, Any]:
        return {
            **paper(session, name, words),
            "uploaded_at": datetime.combine(filed, time(9, 15), UTC),
            "uploaded_by_id": self.by.id,
        }


def paper(session: Session, name: str, words: list[str]) -> dict[str, Any]:
    """Keep a page with these words under a name, and return what a row remembers of the file."""
    received = stored_files.Received(name, "application/pdf", page(words))
    return {**received.columns(), "stored_as": stored_files.keep(session, received)}


def page(lines: list[str]) -> bytes:
    """Return a PDF of one page that says these lines."""
    shown = "".join(f"({_escaped(line)}) Tj 0 -28 Td " for line in lines)
    text = f"BT /F1 18 Tf 72 760 Td {shown}ET".encode("cp1252", "replace")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    file = b"%PDF-1.4\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(file))
    return file + b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + table + trailer


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
