"""Who can sign in to the demo: the vendor's staff, and the people of the partners. They share one password."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app import clock
from app.demo.partners import Told
from app.models import Credential, Partner, Person, Role

PASSWORD = "a roof full of sun"  # noqa: S105 - the demo tells it to everybody
DOMAIN = "solvane.example"

STAFF = (
    ("mirjam", "Mirjam Aalders", Role.ADMINISTRATOR, "Head of partner operations"),
    ("tobias", "Tobias Renner", Role.CHANNEL_MANAGER, "Partner manager, mainland"),
    ("grace", "Grace Whitcombe", Role.CHANNEL_MANAGER, "Partner manager, overseas"),
    ("lucia", "Lucía Ferrán", Role.MARKETING, "Partner marketing"),
    ("owen", "Owen Darby", Role.SALES, "Inside sales"),
    ("ingrid", "Ingrid Solheim", Role.AUDITOR, "Internal audit"),
    ("jonas", "Jonas Wittkamp", Role.MARKETING, "Head of marketing"),
)
"""Key, name, role, title; the address is the first name."""

MANAGERS = {"EU": "tobias", "NO": "tobias", "UK": "grace", "US": "grace", "JP": "grace"}
"""Who looks after the partners of an operating company."""

NAMES = {
    "DE": "Anke Lindqvist-Maier, Bernd Hollerbach, Corinna Weil, Dirk Sandvoss, Elif Aydınlı, Falk Riedinger",
    "ES": "Aina Puigdomènech, Bruno Escartín, Carla Ansuátegui, Diego Labordeta, Elena Bielsa, Ferran Colomer",
    "FR": "Amélie Courtaux, Bastien Rivoire, Chloé Maugein, Damien Lestrade, Élodie Brossard, Florian Vauquelin",
    "GB": "Alice Penhallow, Benedict Marsh, Charlotte Oyelaran, Declan Thwaite, Eleanor Skipwith, Fergus Lindley",
    "IE": "Aoife Brannigan, Brendan Loughrey, Ciara Mulhall, Dara Feeney, Emer Cusack, Fintan Geraghty",
    "IT": "Agnese Vigolo, Bruno Cattalini, Chiara Morandotti, Dario Fenoglio, Elisa Trevisan, Fabio Quarantotto",
    "JP": "Akari Fujinuma, Bunta Okazawa, Chihiro Matsuda, Daichi Inukai, Emi Kuratani, Fumio Shirase",
    "NL": "Annelies Drost, Bram Oosterling, Cato Verhulst, Daan Keppels, Esmée van Zanten, Floris Buitendijk",
    "NO": "Astrid Myklebust, Bård Fosnes, Camilla Rønnevik, Dag Hallingby, Eirin Solstrand, Frode Ekeland",
    "US": "Abigail Torres-Lund, Brandon Okafor, Caitlin Redhawk, Devon Marquette, Elena Castellanos, Frank Ostrowski",
}
TITLES = ("Managing director", "Sales", "Office")
ROLES = (Role.PARTNER_ADMINISTRATOR, Role.OPERATIONS_AGENT, Role.SUPPORT_AGENT)


@dataclass(frozen=True)
class Login:
    """Somebody who can sign in, and why one would."""

    email: str
    name: str
    what: str


def staff(session: Session) -> dict[str, Person]:
    """Let the vendor's staff join; by key."""
    return {
        key: Person.join(
            session, name=name, email=_staff_email(name), roles=[role], by=None, title=title, phone=phone
        )
        for (key, name, role, title), phone in zip(STAFF, _phones(), strict=True)
    }


def of_partner(session: Session, told: Told, partner: Partner, by: Person) -> None:
    """Let three people of a partner join, the first as its administrator."""
    for name, email, role, title in team(told):
        Person.join(session, name=name, email=email, roles=[role], by=by, partner=partner, title=title)


def team(told: Told) -> list[tuple[str, str, Role, str]]:
    """Return name, address, role and title of a partner's people, always the same ones."""
    names = Random(told.code).sample(NAMES[told.country].split(", "), 3)
    return [
        (name, email_of(name, told), role, title)
        for name, role, title in zip(names, ROLES, TITLES, strict=True)
    ]


def email_of(name: str, told: Told) -> str:
    """Return the address of a partner's person."""
    return f"{_plain(name)}@{told.domain}"


def give_passwords(session: Session, people: list[int]) -> None:
    """Give everybody the demo's password, hashed once."""
    Credential.set(session, people[0], PASSWORD)
    known = session.get_one(Credential, people[0]).password_hash
    rows = [{"person_id": number, "password_hash": known, "changed_at": clock.now()} for number in people[1:]]
    session.execute(insert(Credential), rows)


def _staff_email(name: str) -> str:
    return f"{_plain(name)}@{DOMAIN}"


def _plain(name: str) -> str:
    """Return the first name as an address holds it."""
    first = name.split(maxsplit=1)[0].replace("ø", "o").replace("Ø", "O")
    return unicodedata.normalize("NFKD", first).encode("ascii", "ignore").decode().lower()


def _phones() -> list[str]:
    return [f"+31 20 555 01{number:02d}" for number in range(10, 10 + len(STAFF))]
