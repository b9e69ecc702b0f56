"""Activities keep to their path in the database: asked for more, completed with every proof, paid and taken back (F5)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_28"
down_revision = "2026_11_22_27"

# What a partner's own person may do to its plans; a part of a joint activity it may only withdraw, or complete.
OWN_PLANS = """
create or replace function accord_own_plans() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.status = 'draft' and new.round = 0 and new.checklist is null
           and num_nonnulls(new.joint_id, new.asked_budget, new.submitted_at, new.decided_at, new.completed_at,
                            new.settled_at) = 0 then
            return new;
        end if;
    elsif old.joint_id is null and old.status in ('draft', 'returned')
          and new.status in (old.status, 'submitted', 'cancelled') then
        return new;
    elsif (to_jsonb(new) - array['status', 'completed_at', 'reason', 'version', 'search'])
        = (to_jsonb(old) - array['status', 'completed_at', 'reason', 'version', 'search'])
        and ((old.status, new.status) in (('approved', 'completed'), ('submitted', 'cancelled'),
                                          ('draft', 'cancelled'), ('returned', 'cancelled'))) then
        return new;
    end if;
    raise exception 'Only the vendor decides about an activity.' using errcode = 'insufficient_privilege';
end $$
"""
OWN_PLANS_BEFORE = """
create or replace function accord_own_plans() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.status = 'draft' then
            return new;
        end if;
    elsif old.status in ('draft', 'returned') and new.status in (old.status, 'submitted', 'cancelled') then
        return new;
    elsif (to_jsonb(new) - array['status', 'completed_at', 'reason', 'version', 'search'])
        = (to_jsonb(old) - array['status', 'completed_at', 'reason', 'version', 'search'])
        and ((old.status, new.status) in (('approved', 'completed'), ('submitted', 'cancelled'))) then
        return new;
    end if;
    raise exception 'Only the vendor decides about an activity.' using errcode = 'insufficient_privilege';
end $$
"""

# The path is the same for everybody, and nobody completes an activity whose checklist has a gap.
PATH = """
create function accord_activity_path() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if (old.status, new.status) not in (
        ('draft', 'submitted'), ('draft', 'cancelled'), ('returned', 'submitted'), ('returned', 'cancelled'),
        ('submitted', 'approved'), ('submitted', 'returned'), ('submitted', 'declined'),
        ('submitted', 'cancelled'), ('approved', 'completed'), ('approved', 'cancelled'),
        ('approved', 'settled'), ('completed', 'settled'), ('settled', 'completed'), ('settled', 'approved')) then
        raise exception 'An activity that is % cannot become %.', old.status, new.status
            using errcode = 'check_violation', constraint = 'activity_path';
    end if;
    if (old.status, new.status) = ('approved', 'completed') and exists (
        select from jsonb_array_elements_text(
            coalesce(new.checklist, (select proofs from activity_type where id = new.activity_type_id))) as wanted
        where not exists (select from activity_proof p where p.activity_id = new.id and p.item = wanted)) then
        raise exception 'A proof is missing.' using errcode = 'check_violation', constraint = 'activity_proofs';
    end if;
    return new;
end $$
"""

# What was completed keeps its proofs, and nothing is proved that was not approved.
OWN_PROOFS = """
create function accord_own_proofs() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    one activity_proof;
    stands text;
begin
    one := case when tg_op = 'DELETE' then old else new end;
    select status into stands from activity where id = one.activity_id for share;
    if stands = 'approved' or (tg_op = 'INSERT' and stands = 'completed') then
        return one;
    end if;
    raise exception 'Proofs belong to an approved activity.' using errcode = 'insufficient_privilege';
end $$
"""

# A lead or deal that is not there for who links it is the same as none.
OWN_LINKS = """
create function accord_own_links() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if (new.lead_id is null or exists (select from lead where id = new.lead_id and partner_id = new.partner_id))
       and (new.opportunity_id is null or exists (
           select from opportunity where id = new.opportunity_id and partner_id = new.partner_id)) then
        return new;
    end if;
    raise exception 'There is no such record of this partner.' using errcode = 'insufficient_privilege';
end $$
"""
FUNCTIONS = ("accord_activity_path", "accord_own_proofs", "accord_own_links")


def upgrade() -> None:
    op.add_column("activity", sa.Column("asked_budget", sa.Numeric(19, 4)))
    op.add_column("activity", sa.Column("checklist", postgresql.JSONB()))
    op.create_check_constraint(op.f("ck_activity_asks_for_more"), "activity", "asked_budget > budget")
    op.add_column("activity_approval", sa.Column("reminded_at", sa.DateTime(timezone=True)))
    op.create_index(
        "uq_activity_approval_two_people",
        "activity_approval",
        ["activity_id", "round", "decided_by_id"],
        unique=True,
        postgresql_where=sa.text("two_person"),
    )
    op.add_column("activity_settlement", sa.Column("number", sa.BigInteger(), nullable=False))
    op.add_column("activity_settlement", sa.Column("takes_back_id", sa.BigInteger()))
    op.create_foreign_key(
        "fk_activity_settlement_takes_back_id",
        "activity_settlement",
        "activity_settlement",
        ["takes_back_id"],
        ["id"],
    )
    op.create_unique_constraint(
        "uq_activity_settlement_activity_id_number", "activity_settlement", ["activity_id", "number"]
    )
    op.create_unique_constraint(
        "uq_activity_settlement_takes_back_id", "activity_settlement", ["takes_back_id"]
    )
    for function in (OWN_PLANS, PATH, OWN_PROOFS, OWN_LINKS):
        op.execute(function)
    op.execute(f"revoke execute on function {', '.join(f'{name}()' for name in FUNCTIONS)} from public")
    op.execute(
        "create trigger activity_path before update of status on activity for each row"
        " when (old.status <> new.status) execute function accord_activity_path()"
    )
    op.execute(
        "create trigger activity_own_proofs before insert or delete on activity_proof for each row"
        " when (current_user = 'accord_partner') execute function accord_own_proofs()"
    )
    op.execute(
        "create trigger activity_own_links before insert on activity_link for each row"
        " execute function accord_own_links()"
    )


def downgrade() -> None:
    op.execute("drop trigger activity_own_links on activity_link")
    op.execute("drop trigger activity_own_proofs on activity_proof")
    op.execute("drop trigger activity_path on activity")
    op.execute(OWN_PLANS_BEFORE)
    for name in FUNCTIONS:
        op.execute(f"drop function {name}()")
    op.drop_constraint("uq_activity_settlement_takes_back_id", "activity_settlement")
    op.drop_constraint("uq_activity_settlement_activity_id_number", "activity_settlement")
    op.drop_constraint("fk_activity_settlement_takes_back_id", "activity_settlement")
    op.drop_column("activity_settlement", "takes_back_id")
    op.drop_column("activity_settlement", "number")
    op.drop_index("uq_activity_approval_two_people", "activity_approval")
    op.drop_column("activity_approval", "reminded_at")
    op.drop_constraint(op.f("ck_activity_asks_for_more"), "activity")
    op.drop_column("activity", "checklist")
    op.drop_column("activity", "asked_budget")
