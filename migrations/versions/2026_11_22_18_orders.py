"""Orders are drafted here: numbered one by one, without a price where there is none, and the partner's while drafts only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_18"
down_revision = "2026_11_22_17"

# L6: whatever the code does, a partner's person begins drafts, changes drafts, submits them, and withdraws what waits.
OWN_DRAFTS = """
create function accord_own_drafts() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.status = 'draft' and new.drafted_at is not null and new.credits_id is null
                and new.submitted_at is null and new.confirmed_at is null then
            return new;
        end if;
    elsif old.drafted_at is not null then
        if old.status = 'draft' and new.status in ('draft', 'submitted', 'cancelled')
                or old.status = 'submitted' and new.status = 'cancelled' and new.currency = old.currency
                or to_jsonb(new) - array['owner_id', 'version'] = to_jsonb(old) - array['owner_id', 'version'] then
            return new;
        end if;
    end if;
    raise exception 'A partner changes drafts only.' using errcode = 'insufficient_privilege';
end $$
"""
LINES_OF_DRAFTS = """
create function accord_lines_of_drafts() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' and new.override_reason is not null
            or tg_op = 'UPDATE' and (new.override_reason is distinct from old.override_reason
                or old.override_reason is not null and (new.unit_price, new.discount) is distinct from
                    (old.unit_price, old.discount)) then
        raise exception 'Prices are agreed by the vendor.' using errcode = 'insufficient_privilege';
    end if;
    if exists (
        select from orders
        where id = case when tg_op = 'INSERT' then new.order_id else old.order_id end
          and status = 'draft' and drafted_at is not null
          and (tg_op <> 'UPDATE' or new.order_id = old.order_id)
    ) then
        return case when tg_op = 'DELETE' then old else new end;
    end if;
    raise exception 'A partner changes lines of drafts only.' using errcode = 'insufficient_privilege';
end $$
"""
# R4: nothing is ordered without a price.
NO_PRICE_NO_ORDER = """
create function accord_no_price_no_order() returns trigger language plpgsql as $$
begin
    if exists (select from order_line where order_id = new.id and unit_price is null) then
        raise exception 'A line of order % has no price.', new.number using errcode = 'check_violation';
    end if;
    return new;
end $$
"""


def upgrade() -> None:
    op.add_column(
        "partner", sa.Column("orders_numbered", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("orders", sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("order_line", "unit_price", nullable=True)
    op.alter_column("order_line", "amount", nullable=True)
    op.create_check_constraint("amount_has_a_price", "order_line", "(unit_price is null) = (amount is null)")
    for function in (OWN_DRAFTS, LINES_OF_DRAFTS, NO_PRICE_NO_ORDER):
        op.execute(function)
    op.execute("revoke execute on function accord_own_drafts(), accord_lines_of_drafts() from public")
    op.execute("revoke execute on function accord_no_price_no_order() from public")
    op.execute(
        "create trigger orders_own_drafts before insert or update on orders for each row"
        " when (current_user = 'accord_partner') execute function accord_own_drafts()"
    )
    op.execute(
        "create trigger order_line_of_drafts before insert or update or delete on order_line for each row"
        " when (current_user = 'accord_partner') execute function accord_lines_of_drafts()"
    )
    op.execute(
        "create trigger orders_no_price_no_order before update of status on orders for each row"
        " when (old.status = 'draft' and new.status not in ('draft', 'cancelled'))"
        " execute function accord_no_price_no_order()"
    )


def downgrade() -> None:
    op.execute("drop trigger orders_no_price_no_order on orders")
    op.execute("drop trigger order_line_of_drafts on order_line")
    op.execute("drop trigger orders_own_drafts on orders")
    for name in ("accord_no_price_no_order", "accord_lines_of_drafts", "accord_own_drafts"):
        op.execute(f"drop function {name}()")
    op.drop_constraint(op.f("ck_order_line_amount_has_a_price"), "order_line", type_="check")
    op.execute("delete from order_line where unit_price is null")
    op.alter_column("order_line", "amount", nullable=False)
    op.alter_column("order_line", "unit_price", nullable=False)
    op.drop_column("orders", "drafted_at")
    op.drop_column("partner", "orders_numbered")
