// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILots} from "../../../../contracts/interfaces/ILots.sol";
import {LotId, NOBODY, NoteId, PartyId} from "../../../../contracts/types/Ids.sol";
import {LotState, NoteState, PartyState} from "../../../../contracts/types/States.sol";
import {TierTree} from "../support/TierTree.sol";
import {vm} from "../support/Vm.sol";
import {HandlerBase} from "./HandlerBase.sol";

/// @title Lots: split, assigned, accepted, and attacked by whoever is not entitled to any of it
abstract contract LotActions is HandlerBase {
    bytes32 private constant TRADE = keccak256("trade");

    function split(uint256 seed) external {
        (bool found, NoteId note, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Free);
        if (!found || !_isActive(leaf.holder) || !_hasRoom(note)) return;
        uint48 length = _length(leaf);
        uint256 count = 2 + _upTo(seed, 3, 5);
        if (length < count) return;
        ILots.Child[] memory children = _children(seed, leaf.holder, length, count);
        vm.prank(keyOf[leaf.holder]);
        ledger.split(leaf.lot, children, TRADE);
        for (uint256 i = 0; i < count; ++i) {
            _moved(note, leaf.holder, children[i].holder, children[i].amountMinor);
        }
        _did(Action.Split);
    }

    function assign(uint256 seed) external {
        (bool found, NoteId note, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Free);
        if (!found || !_isActive(leaf.holder) || !_hasRoom(note)) return;
        PartyId to = _supplier(seed, 3);
        if (to == leaf.holder) return;
        vm.prank(keyOf[leaf.holder]);
        ledger.assign(leaf.lot, to, TRADE);
        _moved(note, leaf.holder, to, _length(leaf));
        _did(Action.Assign);
    }

    function acceptLot(uint256 seed) external {
        (bool found, NoteId note, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Offered);
        if (!found || !_isActive(leaf.offeree)) return;
        vm.prank(keyOf[leaf.offeree]);
        ledger.accept(leaf.lot);
        _moveHeld(note, leaf.holder, leaf.offeree, _length(leaf));
        _did(Action.AcceptLot);
    }

    function rejectLot(uint256 seed) external {
        (bool found, TierTree.Leaf memory leaf) = _pickOffer(seed);
        if (!found || !_isActive(leaf.offeree)) return;
        vm.prank(keyOf[leaf.offeree]);
        ledger.reject(leaf.lot);
        _did(Action.RejectLot);
    }

    function revokeLot(uint256 seed) external {
        (bool found, TierTree.Leaf memory leaf) = _pickOffer(seed);
        if (!found || !_isActive(leaf.holder)) return;
        vm.prank(keyOf[leaf.holder]);
        ledger.revoke(leaf.lot);
        _did(Action.RevokeLot);
    }

    function acknowledge(uint256 seed) external {
        (bool found,, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Free);
        if (!found) return;
        vm.prank(keyOf[debtor]);
        ledger.acknowledge(leaf.lot);
        _did(Action.Acknowledge);
    }

    function setAccepting(uint256 seed) external {
        PartyId party = _word(seed, 1) % 4 == 0 ? funder : _supplier(seed, 2);
        if (!_isActive(party)) return;
        vm.prank(keyOf[party]);
        ledger.setStandingAcceptance(_word(seed, 3) % 2 == 0 ? NOBODY : debtor, _word(seed, 4) % 2 == 0);
        _did(Action.Accepting);
    }

    function suspend(uint256 seed) external {
        PartyId party = _word(seed, 1) % 2 == 0 ? third : rival;
        PartyState state = _word(seed, 2) % 3 == 0 ? PartyState.Suspended : PartyState.Active;
        vm.prank(REGISTRAR);
        ledger.setPartyState(party, state);
        if (state == PartyState.Suspended) _did(Action.Suspend);
    }

    /// @dev Somebody who is not entitled tries to move a lot. Nothing may come of it.
    function attack(uint256 seed) external {
        (bool found, NoteId note) = _pickNote(seed, ~_bit(NoteState.None));
        if (!found || ledger.noteOf(note).segmentCount == 0) return;
        TierTree.Leaf[] memory leaves = TierTree.leavesOf(ledger, note);
        TierTree.Leaf memory leaf = leaves[_word(seed, 2) % leaves.length];
        PartyId[6] memory all = [debtor, supplier, second, third, funder, rival];
        PartyId actor = all[_word(seed, 3) % 6];
        uint256 kind = _word(seed, 4) % 6;
        PartyId entitled = kind < 3 || kind == 5 ? leaf.holder : leaf.offeree;
        if (actor == entitled) return;
        vm.prank(keyOf[actor]);
        (bool done,) = (kind == 2 ? address(liens) : address(ledger)).call(_attempt(kind, actor, leaf));
        if (done) ++wrongMoves;
        _did(Action.Attack);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _attempt(uint256 kind, PartyId actor, TierTree.Leaf memory leaf) private view returns (bytes memory) {
        LotId lot = leaf.lot;
        if (kind == 0) {
            uint48 length = _length(leaf);
            return abi.encodeCall(ledger.split, (lot, _two(actor, length / 2, actor, length - length / 2), TRADE));
        }
        if (kind == 1) return abi.encodeCall(ledger.assign, (lot, actor == second ? third : second, TRADE));
        if (kind == 2) return abi.encodeCall(liens.pledge, (_pledgeTerms(lot, actor == funder ? rival : funder, 1)));
        if (kind == 3) return abi.encodeCall(ledger.accept, (lot));
        if (kind == 4) return abi.encodeWithSignature("reject(uint128)", lot);
        return abi.encodeCall(ledger.revoke, (lot));
    }

    function _pickOffer(uint256 seed) private view returns (bool found, TierTree.Leaf memory leaf) {
        if (_word(seed, 9) % 2 != 0) return (false, leaf);
        NoteId note;
        (found, note) = _pickNote(seed, _bit(NoteState.Live) | _bit(NoteState.Matured) | _bit(NoteState.Overdue));
        if (found) (found, leaf) = _pickLeaf(seed, note, LotState.Offered);
    }

    function _hasRoom(NoteId note) private view returns (bool) {
        return ledger.noteOf(note).segmentCount < MOST_SEGMENTS;
    }

    function _moved(NoteId note, PartyId from, PartyId to, uint256 minor) private {
        if (ledger.acceptsInAdvance(to, debtor)) _moveHeld(note, from, to, minor);
    }

    function _children(uint256 seed, PartyId holder, uint48 length, uint256 count)
        private
        view
        returns (ILots.Child[] memory children)
    {
        children = _equal(holder, count, 1);
        uint256 left = length - count;
        for (uint256 i = 0; i < count; ++i) {
            uint256 extra = i + 1 == count ? left : _upTo(seed, 10 + i, left);
            children[i].amountMinor += uint48(extra);
            left -= extra;
            if (_word(seed, 20 + i) % 3 != 0) children[i].holder = _supplier(seed, 30 + i);
        }
    }
}
