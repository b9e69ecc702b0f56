"""The ledger keeps itself: who posts gives a kind and an amount, the database writes balances, order and hashes (F2)."""

from __future__ import annotations

from alembic import op

from migrations.security import OWN, forever, protect

revision = "2026_11_22_27"
down_revision = "2026_11_22_26"

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
ACCOUNTS = """
create function accord_open_accounts() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    insert into fund_account (partner_id, fund_id, kind, currency, balance)
    select new.partner_id, new.id, kind, new.currency, 0
    from unnest(array['budget', 'available', 'reserved', 'spent', 'expired']) with ordinality as k (kind, place)
    order by place;
    return null;
end $$
"""

# What the hash of an entry covers: everything it says, as text that reads the same whatever the settings are.
HASH = """
create function accord_entry_hash(e fund_entry) returns bytea language sql stable
set search_path = public, pg_temp as $$
    select sha256(convert_to(jsonb_build_array(
        encode(e.previous_hash, 'hex'), e.fund_id, e.sequence, e.partner_id, e.kind, e.amount, e.currency,
        e.from_account_id, e.to_account_id, e.cause, e.revision, e.reverses_id, e.forced, e.transfer_id,
        to_char(e.meant_on, 'YYYY-MM-DD'), (extract(epoch from e.posted_at) * 1000000)::bigint, e.by_id, e.reason,
        e.facts, e.opportunity_id, e.activity_id, e.floor, e.available_after, e.reserved_after
    )::text, 'UTF8'))
$$
"""

POST = """
create function accord_post_entry() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    held fund;
    was fund_entry;
    source fund_account;
    target fund_account;
    path text[];
begin
    select * into held from fund where id = new.fund_id and partner_id = new.partner_id for no key update;
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
        new.from_account_id := was.to_account_id;
        new.to_account_id := was.from_account_id;
        new.revision := was.revision;
    else
        path := {path};
        select id into new.from_account_id from fund_account where fund_id = new.fund_id and kind = path[1];
        select id into new.to_account_id from fund_account where fund_id = new.fund_id and kind = path[2];
        select 1 + count(r.id) into new.revision
        from fund_entry e join fund_entry r on r.reverses_id = e.id
        where e.kind = new.kind and e.cause = new.cause;
    end if;
    update fund_account set balance = balance - new.amount where id = new.from_account_id returning * into source;
    update fund_account set balance = balance + new.amount where id = new.to_account_id returning * into target;

    new.floor := -held.overdraft;
    if source.kind <> 'budget' and source.balance < 0
       and not (source.kind = 'available' and (held.overdraft is null or source.balance >= new.floor)) then
        if not (new.kind = 'reversal' and new.forced) then
            raise exception 'The fund does not hold so much.' using errcode = 'check_violation',
                constraint = 'fund_entry_floor';
        end if;
    else
        new.forced := false;
    end if;
    select balance into new.available_after from fund_account where fund_id = new.fund_id and kind = 'available';
    select balance into new.reserved_after from fund_account where fund_id = new.fund_id and kind = 'reserved';

    new.currency := held.currency;
    new.sequence := held.entries + 1;
    new.previous_hash := coalesce(held.last_hash, ''::bytea);
    new.posted_at := greatest(new.posted_at, held.last_posted_at);
    new.hash := accord_entry_hash(new);
    update fund set entries = new.sequence, last_hash = new.hash, last_posted_at = new.posted_at where id = held.id;
    return new;
end $$
"""

OWN_PLANS = """
create function accord_own_plans() returns trigger language plpgsql set search_path = public, pg_temp as $$
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

# Whose conditions are the partner's own rows; None: the vendor's alone. Approval steps show what the vendor answered.
TABLES = {
    "fund_type": "true",
    "fund": OWN,
    "fund_account": OWN,
    "fund_entry": OWN,
    "activity_type": "true",
    "approval_rule": None,
    "joint_activity": None,
    "activity": OWN,
    "activity_approval": OWN,
    "activity_link": OWN,
    "activity_proof": OWN,
    "activity_settlement": OWN,
    "expiry_warning": None,
    "ledger_anchor": None,
    "fund_difference": None,
    "posting_request": None,
}
APPEND_ONLY = ("fund_entry", "ledger_anchor", "activity_settlement")
GIVEN_BY_PEOPLE = (
    "partner_id, partnership_id, fund_type_id, currency, starts_on, ends_on, overdraft, opened_at, version"
)
PLAN = (
    "activity_type_id, fund_id, title, plan, place, starts_on, ends_on, budget, currency, vendor_percent,"
    " expected_leads, expected_amount, status, round, reason, submitted_at, completed_at, owner_id, version"
)


def upgrade() -> None:
    for function in (ACCOUNTS, HASH, POST.replace("{path}", _path()), OWN_PLANS):
        op.execute(function)
    op.execute(
        "revoke execute on function accord_open_accounts(), accord_post_entry(), accord_own_plans() from public"
    )
    op.execute("revoke execute on function accord_entry_hash(fund_entry) from public")
    op.execute("grant execute on function accord_entry_hash(fund_entry) to accord_staff, accord_worker")
    for table, condition in TABLES.items():
        protect(table, partner=condition, append_only=table in APPEND_ONLY)
    for table in APPEND_ONLY:
        forever(table)
    for role in ("staff", "worker"):
        op.execute(f"revoke insert, update, delete on fund_account from accord_{role}")
        op.execute(f"revoke insert, update, delete on fund from accord_{role}")
        op.execute(f"grant insert ({GIVEN_BY_PEOPLE}) on fund to accord_{role}")
        op.execute(f"grant update (ends_on, overdraft, version) on fund to accord_{role}")
    op.execute("grant insert, delete on activity_proof, activity_link to accord_partner")
    op.execute("grant insert on activity to accord_partner")
    op.execute(f"grant update ({PLAN}) on activity to accord_partner")
    op.execute(
        "create trigger fund_accounts after insert on fund for each row execute function accord_open_accounts()"
    )
    op.execute(
        "create trigger fund_entry_posts before insert on fund_entry for each row execute function accord_post_entry()"
    )
    op.execute(
        "create trigger activity_own_plans before insert or update on activity for each row"
        " when (current_user = 'accord_partner') execute function accord_own_plans()"
    )
    for table, trigger in (("fund", "fund_accounts"), ("fund_entry", "fund_entry_posts")):
        op.execute(f"alter table {table} enable always trigger {trigger}")
    _ship()


def downgrade() -> None:
    op.execute("drop trigger activity_own_plans on activity")
    op.execute("drop trigger fund_entry_posts on fund_entry")
    op.execute("drop trigger fund_accounts on fund")
    op.execute("drop function accord_own_plans()")
    op.execute("drop function accord_post_entry()")
    op.execute("drop function accord_entry_hash(fund_entry)")
    op.execute("drop function accord_open_accounts()")


def _path() -> str:
    arms = " ".join(f"when '{kind}' then array['{a}', '{b}']" for kind, (a, b) in PATHS.items())
    return f"case new.kind {arms} end"


def _ship() -> None:
    """Ship what the vendor begins with: the marketing fund, usual activities, and one step of approval."""
    op.execute(
        "insert into fund_type (name, description, percent_category, by_itself) values"
        " ('Marketing fund', 'A part of every won deal, for marketing that the vendor approves', 'Marketing fund', true)"
    )
    op.execute("""
        insert into activity_type (name, description, proofs) values
        ('Event', 'A fair, a workshop or an open day', '["Attendee list", "Photo", "Invoice"]'),
        ('Advertising', 'Online, in print or on the radio', '["Screenshot", "Report", "Invoice"]'),
        ('Mailing', 'Letters or mails to customers', '["Sample", "Report", "Invoice"]'),
        ('Webinar', 'A talk people follow online', '["Attendee list", "Recording or slides"]'),
        ('Other', 'Anything else the vendor approves', '["Invoice"]')
    """)
    op.execute(
        "insert into approval_rule (position, from_amount, role, days) values (1, 0, 'channel manager', 10)"
    )
