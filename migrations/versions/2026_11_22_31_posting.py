"""The ledger posts quickly, one entry or thousands: an entry is written from the one before, a statement moves balances once."""

from __future__ import annotations

from importlib import import_module

from alembic import op

revision = "2026_11_22_31"
down_revision = "2026_11_22_30"

# Between which accounts each kind of entry moves money.
PATHS = {
    "accrual": ("budget", "available"),
    "credit": ("budget", "available"),
    "transfer in": ("budget", "available"),
    "transfer out": ("available", "budget"),
    "debit": ("available", "spent"),
    "reserve": ("available", "reserved"),
    "release": ("reserved", "available"),
    "settle": ("reserved", "spent"),
    "expire": ("available", "expired"),
}
PATH = """
create function accord_entry_path(kind text) returns text[] language sql immutable
set search_path = public, pg_temp as $$
    select case kind {arms} end
$$
"""

# An entry is written from the entry before it. Balances and the fund's head follow once per statement (MOVE), so that
# an entry which is not written after all (ON CONFLICT DO NOTHING) moves nothing, and a thousand entries in a statement
# leave one dead row of the fund behind, not a thousand that every later look-up walks over.
POST = """
create or replace function accord_post_entry() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    held fund;
    latest fund_entry;
    was fund_entry;
    path text[];
begin
    -- "Between x and x, from above" reads the index backwards, where the newest version of the row lies.
    select * into held from fund where id between new.fund_id and new.fund_id and partner_id = new.partner_id
    order by id desc limit 1 for no key update;
    if not found then
        raise exception 'There is no such fund.' using errcode = 'foreign_key_violation',
            constraint = 'fund_entry_fund';
    end if;
    if new.meant_on < held.starts_on then
        raise exception 'The fund begins on %.', held.starts_on using errcode = 'check_violation',
            constraint = 'fund_entry_begins';
    end if;

    if new.kind = 'reversal' then
        select * into was from fund_entry where id = new.reverses_id and fund_id = new.fund_id;
        if not found or was.kind = 'reversal' or was.amount <> new.amount or was.cause <> new.cause then
            raise exception 'This is no reversal of that entry.' using errcode = 'check_violation',
                constraint = 'fund_entry_reversal';
        end if;
        path := accord_entry_path(was.kind);
        path := array[path[2], path[1]];
        new.from_account_id := was.to_account_id;
        new.to_account_id := was.from_account_id;
        -- Entries of two kinds may share a cause, as the legs of a transfer do; each is reversed once (reverses_id).
        select 1 + coalesce(max(revision), 0) into new.revision
        from fund_entry where kind = 'reversal' and cause = new.cause;
    else
        path := accord_entry_path(new.kind);
        select id into new.from_account_id from fund_account
        where fund_id = new.fund_id and kind between path[1] and path[1] order by kind desc limit 1;
        select id into new.to_account_id from fund_account
        where fund_id = new.fund_id and kind between path[2] and path[2] order by kind desc limit 1;
        select 1 + count(r.id) into new.revision
        from fund_entry e join fund_entry r on r.reverses_id = e.id
        where e.kind = new.kind and e.cause = new.cause;
    end if;

    select * into latest from fund_entry where fund_id = new.fund_id order by sequence desc limit 1;
    new.floor := -held.overdraft;
    new.available_after := coalesce(latest.available_after, 0)
        + case 'available' when path[2] then new.amount when path[1] then -new.amount else 0 end;
    new.reserved_after := coalesce(latest.reserved_after, 0)
        + case 'reserved' when path[2] then new.amount when path[1] then -new.amount else 0 end;
    -- What was spent or expired comes back by a reversal only, once for each entry that brought it there.
    if (path[1] = 'available' and new.available_after < new.floor)
       or (path[1] = 'reserved' and new.reserved_after < 0) then
        if not (new.kind = 'reversal' and new.forced) then
            raise exception 'The fund does not hold so much.' using errcode = 'check_violation',
                constraint = 'fund_entry_floor';
        end if;
    else
        new.forced := false;
    end if;

    new.currency := held.currency;
    new.sequence := greatest(latest.sequence, held.entries) + 1;
    -- The head the fund keeps has the say; within one statement it has not moved yet.
    new.previous_hash := case when latest.sequence > held.entries then latest.hash
                              else coalesce(held.last_hash, ''::bytea) end;
    new.posted_at := greatest(new.posted_at, latest.posted_at, held.last_posted_at);
    new.hash := accord_entry_hash(new);
    return new;
end $$
"""
MOVE = """
create function accord_move_balances() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    update fund_account a set balance = a.balance + moved.amount
    from (select account_id, sum(amount)::bigint as amount
          from (select from_account_id as account_id, -amount as amount from posted
                union all select to_account_id, amount from posted) as legs
          group by account_id) as moved
    where a.id = moved.account_id;
    update fund f set entries = head.sequence, last_hash = head.hash, last_posted_at = head.posted_at
    from (select distinct on (fund_id) fund_id, sequence, hash, posted_at from posted
          order by fund_id, sequence desc) as head
    where f.id = head.fund_id;
    return null;
end $$
"""
KEPT = """
create function accord_kept_by_the_ledger() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if pg_trigger_depth() > 1 then
        return new;
    end if;
    raise exception 'Balances are moved by entries, and by nothing else.' using errcode = 'insufficient_privilege';
end $$
"""
# Asked before an entry is written: what the fund holds, and whether the same is posted already. It waits for whoever
# posts to the fund just now, so the answer stays true, and a refusal needs no savepoint: those make versions of a row
# remember every one of them, and a thousand postings in one transaction crawl.
BEFORE = """
create function accord_before_entry(of_fund bigint, of_kind text, of_cause text, of_reversed bigint,
    out available bigint, out reserved bigint, out lowest bigint, out is_posted boolean)
language plpgsql set search_path = public, pg_temp as $$
begin
    select -overdraft into lowest from fund where id between of_fund and of_fund
    order by id desc limit 1 for no key update;
    select available_after, reserved_after into available, reserved
    from fund_entry where fund_id = of_fund order by sequence desc limit 1;
    available := coalesce(available, 0);
    reserved := coalesce(reserved, 0);
    if of_reversed is null then
        is_posted := exists (
            select from fund_entry e where e.kind = of_kind and e.cause = of_cause
            and not exists (select from fund_entry r where r.reverses_id = e.id));
    else
        is_posted := exists (select from fund_entry where reverses_id = of_reversed);
    end if;
end $$
"""
GUARDS = {
    "fund_account": (
        (
            "create trigger fund_account_kept before insert or update or delete on fund_account for each row"
            " execute function accord_kept_by_the_ledger()"
        ),
        (
            "create trigger fund_account_is_kept before truncate on fund_account for each statement"
            " execute function accord_append_only()"
        ),
    ),
    "fund": (
        (
            "create trigger fund_kept before update of entries, last_hash, last_posted_at on fund for each row"
            " execute function accord_kept_by_the_ledger()"
        ),
        "create trigger fund_stays before delete on fund for each row execute function accord_append_only()",
        "create trigger fund_is_kept before truncate on fund for each statement execute function accord_append_only()",
    ),
}


def upgrade() -> None:
    for function in (PATH.replace("{arms}", _arms()), POST, MOVE, KEPT, BEFORE):
        op.execute(function)
    op.execute(
        "revoke execute on function accord_entry_path(text), accord_move_balances(), accord_kept_by_the_ledger(),"
        " accord_before_entry(bigint, text, text, bigint) from public"
    )
    op.execute(
        "grant execute on function accord_entry_path(text), accord_before_entry(bigint, text, text, bigint)"
        " to accord_staff, accord_worker"
    )
    # Without a setting of its own it becomes a part of the query that asks: a million hashes in seconds.
    op.execute("alter function accord_entry_hash(fund_entry) reset all")
    op.execute(
        "create trigger fund_entry_moves after insert on fund_entry referencing new table as posted"
        " for each statement execute function accord_move_balances()"
    )
    op.execute("alter table fund_entry enable always trigger fund_entry_moves")
    # An index on the balance would make every posting write all indexes of the account anew.
    op.drop_index("ix_fund_account_kind_balance", table_name="fund_account")
    for table in ("fund", "fund_account"):
        op.execute(f"alter table {table} set (fillfactor = 70)")
    for table, triggers in GUARDS.items():
        for trigger in triggers:
            op.execute(trigger)
            op.execute(f"alter table {table} enable always trigger {trigger.split()[2]}")


def downgrade() -> None:
    for table in ("fund", "fund_account"):
        op.execute(f"alter table {table} reset (fillfactor)")
    op.create_index("ix_fund_account_kind_balance", "fund_account", ["kind", "balance"], unique=False)
    before = import_module("migrations.versions.2026_11_22_27_ledger")
    for table, triggers in GUARDS.items():
        for trigger in triggers:
            op.execute(f"drop trigger {trigger.split()[2]} on {table}")
    op.execute("drop trigger fund_entry_moves on fund_entry")
    path = "case new.kind " + _arms() + " end"
    op.execute(before.POST.replace("create function", "create or replace function").replace("{path}", path))
    op.execute("alter function accord_entry_hash(fund_entry) set search_path = public, pg_temp")
    op.execute("drop function accord_before_entry(bigint, text, text, bigint)")
    for function in ("accord_kept_by_the_ledger()", "accord_move_balances()", "accord_entry_path(text)"):
        op.execute(f"drop function {function}")


def _arms() -> str:
    return " ".join(f"when '{kind}' then array['{a}', '{b}']" for kind, (a, b) in PATHS.items())
