// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {LotState} from "./States.sol";

/// @title How a segment lies in storage
/// @notice A segment is the ordered children of one lot. Three lots share a storage word; the first word also
/// carries the segment's own facts, so that a two-way split costs one new word.
///
///     word 0      start 48 | count 12 | parent segment 24 | parent index 12 | lot 0 80 | lot 1 80
///     word 1..    unused 16 | lot 80 | lot 80 | lot 80
///     a lot       end 48 | holder 24 | state 8
///
/// A lot's first position is the end of the one before it plus one; the first lot starts at `start`. Positions
/// count minor units from 1. Lots are written most significant first.
/// @dev The event LotSplit carries these very words, so readers outside Solidity decode the same layout
/// (backend/counterfoil/chain/packed_lots.py).
library PackedLots {
    uint256 internal constant MAX_CHILDREN = 4095;
    uint256 internal constant MAX_SEGMENTS = type(uint24).max;
    uint256 private constant LOT_MASK = (1 << 80) - 1;

    function pack(uint256 end, uint256 holder, LotState state) internal pure returns (uint256) {
        return (end << 32) | (holder << 8) | uint256(state);
    }

    function header(uint256 start, uint256 count, uint256 parentSegment, uint256 parentIndex)
        internal
        pure
        returns (uint256)
    {
        return (start << 208) | (count << 196) | (parentSegment << 172) | (parentIndex << 160);
    }

    function startOf(uint256 word0) internal pure returns (uint256) {
        return word0 >> 208;
    }

    function countOf(uint256 word0) internal pure returns (uint256) {
        return (word0 >> 196) & 0xfff;
    }

    function parentSegmentOf(uint256 word0) internal pure returns (uint256) {
        return (word0 >> 172) & 0xffffff;
    }

    function parentIndexOf(uint256 word0) internal pure returns (uint256) {
        return (word0 >> 160) & 0xfff;
    }

    /// @dev Which word of its segment a lot lies in, and how far from the right. For segments from 1 on; the lot of
    /// segment 0 lies in the note's word, see PackedNotes.
    function place(uint256 index) internal pure returns (uint256 slot, uint256 shift) {
        // Word 0 has its header where the others have a lot, so one formula serves all. Indexes are 16 bits wide.
        unchecked {
            slot = (index + 1) / 3;
            shift = 160 - 80 * ((index + 1) % 3);
        }
    }

    function lotAt(uint256 word, uint256 shift) internal pure returns (uint256) {
        return (word >> shift) & LOT_MASK;
    }

    function withLot(uint256 word, uint256 shift, uint256 lot) internal pure returns (uint256) {
        return (word & ~(LOT_MASK << shift)) | (lot << shift);
    }

    function endOf(uint256 lot) internal pure returns (uint256) {
        return lot >> 32;
    }

    function holderOf(uint256 lot) internal pure returns (uint24) {
        return uint24(lot >> 8);
    }

    function stateOf(uint256 lot) internal pure returns (LotState) {
        return LotState(uint8(lot));
    }

    /// @dev Cheaper than stateOf where one state is asked for: no check that the byte is an enum value.
    function isIn(uint256 lot, LotState state) internal pure returns (bool) {
        return uint8(lot) == uint8(state);
    }
}
