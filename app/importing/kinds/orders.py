"""Order lines; the lines of one number make an order (L6, M2, M5).

A line's amount is the one by M2, or the one given when the amounts of the file are trusted.
"""

from __future__ import annotations

from app.importing.cells import Currency, Day, Number, OneOf, Text
from app.importing.kind import Check, Column, Context, Given, Kind, Target, unknown
from app.models.orders.order import OrderStatus
from app.rules.numerals import AMOUNT, DISCOUNT, PRICE, QUANTITY, WHOLE

HEADER = ("partner_code", "ordered_on", "status", "currency", "customer_reference", "customer")
AMOUNT_BY_RULE = "round(s.quantity * s.unit_price * (1 - coalesce(s.discount, 0)), 4)"


LINE_THERE_IS = (
    "join orders o on o.number = s.order_number"
    " left join order_line l on l.order_id = o.id and l.line = s.line::bigint"
    " left join product d on d.id = l.product_id"
)
# What an order submitted here makes is kept to the last place: a credit note takes back exactly what is left.
AMOUNT_KEPT = "(select x.amount from order_line x where x.order_id = o.id and x.line = s.line::bigint)"

DISAGREEING = (
    "join (select order_number from staged group by order_number having "
    + " or ".join(f"min({column}) <> max({column})" for column in HEADER)
    + ") d using (order_number)"
)
WHERE_THEY_DIFFER = "(select case {} end from staged x where x.order_number = s.order_number)".format(
    " ".join(f"when min(x.{column}) <> max(x.{column}) then '{column}'" for column in HEADER)
)


def _lines_of_changed_orders(context: Context) -> None:
    """A line counts as changed when its order did."""
    context.run(
        "update merged_order_line m set same = false from orders o join merged_orders h on h.number = o.number"
        " where m.order_id = o.id and h.existed and not h.same and m.same"
    )


MISSING_RATES = """
    select format('%s lines in %s were ordered on %s, a day without an exchange rate: import it with the kind'
        ' exchange-rates, or assessing them is refused.', count(*), s.currency, s.ordered_on)
    from staged s
    where s.currency <> (select currency from program_version where status = 'published' order by valid_from desc limit 1)
    and not exists (select from exchange_rate r where r.currency = s.currency and r.day = s.ordered_on)
    group by s.currency, s.ordered_on order by s.ordered_on, s.currency
"""

ORDER_LINES = Kind(
    name="order-lines",
    title="Order lines",
    columns=(
        Column("order_number", Text(100), required=True, key=True),
        Column("line", Number(WHOLE), required=True, key=True),
        Column("partner_code", Text(60), required=True),
        Column("ordered_on", Day(), required=True),
        Column("status", OneOf.values(OrderStatus)),
        Column("currency", Currency(), required=True),
        Column("sku", Text(100), required=True),
        Column("quantity", Number(QUANTITY), required=True),
        Column("unit_price", Number(PRICE), required=True),
        Column("discount", Number(DISCOUNT)),
        Column("amount", Number(AMOUNT)),
        Column("customer_reference", Text(200)),
        Column("customer", Text()),
    ),
    checks=(
        unknown(
            "partner_code",
            "partner",
            "There is no partner with this code. Import partners first, or correct it.",
        ),
        unknown(
            "sku",
            "product",
            "There is no product with this number. Import products first, or correct it.",
            by="sku",
        ),
        Check(
            "order_number",
            "true",
            f"'The lines of this order differ in ' || {WHERE_THEY_DIFFER} || '. Write the same in all of them.'",
            joins=DISAGREEING,
            computed=True,
        ),
        Check(
            "partner_code",
            "p.code <> s.partner_code",
            "'Order ' || s.order_number || ' belongs to partner ' || p.code || '. An order stays with its partner.'",
            joins="join orders o on o.number = s.order_number join partner p on p.id = o.partner_id",
            computed=True,
        ),
        Check(
            "order_number",
            "o.drafted_at is not null and (o.status = 'draft' or s.status = 'draft')",
            "'Order ' || s.order_number || ' is drafted in Accord: submit or discard it there.'",
            joins="join orders o on o.number = s.order_number",
            computed=True,
        ),
        Check(
            "line",
            "o.drafted_at is not null and o.status <> 'draft' and (l.id is null or"
            " (d.sku, l.quantity, l.unit_price, l.discount, o.currency) is distinct from"
            " (s.sku, s.quantity, s.unit_price, coalesce(s.discount, 0), s.currency))",
            "'Order ' || s.order_number || ' was submitted in Accord, which fixed its lines and prices."
            " A file may change its status; take lines back by a credit note.'",
            joins=LINE_THERE_IS,
            computed=True,
        ),
        Check(
            "quantity",
            f"abs({AMOUNT_BY_RULE}) >= 1e15",
            "Quantity × price is too large to be an amount. Correct one of them.",
        ),
    ),
    amount_checks=(
        Check(
            "amount",
            f"o.drafted_at is null and abs(s.amount - {AMOUNT_BY_RULE}) > 0.0001",
            f"'Quantity × unit price × (1 − discount) is ' || {AMOUNT_BY_RULE}"
            " || '. Correct the line, or trust the amounts of this file.'",
            joins="left join orders o on o.number = s.order_number",
            computed=True,
        ),
    ),
    targets=(
        Target(
            "orders",
            key={"number": "s.order_number"},
            joins="join partner p on p.code = s.partner_code",
            grouped=True,
            columns=(
                Given("partner_id", "min(p.id)"),
                Given("ordered_on", "min(s.ordered_on)"),
                Given("status", "min(s.status)", default="'closed'"),
                Given("currency", "min(s.currency)"),
                Given("customer_reference", "min(s.customer_reference)"),
                Given("customer", "min(s.customer)"),
            ),
            partner="m.partner_id",
            versioned=True,
        ),
        Target(
            "order_line",
            within="orders",
            key={"order_id": "o.id", "line": "s.line::bigint"},
            joins="join orders o on o.number = s.order_number join product d on d.sku = s.sku",
            columns=(
                Given("partner_id", "o.partner_id"),
                Given("product_id", "d.id"),
                Given("quantity", "s.quantity"),
                Given("unit_price", "s.unit_price"),
                Given("discount", "s.discount", default="0", says=True),
                Given(
                    "amount",
                    f"case when o.drafted_at is not null then {AMOUNT_KEPT}"
                    f" when {{trusted}} then coalesce(s.amount, {AMOUNT_BY_RULE}) else {AMOUNT_BY_RULE} end",
                ),
            ),
            partner="m.partner_id",
        ),
    ),
    after=_lines_of_changed_orders,
    touches="select partner_id from merged_order_line where not same",
    warnings=MISSING_RATES,
    export="select o.number as order_number, l.line, p.code as partner_code, o.ordered_on, o.status, o.currency, d.sku,"
    " l.quantity, l.unit_price, l.discount, l.amount, o.customer_reference, o.customer from order_line l"
    " join orders o on o.id = l.order_id join partner p on p.id = l.partner_id join product d on d.id = l.product_id"
    " where {partner} and (o.drafted_at is null or o.status <> 'draft')",
)
