// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IModules} from "../../../../contracts/interfaces/IModules.sol";
import {IParties} from "../../../../contracts/interfaces/IParties.sol";
import {PartyId} from "../../../../contracts/types/Ids.sol";
import {PartyState} from "../../../../contracts/types/States.sol";
import {NoteFixture} from "./NoteFixture.sol";
import {vm} from "./Vm.sol";

/// @title Calls that their right caller could make, made by whoever must not
abstract contract CallerTable is NoteFixture {
    struct Call {
        string name;
        PartyId actor;
        address target;
        bytes callData;
    }

    Call[] private _calls;

    // ------------------------------------------------------------------------------------------------------- parties

    function test_everyPartyCall_refusesWhoIsNoParty() public {
        _prepareCalls();
        for (uint256 i = 0; i < _calls.length; ++i) {
            Call memory one = _calls[i];
            _refused(STRANGER, one.target, one.callData, _notAParty(STRANGER), one.name);
            _refused(ADMIN, one.target, one.callData, _notAParty(ADMIN), one.name);
            _refused(REGISTRAR, one.target, one.callData, _notAParty(REGISTRAR), one.name);
        }
    }

    function test_everyPartyCall_refusesAKeyThatWasTakenAway() public {
        _prepareCalls();
        for (uint256 i = 0; i < _calls.length; ++i) {
            Call memory one = _calls[i];
            address key = keyOf[one.actor];
            uint256 snapshot = vm.snapshotState();
            vm.prank(REGISTRAR);
            ledger.removeKey(one.actor, key);
            _refused(key, one.target, one.callData, _notAParty(key), one.name);
            vm.revertToState(snapshot);
        }
    }

    function test_everyPartyCall_refusesASuspendedParty() public {
        _prepareCalls();
        for (uint256 i = 0; i < _calls.length; ++i) {
            Call memory one = _calls[i];
            uint256 snapshot = vm.snapshotState();
            vm.prank(REGISTRAR);
            ledger.setPartyState(one.actor, PartyState.Suspended);
            bytes memory expected = abi.encodeWithSelector(IParties.PartySuspended.selector, one.actor);
            _refused(keyOf[one.actor], one.target, one.callData, expected, one.name);
            vm.revertToState(snapshot);
        }
    }

    function test_everyPartyCall_goesThroughForTheRightCaller() public {
        _prepareCalls();
        vm.assertEq(_calls.length, _callCount(), "functions in the table");
        for (uint256 i = 0; i < _calls.length; ++i) {
            Call memory one = _calls[i];
            uint256 snapshot = vm.snapshotState();
            if (_isTimed(one)) vm.warp(START + 60 days + 1);
            vm.prank(keyOf[one.actor]);
            (bool done,) = one.target.call(one.callData);
            vm.assertTrue(done, one.name);
            vm.revertToState(snapshot);
        }
    }

    /// @dev The key behind the calldata is the caller for every function, and nobody else is then.
    function test_everyPartyCall_takesTheKeyOfAnInstruction() public {
        _prepareCalls();
        for (uint256 i = 0; i < _calls.length; ++i) {
            Call memory one = _calls[i];
            bytes memory callData = _behind(one.callData, STRANGER);
            _refused(address(instructions), one.target, callData, _notAParty(STRANGER), one.name);
            uint256 snapshot = vm.snapshotState();
            if (_isTimed(one)) vm.warp(START + 60 days + 1);
            vm.prank(address(instructions));
            (bool done,) = one.target.call(_behind(one.callData, keyOf[one.actor]));
            vm.assertTrue(done, one.name);
            vm.revertToState(snapshot);
        }
    }

    function test_everyPartyCall_refusesWhoPutsAKeyBehindTheCallItself() public {
        _prepareCalls();
        for (uint256 i = 0; i < _calls.length; ++i) {
            Call memory one = _calls[i];
            bytes memory callData = _behind(one.callData, keyOf[one.actor]);
            _refused(STRANGER, one.target, callData, _notAParty(STRANGER), one.name);
            _refused(one.target, one.target, callData, _notAParty(one.target), one.name);
        }
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// @dev Fills the table with `_add`.
    function _prepareCalls() internal virtual;

    function _callCount() internal pure virtual returns (uint256);

    /// @dev Refused to everybody without the role, and let through for the one that has it.
    function _restricted(address holder, address target, bytes memory callData) internal returns (uint256) {
        address[8] memory others = [STRANGER, ADMIN, REGISTRAR, BANK, ARBITER, GOVERNOR, EXAMINER, keyOf[debtor]];
        for (uint256 i = 0; i < others.length; ++i) {
            if (others[i] == holder) continue;
            _refused(others[i], target, callData, _unauthorized(others[i]));
            _refused(others[i], target, _behind(callData, holder), _unauthorized(others[i]));
            _refused(address(instructions), target, _behind(callData, others[i]), _unauthorized(others[i]));
        }
        _passes(holder, target, callData);
        _passes(address(instructions), target, _behind(callData, holder));
        return 1;
    }

    /// @dev Refused to keys, administrators and contracts beside, and let through for a module.
    function _moduleOnly(address target, bytes memory callData) internal returns (uint256) {
        address[6] memory others = [STRANGER, ADMIN, GOVERNOR, keyOf[supplier], keyOf[debtor], target];
        for (uint256 i = 0; i < others.length; ++i) {
            _refused(others[i], target, callData, abi.encodeWithSelector(IModules.NotAModule.selector, others[i]));
        }
        // A module's right is its own: no key signs for it.
        _refused(
            address(instructions),
            target,
            _behind(callData, address(settlement)),
            abi.encodeWithSelector(IModules.NotAModule.selector, address(instructions))
        );
        _passes(address(settlement), target, callData);
        return 1;
    }

    function _passes(address caller, address target, bytes memory callData) internal {
        uint256 snapshot = vm.snapshotState();
        vm.prank(caller);
        (bool done,) = target.call(callData);
        vm.assertTrue(done, "the right caller");
        vm.revertToState(snapshot);
    }

    function _isTimed(Call memory one) private view returns (bool) {
        bytes4 selector = bytes4(one.callData);
        return selector == financing.markDefaulted.selector;
    }

    function _add(string memory name, PartyId actor, address target, bytes memory callData) internal {
        _calls.push(Call(name, actor, target, callData));
    }
}
