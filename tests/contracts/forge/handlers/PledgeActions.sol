// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../../contracts/interfaces/ILienRegistry.sol";
import {IReceipts} from "../../../../contracts/interfaces/IReceipts.sol";
import {AssetId, NOBODY, PartyId, ReceiptId, assetOfReceipt} from "../../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../../contracts/types/States.sol";
import {vm} from "../support/Vm.sol";
import {HolderActions} from "./HolderActions.sol";

/// @title Liens over receipts
abstract contract PledgeActions is HolderActions {
    uint256 private constant LIVE = ISSUED | PLEDGED | RELEASED | DISPUTED | FROZEN;

    function pledge(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) =
            _pick(seed, _word(seed, 2) % 3 == 0 ? LIVE : ISSUED);
        if (!found) return;
        PartyId pledgee = _lender(seed, 3);
        bool allowed = pledgee != current.holder && _mayBePledged(receipt, current);
        bytes memory callData = abi.encodeCall(liens.pledge, (_pledgeOf(assetOfReceipt(receipt), pledgee, 1)));
        if (_tryOnLiens(Action.Pledge, current.holder, callData, allowed)) shouldBePledgedTo[receipt] = pledgee;
    }

    function release(uint256 seed) external {
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, ReceiptId receipt, PartyId pledgee) = _pickPledged(seed);
        if (!found) return;
        bytes memory callData = abi.encodeCall(liens.release, (assetOfReceipt(receipt), WHY));
        _tryOnLiens(Action.Release, pledgee, callData, true);
        (shouldBePledgedTo[receipt], shouldSecure[receipt]) = (NOBODY, 0);
    }

    function releasePart(uint256 seed) external {
        (bool found, ReceiptId receipt, PartyId pledgee) = _pickPledged(seed);
        uint256 lots = found ? lotsOf[receipt].length : 0;
        if (lots == 0 || warehouse.receiptCount() >= MOST_RECEIPTS) return;
        uint256 count = _between(seed, 2, 1, lots);
        bool allowed = count < lots && openBlocks[receipt] == 0 && _stateOf(receipt) == ReceiptState.Pledged;
        ReceiptId part = ReceiptId.wrap(warehouse.receiptCount() + 1);
        bytes memory how = _divideTerms(receipt, count);
        bytes memory callData = abi.encodeCall(liens.releasePart, (assetOfReceipt(receipt), how, WHY));
        if (!_tryOnLiens(Action.ReleasePart, pledgee, callData, allowed)) return;
        _moved(receipt, part, count);
        shouldHold[part] = shouldHold[receipt];
    }

    function substitute(uint256 seed) external {
        (bool found, ReceiptId receipt, PartyId pledgee) = _pickPledged(seed);
        (bool other, ReceiptId replacement, IReceipts.ReceiptView memory current) =
            _pick(_word(seed, 2), _word(seed, 3) % 3 == 0 ? LIVE : ISSUED);
        if (!found || !other || _isSame(receipt, replacement) || shouldSecure[receipt] != 0) return;
        AssetId asset = assetOfReceipt(receipt);
        PartyId holder = shouldHold[receipt];
        vm.prank(keyOf[holder]);
        liens.proposeSubstitute(asset, assetOfReceipt(replacement));
        ILienRegistry.Pledge memory agreed = _pledgeOf(assetOfReceipt(replacement), pledgee, 1);
        // A pledgee that a court gave the asset to would pledge to itself.
        bool allowed = current.holder == holder && holder != pledgee && _mayBePledged(replacement, current);
        bytes memory callData = abi.encodeCall(liens.acceptSubstitute, (asset, agreed));
        if (!_tryOnLiens(Action.Substitute, pledgee, callData, allowed)) return;
        (shouldBePledgedTo[receipt], shouldBePledgedTo[replacement]) = (NOBODY, pledgee);
    }

    function transferPledge(uint256 seed) external {
        (bool found, ReceiptId receipt, PartyId pledgee) = _pickPledged(seed);
        if (!found) return;
        PartyId to = _holder(seed, 2);
        bool allowed = to != pledgee && to != shouldHold[receipt] && shouldSecure[receipt] == 0;
        bytes memory callData = abi.encodeCall(liens.transferPledge, (_pledgeOf(assetOfReceipt(receipt), to, 1)));
        if (_tryOnLiens(Action.TransferPledge, pledgee, callData, allowed)) shouldBePledgedTo[receipt] = to;
    }

    function enforce(uint256 seed) external {
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, ReceiptId receipt,) = _pickPledged(seed);
        if (!found) return;
        PartyId to = _holder(seed, 2);
        bool allowed = to != shouldHold[receipt] && _stateOf(receipt) != ReceiptState.Frozen;
        bytes memory callData = abi.encodeCall(liens.enforceByOrder, (assetOfReceipt(receipt), to, WHY));
        if (!_try(Action.Enforce, ARBITER, address(liens), callData, allowed)) return;
        (shouldHold[receipt], shouldBePledgedTo[receipt], shouldSecure[receipt]) = (to, NOBODY, 0);
    }

    function blockReceipt(uint256 seed) external {
        if (_word(seed, 9) % 3 != 0) return;
        (bool found, ReceiptId receipt,) = _pick(seed, DRAFT | LIVE);
        if (!found || openBlocks[receipt] == 2) return;
        _block(assetOfReceipt(receipt), bytes32(++openBlocks[receipt]));
        _did(Action.Block);
    }

    function resolveBlock(uint256 seed) external {
        uint256 count = warehouse.receiptCount();
        for (uint256 i = 0; i < count; ++i) {
            ReceiptId receipt = ReceiptId.wrap(uint64(1 + (_word(seed, 1) % count + i) % count));
            if (openBlocks[receipt] == 0) continue;
            bool upheld = _word(seed, 2) % 4 == 0;
            _resolve(assetOfReceipt(receipt), bytes32(openBlocks[receipt]), upheld);
            if (!upheld) --openBlocks[receipt];
            _did(Action.ResolveBlock);
            return;
        }
    }

    function _tryOnLiens(Action action, PartyId actor, bytes memory callData, bool allowed) private returns (bool) {
        return _try(action, keyOf[actor], address(liens), callData, allowed);
    }

    function _lender(uint256 seed, uint256 salt) internal view returns (PartyId) {
        return _word(seed, salt) % 2 == 0 ? funder : rival;
    }

    /// @dev By the books of this handler, whatever state the receipt shows.
    function _pickPledged(uint256 seed) private view returns (bool found, ReceiptId receipt, PartyId pledgee) {
        uint256 count = warehouse.receiptCount();
        for (uint256 i = 0; i < count; ++i) {
            receipt = ReceiptId.wrap(uint64(1 + (_word(seed, 1) % count + i) % count));
            if (_isPledged(receipt)) return (true, receipt, shouldBePledgedTo[receipt]);
        }
    }
}
