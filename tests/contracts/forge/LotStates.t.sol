// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IEncumbrable} from "../../../contracts/interfaces/IEncumbrable.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {AssetId, LotId, assetOfLot} from "../../../contracts/types/Ids.sol";
import {LienState, LotState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Every function that asks for a state of a lot or of a lien, tried in every state. The lot's note is live unless
/// the lot is settled, so that nothing but the state of the lot can refuse.
contract LotStatesTest is NoteFixture {
    uint48 private constant AMOUNT = 900;
    bytes32 private constant TRADE = keccak256("trade");

    struct Row {
        string name;
        address caller;
        address target;
        bytes callData;
        LotState allowed;
        bool orSettled;
    }

    function test_everyMoveInEveryStateOfALot() public {
        uint256 passes;
        for (uint256 number = 0; number < 9; ++number) {
            for (uint256 s = 0; s <= uint256(type(LotState).max); ++s) {
                if (LotState(s) == LotState.Settled && (number < 6 || number == 8)) continue; // NoteStates: its note is not live.
                uint256 snapshot = vm.snapshotState();
                if (_try(number, LotState(s))) ++passes;
                vm.revertToState(snapshot);
            }
        }
        vm.assertEq(passes, 10, "moves that exist");
    }

    function test_aSettledLotDoesNotMove() public {
        LotId lot = _lotIn(LotState.Settled, AMOUNT);
        uint256[6] memory numbers = [uint256(0), 1, 2, 3, 4, 8];
        for (uint256 i = 0; i < numbers.length; ++i) {
            Row memory row = _row(numbers[i], lot);
            bytes memory expected = abi.encodeWithSelector(ILots.NoteNotTransferable.selector, lot.noteOf());
            _refused(row.caller, row.target, row.callData, expected, row.name);
        }
        bytes memory settled =
            abi.encodeWithSelector(ILots.UnexpectedLotState.selector, lot, LotState.Settled, LotState.Offered);
        _onLedger(second, abi.encodeWithSignature("reject(uint128)", lot), settled);
        _onLedger(supplier, abi.encodeCall(ledger.revoke, (lot)), settled);
    }

    function test_everyCallInEveryStateOfALien() public {
        for (uint256 s = 0; s <= uint256(type(LienState).max); ++s) {
            LienState state = LienState(s);
            uint256 snapshot = vm.snapshotState();
            AssetId asset = _lienIn(state);
            vm.assertEq(uint256(liens.lienOf(asset).state), s, "state of the lien");
            if (state != LienState.Active) _tryEnded(asset, state); // Active: Liens.t.sol and LienParts.t.sol and so on
            vm.revertToState(snapshot);
        }
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _tryEnded(AssetId asset, LienState state) private {
        bytes memory expected = abi.encodeWithSelector(ILienRegistry.LienUnknown.selector, asset);
        bytes[9] memory calls = _callsOnALien(asset);
        for (uint256 i = 0; i < calls.length; ++i) {
            address caller = i < 5 ? keyOf[funder] : i < 8 ? address(financing) : ARBITER;
            _refused(caller, address(liens), calls[i], expected, vm.toString(i));
        }
        _refused(address(settlement), address(liens), abi.encodeCall(liens.collect, (asset, 1)), expected);
        // A lien that has ended leaves room for the next one, where the lot is not history.
        if (state == LienState.Discharged || state == LienState.Divided) return;
        _pledge(ledger.holderOf(asset), _lotOf(asset), third, 1);
    }

    function _try(uint256 number, LotState state) private returns (bool passed) {
        LotId lot = _lotIn(state, AMOUNT);
        Row memory row = _row(number, lot);
        string memory why = string.concat(row.name, " in state ", vm.toString(uint256(state)));
        passed = state == row.allowed || (row.orSettled && state == LotState.Settled);
        if (!passed) {
            bytes memory expected = state == LotState.None
                ? abi.encodeWithSelector(ILots.LotUnknown.selector, lot)
                : abi.encodeWithSelector(ILots.UnexpectedLotState.selector, lot, state, row.allowed);
            _refused(row.caller, row.target, row.callData, expected, why);
            return false;
        }
        vm.prank(row.caller);
        (bool done,) = row.target.call(row.callData);
        vm.assertTrue(done, why);
    }

    function _row(uint256 number, LotId lot) private view returns (Row memory row) {
        row.caller = keyOf[supplier];
        row.target = address(ledger);
        row.allowed = LotState.Free;
        if (number == 0) {
            row.name = "split";
            row.callData = abi.encodeCall(ledger.split, (lot, _two(supplier, 1, supplier, AMOUNT - 1), TRADE));
        } else if (number == 1) {
            row.name = "assign";
            row.callData = abi.encodeCall(ledger.assign, (lot, second, TRADE));
        } else if (number == 2) {
            (row.name, row.caller) = ("encumber", address(liens));
            row.callData = abi.encodeCall(ledger.encumber, (assetOfLot(lot), supplier));
        } else if (number == 3) {
            (row.name, row.caller) = ("transferSold", address(financing));
            row.callData = abi.encodeCall(ledger.transferSold, (lot, supplier, funder));
        } else {
            _laterRow(row, number, lot);
        }
    }

    function _laterRow(Row memory row, uint256 number, LotId lot) private view {
        row.allowed = LotState.Offered;
        if (number == 4) {
            (row.name, row.caller) = ("accept", keyOf[second]);
            row.callData = abi.encodeCall(ledger.accept, (lot));
        } else if (number == 5) {
            (row.name, row.caller) = ("reject", keyOf[second]);
            row.callData = abi.encodeWithSignature("reject(uint128)", lot);
        } else if (number == 8) {
            (row.name, row.caller, row.allowed) = ("divide", address(liens), LotState.Pledged);
            row.callData = abi.encodeCall(IEncumbrable.divide, (assetOfLot(lot), 1));
        } else if (number == 6) {
            row.name = "revoke";
            row.callData = abi.encodeCall(ledger.revoke, (lot));
        } else {
            (row.name, row.caller) = ("unencumber", address(liens));
            (row.allowed, row.orSettled) = (LotState.Pledged, true);
            row.callData = abi.encodeCall(IEncumbrable.unencumber, (assetOfLot(lot)));
        }
    }

    /// @dev By the pledgee, by a module, by the arbiter.
    function _callsOnALien(AssetId asset) private view returns (bytes[9] memory calls) {
        ILienRegistry.Pledge memory agreed = _pledgeOf(asset, rival, 1);
        calls[0] = abi.encodeCall(liens.release, (asset, TRADE));
        calls[1] = abi.encodeCall(liens.releasePart, (asset, abi.encode(uint48(1)), TRADE));
        calls[2] = abi.encodeCall(liens.proposeSubstitute, (asset, AssetId.wrap(7)));
        calls[3] = abi.encodeCall(liens.acceptSubstitute, (asset, agreed));
        calls[4] = abi.encodeCall(liens.transferPledge, (agreed));
        calls[5] = abi.encodeCall(liens.discharge, (asset));
        calls[6] = abi.encodeCall(liens.reassign, (asset, rival, TRADE));
        calls[7] = abi.encodeCall(liens.enforce, (asset, rival, TRADE));
        calls[8] = abi.encodeCall(liens.enforceByOrder, (asset, rival, TRADE));
    }

    function _lienIn(LienState state) private returns (AssetId asset) {
        LotId lot = _root(_live(AMOUNT));
        asset = assetOfLot(lot);
        if (state == LienState.None) return asset;
        _pledge(supplier, lot, funder, AMOUNT);
        if (state == LienState.Released) {
            vm.prank(keyOf[funder]);
            liens.release(asset, TRADE);
        }
        if (state == LienState.Divided) {
            vm.prank(keyOf[funder]);
            liens.releasePart(asset, abi.encode(uint48(1)), TRADE);
        }
        if (state == LienState.Enforced) {
            vm.prank(ARBITER);
            liens.enforceByOrder(asset, rival, TRADE);
        }
        if (state == LienState.Discharged) {
            vm.warp(MATURITY);
            _fund(debtor, AMOUNT);
            _settleWhole(lot.noteOf(), AMOUNT);
        }
    }

    function _lotOf(AssetId asset) private pure returns (LotId) {
        return LotId.wrap(uint128(AssetId.unwrap(asset)));
    }
}
