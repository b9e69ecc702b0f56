"""The nouns. Importing this package knows them all."""

from app.models.assessment import Assessment, Cause, ParameterChange
from app.models.base import Base
from app.models.certificate import Certificate
from app.models.credential import Credential
from app.models.document import Document, TypeDocument
from app.models.event import Event, EventDetail
from app.models.exchange_rate import ExchangeRate
from app.models.import_run import ImportRun, ImportStatus
from app.models.ladder import Category, Ladder, Measure, Parameter, ParameterKind, Rung
from app.models.lead import Lead, LeadStage
from app.models.measurement import Measurement
from app.models.operating_company import OperatingCompany
from app.models.opportunity import Opportunity, OpportunityStage, StageKind
from app.models.order import Order, OrderLine, OrderStatus
from app.models.partner import Partner
from app.models.partner_type import REGISTERED, PartnerType, Tier
from app.models.partnership import ActivePeriod, Partnership, TierCause, TierPeriod
from app.models.person import Contact, Person, Role
from app.models.price_list import Price, PriceList, PriceListPartner, PriceScope
from app.models.product import Product
from app.models.program import ProgramVersion, VersionStatus
from app.models.sign_in import SignIn, Token, TokenPurpose
from app.models.throttle import OneTimeKey, Throttle
from app.models.training import Training
from app.models.vendor import Vendor
from app.rules.program import Downgrades, Mode, Review, Upgrades, ValueType

__all__ = [
    "REGISTERED",
    "ActivePeriod",
    "Assessment",
    "Base",
    "Category",
    "Cause",
    "Certificate",
    "Contact",
    "Credential",
    "Document",
    "Downgrades",
    "Event",
    "EventDetail",
    "ExchangeRate",
    "ImportRun",
    "ImportStatus",
    "Ladder",
    "Lead",
    "LeadStage",
    "Measure",
    "Measurement",
    "Mode",
    "OneTimeKey",
    "OperatingCompany",
    "Opportunity",
    "OpportunityStage",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Parameter",
    "ParameterChange",
    "ParameterKind",
    "Partner",
    "PartnerType",
    "Partnership",
    "Person",
    "Price",
    "PriceList",
    "PriceListPartner",
    "PriceScope",
    "Product",
    "ProgramVersion",
    "Review",
    "Role",
    "Rung",
    "SignIn",
    "StageKind",
    "Throttle",
    "Tier",
    "TierCause",
    "TierPeriod",
    "Token",
    "TokenPurpose",
    "Training",
    "TypeDocument",
    "Upgrades",
    "ValueType",
    "Vendor",
    "VersionStatus",
]
