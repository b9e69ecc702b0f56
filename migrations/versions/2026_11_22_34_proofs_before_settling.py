"""Nothing is settled that was not completed; what was called off goes on only where a payment of it was taken back (F5)."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_34"
down_revision = "2026_11_22_33"

# An activity settled before this rule, without being completed, can still have its payment taken back.
PATH = """
create or replace function accord_activity_path() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if (old.status, new.status) not in (
        ('draft', 'submitted'), ('draft', 'cancelled'), ('returned', 'submitted'), ('returned', 'cancelled'),
        ('submitted', 'approved'), ('submitted', 'returned'), ('submitted', 'declined'),
        ('submitted', 'cancelled'), ('approved', 'completed'), ('approved', 'cancelled'),
        {}('completed', 'settled'), ('settled', 'completed'), ('settled', 'approved')) then
        raise exception 'An activity that is % cannot become %.', old.status, new.status
            using errcode = 'check_violation', constraint = 'activity_path';
    end if;
    {}if (old.status, new.status) = ('approved', 'completed') and exists (
        select from jsonb_array_elements_text(
            coalesce(new.checklist, (select proofs from activity_type where id = new.activity_type_id))) as wanted
        where not exists (select from activity_proof p where p.activity_id = new.id and p.item = wanted)) then
        raise exception 'A proof is missing.' using errcode = 'check_violation', constraint = 'activity_proofs';
    end if;
    return new;
end $$
"""
ONLY_PAID = """if (old.status, new.status) = ('cancelled', 'approved') and not exists (
        select from activity_settlement s where s.activity_id = new.id and s.takes_back_id is not null) then
        raise exception 'Nothing was paid for it.' using errcode = 'check_violation', constraint = 'activity_path';
    end if;
    """


def upgrade() -> None:
    op.execute(PATH.format("('cancelled', 'approved'), ", ONLY_PAID))


def downgrade() -> None:
    op.execute(PATH.format("('approved', 'settled'), ", ""))
