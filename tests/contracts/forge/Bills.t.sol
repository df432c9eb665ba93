// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IBillsOfLading} from "../../../contracts/interfaces/IBillsOfLading.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IPrices} from "../../../contracts/interfaces/IPrices.sol";
import {IStocks} from "../../../contracts/interfaces/IStocks.sol";
import {BillId, NOBODY, PartyId, assetOfBill} from "../../../contracts/types/Ids.sol";
import {BillState, PartyState, ROLE_CARRIER} from "../../../contracts/types/States.sol";
import {BillFixture} from "./support/BillFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev How a bill comes about, moves and is given back. Branches: Bills.tree. Its ends: BillEnds.t.sol; courts and liens:
/// BillOrders.t.sol.
contract BillsTest is BillFixture {
    bytes32 private constant WHY = keccak256("why");

    // -------------------------------------------------------------------------------------------------------- issueBill

    function test_issueBill_theShipperHoldsIt() public {
        IBillsOfLading.BillTerms memory terms = _billTerms();
        vm.expectEmit(address(bills));
        emit IBillsOfLading.BillIssued(BillId.wrap(1), carrier, supplier, terms);
        BillId bill = _issueBill(terms);
        IBillsOfLading.BillView memory issued = bills.billOf(bill);
        vm.assertEq(BillId.unwrap(bill), 1, "the first");
        vm.assertEq(bills.billCount(), 1, "count");
        vm.assertEq(uint256(issued.state), uint256(BillState.Issued), "state");
        vm.assertTrue(issued.holder == supplier && issued.carrier == carrier, "parties");
        vm.assertTrue(issued.number == terms.number && issued.good == STEEL, "number and good");
        vm.assertEq(issued.quantity, SHIPPED, "quantity");
        vm.assertEq(issued.decimals, DECIMALS, "decimals");
        vm.assertEq(issued.sequence, 0, "sequence");
        vm.assertEq(BillId.unwrap(issued.replaces), 0, "replaces nothing");
        vm.assertFalse(issued.pledged, "pledged");
        vm.assertEq(BillId.unwrap(bills.billNumbered(terms.number)), 1, "by number");
        vm.assertEq(BillId.unwrap(bills.billNumbered(WHY)), 0, "another number");
        vm.assertTrue(bills.holderOf(assetOfBill(bill)) == supplier, "holder of the asset");
        (bytes32 good, uint64 quantity, uint8 decimals, bool sound) = bills.goodsOf(assetOfBill(bill));
        vm.assertTrue(good == STEEL && quantity == SHIPPED && decimals == DECIMALS && sound, "goods");
    }

    function test_issueBill_refusesWhoIsNoCarrier() public {
        bytes memory callData = abi.encodeCall(bills.issueBill, (_billTerms()));
        PartyId[4] memory others = [supplier, keeper, funder, priceSource];
        for (uint256 i = 0; i < others.length; ++i) {
            _onBills(
                others[i], callData, abi.encodeWithSelector(IParties.RoleMissing.selector, others[i], ROLE_CARRIER)
            );
        }
        _refused(STRANGER, address(bills), callData, _notAParty(STRANGER));
    }

    function test_issueBill_everyTermIsNeeded() public {
        IBillsOfLading.BillTerms memory terms = _billTerms();
        bytes32 number = terms.number;
        terms.number = 0;
        _notIssued(terms, abi.encodeWithSelector(IBillsOfLading.BillNumberMissing.selector));
        terms.number = number;
        terms.good = 0;
        _notIssued(terms, abi.encodeWithSelector(IPrices.GoodMissing.selector));
        terms.good = STEEL;
        terms.quantity = 0;
        _notIssued(terms, abi.encodeWithSelector(IBillsOfLading.BillQuantityZero.selector));
        terms.quantity = 1;
        terms.detailRoot = 0;
        _notIssued(terms, abi.encodeWithSelector(IBillsOfLading.BillDetailMissing.selector));
        terms.detailRoot = WHY;
        terms.decimals = 19;
        _notIssued(terms, abi.encodeWithSelector(IStocks.DecimalsInvalid.selector, 19, 18));
        terms.decimals = 18;
        _issueBill(terms);
    }

    function test_issueBill_theShipperExistsAndIsNotTheCarrier() public {
        IBillsOfLading.BillTerms memory terms = _billTerms();
        terms.shipper = carrier;
        _notIssued(terms, abi.encodeWithSelector(IBillsOfLading.CarrierAsHolder.selector, carrier));
        terms.shipper = NOBODY;
        _notIssued(terms, abi.encodeWithSelector(IParties.PartyUnknown.selector, NOBODY));
        terms.shipper = PartyId.wrap(ledger.partyCount() + 1);
        _notIssued(terms, abi.encodeWithSelector(IParties.PartyUnknown.selector, terms.shipper));
        terms.shipper = otherCarrier;
        _issueBill(terms);
    }

    function test_issueBill_aNumberServesOnceForEver() public {
        BillState[5] memory states =
            [BillState.Issued, BillState.Surrendered, BillState.Switched, BillState.Discharged, BillState.Frozen];
        for (uint256 i = 0; i < states.length; ++i) {
            BillId bill = _billIn(states[i]);
            IBillsOfLading.BillTerms memory terms = _billTerms();
            terms.number = bills.billOf(bill).number;
            bytes memory used = abi.encodeWithSelector(IBillsOfLading.BillNumberUsed.selector, terms.number, bill);
            _notIssued(terms, used);
            _onBills(otherCarrier, abi.encodeCall(bills.issueBill, (terms)), used);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- endorse

    function test_endorse_passesTheBillOn() public {
        BillId bill = _bill();
        vm.expectEmit(address(bills));
        emit IBillsOfLading.BillEndorsed(bill, second, 1, WHY);
        vm.prank(keyOf[supplier]);
        bills.endorse(bill, second, WHY);
        vm.assertTrue(_holderOfBill(bill) == second, "holder");
        vm.expectEmit(address(bills));
        emit IBillsOfLading.BillEndorsed(bill, third, 2, WHY);
        vm.prank(keyOf[second]);
        bills.endorse(bill, third, WHY);
        vm.assertTrue(_holderOfBill(bill) == third, "holder");
        vm.assertEq(bills.billOf(bill).sequence, 2, "endorsements");
    }

    function test_endorse_byItsHolderAlone() public {
        BillId bill = _bill();
        _endorse(bill, second);
        PartyId[4] memory others = [supplier, carrier, third, funder];
        for (uint256 i = 0; i < others.length; ++i) {
            _onBills(others[i], abi.encodeCall(bills.endorse, (bill, third, WHY)), _notHolder(bill, others[i]));
        }
    }

    function test_endorse_needsAGroundAndAnEndorseeThatAccepts() public {
        BillId bill = _bill();
        bytes memory refusal = abi.encodeWithSelector(IBillsOfLading.EndorsementUnfounded.selector, bill);
        _onBills(supplier, abi.encodeCall(bills.endorse, (bill, second, bytes32(0))), refusal);
        refusal = abi.encodeWithSelector(IBillsOfLading.EndorseeHoldsIt.selector, bill);
        _onBills(supplier, abi.encodeCall(bills.endorse, (bill, supplier, WHY)), refusal);
        _acceptAll(carrier);
        refusal = abi.encodeWithSelector(IBillsOfLading.CarrierAsHolder.selector, carrier);
        _onBills(supplier, abi.encodeCall(bills.endorse, (bill, carrier, WHY)), refusal);
        PartyId[3] memory closed = [debtor, NOBODY, PartyId.wrap(ledger.partyCount() + 1)];
        for (uint256 i = 0; i < closed.length; ++i) {
            _notEndorsed(bill, closed[i]);
        }
        // Acceptance of one debtor's notes is not acceptance of bills.
        vm.prank(keyOf[debtor]);
        ledger.setStandingAcceptance(carrier, true);
        _notEndorsed(bill, debtor);
        vm.prank(REGISTRAR);
        ledger.setPartyState(second, PartyState.Suspended);
        _notEndorsed(bill, second);
    }

    function test_endorse_notWhilePledgedThoughWhileBlocked() public {
        BillId bill = _bill();
        _block(assetOfBill(bill), WHY);
        _endorse(bill, second);
        vm.assertTrue(_holderOfBill(bill) == second, "a block does not keep title");
        _resolve(assetOfBill(bill), WHY, false);
        _pledgeAsset(second, assetOfBill(bill), funder, 100);
        bytes memory refusal = abi.encodeWithSelector(IBillsOfLading.BillPledged.selector, bill);
        _onBills(second, abi.encodeCall(bills.endorse, (bill, third, WHY)), refusal);
        vm.prank(keyOf[funder]);
        liens.release(assetOfBill(bill), WHY);
        _endorse(bill, third);
        vm.assertTrue(_holderOfBill(bill) == third, "free again");
    }

    // -------------------------------------------------------------------------------------------- surrender, and back

    function test_surrender_byItsHolderWithAnOrder() public {
        BillId bill = _bill();
        PartyId[3] memory others = [carrier, second, funder];
        for (uint256 i = 0; i < others.length; ++i) {
            _onBills(others[i], abi.encodeCall(bills.surrender, (bill, WHY)), _notHolder(bill, others[i]));
        }
        bytes memory refusal = abi.encodeWithSelector(IBillsOfLading.OrderMissing.selector);
        _onBills(supplier, abi.encodeCall(bills.surrender, (bill, bytes32(0))), refusal);
        vm.expectEmit(address(bills));
        emit IBillsOfLading.BillSurrendered(bill, WHY);
        vm.prank(keyOf[supplier]);
        bills.surrender(bill, WHY);
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Surrendered), "state");
    }

    function test_surrender_notWhilePledgedOrBlocked() public {
        BillId bill = _billIn(BillState.Pledged);
        bytes memory refusal = abi.encodeWithSelector(IBillsOfLading.BillPledged.selector, bill);
        _onBills(supplier, abi.encodeCall(bills.surrender, (bill, WHY)), refusal);
        bill = _bill();
        _block(assetOfBill(bill), WHY);
        refusal = abi.encodeWithSelector(IBillsOfLading.BillBlocked.selector, bill);
        _onBills(supplier, abi.encodeCall(bills.surrender, (bill, WHY)), refusal);
        _resolve(assetOfBill(bill), WHY, false);
        _surrender(bill);
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Surrendered), "state");
    }

    function test_revokeSurrender_byItsHolder() public {
        BillId bill = _billIn(BillState.Surrendered);
        _onBills(carrier, abi.encodeCall(bills.revokeSurrender, (bill)), _notHolder(bill, carrier));
        vm.expectEmit(address(bills));
        emit IBillsOfLading.SurrenderRevoked(bill);
        vm.prank(keyOf[supplier]);
        bills.revokeSurrender(bill);
        _endorse(bill, second);
        vm.assertTrue(_holderOfBill(bill) == second, "in circulation again");
    }

    // ----------------------------------------------------------------------------------------------------------- helpers

    function _notIssued(IBillsOfLading.BillTerms memory terms, bytes memory expected) private {
        uint64 count = bills.billCount();
        _onBills(carrier, abi.encodeCall(bills.issueBill, (terms)), expected);
        vm.assertEq(bills.billCount(), count, "no bill");
    }

    function _notEndorsed(BillId bill, PartyId to) private {
        bytes memory refusal = abi.encodeWithSelector(IBillsOfLading.EndorseeHasNotAccepted.selector, to);
        _onBills(supplier, abi.encodeCall(bills.endorse, (bill, to, WHY)), refusal);
    }

    function _notHolder(BillId bill, PartyId actor) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IBillsOfLading.NotBillHolder.selector, bill, actor);
    }
}
