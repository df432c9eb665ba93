// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @dev Number of a legal entity on the ledger. Zero is nobody. 24 bits, so that a lot packs into 80 bits.
type PartyId is uint24;

/// @dev Number of a note. Zero is no note.
type NoteId is uint64;

/// @dev A lot of a note: `note << 40 | segment << 16 | index`. Segment 0, index 0 is the note's undivided root.
type LotId is uint128;

/// @dev ISO 4217 numeric code.
type CurrencyCode is uint16;

/// @dev Number of a financing. Zero is none.
type FinancingId is uint64;

/// @dev Number of a warehouse receipt. Zero is none.
type ReceiptId is uint64;

/// @dev Number of a stock: one keeper's goods of one kind at one site. Zero is none.
type StockId is uint32;

/// @dev Number of a bill of lading. Zero is none.
type BillId is uint64;

/// @dev Number of a facility. Zero is none. A lien names it as the financing `FACILITY | facility`.
type FacilityId is uint64;

/// @dev Anything that can carry a lien: `kind << 248 | reference`, the reference being a `LotId`, `ReceiptId` or
/// `BillId`.
type AssetId is uint256;

using {sameStockAs as ==, otherStockThan as !=} for StockId global;
using {samePartyAs as ==, otherPartyThan as !=} for PartyId global;
using {sameCurrencyAs as ==, otherCurrencyThan as !=} for CurrencyCode global;
using {noteOf, segmentOf, indexOf} for LotId global;
using {kindOf, sameAssetAs as ==, otherAssetThan as !=} for AssetId global;
using {isFacility} for FinancingId global;

PartyId constant NOBODY = PartyId.wrap(0);
uint8 constant ASSET_KIND_LOT = 1;
uint8 constant ASSET_KIND_RECEIPT = 2;
uint8 constant ASSET_KIND_BILL = 3;

/// @dev Tells a facility's number from a financing's where either may secure itself with a lien.
uint64 constant FACILITY = 1 << 63;

function samePartyAs(PartyId a, PartyId b) pure returns (bool) {
    return PartyId.unwrap(a) == PartyId.unwrap(b);
}

function otherPartyThan(PartyId a, PartyId b) pure returns (bool) {
    return PartyId.unwrap(a) != PartyId.unwrap(b);
}

function sameCurrencyAs(CurrencyCode a, CurrencyCode b) pure returns (bool) {
    return CurrencyCode.unwrap(a) == CurrencyCode.unwrap(b);
}

function otherCurrencyThan(CurrencyCode a, CurrencyCode b) pure returns (bool) {
    return CurrencyCode.unwrap(a) != CurrencyCode.unwrap(b);
}

function noteOf(LotId lot) pure returns (NoteId) {
    return NoteId.wrap(uint64(LotId.unwrap(lot) >> 40));
}

function segmentOf(LotId lot) pure returns (uint24) {
    return uint24(LotId.unwrap(lot) >> 16);
}

function indexOf(LotId lot) pure returns (uint16) {
    return uint16(LotId.unwrap(lot));
}

function lotId(NoteId note, uint256 segment, uint256 index) pure returns (LotId) {
    // The callers bound segment to 24 bits and index to 12, so nothing overlaps.
    return LotId.wrap(uint128((uint256(NoteId.unwrap(note)) << 40) | (segment << 16) | index));
}

function kindOf(AssetId asset) pure returns (uint8) {
    return uint8(AssetId.unwrap(asset) >> 248);
}

function assetOfLot(LotId lot) pure returns (AssetId) {
    return AssetId.wrap((uint256(ASSET_KIND_LOT) << 248) | LotId.unwrap(lot));
}

function lotOfAsset(AssetId asset) pure returns (LotId) {
    return LotId.wrap(uint128(AssetId.unwrap(asset)));
}

function sameAssetAs(AssetId a, AssetId b) pure returns (bool) {
    return AssetId.unwrap(a) == AssetId.unwrap(b);
}

function otherAssetThan(AssetId a, AssetId b) pure returns (bool) {
    return AssetId.unwrap(a) != AssetId.unwrap(b);
}

function assetOfReceipt(ReceiptId receipt) pure returns (AssetId) {
    return AssetId.wrap((uint256(ASSET_KIND_RECEIPT) << 248) | ReceiptId.unwrap(receipt));
}

function receiptOfAsset(AssetId asset) pure returns (ReceiptId) {
    return ReceiptId.wrap(uint64(AssetId.unwrap(asset)));
}

function assetOfBill(BillId bill) pure returns (AssetId) {
    return AssetId.wrap((uint256(ASSET_KIND_BILL) << 248) | BillId.unwrap(bill));
}

function billOfAsset(AssetId asset) pure returns (BillId) {
    return BillId.wrap(uint64(AssetId.unwrap(asset)));
}

function isFacility(FinancingId financing) pure returns (bool) {
    return FinancingId.unwrap(financing) & FACILITY != 0;
}

function asFinancing(FacilityId facility) pure returns (FinancingId) {
    return FinancingId.wrap(FACILITY | FacilityId.unwrap(facility));
}

function asFacility(FinancingId financing) pure returns (FacilityId) {
    return FacilityId.wrap(FinancingId.unwrap(financing) & ~FACILITY);
}

function sameStockAs(StockId a, StockId b) pure returns (bool) {
    return StockId.unwrap(a) == StockId.unwrap(b);
}

function otherStockThan(StockId a, StockId b) pure returns (bool) {
    return StockId.unwrap(a) != StockId.unwrap(b);
}
