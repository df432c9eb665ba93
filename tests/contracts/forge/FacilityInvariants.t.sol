// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {AssetId, CurrencyCode, FacilityId, FinancingId} from "../../../contracts/types/Ids.sol";
import {FacilityState, LienState} from "../../../contracts/types/States.sol";
import {FacilityBooks} from "./handlers/FacilityBooks.sol";
import {FacilityHandler} from "./handlers/FacilityHandler.sol";
import {vm} from "./support/Vm.sol";

/// @dev Whatever borrowers and funders do in whatever order, facilities, liens and cash agree with books kept beside them.
/// docs/invariants.md numbers the invariants.
contract FacilityInvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    CurrencyCode private constant CNY = CurrencyCode.wrap(156);

    FacilityHandler private _handler;
    FacilityHandler.World private _world;

    /// @dev Bits of the states that a run has seen.
    uint256 private _seen;
    mapping(uint256 action => uint256 times) private _done;
    mapping(uint256 action => uint256 times) private _refused;

    function setUp() public {
        _handler = new FacilityHandler();
        _handler.setUp();
        _world = _handler.world();
    }

    /// @dev forge asks for these two.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), _handler.selectors());
    }

    function afterInvariant() external view {
        invariant_facilitiesLiensAndCashAgree();
    }

    /// forge-config: default.invariant.runs = 32
    function invariant_facilitiesLiensAndCashAgree() public view {
        uint256 count = _handler.bookCount();
        vm.assertEq(_world.facilities.facilityCount(), count, "facilities");
        uint256 inPools;
        for (uint256 i = 1; i <= count; ++i) {
            inPools += _itsBooksAgree(i);
        }
        vm.assertEq(_itsLiensAgree(), inPools, "5: an asset stands in no pool or in two");
        _cashIsConserved();
    }

    /// @dev A facility owes what it was lent and what that bore, less what was paid; its pool is worth what it holds.
    function _itsBooksAgree(uint256 number) private view returns (uint256 assets) {
        FacilityId facility = FacilityId.wrap(uint64(number));
        (FacilityBooks.Book memory book, uint256 owed, uint256 value) = _handler.bookOf(number);
        IFacilities.FacilityView memory current = _world.facilities.facilityOf(facility);
        vm.assertEq(uint256(current.state), uint256(book.state), "state");
        vm.assertTrue(current.funder == book.funder, "funder");
        vm.assertEq(current.principalMinor, book.principal, "7: principal");
        vm.assertEq(current.interestMinor, book.interest, "7: interest");
        vm.assertEq(current.repaidMinor, book.repaid, "7: repaid");
        vm.assertEq(current.callDeadline, book.deadline, "deadline");
        IFacilities.Valuation memory valuation = _world.facilities.valuationOf(facility);
        vm.assertEq(valuation.debtMinor, owed, "7: the debt of today");
        vm.assertEq(valuation.valueMinor, value, "value");
        bool closed = current.state == FacilityState.Closed;
        if (closed) vm.assertEq(owed, 0, "closed with a debt");
        assets = _world.facilities.assetsOf(facility).length;
        if (closed || current.state == FacilityState.Offered) vm.assertEq(assets, 0, "5: assets of no debt");
        else vm.assertGt(owed, 0, "open without a debt");
    }

    /// @dev 5. Every asset carries the one lien that it should, and stands in that pool once.
    function _itsLiensAgree() private view returns (uint256 pledged) {
        FacilityBooks.Held[] memory held = _handler.allHeld();
        for (uint256 i = 0; i < held.length; ++i) {
            ILienRegistry.Lien memory lien = _world.liens.lienOf(held[i].asset);
            vm.assertEq(lien.state == LienState.Active, held[i].secures != 0, "5: pledged as it should be");
            if (held[i].secures == 0) continue;
            ++pledged;
            FacilityId facility = FacilityId.wrap(uint64(held[i].secures));
            (FacilityBooks.Book memory book,,) = _handler.bookOf(held[i].secures);
            vm.assertTrue(lien.pledgee == book.funder, "5: pledgee");
            vm.assertEq(
                uint64(FinancingId.unwrap(lien.financing)), held[i].secures | (1 << 63), "5: for which facility"
            );
            vm.assertEq(_timesIn(facility, held[i].asset), 1, "5: once in its pool");
        }
    }

    function _timesIn(FacilityId facility, AssetId asset) private view returns (uint256 times) {
        AssetId[] memory assets = _world.facilities.assetsOf(facility);
        for (uint256 i = 0; i < assets.length; ++i) {
            if (assets[i] == asset) ++times;
        }
    }

    /// @dev 7. What the bank issued is what the parties have.
    function _cashIsConserved() private view {
        uint256 sum;
        for (uint256 i = 0; i < _world.parties.length; ++i) {
            sum += _world.cash.balanceOf(_world.parties[i], CNY);
        }
        vm.assertEq(sum, _world.cash.supplyOf(CNY), "7: cash was made or lost");
    }

    // ----------------------------------------------------------------------------------------------------------- reach

    /// @dev The same actions driven by a fixed sequence: each succeeds, each that may be refused is refused too, and every state
    /// there is occurs.
    function test_handlerReachesEveryActionAndState() public {
        vm.pauseGasMetering();
        uint256 word = uint256(keccak256("walk"));
        bytes4[] memory selectors = _handler.selectors();
        for (uint256 run = 0; run < 6; ++run) {
            setUp();
            for (uint256 step = 0; step < 200; ++step) {
                word = uint256(keccak256(abi.encode(word)));
                (bool done, bytes memory answer) =
                    address(_handler).call(abi.encodeWithSelector(selectors[word % selectors.length], word));
                vm.assertTrue(done, string.concat("an action failed: ", string(answer)));
                _look();
            }
            invariant_facilitiesLiensAndCashAgree();
            _count();
        }
        for (uint256 action = 0; action < _handler.actionCount(); ++action) {
            vm.assertGt(_done[action], 0, string.concat("action never succeeded: ", vm.toString(action)));
            // The world itself, the pledgee in the registry, the debtor and the sale of a claim just happen.
            bool happens = action >= uint256(FacilityBooks.Action.SellClaim);
            if (!happens) {
                vm.assertGt(_refused[action], 0, string.concat("action never refused: ", vm.toString(action)));
            }
        }
        uint256 absent = (1 << uint256(FacilityState.None)) | (1 << uint256(FacilityState.Withdrawn));
        vm.assertEq(_seen | absent, (1 << (uint256(type(FacilityState).max) + 1)) - 1, "states of facilities");
    }

    function _look() private {
        uint256 count = _handler.bookCount();
        for (uint64 i = 1; i <= count; ++i) {
            _seen |= 1 << uint256(_world.facilities.facilityOf(FacilityId.wrap(i)).state);
        }
    }

    function _count() private {
        for (uint256 action = 0; action < _handler.actionCount(); ++action) {
            _done[action] += _handler.succeeded(FacilityBooks.Action(action));
            _refused[action] += _handler.refused(FacilityBooks.Action(action));
        }
    }
}
