"""Types of funds: what credits them, how far they may be overdrawn, when money expires (F1, F4, F6)."""

from __future__ import annotations

from decimal import Decimal

from app.access import Permission
from app.importing.cells import Number, OneOf, Text, YesNo
from app.importing.kind import Check, Column, Context, Given, Kind, Target
from app.models import Fund, FundType, Overdraft, UseWithin
from app.models.funds.fund_type_describing import pass_on
from app.rules.numerals import AMOUNT

OVERDRAFT = "coalesce(i.overdraft, t.overdraft, 'none')"
WITHIN = "coalesce(i.use_within, t.use_within, 'ever')"


def _remember_overdrafts(context: Context) -> None:
    context.run("drop table if exists pg_temp.was_fund_type")
    context.run(
        "create temp table was_fund_type on commit drop as select id, overdraft, overdraft_limit from fund_type"
    )


def _let_funds_follow(context: Context) -> None:
    """Funds that were overdrawn as their type said follow it; a type that comes by itself comes to every partnership."""
    session = context.session
    session.expire_all()
    differ = context.run(
        "select t.id, w.overdraft, w.overdraft_limit from fund_type t join was_fund_type w on w.id = t.id"
        " where (t.overdraft, t.overdraft_limit) is distinct from (w.overdraft, w.overdraft_limit) order by t.id"
    )
    for number, overdraft, limit in differ.fetchall():
        pass_on(session.get_one(FundType, number), (Overdraft(overdraft), limit))
    Fund.open_missing(session, by=context.by, told=False)


FUND_TYPES = Kind(
    name="fund-types",
    title="Fund types",
    permission=Permission.IMPORT_FUNDS,
    columns=(
        Column("name", Text(100), required=True, key=True),
        Column("description", Text()),
        Column("percent_category", Text(100)),
        Column("overdraft", OneOf.values(Overdraft)),
        Column("overdraft_limit", Number(AMOUNT, above=Decimal(0))),
        Column("use_within", OneOf.values(UseWithin)),
        Column("by_itself", YesNo()),
    ),
    checks=(
        Check(
            "name",
            "lower(other.name) = lower(s.name)",
            "'There is a fund type “' || other.name || '” already. Write it the same way.'",
            joins="join fund_type other on other.name <> s.name",
            computed=True,
        ),
        Check(
            "percent_category",
            "s.percent_category is not null and t.percent_category is distinct from s.percent_category"
            " and not exists (select from category c where c.name = s.percent_category and c.value_type = 'percent')",
            "The program has no percentage of this name. Load the program first, or correct it.",
            joins="left join fund_type t on t.name = s.name",
        ),
        Check(
            "overdraft_limit",
            "coalesce(s.overdraft, t.overdraft, 'none') = 'limit' and s.overdraft_limit is null"
            " and t.overdraft_limit is null",
            "Say how far below zero, or write another overdraft.",
            joins="left join fund_type t on t.name = s.name",
        ),
        Check(
            "overdraft_limit",
            "coalesce(s.overdraft, t.overdraft, 'none') <> 'limit' and s.overdraft_limit is not null",
            "Only a fund type whose overdraft is “limit” has one. Leave it empty, or correct overdraft.",
            joins="left join fund_type t on t.name = s.name",
        ),
    ),
    before=_remember_overdrafts,
    targets=(
        Target(
            "fund_type",
            key={"name": "s.name"},
            columns=(
                Given("description", "s.description"),
                Given("percent_category", "s.percent_category"),
                Given("overdraft", "s.overdraft", default="'none'"),
                Given(
                    "overdraft_limit",
                    "s.overdraft_limit",
                    settled=f"case when {OVERDRAFT} = 'limit' then coalesce(i.overdraft_limit, t.overdraft_limit) end",
                ),
                Given("use_within", "s.use_within", default="'ever'"),
                Given(
                    "used_from",
                    "null::date",
                    settled=f"case when {WITHIN} = 'ever' then null when t.use_within = {WITHIN} then t.used_from"
                    " else {today} end",
                ),
                Given("by_itself", "s.by_itself", default="false"),
            ),
            versioned=True,
        ),
    ),
    after=_let_funds_follow,
    export="select name, description, percent_category, overdraft, overdraft_limit, use_within, by_itself from fund_type",
)
