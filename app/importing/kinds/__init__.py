"""Every kind of import by name, in an order in which they can be brought in."""

from __future__ import annotations

from app.importing.kind import Kind
from app.importing.kinds.catalogue import PRICE_LIST_PARTNERS, PRICE_LISTS, PRICES, PRODUCTS
from app.importing.kinds.companies import OPERATING_COMPANIES, PARTNER_TYPES
from app.importing.kinds.fund_entries import FUND_ENTRIES
from app.importing.kinds.fund_types import FUND_TYPES
from app.importing.kinds.leads import LEADS
from app.importing.kinds.learning import CERTIFICATES, TRAININGS
from app.importing.kinds.measurements import MEASUREMENTS
from app.importing.kinds.opportunities import OPPORTUNITIES, STAGES
from app.importing.kinds.orders import ORDER_LINES
from app.importing.kinds.partners import PARTNERS
from app.importing.kinds.partnerships import PARTNERSHIPS
from app.importing.kinds.rates import EXCHANGE_RATES

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        OPERATING_COMPANIES,
        PARTNER_TYPES,
        PARTNERS,
        PARTNERSHIPS,
        PRODUCTS,
        PRICE_LISTS,
        PRICE_LIST_PARTNERS,
        PRICES,
        EXCHANGE_RATES,
        LEADS,
        STAGES,
        OPPORTUNITIES,
        ORDER_LINES,
        FUND_TYPES,
        FUND_ENTRIES,
        TRAININGS,
        CERTIFICATES,
        MEASUREMENTS,
    )
}
