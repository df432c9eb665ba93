// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {NOBODY, PartyId, ReceiptId, StockId, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Split, merge, restack. Branches: ReceiptShape.tree. Any quantities and values: FuzzReceipts.t.sol.
contract ReceiptShapeTest is GoodsFixture {
    bytes32 private constant ROOT = keccak256("root");
    bytes32 private constant WHY = keccak256("why");

    // ----------------------------------------------------------------------------------------------------------- split

    function test_split_cutsPartsOffInTheirOrder() public {
        ReceiptId receipt = _draftAs(keeper, _draftTerms(_physicalLots(4, 25), 1000));
        _issue(receipt);
        bytes32[] memory keys = _keysOf(receipt);
        IReceipts.Part[] memory parts = new IReceipts.Part[](2);
        parts[0] = IReceipts.Part(keccak256("first"), _oneKey(keys[3]));
        parts[1] = IReceipts.Part(keccak256("second"), _firstKeys(receipt, 2));
        uint64 count = warehouse.receiptCount();
        (ReceiptId first, ReceiptId next) = (ReceiptId.wrap(count + 1), ReceiptId.wrap(count + 2));
        IReceipts.Seal memory seal = _splitSeal(receipt, parts, ROOT);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptSplit(receipt, first, 25, 250, keccak256("first"), ROOT, parts[0].lots);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptSplit(receipt, next, 50, 500, keccak256("second"), ROOT, parts[1].lots);
        vm.prank(keyOf[supplier]);
        vm.assertEq(
            ReceiptId.unwrap(warehouse.split(receipt, parts, ROOT, seal)), ReceiptId.unwrap(first), "the first part"
        );
        _assertShape(receipt, 25, 250, 2);
        _assertShape(first, 25, 250, 0);
        _assertShape(next, 50, 500, 0);
        uint64[4] memory behind = [ReceiptId.unwrap(next), ReceiptId.unwrap(next), ReceiptId.unwrap(receipt), count + 1];
        for (uint256 i = 0; i < keys.length; ++i) {
            vm.assertEq(ReceiptId.unwrap(_backs(keys[i])), behind[i], "lot behind");
        }
        vm.assertEq(warehouse.stockOf(stock).receipted, 100, "receipted as before");
        vm.assertEq(_exposure(keeper), 1000, "exposure as before");
    }

    function test_split_partsKeepHolderAttestationAndConsent() public {
        ReceiptId receipt = _issued(3, 10);
        vm.prank(keyOf[keeper]);
        warehouse.setPledgeConsent(receipt, false);
        _transfer(receipt, second);
        IReceipts.ReceiptView memory rest = warehouse.receiptOf(receipt);
        IReceipts.ReceiptView memory part = warehouse.receiptOf(_splitOff(receipt, 1));
        vm.assertEq(uint256(part.state), uint256(ReceiptState.Issued), "state");
        vm.assertEq(PartyId.unwrap(part.holder), PartyId.unwrap(second), "holder");
        vm.assertEq(PartyId.unwrap(part.keeper), PartyId.unwrap(keeper), "keeper");
        vm.assertEq(StockId.unwrap(part.stock), StockId.unwrap(rest.stock), "stock");
        vm.assertTrue(part.attested, "attested");
        vm.assertFalse(part.pledgeConsent, "no consent");
        vm.assertEq(part.sequence, 0, "a seal of the part starts anew");
    }

    /// @dev Of a value that does not divide, each part gets its share of what is left, rounded down, and the rest the rest.
    function test_split_roundsValuesDownOneAfterTheOther() public {
        ReceiptId receipt = _draftAs(keeper, _draftTerms(_physicalLots(3, 1), 100));
        _issue(receipt);
        bytes32[] memory keys = _keysOf(receipt);
        IReceipts.Part[] memory parts = new IReceipts.Part[](2);
        parts[0] = IReceipts.Part(ROOT, _oneKey(keys[0]));
        parts[1] = IReceipts.Part(ROOT, _oneKey(keys[1]));
        IReceipts.Seal memory seal = _splitSeal(receipt, parts, ROOT);
        vm.prank(keyOf[supplier]);
        ReceiptId first = warehouse.split(receipt, parts, ROOT, seal);
        _assertShape(first, 1, 33, 0);
        _assertShape(ReceiptId.wrap(ReceiptId.unwrap(first) + 1), 1, 33, 0);
        _assertShape(receipt, 1, 34, 2);
    }

    function test_split_ofTheLargestQuantityAndValue() public {
        vm.prank(GOVERNOR);
        warehouse.setExposureCap(keeper, CNY, type(uint96).max);
        _attest(stock, type(uint64).max);
        IReceipts.PhysicalLot[] memory lots = new IReceipts.PhysicalLot[](2);
        (lots[0], lots[1]) = (_physicalLot(type(uint64).max - 1), _physicalLot(1));
        ReceiptId receipt = _draftAs(keeper, _draftTerms(lots, type(uint48).max));
        _issue(receipt);
        ReceiptId part = _splitOff(receipt, 1);
        _assertShape(part, type(uint64).max - 1, type(uint48).max - 1, 0);
        _assertShape(receipt, 1, 1, 1);
        _merge(receipt, part);
        _assertShape(receipt, type(uint64).max, type(uint48).max, 2);
    }

    function test_split_refusesPartsThatMakeNoSense() public {
        ReceiptId receipt = _issued(3, 10);
        bytes32[] memory keys = _keysOf(receipt);
        _refusesSplit(receipt, new IReceipts.Part[](0), ROOT, abi.encodeWithSelector(IReceipts.PartsMissing.selector));
        IReceipts.Part[] memory parts = _onePart(new bytes32[](0));
        _refusesSplit(receipt, parts, ROOT, abi.encodeWithSelector(IReceipts.LotsMissing.selector));
        parts = _onePart(_oneKey(keys[0]));
        _refusesSplit(receipt, parts, 0, abi.encodeWithSelector(IReceipts.DetailRootMissing.selector));
        parts[0].detailRoot = 0;
        _refusesSplit(receipt, parts, ROOT, abi.encodeWithSelector(IReceipts.DetailRootMissing.selector));
        bytes memory takesAll = abi.encodeWithSelector(IReceipts.PartTakesAll.selector, receipt);
        _refusesSplit(receipt, _onePart(keys), ROOT, takesAll);
        parts = new IReceipts.Part[](3);
        for (uint256 i = 0; i < 3; ++i) {
            parts[i] = IReceipts.Part(ROOT, _oneKey(keys[i]));
        }
        _refusesSplit(receipt, parts, ROOT, takesAll);
    }

    function test_split_refusesLotsThatAreNotItsOwn() public {
        ReceiptId receipt = _issued(3, 10);
        bytes32[] memory keys = _keysOf(receipt);
        bytes32 foreign = _keysOf(_issued(1, 10))[0];
        _refusesSplit(receipt, _onePart(_oneKey(foreign)), ROOT, _notIn(foreign, receipt));
        _refusesSplit(receipt, _onePart(_oneKey(WHY)), ROOT, _notIn(WHY, receipt));
        // The same lot twice: in one part, and in two.
        keys[1] = keys[0];
        _refusesSplit(receipt, _onePart(keys), ROOT, _notIn(keys[0], receipt));
        IReceipts.Part[] memory parts = new IReceipts.Part[](2);
        parts[0] = parts[1] = IReceipts.Part(ROOT, _oneKey(keys[0]));
        _refusesSplit(receipt, parts, ROOT, _notIn(keys[0], receipt));
    }

    function test_split_byTheHolderAndNotOfWhatIsEncumbered() public {
        ReceiptId receipt = _issued(3, 10);
        IReceipts.Part[] memory parts = _onePart(_firstKeys(receipt, 1));
        bytes memory callData = _splitCall(receipt, parts, ROOT);
        PartyId[3] memory others = [keeper, second, inspector];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory notHolder = abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, receipt, others[i]);
            _onWarehouse(others[i], callData, notHolder);
        }
        uint256 snapshot = vm.snapshotState();
        _pledgeAsset(supplier, assetOfReceipt(receipt), funder, 1);
        _onWarehouse(supplier, callData, abi.encodeWithSelector(IReceipts.ReceiptPledged.selector, receipt));
        vm.revertToState(snapshot);
        _block(assetOfReceipt(receipt), WHY);
        _onWarehouse(supplier, callData, abi.encodeWithSelector(IReceipts.ReceiptBlocked.selector, receipt));
        _resolve(assetOfReceipt(receipt), WHY, false);
        vm.prank(keyOf[supplier]);
        (bool done,) = address(warehouse).call(callData);
        vm.assertTrue(done, "lifted");
    }

    /// @dev The keeper sealed these parts with these roots, and nothing else.
    function test_split_wantsASealOfJustThat() public {
        ReceiptId receipt = _issued(3, 10);
        IReceipts.Part[] memory parts = _onePart(_firstKeys(receipt, 1));
        IReceipts.Seal memory seal = _splitSeal(receipt, parts, ROOT);
        bytes memory wrong = abi.encodeWithSelector(IReceipts.SealNotKeepers.selector, receipt, NOBODY);
        _onWarehouse(supplier, abi.encodeCall(warehouse.split, (receipt, parts, WHY, seal)), wrong);
        bytes32 root = parts[0].detailRoot;
        parts[0].detailRoot = WHY;
        _onWarehouse(supplier, abi.encodeCall(warehouse.split, (receipt, parts, ROOT, seal)), wrong);
        (parts[0].detailRoot, parts[0].lots) = (root, _firstKeys(receipt, 2));
        _onWarehouse(supplier, abi.encodeCall(warehouse.split, (receipt, parts, ROOT, seal)), wrong);
        parts[0].lots = _firstKeys(receipt, 1);
        // Sealed as something else.
        bytes32 terms = keccak256(abi.encode(parts, ROOT));
        seal = _seal("merge", receipt, NOBODY, terms);
        _onWarehouse(supplier, abi.encodeCall(warehouse.split, (receipt, parts, ROOT, seal)), wrong);
        seal = _seal("split", receipt, supplier, terms);
        _onWarehouse(supplier, abi.encodeCall(warehouse.split, (receipt, parts, ROOT, seal)), wrong);
    }

    // ----------------------------------------------------------------------------------------------------------- merge

    function test_merge_putsReceiptsIntoOne() public {
        ReceiptId receipt = _issued(1, 10);
        ReceiptId a = _issued(2, 20);
        ReceiptId b = _issued(1, 5);
        IReceipts.Source[] memory sources = new IReceipts.Source[](2);
        (sources[0], sources[1]) = (_source(a), _source(b));
        IReceipts.Seal memory seal = _mergeSeal(receipt, sources, ROOT);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptMerged(receipt, a, 40, 40, ROOT, sources[0].lots);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptMerged(receipt, b, 5, 5, ROOT, sources[1].lots);
        vm.prank(keyOf[supplier]);
        warehouse.merge(receipt, sources, ROOT, seal);
        _assertShape(receipt, 55, 55, 2);
        vm.assertEq(uint256(_stateOf(a)), uint256(ReceiptState.Cancelled), "a");
        vm.assertEq(uint256(_stateOf(b)), uint256(ReceiptState.Cancelled), "b");
        for (uint256 i = 0; i < sources.length; ++i) {
            for (uint256 j = 0; j < sources[i].lots.length; ++j) {
                vm.assertEq(ReceiptId.unwrap(_backs(sources[i].lots[j])), ReceiptId.unwrap(receipt), "lot behind");
            }
        }
        vm.assertEq(warehouse.stockOf(stock).receipted, 55, "receipted as before");
        vm.assertEq(_exposure(keeper), 55, "exposure as before");
    }

    function test_merge_keepsTheConsentThatAllHave() public {
        for (uint256 i = 0; i < 4; ++i) {
            ReceiptId receipt = _issued(1, 10);
            ReceiptId source = _issued(1, 10);
            vm.startPrank(keyOf[keeper]);
            warehouse.setPledgeConsent(receipt, i & 1 != 0);
            warehouse.setPledgeConsent(source, i & 2 != 0);
            vm.stopPrank();
            _merge(receipt, source);
            vm.assertEq(warehouse.receiptOf(receipt).pledgeConsent, i == 3, "consent");
            vm.assertTrue(warehouse.receiptOf(receipt).attested, "attested");
        }
    }

    function test_merge_refusesUnlikeReceipts() public {
        ReceiptId receipt = _issued(1, 10);
        _refusesMerge(receipt, receipt, abi.encodeWithSelector(IReceipts.MergeUnlike.selector, receipt, receipt));
        StockId elsewhere = _openStock(keeper, OTHER_SITE, STEEL);
        _attest(elsewhere, 100);
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, 10), 10);
        terms.stock = elsewhere;
        ReceiptId other = _draftAs(keeper, terms);
        _issue(other);
        _refusesMerge(receipt, other, abi.encodeWithSelector(IReceipts.MergeUnlike.selector, receipt, other));
        vm.prank(GOVERNOR);
        warehouse.setExposureCap(keeper, EUR, CAP);
        terms = _draftTerms(_physicalLots(1, 10), 10);
        terms.currency = EUR;
        other = _draftAs(keeper, terms);
        _issue(other);
        _refusesMerge(receipt, other, abi.encodeWithSelector(IReceipts.MergeUnlike.selector, receipt, other));
    }

    function test_merge_refusesWhatIsNotStated() public {
        ReceiptId receipt = _issued(1, 10);
        ReceiptId source = _issued(2, 10);
        IReceipts.Source[] memory sources = new IReceipts.Source[](0);
        _refusesSources(receipt, sources, ROOT, abi.encodeWithSelector(IReceipts.SourcesMissing.selector));
        sources = _oneSource(source);
        _refusesSources(receipt, sources, 0, abi.encodeWithSelector(IReceipts.DetailRootMissing.selector));
        sources[0].lots = _firstKeys(source, 1);
        bytes memory notAll = abi.encodeWithSelector(IReceipts.LotsDoNotAddUp.selector, source, 20, 10);
        _refusesSources(receipt, sources, ROOT, notAll);
        bytes32[] memory keys = _keysOf(source);
        keys[1] = keys[0];
        sources[0].lots = keys;
        _refusesSources(receipt, sources, ROOT, _notIn(keys[0], source));
        keys[1] = _keysOf(receipt)[0];
        _refusesSources(receipt, sources, ROOT, _notIn(keys[1], source));
        sources = new IReceipts.Source[](2);
        sources[0] = sources[1] = _source(source);
        bytes memory gone = abi.encodeWithSelector(
            IReceipts.UnexpectedReceiptState.selector, source, ReceiptState.Cancelled, ReceiptState.Issued
        );
        _refusesSources(receipt, sources, ROOT, gone);
    }

    function test_merge_ofOnesOwnReceiptsThatAreFree() public {
        ReceiptId receipt = _issued(1, 10);
        ReceiptId source = _issued(1, 10);
        bytes memory callData = _mergeCall(receipt, _oneSource(source), ROOT);
        bytes memory notHolder = abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, receipt, second);
        _onWarehouse(second, callData, notHolder);
        uint256 snapshot = vm.snapshotState();
        _transfer(source, second);
        notHolder = abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, source, supplier);
        _onWarehouse(supplier, callData, notHolder);
        vm.revertToState(snapshot);
        ReceiptId[2] memory either = [receipt, source];
        for (uint256 i = 0; i < 2; ++i) {
            _pledgeAsset(supplier, assetOfReceipt(either[i]), funder, 1);
            _onWarehouse(supplier, callData, abi.encodeWithSelector(IReceipts.ReceiptPledged.selector, either[i]));
            vm.revertToState(snapshot);
            _block(assetOfReceipt(either[i]), WHY);
            _onWarehouse(supplier, callData, abi.encodeWithSelector(IReceipts.ReceiptBlocked.selector, either[i]));
            vm.revertToState(snapshot);
            _freeze(either[i]);
            _onWarehouse(supplier, callData, _notIssued(either[i], ReceiptState.Frozen));
            vm.revertToState(snapshot);
        }
    }

    function test_merge_refusesSumsThatDoNotFit() public {
        vm.prank(GOVERNOR);
        warehouse.setExposureCap(keeper, CNY, type(uint96).max);
        ReceiptId receipt = _draftAs(keeper, _draftTerms(_physicalLots(1, 1), type(uint48).max));
        _issue(receipt);
        ReceiptId source = _issued(1, 1);
        uint256 sum = uint256(type(uint48).max) + 1;
        _refusesMerge(receipt, source, abi.encodeWithSelector(IReceipts.ValueTooLarge.selector, sum));
    }

    function test_merge_wantsASealOfJustThat() public {
        ReceiptId receipt = _issued(1, 10);
        ReceiptId source = _issued(1, 10);
        IReceipts.Source[] memory sources = _oneSource(source);
        bytes memory wrong = abi.encodeWithSelector(IReceipts.SealNotKeepers.selector, receipt, NOBODY);
        IReceipts.Seal memory seal = _mergeSeal(receipt, sources, ROOT);
        _onWarehouse(supplier, abi.encodeCall(warehouse.merge, (receipt, sources, WHY, seal)), wrong);
        seal = _mergeSeal(receipt, _oneSource(_issued(1, 10)), ROOT);
        _onWarehouse(supplier, abi.encodeCall(warehouse.merge, (receipt, sources, ROOT, seal)), wrong);
        // Of the source instead of the one that stays.
        seal = _mergeSeal(source, sources, ROOT);
        _onWarehouse(supplier, abi.encodeCall(warehouse.merge, (receipt, sources, ROOT, seal)), wrong);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _assertShape(ReceiptId receipt, uint64 quantity, uint48 valueMinor, uint16 sequence) private view {
        IReceipts.ReceiptView memory found = warehouse.receiptOf(receipt);
        vm.assertEq(found.quantity, quantity, "quantity");
        vm.assertEq(found.valueMinor, valueMinor, "value");
        vm.assertEq(found.sequence, sequence, "sequence");
        vm.assertEq(uint256(found.state), uint256(ReceiptState.Issued), "state");
    }

    function _notIn(bytes32 key, ReceiptId receipt) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IReceipts.LotNotInReceipt.selector, key, receipt);
    }

    function _notIssued(ReceiptId receipt, ReceiptState state) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IReceipts.UnexpectedReceiptState.selector, receipt, state, ReceiptState.Issued);
    }

    function _splitCall(ReceiptId receipt, IReceipts.Part[] memory parts, bytes32 remainderRoot)
        private
        view
        returns (bytes memory)
    {
        IReceipts.Seal memory seal = _splitSeal(receipt, parts, remainderRoot);
        return abi.encodeCall(warehouse.split, (receipt, parts, remainderRoot, seal));
    }

    function _refusesSplit(
        ReceiptId receipt,
        IReceipts.Part[] memory parts,
        bytes32 remainderRoot,
        bytes memory expected
    ) private {
        _onWarehouse(supplier, _splitCall(receipt, parts, remainderRoot), expected);
    }

    function _mergeCall(ReceiptId receipt, IReceipts.Source[] memory sources, bytes32 detailRoot)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(warehouse.merge, (receipt, sources, detailRoot, _mergeSeal(receipt, sources, detailRoot)));
    }

    function _refusesSources(
        ReceiptId receipt,
        IReceipts.Source[] memory sources,
        bytes32 detailRoot,
        bytes memory expected
    ) private {
        _onWarehouse(supplier, _mergeCall(receipt, sources, detailRoot), expected);
    }

    function _refusesMerge(ReceiptId receipt, ReceiptId source, bytes memory expected) private {
        _refusesSources(receipt, _oneSource(source), ROOT, expected);
    }
}
