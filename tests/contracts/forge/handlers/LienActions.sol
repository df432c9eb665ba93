// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../../contracts/interfaces/ILienRegistry.sol";
import {AssetId, FinancingId, NoteId, PartyId, assetOfLot} from "../../../../contracts/types/Ids.sol";
import {LotState, NoteState} from "../../../../contracts/types/States.sol";
import {TierTree} from "../support/TierTree.sol";
import {vm} from "../support/Vm.sol";
import {HandlerBase} from "./HandlerBase.sol";

/// @title Liens over lots: given free in part, sold, substituted, enforced, and blocked by liens that stand elsewhere
abstract contract LienActions is HandlerBase {
    bytes32 private constant WHY = keccak256("why");

    function pledge(uint256 seed) external {
        (bool found, NoteId note, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Free);
        if (!found || !_isActive(leaf.holder)) return;
        PartyId pledgee = funders[_word(seed, 3) % funders.length];
        if (pledgee == leaf.holder) return;
        // Up to twice the lot: a claim may be larger than its security.
        ILienRegistry.Pledge memory terms =
            _pledgeTerms(leaf.lot, pledgee, _between(seed, 4, 1, 2 * uint256(_length(leaf))));
        vm.prank(keyOf[leaf.holder]);
        if (blocks[note] == 0) {
            liens.pledge(terms);
            _did(Action.Pledge);
            return;
        }
        // Nothing more is pledged over a note that another lien may cover.
        (bool done,) = address(liens).call(abi.encodeCall(liens.pledge, (terms)));
        if (done) ++wrongMoves;
    }

    function release(uint256 seed) external {
        uint256 any = type(uint256).max;
        (bool found, NoteId note) = _pickNote(seed, any);
        if (!found) return;
        TierTree.Leaf memory leaf;
        (found, leaf) = _pickLeaf(seed, note, LotState.Pledged);
        if (!found) return;
        AssetId asset = assetOfLot(leaf.lot);
        PartyId pledgee = liens.lienOf(asset).pledgee;
        if (!_isActive(pledgee)) return;
        vm.prank(keyOf[pledgee]);
        liens.release(asset, WHY);
        _did(Action.Release);
    }

    function releasePart(uint256 seed) external {
        (bool found, NoteId note, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Pledged);
        if (!found || _length(leaf) < 2 || ledger.noteOf(note).segmentCount >= MOST_SEGMENTS) return;
        AssetId asset = assetOfLot(leaf.lot);
        ILienRegistry.Lien memory lien = liens.lienOf(asset);
        if (_isALoans(lien) || !_isActive(lien.pledgee)) return;
        vm.prank(keyOf[lien.pledgee]);
        liens.releasePart(asset, abi.encode(_between(seed, 3, 1, _length(leaf) - 1)), WHY);
        _did(Action.ReleasePart);
    }

    function transferPledge(uint256 seed) external {
        (bool found,, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Pledged);
        if (!found) return;
        AssetId asset = assetOfLot(leaf.lot);
        ILienRegistry.Lien memory lien = liens.lienOf(asset);
        PartyId to = lien.pledgee == funder ? rival : funder;
        if (_isALoans(lien) || to == leaf.holder || !_isActive(lien.pledgee) || !_isActive(to)) return;
        vm.prank(keyOf[lien.pledgee]);
        liens.transferPledge(_pledgeOf(asset, to, 1));
        _did(Action.TransferPledge);
    }

    /// @dev Proposed and taken: the lot is free and another one of the same holder is pledged in its place.
    function substitute(uint256 seed) external {
        (bool found,, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Pledged);
        (bool other, NoteId note, TierTree.Leaf memory replacement) = _pickMovable(_word(seed, 5), LotState.Free);
        if (!found || !other || leaf.holder != replacement.holder || blocks[note] != 0) return;
        AssetId asset = assetOfLot(leaf.lot);
        ILienRegistry.Lien memory lien = liens.lienOf(asset);
        if (_isALoans(lien) || !_isActive(lien.pledgee) || !_isActive(leaf.holder)) return;
        vm.prank(keyOf[leaf.holder]);
        liens.proposeSubstitute(asset, assetOfLot(replacement.lot));
        vm.prank(keyOf[lien.pledgee]);
        liens.acceptSubstitute(asset, _pledgeTerms(replacement.lot, lien.pledgee, 1));
        _did(Action.Substitute);
    }

    /// @dev A loan's lien too: the loan is owed all the same, and is repaid without it.
    function enforceLien(uint256 seed) external {
        (bool found, NoteId note, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Pledged);
        PartyId to = _word(seed, 3) % 2 == 0 ? funders[_word(seed, 4) % 2] : _supplier(seed, 4);
        if (!found || to == leaf.holder || !_isActive(to)) return;
        vm.prank(ARBITER);
        liens.enforceByOrder(assetOfLot(leaf.lot), to, WHY);
        _moveHeld(note, leaf.holder, to, _length(leaf));
        _did(Action.EnforceLien);
    }

    function blockNote(uint256 seed) external {
        // Seldom, or hardly anything would be pledged.
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, NoteId note) = _pickNote(seed, _bit(NoteState.Live) | _bit(NoteState.Matured));
        if (!found || blocks[note] == 2) return;
        vm.prank(EXAMINER);
        liens.blockAsset(assetOfLot(_root(note)), bytes32(++blocks[note]));
        _did(Action.BlockNote);
    }

    function resolveBlock(uint256 seed) external {
        uint256 count = ledger.noteCount();
        for (uint256 i = 0; i < count; ++i) {
            NoteId note = NoteId.wrap(uint64(1 + (_word(seed, 1) % count + i) % count));
            if (blocks[note] == 0) continue;
            bool upheld = _word(seed, 2) % 4 == 0;
            vm.prank(ARBITER);
            liens.resolveBlock(assetOfLot(_root(note)), bytes32(blocks[note]), upheld, WHY);
            if (!upheld) --blocks[note];
            _did(Action.ResolveBlock);
            return;
        }
    }

    function _isALoans(ILienRegistry.Lien memory lien) private pure returns (bool) {
        return FinancingId.unwrap(lien.financing) != 0;
    }
}
