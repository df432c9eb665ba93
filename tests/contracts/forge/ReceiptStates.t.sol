// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {AssetId, NOBODY, ReceiptId, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Every command on a receipt, tried in every state: by its right caller, with everything else in order, so that nothing
/// but the state can refuse. docs/states.md draws the same table.
contract ReceiptStatesTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("why");

    uint256 private constant DRAFT = 1 << uint256(ReceiptState.Draft);
    uint256 private constant ISSUED = 1 << uint256(ReceiptState.Issued);
    uint256 private constant PLEDGED = 1 << uint256(ReceiptState.Pledged);
    uint256 private constant RELEASED = 1 << uint256(ReceiptState.Released);
    uint256 private constant DISPUTED = 1 << uint256(ReceiptState.Disputed);
    uint256 private constant FROZEN = 1 << uint256(ReceiptState.Frozen);
    uint256 private constant COMMANDS = 23;

    /// @dev states: a bit each, where it goes through. expected: the state that a refusal names.
    struct Row {
        string name;
        address caller;
        address target;
        bytes callData;
        uint256 states;
        ReceiptState expected;
    }

    /// @dev An issued receipt of the same holder over the same stock, to merge with.
    ReceiptId private _other;

    function setUp() public override {
        super.setUp();
        _other = _issued(1, 10);
    }

    function test_everyCommandInEveryState() public {
        uint256 passes;
        for (uint256 number = 0; number < COMMANDS; ++number) {
            for (uint256 s = 0; s <= uint256(type(ReceiptState).max); ++s) {
                uint256 snapshot = vm.snapshotState();
                if (_try(number, ReceiptState(s))) ++passes;
                vm.revertToState(snapshot);
            }
        }
        vm.assertEq(passes, 42, "cells that go through");
    }

    /// @dev A lien that is there is there, whatever the state shows: what it forbids in Issued it forbids behind a dispute and
    /// behind a freeze, which every command but release meets before.
    function test_everyCommandOnAPledgedReceipt_behindADisputeAndAFreeze() public {
        ReceiptState[2] memory shown = [ReceiptState.Disputed, ReceiptState.Frozen];
        for (uint256 i = 0; i < 2; ++i) {
            for (uint256 number = 0; number < COMMANDS; ++number) {
                uint256 snapshot = vm.snapshotState();
                ReceiptId receipt = _receiptIn(ReceiptState.Pledged, 2, 10);
                if (shown[i] == ReceiptState.Disputed) _disputeReceipt(supplier, receipt);
                else _freeze(receipt);
                Row memory row = _row(number, receipt);
                vm.prank(row.caller);
                (bool done,) = row.target.call(row.callData);
                bool allowed = row.states >> uint256(shown[i]) & 1 != 0;
                // What ends a receipt does not end it under a lien, and what needs no lien finds one.
                if (_is(row, "cancel")) allowed = false;
                if (_is(row, "enforce")) allowed = shown[i] == ReceiptState.Disputed;
                vm.assertEq(done, allowed, string.concat(row.name, " of a pledged receipt"));
                vm.revertToState(snapshot);
            }
        }
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _try(uint256 number, ReceiptState state) private returns (bool passed) {
        ReceiptId receipt = _receiptIn(state, 2, 10);
        Row memory row = _row(number, receipt);
        string memory why = string.concat(row.name, " in state ", vm.toString(uint256(state)));
        passed = row.states >> uint256(state) & 1 != 0;
        if (!passed) {
            _refused(row.caller, row.target, row.callData, _refusal(row, receipt, state), why);
            return false;
        }
        vm.prank(row.caller);
        (bool done, bytes memory answer) = row.target.call(row.callData);
        vm.assertTrue(done, string.concat(why, ": ", string(answer)));
    }

    function _refusal(Row memory row, ReceiptId receipt, ReceiptState state) private pure returns (bytes memory) {
        AssetId asset = assetOfReceipt(receipt);
        if (_is(row, "releasePart") || _is(row, "enforce")) {
            // Without a lien there is nothing to give free or to enforce.
            return abi.encodeWithSelector(ILienRegistry.LienUnknown.selector, asset);
        }
        if (state == ReceiptState.None) return abi.encodeWithSelector(IReceipts.ReceiptUnknown.selector, receipt);
        if (state == ReceiptState.Pledged) {
            if (_is(row, "pledge")) return abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, asset);
            // Stored as issued: where that is the right state, it is the lien that refuses.
            if (row.states & ISSUED != 0) return abi.encodeWithSelector(IReceipts.ReceiptPledged.selector, receipt);
            state = ReceiptState.Issued;
        }
        return abi.encodeWithSelector(IReceipts.UnexpectedReceiptState.selector, receipt, state, row.expected);
    }

    function _row(uint256 number, ReceiptId receipt) private returns (Row memory row) {
        row.target = address(warehouse);
        row.expected = ReceiptState.Issued;
        row.states = ISSUED;
        if (number < 8) _holdersRow(row, number, receipt);
        else if (number < 15) _keepersRow(row, number, receipt);
        else if (number < 20) _arbitersRow(row, number, receipt);
        else _liensRow(row, number, receipt);
    }

    function _holdersRow(Row memory row, uint256 number, ReceiptId receipt) private {
        row.caller = keyOf[supplier];
        if (number == 0) {
            row.name = "transfer";
            row.callData =
                abi.encodeCall(warehouse.transfer, (receipt, second, WHY, _sealFor("transfer", receipt, WHY)));
        } else if (number == 1) {
            row.name = "split";
            IReceipts.Part[] memory parts = _onePart(_someKeys(receipt, 1));
            bytes32 terms = keccak256(abi.encode(parts, WHY));
            row.callData = abi.encodeCall(warehouse.split, (receipt, parts, WHY, _sealFor("split", receipt, terms)));
        } else if (number == 2) {
            row.name = "merge into it";
            row.callData = _mergeCall(receipt, _oneSource(_other));
        } else if (number == 3) {
            row.name = "merge from it";
            IReceipts.Source[] memory sources = new IReceipts.Source[](1);
            sources[0] = IReceipts.Source(receipt, _someKeys(receipt, 2));
            row.callData = _mergeCall(_other, sources);
        } else if (number == 4) {
            row.name = "orderDelivery";
            row.callData = abi.encodeCall(warehouse.orderDelivery, (receipt, WHY));
        } else if (number == 5) {
            (row.name, row.states, row.expected) = ("revokeDelivery", RELEASED, ReceiptState.Released);
            row.callData = abi.encodeCall(warehouse.revokeDelivery, (receipt));
        } else if (number == 6) {
            (row.name, row.states) = ("dispute", ISSUED | PLEDGED);
            row.callData = abi.encodeCall(warehouse.dispute, (receipt, WHY));
        } else {
            (row.name, row.states, row.expected) = ("withdrawDispute", DISPUTED, ReceiptState.Disputed);
            row.callData = abi.encodeCall(warehouse.withdrawDispute, (receipt, WHY));
        }
    }

    function _keepersRow(Row memory row, uint256 number, ReceiptId receipt) private {
        row.caller = keyOf[keeper];
        if (number == 8) {
            (row.name, row.states, row.expected) = ("attestReceipt", DRAFT, ReceiptState.Draft);
            row.caller = keyOf[inspector];
            row.callData = abi.encodeCall(warehouse.attestReceipt, (receipt, WHY));
        } else if (number == 9) {
            (row.name, row.states, row.expected) = ("issue", DRAFT, ReceiptState.Draft);
            if (_exists(receipt) && _stateOf(receipt) == ReceiptState.Draft) _attestReceipt(receipt);
            row.callData = abi.encodeCall(warehouse.issue, (receipt));
        } else if (number == 10) {
            (row.name, row.states, row.expected) = ("discardDraft", DRAFT, ReceiptState.Draft);
            row.callData = abi.encodeCall(warehouse.discardDraft, (receipt, _someKeys(receipt, 2)));
        } else if (number == 11) {
            (row.name, row.states) = ("restack", ISSUED | PLEDGED | RELEASED | DISPUTED | FROZEN);
            IReceipts.PhysicalLot[] memory added = _physicalLots(1, 10);
            row.callData = abi.encodeCall(warehouse.restack, (receipt, _someKeys(receipt, 1), added, WHY));
        } else if (number == 12) {
            (row.name, row.states) = ("amend", ISSUED | PLEDGED | RELEASED);
            row.callData = abi.encodeCall(warehouse.amend, (receipt, WHY, WHY));
        } else if (number == 13) {
            (row.name, row.states) = ("setPledgeConsent", DRAFT | ISSUED | PLEDGED);
            row.callData = abi.encodeCall(warehouse.setPledgeConsent, (receipt, true));
        } else {
            (row.name, row.states, row.expected) = ("deliver", RELEASED, ReceiptState.Released);
            row.callData = abi.encodeCall(warehouse.deliver, (receipt, _someKeys(receipt, 2), WHY));
        }
    }

    function _arbitersRow(Row memory row, uint256 number, ReceiptId receipt) private {
        row.caller = ARBITER;
        if (number == 15) {
            (row.name, row.states, row.expected) = ("closeDispute", DISPUTED, ReceiptState.Disputed);
            row.callData = abi.encodeCall(warehouse.closeDispute, (receipt, WHY));
        } else if (number == 16) {
            (row.name, row.states) = ("freeze", ISSUED | PLEDGED | RELEASED | DISPUTED);
            row.callData = abi.encodeCall(warehouse.freeze, (receipt, WHY));
        } else if (number == 17) {
            (row.name, row.states, row.expected) = ("unfreeze", FROZEN, ReceiptState.Frozen);
            row.callData = abi.encodeCall(warehouse.unfreeze, (receipt, WHY));
        } else if (number == 18) {
            (row.name, row.states) = ("forceTransfer", ISSUED | PLEDGED | RELEASED | DISPUTED | FROZEN);
            row.callData = abi.encodeCall(warehouse.forceTransfer, (receipt, second, WHY));
        } else {
            (row.name, row.states) = ("cancel", DRAFT | ISSUED | DISPUTED | FROZEN);
            row.callData = abi.encodeCall(warehouse.cancel, (receipt, _someKeys(receipt, 2), WHY));
        }
    }

    function _liensRow(Row memory row, uint256 number, ReceiptId receipt) private {
        AssetId asset = assetOfReceipt(receipt);
        row.target = address(liens);
        if (number == 20) {
            (row.name, row.caller) = ("pledge", keyOf[supplier]);
            row.callData = abi.encodeCall(liens.pledge, (_pledgeOf(asset, rival, 1)));
        } else if (number == 21) {
            (row.name, row.caller, row.states) = ("releasePart", keyOf[funder], PLEDGED);
            IReceipts.Part[] memory parts = _onePart(_someKeys(receipt, 1));
            bytes32 terms = keccak256(abi.encode(parts, WHY));
            bytes memory how = abi.encode(parts[0], WHY, _sealFor("split", receipt, terms));
            row.callData = abi.encodeCall(liens.releasePart, (asset, how, WHY));
        } else {
            (row.name, row.caller, row.states) = ("enforce", ARBITER, PLEDGED);
            row.callData = abi.encodeCall(liens.enforceByOrder, (asset, rival, WHY));
        }
    }

    // ------------------------------------------------------------------------------- also for receipts that are not there

    function _exists(ReceiptId receipt) private view returns (bool) {
        return ReceiptId.unwrap(receipt) <= warehouse.receiptCount();
    }

    function _someKeys(ReceiptId receipt, uint256 count) private returns (bytes32[] memory keys) {
        if (_exists(receipt)) return _firstKeys(receipt, count);
        keys = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            keys[i] = _hash();
        }
    }

    function _sealFor(string memory act, ReceiptId receipt, bytes32 terms)
        private
        view
        returns (IReceipts.Seal memory seal)
    {
        bool isTransfer = keccak256(bytes(act)) == keccak256("transfer");
        if (_exists(receipt)) return _seal(act, receipt, isTransfer ? second : NOBODY, terms);
        seal.deadline = uint40(block.timestamp);
    }

    function _mergeCall(ReceiptId receipt, IReceipts.Source[] memory sources) private view returns (bytes memory) {
        bytes32 terms = keccak256(abi.encode(sources, WHY));
        return abi.encodeCall(warehouse.merge, (receipt, sources, WHY, _sealFor("merge", receipt, terms)));
    }

    function _is(Row memory row, string memory name) private pure returns (bool) {
        return keccak256(bytes(row.name)) == keccak256(bytes(name));
    }
}
