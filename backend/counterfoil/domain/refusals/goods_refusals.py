"""What the ledger refuses about stocks and warehouse receipts, in plain words.

See ledger_refusals for how codes and facts are named, bill_refusals for bills of lading.
"""

from __future__ import annotations

from counterfoil.domain.errors import declare
from counterfoil.domain.refusals.ledger_refusals import asset_text, receipt_state_text, time_text

# -- stocks --

STOCK_UNKNOWN = declare("StockUnknown", "there is no stock {stock}", "Check the number of the stock.")
STOCK_EXISTS = declare(
    "StockExists",
    "you keep this good at this site as stock {stock} already",
    "Use that stock; another spelling of the site or the good makes no other stock.",
)
STOCK_KEY_MISSING = declare(
    "StockKeyMissing", "the site or the good of the stock is not stated", "State both the site and the good."
)
DECIMALS_INVALID = declare(
    "DecimalsInvalid",
    "{decimals} decimals are more than the {maximum} that a quantity can have",
    "State the quantity in a smaller unit, or with fewer decimals.",
)
EVIDENCE_MISSING = declare(
    "EvidenceMissing",
    "the evidence behind this is not stated",
    "State the hash of the inspection report or of the document that shows it.",
)
INSPECTOR_IS_KEEPER = declare(
    "InspectorIsKeeper",
    "party {party} keeps these goods and cannot attest them",
    "Have an inspector that is not the keeper count the goods.",
)
ATTESTATION_STALE = declare(
    "AttestationStale",
    "the last count of stock {stock} served until {fresh_until}, now it is {now_at}",
    "Have an inspector count the stock again.",
    show={"fresh_until": time_text, "now_at": time_text},
)
STOCK_EXCEEDED = declare(
    "StockExceeded",
    "receipts over stock {stock} would come to {receipted}, an inspector counted {attested} "
    "(in the stock's smallest unit)",
    "Issue no more than what was counted, or have the stock counted again.",
)
STOCK_SHORT = declare(
    "StockShort",
    "stock {stock} is short: receipts come to {receipted}, an inspector counted {attested} "
    "(in the stock's smallest unit)",
    "Have the stock counted again; if the goods are gone, an arbiter decides whose receipts end.",
)
EXPOSURE_ABOVE_CAP = declare(
    "ExposureAboveCap",
    "the receipts of keeper {keeper} would be worth {exposure_minor} in currency {currency}, "
    "at most {cap_minor} is allowed (minor units)",
    "Deposit the goods with another keeper, or have the consortium raise the cap.",
)
ATTESTATION_AGE_TOO_SHORT = declare(
    "AttestationAgeTooShort",
    "attestations that serve for {max_age_s} s serve too short, at least {minimum_s} s is needed",
    "State at least a day: a draft's attestation is kept by the day.",
)

# -- receipts --

RECEIPT_UNKNOWN = declare(
    "ReceiptUnknown", "there is no warehouse receipt {receipt}", "Check the number of the receipt."
)
UNEXPECTED_RECEIPT_STATE = declare(
    "UnexpectedReceiptState",
    "receipt {receipt} is {current}, this needs it to be {expected}",
    "Look at the receipt: another step came first, or this one is no longer possible.",
    show={"current": receipt_state_text, "expected": receipt_state_text},
)
NOT_RECEIPT_HOLDER = declare(
    "NotReceiptHolder",
    "party {actor} does not hold receipt {receipt}",
    "Have the holder sign with its own key.",
)
NOT_KEEPER = declare(
    "NotKeeper",
    "party {actor} does not keep the goods of receipt {receipt}",
    "Have the keeper sign with its own key.",
)
KEEPER_AS_HOLDER = declare(
    "KeeperAsHolder",
    "keeper {keeper} cannot hold a receipt over goods that it keeps itself",
    "Name another party; goods of the keeper's own are kept by somebody else.",
)
DETAIL_ROOT_MISSING = declare(
    "DetailRootMissing",
    "the elements of the receipt are not stated",
    "State the root of the hashes of the receipt's elements.",
)
REASON_MISSING = declare(
    "ReasonMissing",
    "the document behind this is not stated",
    "State the hash of the order, the background or the reason.",
)
LOTS_MISSING = declare("LotsMissing", "no physical lot is named", "Name the physical lots behind it.")
TOO_MANY_LOTS = declare(
    "TooManyLots",
    "{count} physical lots are more than the {maximum} of one receipt",
    "Draft several receipts.",
)
LOT_KEY_MISSING = declare("LotKeyMissing", "a physical lot has no key", "State the key of each physical lot.")
LOT_QUANTITY_ZERO = declare(
    "LotQuantityZero",
    "the physical lot {key} has a quantity of zero",
    "State how much lies in each lot, or leave it out.",
)
LOT_BACKS_RECEIPT = declare(
    "LotBacksReceipt",
    "the physical lot {key} backs receipt {receipt} already",
    "Goods back one receipt at a time: check the marks, or have the other receipt end first.",
)
LOT_NOT_IN_RECEIPT = declare(
    "LotNotInReceipt",
    "the physical lot {key} is not behind receipt {receipt}",
    "Name lots of this receipt, each once.",
)
QUANTITY_TOO_LARGE = declare(
    "QuantityTooLarge",
    "a quantity of {quantity} is above the ledger's limit",
    "State the goods in several receipts.",
)
LOTS_DO_NOT_ADD_UP = declare(
    "LotsDoNotAddUp",
    "the lots named make {lots}, receipt {receipt} has {quantity} (in the stock's smallest unit)",
    "Name all lots of the receipt, with quantities that make the same sum.",
)
NOT_ATTESTED = declare(
    "NotAttested",
    "no inspector has attested draft {receipt}",
    "Have an inspector that is not the keeper see the goods first.",
)
INSPECTOR_IS_DEPOSITOR = declare(
    "InspectorIsDepositor",
    "party {party} deposits these goods and cannot attest them",
    "Have an inspector that gains nothing by the receipt see the goods.",
)
RECEIPT_ATTESTATION_STALE = declare(
    "ReceiptAttestationStale",
    "the attestation of draft {receipt} served until {fresh_until}, now it is {now_at}",
    "Have an inspector see the goods again.",
    show={"fresh_until": time_text, "now_at": time_text},
)
VALUE_MISSING = declare(
    "ValueMissing",
    "the goods' value is not declared",
    "Declare the value: it counts against what the keeper may answer for.",
)
RECEIPT_PLEDGED = declare(
    "ReceiptPledged",
    "receipt {receipt} is pledged",
    "Have the pledgee release it, or a part of it, first.",
)
RECEIPT_BLOCKED = declare(
    "ReceiptBlocked",
    "a lien registered elsewhere may cover receipt {receipt}",
    "Wait for the arbiter's decision on the match, or clear the other lien.",
)
PLEDGE_NOT_CONSENTED = declare(
    "PledgeNotConsented",
    "the keeper has not consented to pledges of receipt {receipt}",
    "Ask the keeper for its consent: without its seal no pledge of a receipt arises.",
)
SEAL_EXPIRED = declare(
    "SealExpired",
    "the keeper's seal served until {deadline}, now it is {now_at}",
    "Ask the keeper for a new seal.",
    show={"deadline": time_text, "now_at": time_text},
)
SEAL_NOT_KEEPERS = declare(
    "SealNotKeepers",
    "the seal on receipt {receipt} is not its keeper's over just this act (made by {signer}, 0: nobody)",
    "Ask the keeper to seal this act, with these terms and the receipt's current sequence.",
)
TRANSFEREE_HOLDS_IT = declare(
    "TransfereeHoldsIt", "that party holds receipt {receipt} already", "Name another party."
)
TRANSFEREE_HAS_NOT_ACCEPTED = declare(
    "TransfereeHasNotAccepted",
    "party {transferee} has not accepted receipts in advance, or is not active",
    "Ask it to accept in advance; nobody is given goods against its will.",
)
PARTS_MISSING = declare("PartsMissing", "no part is to be cut off", "State at least one part with its lots.")
PART_TAKES_ALL = declare(
    "PartTakesAll",
    "the parts take all of receipt {receipt} and leave no rest",
    "Leave at least one lot with the receipt; it is the last part itself.",
)
SOURCES_MISSING = declare(
    "SourcesMissing", "no receipt is to be merged in", "Name at least one other receipt."
)
MERGE_UNLIKE = declare(
    "MergeUnlike",
    "receipts {receipt} and {source} are one and the same, or of unlike stocks or currencies",
    "Merge different receipts over the same stock, valued in the same currency.",
)
VALUE_TOO_LARGE = declare(
    "ValueTooLarge",
    "a declared value of {value_minor} minor units is above the ledger's limit",
    "Keep the receipts apart.",
)
NOT_DISPUTANT = declare(
    "NotDisputant",
    "party {actor} did not dispute receipt {receipt}",
    "Have the side that disputed withdraw, or the arbiter close the dispute.",
)

# -- what liens ask --

NOT_LIEN_REGISTRY = declare(
    "NotLienRegistry",
    "{caller} is not the lien registry",
    "Use the lien registry; it calls on your behalf.",
)
NOT_DIVISIBLE = declare(
    "NotDivisible",
    "{asset} cannot be divided",
    "Release it as a whole.",
    show={"asset": asset_text},
)

# -- what the libraries of the warehouse refuse --

INVALID_SHORT_STRING = declare(
    "InvalidShortString", "a stored name is damaged", "Report it: names are fixed when a contract is created."
)
STRING_TOO_LONG = declare("StringTooLong", "the name {str} is too long to be kept", "Use at most 31 bytes.")
