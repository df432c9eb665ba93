// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {IModules} from "../../../contracts/interfaces/IModules.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {AssetId, FacilityId, FinancingId, PartyId, asFinancing} from "../../../contracts/types/Ids.sol";
import {FacilityState, ROLE_FUNDER} from "../../../contracts/types/States.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Every call of a facility in every state, and by everybody who must not. Branches: FacilityStates.tree.
contract FacilityStatesTest is FacilityFixture {
    uint256 private constant OFFERED = 1 << uint8(FacilityState.Offered);
    uint256 private constant OPEN = 1 << uint8(FacilityState.Open);
    uint256 private constant CALLED = 1 << uint8(FacilityState.Called);
    uint256 private constant DEFAULTED = 1 << uint8(FacilityState.Defaulted);
    uint256 private constant DRAWN = OPEN | CALLED | DEFAULTED;

    struct Call {
        string name;
        PartyId actor;
        bytes callData;
        FacilityState expected;
        /// Bit set: allowed in that state.
        uint256 allowed;
    }

    // ----------------------------------------------------------------------------------------------------------- states

    function test_everyCallInEveryState() public {
        for (uint256 s = 0; s <= uint256(type(FacilityState).max); ++s) {
            uint256 snapshot = vm.snapshotState();
            _tryAll(FacilityState(s));
            vm.revertToState(snapshot);
        }
    }

    function _tryAll(FacilityState state) private {
        (FacilityId facility, IFacilities.Terms memory terms) = _facilityIn(state);
        AssetId other = _steel(TEN_UNITS);
        Call[] memory calls = _calls(facility, terms, other);
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            _makePossible(facility, state, bytes4(calls[i].callData));
            _try(facility, state, keyOf[calls[i].actor], calls[i]);
            vm.revertToState(snapshot);
        }
        Call memory collect = Call(
            "collect",
            supplier,
            abi.encodeCall(facilities.collect, (asFinancing(facility), other, 1)),
            FacilityState.Open,
            DRAWN
        );
        _try(facility, state, address(settlement), collect);
    }

    /// @dev Prices and clock as each call needs them, so that nothing but the state can refuse.
    function _makePossible(FacilityId facility, FacilityState state, bytes4 selector) private {
        if (selector == facilities.markFacilityDefaulted.selector) vm.warp(DUE + 2);
        if (selector == facilities.substituteAsset.selector || selector == facilities.withdrawAsset.selector) {
            if ((DRAWN >> uint8(state)) & 1 != 0) _repay(facility, 60_000);
        }
        vm.warp(block.timestamp + 1);
        _attest(stock, ATTESTED);
        if (selector == facilities.callMargin.selector) _postPrice(STEEL, 8500);
        else _postPrice(STEEL, STEEL_PRICE);
        bool enforcing = selector == facilities.takeAsset.selector || selector == facilities.offerSale.selector;
        if (enforcing && state == FacilityState.Called) {
            vm.warp(block.timestamp + CALL_PERIOD + 1);
            _postPrice(STEEL, 8500);
        }
        if (selector == facilities.takeClaim.selector && (DRAWN >> uint8(state)) & 1 != 0) {
            _fund(rival, 1000);
            vm.prank(keyOf[funder]);
            facilities.offerClaim(facility, rival, 1000, uint40(block.timestamp + 1), WHY);
        }
    }

    function _calls(FacilityId facility, IFacilities.Terms memory terms, AssetId other)
        private
        view
        returns (Call[] memory calls)
    {
        AssetId asset = terms.assets[0];
        IFacilities f = facilities;
        FacilityState open = FacilityState.Open;
        calls = new Call[](13);
        bytes memory callData = abi.encodeCall(f.withdrawFacility, (facility));
        calls[0] = Call("withdrawFacility", funder, callData, FacilityState.Offered, OFFERED);
        callData = abi.encodeCall(f.acceptFacility, (facility, terms));
        calls[1] = Call("acceptFacility", supplier, callData, FacilityState.Offered, OFFERED);
        callData = abi.encodeCall(f.addAsset, (facility, other));
        calls[2] = Call("addAsset", supplier, callData, open, DRAWN);
        callData = abi.encodeCall(f.substituteAsset, (facility, asset, other));
        calls[3] = Call("substituteAsset", supplier, callData, open, OPEN);
        callData = abi.encodeCall(f.withdrawAsset, (facility, other));
        calls[4] = Call("withdrawAsset", supplier, callData, open, OPEN);
        callData = abi.encodeCall(f.repayFacility, (facility, 1));
        calls[5] = Call("repayFacility", supplier, callData, open, DRAWN);
        callData = abi.encodeCall(f.callMargin, (facility));
        calls[6] = Call("callMargin", funder, callData, open, OPEN);
        callData = abi.encodeCall(f.liftMarginCall, (facility));
        calls[7] = Call("liftMarginCall", supplier, callData, FacilityState.Called, CALLED);
        callData = abi.encodeCall(f.markFacilityDefaulted, (facility));
        calls[8] = Call("markFacilityDefaulted", funder, callData, open, OPEN | CALLED);
        callData = abi.encodeCall(f.takeAsset, (facility, asset, 100_000));
        calls[9] = Call("takeAsset", funder, callData, open, CALLED | DEFAULTED);
        callData = abi.encodeCall(f.offerSale, (facility, asset, second, 100_000, type(uint40).max));
        calls[10] = Call("offerSale", funder, callData, open, CALLED | DEFAULTED);
        callData = abi.encodeCall(f.offerClaim, (facility, rival, 1, type(uint40).max, WHY));
        calls[11] = Call("offerClaim", funder, callData, open, DRAWN);
        callData = abi.encodeCall(f.takeClaim, (facility));
        calls[12] = Call("takeClaim", rival, callData, open, DRAWN);
    }

    function _try(FacilityId facility, FacilityState state, address caller, Call memory one) private {
        uint256 snapshot = vm.snapshotState();
        string memory name = string.concat(one.name, " in state ", vm.toString(uint256(state)));
        if ((one.allowed >> uint8(state)) & 1 != 0) {
            if (bytes4(one.callData) == facilities.withdrawAsset.selector) {
                _addAsset(facility, _assetIn(one.callData));
            }
            vm.prank(caller);
            (bool done,) = address(facilities).call(one.callData);
            vm.assertTrue(done, name);
        } else {
            _refused(caller, address(facilities), one.callData, _refusal(facility, state, one), name);
        }
        vm.revertToState(snapshot);
    }

    /// @dev The second argument of a call that names a facility and an asset.
    function _assetIn(bytes memory callData) private pure returns (AssetId asset) {
        assembly ("memory-safe") {
            asset := mload(add(callData, 0x44))
        }
    }

    function _refusal(FacilityId facility, FacilityState state, Call memory one) private pure returns (bytes memory) {
        if (state == FacilityState.None) {
            return abi.encodeWithSelector(IFacilities.FacilityUnknown.selector, facility);
        }
        // An open facility is drawn down, but nothing of it is enforceable.
        bytes4 selector = bytes4(one.callData);
        bool enforcing = selector == IFacilities.takeAsset.selector || selector == IFacilities.offerSale.selector;
        if (enforcing && state == FacilityState.Open) {
            return abi.encodeWithSelector(IFacilities.NotEnforceable.selector, facility, 0);
        }
        return abi.encodeWithSelector(IFacilities.UnexpectedFacilityState.selector, facility, state, one.expected);
    }

    // ---------------------------------------------------------------------------------------------------------- callers

    function test_everyCallOfTheFunder_refusesTheOthers() public {
        (FacilityId facility, IFacilities.Terms memory terms) = _facilityIn(FacilityState.Open);
        AssetId asset = terms.assets[0];
        _fundersOwn(facility, abi.encodeCall(facilities.callMargin, (facility)));
        _fundersOwn(facility, abi.encodeCall(facilities.markFacilityDefaulted, (facility)));
        _fundersOwn(facility, abi.encodeCall(facilities.takeAsset, (facility, asset, 1)));
        _fundersOwn(facility, abi.encodeCall(facilities.offerSale, (facility, asset, second, 1, 1)));
        _fundersOwn(facility, abi.encodeCall(facilities.offerClaim, (facility, rival, 1, 1, WHY)));
        // The bystander alone: a borrower may lift a call as well.
        _call(facility);
        _onFacilities(
            second,
            abi.encodeCall(facilities.liftMarginCall, (facility)),
            abi.encodeWithSelector(IFacilities.NotFacilityFunder.selector, facility, second)
        );
        _onFacilities(
            second,
            abi.encodeCall(facilities.takeClaim, (facility)),
            abi.encodeWithSelector(IParties.RoleMissing.selector, second, ROLE_FUNDER)
        );
    }

    function test_collect_byModulesAndOfFacilitiesAlone() public {
        (FacilityId facility, IFacilities.Terms memory terms) = _facilityIn(FacilityState.Open);
        bytes memory callData = abi.encodeCall(facilities.collect, (asFinancing(facility), terms.assets[0], 1));
        address[6] memory others = [STRANGER, ADMIN, GOVERNOR, keyOf[funder], address(financing), address(facilities)];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IModules.NotAModule.selector, others[i]);
            _refused(others[i], address(facilities), callData, refusal);
        }
        // The number of a loan is none of a facility.
        FinancingId loan = FinancingId.wrap(FacilityId.unwrap(facility));
        _refused(
            address(settlement),
            address(facilities),
            abi.encodeCall(facilities.collect, (loan, terms.assets[0], 1)),
            abi.encodeWithSelector(IFacilities.FacilityUnknown.selector, facility)
        );
    }

    // ---------------------------------------------------------------------------------------------------------- helpers

    function _fundersOwn(FacilityId facility, bytes memory callData) private {
        PartyId[3] memory others = [supplier, rival, second];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IFacilities.NotFacilityFunder.selector, facility, others[i]);
            _onFacilities(others[i], callData, refusal);
        }
    }
}
