"""The nouns. Importing this package knows them all."""

from app.models.activities.activity import Activity, ActivityStatus
from app.models.activities.activity_approval import ActivityApproval, ApprovalState
from app.models.activities.activity_link import ActivityLink
from app.models.activities.activity_proof import ActivityProof
from app.models.activities.activity_settlement import ActivitySettlement
from app.models.activities.activity_type import ActivityType
from app.models.activities.approval_rule import ApprovalRule
from app.models.activities.joint_activity import JointActivity
from app.models.assessment import Assessment, Cause, ParameterChange
from app.models.base import Base
from app.models.certificate import Certificate
from app.models.credential import Credential
from app.models.deals.opportunity import Opportunity, OpportunityProduct, OpportunityStage, StageKind
from app.models.deals.pipeline_sum import PipelineSum
from app.models.document import Document, TypeDocument
from app.models.event import Event, EventDetail
from app.models.exchange_rate import ExchangeRate
from app.models.funds.entry import Entry, EntryKind
from app.models.funds.expiry_warning import ExpiryWarning
from app.models.funds.fund import Fund
from app.models.funds.fund_account import AccountKind, FundAccount
from app.models.funds.fund_difference import FundDifference
from app.models.funds.fund_type import FundType, Overdraft, UseWithin
from app.models.funds.ledger_anchor import LedgerAnchor
from app.models.funds.ledger_proof import LedgerProof
from app.models.funds.posting_request import PostingRequest, RequestState
from app.models.import_run import ImportRun, ImportStatus
from app.models.ladder import Category, Ladder, Measure, Parameter, ParameterKind, Rung
from app.models.leads.campaign import Campaign
from app.models.leads.distribution import Decision, DistributionRule, DistributionShare
from app.models.leads.lead import Lead, LeadStage
from app.models.leads.lead_offer import Afterwards, LeadOffer, OfferState
from app.models.leads.lead_passage import LeadPassage, PassageState
from app.models.leads.pinned_account import PinnedAccount
from app.models.measurement import Measurement
from app.models.operating_company import OperatingCompany
from app.models.orders.order import Order, OrderLine, OrderStatus
from app.models.partner import Partner
from app.models.partner_type import REGISTERED, PartnerType, Tier
from app.models.partnership import ActivePeriod, Partnership, TierCause, TierPeriod
from app.models.person import Contact, Digest, Person, Role
from app.models.price_list import Price, PriceList, PriceListPartner, PriceScope
from app.models.product import Product
from app.models.program import ProgramVersion, VersionStatus
from app.models.registrations.customer import Customer, CustomerMark, MarkKind
from app.models.registrations.registration import Registration, RegistrationState
from app.models.sign_in import SignIn, Token, TokenPurpose
from app.models.talk.attachment import Attachment
from app.models.talk.comment import Comment
from app.models.talk.notification import Notification
from app.models.talk.saved_view import SavedView
from app.models.talk.step import Step
from app.models.talk.watch import Watch
from app.models.throttle import OneTimeKey, Throttle
from app.models.training import Training
from app.models.vendor import Vendor
from app.rules.program import Downgrades, Mode, Review, Upgrades, ValueType

__all__ = [
    "REGISTERED",
    "AccountKind",
    "ActivePeriod",
    "Activity",
    "ActivityApproval",
    "ActivityLink",
    "ActivityProof",
    "ActivitySettlement",
    "ActivityStatus",
    "ActivityType",
    "Afterwards",
    "ApprovalRule",
    "ApprovalState",
    "Assessment",
    "Attachment",
    "Base",
    "Campaign",
    "Category",
    "Cause",
    "Certificate",
    "Comment",
    "Contact",
    "Credential",
    "Customer",
    "CustomerMark",
    "Decision",
    "Digest",
    "DistributionRule",
    "DistributionShare",
    "Document",
    "Downgrades",
    "Entry",
    "EntryKind",
    "Event",
    "EventDetail",
    "ExchangeRate",
    "ExpiryWarning",
    "Fund",
    "FundAccount",
    "FundDifference",
    "FundType",
    "ImportRun",
    "ImportStatus",
    "JointActivity",
    "Ladder",
    "Lead",
    "LeadOffer",
    "LeadPassage",
    "LeadStage",
    "LedgerAnchor",
    "LedgerProof",
    "MarkKind",
    "Measure",
    "Measurement",
    "Mode",
    "Notification",
    "OfferState",
    "OneTimeKey",
    "OperatingCompany",
    "Opportunity",
    "OpportunityProduct",
    "OpportunityStage",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Overdraft",
    "Parameter",
    "ParameterChange",
    "ParameterKind",
    "Partner",
    "PartnerType",
    "Partnership",
    "PassageState",
    "Person",
    "PinnedAccount",
    "PipelineSum",
    "PostingRequest",
    "Price",
    "PriceList",
    "PriceListPartner",
    "PriceScope",
    "Product",
    "ProgramVersion",
    "Registration",
    "RegistrationState",
    "RequestState",
    "Review",
    "Role",
    "Rung",
    "SavedView",
    "SignIn",
    "StageKind",
    "Step",
    "Throttle",
    "Tier",
    "TierCause",
    "TierPeriod",
    "Token",
    "TokenPurpose",
    "Training",
    "TypeDocument",
    "Upgrades",
    "UseWithin",
    "ValueType",
    "Vendor",
    "VersionStatus",
    "Watch",
]
