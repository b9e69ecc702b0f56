"""Funds and their ledger, requests, differences; marketing activities with approvals, proofs and settlements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_26"
down_revision = "2026_11_22_25"


def upgrade() -> None:
    op.create_table(
        "activity_type",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("proofs", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_type")),
        sa.UniqueConstraint("name", name=op.f("uq_activity_type_name")),
    )
    op.create_table(
        "approval_rule",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("from_amount", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "channel manager",
                "marketing",
                "sales",
                "auditor",
                "partner administrator",
                "operations agent",
                "support agent",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("days between 1 and 365", name=op.f("ck_approval_rule_within_a_year")),
        sa.CheckConstraint("from_amount >= 0", name=op.f("ck_approval_rule_from_some_amount")),
        sa.CheckConstraint("position between 1 and 3", name=op.f("ck_approval_rule_one_to_three_steps")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_approval_rule")),
    )
    op.create_table(
        "fund_type",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("percent_category", sa.Text(), nullable=True),
        sa.Column("by_itself", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "overdraft",
            sa.Enum("none", "limit", "unlimited", name="overdraft", native_enum=False, length=40),
            server_default="none",
            nullable=False,
        ),
        sa.Column("overdraft_limit", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column(
            "use_within",
            sa.Enum("ever", "quarter", "half-year", "year", name="usewithin", native_enum=False, length=40),
            server_default="ever",
            nullable=False,
        ),
        sa.Column("grace_days", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(overdraft = 'limit') = (overdraft_limit is not null)",
            name=op.f("ck_fund_type_limit_has_an_amount"),
        ),
        sa.CheckConstraint("grace_days between 0 and 366", name=op.f("ck_fund_type_grace_is_some_days")),
        sa.CheckConstraint("overdraft_limit > 0", name=op.f("ck_fund_type_limit_is_some")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_type")),
        sa.UniqueConstraint("name", name=op.f("uq_fund_type_name")),
    )
    op.create_table(
        "fund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("partnership_id", sa.BigInteger(), nullable=False),
        sa.Column("fund_type_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("overdraft", sa.BigInteger(), server_default="0", nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("entries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=True),
        sa.Column("last_posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_fund_ends_after_it_starts")),
        sa.CheckConstraint("overdraft >= 0", name=op.f("ck_fund_overdraft_is_no_debt")),
        sa.ForeignKeyConstraint(["fund_type_id"], ["fund_type.id"], name=op.f("fk_fund_fund_type_id")),
        sa.ForeignKeyConstraint(
            ["partner_id", "partnership_id"],
            ["partnership.partner_id", "partnership.id"],
            name=op.f("fk_fund_partner_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_fund_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.UniqueConstraint("partner_id", "id", name="uq_fund_partner_id_id"),
        sa.UniqueConstraint(
            "partnership_id", "fund_type_id", name=op.f("uq_fund_partnership_id_fund_type_id")
        ),
    )
    op.create_index("ix_fund_fund_type_id_id", "fund", ["fund_type_id", "id"], unique=False)
    op.create_table(
        "joint_activity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("activity_type_id", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_type_id"], ["activity_type.id"], name=op.f("fk_joint_activity_activity_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_joint_activity_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_activity")),
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("fund_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_type_id", sa.BigInteger(), nullable=False),
        sa.Column("joint_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("budget", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("vendor_percent", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("expected_leads", sa.BigInteger(), nullable=True),
        sa.Column("expected_amount", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "approved",
                "declined",
                "completed",
                "settled",
                "cancelled",
                name="activitystatus",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("round", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', accord_fold(title || ' ' || plan || ' ' || coalesce(place, '')))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("budget > 0", name=op.f("ck_activity_budget_is_some")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_activity_ends_after_it_starts")),
        sa.CheckConstraint("expected_leads >= 0", name=op.f("ck_activity_expected_leads_are_some")),
        sa.CheckConstraint(
            "vendor_percent > 0 and vendor_percent <= 100", name=op.f("ck_activity_vendor_percent_is_a_part")
        ),
        sa.ForeignKeyConstraint(
            ["activity_type_id"], ["activity_type.id"], name=op.f("fk_activity_activity_type_id")
        ),
        sa.ForeignKeyConstraint(["joint_id"], ["joint_activity.id"], name=op.f("fk_activity_joint_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_activity_owner_id")),
        sa.ForeignKeyConstraint(
            ["partner_id", "fund_id"],
            ["fund.partner_id", "fund.id"],
            name=op.f("fk_activity_partner_id_fund_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_activity_partner_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_activity_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("partner_id", "id", name="uq_activity_partner_id_id"),
    )
    op.create_index("ix_activity_fund_id", "activity", ["fund_id"], unique=False)
    op.create_index("ix_activity_joint_id", "activity", ["joint_id"], unique=False)
    op.create_index(
        "ix_activity_partner_id_starts_on_id", "activity", ["partner_id", "starts_on", "id"], unique=False
    )
    op.create_index("ix_activity_search", "activity", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_activity_starts_on_id", "activity", ["starts_on", "id"], unique=False)
    op.create_index(
        "ix_activity_status_starts_on_id", "activity", ["status", "starts_on", "id"], unique=False
    )
    op.create_table(
        "expiry_warning",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("fund_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id", "fund_id"],
            ["fund.partner_id", "fund.id"],
            name=op.f("fk_expiry_warning_partner_id_fund_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_expiry_warning_partner_id")),
        sa.PrimaryKeyConstraint("fund_id", "expires_on", "days", name=op.f("pk_expiry_warning")),
    )
    op.create_table(
        "fund_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("fund_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "budget",
                "available",
                "reserved",
                "spent",
                "expired",
                name="accountkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id", "fund_id"],
            ["fund.partner_id", "fund.id"],
            name=op.f("fk_fund_account_partner_id_fund_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_fund_account_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_account")),
        sa.UniqueConstraint("fund_id", "currency", "id", name="uq_fund_account_of_one_currency"),
        sa.UniqueConstraint("fund_id", "kind", name=op.f("uq_fund_account_fund_id_kind")),
    )
    op.create_index("ix_fund_account_kind_balance", "fund_account", ["kind", "balance"], unique=False)
    op.create_index("ix_fund_account_partner_id", "fund_account", ["partner_id"], unique=False)
    op.create_table(
        "ledger_anchor",
        sa.Column("fund_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_ledger_anchor_fund_id")),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name=op.f("pk_ledger_anchor")),
    )
    op.create_table(
        "activity_approval",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "channel manager",
                "marketing",
                "sales",
                "auditor",
                "partner administrator",
                "operations agent",
                "support agent",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "approved",
                "returned",
                "declined",
                "dropped",
                name="approvalstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("two_person", sa.Boolean(), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "not two_person or decided_by_id <> requested_by_id",
            name=op.f("ck_activity_approval_decided_by_somebody_else"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_activity_approval_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id", "activity_id"],
            ["activity.partner_id", "activity.id"],
            name=op.f("fk_activity_approval_partner_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_activity_approval_partner_id")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["person.id"], name=op.f("fk_activity_approval_requested_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_approval")),
        sa.UniqueConstraint(
            "activity_id", "round", "position", name=op.f("uq_activity_approval_activity_id_round_position")
        ),
    )
    op.create_index("ix_activity_approval_partner_id", "activity_approval", ["partner_id"], unique=False)
    op.create_index(
        "ix_activity_approval_state_role_due_at",
        "activity_approval",
        ["state", "role", "due_at"],
        unique=False,
    )
    op.create_table(
        "activity_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(lead_id, opportunity_id) = 1", name=op.f("ck_activity_link_one_record")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_activity_link_lead_id")),
        sa.ForeignKeyConstraint(["linked_by_id"], ["person.id"], name=op.f("fk_activity_link_linked_by_id")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_activity_link_opportunity_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id", "activity_id"],
            ["activity.partner_id", "activity.id"],
            name=op.f("fk_activity_link_partner_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_activity_link_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_link")),
    )
    op.create_index("ix_activity_link_activity_id", "activity_link", ["activity_id"], unique=False)
    op.create_index("ix_activity_link_partner_id", "activity_link", ["partner_id"], unique=False)
    op.create_index("uq_activity_link_lead_id", "activity_link", ["partner_id", "lead_id"], unique=True)
    op.create_index(
        "uq_activity_link_opportunity_id", "activity_link", ["partner_id", "opportunity_id"], unique=True
    )
    op.create_table(
        "activity_proof",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_as", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id", "activity_id"],
            ["activity.partner_id", "activity.id"],
            name=op.f("fk_activity_proof_partner_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_activity_proof_partner_id")),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name=op.f("fk_activity_proof_uploaded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_proof")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_activity_proof_stored_as")),
    )
    op.create_index("ix_activity_proof_activity_id", "activity_proof", ["activity_id"], unique=False)
    op.create_index("ix_activity_proof_partner_id", "activity_proof", ["partner_id"], unique=False)
    op.create_table(
        "activity_settlement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_activity_settlement_amount_is_no_debt")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_activity_settlement_by_id")),
        sa.ForeignKeyConstraint(
            ["partner_id", "activity_id"],
            ["activity.partner_id", "activity.id"],
            name=op.f("fk_activity_settlement_partner_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_activity_settlement_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_settlement")),
    )
    op.create_index(
        "ix_activity_settlement_activity_id", "activity_settlement", ["activity_id", "id"], unique=False
    )
    op.create_index("ix_activity_settlement_partner_id", "activity_settlement", ["partner_id"], unique=False)
    op.create_table(
        "fund_difference",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("fund_id", sa.BigInteger(), nullable=True),
        sa.Column("fund_type_id", sa.BigInteger(), nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("posted", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fund_type_id"], ["fund_type.id"], name=op.f("fk_fund_difference_fund_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_fund_difference_opportunity_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id", "fund_id"],
            ["fund.partner_id", "fund.id"],
            name=op.f("fk_fund_difference_partner_id_fund_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_fund_difference_partner_id")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_fund_difference_settled_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_difference")),
    )
    op.create_index("ix_fund_difference_partner_id", "fund_difference", ["partner_id"], unique=False)
    op.create_index("ix_fund_difference_settled_at_id", "fund_difference", ["settled_at", "id"], unique=False)
    op.create_index(
        "uq_fund_difference_open",
        "fund_difference",
        ["opportunity_id", "fund_type_id", "partner_id"],
        unique=True,
        postgresql_where=sa.text("settled_at is null"),
    )
    op.create_table(
        "fund_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("fund_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "accrual",
                "credit",
                "debit",
                "transfer out",
                "transfer in",
                "reserve",
                "release",
                "settle",
                "expire",
                "reversal",
                name="entrykind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("transfer_id", sa.Text(), nullable=True),
        sa.Column("meant_on", sa.Date(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=True),
        sa.Column("activity_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), server_default=sa.FetchedValue(), nullable=False),
        sa.Column("from_account_id", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=False),
        sa.Column("to_account_id", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=False),
        sa.Column("floor", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True),
        sa.Column("available_after", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=False),
        sa.Column("reserved_after", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), server_default=sa.FetchedValue(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), server_default=sa.FetchedValue(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id is not null)", name=op.f("ck_fund_entry_reversal_of_an_entry")
        ),
        sa.CheckConstraint(
            "not forced or kind = 'reversal'", name=op.f("ck_fund_entry_only_reversals_are_forced")
        ),
        sa.CheckConstraint(
            "amount between 1 and 1000000000000000", name=op.f("ck_fund_entry_amount_is_some")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_fund_entry_by_id")),
        sa.ForeignKeyConstraint(
            ["fund_id", "currency", "from_account_id"],
            ["fund_account.fund_id", "fund_account.currency", "fund_account.id"],
            name="fk_fund_entry_from_account",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "currency", "to_account_id"],
            ["fund_account.fund_id", "fund_account.currency", "fund_account.id"],
            name="fk_fund_entry_to_account",
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_fund_entry_opportunity_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id", "activity_id"],
            ["activity.partner_id", "activity.id"],
            name="fk_fund_entry_activity",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id", "fund_id"],
            ["fund.partner_id", "fund.id"],
            name=op.f("fk_fund_entry_partner_id_fund_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_fund_entry_partner_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["fund_entry.id"], name=op.f("fk_fund_entry_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_entry")),
        sa.UniqueConstraint("fund_id", "sequence", name=op.f("uq_fund_entry_fund_id_sequence")),
        sa.UniqueConstraint("kind", "cause", "revision", name="uq_fund_entry_cause"),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_fund_entry_reverses_id")),
    )
    op.create_index("ix_fund_entry_activity_id", "fund_entry", ["activity_id"], unique=False)
    op.create_index(
        "ix_fund_entry_fund_id_kind_sequence", "fund_entry", ["fund_id", "kind", "sequence"], unique=False
    )
    op.create_index(
        "ix_fund_entry_fund_id_meant_on", "fund_entry", ["fund_id", "meant_on", "sequence"], unique=False
    )
    op.create_index(
        "ix_fund_entry_fund_id_posted_at", "fund_entry", ["fund_id", "posted_at", "sequence"], unique=False
    )
    op.create_index("ix_fund_entry_opportunity_id", "fund_entry", ["opportunity_id"], unique=False)
    op.create_index("ix_fund_entry_partner_id_id", "fund_entry", ["partner_id", "id"], unique=False)
    op.create_index("ix_fund_entry_transfer_id", "fund_entry", ["transfer_id"], unique=False)
    op.create_table(
        "posting_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("fund_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("to_fund_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("meant_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "approved",
                "declined",
                "withdrawn",
                name="requeststate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decided_by_id <> requested_by_id or state = 'withdrawn'",
            name=op.f("ck_posting_request_decided_by_somebody_else"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_posting_request_amount_is_some")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_posting_request_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id", "fund_id"],
            ["fund.partner_id", "fund.id"],
            name=op.f("fk_posting_request_partner_id_fund_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id", "to_fund_id"], ["fund.partner_id", "fund.id"], name="fk_posting_request_to_fund"
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_posting_request_partner_id")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["person.id"], name=op.f("fk_posting_request_requested_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["fund_entry.id"], name=op.f("fk_posting_request_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_request")),
    )
    op.create_index("ix_posting_request_fund_id", "posting_request", ["fund_id"], unique=False)
    op.create_index("ix_posting_request_state_id", "posting_request", ["state", "id"], unique=False)
    op.add_column("vendor", sa.Column("two_person_above", sa.Numeric(precision=19, scale=4), nullable=True))


def downgrade() -> None:
    op.drop_column("vendor", "two_person_above")
    op.drop_index("ix_posting_request_state_id", table_name="posting_request")
    op.drop_index("ix_posting_request_fund_id", table_name="posting_request")
    op.drop_table("posting_request")
    op.drop_index("ix_fund_entry_transfer_id", table_name="fund_entry")
    op.drop_index("ix_fund_entry_partner_id_id", table_name="fund_entry")
    op.drop_index("ix_fund_entry_opportunity_id", table_name="fund_entry")
    op.drop_index("ix_fund_entry_fund_id_posted_at", table_name="fund_entry")
    op.drop_index("ix_fund_entry_fund_id_meant_on", table_name="fund_entry")
    op.drop_index("ix_fund_entry_fund_id_kind_sequence", table_name="fund_entry")
    op.drop_index("ix_fund_entry_activity_id", table_name="fund_entry")
    op.drop_table("fund_entry")
    op.drop_index(
        "uq_fund_difference_open",
        table_name="fund_difference",
        postgresql_where=sa.text("settled_at is null"),
    )
    op.drop_index("ix_fund_difference_settled_at_id", table_name="fund_difference")
    op.drop_index("ix_fund_difference_partner_id", table_name="fund_difference")
    op.drop_table("fund_difference")
    op.drop_index("ix_activity_settlement_partner_id", table_name="activity_settlement")
    op.drop_index("ix_activity_settlement_activity_id", table_name="activity_settlement")
    op.drop_table("activity_settlement")
    op.drop_index("ix_activity_proof_partner_id", table_name="activity_proof")
    op.drop_index("ix_activity_proof_activity_id", table_name="activity_proof")
    op.drop_table("activity_proof")
    op.drop_index("uq_activity_link_opportunity_id", table_name="activity_link")
    op.drop_index("uq_activity_link_lead_id", table_name="activity_link")
    op.drop_index("ix_activity_link_partner_id", table_name="activity_link")
    op.drop_index("ix_activity_link_activity_id", table_name="activity_link")
    op.drop_table("activity_link")
    op.drop_index("ix_activity_approval_state_role_due_at", table_name="activity_approval")
    op.drop_index("ix_activity_approval_partner_id", table_name="activity_approval")
    op.drop_table("activity_approval")
    op.drop_table("ledger_anchor")
    op.drop_index("ix_fund_account_partner_id", table_name="fund_account")
    op.drop_index("ix_fund_account_kind_balance", table_name="fund_account")
    op.drop_table("fund_account")
    op.drop_table("expiry_warning")
    op.drop_index("ix_activity_status_starts_on_id", table_name="activity")
    op.drop_index("ix_activity_starts_on_id", table_name="activity")
    op.drop_index("ix_activity_search", table_name="activity", postgresql_using="gin")
    op.drop_index("ix_activity_partner_id_starts_on_id", table_name="activity")
    op.drop_index("ix_activity_joint_id", table_name="activity")
    op.drop_index("ix_activity_fund_id", table_name="activity")
    op.drop_table("activity")
    op.drop_table("joint_activity")
    op.drop_index("ix_fund_fund_type_id_id", table_name="fund")
    op.drop_table("fund")
    op.drop_table("fund_type")
    op.drop_table("approval_rule")
    op.drop_table("activity_type")
