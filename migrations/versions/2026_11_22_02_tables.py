"""Tables of the core: people, program, partners, prices, facts, assessments, events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_02"
down_revision = "2026_11_22_01"


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "value_type",
            sa.Enum(
                "integer",
                "decimal",
                "money",
                "percent",
                "yes/no",
                "choice",
                "text",
                "price list",
                name="valuetype",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("choices", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("name", name=op.f("uq_category_name")),
    )
    op.create_table(
        "exchange_rate",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_exchange_rate_rate_positive")),
        sa.PrimaryKeyConstraint("currency", "day", name=op.f("pk_exchange_rate")),
    )
    op.create_table(
        "operating_company",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operating_company")),
        sa.UniqueConstraint("code", name=op.f("uq_operating_company_code")),
    )
    op.create_table(
        "opportunity_stage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("open", "won", "lost", name="stagekind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("probability", sa.Numeric(precision=7, scale=6), nullable=False),
        sa.CheckConstraint(
            "probability between 0 and 1", name=op.f("ck_opportunity_stage_probability_is_a_share")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_stage")),
        sa.UniqueConstraint("name", name=op.f("uq_opportunity_stage_name")),
    )
    op.create_table(
        "partner_type",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("information", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_type")),
        sa.UniqueConstraint("name", name=op.f("uq_partner_type_name")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("subcategory", sa.Text(), nullable=True),
        sa.Column("list_price", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "sort_name",
            sa.Text(collation="C"),
            sa.Computed("accord_fold(name)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', accord_fold(sku || ' ' || name || ' ' || coalesce(category, '') || ' ' || coalesce(subcategory, '')))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(list_price is null) = (currency is null)", name=op.f("ck_product_price_has_currency")
        ),
        sa.CheckConstraint("list_price >= 0", name=op.f("ck_product_list_price_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("sku", name=op.f("uq_product_sku")),
    )
    op.create_index("ix_product_category", "product", ["category", "subcategory"], unique=False)
    op.create_index("ix_product_search", "product", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_product_sku_pattern", "product", ["sku"], unique=False, postgresql_ops={"sku": "text_pattern_ops"}
    )
    op.create_index("ix_product_sort_name_id", "product", ["sort_name", "id"], unique=False)
    op.create_table(
        "throttle",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("window", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "window", name=op.f("pk_throttle")),
    )
    op.create_table(
        "vendor",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_vendor_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor")),
    )
    op.create_table(
        "partner",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("partner_type_id", sa.BigInteger(), nullable=False),
        sa.Column("operating_company_id", sa.BigInteger(), nullable=True),
        sa.Column("manager_id", sa.BigInteger(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("tax_number", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("employees", sa.BigInteger(), nullable=True),
        sa.Column("founded", sa.BigInteger(), nullable=True),
        sa.Column("portal_access", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "sort_name",
            sa.Text(collation="C"),
            sa.Computed("accord_fold(name)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', accord_fold(code || ' ' || name || ' ' || coalesce(city, '') || ' ' || coalesce(country, '') || ' ' || coalesce(email, '')))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["operating_company_id"], ["operating_company.id"], name=op.f("fk_partner_operating_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_type_id"], ["partner_type.id"], name=op.f("fk_partner_partner_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_code")),
    )
    op.create_index("ix_partner_manager_id_id", "partner", ["manager_id", "id"], unique=False)
    op.create_index("ix_partner_partner_type_id_id", "partner", ["partner_type_id", "id"], unique=False)
    op.create_index("ix_partner_search", "partner", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_partner_sort_name_id", "partner", ["sort_name", "id"], unique=False)
    op.create_table(
        "price_list",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum("base", "type", "granted", "personal", name="pricescope", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("partner_type_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'type') = (partner_type_id is not null)",
            name=op.f("ck_price_list_type_lists_name_a_type"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_type_id"], ["partner_type.id"], name=op.f("fk_price_list_partner_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("code", name=op.f("uq_price_list_code")),
    )
    op.create_index(
        "uq_price_list_base", "price_list", ["scope"], unique=True, postgresql_where=sa.text("scope = 'base'")
    )
    op.create_index("uq_price_list_partner_type_id", "price_list", ["partner_type_id"], unique=True)
    op.create_table(
        "tier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_type_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_type_id"], ["partner_type.id"], name=op.f("fk_tier_partner_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier")),
        sa.UniqueConstraint("partner_type_id", "name", name=op.f("uq_tier_partner_type_id_name")),
    )
    op.create_index("uq_tier_partner_type_id_id", "tier", ["partner_type_id", "id"], unique=True)
    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("person_email", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("score", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.CheckConstraint("expires_on >= passed_on", name=op.f("ck_certificate_expires_after_passed")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_certificate_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint(
            "partner_id",
            "person_email",
            "subject",
            "passed_on",
            name=op.f("uq_certificate_partner_id_person_email_subject_passed_on"),
        ),
    )
    op.create_index(
        "ix_certificate_partner_id_passed_on_id",
        "certificate",
        ["partner_id", "passed_on", "id"],
        unique=False,
    )
    op.create_index("ix_certificate_passed_on_id", "certificate", ["passed_on", "id"], unique=False)
    op.create_table(
        "lead",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("need", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "new",
                "qualified",
                "handed off",
                "accepted",
                "converted",
                "disqualified",
                "withdrawn",
                name="leadstage",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("budget", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', accord_fold(company || ' ' || coalesce(contact, '') || ' ' || coalesce(email, '') || ' ' || coalesce(city, '') || ' ' || coalesce(key, '')))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "budget is null or currency is not null", name=op.f("ck_lead_budget_has_currency")
        ),
        sa.CheckConstraint("closed_on >= created_on", name=op.f("ck_lead_closed_after_created")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_lead_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("key", name=op.f("uq_lead_key")),
    )
    op.create_index("ix_lead_created_on_id", "lead", ["created_on", "id"], unique=False)
    op.create_index("ix_lead_partner_id_closed_on", "lead", ["partner_id", "closed_on"], unique=False)
    op.create_index(
        "ix_lead_partner_id_created_on_id", "lead", ["partner_id", "created_on", "id"], unique=False
    )
    op.create_index("ix_lead_search", "lead", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_lead_stage_created_on_id", "lead", ["stage", "created_on", "id"], unique=False)
    op.create_index("uq_lead_partner_id_id", "lead", ["partner_id", "id"], unique=True)
    op.create_table(
        "measurement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_measurement_category_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_measurement_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
        sa.UniqueConstraint(
            "partner_id", "category_id", "day", name=op.f("uq_measurement_partner_id_category_id_day")
        ),
    )
    op.create_index(op.f("ix_measurement_category_id"), "measurement", ["category_id"], unique=False)
    op.create_table(
        "opportunity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("stage_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("probability", sa.Numeric(precision=7, scale=6), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', accord_fold(name || ' ' || customer || ' ' || coalesce(key, '')))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("closed_on >= created_on", name=op.f("ck_opportunity_closed_after_created")),
        sa.CheckConstraint("probability between 0 and 1", name=op.f("ck_opportunity_probability_is_a_share")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_opportunity_partner_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_opportunity_product_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["opportunity_stage.id"], name=op.f("fk_opportunity_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
        sa.UniqueConstraint("key", name=op.f("uq_opportunity_key")),
    )
    op.create_index("ix_opportunity_created_on_id", "opportunity", ["created_on", "id"], unique=False)
    op.create_index(
        "ix_opportunity_partner_id_closed_on", "opportunity", ["partner_id", "closed_on"], unique=False
    )
    op.create_index(
        "ix_opportunity_partner_id_created_on_id",
        "opportunity",
        ["partner_id", "created_on", "id"],
        unique=False,
    )
    op.create_index("ix_opportunity_search", "opportunity", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_opportunity_stage_id_created_on_id", "opportunity", ["stage_id", "created_on", "id"], unique=False
    )
    op.create_index("uq_opportunity_partner_id_id", "opportunity", ["partner_id", "id"], unique=True)
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "confirmed",
                "fulfilled",
                "closed",
                "cancelled",
                name="orderstatus",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("customer_reference", sa.Text(), nullable=True),
        sa.Column("customer", sa.Text(), nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', accord_fold(number || ' ' || coalesce(customer, '') || ' ' || coalesce(customer_reference, '')))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_orders_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
    )
    op.create_index("ix_orders_ordered_on_id", "orders", ["ordered_on", "id"], unique=False)
    op.create_index(
        "ix_orders_partner_id_ordered_on_id", "orders", ["partner_id", "ordered_on", "id"], unique=False
    )
    op.create_index("ix_orders_search", "orders", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_orders_status_ordered_on_id", "orders", ["status", "ordered_on", "id"], unique=False)
    op.create_index("uq_orders_partner_id_id", "orders", ["partner_id", "id"], unique=True)
    op.create_table(
        "partnership",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_type_id", sa.BigInteger(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at_risk_until", sa.Date(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("due_on >= start_on", name=op.f("ck_partnership_due_after_start")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partnership_partner_id")),
        sa.ForeignKeyConstraint(
            ["partner_type_id"], ["partner_type.id"], name=op.f("fk_partnership_partner_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership")),
        sa.UniqueConstraint("partner_id", "start_on", name=op.f("uq_partnership_partner_id_start_on")),
    )
    op.create_index(op.f("ix_partnership_partner_type_id"), "partnership", ["partner_type_id"], unique=False)
    op.create_index(
        "uq_partnership_id_partner_type_id", "partnership", ["id", "partner_type_id"], unique=True
    )
    op.create_index("uq_partnership_partner_id_id", "partnership", ["partner_id", "id"], unique=True)
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("roles", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "roles <@ case when partner_id is null then array['administrator', 'auditor', 'channel manager', 'marketing', 'sales']::varchar[] else array['operations agent', 'partner administrator', 'support agent']::varchar[] end",
            name=op.f("ck_person_roles_fit_the_side"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_person_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index("uq_person_partner_id_id", "person", ["partner_id", "id"], unique=True)
    op.create_table(
        "price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("price_list_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "min_quantity", sa.Numeric(precision=19, scale=4), server_default=sa.text("1"), nullable=False
        ),
        sa.Column("valid_from", sa.Date(), server_default=sa.text("'0001-01-01'"), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "during",
            postgresql.DATERANGE(),
            sa.Computed("daterange(valid_from, valid_to, '[]')", persisted=True),
            nullable=False,
        ),
        sa.Column("unit_price", sa.Numeric(precision=19, scale=4), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(price_list_id, price_list_id, '[]')"), "&&"),
            (sa.text("int8range(product_id, product_id, '[]')"), "&&"),
            (sa.text("text_range(currency, currency, '[]')"), "&&"),
            (sa.text("numrange(min_quantity, min_quantity, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_price_one_at_a_time",
        ),
        sa.CheckConstraint("min_quantity > 0", name=op.f("ck_price_min_quantity_positive")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_price_unit_price_not_negative")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_price_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_price_price_list_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_price_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price")),
        sa.UniqueConstraint(
            "price_list_id",
            "product_id",
            "currency",
            "min_quantity",
            "valid_from",
            name=op.f("uq_price_price_list_id_product_id_currency_min_quantity_valid_from"),
        ),
    )
    op.create_index("ix_price_product_id", "price", ["product_id"], unique=False)
    op.create_table(
        "price_list_partner",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("price_list_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), server_default=sa.text("'0001-01-01'"), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "during",
            postgresql.DATERANGE(),
            sa.Computed("daterange(valid_from, valid_to, '[]')", persisted=True),
            nullable=False,
        ),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(price_list_id, price_list_id, '[]')"), "&&"),
            (sa.text("int8range(partner_id, partner_id, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_price_list_partner_one_at_a_time",
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_price_list_partner_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_price_list_partner_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"], ["price_list.id"], name=op.f("fk_price_list_partner_price_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list_partner")),
        sa.UniqueConstraint(
            "price_list_id",
            "partner_id",
            "valid_from",
            name=op.f("uq_price_list_partner_price_list_id_partner_id_valid_from"),
        ),
    )
    op.create_index("ix_price_list_partner_partner_id", "price_list_partner", ["partner_id"], unique=False)
    op.create_table(
        "training",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("person_email", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("score", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.CheckConstraint("expires_on >= passed_on", name=op.f("ck_training_expires_after_passed")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_training_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sa.UniqueConstraint(
            "partner_id",
            "person_email",
            "subject",
            "passed_on",
            name=op.f("uq_training_partner_id_person_email_subject_passed_on"),
        ),
    )
    op.create_index(
        "ix_training_partner_id_passed_on_id", "training", ["partner_id", "passed_on", "id"], unique=False
    )
    op.create_index("ix_training_passed_on_id", "training", ["passed_on", "id"], unique=False)
    op.create_table(
        "active_period",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("partnership_id", sa.BigInteger(), nullable=False),
        sa.Column("during", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(partner_id, partner_id, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_active_period_one_active_partnership",
        ),
        sa.CheckConstraint("not isempty(during)", name=op.f("ck_active_period_not_empty")),
        sa.ForeignKeyConstraint(
            ["partner_id", "partnership_id"],
            ["partnership.partner_id", "partnership.id"],
            name=op.f("fk_active_period_partner_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_active_period_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_active_period")),
    )
    op.create_index("ix_active_period_partnership_id", "active_period", ["partnership_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_contact_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_contact")),
        sa.UniqueConstraint("email", name=op.f("uq_contact_email")),
    )
    op.create_index(op.f("ix_contact_partner_id"), "contact", ["partner_id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_credential")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("partnership_id", sa.BigInteger(), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_as", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_document_category_id")),
        sa.ForeignKeyConstraint(
            ["partner_id", "partnership_id"],
            ["partnership.partner_id", "partnership.id"],
            name=op.f("fk_document_partner_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_document_partner_id")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_document_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_document_stored_as")),
    )
    op.create_index("ix_document_category_id", "document", ["category_id"], unique=False)
    op.create_index("ix_document_partner_id_filed_on", "document", ["partner_id", "filed_on"], unique=False)
    op.create_index("ix_document_partnership_id", "document", ["partnership_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_event_actor_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_event_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_actor_id_id", "event", ["actor_id", "id"], unique=False)
    op.create_index("ix_event_kind_id", "event", ["kind", "id"], unique=False)
    op.create_index("ix_event_partner_id_id", "event", ["partner_id", "id"], unique=False)
    op.create_index("ix_event_subject", "event", ["subject_type", "subject_id", "id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("stored_as", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "refused",
                "failed",
                name="importstatus",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("trust_amounts", sa.Boolean(), nullable=False),
        sa.Column("total_rows", sa.BigInteger(), nullable=False),
        sa.Column("done_rows", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("refusals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_import_run_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_by_id", "import_run", ["by_id"], unique=False)
    op.create_table(
        "one_time_key",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_one_time_key_person_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_one_time_key")),
    )
    op.create_index(op.f("ix_one_time_key_at"), "one_time_key", ["at"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("discount", sa.Numeric(precision=7, scale=6), nullable=False),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("price_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("discount between 0 and 1", name=op.f("ck_order_line_discount_is_a_share")),
        sa.ForeignKeyConstraint(
            ["partner_id", "order_id"],
            ["orders.partner_id", "orders.id"],
            name=op.f("fk_order_line_partner_id_order_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_order_line_partner_id")),
        sa.ForeignKeyConstraint(["price_id"], ["price.id"], name=op.f("fk_order_line_price_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_order_line_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "line", name=op.f("uq_order_line_order_id_line")),
    )
    op.create_index("ix_order_line_partner_id", "order_line", ["partner_id"], unique=False)
    op.create_index("ix_order_line_product_id", "order_line", ["product_id"], unique=False)
    op.create_table(
        "program_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("year_starts", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("draft", "published", name="versionstatus", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "status = 'draft' or valid_from is not null", name=op.f("ck_program_version_published_from_a_day")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_program_version_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_version")),
        sa.UniqueConstraint("name", name=op.f("uq_program_version_name")),
    )
    op.create_index(
        "uq_program_version_draft",
        "program_version",
        ["status"],
        unique=True,
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.create_index(
        "uq_program_version_valid_from",
        "program_version",
        ["valid_from"],
        unique=True,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_secret_hash")),
    )
    op.create_index("ix_sign_in_person_id", "sign_in", ["person_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("invitation", name="tokenpurpose", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_token_secret_hash")),
    )
    op.create_index(op.f("ix_token_person_id"), "token", ["person_id"], unique=False)
    op.create_table(
        "type_document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_type_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_as", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_type_id"], ["partner_type.id"], name=op.f("fk_type_document_partner_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name=op.f("fk_type_document_uploaded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_type_document")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_type_document_stored_as")),
    )
    op.create_index(
        op.f("ix_type_document_partner_type_id"), "type_document", ["partner_type_id"], unique=False
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("partnership_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "fact",
                "review",
                "grace",
                "command",
                "night",
                "publishing",
                "import",
                "staff",
                name="cause",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("earned_tier_id", sa.BigInteger(), nullable=False),
        sa.Column("held_tier_id", sa.BigInteger(), nullable=False),
        sa.Column("next_tier_id", sa.BigInteger(), nullable=True),
        sa.Column("score", sa.Numeric(), nullable=True),
        sa.Column("progress", sa.Numeric(), nullable=True),
        sa.Column("at_risk_until", sa.Date(), nullable=True),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["earned_tier_id"], ["tier.id"], name=op.f("fk_assessment_earned_tier_id")),
        sa.ForeignKeyConstraint(["held_tier_id"], ["tier.id"], name=op.f("fk_assessment_held_tier_id")),
        sa.ForeignKeyConstraint(["next_tier_id"], ["tier.id"], name=op.f("fk_assessment_next_tier_id")),
        sa.ForeignKeyConstraint(
            ["partner_id", "partnership_id"],
            ["partnership.partner_id", "partnership.id"],
            name=op.f("fk_assessment_partner_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_assessment_partner_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["program_version.id"], name=op.f("fk_assessment_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index("ix_assessment_assessed_on", "assessment", ["assessed_on"], unique=False)
    op.create_index("ix_assessment_partner_id_id", "assessment", ["partner_id", "id"], unique=False)
    op.create_index(
        "ix_assessment_partnership_id_assessed_on_id",
        "assessment",
        ["partnership_id", "assessed_on", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_assessment_version_id"), "assessment", ["version_id"], unique=False)
    op.create_table(
        "event_detail",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_detail_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_detail")),
    )
    op.create_table(
        "ladder",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_type_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "mode", sa.Enum("points", "thresholds", name="mode", native_enum=False, length=40), nullable=False
        ),
        sa.Column("partial_credit", sa.Boolean(), nullable=False),
        sa.Column("needs_lower_tiers", sa.Boolean(), nullable=False),
        sa.Column(
            "upgrades",
            sa.Enum("at once", "at review", "with approval", name="upgrades", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "downgrades",
            sa.Enum("never", "at review", "after grace", name="downgrades", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("grace_days", sa.BigInteger(), nullable=True),
        sa.Column(
            "review",
            sa.Enum(
                "monthly", "quarterly", "half-yearly", "yearly", name="review", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("wins_count_at_once", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(downgrades = 'after grace') = (grace_days is not null)", name=op.f("ck_ladder_grace_has_days")
        ),
        sa.CheckConstraint("grace_days > 0", name=op.f("ck_ladder_grace_days_positive")),
        sa.ForeignKeyConstraint(
            ["partner_type_id"], ["partner_type.id"], name=op.f("fk_ladder_partner_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["program_version.id"], name=op.f("fk_ladder_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder")),
        sa.UniqueConstraint(
            "version_id", "partner_type_id", name=op.f("uq_ladder_version_id_partner_type_id")
        ),
    )
    op.create_index("ix_ladder_partner_type_id", "ladder", ["partner_type_id"], unique=False)
    op.create_table(
        "measure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_measure_category_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["program_version.id"], name=op.f("fk_measure_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("version_id", "category_id", name=op.f("uq_measure_version_id_category_id")),
    )
    op.create_index(op.f("ix_measure_category_id"), "measure", ["category_id"], unique=False)
    op.create_table(
        "parameter_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("partnership_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_parameter_change_assessment_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_parameter_change_by_id")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_parameter_change_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id", "partnership_id"],
            ["partnership.partner_id", "partnership.id"],
            name=op.f("fk_parameter_change_partner_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_parameter_change_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_change")),
    )
    op.create_index(
        "ix_parameter_change_partner_id_id", "parameter_change", ["partner_id", "id"], unique=False
    )
    op.create_index(
        "ix_parameter_change_partnership_id_id", "parameter_change", ["partnership_id", "id"], unique=False
    )
    op.create_table(
        "rung",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ladder_id", sa.BigInteger(), nullable=False),
        sa.Column("tier_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("target_score", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_rung_rank_from_zero")),
        sa.ForeignKeyConstraint(
            ["ladder_id"], ["ladder.id"], name=op.f("fk_rung_ladder_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_rung_tier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rung")),
        sa.UniqueConstraint(
            "ladder_id", "rank", deferrable=True, initially="DEFERRED", name=op.f("uq_rung_ladder_id_rank")
        ),
        sa.UniqueConstraint("ladder_id", "tier_id", name=op.f("uq_rung_ladder_id_tier_id")),
    )
    op.create_index("ix_rung_tier_id", "rung", ["tier_id"], unique=False)
    op.create_table(
        "tier_period",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("partnership_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_type_id", sa.BigInteger(), nullable=False),
        sa.Column("tier_id", sa.BigInteger(), nullable=False),
        sa.Column("during", postgresql.DATERANGE(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum("start", "staff", "import", "assessment", name="tiercause", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(partnership_id, partnership_id, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_tier_period_one_tier",
        ),
        sa.CheckConstraint("not isempty(during)", name=op.f("ck_tier_period_not_empty")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_tier_period_assessment_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_tier_period_by_id")),
        sa.ForeignKeyConstraint(
            ["partner_id", "partnership_id"],
            ["partnership.partner_id", "partnership.id"],
            name=op.f("fk_tier_period_partner_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_tier_period_partner_id")),
        sa.ForeignKeyConstraint(
            ["partner_type_id", "tier_id"],
            ["tier.partner_type_id", "tier.id"],
            name="fk_tier_period_tier_of_type",
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "partner_type_id"],
            ["partnership.id", "partnership.partner_type_id"],
            name="fk_tier_period_type_of_partnership",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier_period")),
    )
    op.create_index("ix_tier_period_partner_id", "tier_period", ["partner_id"], unique=False)
    op.create_index("ix_tier_period_partnership_id", "tier_period", ["partnership_id"], unique=False)
    op.create_index("ix_tier_period_tier_id", "tier_period", ["tier_id"], unique=False)
    op.create_table(
        "parameter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rung_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("obligation", "benefit", name="parameterkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("price_list_id", sa.BigInteger(), nullable=True),
        sa.Column("score", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("floor", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("any_of", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(rung_id, rung_id, '[]')"), "&&"),
            (sa.text("int8range(category_id, category_id, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=sa.text("kind = 'benefit'"),
            using="gist",
            name="ex_parameter_one_benefit",
        ),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(rung_id, rung_id, '[]')"), "&&"),
            (sa.text("int8range(category_id, category_id, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=sa.text("kind = 'obligation'"),
            using="gist",
            name="ex_parameter_one_obligation",
        ),
        sa.CheckConstraint(
            "kind = 'obligation' or (score is null and floor is null)",
            name=op.f("ck_parameter_benefits_have_no_score"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(number, text, price_list_id) = 1", name=op.f("ck_parameter_one_value")
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_parameter_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_parameter_category_id")),
        sa.ForeignKeyConstraint(
            ["price_list_id"], ["price_list.id"], name=op.f("fk_parameter_price_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["rung_id"], ["rung.id"], name=op.f("fk_parameter_rung_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter")),
    )
    op.create_index("ix_parameter_category_id", "parameter", ["category_id"], unique=False)
    op.create_index("ix_parameter_price_list_id", "parameter", ["price_list_id"], unique=False)
    op.create_index("ix_parameter_rung_id", "parameter", ["rung_id"], unique=False)
    op.create_foreign_key("fk_partner_manager_id", "partner", "person", ["manager_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint("fk_partner_manager_id", "partner", type_="foreignkey")
    op.drop_index("ix_parameter_rung_id", table_name="parameter")
    op.drop_index("ix_parameter_price_list_id", table_name="parameter")
    op.drop_index("ix_parameter_category_id", table_name="parameter")
    op.drop_table("parameter")
    op.drop_index("ix_tier_period_tier_id", table_name="tier_period")
    op.drop_index("ix_tier_period_partnership_id", table_name="tier_period")
    op.drop_index("ix_tier_period_partner_id", table_name="tier_period")
    op.drop_table("tier_period")
    op.drop_index("ix_rung_tier_id", table_name="rung")
    op.drop_table("rung")
    op.drop_index("ix_parameter_change_partnership_id_id", table_name="parameter_change")
    op.drop_index("ix_parameter_change_partner_id_id", table_name="parameter_change")
    op.drop_table("parameter_change")
    op.drop_index(op.f("ix_measure_category_id"), table_name="measure")
    op.drop_table("measure")
    op.drop_index("ix_ladder_partner_type_id", table_name="ladder")
    op.drop_table("ladder")
    op.drop_table("event_detail")
    op.drop_index(op.f("ix_assessment_version_id"), table_name="assessment")
    op.drop_index("ix_assessment_partnership_id_assessed_on_id", table_name="assessment")
    op.drop_index("ix_assessment_partner_id_id", table_name="assessment")
    op.drop_index("ix_assessment_assessed_on", table_name="assessment")
    op.drop_table("assessment")
    op.drop_index(op.f("ix_type_document_partner_type_id"), table_name="type_document")
    op.drop_table("type_document")
    op.drop_index(op.f("ix_token_person_id"), table_name="token")
    op.drop_table("token")
    op.drop_index("ix_sign_in_person_id", table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index(
        "uq_program_version_valid_from",
        table_name="program_version",
        postgresql_where=sa.text("status = 'published'"),
    )
    op.drop_index(
        "uq_program_version_draft", table_name="program_version", postgresql_where=sa.text("status = 'draft'")
    )
    op.drop_table("program_version")
    op.drop_index("ix_order_line_product_id", table_name="order_line")
    op.drop_index("ix_order_line_partner_id", table_name="order_line")
    op.drop_table("order_line")
    op.drop_index(op.f("ix_one_time_key_at"), table_name="one_time_key")
    op.drop_table("one_time_key")
    op.drop_index("ix_import_run_by_id", table_name="import_run")
    op.drop_table("import_run")
    op.drop_index("ix_event_subject", table_name="event")
    op.drop_index("ix_event_partner_id_id", table_name="event")
    op.drop_index("ix_event_kind_id", table_name="event")
    op.drop_index("ix_event_actor_id_id", table_name="event")
    op.drop_table("event")
    op.drop_index("ix_document_partnership_id", table_name="document")
    op.drop_index("ix_document_partner_id_filed_on", table_name="document")
    op.drop_index("ix_document_category_id", table_name="document")
    op.drop_table("document")
    op.drop_table("credential")
    op.drop_index(op.f("ix_contact_partner_id"), table_name="contact")
    op.drop_table("contact")
    op.drop_index("ix_active_period_partnership_id", table_name="active_period")
    op.drop_table("active_period")
    op.drop_index("ix_training_passed_on_id", table_name="training")
    op.drop_index("ix_training_partner_id_passed_on_id", table_name="training")
    op.drop_table("training")
    op.drop_index("ix_price_list_partner_partner_id", table_name="price_list_partner")
    op.drop_table("price_list_partner")
    op.drop_index("ix_price_product_id", table_name="price")
    op.drop_table("price")
    op.drop_index("uq_person_partner_id_id", table_name="person")
    op.drop_table("person")
    op.drop_index("uq_partnership_partner_id_id", table_name="partnership")
    op.drop_index("uq_partnership_id_partner_type_id", table_name="partnership")
    op.drop_index(op.f("ix_partnership_partner_type_id"), table_name="partnership")
    op.drop_table("partnership")
    op.drop_index("uq_orders_partner_id_id", table_name="orders")
    op.drop_index("ix_orders_status_ordered_on_id", table_name="orders")
    op.drop_index("ix_orders_search", table_name="orders", postgresql_using="gin")
    op.drop_index("ix_orders_partner_id_ordered_on_id", table_name="orders")
    op.drop_index("ix_orders_ordered_on_id", table_name="orders")
    op.drop_table("orders")
    op.drop_index("uq_opportunity_partner_id_id", table_name="opportunity")
    op.drop_index("ix_opportunity_stage_id_created_on_id", table_name="opportunity")
    op.drop_index("ix_opportunity_search", table_name="opportunity", postgresql_using="gin")
    op.drop_index("ix_opportunity_partner_id_created_on_id", table_name="opportunity")
    op.drop_index("ix_opportunity_partner_id_closed_on", table_name="opportunity")
    op.drop_index("ix_opportunity_created_on_id", table_name="opportunity")
    op.drop_table("opportunity")
    op.drop_index(op.f("ix_measurement_category_id"), table_name="measurement")
    op.drop_table("measurement")
    op.drop_index("uq_lead_partner_id_id", table_name="lead")
    op.drop_index("ix_lead_stage_created_on_id", table_name="lead")
    op.drop_index("ix_lead_search", table_name="lead", postgresql_using="gin")
    op.drop_index("ix_lead_partner_id_created_on_id", table_name="lead")
    op.drop_index("ix_lead_partner_id_closed_on", table_name="lead")
    op.drop_index("ix_lead_created_on_id", table_name="lead")
    op.drop_table("lead")
    op.drop_index("ix_certificate_passed_on_id", table_name="certificate")
    op.drop_index("ix_certificate_partner_id_passed_on_id", table_name="certificate")
    op.drop_table("certificate")
    op.drop_index("uq_tier_partner_type_id_id", table_name="tier")
    op.drop_table("tier")
    op.drop_index("uq_price_list_partner_type_id", table_name="price_list")
    op.drop_index("uq_price_list_base", table_name="price_list", postgresql_where=sa.text("scope = 'base'"))
    op.drop_table("price_list")
    op.drop_index("ix_partner_sort_name_id", table_name="partner")
    op.drop_index("ix_partner_search", table_name="partner", postgresql_using="gin")
    op.drop_index("ix_partner_partner_type_id_id", table_name="partner")
    op.drop_index("ix_partner_manager_id_id", table_name="partner")
    op.drop_table("partner")
    op.drop_table("vendor")
    op.drop_table("throttle")
    op.drop_index("ix_product_sort_name_id", table_name="product")
    op.drop_index("ix_product_sku_pattern", table_name="product", postgresql_ops={"sku": "text_pattern_ops"})
    op.drop_index("ix_product_search", table_name="product", postgresql_using="gin")
    op.drop_index("ix_product_category", table_name="product")
    op.drop_table("product")
    op.drop_table("partner_type")
    op.drop_table("opportunity_stage")
    op.drop_table("operating_company")
    op.drop_table("exchange_rate")
    op.drop_table("category")
