// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {PartyId, CurrencyCode} from "./Ids.sol";
import {NoteState} from "./States.sol";

/// @title How a note lies in storage
/// @notice One word has all that a move of its lots asks for, and the note's undivided lot itself:
///
///     unused 32 | maturity 40 | segment count 24 | currency 16 | debtor 24 | creditor 24 | proposer 8 | state 8 | lot
/// 80
///
/// The word is the only word of segment 0 (see PackedLots), so a note costs one new word when it is proposed and none
/// when it is confirmed, and moving an undivided note reads and writes a single word.
library PackedNotes {
    uint256 private constant STATE_SHIFT = 80;
    uint256 private constant PROPOSER_SHIFT = 88;
    uint256 private constant CREDITOR_SHIFT = 96;
    uint256 private constant DEBTOR_SHIFT = 120;
    uint256 private constant CURRENCY_SHIFT = 144;
    uint256 private constant SEGMENTS_SHIFT = 160;
    uint256 private constant MATURITY_SHIFT = 184;

    function pack(
        uint256 lot,
        bool byDebtor,
        PartyId creditor,
        PartyId debtor,
        CurrencyCode currency,
        uint256 maturityAt
    ) internal pure returns (uint256) {
        return lot | (uint256(NoteState.Proposed) << STATE_SHIFT) | (uint256(byDebtor ? 1 : 0) << PROPOSER_SHIFT)
            | (uint256(PartyId.unwrap(creditor)) << CREDITOR_SHIFT) | (uint256(PartyId.unwrap(debtor)) << DEBTOR_SHIFT)
            | (uint256(CurrencyCode.unwrap(currency)) << CURRENCY_SHIFT) | (maturityAt << MATURITY_SHIFT);
    }

    /// @dev The undivided lot ends where the note does, split or not.
    function faceOf(uint256 note) internal pure returns (uint256) {
        return uint48(note >> 32);
    }

    function noteStateOf(uint256 note) internal pure returns (NoteState) {
        return NoteState(uint8(note >> STATE_SHIFT));
    }

    /// @dev Cheaper than noteStateOf on the way of every move: no check that the byte is an enum value.
    function isLive(uint256 note) internal pure returns (bool) {
        return uint8(note >> STATE_SHIFT) == uint8(NoteState.Live);
    }

    function byDebtorOf(uint256 note) internal pure returns (bool) {
        return uint8(note >> PROPOSER_SHIFT) != 0;
    }

    function creditorOf(uint256 note) internal pure returns (PartyId) {
        return PartyId.wrap(uint24(note >> CREDITOR_SHIFT));
    }

    function debtorOf(uint256 note) internal pure returns (PartyId) {
        return PartyId.wrap(uint24(note >> DEBTOR_SHIFT));
    }

    function currencyOf(uint256 note) internal pure returns (CurrencyCode) {
        return CurrencyCode.wrap(uint16(note >> CURRENCY_SHIFT));
    }

    function segmentCountOf(uint256 note) internal pure returns (uint256) {
        return uint24(note >> SEGMENTS_SHIFT);
    }

    function maturityOf(uint256 note) internal pure returns (uint256) {
        return uint40(note >> MATURITY_SHIFT);
    }

    function withState(uint256 note, NoteState state) internal pure returns (uint256) {
        return (note & ~(uint256(0xff) << STATE_SHIFT)) | (uint256(state) << STATE_SHIFT);
    }

    function withOneMoreSegment(uint256 note) internal pure returns (uint256) {
        // The caller has seen that the count is below its 24 bits.
        unchecked {
            return note + (uint256(1) << SEGMENTS_SHIFT);
        }
    }
}
