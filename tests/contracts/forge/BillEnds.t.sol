// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IBillsOfLading} from "../../../contracts/interfaces/IBillsOfLading.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {BillId, PartyId, ReceiptId, StockId, assetOfBill} from "../../../contracts/types/Ids.sol";
import {BillState, ROLE_CARRIER, ReceiptState} from "../../../contracts/types/States.sol";
import {BillFixture} from "./support/BillFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev What a surrendered bill ends in, and every call in every state. Branches: BillEnds.tree.
contract BillEndsTest is BillFixture {
    bytes32 private constant WHY = keccak256("why");

    struct Call {
        string name;
        address caller;
        bytes callData;
        BillState expected;
        /// Bit set: allowed in that state.
        uint256 allowed;
    }

    // ---------------------------------------------------------------------------------------------------------- states

    function test_everyCallInEveryState() public {
        for (uint256 s = 0; s <= uint256(type(BillState).max); ++s) {
            uint256 snapshot = vm.snapshotState();
            BillState state = BillState(s);
            BillId bill = _billIn(state);
            _isSoundIn(bill, state);
            Call[] memory calls = _calls(bill);
            for (uint256 i = 0; i < calls.length; ++i) {
                _try(bill, state, calls[i]);
            }
            vm.revertToState(snapshot);
        }
    }

    /// @dev Whether it bears a debt that it secures.
    function _isSoundIn(BillId bill, BillState state) private view {
        if (state == BillState.None) return;
        (,,, bool sound) = bills.goodsOf(assetOfBill(bill));
        vm.assertEq(sound, state == BillState.Issued || state == BillState.Pledged, "sound while it circulates");
    }

    function _calls(BillId bill) private returns (Call[] memory calls) {
        IBillsOfLading.BillTerms memory terms = _billTerms();
        ReceiptId receipt = _drafted(1, SHIPPED);
        address holder = keyOf[supplier];
        uint256 issued = 1 << uint8(BillState.Issued);
        uint256 pledged = 1 << uint8(BillState.Pledged);
        uint256 back = 1 << uint8(BillState.Surrendered);
        uint256 frozen = 1 << uint8(BillState.Frozen);
        calls = new Call[](9);
        calls[0] = Call("endorse", holder, abi.encodeCall(bills.endorse, (bill, second, WHY)), BillState.Issued, issued);
        calls[1] = Call("surrender", holder, abi.encodeCall(bills.surrender, (bill, WHY)), BillState.Issued, issued);
        calls[2] = Call("revoke", holder, abi.encodeCall(bills.revokeSurrender, (bill)), BillState.Surrendered, back);
        calls[3] = Call(
            "switch", keyOf[carrier], abi.encodeCall(bills.switchBill, (bill, terms)), BillState.Surrendered, back
        );
        calls[4] = Call(
            "discharge",
            keyOf[carrier],
            abi.encodeCall(bills.dischargeBill, (bill, receipt)),
            BillState.Surrendered,
            back
        );
        calls[5] = Call(
            "freeze", ARBITER, abi.encodeCall(bills.freezeBill, (bill, WHY)), BillState.Issued, issued | pledged | back
        );
        calls[6] = Call("unfreeze", ARBITER, abi.encodeCall(bills.unfreezeBill, (bill, WHY)), BillState.Frozen, frozen);
        calls[7] = Call(
            "force",
            ARBITER,
            abi.encodeCall(bills.forceTransferBill, (bill, second, WHY)),
            BillState.Issued,
            issued | pledged | back | frozen
        );
        // Of the draft that the discharged one ended in something came yet: see reinstateBill.
        calls[8] = Call("reinstate", ARBITER, abi.encodeCall(bills.reinstateBill, (bill, WHY)), BillState.Discharged, 0);
    }

    /// @dev Tries one call and takes its effect back again. A pledged bill is stored as issued.
    function _try(BillId bill, BillState state, Call memory one) private {
        uint256 snapshot = vm.snapshotState();
        if ((one.allowed >> uint8(state)) & 1 != 0) {
            vm.prank(one.caller);
            (bool done,) = address(bills).call(one.callData);
            vm.assertTrue(done, string.concat(one.name, ": allowed in state ", vm.toString(uint256(state))));
        } else {
            bytes memory expected = state == one.expected
                ? abi.encodeWithSelector(IBillsOfLading.ReceiptUnlike.selector, bill, bills.billOf(bill).receipt)
                : _inState(bill, state, one.expected);
            if (state == BillState.None) expected = abi.encodeWithSelector(IBillsOfLading.BillUnknown.selector, bill);
            if (state == BillState.Pledged) {
                expected = one.expected == BillState.Issued
                    ? abi.encodeWithSelector(IBillsOfLading.BillPledged.selector, bill)
                    : _inState(bill, BillState.Issued, one.expected);
            }
            string memory why = string.concat(one.name, ": refused in state ", vm.toString(uint256(state)));
            _refused(one.caller, address(bills), one.callData, expected, why);
        }
        vm.revertToState(snapshot);
    }

    function test_billOf_anUnknownOne() public {
        BillId bill = BillId.wrap(7);
        vm.expectRevert(abi.encodeWithSelector(IBillsOfLading.BillUnknown.selector, bill));
        bills.billOf(bill);
    }

    // ------------------------------------------------------------------------------------------------------- switchBill

    function test_switchBill_givesTheHolderAnotherBillForTheSameGoods() public {
        BillId bill = _bill();
        _endorse(bill, second);
        _surrender(bill);
        IBillsOfLading.BillTerms memory terms = _billTerms();
        terms.shipper = second;
        vm.expectEmit(address(bills));
        emit IBillsOfLading.BillIssued(BillId.wrap(2), carrier, second, terms);
        vm.expectEmit(address(bills));
        emit IBillsOfLading.BillSwitched(bill, BillId.wrap(2));
        vm.prank(keyOf[carrier]);
        BillId replacement = bills.switchBill(bill, terms);
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Switched), "the old one");
        IBillsOfLading.BillView memory issued = bills.billOf(replacement);
        vm.assertEq(uint256(issued.state), uint256(BillState.Issued), "the new one");
        vm.assertTrue(issued.holder == second && issued.carrier == carrier, "parties");
        vm.assertEq(BillId.unwrap(issued.replaces), BillId.unwrap(bill), "replaces");
        vm.assertEq(issued.sequence, 0, "not endorsed yet");
        _endorse(replacement, third);
        vm.assertTrue(_holderOfBill(replacement) == third, "circulates");
    }

    function test_switchBill_byItsOwnCarrierStillACarrier() public {
        BillId bill = _billIn(BillState.Surrendered);
        bytes memory callData = abi.encodeCall(bills.switchBill, (bill, _billTerms()));
        _onBills(otherCarrier, callData, _notCarrier(bill, otherCarrier));
        _onBills(supplier, callData, abi.encodeWithSelector(IParties.RoleMissing.selector, supplier, ROLE_CARRIER));
        vm.prank(REGISTRAR);
        ledger.setPartyRoles(carrier, 0);
        _onBills(carrier, callData, abi.encodeWithSelector(IParties.RoleMissing.selector, carrier, ROLE_CARRIER));
    }

    function test_switchBill_forTheSameHolderGoodDecimalsAndQuantity() public {
        BillId bill = _billIn(BillState.Surrendered);
        for (uint256 i = 0; i < 5; ++i) {
            IBillsOfLading.BillTerms memory terms = _billTerms();
            if (i == 0) terms.shipper = second;
            if (i == 1) terms.good = COPPER;
            if (i == 2) terms.decimals = DECIMALS + 1;
            if (i == 3) terms.quantity = SHIPPED + 1;
            if (i == 4) terms.quantity = SHIPPED - 1;
            _notSwitched(bill, terms, abi.encodeWithSelector(IBillsOfLading.SwitchUnlike.selector, bill));
        }
    }

    function test_switchBill_asForIssueBill() public {
        BillId bill = _billIn(BillState.Surrendered);
        IBillsOfLading.BillTerms memory terms = _billTerms();
        bytes32 number = terms.number;
        terms.number = bills.billOf(bill).number;
        _notSwitched(bill, terms, abi.encodeWithSelector(IBillsOfLading.BillNumberUsed.selector, terms.number, bill));
        terms.number = 0;
        _notSwitched(bill, terms, abi.encodeWithSelector(IBillsOfLading.BillNumberMissing.selector));
        terms.number = number;
        terms.detailRoot = 0;
        _notSwitched(bill, terms, abi.encodeWithSelector(IBillsOfLading.BillDetailMissing.selector));
    }

    function test_switchBill_doesNotLeaveABlockBehind() public {
        BillId bill = _billIn(BillState.Surrendered);
        _block(assetOfBill(bill), WHY);
        _notSwitched(bill, _billTerms(), abi.encodeWithSelector(IBillsOfLading.BillBlocked.selector, bill));
    }

    // ---------------------------------------------------------------------------------------------------- dischargeBill

    function test_dischargeBill_endsInTheDraftOfItsHolder() public {
        BillId bill = _billIn(BillState.Surrendered);
        ReceiptId receipt = _drafted(2, SHIPPED / 2);
        vm.expectEmit(address(bills));
        emit IBillsOfLading.BillDischarged(bill, receipt);
        _discharge(bill, receipt);
        IBillsOfLading.BillView memory ended = bills.billOf(bill);
        vm.assertEq(uint256(ended.state), uint256(BillState.Discharged), "state");
        vm.assertEq(ReceiptId.unwrap(ended.receipt), ReceiptId.unwrap(receipt), "receipt");
        _issue(receipt);
        vm.assertTrue(_holderOf(receipt) == supplier, "title goes on in the receipt");
    }

    function test_dischargeBill_byItsCarrier() public {
        BillId bill = _billIn(BillState.Surrendered);
        ReceiptId receipt = _drafted(1, SHIPPED);
        PartyId[3] memory others = [otherCarrier, supplier, keeper];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory callData = abi.encodeCall(bills.dischargeBill, (bill, receipt));
            _onBills(others[i], callData, _notCarrier(bill, others[i]));
        }
    }

    function test_dischargeBill_intoADraftAlone() public {
        BillId bill = _billIn(BillState.Surrendered);
        for (uint256 s = 0; s <= uint256(type(ReceiptState).max); ++s) {
            if (s == uint256(ReceiptState.Draft)) continue;
            ReceiptId receipt = _receiptIn(ReceiptState(s), 1, SHIPPED);
            bytes memory refusal = s == 0
                ? abi.encodeWithSelector(IReceipts.ReceiptUnknown.selector, receipt)
                : abi.encodeWithSelector(
                    IReceipts.UnexpectedReceiptState.selector, receipt, ReceiptState(s), ReceiptState.Draft
                );
            _notDischarged(bill, receipt, refusal);
        }
    }

    function test_dischargeBill_overTheSameGoodsOfTheSameHolder() public {
        BillId bill = _billIn(BillState.Surrendered);
        _unlike(bill, _drafted(1, SHIPPED + 1));
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, SHIPPED), 1);
        terms.depositor = second;
        _unlike(bill, _draftAs(keeper, terms));
        terms = _draftTerms(_physicalLots(1, SHIPPED), 1);
        terms.stock = _openStock(keeper, SITE, COPPER);
        _unlike(bill, _draftAs(keeper, terms));
        vm.prank(keyOf[keeper]);
        StockId finer = warehouse.openStock(OTHER_SITE, STEEL, DECIMALS + 1);
        terms = _draftTerms(_physicalLots(1, SHIPPED), 1);
        terms.stock = finer;
        _unlike(bill, _draftAs(keeper, terms));
        // Less arrived than was shipped.
        _discharge(bill, _drafted(1, SHIPPED - 1));
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Discharged), "state");
    }

    function test_dischargeBill_oneBillAReceipt() public {
        BillId first = _billIn(BillState.Surrendered);
        BillId other = _billIn(BillState.Surrendered);
        ReceiptId receipt = _drafted(1, SHIPPED);
        _discharge(first, receipt);
        _notDischarged(other, receipt, abi.encodeWithSelector(IBillsOfLading.ReceiptHasBill.selector, receipt, first));
    }

    function test_dischargeBill_doesNotLeaveABlockBehind() public {
        BillId bill = _billIn(BillState.Surrendered);
        ReceiptId receipt = _drafted(1, SHIPPED);
        _block(assetOfBill(bill), WHY);
        _notDischarged(bill, receipt, abi.encodeWithSelector(IBillsOfLading.BillBlocked.selector, bill));
        _resolve(assetOfBill(bill), WHY, false);
        _discharge(bill, receipt);
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Discharged), "state");
    }

    // ----------------------------------------------------------------------------------------------------- reinstateBill

    function test_reinstateBill_whenItsDraftWasDiscarded() public {
        BillId bill = _billIn(BillState.Surrendered);
        ReceiptId receipt = _drafted(1, SHIPPED);
        _discharge(bill, receipt);
        _discard(receipt);
        vm.expectEmit(address(bills));
        emit IBillsOfLading.BillReinstated(bill, WHY);
        vm.prank(ARBITER);
        bills.reinstateBill(bill, WHY);
        IBillsOfLading.BillView memory again = bills.billOf(bill);
        vm.assertEq(uint256(again.state), uint256(BillState.Issued), "state");
        vm.assertEq(ReceiptId.unwrap(again.receipt), 0, "receipt");
        vm.assertTrue(again.holder == supplier, "holder");
        _surrender(bill);
        _discharge(bill, _drafted(1, SHIPPED));
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Discharged), "ends in another draft");
    }

    function test_reinstateBill_byTheArbiterOnAnOrderAndNotBesideALiveReceipt() public {
        BillId bill = _billIn(BillState.Surrendered);
        ReceiptId receipt = _drafted(1, SHIPPED);
        _discharge(bill, receipt);
        bytes memory callData = abi.encodeCall(bills.reinstateBill, (bill, WHY));
        bytes memory unlike = abi.encodeWithSelector(IBillsOfLading.ReceiptUnlike.selector, bill, receipt);
        _refused(ARBITER, address(bills), callData, unlike, "a draft");
        uint256 snapshot = vm.snapshotState();
        _issue(receipt);
        _refused(ARBITER, address(bills), callData, unlike, "issued");
        vm.revertToState(snapshot);
        _discard(receipt);
        address[4] memory others = [keyOf[carrier], keyOf[supplier], GOVERNOR, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            _refused(others[i], address(bills), callData, _unauthorized(others[i]));
        }
        bytes memory missing = abi.encodeWithSelector(IBillsOfLading.OrderMissing.selector);
        _refused(ARBITER, address(bills), abi.encodeCall(bills.reinstateBill, (bill, bytes32(0))), missing);
        _refused(
            ARBITER,
            address(bills),
            abi.encodeCall(bills.reinstateBill, (_bill(), WHY)),
            _inState(BillId.wrap(2), BillState.Issued, BillState.Discharged)
        );
    }

    // ----------------------------------------------------------------------------------------------------------- helpers

    function _discard(ReceiptId receipt) private {
        vm.prank(keyOf[keeper]);
        warehouse.discardDraft(receipt, _keysOf(receipt));
    }

    function _discharge(BillId bill, ReceiptId receipt) private {
        vm.prank(keyOf[carrier]);
        bills.dischargeBill(bill, receipt);
    }

    function _notDischarged(BillId bill, ReceiptId receipt, bytes memory expected) private {
        _onBills(carrier, abi.encodeCall(bills.dischargeBill, (bill, receipt)), expected);
    }

    function _unlike(BillId bill, ReceiptId receipt) private {
        _notDischarged(bill, receipt, abi.encodeWithSelector(IBillsOfLading.ReceiptUnlike.selector, bill, receipt));
    }

    function _notSwitched(BillId bill, IBillsOfLading.BillTerms memory terms, bytes memory expected) private {
        _onBills(carrier, abi.encodeCall(bills.switchBill, (bill, terms)), expected);
    }

    function _notCarrier(BillId bill, PartyId actor) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IBillsOfLading.NotCarrier.selector, bill, actor);
    }
}
