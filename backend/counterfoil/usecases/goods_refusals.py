"""Refusals of commands over goods, receipts, bills, liens and facilities, made before anything is sent."""

from __future__ import annotations

from counterfoil.domain.errors import declare

STOCK_NOT_FOUND = declare(
    "StockNotFound", "there is no stock {stock_id}", "`stock list` shows the stocks and their numbers."
)
RECEIPT_NOT_FOUND = declare(
    "ReceiptNotFound",
    "there is no receipt {receipt_id}",
    "`receipt list` shows the receipts and their numbers.",
)
BILL_NOT_FOUND = declare(
    "BillNotFound", "there is no bill of lading {bill_id}", "`bill list` shows the bills and their numbers."
)
FACILITY_NOT_FOUND = declare(
    "FacilityNotFound",
    "there is no facility {facility_id}",
    "`facility list` shows the facilities and their numbers.",
)
ASSET_REFERENCE_INVALID = declare(
    "AssetReferenceInvalid",
    "{reference!r} is no asset: {reason}",
    "Write lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER, for example receipt:3.",
)
GOOD_NOT_FOUND = declare(
    "GoodNotFound",
    "no good {reference!r} is known here",
    "Write CODE:GRADE:UNIT or CODE:GRADE:UNIT:DECIMALS as the stock was opened, for example HRC-Q235B:A:TNE.",
)
GOOD_AMBIGUOUS = declare(
    "GoodAmbiguous",
    "{reference!r} fits several goods: {goods}",
    "Write CODE:GRADE:UNIT:DECIMALS of the one that is meant.",
)
STOCK_OF_INTAKE_MISSING = declare(
    "StockOfIntakeMissing",
    "{keeper} has no stock of {good} at {site}",
    "Open it with `stock open`, and let an inspector attest it.",
)
NOT_KEEPER_OF_INTAKE = declare(
    "NotKeeperOfIntake",
    "the document names {stated} as keeper, and {actor} acts",
    "The keeper that the document names takes the goods in.",
)
TITLE_DOCUMENT_MISSING = declare(
    "TitleDocumentMissing",
    "the document behind {title} is not kept here",
    "Ask the keeper or carrier for the document with its salts.",
)
LOT_OF_RECEIPT_MISSING = declare(
    "LotOfReceiptMissing",
    "{lot!r} names no lot of receipt {receipt_id}",
    "`receipt show` lists its lots; name one by its serial, seal or place, or by its key.",
)
LOT_OF_RECEIPT_AMBIGUOUS = declare(
    "LotOfReceiptAmbiguous",
    "{lot!r} fits several lots of receipt {receipt_id}",
    "Name the lot as `receipt show` lists it, or by its key.",
)
QUANTITY_NEEDS_PART_OF_LOT = declare(
    "QuantityNeedsPartOfLot",
    "no whole lots of receipt {receipt_id} come to {quantity}",
    "Let the keeper restack: state the bay or serial number of the part that is cut off a lot.",
)
QUANTITY_NOT_BELOW_WHOLE = declare(
    "QuantityNotBelowWhole",
    "{quantity} is not less than the {whole} of receipt {receipt_id}",
    "State a part; the whole receipt is transferred or delivered without a split.",
)
SEAL_MISSING = declare(
    "SealMissing",
    "the keeper's seal on this {act} is missing",
    "Let the keeper seal it, here with --sealed-by or elsewhere into a file for --seal.",
)
SEAL_UNLIKE = declare(
    "SealUnlike",
    "{field}: the seal says {sealed}, the command says {asked}",
    "Ask the keeper to seal what is meant, or command what the keeper sealed.",
)
SEALER_NOT_KEEPER = declare(
    "SealerNotKeeper",
    "{sealer} is not the keeper of receipt {receipt_id}",
    "Only the keeper that issued the receipt seals acts over it.",
)
DELIVERY_NOT_ORDERED = declare(
    "DeliveryNotOrdered",
    "receipt {receipt_id} is {state}, and goods leave on its holder's order only",
    "Let the holder order the delivery first.",
)
PART_NOT_INSIDE = declare(
    "PartNotInside",
    "{part} is no part of {asset}: it has {whole}",
    "State less than the whole; `lien release` gives the whole asset free.",
)
TERMS_FILE_INVALID = declare(
    "FacilityTermsInvalid",
    "the terms of the facility cannot be used: {faults}",
    "Correct the fields in the file or the options; docs/guides/warehouse.md has an example.",
)
VALUE_OF_INTAKE_MISSING = declare(
    "ValueOfIntakeMissing",
    "receipt {number} states no valuation, and no value was declared",
    "State what the goods are worth: it counts against the keeper's exposure cap.",
)
AMENDMENT_CHANGES_GOODS = declare(
    "AmendmentChangesGoods",
    "{field}: the document differs from receipt {receipt_id} on the ledger",
    "An amendment changes other elements; goods change by split, merge, restacking and delivery.",
)
CURRENCY_OF_BILL_MISSING = declare(
    "CurrencyOfBillMissing",
    "a bill of lading has no currency of its own, and none was stated",
    "State the currency of the secured amount with its three letters.",
)
BLOCK_NOT_REACHED = declare(
    "BlockNotReached",
    "block {block_number} is not one of the blocks 0 to {newest}",
    "State a block that the ledger has.",
)
PIECES_TO_COUNT = declare(
    "PiecesToCount",
    "how many of the {pieces} pieces go with each part cannot be told from {lots} lots",
    "State how many pieces the part has, and then the rest.",
)
PIECES_DIFFER = declare(
    "PiecesDiffer",
    "pieces: {stated} are stated for {parts} parts of {pieces} pieces",
    "State how many pieces each part has, and then the rest; a piece that was cut counts in each.",
)
PARTS_UNCLEAR = declare(
    "PartsUnclear",
    "{quantities} quantities and {lots} lots are stated for parts of receipt {receipt_id}",
    "State quantities, one a part, or the lots of one part.",
)
DISCLOSURE_FITS_NONE = declare(
    "DisclosureFitsNone",
    "the fields do not come to the root of any receipt as it stands now",
    "Ask for a new disclosure: the file was changed, or the receipt was amended, split or merged since.",
)
