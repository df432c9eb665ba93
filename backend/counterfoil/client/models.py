"""The bodies of the service, one class a schema. Written by scripts/build_client; do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class AcceptAssignmentRequest(TypedDict):
    """Accept an offered lot, as the party that it was offered to."""


class AcceptFacilityRequest(TypedDict):
    """Take an offer, as the borrower: every asset is pledged and the money paid at once."""


class AcceptOfferRequest(TypedDict):
    """Take an offer, as the lot's holder: money and asset change hands at once."""


class AcceptSubstituteRequest(TypedDict):
    """Take a proposed substitute, as the pledgee: the new lien is placed and the old one released at
    once.
    """

    # Reference of the public registry, with registered_at. The ledger has its hash.
    registration: NotRequired[str | None]
    # When it was registered there.
    registered_at: NotRequired[str | None]
    # The other asset.
    replacement: str
    # Reference of the agreement. It is kept, the ledger has its hash.
    agreement: str


class AcknowledgeAssignmentRequest(TypedDict):
    """Record, as the debtor, that the holder of a lot is known."""


class ActingParty(TypedDict):
    """For whom a command acts on the ledger: a party, an office of the consortium, or neither."""

    # The party.
    party_id: NotRequired[int | None]
    # The office.
    office: NotRequired[str | None]


class AddAssetRequest(TypedDict):
    """Put a further asset into the pool, as the borrower."""

    # An asset: lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER.
    asset: str


class AddOwnKey(TypedDict):
    """Add a key beside those that the party has."""

    new: NewKeyBody


class AddPartyKeyRequest(TypedDict):
    """Give a party a key, as the registrar."""

    # Address of a key, as 0x and 40 hexadecimal digits.
    key: str


class AgreedGood(TypedDict):
    """A good that the agreement admits. good null: lots."""

    good: GoodRef | None
    haircut_bps: int


class AmendReceiptRequest(TypedDict):
    """Let a receipt say what a document says, as the keeper; goods and lots stay as they are."""

    document: ReceiptDocumentBody
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class Amount(TypedDict):
    """An amount above zero, in minor units of its currency: 120000 EUR are 1,200.00 euros."""

    # Whole minor units.
    amount_minor: int
    # ISO 4217 letters.
    currency: str


class Approvals(TypedDict):
    """Dual control. needed: None until the command was first prepared."""

    needed: int | None
    approved: bool
    decisions: list[ShownDecision]


class ApproveActRequest(TypedDict):
    """Approve a proposal as it stands, as a member."""


class AssignLotRequest(TypedDict):
    """Assign a whole lot, as its holder. It moves at once where the assignee accepts in advance."""

    # Number of the party on the ledger.
    to_party_id: int
    # Order, contract or invoice behind it; its hash is on the ledger.
    reference: str


class AttestPayoutRequest(TypedDict):
    """Record that a redemption was paid, as the bank."""

    # The bank's reference of the payment.
    payment: str


class AttestReceiptRequest(TypedDict):
    """Attest quantity and quality of a draft, as an inspector that is not the keeper."""

    # What shows it. The wording is kept, the ledger has its hash.
    evidence: str


class AttestStockRequest(TypedDict):
    """Record a count, as an inspector that is not the keeper."""

    # All that lies there; 0 where nothing is left.
    quantity: str
    # What shows it. The wording is kept, the ledger has its hash.
    evidence: str


class AuditEntries(TypedDict):
    """Entries in order; next_cursor is the number of the last one, null where there are no more."""

    items: list[AuditEntryAnswer]
    next_cursor: str | None


class AuditEntryAnswer(TypedDict):
    """An entry of the audit log, with what its hash covers."""

    sequence: int
    at: str
    org_id: str | None
    user_id: str | None
    action: str
    subject: str
    correlation_id: str
    detail: dict[str, Any]
    previous_hash: str
    entry_hash: str


class AuditVerification(TypedDict):
    """The whole log was followed. anchored_up_to: newest entry that is on chain, as the store noted
    it.
    """

    sequence: int
    entry_hash: str
    anchors: int
    anchored_up_to: int


class Balance(TypedDict):
    """Cash of one party in one currency."""

    party: PartyRef
    balance: Money


class BillSheet(TypedDict):
    """A bill of lading."""

    sight: str
    good: GoodRef
    # A decimal in the good's unit.
    quantity: str
    holder: PartyRef | None
    # The steps that the caller may see, oldest first.
    title: list[TitleStep]
    # Of a lien in force.
    pledgee: PartyRef | None
    # Whether a lien registered elsewhere seems to cover it.
    blocked: bool | None
    # Commits to the fields of the document.
    detail_root: str | None
    bill_id: int
    state: BillStateName | None
    carrier: PartyRef
    shipper: PartyRef
    # As printed; null where another member keeps it.
    number: str | None
    carrier_code: str | None
    # The bill that it was switched from.
    replaces_id: int | None
    # The receipt that it ended in.
    receipt_id: int | None


BillStateName = Literal["issued", "pledged", "surrendered", "switched", "discharged", "frozen"]


class BlockMatchedAssets(TypedDict):
    """Set a block for every open match that has none, as the examiner: no new pledge until it is
    decided.
    """

    # Matches of this grade and stronger ones.
    at_least: NotRequired[MatchGrade]


class BodyAddDocument(TypedDict):
    """Body_add_document"""

    # What the file belongs to.
    subject: str
    # The file in clear.
    file: str


class BodyAddOpaqueDocument(TypedDict):
    """Body_add_opaque_document"""

    # What the file belongs to.
    subject: str
    # Nonce, encrypted content and tag (AES-256-GCM).
    file: str
    # Of the content in clear.
    content_sha256: str
    # Of the content in clear.
    size_bytes: int
    # JSON object: wraps by key id, your own among them.
    wraps: str
    # Of the content in clear.
    media_type: NotRequired[str]


class BuyAssetRequest(TypedDict):
    """Buy an asset in enforcement, as the buyer: money and asset change hands at once."""


class CallMarginRequest(TypedDict):
    """Call margin, as the funder; the deadline is the agreed period from then."""


class CancelNoteRequest(TypedDict):
    """Give a live note up, as the creditor that still holds all of it; its invoices are free again."""

    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class CancelReceiptRequest(TypedDict):
    """End a receipt whose goods are gone or never were, as the arbiter."""

    # Reference of the order. It is kept, the ledger has its hash.
    order: str


class CheckView(TypedDict):
    """One condition of being ready."""

    # What was looked at.
    name: str
    # Whether it is as it should be.
    passed: bool
    # What was found.
    told: str


ClaimKind = Literal[
    "factoring",
    "assignment",
    "receivable-pledge",
    "receipt-pledge",
    "bill-pledge",
    "goods-pledge",
    "goods-mortgage",
]


class ClaimLine(TypedDict):
    """A claim on the asset. Times are null where it did not happen or cannot be shown."""

    reference: str
    kind: ClaimKind
    # Who has it; of one registered elsewhere, whether it was decided.
    holder: str | None
    secured_minor: int
    registered_at: str | None
    notified_at: str | None
    published_at: str | None


class CloseReceiptDisputeRequest(TypedDict):
    """Decide a dispute, as the arbiter; the receipt is issued again."""

    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class Command(TypedDict):
    """A command from acceptance to its end. body_hash: what checkers approve."""

    command_id: str
    operation: str
    state: CommandState
    # For what, in a sentence; empty when it is over.
    waiting_for: str
    waiting_since: str
    actor: ActingParty
    # The user who entered it.
    made_by: str
    created_at: str
    expires_at: str
    finished_at: str | None
    # What was stated.
    body: dict[str, JsonValue]
    # SHA-256 of the body in canonical form.
    body_hash: str
    amount: ShownMoney | None
    approvals: Approvals
    summary: CommandSummary | None
    # Of a command that is done: what was created, transaction, block and events.
    result: dict[str, JsonValue] | None
    problem: CommandProblem | None
    correlation_id: str
    version: int


class CommandPage(TypedDict):
    """Commands, newest first."""

    items: list[Command]
    next_cursor: str | None


class CommandProblem(TypedDict):
    """Why the command had no effect."""

    code: str
    detail: str
    remedy: str
    facts: dict[str, JsonValue]


CommandState = Literal[
    "received",
    "awaiting_approval",
    "awaiting_signature",
    "ready",
    "sent",
    "done",
    "refused",
    "rejected",
    "withdrawn",
    "expired",
    "failed",
]


class CommandSummary(TypedDict):
    """What a checker reads."""

    sentence: str
    fields: dict[str, JsonValue]


class ConfirmNoteRequest(TypedDict):
    """Sign a proposed note as the side that did not propose it; the note is live from here on."""

    # The face that you mean; left out: as proposed.
    face: NotRequired[Amount | None]


class CreatedWebhook(TypedDict):
    """A new endpoint with its secret."""

    webhook_id: str
    url: str
    # Empty: everything.
    events: list[str]
    state: EndpointState
    created_at: str
    # What deliveries are signed with, shown once: a repetition of the request gets null.
    secret: str | None


class DecisionBody(TypedDict):
    """A decision about a command as it was read."""

    # `body_hash` of the command as it was read: this and nothing else is decided about.
    body_hash: str
    # Kept with it in the log.
    comment: NotRequired[str]


DecisionKind = Literal["approved", "rejected"]


class DeliverReceiptRequest(TypedDict):
    """Hand everything under a released receipt over, as the keeper; the receipt ends."""

    # The signed record. Kept, the ledger has its hash.
    handover: str


class Delivery(TypedDict):
    """One message to one endpoint."""

    # The header webhook-id: the same each time that it is sent.
    delivery_id: str
    event: str
    state: DeliveryState
    # Since it was made or replayed.
    attempts: int
    next_attempt_at: str | None
    # HTTP status of the last answer.
    last_code: int | None
    last_failure: str | None
    created_at: str
    delivered_at: str | None
    replays: int


class DeliverySheet(TypedDict):
    """A message with what it says."""

    # The header webhook-id: the same each time that it is sent.
    delivery_id: str
    event: str
    state: DeliveryState
    # Since it was made or replayed.
    attempts: int
    next_attempt_at: str | None
    # HTTP status of the last answer.
    last_code: int | None
    last_failure: str | None
    created_at: str
    delivered_at: str | None
    replays: int
    body: dict[str, JsonValue]


DeliveryState = Literal["waiting", "delivered", "given_up"]


Direction = Literal["to_me", "by_me"]


class DiscardDraftRequest(TypedDict):
    """Discard a draft, as the keeper; its lots are free again."""


class DischargeBillRequest(TypedDict):
    """End a surrendered bill in the receipt of its goods, as the carrier."""

    # The draft that the keeper made for the bill's holder.
    receipt_id: int


class DisputeNoteRequest(TypedDict):
    """Dispute an amount, as the debtor; the rest stays payable."""

    # What is disputed.
    disputed: Amount
    # What shows it. The wording is kept, the ledger has its hash.
    evidence: str


class DisputeReceiptRequest(TypedDict):
    """Dispute a receipt, as its holder or keeper; nothing of it moves."""

    # What shows it. The wording is kept, the ledger has its hash.
    evidence: str


class Document(TypedDict):
    """A file in its place."""

    # SHA-256 of the file as it is stored.
    document_id: str
    subject: str
    # Counts the subject's files from 0; a further version comes later.
    position: int
    file_name: str
    media_type: str
    # Of the content in clear.
    size_bytes: int
    # SHA-256 of the content in clear.
    content_sha256: str
    # Encrypted by its uploader: the service has no key to it.
    opaque: bool
    added_at: str


class DocumentReader(TypedDict):
    """Who reads a subject's files. basis: ledger, or shared by a reader."""

    subject: str
    party_id: int | None
    basis: str
    entitled_at: str
    ended_at: str | None


class DocumentWraps(TypedDict):
    """The file's content key for the caller, and the keys of readers that it is not wrapped for yet."""

    document_id: str
    key_id: str
    wrapped_hex: str
    wanted: list[PublicKey]


class Documents(TypedDict):
    """Files, and how to go on."""

    items: list[Document]
    # null: there is no more.
    next_cursor: str | None


class EndorseBillRequest(TypedDict):
    """Endorse a bill, as its holder, to a party that accepts in advance."""

    # The endorsee.
    to_party_id: int
    # Order, contract or invoice behind it; its hash is on the ledger.
    reference: str


EndpointState = Literal["active", "paused", "removed"]


class EnforceByOrderRequest(TypedDict):
    """Execute an order over a pledged asset, as the arbiter; money is settled outside."""

    # To whom it was sold or awarded.
    to_party_id: int
    # Reference of the order. It is kept, the ledger has its hash.
    order: str


class EventPage(TypedDict):
    """A part of the feed. next_position: send it as `after`; the same again where nothing is new.

    reread_from_block: blocks from this one on were taken back since the position that was sent.
    What they
    said is void; they follow anew.
    """

    items: list[EventSheet]
    next_position: str
    reread_from_block: int | None


class EventSheet(TypedDict):
    """Something that happened on the ledger, as far as it concerns the caller."""

    # EPOCH.BLOCK.LOG
    position: str
    # Its name, as in the contracts.
    event: str
    at: str
    tx_hash: str
    # The objects that it is about.
    subjects: list[str]
    # What it says. Amounts in minor units, hashes as hexadecimal text, times in seconds.
    fields: dict[str, JsonValue]


class ExecuteActRequest(TypedDict):
    """Carry out what enough members approve, as a member, once its time has come."""


class FacilityNow(TypedDict):
    """Debt and pool at the time of the newest block."""

    principal: Money
    interest: Money
    debt: Money
    repaid: Money
    gross: Money
    value: Money
    # Null where a debt stands against nothing.
    ltv_bps: int | None
    oldest_price_at: str | None
    # Of an open margin call.
    call_deadline: str | None
    claim_offered_to: PartyRef | None
    pool: list[PoolAsset]


class FacilitySheet(TypedDict):
    """A facility. Buyers in enforcement and former funders see only that it is there, and their own
    sales.
    """

    facility_id: int
    sight: str
    state: FacilityStateName | None
    funder: PartyRef | None
    borrower: PartyRef | None
    terms: FacilityTermsSheet | None
    now: FacilityNow | None
    sales: list[SaleOffer]


FacilityStateName = Literal["offered", "withdrawn", "open", "called", "defaulted", "closed"]


class FacilityTermsSheet(TypedDict):
    """What was agreed."""

    principal: Money
    rate_bps: int
    day_basis: int
    due_at: str
    expires_at: str
    price_source: PartyRef
    price_max_age_s: int
    draw_ltv_bps: int
    call_ltv_bps: int
    call_period_s: int
    sale_floor_bps: int
    minimum_value: Money
    registered_at: str | None
    goods: list[AgreedGood]


class FieldFault(TypedDict):
    """A field that cannot be accepted."""

    # JSON pointer into the body, or place:name such as query:limit.
    field: str
    reason: str


FinancingKindName = Literal["loan", "purchase"]


class FinancingSheet(TypedDict):
    """An offer and what became of it. A purchase has neither rate nor due date."""

    financing_id: int
    kind: FinancingKindName
    state: FinancingStateName
    # NOTE/SEGMENT/INDEX.
    lot: str
    funder: PartyRef
    # Who took it; null until then.
    holder: PartyRef | None
    # Principal of a loan, price of a purchase.
    amount: Money
    # Basis points a year.
    rate_bps: int | None
    # Days of the year that interest counts with.
    day_basis: int | None
    due_at: str | None
    # The offer can be taken until then.
    expires_at: str
    registered_at: str | None
    # What is still owed of it.
    principal: Money
    # Interest and principal.
    repaid: Money
    # What closing the loan would cost on the day of the newest block.
    debt: Money


FinancingStateName = Literal["offered", "withdrawn", "drawn_down", "repaid", "purchased", "defaulted"]


class ForceBillTransferRequest(TypedDict):
    """Execute a court's order over title to a bill, as the arbiter."""

    # Whom the court names.
    to_party_id: int
    # Reference of the order. It is kept, the ledger has its hash.
    order: str


class ForceReceiptTransferRequest(TypedDict):
    """Execute a court's order over title, as the arbiter; lien, freeze and dispute stay."""

    # Whom the court names.
    to_party_id: int
    # Reference of the order. It is kept, the ledger has its hash.
    order: str


class FreezeBillRequest(TypedDict):
    """Stop a bill, as the arbiter."""

    # Reference of the order. It is kept, the ledger has its hash.
    order: str


class FreezeReceiptRequest(TypedDict):
    """Stop a receipt, as the arbiter."""

    # Reference of the order. It is kept, the ledger has its hash.
    order: str


class GoodBody(TypedDict):
    """A kind of goods of the consortium's catalogue."""

    # Code of the catalogue.
    code: str
    # Quality.
    grade: str
    # UN/ECE Recommendation 20 code.
    unit: str
    # Of the unit; left out: 3, pieces 0.
    decimals: NotRequired[int | None]
    # The good in words.
    name: NotRequired[str | None]


class GoodRef(TypedDict):
    """A good. Only the key is on the ledger; the rest is null where another member keeps it."""

    key: str
    # CODE:GRADE:UNIT.
    good: str | None
    name: str | None
    # UN/ECE Recommendation 20 code.
    unit: str | None


class HeldLot(TypedDict):
    """A lot in a list. What the caller does not see is null."""

    # NOTE/SEGMENT/INDEX.
    lot: str
    note_id: int
    amount: Money
    state: LotStateName | None
    holder: PartyRef | None


class IdentityProviderAnswer(TypedDict):
    """The organisation's OpenID Connect provider, without the secret."""

    issuer: str
    client_id: str
    has_client_secret: bool
    create_users: bool


class IdentityProviderBody(TypedDict):
    """An OpenID Connect provider of the own organisation."""

    issuer: str
    client_id: str
    # Kept sealed. Null for a client without one.
    client_secret: NotRequired[str | None]
    # Whether somebody whom the provider knows and we do not becomes a viewer.
    create_users: NotRequired[bool]


class Instruction(TypedDict):
    """What a key of the party signs, as EIP-712 typed data. nonce: decimal text, it has 256 bits."""

    command_id: str
    step: int
    key: str
    nonce: str
    typed_data: dict[str, JsonValue]
    digest: str


InvoiceFormat = Literal["ubl", "cii", "factur-x", "cn-einvoice", "cn-mof", "cn-ofd", "table"]


class InvoiceShareBody(TypedDict):
    """An invoice behind a note, or a part of it."""

    # Number of the invoice, or SHA-256 of its file in hexadecimal.
    invoice: str
    # Left out: all that is left of the invoice.
    amount: NotRequired[Amount | None]


class InvoiceSheet(TypedDict):
    """A document. Several documents may say the same invoice; one of them stands for it."""

    # SHA-256 of the document.
    invoice_id: str
    number: str
    type: InvoiceType
    format: InvoiceFormat
    # duplicate: another document stands for the same invoice.
    state: InvoiceState
    issue_date: str
    due_date: str | None
    seller: InvoiceSide
    buyer: InvoiceSide
    net: Money
    tax: Money
    gross: Money
    payable: Money
    # What notes and credit notes have left of it.
    available: Money
    # Every note ever proposed over it that the caller may see.
    note_ids: list[int]
    payment_terms: str | None
    recorded_at: str


class InvoiceSide(TypedDict):
    """Seller or buyer, as the document names it. party_id: null while it is not on the ledger."""

    name: str
    country: str | None
    party_id: int | None


InvoiceState = Literal["recorded", "duplicate"]


InvoiceType = Literal["invoice", "credit-note"]


class IssueBill(TypedDict):
    """Issue a bill to its shipper, as the carrier; its number is used once for ever."""

    # SCAC of the carrier that numbered it.
    carrier_code: str
    # As printed on the bill.
    number: str
    # Where it was loaded.
    port_of_loading: str
    # Where it is discharged.
    port_of_discharge: str
    # Name of the ship.
    vessel: NotRequired[str | None]
    # Number of the voyage.
    voyage: NotRequired[str | None]
    # As printed.
    consignee: NotRequired[str]
    # Marks on the goods.
    marks: NotRequired[str | None]
    # Of containers.
    seals: NotRequired[list[str]]
    # The first holder.
    shipper_party_id: int
    good: GoodBody
    # Plain decimal number in the good's unit.
    quantity: str


class IssueCash(TypedDict):
    """Book a deposit, as the bank."""

    # Whose deposit it is.
    to_party_id: int
    amount: Amount
    # The bank's reference of the deposit; it is booked once.
    deposit: str


class IssueReceiptRequest(TypedDict):
    """Issue an attested draft to its depositor, as the keeper."""


JsonValue = Any


class KeyBody(TypedDict):
    """public_hex: a public key of the organisation's own; null: a fresh one that the service keeps."""

    # 32 bytes of an X25519 public key in hexadecimal digits, or null.
    public_hex: str | None


class LienMark(TypedDict):
    """A lien in force. The asset's liens have the rest."""

    pledgee_id: int
    secured_minor: int
    sequence: int


class LienSheet(TypedDict):
    """A lien, in force or past."""

    # lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER.
    asset: str
    # 1 for the first lien that the asset ever carried.
    sequence: int
    state: LienStateName
    pledgee: PartyRef
    pledgor: PartyRef
    # What its claim may still take from a payment of the debtor.
    secured_minor: int
    # What it took; null for a bill, which has no currency.
    collected: Money | None
    currency: str | None
    # In the public registry, as stated.
    registered_at: str | None
    financing_id: int | None
    facility_id: int | None


LienStateName = Literal["active", "released", "discharged", "divided", "enforced"]


class LiftMarginCallRequest(TypedDict):
    """End a margin call, as funder or borrower, once the loan-to-value is within the limit."""


class Limit(TypedDict):
    """Most that a user may enter, or approve, at a time."""

    # Name of an operation, or `*` for all without a line of their own.
    operation: NotRequired[str]
    currency: str
    limit_minor: int


class LimitsBody(TypedDict):
    """The user's limits from now on. Nothing is allowed in a currency without a limit."""

    limits: list[Limit]


class LiveView(TypedDict):
    """The process answers."""

    # Always true where there is an answer.
    live: bool


class LoginBody(TypedDict):
    """Login and password."""

    login: str
    password: str


class LotNode(TypedDict):
    """A lot of a note. Parties by number; their names stand once in the note's `parties`.

    sight whole: everything; past: what the caller once had to do with, without what became of it
    since;
    outline: what such a lot was cut from. What the caller does not see is null.
    """

    # NOTE/SEGMENT/INDEX.
    lot: str
    parent: str | None
    # How many splits lie above it.
    depth: int
    sight: SightName
    # First position, counted from 1.
    first: int
    # Last position, inclusive.
    last: int
    amount_minor: int
    state: LotStateName | None
    # Who is paid.
    holder_id: int | None
    # Who is asked to take it.
    offered_to_id: int | None
    # From whom the holder, or the caller, has or had it.
    received_from_id: int | None
    # To whom the caller gave it.
    passed_on_to_id: int | None
    # 1 for the creditor's, one more for each assignment down.
    tier: int | None
    paid_minor: int | None
    # Whether the debtor said that it knows of the holder.
    acknowledged: bool | None
    lien: LienMark | None
    # What was stated when it was assigned.
    references: list[str]


class LotPlaceBody(TypedDict):
    """A lot as it lies after it was stacked anew. What is left out stays as it was."""

    # Plain decimal number in the good's unit.
    quantity: str
    # Bay.
    bay: NotRequired[str | None]
    # Batch.
    batch: NotRequired[str | None]
    # Number now on it.
    serial: NotRequired[str | None]
    # Number of the seal now on it.
    seal: NotRequired[str | None]
    # Whose number it is.
    maker: NotRequired[str | None]


class LotSheet(TypedDict):
    """A lot by itself."""

    # NOTE/SEGMENT/INDEX.
    lot: str
    parent: str | None
    # How many splits lie above it.
    depth: int
    sight: SightName
    # First position, counted from 1.
    first: int
    # Last position, inclusive.
    last: int
    amount_minor: int
    state: LotStateName | None
    # Who is paid.
    holder_id: int | None
    # Who is asked to take it.
    offered_to_id: int | None
    # From whom the holder, or the caller, has or had it.
    received_from_id: int | None
    # To whom the caller gave it.
    passed_on_to_id: int | None
    # 1 for the creditor's, one more for each assignment down.
    tier: int | None
    paid_minor: int | None
    # Whether the debtor said that it knows of the holder.
    acknowledged: bool | None
    lien: LienMark | None
    # What was stated when it was assigned.
    references: list[str]
    note_id: int
    amount: Money
    # Every party that it names.
    parties: list[PartyRef]


LotStateName = Literal["free", "offered", "pledged", "split", "settled"]


class MarkDefaultedRequest(TypedDict):
    """Record that a loan was not paid when due, as its funder."""


class MarkFacilityDefaultedRequest(TypedDict):
    """Record that the debt was not paid when due, as the funder."""


class MarkMaturedRequest(TypedDict):
    """Record that maturity has come."""


class MarkOverdueRequest(TypedDict):
    """Record that a note was not paid within a day of its maturity."""


class MatchExternalLiens(TypedDict):
    """Compare the registrations in force with everything on the ledger, as the examiner."""


MatchGrade = Literal["exact", "probable", "possible"]


class MergeReceiptsRequest(TypedDict):
    """Put receipts over the same stock into one, as the holder."""

    # Numbers of the receipts that go into it; they end.
    source_ids: list[int]
    # Left out where the holder keeps the goods itself.
    seal: NotRequired[str | None]


class Money(TypedDict):
    """An amount in minor units of a currency."""

    # Whole minor units, for example cents.
    amount_minor: int
    # ISO 4217 code.
    currency: str


class MoneyBody(TypedDict):
    """An amount in minor units of its currency: 120000 EUR are 1,200.00 euros. The ledger has 48 bits."""

    # Whole minor units.
    amount_minor: int
    # ISO 4217 letters.
    currency: str


class MovementLine(TypedDict):
    """Something came or went: amount above or below zero."""

    # BLOCK.LOG of its event.
    position: str
    at: str
    kind: str
    amount: Money
    # After it.
    balance: Money
    # With whom; null where it was the bank or the debtor.
    other: PartyRef | None
    lot: str | None
    # Hash of what was stated; empty where there is none.
    reference: str


class NewKeyBody(TypedDict):
    """A key that the party keeps itself, with the proof that it does."""

    # Address of a key, as 0x and 40 hexadecimal digits.
    address: str
    # Until when the proof serves, in seconds since 1970: as in the message.
    deadline_s: int
    # The new key's signature of the message.
    proof: str


class NewWebhook(TypedDict):
    """Where to send, and what."""

    # https, on the public internet.
    url: str
    # Names of ledger events and of `command.*`; everything where it is empty. One of: ActApproved,
    # ActExecuted, ActProposed, ApprovalWithdrawn, AssetAdded, AssetEnforced, AssetKindSet,
    # AssetSubstituted, AssetWithdrawn, AssignmentAcknowledged, AttestationAgeSet, BillDischarged,
    # BillEndorsed, BillFrozen, BillIssued, BillReinstated, BillSurrendered, BillSwitched,
    # BillTransferEnforced, BillTransferForced, BillUnfrozen, BlockPlaced, BlockResolved,
    # CashIssued, CashMoved, CashRedeemed, CashSettled, ClaimOffered, ClaimTransferred,
    # DeliveryOrdered, DeliveryRevoked, DisputeResolved, DisputeWithdrawn, DraftDiscarded,
    # ExposureCapSet, FacilityClosed, FacilityDefaulted, FacilityDrawnDown, FacilityOffered,
    # FacilityRepaid, FacilityWithdrawn, InvoiceCredited, KeyAdded, KeyRemoved, KeyRotated,
    # LienCollected, LienDischarged, LienDivided, LienEnforced, LienPlaced, LienReleased,
    # LienTransferred, LoanClosed, LoanDefaulted, LoanDrawnDown, LoanOffered, LoanRepaid,
    # LotAccepted, LotAssigned, LotPurchased, LotReturned, LotSold, LotSplit, LotsRestacked,
    # MarginCallLifted, MarginCalled, MemberAdmitted, MemberRemoved, ModuleSet, NoteCancelled,
    # NoteConfirmed, NoteDisputed, NoteMatured, NoteOverdue, NoteProposed, NoteRejected,
    # NoteSettled, NoteWithdrawn, NoteWrittenOff, OfferWithdrawn, OwnKeyAdded, OwnKeyRemoved,
    # PartyRegistered, PartyRolesSet, PartyStateSet, PaymentApplied, PayoutAttested,
    # PledgeConsentSet, PricePosted, PurchaseOffered, ReceiptAmended, ReceiptAttested,
    # ReceiptCancelled, ReceiptDelivered, ReceiptDisputeClosed, ReceiptDisputed, ReceiptDrafted,
    # ReceiptFrozen, ReceiptIssued, ReceiptMerged, ReceiptSplit, ReceiptTransferEnforced,
    # ReceiptTransferForced, ReceiptTransferred, ReceiptUnfrozen, SaleOffered,
    # StandingAcceptanceSet, StockAttested, StockOpened, SubstituteAccepted, SubstituteProposed,
    # SurrenderRevoked, command.awaiting_approval, command.awaiting_signature, command.done,
    # command.expired, command.failed, command.refused, command.rejected, command.withdrawn,
    # ledger.reorganised
    events: NotRequired[list[str]]


class NoteInvoice(TypedDict):
    """A part of an invoice that a note stands on. The document is null where it is not kept here."""

    invoice_id: str | None
    number: str | None
    # What the note takes of the invoice.
    amount: Money
    # The invoice's payable amount, as the note states it.
    payable: Money


class NoteLine(TypedDict):
    """A note, without its tree."""

    note_id: int
    state: NoteStateName
    debtor: PartyRef
    creditor: PartyRef
    proposed_by_id: int
    proposed_at: str
    confirmed_at: str | None
    maturity_at: str
    face: Money
    # What the debtor still owes.
    open: Money
    paid: Money
    disputed: Money
    # What disputes took off.
    reduced: Money
    written_off: Money
    # Whether a lien registered elsewhere seems to cover it.
    blocked: bool


class NoteSheet(TypedDict):
    """A note with its lots, a lot before what was cut from it."""

    note_id: int
    state: NoteStateName
    debtor: PartyRef
    creditor: PartyRef
    proposed_by_id: int
    proposed_at: str
    confirmed_at: str | None
    maturity_at: str
    face: Money
    # What the debtor still owes.
    open: Money
    paid: Money
    disputed: Money
    # What disputes took off.
    reduced: Money
    written_off: Money
    # Whether a lien registered elsewhere seems to cover it.
    blocked: bool
    # Null but for debtor and creditor.
    invoices: list[NoteInvoice] | None
    # Every party that the lots name.
    parties: list[PartyRef]
    lots: list[LotNode]


NoteSide = Literal["debtor", "creditor", "holder"]


NoteStateName = Literal[
    "proposed",
    "live",
    "rejected",
    "withdrawn",
    "cancelled",
    "disputed",
    "matured",
    "overdue",
    "settled",
    "written_off",
]


class OfferClaimRequest(TypedDict):
    """Offer the claim with its liens to another funder."""

    # The other funder.
    to_party_id: int
    # What it pays.
    price: Amount
    # Reference of the agreement. It is kept, the ledger has its hash.
    agreement: str
    # Until when the offer may be taken. Left out: seven days.
    expires_at: NotRequired[str | None]


class OfferFacility(TypedDict):
    """Offer a loan over a pool of assets to their holder, as a funder."""

    # Reference of the public registry, with registered_at. The ledger has its hash.
    registration: NotRequired[str | None]
    # When it was registered there.
    registered_at: NotRequired[str | None]
    # Who holds the assets.
    borrower_party_id: int
    # What is lent.
    principal: Amount
    # Basis points a year.
    rate_bps: int
    # When it is to be repaid.
    due_at: str
    # Until when the offer may be taken. Left out: seven days.
    expires_at: NotRequired[str | None]
    # Whose prices count.
    price_source_party_id: int
    # How old a price may be, in seconds.
    price_max_age_s: int
    # Most loan-to-value at drawdown, in basis points.
    draw_ltv_bps: int
    # Loan-to-value above which margin is called.
    call_ltv_bps: int
    # Seconds to answer a margin call.
    call_period_s: int
    # Least price in enforcement, of the value before its haircut.
    sale_floor_bps: int
    # What must stay in pledge, after haircuts.
    minimum_value: MoneyBody
    goods: list[AgreedGood]
    assets: list[str]
    # Reference of the agreement. It is kept, the ledger has its hash.
    agreement: str
    # Days of a year of interest.
    day_basis: NotRequired[Literal[360, 365]]


class OfferLoan(TypedDict):
    """Offer a loan against a lot, as a funder; the lot's holder takes it or lets it lapse."""

    # Reference of the public registry, with registered_at. The ledger has its hash.
    registration: NotRequired[str | None]
    # When it was registered there.
    registered_at: NotRequired[str | None]
    # NOTE/SEGMENT/INDEX; the undivided note 5 is 5/0/0.
    lot: str
    # What is lent.
    principal: Amount
    # Basis points a year: 450 is 4.5 %.
    rate_bps: int
    # Reference of the agreement. It is kept, the ledger has its hash.
    agreement: str
    # When it is to be repaid, at the latest with the note. Left out: with the note.
    due_at: NotRequired[str | None]
    # Until when the offer may be taken. Left out: seven days.
    expires_at: NotRequired[str | None]
    # Days of a year of interest.
    day_basis: NotRequired[Literal[360, 365]]


class OfferPurchase(TypedDict):
    """Offer to buy a lot without recourse, as a funder."""

    # NOTE/SEGMENT/INDEX; the undivided note 5 is 5/0/0.
    lot: str
    # What is paid for it.
    price: Amount
    # Reference of the agreement. It is kept, the ledger has its hash.
    agreement: str
    # Until when the offer may be taken. Left out: seven days.
    expires_at: NotRequired[str | None]


class OfferSaleRequest(TypedDict):
    """Offer an asset to a buyer, as the funder in enforcement."""

    # Who may buy it.
    buyer_party_id: int
    # At no less than the asset's floor.
    price: Amount
    # Until when the offer may be taken. Left out: seven days.
    expires_at: NotRequired[str | None]


class OpenStock(TypedDict):
    """Open a stock, as its keeper: one good at one site."""

    # Code of the place, unique in the consortium.
    site: str
    good: GoodBody


class OrderDeliveryRequest(TypedDict):
    """Order delivery, as the holder; from then on the receipt neither moves nor is pledged."""

    # To whom and when. Kept, the ledger has its hash.
    order: str


class OrganisationAnswer(TypedDict):
    """An organisation. party_id: its party's number on the ledger, null without one."""

    org_id: str
    name: str
    kind: OrganisationKind
    state: OrganisationState
    party_id: int | None
    has_identity_provider: bool
    created_at: str


class OrganisationBody(TypedDict):
    """A new organisation with its first administrator."""

    name: str
    kind: Literal["member", "auditor"]
    # Number of the member's party on the ledger.
    party_id: NotRequired[int | None]
    # What the user types to log in, unique in the whole service; capitals do not matter.
    admin_login: str
    admin_name: str


class OrganisationCreatedAnswer(TypedDict):
    """The organisation, its administrator, and the code with which that one sets a password."""

    organisation: OrganisationAnswer
    admin: UserAnswer
    code: str | None


OrganisationKind = Literal["member", "operator", "auditor"]


OrganisationState = Literal["active", "suspended"]


class Organisations(TypedDict):
    """Organisations in the order in which they were created."""

    items: list[OrganisationAnswer]
    next_cursor: str | None


class OwnPart(TypedDict):
    """What only the party itself sees of it."""

    # Addresses that act for it.
    keys: list[str]
    # Takes every assignment in advance.
    accepts_all: bool
    # Debtors of whose notes it takes every assignment.
    accepts_from: list[int]
    # The closest to a debtor at which it held a lot as a supplier.
    tier: int | None


class PageBalance(TypedDict):
    """Page[Balance]"""

    items: list[Balance]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageBillSheet(TypedDict):
    """Page[BillSheet]"""

    items: list[BillSheet]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageDelivery(TypedDict):
    """Page[Delivery]"""

    items: list[Delivery]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageFacilitySheet(TypedDict):
    """Page[FacilitySheet]"""

    items: list[FacilitySheet]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageFinancingSheet(TypedDict):
    """Page[FinancingSheet]"""

    items: list[FinancingSheet]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageHeldLot(TypedDict):
    """Page[HeldLot]"""

    items: list[HeldLot]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageInvoiceSheet(TypedDict):
    """Page[InvoiceSheet]"""

    items: list[InvoiceSheet]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageLienSheet(TypedDict):
    """Page[LienSheet]"""

    items: list[LienSheet]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageNoteLine(TypedDict):
    """Page[NoteLine]"""

    items: list[NoteLine]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PagePartyLine(TypedDict):
    """Page[PartyLine]"""

    items: list[PartyLine]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PagePartyRef(TypedDict):
    """Page[PartyRef]"""

    items: list[PartyRef]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PagePayment(TypedDict):
    """Page[Payment]"""

    items: list[Payment]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PagePriceSheet(TypedDict):
    """Page[PriceSheet]"""

    items: list[PriceSheet]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageProposalSheet(TypedDict):
    """Page[ProposalSheet]"""

    items: list[ProposalSheet]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageReceiptSheet(TypedDict):
    """Page[ReceiptSheet]"""

    items: list[ReceiptSheet]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageRedemptionSheet(TypedDict):
    """Page[RedemptionSheet]"""

    items: list[RedemptionSheet]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageStockSheet(TypedDict):
    """Page[StockSheet]"""

    items: list[StockSheet]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageWaitingAssignment(TypedDict):
    """Page[WaitingAssignment]"""

    items: list[WaitingAssignment]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PageWebhook(TypedDict):
    """Page[Webhook]"""

    items: list[Webhook]
    # Send it as `cursor` for what follows; null at the end.
    next_cursor: str | None


class PartyLine(TypedDict):
    """A party as everybody sees it."""

    party_id: int
    name: str
    # ISO 3166-1 alpha-2.
    country: str | None
    identifiers: list[str]
    roles: list[str]
    state: PartyStateName


class PartyRef(TypedDict):
    """A party. name is empty where another member keeps it."""

    party_id: int
    name: str


class PartySheet(TypedDict):
    """A party. own: null for everybody else."""

    party_id: int
    name: str
    # ISO 3166-1 alpha-2.
    country: str | None
    identifiers: list[str]
    roles: list[str]
    state: PartyStateName
    own: OwnPart | None


PartyStateName = Literal["active", "suspended"]


class PasswordChangeBody(TypedDict):
    """The password so far, and the new one: at least 12 characters, nothing else is asked of it."""

    current_password: str
    new_password: str


class PasswordSetBody(TypedDict):
    """The code that an administrator handed over, and the password from now on."""

    code: str
    password: str


class Payment(TypedDict):
    """What one lot got of a payment of the debtor."""

    # NOTE/SEGMENT/INDEX.
    lot: str
    paid_at: str
    # Its holder of record; a pledgee is paid in its place.
    paid_to: PartyRef
    amount: Money
    # Whether it settled the lot.
    final: bool


class PhysicalLotSheet(TypedDict):
    """A physical lot behind a receipt. label: null where another member keeps what its key stands for."""

    key: str
    label: str | None
    # A decimal in the good's unit.
    quantity: str


class PlaceLine(TypedDict):
    """A place in the order; several claims share one where nothing orders them."""

    number: int
    rule_id: str
    reason: str
    claims: list[ClaimLine]


class PledgeAssetRequest(TypedDict):
    """Pledge an asset for a claim outside the ledger, as its holder."""

    # Reference of the public registry, with registered_at. The ledger has its hash.
    registration: NotRequired[str | None]
    # When it was registered there.
    registered_at: NotRequired[str | None]
    # Who gets the lien.
    pledgee_party_id: int
    # What it secures, in the asset's currency; a bill of lading takes any.
    secured: Amount
    # Reference of the agreement. It is kept, the ledger has its hash.
    agreement: str


class PolicyAnswer(TypedDict):
    """The approval policy of the own organisation."""

    approvals: dict[str, int]


class PolicyBody(TypedDict):
    """How many others must approve, by operation; `*` stands for all without a number of their own."""

    approvals: dict[str, Any]


class PoolAsset(TypedDict):
    """An asset of the pool; of an offer, one that it asks for."""

    # lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER.
    asset: str
    # Null of a lot.
    good: GoodRef | None
    gross: Money
    # After the haircut; 0 for what is frozen, disputed or missing.
    value: Money
    # Of one whole unit; null without a price, and of a lot.
    price: Money | None
    priced_at: str | None


class PostPrice(TypedDict):
    """Post what a good costs, as a price source."""

    good: GoodBody
    # Of one whole unit.
    price: Amount
    # When it was observed. Left out: the time of the newest block.
    observed_at: NotRequired[str | None]


class PriceSheet(TypedDict):
    """The newest price of one whole unit of a good, by a source."""

    source: PartyRef
    good: GoodRef
    price: Money
    observed_at: str


class PriorityAnswer(TypedDict):
    """The order among the claims on an asset, with the rule and the reason for each place."""

    # lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER.
    asset: str
    places: list[PlaceLine]
    without_right: list[WithoutRightLine]


class Problem(TypedDict):
    """What went wrong, from the one table of errors."""

    # Where the code is explained.
    type: str
    title: str
    status: int
    # Stable.
    code: str
    detail: str
    # What you can do.
    remedy: str
    # Names this request in the service's log.
    correlation_id: str
    # The values behind the detail.
    facts: NotRequired[dict[str, JsonValue] | None]
    # Fields at fault, where there are.
    errors: NotRequired[list[FieldFault] | None]
    # The command that was refused, where there is one.
    command_id: NotRequired[str | None]


class ProposalSheet(TypedDict):
    """A call that the council may make. Members approve its act_hash."""

    proposal_id: int
    state: ProposalStateName
    proposer: PartyRef
    # Address of the contract to call.
    target: str
    # Its input bytes.
    call: str
    act_hash: str
    reason_hash: str
    proposed_at: str
    executable_at: str
    expires_at: str
    # Members that approve it now and may act.
    approvers: list[PartyRef]
    # How many it takes with the members that there are now.
    quorum: int
    executed_by: PartyRef | None
    executed_at: str | None


ProposalStateName = Literal["open", "executed"]


class ProposeAdmission(TypedDict):
    """Propose that a party comes into the council, as a member."""

    # The party.
    member_party_id: int
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ProposeAppointment(TypedDict):
    """Propose that a key holds an office, as a member."""

    # The office; `anchor`: puts the head of the audit log on chain.
    office: Literal["registrar", "bank", "arbiter", "examiner", "anchor"]
    # Address of a key, as 0x and 40 hexadecimal digits.
    key: str
    # The key that then holds it no more. Left out: none.
    replaces: NotRequired[str | None]
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ProposeCall(TypedDict):
    """Propose any call of a contract of the ledger, as a member."""

    # Its name.
    contract: str
    # Its name, or its signature where several have that name.
    function: str
    # In order, each as JSON; addresses and bytes as 0x text.
    arguments: list[str]
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ProposeDismissal(TypedDict):
    """Propose that a key holds an office no more, as a member."""

    # The office; `anchor`: puts the head of the audit log on chain.
    office: Literal["registrar", "bank", "arbiter", "examiner", "anchor"]
    # Address of a key, as 0x and 40 hexadecimal digits.
    key: str
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ProposeNote(TypedDict):
    """Open a note over invoices of one seller to one buyer, as either. The other side then confirms."""

    invoices: list[InvoiceShareBody]
    # When the note is due. Left out: the end (UTC) of the invoices' latest due date.
    maturity_at: NotRequired[str | None]
    # Terms beside the law's. Kept, the ledger has their hash.
    terms: NotRequired[str | None]
    # Reference of the bank's review, where a rule asks one of a long tenor.
    review: NotRequired[str | None]


class ProposeRecovery(TypedDict):
    """Propose a new key for a party that lost its own, and that the lost one acts no more, as a
    member.
    """

    # Number of the party on the ledger.
    party_id: int
    # Address of a key, as 0x and 40 hexadecimal digits.
    new_key: str
    # Left out: none is taken away.
    lost_key: NotRequired[str | None]
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ProposeReinstatement(TypedDict):
    """Propose that a suspended party acts again, as a member."""

    # Number of the party on the ledger.
    party_id: int
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ProposeRemoval(TypedDict):
    """Propose that a party leaves the council, as a member."""

    # The party.
    member_party_id: int
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ProposeSubstituteRequest(TypedDict):
    """Offer another asset in place of a pledged one, as the pledgor; the pledgee decides."""

    # The other asset.
    replacement: str


class ProposeSuspension(TypedDict):
    """Propose that a party, member or not, does nothing until it is reinstated, as a member."""

    # Number of the party on the ledger.
    party_id: int
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ProveKey(TypedDict):
    """Make the message that a new key signs to prove that somebody holds it; nothing reaches the
    ledger.
    """

    # Address of a key, as 0x and 40 hexadecimal digits.
    new_key: str
    # Until when the proof serves.
    deadline_at: str
    # The key comes beside the others instead of replacing.
    beside: NotRequired[bool]


class PublicKey(TypedDict):
    """For whom files are wrapped. held_by: service, or owner where the service has no private key."""

    key_id: str
    party_id: int | None
    suite: str
    public_hex: str
    held_by: str
    created_at: str


class ReactivatePartyRequest(TypedDict):
    """Let a suspended party act again, as the registrar."""


class ReadyView(TypedDict):
    """Whether requests should be sent here."""

    # Whether every condition holds.
    ready: bool
    # The conditions, in the order of looking.
    checks: list[CheckView]


class ReceiptDocumentBody(TypedDict):
    """A warehouse receipt's document, in the form of the intake file; every value is text."""

    # number, issued_by, issued_at, issued_on.
    receipt: dict[str, JsonValue]
    # name, identity, address.
    keeper: dict[str, JsonValue]
    # name, address, identity.
    depositor: dict[str, JsonValue]
    # code, grade, name, unit, quantity, quality, packaging, pieces, marks.
    goods: dict[str, JsonValue]
    # What loss is usual.
    loss_standard: str
    # site, from, to, fee.
    storage: dict[str, JsonValue]
    # maker and serial or seal, or bay and batch.
    lots: list[dict[str, JsonValue]]
    # amount, currency, from, to, insurer.
    insurance: NotRequired[dict[str, JsonValue] | None]
    # reference, inspector.
    inspection: NotRequired[dict[str, JsonValue] | None]
    # amount, currency, on, by.
    valuation: NotRequired[dict[str, JsonValue] | None]
    # Anything else.
    remarks: NotRequired[str | None]


class ReceiptSheet(TypedDict):
    """A warehouse receipt."""

    sight: str
    good: GoodRef
    # A decimal in the good's unit.
    quantity: str
    holder: PartyRef | None
    # The steps that the caller may see, oldest first.
    title: list[TitleStep]
    # Of a lien in force.
    pledgee: PartyRef | None
    # Whether a lien registered elsewhere seems to cover it.
    blocked: bool | None
    # Commits to the fields of the document.
    detail_root: str | None
    receipt_id: int
    state: ReceiptStateName | None
    stock_id: int
    keeper: PartyRef
    depositor: PartyRef
    inspector: PartyRef | None
    # When an inspector saw its goods.
    attested_at: str | None
    # As declared by the keeper.
    value: Money | None
    # Whether the keeper sealed pledges in advance.
    pledge_consent: bool | None
    physical_lots: list[PhysicalLotSheet] | None
    # The bill that ended in it.
    bill_id: int | None


ReceiptStateName = Literal[
    "draft", "issued", "pledged", "released", "delivered", "cancelled", "disputed", "frozen"
]


class RecordCreditNote(TypedDict):
    """Take a recorded credit note off what may be financed on its invoice, as the seller."""

    # Number of the credit note, or SHA-256 of its file in hexadecimal.
    credit_note: str


class RedeemCash(TypedDict):
    """Take cash off the ledger; the bank owes the payment from then on."""

    amount: Amount
    # Where to pay. Kept, the ledger has its hash.
    account: str


class RedemptionSheet(TypedDict):
    """Cash that left the ledger; the bank owes the payment until it has attested it."""

    redemption_id: int
    party: PartyRef
    amount: Money
    # Whether the bank attested the payment.
    paid: bool


class RegisterParty(TypedDict):
    """Register a legal entity, as the registrar. Its key is made and kept here unless it brings its
    own.
    """

    # Name as registered.
    name: str
    # scheme:value with one of uscc, lei, vat, gln, registration; the first one stays the party's
    # key here.
    identifiers: list[str]
    # All roles that the party has from then on.
    roles: list[RoleName]
    # ISO 3166 letters.
    country: NotRequired[str | None]
    # Keys that the party keeps itself; the service cannot act for it then. Left out: a key is made
    # and kept encrypted here.
    key_addresses: NotRequired[list[str]]


class ReinstateBillRequest(TypedDict):
    """Let a bill whose receipt never came to be be issued again, as the arbiter."""

    # Reference of the order. It is kept, the ledger has its hash.
    order: str


class RejectAssignmentRequest(TypedDict):
    """Refuse an offered lot, as the party that it was offered to."""


class RejectNoteRequest(TypedDict):
    """Refuse a proposed note as the side that did not propose it."""

    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ReleaseLienRequest(TypedDict):
    """Give a lien up, as its pledgee."""

    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ReleasePartOfLot(TypedDict):
    """Let the last part of a pledged lot go, as the pledgee; the lien goes on over the rest."""

    # NOTE/SEGMENT/INDEX; the undivided note 5 is 5/0/0.
    lot: str
    # How much goes free.
    freed: Amount
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ReleasePartOfReceiptRequest(TypedDict):
    """Let a part of a pledged receipt go, as the pledgee, with the keeper's seal of the split."""

    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str
    # The keeper's seal: the text `seal` in the result of the keeper's command, unchanged.
    seal: str
    # Compared with the seal, where it is stated.
    quantity: NotRequired[str | None]
    # Compared with the seal.
    lots: NotRequired[list[str]]


class RemoveOwnKeyRequest(TypedDict):
    """Take one of the party's keys away, never its last."""


class RemovePartyKeyRequest(TypedDict):
    """Take a key from a party, also its last, as the registrar."""


class RepayFacilityRequest(TypedDict):
    """Pay back, as the borrower, interest first; the last cent frees every asset."""

    # A part; left out: whatever is owed then.
    amount: NotRequired[Amount | None]


class RepayLoanRequest(TypedDict):
    """Pay a loan back, as its borrower, interest first; the last cent frees the lot."""

    # A part; left out: whatever is owed then.
    amount: NotRequired[Amount | None]


class ResolveDisputeRequest(TypedDict):
    """Decide a dispute, as the arbiter."""

    # What is no longer owed; 0 where the debtor was wrong.
    upheld: MoneyBody
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class ResolveExternalMatchRequest(TypedDict):
    """Decide a match, as the arbiter: dismissed lifts the block, upheld keeps it."""

    # Whether the other lien is real and on this asset.
    upheld: bool
    # Why. Kept, the ledger has its hash.
    reason: str
    # Who decided, for the record.
    decided_by: str


class RestackReceiptRequest(TypedDict):
    """Record that a lot lies elsewhere, in parts or under another number, as the keeper."""

    # The lot that was stacked anew: serial, seal, bay/batch or key.
    lot: str
    # What it became; together as much as before.
    into: list[LotPlaceBody]
    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class RevokeAssignmentRequest(TypedDict):
    """Take an offered lot back, as the party that offered it."""


class RevokeDeliveryRequest(TypedDict):
    """Take a delivery order back, as the holder."""


class RevokeSurrenderRequest(TypedDict):
    """Take a surrendered bill back, as the holder."""


RoleName = Literal[
    "core_enterprise",
    "supplier",
    "funder",
    "bank",
    "keeper",
    "inspector",
    "auditor",
    "regulator",
    "carrier",
    "price_source",
]


class RolesBody(TypedDict):
    """The user's roles from now on."""

    roles: list[UserRole]


class RotateKey(TypedDict):
    """Replace the party's key; the old one acts no more."""

    # A key that the party keeps itself; left out: one is made and kept here.
    new: NotRequired[NewKeyBody | None]


class SaleOffer(TypedDict):
    """An asset offered to a buyer in enforcement."""

    # lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER.
    asset: str
    buyer: PartyRef
    price: Money
    expires_at: str


Scope = Literal["read", "write", "approve", "admin"]


class SealMergeRequest(TypedDict):
    """Seal a merge, as the keeper."""

    # Numbers of the receipts that go into it; they end.
    source_ids: list[int]
    # Hours in which the seal serves.
    valid_hours: NotRequired[int]


class SealSplitRequest(TypedDict):
    """Seal a split, as the keeper; also the split by which a pledgee gives a part free."""

    # One a part, whole lots each.
    quantities: NotRequired[list[str]]
    # Instead: the lots of the only part, by serial, seal, bay/batch or key.
    lots: NotRequired[list[str]]
    # Of each part and of the rest, where the lots do not tell them.
    pieces: NotRequired[list[int] | None]
    # Hours in which the seal serves.
    valid_hours: NotRequired[int]


class SealTransferRequest(TypedDict):
    """Seal a transfer, as the keeper; nothing reaches the ledger. The result has the seal."""

    # The transferee.
    to_party_id: int
    # Order, contract or invoice behind it; its hash is on the ledger.
    reference: str
    # Hours in which the seal serves.
    valid_hours: NotRequired[int]


class SeatCouncil(TypedDict):
    """Seat the first members, as the governor; later ones come and go by the council's votes."""

    # Numbers of parties.
    member_party_ids: list[int]


class SessionAnswer(TypedDict):
    """A session. token: shown this once; send it as `Authorization: Bearer ...`."""

    token: str
    expires_at: str
    user_id: str
    org_id: str


class SessionLine(TypedDict):
    """An open session. current: the one that asks."""

    session_id: str
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


class SessionView(TypedDict):
    """Who asks."""

    user: UserAnswer
    organisation: OrganisationAnswer
    scopes: list[Scope]
    credential: Literal["session", "token"]


class Sessions(TypedDict):
    """Open sessions, oldest first."""

    items: list[SessionLine]


class SetAttestationAge(TypedDict):
    """Set how long counts that come after this are fresh, as the governor."""

    # Seconds; 2592000 are 30 days.
    max_age_s: int


class SetExposureCapRequest(TypedDict):
    """Set how much a keeper's live receipts may be worth, as the governor; 0 stops new ones."""

    # The most that they may be worth together.
    cap: MoneyBody


class SetPartyRolesRequest(TypedDict):
    """Replace the roles of a party, as the registrar."""

    # All roles that the party has from then on.
    roles: list[RoleName]


class SetPledgeConsentRequest(TypedDict):
    """Agree to pledges of a receipt in advance, as the keeper, or end that."""

    # false ends the consent.
    given: bool


class SetStandingAcceptance(TypedDict):
    """Accept assignments in advance, so that they arrive without a further signature, or end that."""

    # false ends the acceptance.
    given: bool
    # Only for this debtor's notes; left out: for all.
    debtor_party_id: NotRequired[int | None]


class SettleNoteRequest(TypedDict):
    """Pay a matured note, as its debtor: every holder gets its share, a pledgee before its pledgor."""

    # A part; left out: all that is due.
    amount: NotRequired[Amount | None]


class ShareBody(TypedDict):
    """A party that gets access, or whose shared access ends."""

    # What the files belong to: note:5, receipt:7, bill:1, facility:2, party:9, or invoice: and the
    # invoice's fingerprint in hexadecimal digits.
    subject: str
    # Number of the party.
    party_id: int


class ShownDecision(TypedDict):
    """What a checker said of the command."""

    user_id: str
    decision: DecisionKind
    comment: str
    decided_at: str


class ShownMoney(TypedDict):
    """An amount in minor units of its currency."""

    amount_minor: int
    currency: str


SightName = Literal["outline", "past", "whole"]


class Signature(TypedDict):
    """A signature that was made elsewhere, as `counterfoil sign` writes it."""

    # Address of the key that signed.
    key: str
    # The nonce of the instruction.
    nonce: str
    # r, s and v: 65 bytes.
    signature: str


class SplitLotRequest(TypedDict):
    """Cut a lot into parts, as its holder. What they leave over stays with the holder as one more
    part.
    """

    parts: list[SplitPartBody]


class SplitPartBody(TypedDict):
    """A part of a lot, for another party or for the holder itself."""

    # Amount of the part.
    amount: Amount
    # Who gets the part; left out: it stays with the holder.
    party_id: NotRequired[int | None]
    # Needed for a part for another party.
    reference: NotRequired[str | None]


class SplitReceiptRequest(TypedDict):
    """Cut parts off, as the holder; the receipt stays with the rest."""

    # One a part, whole lots each.
    quantities: NotRequired[list[str]]
    # Instead: the lots of the only part, by serial, seal, bay/batch or key.
    lots: NotRequired[list[str]]
    # Of each part and of the rest, where the lots do not tell them.
    pieces: NotRequired[list[int] | None]
    # Left out where the holder keeps the goods itself.
    seal: NotRequired[str | None]


class StatementSheet(TypedDict):
    """A period: opening balances and movements make the closing balances."""

    party: PartyRef
    period_from: str
    period_to: str
    opening: list[Money]
    movements: list[MovementLine]
    closing: list[Money]


class StockSheet(TypedDict):
    """One keeper's goods of one kind at one site, with the newest count."""

    stock_id: int
    keeper: PartyRef
    # Who counted last.
    inspector: PartyRef | None
    good: GoodRef
    site: str | None
    # What the newest count leaves to be delivered.
    attested: str
    # What live receipts give title to.
    receipted: str
    # Whether a count found less than that.
    short: bool
    attested_at: str | None
    # Nothing is issued on the count after that.
    fresh_until: str | None


class SubjectBody(TypedDict):
    """How the organisation's identity provider calls the user (claim `sub`); null for not at all."""

    subject: str | None


class SubstituteAssetRequest(TypedDict):
    """Put equal or better goods in the place of an asset, as the borrower."""

    # The other asset.
    replacement: str


class SurrenderBillRequest(TypedDict):
    """Give a bill back to its carrier, as the holder."""

    # Reference of the order. It is kept, the ledger has its hash.
    order: str


class SuspendPartyRequest(TypedDict):
    """Stop a party from acting, as the registrar; what it holds stays its own and is paid out."""


class SwitchBillRequest(TypedDict):
    """Replace a surrendered bill by one with another number, as the carrier; goods and holder stay."""

    # SCAC of the carrier that numbered it.
    carrier_code: str
    # As printed on the bill.
    number: str
    # Where it was loaded.
    port_of_loading: str
    # Where it is discharged.
    port_of_discharge: str
    # Name of the ship.
    vessel: NotRequired[str | None]
    # Number of the voyage.
    voyage: NotRequired[str | None]
    # As printed.
    consignee: NotRequired[str]
    # Marks on the goods.
    marks: NotRequired[str | None]
    # Of containers.
    seals: NotRequired[list[str]]


class TakeAssetRequest(TypedDict):
    """Take an asset over, as the funder in enforcement; what is above the debt goes to the borrower."""

    # At no less than the asset's floor.
    price: Amount


class TakeClaimRequest(TypedDict):
    """Take an offered claim, as the other funder: liens and money change hands at once."""


class TakeIn(TypedDict):
    """Take goods in, as their keeper: a draft of the receipt, whose lots back nothing else from then
    on.
    """

    document: ReceiptDocumentBody
    # Left out: the party that the document names.
    depositor_party_id: NotRequired[int | None]
    # Declared value; left out: the document's valuation.
    value: NotRequired[Amount | None]
    # The keeper agrees to pledges in advance.
    pledge_consent: NotRequired[bool]


class TitleStep(TypedDict):
    """Title went from one party to another. by_order: in enforcement, or as a court ordered."""

    giver: PartyRef
    receiver: PartyRef
    by_order: bool


class TokenAnswer(TypedDict):
    """An API token, without its secret."""

    token_id: str
    user_id: str
    name: str
    scopes: list[Scope]
    created_at: str
    expires_at: str
    revoked_at: str | None


class TokenBody(TypedDict):
    """A new API token of the user who asks."""

    name: str
    scopes: list[Scope]
    # At most a year ahead.
    expires_at: str


class TokenWithSecret(TypedDict):
    """A token and its secret, shown this once; `secret` is null when the answer is repeated."""

    token: TokenAnswer
    secret: str | None


class Tokens(TypedDict):
    """API tokens, oldest first."""

    items: list[TokenAnswer]


class TransferCash(TypedDict):
    """Pay another party."""

    # Who is paid.
    to_party_id: int
    amount: Amount
    # What it is for. Kept, the ledger has its hash.
    reference: str


class TransferPledgeRequest(TypedDict):
    """Transfer a claim outside the ledger with its lien, as the pledgee."""

    # Reference of the public registry, with registered_at. The ledger has its hash.
    registration: NotRequired[str | None]
    # When it was registered there.
    registered_at: NotRequired[str | None]
    # The new pledgee.
    to_party_id: int
    # Reference of the agreement. It is kept, the ledger has its hash.
    agreement: str


class TransferReceiptRequest(TypedDict):
    """Transfer title, as the holder, with the keeper's seal."""

    # The transferee.
    to_party_id: int
    # The trade background, where no seal is brought.
    reference: NotRequired[str | None]
    # Left out where the holder keeps the goods itself.
    seal: NotRequired[str | None]


class UnfreezeBillRequest(TypedDict):
    """Let a frozen bill be what it was before, as the arbiter."""

    # Reference of the order. It is kept, the ledger has its hash.
    order: str


class UnfreezeReceiptRequest(TypedDict):
    """Let a frozen receipt be what it was before, as the arbiter."""

    # Reference of the order. It is kept, the ledger has its hash.
    order: str


class UserAnswer(TypedDict):
    """A user."""

    user_id: str
    org_id: str
    login: str
    display_name: str
    state: UserState
    roles: list[UserRole]
    limits: list[Limit]
    has_password: bool
    oidc_subject: str | None
    created_at: str


class UserBody(TypedDict):
    """A new user of the own organisation."""

    # What the user types to log in, unique in the whole service; capitals do not matter.
    login: str
    display_name: str
    roles: list[UserRole]
    limits: NotRequired[list[Limit]]


UserRole = Literal["admin", "maker", "checker", "viewer"]


UserState = Literal["active", "disabled"]


class UserWithCode(TypedDict):
    """A user and the code with which it sets its password; `code` is null when the answer is repeated."""

    user: UserAnswer
    code: str | None


class Users(TypedDict):
    """Users in the order in which they were created."""

    items: list[UserAnswer]
    next_cursor: str | None


class WaitingAssignment(TypedDict):
    """A lot that was assigned to somebody who has not answered yet."""

    # NOTE/SEGMENT/INDEX.
    lot: str
    note_id: int
    amount: Money
    assignor: PartyRef
    assignee: PartyRef
    debtor: PartyRef
    # The trade behind it, in the assignor's words.
    references: list[str]


class Webhook(TypedDict):
    """An endpoint."""

    webhook_id: str
    url: str
    # Empty: everything.
    events: list[str]
    state: EndpointState
    created_at: str


class WebhookChange(TypedDict):
    """Pause an endpoint, or go on. What it misses meanwhile waits for it."""

    paused: bool


class WithdrawApprovalRequest(TypedDict):
    """Take an approval back, as the member that gave it."""


class WithdrawAssetRequest(TypedDict):
    """Take an asset out of the floating pool, as the borrower."""


class WithdrawBody(TypedDict):
    """Taking a command back."""

    # Kept with it in the log.
    comment: NotRequired[str]


class WithdrawDisputeRequest(TypedDict):
    """Take a dispute back, as the debtor; the whole amount is payable again."""


class WithdrawFacilityRequest(TypedDict):
    """Take an offer back, as its funder."""


class WithdrawNoteRequest(TypedDict):
    """Take a proposal back, as the side that proposed."""


class WithdrawOfferRequest(TypedDict):
    """Take an offer back, as its funder."""


class WithdrawReceiptDisputeRequest(TypedDict):
    """Take a dispute back, as the side that opened it; the receipt is issued again."""

    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str


class WithoutRightLine(TypedDict):
    """A claim that has no right in the asset."""

    rule_id: str
    reason: str
    claim: ClaimLine


class WrapsBody(TypedDict):
    """Wraps that a reader made for others."""

    # By key id: the file's content key, wrapped by HPKE (RFC 9180, X25519, HKDF-SHA256,
    # AES-256-GCM), 80 bytes in hexadecimal digits.
    wraps: dict[str, Any]


class WriteOffRequest(TypedDict):
    """Give up what is unpaid on an overdue note, as the arbiter."""

    # Why. The wording is kept encrypted apart from the ledger, which has its hash.
    reason: str
