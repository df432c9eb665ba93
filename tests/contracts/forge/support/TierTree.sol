// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {ILots} from "../../../../contracts/interfaces/ILots.sol";
import {LotId, NoteId, PartyId, lotId} from "../../../../contracts/types/Ids.sol";
import {PackedLots} from "../../../../contracts/types/PackedLots.sol";
import {LotState} from "../../../../contracts/types/States.sol";

/// @title The tree of a note's segments, walked through the ledger's own views
library TierTree {
    /// @dev A lot that is not history.
    struct Leaf {
        LotId lot;
        uint24 segment;
        uint16 index;
        LotState state;
        uint48 first;
        uint48 last;
        PartyId holder;
        PartyId offeree;
    }

    struct Walk {
        ILedger ledger;
        NoteId note;
        /// @dev The first word of each segment, which says how many lots it has and under which lot it stands.
        uint256[] heads;
        uint256 count;
        Leaf[] leaves;
    }

    error SegmentWithoutLot(NoteId note, uint256 segment, uint256 index);

    /// @notice The lots that hold the note now, in order of position. None before the note is confirmed.
    function leavesOf(ILedger ledger, NoteId note) internal view returns (Leaf[] memory leaves) {
        uint256 segments = ledger.noteOf(note).segmentCount;
        if (segments == 0) return new Leaf[](0);
        Walk memory walk;
        (walk.ledger, walk.note, walk.heads) = (ledger, note, new uint256[](segments));
        uint256 most = 1;
        for (uint256 segment = 1; segment < segments; ++segment) {
            walk.heads[segment] = ledger.segmentWords(note, uint24(segment))[0];
            most += PackedLots.countOf(walk.heads[segment]);
        }
        leaves = walk.leaves = new Leaf[](most);
        _walk(walk, 0);
        uint256 count = walk.count;
        assembly ("memory-safe") {
            mstore(leaves, count)
        }
    }

    function lotsIn(ILedger ledger, NoteId note, uint256 segment) internal view returns (uint256) {
        if (segment == 0) return 1;
        return PackedLots.countOf(ledger.segmentWords(note, uint24(segment))[0]);
    }

    function _walk(Walk memory walk, uint256 segment) private view {
        uint256 lots = segment == 0 ? 1 : PackedLots.countOf(walk.heads[segment]);
        for (uint256 index = 0; index < lots; ++index) {
            LotId lot = lotId(walk.note, segment, index);
            ILots.LotView memory current = walk.ledger.lotOf(lot);
            if (current.state == LotState.Split) {
                _walk(walk, _segmentUnder(walk, segment, index));
            } else {
                walk.leaves[walk.count++] = Leaf({
                    lot: lot,
                    segment: uint24(segment),
                    index: uint16(index),
                    state: current.state,
                    first: current.first,
                    last: current.last,
                    holder: current.holder,
                    offeree: current.offeree
                });
            }
        }
    }

    function _segmentUnder(Walk memory walk, uint256 segment, uint256 index) private pure returns (uint256) {
        for (uint256 below = segment + 1; below < walk.heads.length; ++below) {
            uint256 head = walk.heads[below];
            if (PackedLots.parentSegmentOf(head) == segment && PackedLots.parentIndexOf(head) == index) return below;
        }
        revert SegmentWithoutLot(walk.note, segment, index);
    }
}
