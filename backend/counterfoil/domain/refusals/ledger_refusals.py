"""What the ledger refuses about parties, invoices, notes and lots, in a treasurer's words.

The codes are the names of the contracts' custom errors and the facts their parameters in snake case, so that
the in-memory ledger and the chain refuse in the same words. money_refusals, goods_refusals, bill_refusals
and facility_refusals have the rest.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from counterfoil.domain.errors import declare
from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId, LotId
from counterfoil.domain.states import (
    BillState,
    FinancingState,
    LotState,
    NoteState,
    PartyRole,
    ReceiptState,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def lot_text(number: int) -> str:
    """A lot's number as note/segment/index, the way commands take it."""
    return str(LotId.from_number(number))


def asset_text(number: int) -> str:
    """An asset's number as what it is."""
    asset = AssetId.from_number(number)
    if not asset.is_canonical:
        return f"asset {number:#x}"
    return {
        ASSET_KIND_LOT: f"lot {asset.lot_id}",
        ASSET_KIND_RECEIPT: f"receipt {asset.receipt_id}",
        ASSET_KIND_BILL: f"bill of lading {asset.bill_id}",
    }[asset.kind]


def time_text(at_s: int) -> str:
    """Seconds since 1970 as a UTC time; as seconds where the calendar of datetime has ended."""
    try:
        return f"{_EPOCH + timedelta(seconds=at_s):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return f"{at_s} s"


def note_state_text(state: int) -> str:
    """Live, Matured, ..."""
    return _words(NoteState(state).name)


def lot_state_text(state: int) -> str:
    """Free, Offered, ..."""
    return _words(LotState(state).name)


def financing_state_text(state: int) -> str:
    """Offered, Drawn down, ..."""
    return _words(FinancingState(state).name)


def receipt_state_text(state: int) -> str:
    """Draft, Issued, ..."""
    return _words(ReceiptState(state).name)


def bill_state_text(state: int) -> str:
    """Issued, Surrendered, ..."""
    return _words(BillState(state).name)


def role_text(roles: int) -> str:
    """The names of the roles."""
    return " or ".join(_words(role.name or "?").lower() for role in PartyRole(roles))


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


_LOT = {"lot": lot_text}

# -- parties --

NOT_A_PARTY = declare(
    "NotAParty",
    "the key {key} acts for no party",
    "Sign with a key that the registrar has added to your party.",
)
PARTY_UNKNOWN = declare(
    "PartyUnknown", "there is no party {party}", "Have the registrar add the party after its onboarding."
)
PARTY_SUSPENDED = declare(
    "PartySuspended",
    "party {party} is suspended and may not act",
    "Ask the registrar why; what the party holds stays its own and is paid out.",
)
ROLE_MISSING = declare(
    "RoleMissing",
    "party {party} is not admitted as {role}",
    "Have the registrar give the party that role, or choose a party that has it.",
    show={"role": role_text},
)
KEY_IN_USE = declare(
    "KeyInUse",
    "the key {key} cannot be given away, it belongs or belonged to party {party}",
    "Create a new key: a key stays with one party for ever.",
)
KEY_UNKNOWN = declare(
    "KeyUnknown", "party {party} does not use the key {key}", "Look the party's keys up and name one of them."
)
TOO_MANY_KEYS = declare(
    "TooManyKeys",
    "party {party} has {maximum} keys, which is the limit",
    "Remove a key that is no longer used first.",
)
ONBOARDING_HASH_MISSING = declare(
    "OnboardingHashMissing",
    "the party's onboarding file is not stated",
    "State the hash of the onboarding file.",
)

# -- invoices --

FINGERPRINT_MISSING = declare(
    "FingerprintMissing",
    "the fingerprint of an invoice or credit note is missing",
    "State the fingerprint of each document.",
)
INVOICE_MISMATCH = declare(
    "InvoiceMismatch",
    "invoice {fingerprint} is on record with {recorded_payable_minor} minor units payable, "
    "not {stated_payable_minor}",
    "Compare the document with the one that was used first: one of them was altered.",
)
INVOICE_OF_OTHER_PARTIES = declare(
    "InvoiceOfOtherParties",
    "invoice {fingerprint} is on record from party {seller} to party {buyer}",
    "Check seller and buyer; an invoice has one of each.",
)
INVOICE_IN_OTHER_CURRENCY = declare(
    "InvoiceInOtherCurrency",
    "invoice {fingerprint} is on record in currency {recorded}",
    "Open the note in the invoice's own currency.",
)
INVOICE_CAPACITY_EXCEEDED = declare(
    "InvoiceCapacityExceeded",
    "invoice {fingerprint} has {available_minor} left, {requested_minor} was asked for (minor units)",
    "Take no more than what is left; other notes or credit notes have used the rest.",
)
CREDIT_NOTE_USED = declare(
    "CreditNoteUsed",
    "the credit note {credit_note} was recorded before",
    "Nothing more is to be done for it.",
)
INVOICE_SHARES_UNLIKE = declare(
    "InvoiceSharesUnlike",
    "the invoices stated are not those of the proposal ({stated} instead of {committed})",
    "State the same invoices with the same amounts in the same order as the proposal.",
)
INVOICES_MISSING = declare(
    "InvoicesMissing", "the note names no invoice", "Name the invoices that the note stands on."
)
ZERO_AMOUNT = declare("ZeroAmount", "an amount is zero", "State an amount of at least one minor unit.")

# -- notes --

NOTE_UNKNOWN = declare("NoteUnknown", "there is no note {note}", "Check the number of the note.")
UNEXPECTED_NOTE_STATE = declare(
    "UnexpectedNoteState",
    "note {note} is {current}, this needs it to be {expected}",
    "Look at the note: another step came first, or this one is no longer possible.",
    show={"current": note_state_text, "expected": note_state_text},
)
NOT_THIS_PARTY = declare(
    "NotThisParty",
    "party {actor} may not do this, only party {expected} may",
    "Have that party sign with its own key; nobody confirms for another.",
)
SAME_PARTY = declare(
    "SameParty", "party {party} cannot be debtor and creditor of one note", "Name two different parties."
)
MATURITY_IN_PAST = declare(
    "MaturityInPast",
    "the maturity {maturity_at} is not after now, {now_at}",
    "State a maturity ahead; a proposal that has passed its maturity can only be withdrawn or rejected.",
    show={"maturity_at": time_text, "now_at": time_text},
)
NOT_MATURED = declare(
    "NotMatured",
    "note {note} matures on {maturity_at}, now it is {now_at}",
    "Wait until maturity.",
    show={"maturity_at": time_text, "now_at": time_text},
)
NOT_OVERDUE = declare(
    "NotOverdue",
    "note {note} is overdue from {overdue_at} on, now it is {now_at}",
    "Wait: a note is overdue a day after its maturity.",
    show={"overdue_at": time_text, "now_at": time_text},
)
FACE_TOO_LARGE = declare(
    "FaceTooLarge",
    "the face of {face_minor} is above the ledger's limit of {maximum_minor} (minor units)",
    "Split the claim over several notes.",
)
FACE_UNLIKE = declare(
    "FaceUnlike",
    "the face of note {note} is {face_minor}, you confirmed {stated_minor} (minor units)",
    "Read the proposal again and confirm what it says, or reject it.",
)
NOTE_DIVIDED = declare(
    "NoteDivided",
    "note {note} has been split or assigned and cannot be cancelled",
    "Settle the note, or dispute the amount that is not owed.",
)
DISPUTE_TOO_LARGE = declare(
    "DisputeTooLarge",
    "{requested_minor} cannot be in dispute on note {note}, at most {available_minor} can (minor units)",
    "State at most what is unpaid, or what is disputed.",
)
PAYMENT_UNFINISHED = declare(
    "PaymentUnfinished",
    "a payment on note {note} is half done",
    "Finish the payment first: it fixes who gets what.",
)
TERMS_HASH_MISSING = declare(
    "TermsHashMissing", "the terms of the note are not stated", "State the hash of the terms."
)

# -- lots --

LOT_UNKNOWN = declare("LotUnknown", "there is no lot {lot}", "Check the number of the lot.", show=_LOT)
UNEXPECTED_LOT_STATE = declare(
    "UnexpectedLotState",
    "lot {lot} is {current}, this needs it to be {expected}",
    "A pledged lot waits for its pledgee, an offered one for its offeree, a split one lives on in its parts.",
    show={"lot": lot_text, "current": lot_state_text, "expected": lot_state_text},
)
NOT_HOLDER = declare(
    "NotHolder",
    "party {actor} may not dispose of lot {lot}, party {holder} may",
    "Have that party sign with its own key.",
    show=_LOT,
)
NOTE_NOT_TRANSFERABLE = declare(
    "NoteNotTransferable",
    "note {note} is not live or has reached its maturity, so that nothing of it moves",
    "Wait for the end of the dispute, or for the settlement.",
)
ASSIGNEE_IS_DEBTOR = declare(
    "AssigneeIsDebtor",
    "the debtor of note {note} cannot take a part of it",
    "Have the debtor pay the note instead.",
)
ASSIGNEE_UNKNOWN = declare(
    "AssigneeUnknown", "there is no party {assignee} to assign to", "Have the registrar add the party first."
)
ASSIGNEE_HOLDS_IT = declare(
    "AssigneeHoldsIt", "lot {lot} is already yours", "Name another party as the assignee.", show=_LOT
)
CHILDREN_MISSING = declare(
    "ChildrenMissing", "{count} parts are no split", "State at least two parts; assign a whole lot instead."
)
TOO_MANY_CHILDREN = declare(
    "TooManyChildren",
    "{count} parts are more than the {maximum} of one split",
    "Split into larger parts first, then those.",
)
TOO_MANY_SEGMENTS = declare(
    "TooManySegments",
    "note {note} has been split and assigned as often as the ledger can count",
    "Nothing of this note can be split any more; settle it.",
)
SPLIT_DOES_NOT_ADD_UP = declare(
    "SplitDoesNotAddUp",
    "lot {lot} is {length_minor}, its parts are together {children_minor} (minor units)",
    "State parts that together are the lot, to the cent.",
    show=_LOT,
)
TRADE_BACKGROUND_MISSING = declare(
    "TradeBackgroundMissing",
    "an assignment needs its trade background",
    "State the order, contract or invoice behind it.",
)
