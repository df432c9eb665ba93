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

/// @dev Anything that can carry a lien: `kind << 248 | reference`. Kind 1 is a lot, its reference the `LotId`.
type AssetId is uint256;

using {samePartyAs as ==, otherPartyThan as !=} for PartyId global;
using {sameCurrencyAs as ==, otherCurrencyThan as !=} for CurrencyCode global;
using {noteOf, segmentOf, indexOf} for LotId global;
using {kindOf} for AssetId global;

PartyId constant NOBODY = PartyId.wrap(0);
uint8 constant ASSET_KIND_LOT = 1;

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
