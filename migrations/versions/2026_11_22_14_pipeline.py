"""The pipeline: offers, distribution, campaigns, customers, registrations, time lines, talk, and whose work it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_14"
down_revision = "2026_11_22_13"


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_campaign_closes_after_it_opens")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("name", name=op.f("uq_campaign_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaign_slug")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into_id"], ["customer.id"], name=op.f("fk_customer_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_index("ix_customer_folded_country", "customer", ["folded", "country"], unique=False)
    op.create_table(
        "customer_mark",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("web", "mail", "tax", name="markkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_mark_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "kind", "value", name=op.f("pk_customer_mark")),
    )
    op.create_index("ix_customer_mark_kind_value", "customer_mark", ["kind", "value"], unique=False)
    op.create_table(
        "distribution_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("by_itself", sa.Boolean(), nullable=False),
        sa.Column("countries", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("regions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("needs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("partner_type_id", sa.BigInteger(), nullable=True),
        sa.Column("tier_id", sa.BigInteger(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("hides_personal", sa.Boolean(), nullable=False),
        sa.Column(
            "afterwards",
            sa.Enum("next", "queue", name="afterwards", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_distribution_rule_capacity_is_some")),
        sa.CheckConstraint("hours between 1 and 8760", name=op.f("ck_distribution_rule_hours_are_some")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_distribution_rule_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_type_id"], ["partner_type.id"], name=op.f("fk_distribution_rule_partner_type_id")
        ),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_distribution_rule_tier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution_rule")),
        sa.UniqueConstraint("name", name=op.f("uq_distribution_rule_name")),
    )
    op.create_table(
        "pinned_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_pinned_account_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pinned_account")),
        sa.UniqueConstraint("mark", name=op.f("uq_pinned_account_mark")),
    )
    op.create_index("ix_pinned_account_partner_id", "pinned_account", ["partner_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("vendor_only", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_as", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_attachment_partner_id")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_attachment_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_attachment_stored_as")),
    )
    op.create_index("ix_attachment_partner_id_id", "attachment", ["partner_id", "id"], unique=False)
    op.create_index("ix_attachment_subject", "attachment", ["subject_type", "subject_id", "id"], unique=False)
    op.create_table(
        "comment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("vendor_only", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_comment_author_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_comment_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index("ix_comment_partner_id_id", "comment", ["partner_id", "id"], unique=False)
    op.create_index("ix_comment_subject", "comment", ["subject_type", "subject_id", "id"], unique=False)
    op.create_table(
        "distribution_share",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("current", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("weight between 1 and 1000", name=op.f("ck_distribution_share_weight_is_some")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_distribution_share_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["distribution_rule.id"], name=op.f("fk_distribution_share_rule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution_share")),
        sa.UniqueConstraint("rule_id", "partner_id", name=op.f("uq_distribution_share_rule_id_partner_id")),
    )
    op.create_index("ix_distribution_share_partner_id", "distribution_share", ["partner_id"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_saved_view_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "person_id", "listing", "name", name=op.f("uq_saved_view_person_id_listing_name")
        ),
    )
    op.create_table(
        "step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("vendor_only", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_step_actor_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_step_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
    )
    op.create_index("ix_step_partner_id_id", "step", ["partner_id", "id"], unique=False)
    op.create_index("ix_step_subject", "step", ["subject_type", "subject_id", "id"], unique=False)
    op.create_table(
        "watch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_watch_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_watch_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
        sa.UniqueConstraint(
            "person_id", "subject_type", "subject_id", name=op.f("uq_watch_person_id_subject_type_subject_id")
        ),
    )
    op.create_index("ix_watch_subject", "watch", ["subject_type", "subject_id"], unique=False)
    op.create_table(
        "distribution_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("excluded", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("chosen_partner_id", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chosen_partner_id"], ["partner.id"], name=op.f("fk_distribution_decision_chosen_partner_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_distribution_decision_lead_id")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["distribution_rule.id"], name=op.f("fk_distribution_decision_rule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution_decision")),
        sa.UniqueConstraint("rule_id", "sequence", name=op.f("uq_distribution_decision_rule_id_sequence")),
    )
    op.create_index("ix_distribution_decision_lead_id", "distribution_decision", ["lead_id"], unique=False)
    op.create_table(
        "lead_offer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "lapsed",
                "withdrawn",
                name="offerstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("from_partner_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "afterwards",
            sa.Enum("next", "queue", name="afterwards", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("hides_personal", sa.Boolean(), nullable=False),
        sa.Column("card", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_lead_offer_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["from_partner_id"], ["partner.id"], name=op.f("fk_lead_offer_from_partner_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_offer_lead_id")),
        sa.ForeignKeyConstraint(["offered_by_id"], ["person.id"], name=op.f("fk_lead_offer_offered_by_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_lead_offer_partner_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["distribution_rule.id"], name=op.f("fk_lead_offer_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_offer")),
    )
    op.create_index(
        "ix_lead_offer_due",
        "lead_offer",
        ["answer_by"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_lead_offer_lead_id_id", "lead_offer", ["lead_id", "id"], unique=False)
    op.create_index(
        "ix_lead_offer_partner_id_state_answer_by",
        "lead_offer",
        ["partner_id", "state", "answer_by", "id"],
        unique=False,
    )
    op.create_index("ix_lead_offer_rule_id_id", "lead_offer", ["rule_id", "id"], unique=False)
    op.create_index(
        "uq_lead_offer_open",
        "lead_offer",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "lead_passage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("to_partner_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "consented",
                "refused",
                "withdrawn",
                name="passagestate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_lead_passage_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_lead_passage_decided_by_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_passage_lead_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_lead_passage_partner_id")),
        sa.ForeignKeyConstraint(
            ["to_partner_id"], ["partner.id"], name=op.f("fk_lead_passage_to_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_passage")),
    )
    op.create_index("ix_lead_passage_lead_id_id", "lead_passage", ["lead_id", "id"], unique=False)
    op.create_index("ix_lead_passage_partner_id_id", "lead_passage", ["partner_id", "id"], unique=False)
    op.create_index("ix_lead_passage_state_id", "lead_passage", ["state", "id"], unique=False)
    op.create_index(
        "uq_lead_passage_waiting",
        "lead_passage",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_notification_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notification_person_id")),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_notification_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index("ix_notification_person_id_id", "notification", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_notification_unmailed",
        "notification",
        ["person_id"],
        unique=False,
        postgresql_where=sa.text("mailed_at is null"),
    )
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["person_id"],
        unique=False,
        postgresql_where=sa.text("read_at is null"),
    )
    op.create_table(
        "opportunity_product",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_opportunity_product_quantity_is_positive")),
        sa.ForeignKeyConstraint(
            ["partner_id", "opportunity_id"],
            ["opportunity.partner_id", "opportunity.id"],
            name=op.f("fk_opportunity_product_partner_id_opportunity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_opportunity_product_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_opportunity_product_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_product")),
    )
    op.create_index("ix_opportunity_product_partner_id", "opportunity_product", ["partner_id"], unique=False)
    op.create_index(
        "uq_opportunity_product_opportunity_id_product_id",
        "opportunity_product",
        ["opportunity_id", "product_id"],
        unique=True,
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "returned",
                "protected",
                "rejected",
                "expired",
                "released",
                "withdrawn",
                name="registrationstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("protected_until", sa.Date(), nullable=True),
        sa.Column("extension_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension_reason", sa.Text(), nullable=True),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension_refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_days", sa.BigInteger(), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state <> 'protected' or protected_until is not null",
            name=op.f("ck_registration_protection_has_an_end"),
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_registration_customer_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_registration_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["partner_id", "opportunity_id"],
            ["opportunity.partner_id", "opportunity.id"],
            name=op.f("fk_registration_partner_id_opportunity_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_registration_partner_id")),
        sa.ForeignKeyConstraint(
            ["registered_by_id"], ["person.id"], name=op.f("fk_registration_registered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )
    op.create_index("ix_registration_customer_id", "registration", ["customer_id"], unique=False)
    op.create_index("ix_registration_opportunity_id", "registration", ["opportunity_id"], unique=False)
    op.create_index("ix_registration_partner_id_id", "registration", ["partner_id", "id"], unique=False)
    op.create_index("ix_registration_state_id", "registration", ["state", "id"], unique=False)
    op.create_index(
        "ix_registration_state_protected_until", "registration", ["state", "protected_until"], unique=False
    )
    op.create_index(
        "uq_registration_protected",
        "registration",
        ["customer_id"],
        unique=True,
        postgresql_where=sa.text("state = 'protected' and not shared"),
    )
    op.add_column("lead", sa.Column("tax_number", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("customer_id", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("campaign_id", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("passed_by_partner_id", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("staged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column("lead", sa.Column("owner_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_lead_campaign_id", "lead", ["campaign_id"], unique=False)
    op.create_index("ix_lead_customer_id", "lead", ["customer_id"], unique=False)
    op.create_index("ix_lead_owner_id_id", "lead", ["owner_id", "id"], unique=False)
    op.create_index(
        "ix_lead_partner_id_stage_created_on_id",
        "lead",
        ["partner_id", "stage", "created_on", "id"],
        unique=False,
    )
    op.create_foreign_key(
        op.f("fk_lead_passed_by_partner_id"), "lead", "partner", ["passed_by_partner_id"], ["id"]
    )
    op.create_foreign_key(op.f("fk_lead_campaign_id"), "lead", "campaign", ["campaign_id"], ["id"])
    op.create_foreign_key(op.f("fk_lead_customer_id"), "lead", "customer", ["customer_id"], ["id"])
    op.create_foreign_key(op.f("fk_lead_owner_id"), "lead", "person", ["owner_id"], ["id"])
    op.add_column("opportunity", sa.Column("lead_id", sa.BigInteger(), nullable=True))
    op.add_column("opportunity", sa.Column("customer_id", sa.BigInteger(), nullable=True))
    op.add_column("opportunity", sa.Column("website", sa.Text(), nullable=True))
    op.add_column("opportunity", sa.Column("customer_email", sa.Text(), nullable=True))
    op.add_column("opportunity", sa.Column("tax_number", sa.Text(), nullable=True))
    op.add_column("opportunity", sa.Column("country", sa.Text(), nullable=True))
    op.add_column("opportunity", sa.Column("description", sa.Text(), nullable=True))
    op.add_column("opportunity", sa.Column("next_step", sa.Text(), nullable=True))
    op.add_column("opportunity", sa.Column("next_step_on", sa.Date(), nullable=True))
    op.add_column(
        "opportunity",
        sa.Column(
            "competitors", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
    )
    op.add_column("opportunity", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("opportunity", sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("opportunity", sa.Column("reported_by_id", sa.BigInteger(), nullable=True))
    op.add_column("opportunity", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column("opportunity", sa.Column("owner_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_opportunity_customer_id", "opportunity", ["customer_id"], unique=False)
    op.create_index("ix_opportunity_lead_id", "opportunity", ["lead_id"], unique=False)
    op.create_index("ix_opportunity_owner_id_id", "opportunity", ["owner_id", "id"], unique=False)
    op.create_index(
        "ix_opportunity_partner_id_stage_id_created_on_id",
        "opportunity",
        ["partner_id", "stage_id", "created_on", "id"],
        unique=False,
    )
    op.create_foreign_key(op.f("fk_opportunity_owner_id"), "opportunity", "person", ["owner_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_opportunity_reported_by_id"), "opportunity", "person", ["reported_by_id"], ["id"]
    )
    op.create_foreign_key(op.f("fk_opportunity_lead_id"), "opportunity", "lead", ["lead_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_opportunity_customer_id"), "opportunity", "customer", ["customer_id"], ["id"]
    )
    op.add_column(
        "opportunity_stage", sa.Column("active", sa.Boolean(), server_default="true", nullable=False)
    )
    op.add_column(
        "opportunity_stage", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False)
    )
    op.add_column("order_line", sa.Column("list_price", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column("order_line", sa.Column("why", sa.Text(), nullable=True))
    op.add_column("order_line", sa.Column("override_reason", sa.Text(), nullable=True))
    op.add_column("orders", sa.Column("opportunity_id", sa.BigInteger(), nullable=True))
    op.add_column("orders", sa.Column("credits_id", sa.BigInteger(), nullable=True))
    op.add_column("orders", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("orders", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("orders", sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("orders", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("orders", sa.Column("fulfilled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("orders", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("orders", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("orders", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column("orders", sa.Column("owner_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_orders_credits_id", "orders", ["credits_id"], unique=False)
    op.create_index("ix_orders_opportunity_id", "orders", ["opportunity_id"], unique=False)
    op.create_index("ix_orders_owner_id_id", "orders", ["owner_id", "id"], unique=False)
    op.create_foreign_key(op.f("fk_orders_credits_id"), "orders", "orders", ["credits_id"], ["id"])
    op.create_foreign_key(op.f("fk_orders_owner_id"), "orders", "person", ["owner_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_orders_opportunity_id"), "orders", "opportunity", ["opportunity_id"], ["id"]
    )
    op.add_column(
        "partner_type", sa.Column("protection_days", sa.BigInteger(), server_default="90", nullable=False)
    )
    op.add_column(
        "partner_type", sa.Column("extension_days", sa.BigInteger(), server_default="30", nullable=False)
    )
    op.add_column(
        "person",
        sa.Column(
            "digest",
            sa.Enum("at once", "daily", "none", name="digest", native_enum=False, length=40),
            server_default="at once",
            nullable=False,
        ),
    )
    op.add_column("person", sa.Column("digested_on", sa.Date(), nullable=True))
    op.add_column(
        "vendor", sa.Column("cross_sale_consent", sa.Boolean(), server_default="true", nullable=False)
    )
    op.add_column("vendor", sa.Column("own_only", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("vendor", "own_only")
    op.drop_column("vendor", "cross_sale_consent")
    op.drop_column("person", "digested_on")
    op.drop_column("person", "digest")
    op.drop_column("partner_type", "extension_days")
    op.drop_column("partner_type", "protection_days")
    op.drop_constraint(op.f("fk_orders_opportunity_id"), "orders", type_="foreignkey")
    op.drop_constraint(op.f("fk_orders_owner_id"), "orders", type_="foreignkey")
    op.drop_constraint(op.f("fk_orders_credits_id"), "orders", type_="foreignkey")
    op.drop_index("ix_orders_owner_id_id", table_name="orders")
    op.drop_index("ix_orders_opportunity_id", table_name="orders")
    op.drop_index("ix_orders_credits_id", table_name="orders")
    op.drop_column("orders", "owner_id")
    op.drop_column("orders", "version")
    op.drop_column("orders", "cancelled_at")
    op.drop_column("orders", "closed_at")
    op.drop_column("orders", "fulfilled_at")
    op.drop_column("orders", "confirmed_at")
    op.drop_column("orders", "submitted_at")
    op.drop_column("orders", "reason")
    op.drop_column("orders", "note")
    op.drop_column("orders", "credits_id")
    op.drop_column("orders", "opportunity_id")
    op.drop_column("order_line", "override_reason")
    op.drop_column("order_line", "why")
    op.drop_column("order_line", "list_price")
    op.drop_column("opportunity_stage", "version")
    op.drop_column("opportunity_stage", "active")
    op.drop_constraint(op.f("fk_opportunity_customer_id"), "opportunity", type_="foreignkey")
    op.drop_constraint(op.f("fk_opportunity_lead_id"), "opportunity", type_="foreignkey")
    op.drop_constraint(op.f("fk_opportunity_reported_by_id"), "opportunity", type_="foreignkey")
    op.drop_constraint(op.f("fk_opportunity_owner_id"), "opportunity", type_="foreignkey")
    op.drop_index("ix_opportunity_partner_id_stage_id_created_on_id", table_name="opportunity")
    op.drop_index("ix_opportunity_owner_id_id", table_name="opportunity")
    op.drop_index("ix_opportunity_lead_id", table_name="opportunity")
    op.drop_index("ix_opportunity_customer_id", table_name="opportunity")
    op.drop_column("opportunity", "owner_id")
    op.drop_column("opportunity", "version")
    op.drop_column("opportunity", "reported_by_id")
    op.drop_column("opportunity", "reported_at")
    op.drop_column("opportunity", "reason")
    op.drop_column("opportunity", "competitors")
    op.drop_column("opportunity", "next_step_on")
    op.drop_column("opportunity", "next_step")
    op.drop_column("opportunity", "description")
    op.drop_column("opportunity", "country")
    op.drop_column("opportunity", "tax_number")
    op.drop_column("opportunity", "customer_email")
    op.drop_column("opportunity", "website")
    op.drop_column("opportunity", "customer_id")
    op.drop_column("opportunity", "lead_id")
    op.drop_constraint(op.f("fk_lead_owner_id"), "lead", type_="foreignkey")
    op.drop_constraint(op.f("fk_lead_customer_id"), "lead", type_="foreignkey")
    op.drop_constraint(op.f("fk_lead_campaign_id"), "lead", type_="foreignkey")
    op.drop_constraint(op.f("fk_lead_passed_by_partner_id"), "lead", type_="foreignkey")
    op.drop_index("ix_lead_partner_id_stage_created_on_id", table_name="lead")
    op.drop_index("ix_lead_owner_id_id", table_name="lead")
    op.drop_index("ix_lead_customer_id", table_name="lead")
    op.drop_index("ix_lead_campaign_id", table_name="lead")
    op.drop_column("lead", "owner_id")
    op.drop_column("lead", "version")
    op.drop_column("lead", "staged_at")
    op.drop_column("lead", "passed_by_partner_id")
    op.drop_column("lead", "campaign_id")
    op.drop_column("lead", "customer_id")
    op.drop_column("lead", "reason")
    op.drop_column("lead", "note")
    op.drop_column("lead", "tax_number")
    op.drop_index(
        "uq_registration_protected",
        table_name="registration",
        postgresql_where=sa.text("state = 'protected' and not shared"),
    )
    op.drop_index("ix_registration_state_protected_until", table_name="registration")
    op.drop_index("ix_registration_state_id", table_name="registration")
    op.drop_index("ix_registration_partner_id_id", table_name="registration")
    op.drop_index("ix_registration_opportunity_id", table_name="registration")
    op.drop_index("ix_registration_customer_id", table_name="registration")
    op.drop_table("registration")
    op.drop_index("uq_opportunity_product_opportunity_id_product_id", table_name="opportunity_product")
    op.drop_index("ix_opportunity_product_partner_id", table_name="opportunity_product")
    op.drop_table("opportunity_product")
    op.drop_index(
        "ix_notification_unread", table_name="notification", postgresql_where=sa.text("read_at is null")
    )
    op.drop_index(
        "ix_notification_unmailed", table_name="notification", postgresql_where=sa.text("mailed_at is null")
    )
    op.drop_index("ix_notification_person_id_id", table_name="notification")
    op.drop_table("notification")
    op.drop_index(
        "uq_lead_passage_waiting", table_name="lead_passage", postgresql_where=sa.text("state = 'waiting'")
    )
    op.drop_index("ix_lead_passage_state_id", table_name="lead_passage")
    op.drop_index("ix_lead_passage_partner_id_id", table_name="lead_passage")
    op.drop_index("ix_lead_passage_lead_id_id", table_name="lead_passage")
    op.drop_table("lead_passage")
    op.drop_index("uq_lead_offer_open", table_name="lead_offer", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("ix_lead_offer_rule_id_id", table_name="lead_offer")
    op.drop_index("ix_lead_offer_partner_id_state_answer_by", table_name="lead_offer")
    op.drop_index("ix_lead_offer_lead_id_id", table_name="lead_offer")
    op.drop_index("ix_lead_offer_due", table_name="lead_offer", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("lead_offer")
    op.drop_index("ix_distribution_decision_lead_id", table_name="distribution_decision")
    op.drop_table("distribution_decision")
    op.drop_index("ix_watch_subject", table_name="watch")
    op.drop_table("watch")
    op.drop_index("ix_step_subject", table_name="step")
    op.drop_index("ix_step_partner_id_id", table_name="step")
    op.drop_table("step")
    op.drop_table("saved_view")
    op.drop_index("ix_distribution_share_partner_id", table_name="distribution_share")
    op.drop_table("distribution_share")
    op.drop_index("ix_comment_subject", table_name="comment")
    op.drop_index("ix_comment_partner_id_id", table_name="comment")
    op.drop_table("comment")
    op.drop_index("ix_attachment_subject", table_name="attachment")
    op.drop_index("ix_attachment_partner_id_id", table_name="attachment")
    op.drop_table("attachment")
    op.drop_index("ix_pinned_account_partner_id", table_name="pinned_account")
    op.drop_table("pinned_account")
    op.drop_table("distribution_rule")
    op.drop_index("ix_customer_mark_kind_value", table_name="customer_mark")
    op.drop_table("customer_mark")
    op.drop_index("ix_customer_folded_country", table_name="customer")
    op.drop_table("customer")
    op.drop_table("campaign")
