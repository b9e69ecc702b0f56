"""Products, price lists, whom a personal list is for, and prices (R1, R2)."""

from __future__ import annotations

from decimal import Decimal

from app.importing.cells import Currency, Day, Number, OneOf, Text, YesNo
from app.importing.kind import Check, Column, Given, Kind, Target, unknown
from app.models.price_list import PriceScope
from app.rules.numerals import PRICE, QUANTITY

SINCE_EVER = "0001-01-01"
NO_LIST = "There is no price list with this code. Import price-lists first, or correct it."
NO_PRODUCT = "There is no product with this number. Import products first, or correct it."
BACKWARDS = Check(
    "valid_to", "s.valid_to < s.valid_from", "This day lies before valid_from. Correct one of them."
)
SINCE = "nullif({}.valid_from, '0001-01-01') as valid_from"

PRODUCTS = Kind(
    name="products",
    title="Products",
    columns=(
        Column("sku", Text(100), required=True, key=True),
        Column("name", Text(), required=True),
        Column("category", Text(200)),
        Column("subcategory", Text(200)),
        Column("list_price", Number(PRICE, at_least=Decimal(0))),
        Column("currency", Currency()),
        Column("active", YesNo()),
        Column("description", Text(10_000)),
    ),
    checks=(
        Check(
            "currency",
            "s.list_price is not null and s.currency is null",
            "A list price needs its currency. Write it.",
        ),
    ),
    targets=(
        Target(
            "product",
            key={"sku": "s.sku"},
            columns=(
                Given("name", "s.name"),
                Given("category", "s.category"),
                Given("subcategory", "s.subcategory"),
                Given("list_price", "s.list_price"),
                Given("currency", "case when s.list_price is not null then s.currency end"),
                Given("active", "s.active", default="true"),
                Given("description", "s.description"),
            ),
            versioned=True,
        ),
    ),
    export="select sku, name, category, subcategory, list_price, currency, active, description from product",
)

PRICE_LISTS = Kind(
    name="price-lists",
    title="Price lists",
    columns=(
        Column("code", Text(60), required=True, key=True),
        Column("name", Text(), required=True),
        Column("scope", OneOf.values(PriceScope), required=True),
        Column("partner_type", Text(100)),
    ),
    checks=(
        unknown(
            "partner_type",
            "partner_type",
            "There is no such partner type. Import partner-types first.",
            by="name",
        ),
        Check(
            "partner_type",
            "(s.scope = 'type') <> (s.partner_type is not null)",
            "A list of scope type names its partner type, and no other list does.",
        ),
        Check(
            "scope",
            "s.scope = 'base' and (o.code is not null or (select count(*) from staged where scope = 'base') > 1)",
            "There is one base list only. Give this one another scope.",
            joins="left join price_list o on o.scope = 'base' and o.code <> s.code",
        ),
        Check(
            "partner_type",
            "o.code is not null"
            " or (select count(*) from staged x where x.partner_type = s.partner_type and x.scope = 'type') > 1",
            "A type has one list only. Make this one granted or personal.",
            joins="join partner_type y on y.name = s.partner_type"
            " left join price_list o on o.partner_type_id = y.id and o.code <> s.code",
        ),
    ),
    targets=(
        Target(
            "price_list",
            key={"code": "s.code"},
            joins="left join partner_type y on y.name = s.partner_type",
            columns=(
                Given("name", "s.name"),
                Given("scope", "s.scope"),
                Given("partner_type_id", "y.id", settled="i.partner_type_id"),
            ),
        ),
    ),
    export="select l.code, l.name, l.scope, y.name as partner_type from price_list l"
    " left join partner_type y on y.id = l.partner_type_id",
)

PRICE_LIST_PARTNERS = Kind(
    name="price-list-partners",
    title="Partners of personal price lists",
    columns=(
        Column("price_list", Text(60), required=True, key=True),
        Column("partner_code", Text(60), required=True, key=True),
        Column("valid_from", Day(), key=True, if_empty=SINCE_EVER),
        Column("valid_to", Day()),
    ),
    checks=(
        unknown("price_list", "price_list", NO_LIST),
        unknown(
            "partner_code",
            "partner",
            "There is no partner with this code. Import partners first, or correct it.",
        ),
        Check(
            "price_list",
            "l.scope <> 'personal'",
            "Only a personal list is given to partners. Choose one, or change the scope of this list.",
            joins="join price_list l on l.code = s.price_list",
        ),
        BACKWARDS,
        Check(
            "valid_from",
            "(select max(coalesce(x.valid_to, 'infinity')) from ("
            " select r.valid_from, r.valid_to from price_list_partner r join price_list l on l.id = r.price_list_id"
            " join partner p on p.id = r.partner_id where l.code = s.price_list and p.code = s.partner_code"
            " and not exists (select from staged q where q.price_list = s.price_list"
            " and q.partner_code = s.partner_code and q.valid_from = r.valid_from)"
            " union all select q.valid_from, q.valid_to from staged q where q.price_list = s.price_list"
            " and q.partner_code = s.partner_code and q.at_line <> s.at_line) x"
            " where x.valid_from <= coalesce(s.valid_to, 'infinity')) >= s.valid_from",
            "The partner has this list already on some of these days. End one period before the other begins.",
        ),
    ),
    targets=(
        Target(
            "price_list_partner",
            key={"price_list_id": "l.id", "partner_id": "p.id", "valid_from": "s.valid_from"},
            joins="join price_list l on l.code = s.price_list join partner p on p.code = s.partner_code",
            columns=(Given("valid_to", "s.valid_to", says=True),),
            partner="m.partner_id",
            order="m.valid_from, m.at_line",
        ),
    ),
    export=f"select l.code as price_list, p.code as partner_code, {SINCE.format('r')}, r.valid_to"
    " from price_list_partner r join price_list l on l.id = r.price_list_id join partner p on p.id = r.partner_id"
    " where {partner}",
)

OVERLAP = """
join (
    with incoming as materialized (
        select s.at_line, l.id as price_list_id, p.id as product_id, s.currency, s.min_quantity, s.valid_from, s.valid_to
        from staged s join price_list l on l.code = s.price_list join product p on p.sku = s.sku),
    every as (
        select * from incoming
        union all
        select null, r.price_list_id, r.product_id, r.currency, r.min_quantity, r.valid_from, r.valid_to
        from price r
        where (r.price_list_id, r.product_id) in (select price_list_id, product_id from incoming)
        and not exists (
            select from incoming i where i.price_list_id = r.price_list_id and i.product_id = r.product_id
            and i.currency = r.currency and i.min_quantity = r.min_quantity and i.valid_from = r.valid_from))
    select coalesce(at_line, lag(at_line) over w) as at_line, valid_from <= max(coalesce(valid_to, 'infinity')) over (
        w rows between unbounded preceding and 1 preceding) as overlaps
    from every
    window w as (partition by price_list_id, product_id, currency, min_quantity order by valid_from)
) o on o.overlaps and s.at_line = o.at_line
"""
"""R2: a row begins before an earlier one of the same key ends. The later row is named when the file has it, else the
row of the file before the stored one."""

PRICES = Kind(
    name="prices",
    title="Prices",
    columns=(
        Column("price_list", Text(60), required=True, key=True),
        Column("sku", Text(100), required=True, key=True),
        Column("currency", Currency(), required=True, key=True),
        Column("min_quantity", Number(QUANTITY, above=Decimal(0)), key=True, if_empty="1"),
        Column("valid_from", Day(), key=True, if_empty=SINCE_EVER),
        Column("valid_to", Day()),
        Column("unit_price", Number(PRICE, at_least=Decimal(0)), required=True),
    ),
    checks=(
        unknown("price_list", "price_list", NO_LIST),
        unknown("sku", "product", NO_PRODUCT, by="sku"),
        BACKWARDS,
        Check(
            "valid_from",
            "true",
            "Another price of the same product, currency and quantity holds on some of these days."
            " End one on the day before the other begins.",
            joins=OVERLAP,
        ),
    ),
    targets=(
        Target(
            "price",
            key={
                "price_list_id": "l.id",
                "product_id": "p.id",
                "currency": "s.currency",
                "min_quantity": "s.min_quantity",
                "valid_from": "s.valid_from",
            },
            joins="join price_list l on l.code = s.price_list join product p on p.sku = s.sku",
            columns=(Given("valid_to", "s.valid_to", says=True), Given("unit_price", "s.unit_price")),
            order="m.valid_from, m.at_line",
        ),
    ),
    export=f"select l.code as price_list, p.sku, r.currency, r.min_quantity, {SINCE.format('r')}, r.valid_to,"
    " r.unit_price from price r join price_list l on l.id = r.price_list_id join product p on p.id = r.product_id",
)
