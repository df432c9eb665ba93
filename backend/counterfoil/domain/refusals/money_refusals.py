"""What the ledger refuses about liens, cash, financing, settlement and administration, in plain words.

See ledger_refusals for how codes and facts are named.
"""

from __future__ import annotations

from counterfoil.domain.errors import declare
from counterfoil.domain.refusals.ledger_refusals import asset_text, financing_state_text, lot_text, time_text
from counterfoil.domain.state.facility_state import facility_number

_ASSET = {"asset": asset_text}


def financing_text(financing: int) -> str:
    """What a lien's financing number names."""
    facility_id = facility_number(financing)
    return f"the loan {financing}" if facility_id is None else f"the facility {facility_id}"


# -- liens --

ASSET_ENCUMBERED = declare(
    "AssetEncumbered",
    "{asset} carries a lien already",
    "An asset secures one claim at a time: have the pledgee release it, or pledge another.",
    show=_ASSET,
)
LIEN_UNKNOWN = declare(
    "LienUnknown", "{asset} carries no lien in force", "Check the number of the asset.", show=_ASSET
)
LIEN_OF_LOAN = declare(
    "LienOfLoan",
    "the lien on {asset} secures {financing}, which decides about it itself",
    "Do it through the loan or the facility.",
    show=_ASSET | {"financing": financing_text},
)
ASSET_UNKNOWN = declare(
    "AssetUnknown", "{asset} names nothing on this ledger", "Check the number of the asset.", show=_ASSET
)
NOT_PLEDGEE = declare(
    "NotPledgee",
    "party {actor} is not the pledgee of {asset}",
    "Have the pledgee sign with its own key.",
    show=_ASSET,
)
PLEDGEE_IS_PLEDGOR = declare(
    "PledgeeIsPledgor", "party {party} cannot pledge to itself", "Name another party as the pledgee."
)
PLEDGEE_UNKNOWN = declare(
    "PledgeeUnknown", "there is no party {pledgee} to pledge to", "Have the registrar add the party first."
)
ASSET_KIND_UNKNOWN = declare(
    "AssetKindUnknown", "assets of kind {kind} cannot be pledged here", "Check the number of the asset."
)
AGREEMENT_HASH_MISSING = declare(
    "AgreementHashMissing", "the pledge agreement is not stated", "State the hash of the signed agreement."
)
SECURED_AMOUNT_ZERO = declare(
    "SecuredAmountZero", "the pledge secures nothing", "State the amount of the claim that it secures."
)
REGISTERED_IN_FUTURE = declare(
    "RegisteredInFuture",
    "the registration is dated {registered_at}, now it is {now_at}",
    "State when the public registry took the entry, or zero where there is none.",
    show={"registered_at": time_text, "now_at": time_text},
)

ASSET_KIND_TAKEN = declare(
    "AssetKindTaken", "where assets of kind {kind} are kept is fixed", "Leave it as it is."
)
ASSET_BLOCKED = declare(
    "AssetBlocked",
    "{asset} is blocked: {blocks} liens registered elsewhere seem to cover it",
    "Have the arbiter decide on each block; until then, and where one is upheld, it secures nothing more.",
    show=_ASSET,
)
BLOCK_UNKNOWN = declare(
    "BlockUnknown",
    "no block of {asset} by the match {match_hash} is open",
    "Look the open blocks of the asset up and name one of them.",
    show=_ASSET,
)
BLOCK_EXISTS = declare(
    "BlockExists",
    "{asset} is blocked by the match {match_hash} already",
    "Nothing more is to be done until it is resolved.",
    show=_ASSET,
)
TOO_MANY_BLOCKS = declare(
    "TooManyBlocks",
    "{asset} has {maximum} open blocks, which is the limit",
    "Resolve some of them first.",
    show=_ASSET,
)
REASON_HASH_MISSING = declare(
    "ReasonHashMissing", "the reason is not stated", "State the hash of the document that says why."
)
SUBSTITUTE_UNKNOWN = declare(
    "SubstituteUnknown",
    "its holder does not offer {replacement} in place of {asset}",
    "Have the pledgor propose just this replacement first.",
    show=_ASSET | {"replacement": asset_text},
)
SUBSTITUTE_IS_ASSET = declare(
    "SubstituteIsAsset", "{asset} cannot take its own place", "Name another asset.", show=_ASSET
)
NOT_PLEDGOR = declare(
    "NotPledgor",
    "party {actor} does not hold {asset}",
    "Have the holder sign with its own key.",
    show=_ASSET,
)
PLEDGEE_HOLDS_LIEN = declare(
    "PledgeeHoldsLien",
    "the lien on {asset} is that party's already",
    "Name another funder.",
    show=_ASSET,
)
ENFORCED_TO_HOLDER = declare(
    "EnforcedToHolder",
    "{asset} is that party's already, so that it cannot be sold or awarded to it",
    "Name the buyer, or release the lien.",
    show=_ASSET,
)
KEPT_NOT_INSIDE = declare(
    "KeptNotInside",
    "{kept_minor} of {asset}, which is {length_minor}, is not a part of it (minor units)",
    "Keep more than nothing and less than all; release the lien to free the whole.",
    show=_ASSET,
)

# -- cash --

CASH_INSUFFICIENT = declare(
    "CashInsufficient",
    "party {party} has {balance_minor} of currency {currency}, {needed_minor} is needed (minor units)",
    "Deposit the difference with the bank, or pay less.",
)
CASH_AMOUNT_ZERO = declare("CashAmountZero", "a payment of zero is none", "State a positive amount.")
CASH_TO_SELF = declare("CashToSelf", "party {party} cannot pay itself", "Name another receiver.")
DEPOSIT_USED = declare(
    "DepositUsed",
    "the deposit {deposit_hash} was booked before",
    "A deposit is booked once; check its number.",
)
REDEMPTION_UNKNOWN = declare(
    "RedemptionUnknown", "there is no redemption {redemption}", "Check the number of the redemption."
)
REDEMPTION_PAID = declare(
    "RedemptionPaid", "redemption {redemption} was paid before", "Do not pay it a second time."
)
REFERENCE_MISSING = declare(
    "ReferenceMissing", "the payment states no reference", "State the hash of the document behind it."
)

# -- financing --

FINANCING_UNKNOWN = declare(
    "FinancingUnknown", "there is no financing {financing}", "Check the number of the financing."
)
UNEXPECTED_FINANCING_STATE = declare(
    "UnexpectedFinancingState",
    "financing {financing} is {current}, this needs it to be {expected}",
    "Look at the financing: another step came first, or this one is no longer possible.",
    show={"current": financing_state_text, "expected": financing_state_text},
)
NOT_FUNDER = declare(
    "NotFunder", "party {actor} is not the funder of financing {financing}", "Have the funder sign itself."
)
NOT_BORROWER = declare(
    "NotBorrower",
    "party {actor} is not the borrower of financing {financing}",
    "Have the borrower sign itself.",
)
OFFER_EXPIRED = declare(
    "OfferExpired",
    "the offer {financing} expired on {expires_at}",
    "Ask the funder for a new offer.",
    show={"expires_at": time_text},
)
OFFER_TO_SELF = declare(
    "OfferToSelf", "party {party} holds the lot and cannot finance it for itself", "Choose another lot."
)
TERM_INVALID = declare(
    "TermInvalid",
    "the term {field} of the offer makes no sense",
    "Amount, expiry, agreement, rate (at most 10,000 bps), basis (360 or 365) and due date (ahead, not after "
    "the note's maturity) must be stated.",
)
PRINCIPAL_ABOVE_LOT = declare(
    "PrincipalAboveLot",
    "{amount_minor} is more than lot {lot} is worth at maturity, {length_minor} (minor units)",
    "Offer at most the amount of the lot.",
    show={"lot": lot_text},
)
REPAYMENT_TOO_LARGE = declare(
    "RepaymentTooLarge",
    "{amount_minor} is more than the debt of financing {financing}, {debt_minor} (minor units)",
    "Pay at most the debt with its interest of today.",
)
LOAN_NOT_DUE = declare(
    "LoanNotDue",
    "financing {financing} is due on {due_at}, now it is {now_at}",
    "Wait until the due date has passed.",
    show={"due_at": time_text, "now_at": time_text},
)

# -- settlement --

NOT_DEBTOR = declare(
    "NotDebtor", "party {payer} is not the debtor of note {note}", "Have the debtor pay with its own key."
)
NOTHING_PAYABLE = declare(
    "NothingPayable", "a payment of zero settles nothing of note {note}", "State what is to be paid."
)
PAYMENT_TOO_LARGE = declare(
    "PaymentTooLarge",
    "{amount_minor} is more than what is payable on note {note}, {payable_minor} (minor units)",
    "Pay at most what is open and not in dispute.",
)
ROUND_UNLIKE = declare(
    "RoundUnlike",
    "the payment under way on note {note} is {round_minor}, not {stated_minor} (minor units)",
    "State the same amount until every lot has been reached.",
)
LOTS_NOT_CONTIGUOUS = declare(
    "LotsNotContiguous",
    "lot {lot} begins at position {first}, the payment continues at {expected_first}",
    "Name the lots in order of position and leave nobody out.",
    show={"lot": lot_text},
)
LOT_RANGE_INVALID = declare(
    "LotRangeInvalid",
    "segment {segment} has no lots from {from} to {to}",
    "Name existing lots of one segment, the lower place first.",
)

# -- administration --

NOT_A_MODULE = declare(
    "NotAModule",
    "{caller} is not one of the ledger's own contracts",
    "Use the contract that is made for this; it calls on your behalf.",
)
ACCESS_MANAGED_UNAUTHORIZED = declare(
    "AccessManagedUnauthorized",
    "the key {caller} does not hold the office that this needs",
    "Have the registrar, the bank, the arbiter or the governor do it; a council in charge votes on it.",
)
ACCESS_MANAGED_REQUIRED_DELAY = declare(
    "AccessManagedRequiredDelay",
    "the key {caller} must announce this {delay} seconds ahead",
    "Schedule the step with the authority and repeat it when the time has passed.",
)
ACCESS_MANAGED_INVALID_AUTHORITY = declare(
    "AccessManagedInvalidAuthority", "{authority} is not an authority", "Name the address of the authority."
)
ACCESS_MANAGER_UNAUTHORIZED_ACCOUNT = declare(
    "AccessManagerUnauthorizedAccount",
    "the key {msgsender} does not hold the authority's role {role_id}",
    "Have an administrator of that role do it.",
)
ACCESS_MANAGER_UNAUTHORIZED_CALL = declare(
    "AccessManagerUnauthorizedCall",
    "the key {caller} may not have {target} do {selector}",
    "Have the role that this function is given to do it.",
)
ACCESS_MANAGER_UNAUTHORIZED_CANCEL = declare(
    "AccessManagerUnauthorizedCancel",
    "the key {msgsender} may not cancel what {caller} scheduled on {target} ({selector})",
    "Have the caller, an administrator or the role's guardian cancel it.",
)
ACCESS_MANAGER_UNAUTHORIZED_CONSUME = declare(
    "AccessManagerUnauthorizedConsume",
    "{target} does not take scheduled steps now",
    "Let the target itself use the schedule.",
)
ACCESS_MANAGER_ALREADY_SCHEDULED = declare(
    "AccessManagerAlreadyScheduled", "step {operation_id} is scheduled already", "Wait for it, or cancel it."
)
ACCESS_MANAGER_NOT_SCHEDULED = declare(
    "AccessManagerNotScheduled", "step {operation_id} is not scheduled", "Schedule it first."
)
ACCESS_MANAGER_NOT_READY = declare(
    "AccessManagerNotReady", "step {operation_id} is not due yet", "Wait until its delay has passed."
)
ACCESS_MANAGER_EXPIRED = declare(
    "AccessManagerExpired", "step {operation_id} was not taken in time", "Schedule it again."
)
ACCESS_MANAGER_LOCKED_ROLE = declare(
    "AccessManagerLockedRole", "the authority's role {role_id} cannot be changed", "Use another role."
)
ACCESS_MANAGER_LOCKED_FUNCTION = declare(
    "AccessManagerLockedFunction", "the function {selector} cannot be given to a role", "Leave it as it is."
)
ACCESS_MANAGER_BAD_CONFIRMATION = declare(
    "AccessManagerBadConfirmation",
    "a role is only given up by the key that holds it",
    "Name your own key to confirm.",
)
ACCESS_MANAGER_INVALID_INITIAL_ADMIN = declare(
    "AccessManagerInvalidInitialAdmin",
    "{initial_admin} cannot be the first administrator",
    "Name an existing key.",
)
ADDRESS_EMPTY_CODE = declare(
    "AddressEmptyCode", "there is no contract at {target}", "Check the address and the chain."
)
FAILED_CALL = declare(
    "FailedCall",
    "a call between contracts failed without a reason",
    "Check the step that was to be executed.",
)
INSUFFICIENT_BALANCE = declare(
    "InsufficientBalance",
    "the contract has {balance} of the chain's own coin, {needed} is needed",
    "Send no coin: the ledger needs none.",
)
SAFE_CAST_OVERFLOWED_UINT_DOWNCAST = declare(
    "SafeCastOverflowedUintDowncast",
    "{value} does not fit {bits} bits",
    "State a number within the range of the field.",
)
