// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {IStocks} from "../../../contracts/interfaces/IStocks.sol";
import {CurrencyCode, PartyId, ReceiptId, StockId} from "../../../contracts/types/Ids.sol";
import {ROLE_INSPECTOR, ROLE_KEEPER, ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev From the draft to the issue. Branches: Receipts.tree. Delivery: ReceiptDelivery.t.sol. Wrong states: ReceiptStates.t.sol.
contract ReceiptsTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("why");

    // ---------------------------------------------------------------------------------------------------------- draft

    function test_draft_recordsTheReceiptAsTheKeeperWouldIssueIt() public {
        IReceipts.PhysicalLot[] memory lots = new IReceipts.PhysicalLot[](2);
        (lots[0], lots[1]) = (_physicalLot(100), _physicalLot(23));
        IReceipts.DraftTerms memory terms = _draftTerms(lots, 4567);
        ReceiptId next = ReceiptId.wrap(warehouse.receiptCount() + 1);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptDrafted(next, stock, supplier, 123, CNY, 4567, true, terms.detailRoot, lots);
        ReceiptId receipt = _draftAs(keeper, terms);
        vm.assertEq(ReceiptId.unwrap(receipt), ReceiptId.unwrap(next), "numbered without gaps");
        vm.assertEq(warehouse.receiptCount(), ReceiptId.unwrap(next), "count");
        IReceipts.ReceiptView memory found = warehouse.receiptOf(receipt);
        vm.assertEq(uint256(found.state), uint256(ReceiptState.Draft), "state");
        vm.assertEq(uint256(found.before), uint256(ReceiptState.None), "before");
        vm.assertEq(PartyId.unwrap(found.holder), PartyId.unwrap(supplier), "holder");
        vm.assertEq(PartyId.unwrap(found.keeper), PartyId.unwrap(keeper), "keeper");
        vm.assertEq(StockId.unwrap(found.stock), StockId.unwrap(stock), "stock");
        vm.assertEq(found.quantity, 123, "quantity");
        vm.assertEq(found.valueMinor, 4567, "value");
        vm.assertEq(CurrencyCode.unwrap(found.currency), CurrencyCode.unwrap(CNY), "currency");
        vm.assertEq(found.sequence, 0, "sequence");
        vm.assertFalse(found.attested, "not attested");
        vm.assertTrue(found.pledgeConsent, "consent");
        vm.assertFalse(found.pledged, "not pledged");
        _assertBacks(lots[0], receipt);
        _assertBacks(lots[1], receipt);
    }

    function test_draft_withoutConsentToPledges() public {
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, 1), 1);
        terms.pledgeConsent = false;
        vm.assertFalse(warehouse.receiptOf(_draftAs(keeper, terms)).pledgeConsent, "not given");
    }

    function test_draft_isTheKeepersOfTheStock() public {
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, 1), 1);
        PartyId[4] memory noKeepers = [supplier, inspector, funder, carrier];
        for (uint256 i = 0; i < noKeepers.length; ++i) {
            _refusesDraft(
                noKeepers[i], terms, abi.encodeWithSelector(IParties.RoleMissing.selector, noKeepers[i], ROLE_KEEPER)
            );
        }
        uint64 next = warehouse.receiptCount() + 1;
        _refusesDraft(otherKeeper, terms, abi.encodeWithSelector(IReceipts.NotKeeper.selector, next, otherKeeper));
        StockId[2] memory unknown = [StockId.wrap(0), StockId.wrap(warehouse.stockCount() + 1)];
        for (uint256 i = 0; i < unknown.length; ++i) {
            terms.stock = unknown[i];
            _refusesDraft(keeper, terms, abi.encodeWithSelector(IStocks.StockUnknown.selector, unknown[i]));
        }
    }

    function test_draft_forADepositorThatExistsAndIsNotTheKeeper() public {
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, 1), 1);
        terms.depositor = keeper;
        _refusesDraft(keeper, terms, abi.encodeWithSelector(IReceipts.KeeperAsHolder.selector, keeper));
        PartyId[2] memory unknown = [PartyId.wrap(0), PartyId.wrap(ledger.partyCount() + 1)];
        for (uint256 i = 0; i < unknown.length; ++i) {
            terms.depositor = unknown[i];
            _refusesDraft(keeper, terms, abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown[i]));
        }
        // Another keeper may deposit like everybody.
        terms.depositor = otherKeeper;
        _draftAs(keeper, terms);
    }

    function test_draft_refusesWhatIsNotStated() public {
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(2, 5), 1);
        terms.detailRoot = 0;
        _refusesDraft(keeper, terms, abi.encodeWithSelector(IReceipts.DetailRootMissing.selector));
        terms = _draftTerms(_physicalLots(2, 5), 0);
        _refusesDraft(keeper, terms, abi.encodeWithSelector(IReceipts.ValueMissing.selector));
        terms = _draftTerms(new IReceipts.PhysicalLot[](0), 1);
        _refusesDraft(keeper, terms, abi.encodeWithSelector(IReceipts.LotsMissing.selector));
        terms = _draftTerms(_physicalLots(2, 5), 1);
        terms.lots[1].key = 0;
        _refusesDraft(keeper, terms, abi.encodeWithSelector(IReceipts.LotKeyMissing.selector));
        terms = _draftTerms(_physicalLots(2, 5), 1);
        terms.lots[1].quantity = 0;
        _refusesDraft(keeper, terms, abi.encodeWithSelector(IReceipts.LotQuantityZero.selector, terms.lots[1].key));
    }

    function test_draft_ofAtMost256Lots() public {
        ReceiptId receipt = _drafted(256, 1);
        vm.assertEq(warehouse.receiptOf(receipt).quantity, 256, "all of them");
        _refusesDraft(
            keeper,
            _draftTerms(_physicalLots(257, 1), 1),
            abi.encodeWithSelector(IReceipts.TooManyLots.selector, 257, 256)
        );
    }

    function test_draft_ofAtMost64BitsOfQuantity() public {
        IReceipts.PhysicalLot[] memory lots = new IReceipts.PhysicalLot[](2);
        (lots[0], lots[1]) = (_physicalLot(type(uint64).max), _physicalLot(1));
        uint256 sum = uint256(type(uint64).max) + 1;
        bytes memory tooLarge = abi.encodeWithSelector(IReceipts.QuantityTooLarge.selector, sum);
        _refusesDraft(keeper, _draftTerms(lots, 1), tooLarge);
        lots[0].quantity -= 1;
        ReceiptId receipt = _draftAs(keeper, _draftTerms(lots, type(uint48).max));
        vm.assertEq(warehouse.receiptOf(receipt).quantity, type(uint64).max, "the largest quantity");
        vm.assertEq(warehouse.receiptOf(receipt).valueMinor, type(uint48).max, "the largest value");
        // 256 of the largest do not wrap round to a small one.
        lots = _physicalLots(256, type(uint64).max);
        tooLarge = abi.encodeWithSelector(IReceipts.QuantityTooLarge.selector, 256 * uint256(type(uint64).max));
        _refusesDraft(keeper, _draftTerms(lots, 1), tooLarge);
    }

    // ---------------------------------------------------------------------------------------------------- attestReceipt

    function test_attestReceipt_marksTheDraft() public {
        ReceiptId receipt = _drafted(1, 5);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptAttested(receipt, otherInspector, WHY);
        vm.prank(keyOf[otherInspector]);
        warehouse.attestReceipt(receipt, WHY);
        IReceipts.ReceiptView memory found = warehouse.receiptOf(receipt);
        vm.assertTrue(found.attested, "attested");
        vm.assertTrue(found.pledgeConsent, "the consent stays");
        vm.assertEq(uint256(found.state), uint256(ReceiptState.Draft), "still a draft");
        vm.assertEq(found.sequence, 0, "no seal yet");
    }

    function test_attestReceipt_byAnInspectorThatIsNotTheKeeper() public {
        ReceiptId receipt = _drafted(1, 5);
        PartyId[4] memory others = [keeper, supplier, funder, carrier];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory missing = abi.encodeWithSelector(IParties.RoleMissing.selector, others[i], ROLE_INSPECTOR);
            _refusesAttestation(others[i], receipt, WHY, missing);
        }
        vm.prank(REGISTRAR);
        ledger.setPartyRoles(keeper, ROLE_KEEPER | ROLE_INSPECTOR);
        _refusesAttestation(keeper, receipt, WHY, abi.encodeWithSelector(IStocks.InspectorIsKeeper.selector, keeper));
        // Nor whoever deposits the goods.
        vm.prank(REGISTRAR);
        ledger.setPartyRoles(supplier, ROLE_INSPECTOR);
        _refusesAttestation(
            supplier, receipt, WHY, abi.encodeWithSelector(IReceipts.InspectorIsDepositor.selector, supplier)
        );
        _refusesAttestation(inspector, receipt, 0, abi.encodeWithSelector(IStocks.EvidenceMissing.selector));
        ReceiptId[2] memory unknown = [ReceiptId.wrap(0), ReceiptId.wrap(warehouse.receiptCount() + 1)];
        for (uint256 i = 0; i < unknown.length; ++i) {
            _refusesAttestation(
                inspector, unknown[i], WHY, abi.encodeWithSelector(IReceipts.ReceiptUnknown.selector, unknown[i])
            );
        }
    }

    // ------------------------------------------------------------------------------------------------------------ issue

    function test_issue_givesTheDepositorTitle() public {
        ReceiptId receipt = _draftAs(keeper, _draftTerms(_physicalLots(2, 50), 777));
        _attestReceipt(receipt);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptIssued(receipt);
        vm.prank(keyOf[keeper]);
        warehouse.issue(receipt);
        IReceipts.ReceiptView memory found = warehouse.receiptOf(receipt);
        vm.assertEq(uint256(found.state), uint256(ReceiptState.Issued), "state");
        vm.assertEq(PartyId.unwrap(found.holder), PartyId.unwrap(supplier), "holder");
        vm.assertEq(warehouse.stockOf(stock).receipted, 100, "receipted");
        vm.assertEq(_exposure(keeper), 777, "exposure");
    }

    /// @dev The attestation of the draft ages too: from the beginning of its UTC day on, by the age that counts now.
    function test_issue_wantsAFreshAttestation() public {
        ReceiptId receipt = _drafted(1, 5);
        _attestReceipt(receipt);
        uint256 day = (uint256(START) / 1 days) * 1 days;
        uint256 freshUntil = day + ATTESTATION_AGE;
        vm.warp(START + 20 days);
        _attest(stock, ATTESTED);
        vm.warp(freshUntil + 1);
        bytes memory callData = abi.encodeCall(warehouse.issue, (receipt));
        bytes memory stale =
            abi.encodeWithSelector(IReceipts.ReceiptAttestationStale.selector, receipt, freshUntil, freshUntil + 1);
        _onWarehouse(keeper, callData, stale);
        uint256 snapshot = vm.snapshotState();
        vm.warp(freshUntil);
        vm.prank(keyOf[keeper]);
        warehouse.issue(receipt);
        vm.revertToState(snapshot);
        // A longer age counts at once, and so does a new look at the goods.
        vm.prank(GOVERNOR);
        warehouse.setAttestationAge(ATTESTATION_AGE + 1 days);
        vm.prank(keyOf[keeper]);
        warehouse.issue(receipt);
        vm.revertToState(snapshot);
        _attestReceipt(receipt);
        vm.prank(keyOf[keeper]);
        warehouse.issue(receipt);
        vm.assertEq(warehouse.receiptOf(receipt).sequence, 0, "seals begin at zero");
    }

    /// @dev Qingdao, a keeper without an inspector: no attestation, no receipt.
    function test_issue_wantsTheInspectorsAttestation() public {
        ReceiptId receipt = _drafted(1, 5);
        bytes memory callData = abi.encodeCall(warehouse.issue, (receipt));
        _onWarehouse(keeper, callData, abi.encodeWithSelector(IReceipts.NotAttested.selector, receipt));
    }

    function test_issue_byTheKeeper() public {
        ReceiptId receipt = _drafted(1, 5);
        _attestReceipt(receipt);
        bytes memory callData = abi.encodeCall(warehouse.issue, (receipt));
        _onWarehouse(otherKeeper, callData, abi.encodeWithSelector(IReceipts.NotKeeper.selector, receipt, otherKeeper));
        PartyId[3] memory others = [supplier, inspector, funder];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory missing = abi.encodeWithSelector(IParties.RoleMissing.selector, others[i], ROLE_KEEPER);
            _onWarehouse(others[i], callData, missing);
        }
        // Neither one that has ceased to be a keeper.
        vm.prank(REGISTRAR);
        ledger.setPartyRoles(keeper, ROLE_INSPECTOR);
        _onWarehouse(keeper, callData, abi.encodeWithSelector(IParties.RoleMissing.selector, keeper, ROLE_KEEPER));
    }

    // ----------------------------------------------------------------------------------------------------- discardDraft

    function test_discardDraft_givesItsLotsFree() public {
        ReceiptId receipt = _drafted(3, 5);
        bytes32[] memory keys = _keysOf(receipt);
        vm.expectEmit(address(warehouse));
        emit IReceipts.DraftDiscarded(receipt, keys);
        vm.prank(keyOf[keeper]);
        warehouse.discardDraft(receipt, keys);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Cancelled), "state");
        for (uint256 i = 0; i < keys.length; ++i) {
            vm.assertEq(ReceiptId.unwrap(_backs(keys[i])), 0, "backs nothing");
        }
        vm.assertEq(warehouse.stockOf(stock).receipted, 0, "receipted");
        vm.assertEq(_exposure(keeper), 0, "exposure");
    }

    function test_discardDraft_refuses() public {
        ReceiptId receipt = _drafted(3, 5);
        ReceiptId other = _drafted(1, 15);
        PartyId[3] memory others = [supplier, inspector, otherKeeper];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory callData = abi.encodeCall(warehouse.discardDraft, (receipt, _keysOf(receipt)));
            _onWarehouse(others[i], callData, abi.encodeWithSelector(IReceipts.NotKeeper.selector, receipt, others[i]));
        }
        bytes memory notAll = abi.encodeWithSelector(IReceipts.LotsDoNotAddUp.selector, receipt, 15, 10);
        _onWarehouse(keeper, abi.encodeCall(warehouse.discardDraft, (receipt, _firstKeys(receipt, 2))), notAll);
        bytes32[] memory keys = _keysOf(receipt);
        keys[2] = keys[0];
        bytes memory notIn = abi.encodeWithSelector(IReceipts.LotNotInReceipt.selector, keys[0], receipt);
        _onWarehouse(keeper, abi.encodeCall(warehouse.discardDraft, (receipt, keys)), notIn);
        keys = _keysOf(other);
        notIn = abi.encodeWithSelector(IReceipts.LotNotInReceipt.selector, keys[0], receipt);
        _onWarehouse(keeper, abi.encodeCall(warehouse.discardDraft, (receipt, keys)), notIn);
        bytes memory none = abi.encodeWithSelector(IReceipts.LotsDoNotAddUp.selector, receipt, 15, 0);
        _onWarehouse(keeper, abi.encodeCall(warehouse.discardDraft, (receipt, new bytes32[](0))), none);
    }

    // ------------------------------------------------------------------------------------------------------------ amend

    function test_amend_changesWhatIsSaidAndNothingElse() public {
        ReceiptId receipt = _pledgedReceipt(1, 5);
        IReceipts.ReceiptView memory before = warehouse.receiptOf(receipt);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptAmended(receipt, keccak256("root"), WHY);
        vm.prank(keyOf[keeper]);
        warehouse.amend(receipt, keccak256("root"), WHY);
        vm.assertEq(abi.encode(warehouse.receiptOf(receipt)), abi.encode(before), "the rest");
        _refusesAmendment(keeper, receipt, 0, WHY, abi.encodeWithSelector(IReceipts.DetailRootMissing.selector));
        _refusesAmendment(keeper, receipt, WHY, 0, abi.encodeWithSelector(IReceipts.ReasonMissing.selector));
        PartyId[3] memory others = [supplier, otherKeeper, inspector];
        for (uint256 i = 0; i < others.length; ++i) {
            _refusesAmendment(
                others[i], receipt, WHY, WHY, abi.encodeWithSelector(IReceipts.NotKeeper.selector, receipt, others[i])
            );
        }
    }

    // ------------------------------------------------------------------------------------------------- setPledgeConsent

    function test_setPledgeConsent_isTheKeepersAndKeepsTheRest() public {
        ReceiptId receipt = _issued(1, 5);
        for (uint256 i = 0; i < 4; ++i) {
            // Twice each way: stating it again changes nothing.
            bool given = i > 1;
            vm.expectEmit(address(warehouse));
            emit IReceipts.PledgeConsentSet(receipt, given);
            vm.prank(keyOf[keeper]);
            warehouse.setPledgeConsent(receipt, given);
            vm.assertEq(warehouse.receiptOf(receipt).pledgeConsent, given, "consent");
            vm.assertTrue(warehouse.receiptOf(receipt).attested, "attestation");
        }
        PartyId[3] memory others = [supplier, otherKeeper, inspector];
        for (uint256 i = 0; i < others.length; ++i) {
            _onWarehouse(
                others[i],
                abi.encodeCall(warehouse.setPledgeConsent, (receipt, true)),
                abi.encodeWithSelector(IReceipts.NotKeeper.selector, receipt, others[i])
            );
        }
    }

    function test_setPledgeConsent_ofADraft() public {
        ReceiptId receipt = _drafted(1, 5);
        vm.prank(keyOf[keeper]);
        warehouse.setPledgeConsent(receipt, false);
        vm.assertFalse(warehouse.receiptOf(receipt).attested, "still not attested");
        _issue(receipt);
        vm.assertFalse(warehouse.receiptOf(receipt).pledgeConsent, "kept by attestation and issue");
    }

    function test_lotBehind_ofAnUnknownKey() public view {
        (ReceiptId receipt, uint64 quantity) = warehouse.lotBehind(keccak256("nowhere"));
        vm.assertEq(ReceiptId.unwrap(receipt), 0, "receipt");
        vm.assertEq(quantity, 0, "quantity");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _assertBacks(IReceipts.PhysicalLot memory lot, ReceiptId expected) private view {
        (ReceiptId receipt, uint64 quantity) = warehouse.lotBehind(lot.key);
        vm.assertEq(ReceiptId.unwrap(receipt), ReceiptId.unwrap(expected), "receipt behind");
        vm.assertEq(quantity, lot.quantity, "quantity behind");
    }

    function _refusesDraft(PartyId actor, IReceipts.DraftTerms memory terms, bytes memory expected) private {
        _onWarehouse(actor, abi.encodeCall(warehouse.draft, (terms)), expected);
    }

    function _refusesAttestation(PartyId actor, ReceiptId receipt, bytes32 evidence, bytes memory expected) private {
        _onWarehouse(actor, abi.encodeCall(warehouse.attestReceipt, (receipt, evidence)), expected);
    }

    function _refusesAmendment(PartyId actor, ReceiptId receipt, bytes32 root, bytes32 reason, bytes memory expected)
        private
    {
        _onWarehouse(actor, abi.encodeCall(warehouse.amend, (receipt, root, reason)), expected);
    }
}
