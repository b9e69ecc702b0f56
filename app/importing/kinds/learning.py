"""Trainings and certificates of partners' people, who are named by their addresses."""

from __future__ import annotations

from app.importing.cells import Address, Day, Number, Text
from app.importing.kind import Check, Column, Given, Kind, Target, unknown
from app.rules.numerals import AMOUNT


def _learning(name: str, title: str, table: str) -> Kind:
    return Kind(
        name=name,
        title=title,
        columns=(
            Column("partner_code", Text(60), required=True, key=True),
            Column("person_email", Address(folded=True), required=True, key=True),
            Column("subject", Text(200), required=True, key=True),
            Column("passed_on", Day(), required=True, key=True),
            Column("expires_on", Day()),
            Column("score", Number(AMOUNT)),
        ),
        checks=(
            unknown(
                "partner_code",
                "partner",
                "There is no partner with this code. Import partners first, or correct it.",
            ),
            Check(
                "expires_on",
                "s.expires_on < s.passed_on",
                "This day lies before passed_on. Correct one of them.",
            ),
        ),
        targets=(
            Target(
                table,
                key={
                    "partner_id": "p.id",
                    "person_email": "s.person_email",
                    "subject": "s.subject",
                    "passed_on": "s.passed_on",
                },
                joins="join partner p on p.code = s.partner_code",
                columns=(Given("expires_on", "s.expires_on", says=True), Given("score", "s.score")),
                partner="m.partner_id",
            ),
        ),
        touches=f"select partner_id from merged_{table} where not same",
        export="select p.code as partner_code, l.person_email, l.subject, l.passed_on, l.expires_on, l.score"
        f" from {table} l join partner p on p.id = l.partner_id where {{partner}}",
    )


TRAININGS = _learning("trainings", "Trainings", "training")
CERTIFICATES = _learning("certificates", "Certificates", "certificate")
