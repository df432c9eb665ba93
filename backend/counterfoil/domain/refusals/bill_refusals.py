"""What the ledger refuses about bills of lading, in plain words; see ledger_refusals for the conventions."""

from __future__ import annotations

from counterfoil.domain.errors import declare
from counterfoil.domain.refusals.ledger_refusals import bill_state_text

BILL_UNKNOWN = declare("BillUnknown", "there is no bill of lading {bill}", "Check the number of the bill.")
BILL_NUMBER_MISSING = declare(
    "BillNumberMissing", "the bill's number is not stated", "State the number that the carrier gave the bill."
)
BILL_NUMBER_USED = declare(
    "BillNumberUsed",
    "the number of this bill of lading was used for bill {bill}",
    "A number is one bill, in every spelling and for ever: check the document.",
)
UNEXPECTED_BILL_STATE = declare(
    "UnexpectedBillState",
    "bill of lading {bill} is {current}, this needs it to be {expected}",
    "Look at the bill: another step came first, or this one is no longer possible.",
    show={"current": bill_state_text, "expected": bill_state_text},
)
NOT_BILL_HOLDER = declare(
    "NotBillHolder",
    "party {actor} does not hold bill of lading {bill}",
    "Have the holder sign with its own key.",
)
NOT_CARRIER = declare(
    "NotCarrier",
    "party {actor} is not the carrier of bill of lading {bill}",
    "Have the carrier sign with its own key.",
)
CARRIER_AS_HOLDER = declare(
    "CarrierAsHolder",
    "carrier {carrier} cannot hold a bill over goods that it carries itself",
    "Name another party.",
)
BILL_PLEDGED = declare(
    "BillPledged", "bill of lading {bill} is pledged", "Have the pledgee release it first."
)
BILL_BLOCKED = declare(
    "BillBlocked",
    "a lien registered elsewhere may cover bill of lading {bill}",
    "Wait for the arbiter's decision on the match, or clear the other lien.",
)
BILL_QUANTITY_ZERO = declare(
    "BillQuantityZero",
    "the bill names no good or no quantity",
    "State the good and how much of it is on board.",
)
BILL_DETAIL_MISSING = declare(
    "BillDetailMissing",
    "the fields of the bill are not stated",
    "State the root of the hashes of the document's fields.",
)
ENDORSEMENT_UNFOUNDED = declare(
    "EndorsementUnfounded",
    "the endorsement of bill of lading {bill} states no trade background",
    "State the sale or the contract behind it.",
)
ENDORSEE_HAS_NOT_ACCEPTED = declare(
    "EndorseeHasNotAccepted",
    "party {endorsee} has not accepted bills in advance, or is not active",
    "Ask it to accept in advance; nobody is given goods against its will.",
)
ENDORSEE_HOLDS_IT = declare(
    "EndorseeHoldsIt", "that party holds bill of lading {bill} already", "Name another party."
)
ORDER_MISSING = declare(
    "OrderMissing", "the order behind this is not stated", "State the hash of the order document."
)
SWITCH_UNLIKE = declare(
    "SwitchUnlike",
    "the new bill is not for the holder, the good and the quantity of bill of lading {bill}",
    "A switch changes the number and the wording of a bill, never its goods or its holder.",
)
RECEIPT_UNLIKE = declare(
    "ReceiptUnlike",
    "receipt {receipt} is no draft for the goods and the holder of bill of lading {bill}",
    "Have the keeper draft a receipt for the holder, over the same good and at most the same quantity.",
)
RECEIPT_HAS_BILL = declare(
    "ReceiptHasBill",
    "receipt {receipt} took the place of bill of lading {bill} already",
    "Goods that arrive on another bill need a receipt of their own.",
)
