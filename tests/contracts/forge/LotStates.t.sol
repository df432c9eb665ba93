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
        for (uint256 number = 0; number < 8; ++number) {
            for (uint256 s = 0; s <= uint256(type(LotState).max); ++s) {
                if (LotState(s) == LotState.Settled && number < 6) continue; // NoteStates: its note is not live.
                uint256 snapshot = vm.snapshotState();
                if (_try(number, LotState(s))) ++passes;
                vm.revertToState(snapshot);
            }
        }
        vm.assertEq(passes, 9, "moves that exist");
    }

    function test_aSettledLotDoesNotMove() public {
        LotId lot = _lotIn(LotState.Settled, AMOUNT);
        for (uint256 number = 0; number < 5; ++number) {
            Row memory row = _row(number, lot);
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
            AssetId asset = _lienIn(state);
            vm.assertEq(uint256(liens.lienOf(asset).state), s, "state of the lien");
            if (state == LienState.Active) continue; // Liens.t.sol
            bytes memory expected = abi.encodeWithSelector(ILienRegistry.LienUnknown.selector, asset);
            _refused(keyOf[funder], address(liens), abi.encodeCall(liens.release, (asset, TRADE)), expected);
            _refused(address(settlement), address(liens), abi.encodeCall(liens.collect, (asset, 1)), expected);
            _refused(address(financing), address(liens), abi.encodeCall(liens.discharge, (asset)), expected);
            // A lien that has ended leaves room for the next one.
            if (state != LienState.Discharged) _pledge(supplier, _lotOf(asset), rival, 1);
        }
    }

    // -------------------------------------------------------------------------------------------------------- helpers

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
        } else if (number == 6) {
            row.name = "revoke";
            row.callData = abi.encodeCall(ledger.revoke, (lot));
        } else {
            (row.name, row.caller) = ("unencumber", address(liens));
            (row.allowed, row.orSettled) = (LotState.Pledged, true);
            row.callData = abi.encodeCall(IEncumbrable.unencumber, (assetOfLot(lot)));
        }
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
