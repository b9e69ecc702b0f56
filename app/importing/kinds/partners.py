"""Partners, each with a type, perhaps an operating company and a manager."""

from __future__ import annotations

from app.importing.cells import Address, Currency, Number, Text
from app.importing.kind import Check, Column, Context, Given, Kind, Target, unknown
from app.models import Person
from app.rules.numerals import WHOLE


def _add_managers(context: Context) -> None:
    """Make a member of staff of each manager's address nobody has: without roles, until an administrator gives some."""
    unknown_addresses = context.run(
        "select distinct manager_email from staged where manager_email is not null"
        " and not exists (select from contact where email = manager_email) order by 1"
    ).fetchall()
    for (address,) in unknown_addresses:
        Person.join(context.session, name=address.partition("@")[0], email=address, roles=[], by=context.by)
    context.session.flush()


DETAILS = (
    "country",
    "region",
    "city",
    "postal_code",
    "street",
    "phone",
    "email",
    "website",
    "tax_number",
    "currency",
)

PARTNERS = Kind(
    name="partners",
    title="Partners",
    columns=(
        Column("code", Text(60), required=True, key=True),
        Column("name", Text(), required=True),
        Column("type", Text(100), required=True),
        Column("operating_company", Text(60)),
        Column("country", Text(100)),
        Column("region", Text(100)),
        Column("city", Text(200)),
        Column("postal_code", Text(40)),
        Column("street", Text()),
        Column("phone", Text(60)),
        Column("email", Address()),
        Column("website", Text()),
        Column("tax_number", Text(60)),
        Column("currency", Currency()),
        Column("manager_email", Address(folded=True)),
        Column("employees", Number(WHOLE)),
        Column("founded", Number(WHOLE)),
    ),
    checks=(
        unknown(
            "type",
            "partner_type",
            "There is no such partner type. Import partner-types first, or correct it.",
            by="name",
        ),
        unknown(
            "operating_company",
            "operating_company",
            "There is no such operating company. Import operating-companies first, or correct it.",
        ),
        Check(
            "manager_email",
            "c.partner_id is not null",
            "This address belongs to a partner's person. A manager is one of the vendor's staff.",
            joins="join contact c on c.email = s.manager_email",
        ),
        Check(
            "type",
            "held.name <> s.type",
            "'This partner has a partnership as ' || held.name || ', and a partnership keeps its type. Write that one.'",
            joins="join partner p on p.code = s.code join lateral (select y.name from partnership x join partner_type y"
            " on y.id = x.partner_type_id where x.partner_id = p.id order by x.start_on desc limit 1) held on true",
            computed=True,
        ),
    ),
    before=_add_managers,
    targets=(
        Target(
            "partner",
            key={"code": "s.code"},
            joins="left join partner_type y on y.name = s.type"
            " left join operating_company o on o.code = s.operating_company"
            " left join contact c on c.email = s.manager_email",
            columns=(
                Given("name", "s.name"),
                Given("partner_type_id", "y.id"),
                Given("operating_company_id", "o.id"),
                *(Given(name, f"s.{name}") for name in DETAILS),
                Given("manager_id", "c.person_id"),
                Given("employees", "s.employees"),
                Given("founded", "s.founded"),
            ),
            fixed={"portal_access": "true"},
            versioned=True,
            partner="t.id",
        ),
    ),
    export="select p.code, p.name, y.name as type, o.code as operating_company, p.country,"
    " p.region, p.city, p.postal_code, p.street,"
    " p.phone, p.email, p.website, p.tax_number, p.currency,"
    " c.email as manager_email, p.employees, p.founded from partner p join partner_type y on y.id = p.partner_type_id"
    " left join operating_company o on o.id = p.operating_company_id left join contact c on c.person_id = p.manager_id"
    " where {partner}",
)
