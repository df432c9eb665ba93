// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {LotId, NoteId, PartyId, lotId} from "../../../contracts/types/Ids.sol";
import {PackedLots} from "../../../contracts/types/PackedLots.sol";
import {LotState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Splits of any shape are partitions, and any word of lots reads back as written.
contract FuzzSplitsTest is NoteFixture {
    function setUp() public override {
        super.setUp();
        _acceptAll(second);
    }

    function testFuzz_split_isAPartition(uint48 faceMinor, uint256 shape, uint256 seed) public {
        uint256 count = 2 + shape % 40;
        vm.assume(faceMinor >= count);
        NoteId note = _live(faceMinor);
        uint24 segment = _split(supplier, _root(note), _cut(faceMinor, count, seed));
        _isPartition(note, segment, count, 1, faceMinor);
    }

    function testFuzz_split_ofAChildStaysInsideIt(uint48 faceMinor, uint256 shape, uint256 seed) public {
        uint256 count = 2 + shape % 12;
        vm.assume(faceMinor >= 40 * count);
        NoteId note = _live(faceMinor);
        _split(supplier, _root(note), _cut(faceMinor, count, seed));
        uint16 index = uint16(seed % count);
        ILots.LotView memory child = ledger.lotOf(lotId(note, 1, index));
        uint48 length = child.last - child.first + 1;
        if (length < 3) return;
        vm.prank(keyOf[child.holder]);
        uint24 segment = ledger.split(lotId(note, 1, index), _cutFor(child.holder, length, 3), keccak256("trade"));
        _isPartition(note, segment, 3, child.first, child.last);
        for (uint16 i = 0; i < count; ++i) {
            LotState expected = i == index ? LotState.Split : LotState.Free;
            vm.assertEq(uint256(ledger.lotOf(lotId(note, 1, i)).state), uint256(expected), "neighbours");
        }
    }

    function testFuzz_split_refusesEveryOtherSum(uint48 faceMinor, uint256 shape, uint48 off, bool above) public {
        uint256 count = 2 + shape % 40;
        vm.assume(faceMinor > count && off != 0);
        ILots.Child[] memory children = _cut(faceMinor, count, shape);
        uint48 amount = children[count - 1].amountMinor;
        if (above) vm.assume(off <= MAX_MINOR - amount);
        else vm.assume(off < amount);
        children[count - 1].amountMinor = above ? amount + off : amount - off;
        LotId root = _root(_live(faceMinor));
        uint256 sum = above ? uint256(faceMinor) + off : faceMinor - off;
        _onLedger(
            supplier,
            abi.encodeCall(ledger.split, (root, children, keccak256("trade"))),
            abi.encodeWithSelector(ILots.SplitDoesNotAddUp.selector, root, faceMinor, sum)
        );
    }

    function testFuzz_packedLots_readBackAsWritten(uint48[6] memory ends, uint24[6] memory holders, uint256 states)
        public
        pure
    {
        uint256[3] memory words;
        words[0] = PackedLots.header(ends[0], 6, holders[0], uint256(holders[1]) & 0xfff);
        for (uint256 i = 0; i < 6; ++i) {
            (uint256 slot, uint256 shift) = PackedLots.place(i);
            words[slot] =
                PackedLots.withLot(words[slot], shift, PackedLots.pack(ends[i], holders[i], _state(states, i)));
        }
        vm.assertEq(PackedLots.startOf(words[0]), ends[0], "start");
        vm.assertEq(PackedLots.countOf(words[0]), 6, "count");
        vm.assertEq(PackedLots.parentSegmentOf(words[0]), holders[0], "parent segment");
        vm.assertEq(PackedLots.parentIndexOf(words[0]), uint256(holders[1]) & 0xfff, "parent index");
        for (uint256 i = 0; i < 6; ++i) {
            (uint256 slot, uint256 shift) = PackedLots.place(i);
            uint256 lot = PackedLots.lotAt(words[slot], shift);
            vm.assertEq(PackedLots.endOf(lot), ends[i], "end");
            vm.assertEq(PackedLots.holderOf(lot), holders[i], "holder");
            vm.assertEq(uint256(PackedLots.stateOf(lot)), uint256(_state(states, i)), "state");
        }
    }

    /// @dev No two lots share a place, and the last one of a segment lies in its last word.
    function testFuzz_packedLots_placesFollowOneAnother(uint256 index) public pure {
        index %= PackedLots.MAX_CHILDREN - 1;
        (uint256 slot, uint256 shift) = PackedLots.place(index);
        (uint256 nextSlot, uint256 nextShift) = PackedLots.place(index + 1);
        if (shift == 0) {
            vm.assertEq(nextSlot, slot + 1, "next word");
            vm.assertEq(nextShift, 160, "from the left");
        } else {
            vm.assertEq(nextSlot, slot, "same word");
            vm.assertEq(nextShift + 80, shift, "to the right");
        }
        if (index == 0) vm.assertEq(shift, 80, "the header is on the left of the first word");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// @dev Cuts the face into parts of any size, for two holders in any order.
    function _cut(uint48 faceMinor, uint256 count, uint256 seed) private view returns (ILots.Child[] memory children) {
        children = new ILots.Child[](count);
        uint48 left = faceMinor;
        for (uint256 i = 0; i < count; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            uint48 spare = left - uint48(count - i) + 1;
            uint48 amount = i + 1 == count ? left : 1 + uint48(word % spare);
            // Often one cent, so that the parts behind it are not all tiny.
            if (i + 1 != count && word >> 250 < 8) amount = 1;
            children[i] = _child(word >> 255 == 0 ? supplier : second, amount);
            left -= amount;
        }
    }

    function _cutFor(PartyId holder, uint48 length, uint256 count)
        private
        pure
        returns (ILots.Child[] memory children)
    {
        children = _equal(holder, count, 1);
        children[count - 1].amountMinor = length - uint48(count - 1);
    }

    function _isPartition(NoteId note, uint24 segment, uint256 count, uint256 first, uint256 last) private view {
        uint256 next = first;
        for (uint16 i = 0; i < count; ++i) {
            ILots.LotView memory lot = ledger.lotOf(lotId(note, segment, i));
            vm.assertEq(lot.first, next, "begins where the one before ends");
            vm.assertGe(lot.last, lot.first, "at least a cent");
            next = uint256(lot.last) + 1;
        }
        vm.assertEq(next, last + 1, "ends where the parent does");
        vm.assertEq(PackedLots.countOf(ledger.segmentWords(note, segment)[0]), count, "count");
    }

    function _state(uint256 states, uint256 index) private pure returns (LotState) {
        return LotState((states >> (8 * index)) % (uint256(type(LotState).max) + 1));
    }
}
