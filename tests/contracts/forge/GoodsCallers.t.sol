// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IEncumbrable} from "../../../contracts/interfaces/IEncumbrable.sol";
import {IPledgeable} from "../../../contracts/interfaces/IPledgeable.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {AssetId, FinancingId, LotId, ReceiptId, assetOfLot, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {LotState, ReceiptState} from "../../../contracts/types/States.sol";
import {CallerTable} from "./support/CallerTable.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {LedgerFixture} from "./support/LedgerFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev As WrongCaller.t.sol, for every function of the warehouse and for what the lien registry does besides pledge and
/// release of lots.
contract GoodsCallersTest is GoodsFixture, CallerTable {
    bytes32 private constant WHY = keccak256("why");

    function setUp() public override(LedgerFixture, GoodsFixture) {
        GoodsFixture.setUp();
    }

    // ------------------------------------------------------------------------------------------- administrative roles

    function test_everyRestrictedCall_refusesWhoLacksTheRole() public {
        ReceiptId issued = _issued(1, 10);
        ReceiptId disputed = _receiptIn(ReceiptState.Disputed, 1, 10);
        ReceiptId frozen = _receiptIn(ReceiptState.Frozen, 1, 10);
        AssetId pledged = assetOfReceipt(_pledgedReceipt(1, 10));
        _block(pledged, WHY);
        address target = address(warehouse);
        uint256 checked;
        checked += _restricted(GOVERNOR, target, abi.encodeCall(warehouse.setAttestationAge, (1 days)));
        checked += _restricted(GOVERNOR, target, abi.encodeCall(warehouse.setExposureCap, (keeper, CNY, 1)));
        checked += _restricted(ARBITER, target, abi.encodeCall(warehouse.closeDispute, (disputed, WHY)));
        checked += _restricted(ARBITER, target, abi.encodeCall(warehouse.freeze, (issued, WHY)));
        checked += _restricted(ARBITER, target, abi.encodeCall(warehouse.unfreeze, (frozen, WHY)));
        checked += _restricted(ARBITER, target, abi.encodeCall(warehouse.forceTransfer, (issued, second, WHY)));
        checked += _restricted(ARBITER, target, abi.encodeCall(warehouse.cancel, (issued, _keysOf(issued), WHY)));
        target = address(liens);
        checked += _restricted(EXAMINER, target, abi.encodeCall(liens.blockAsset, (assetOfReceipt(issued), WHY)));
        checked += _restricted(ARBITER, target, abi.encodeCall(liens.resolveBlock, (pledged, WHY, false, WHY)));
        checked += _restricted(ARBITER, target, abi.encodeCall(liens.enforceByOrder, (pledged, rival, WHY)));
        vm.assertEq(checked, 10, "restricted functions");
    }

    // --------------------------------------------------------------------------------- modules, and the lien registry

    function test_everyModuleCall_refusesWhoIsNoModule() public {
        AssetId free = assetOfReceipt(_issued(1, 10));
        AssetId pledged = assetOfReceipt(_pledgedReceipt(1, 10));
        AssetId lot = assetOfLot(_lotIn(LotState.Pledged, 900));
        address target = address(liens);
        uint256 checked;
        checked += _moduleOnly(
            target, abi.encodeCall(liens.place, (_pledgeOf(free, funder, 1), supplier, FinancingId.wrap(9)))
        );
        checked += _moduleOnly(target, abi.encodeCall(liens.collect, (pledged, 1)));
        checked += _moduleOnly(target, abi.encodeCall(liens.discharge, (pledged)));
        checked += _moduleOnly(target, abi.encodeCall(liens.reassign, (pledged, rival, WHY)));
        checked += _moduleOnly(target, abi.encodeCall(liens.enforce, (pledged, rival, WHY)));
        checked += _moduleOnly(address(ledger), abi.encodeCall(IEncumbrable.divide, (lot, 1)));
        vm.assertEq(checked, 6, "functions for modules");
    }

    /// @dev Not even a module of the registry, or the governor, moves a receipt by the registry's door.
    function test_everyCallOfTheLienRegistry_refusesAllOthers() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        AssetId asset = assetOfReceipt(receipt);
        bytes[2] memory calls = [
            abi.encodeCall(IPledgeable.divide, (asset, _divideTerms(receipt, 1))),
            abi.encodeCall(IPledgeable.transferEnforced, (asset, rival))
        ];
        address[8] memory others = [
            STRANGER,
            GOVERNOR,
            ARBITER,
            keyOf[supplier],
            keyOf[funder],
            keyOf[keeper],
            address(facilities),
            address(ledger)
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 j = 0; j < others.length; ++j) {
                bytes memory expected = abi.encodeWithSelector(IPledgeable.NotLienRegistry.selector, others[j]);
                _refused(others[j], address(warehouse), calls[i], expected);
            }
            _passes(address(liens), address(warehouse), calls[i]);
        }
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _callCount() internal pure override returns (uint256) {
        return 28;
    }

    function _prepareCalls() internal override {
        _prepareKeepersCalls();
        _prepareHoldersCalls();
        _prepareLienCalls();
    }

    function _prepareKeepersCalls() private {
        address target = address(warehouse);
        ReceiptId draft = _drafted(2, 10);
        ReceiptId attested = _drafted(2, 10);
        _attestReceipt(attested);
        ReceiptId issued = _issued(2, 10);
        ReceiptId released = _receiptIn(ReceiptState.Released, 2, 10);
        IReceipts.PhysicalLot[] memory lots = _physicalLots(1, 10);
        _add("openStock", keeper, target, abi.encodeCall(warehouse.openStock, (OTHER_SITE, COPPER, 3)));
        _add("draft", keeper, target, abi.encodeCall(warehouse.draft, (_draftTerms(_physicalLots(1, 10), 10))));
        _add("issue", keeper, target, abi.encodeCall(warehouse.issue, (attested)));
        _add("discardDraft", keeper, target, abi.encodeCall(warehouse.discardDraft, (draft, _keysOf(draft))));
        bytes memory restack = abi.encodeCall(warehouse.restack, (issued, _firstKeys(issued, 1), lots, WHY));
        _add("restack", keeper, target, restack);
        _add("amend", keeper, target, abi.encodeCall(warehouse.amend, (issued, WHY, WHY)));
        _add("setPledgeConsent", keeper, target, abi.encodeCall(warehouse.setPledgeConsent, (issued, false)));
        _add("deliver", keeper, target, abi.encodeCall(warehouse.deliver, (released, _keysOf(released), WHY)));
        _add("dispute as keeper", keeper, target, abi.encodeCall(warehouse.dispute, (issued, WHY)));
        ReceiptId disputed = _issued(1, 10);
        _disputeReceipt(keeper, disputed);
        _add("withdrawDispute as keeper", keeper, target, abi.encodeCall(warehouse.withdrawDispute, (disputed, WHY)));
        _add("attestStock", inspector, target, abi.encodeCall(warehouse.attestStock, (stock, ATTESTED, WHY)));
        _add("attestReceipt", inspector, target, abi.encodeCall(warehouse.attestReceipt, (draft, WHY)));
    }

    function _prepareHoldersCalls() private {
        address target = address(warehouse);
        ReceiptId receipt = _issued(2, 10);
        IReceipts.Seal memory seal = _transferSeal(receipt, second, WHY);
        _add("transfer a receipt", supplier, target, abi.encodeCall(warehouse.transfer, (receipt, second, WHY, seal)));
        IReceipts.Part[] memory parts = _onePart(_firstKeys(receipt, 1));
        seal = _splitSeal(receipt, parts, WHY);
        _add("split a receipt", supplier, target, abi.encodeCall(warehouse.split, (receipt, parts, WHY, seal)));
        IReceipts.Source[] memory sources = _oneSource(_issued(1, 10));
        seal = _mergeSeal(receipt, sources, WHY);
        _add("merge", supplier, target, abi.encodeCall(warehouse.merge, (receipt, sources, WHY, seal)));
        _add("orderDelivery", supplier, target, abi.encodeCall(warehouse.orderDelivery, (receipt, WHY)));
        _add("dispute as holder", supplier, target, abi.encodeCall(warehouse.dispute, (receipt, WHY)));
        ReceiptId released = _receiptIn(ReceiptState.Released, 1, 10);
        _add("revokeDelivery", supplier, target, abi.encodeCall(warehouse.revokeDelivery, (released)));
        ReceiptId disputed = _receiptIn(ReceiptState.Disputed, 1, 10);
        _add("withdrawDispute as holder", supplier, target, abi.encodeCall(warehouse.withdrawDispute, (disputed, WHY)));
    }

    function _prepareLienCalls() private {
        address target = address(liens);
        AssetId free = assetOfReceipt(_issued(1, 10));
        ReceiptId receipt = _pledgedReceipt(2, 10);
        AssetId asset = assetOfReceipt(receipt);
        AssetId lot = assetOfLot(_lotIn(LotState.Pledged, 900));
        _add("pledge a receipt", supplier, target, abi.encodeCall(liens.pledge, (_pledgeOf(free, funder, 1))));
        _add("release a receipt", funder, target, abi.encodeCall(liens.release, (asset, WHY)));
        bytes memory how = _divideTerms(receipt, 1);
        _add("releasePart of a receipt", funder, target, abi.encodeCall(liens.releasePart, (asset, how, WHY)));
        how = abi.encode(uint48(1));
        _add("releasePart of a lot", funder, target, abi.encodeCall(liens.releasePart, (lot, how, WHY)));
        _add("proposeSubstitute", supplier, target, abi.encodeCall(liens.proposeSubstitute, (asset, free)));
        _add("proposeSubstitute of a lot", supplier, target, abi.encodeCall(liens.proposeSubstitute, (lot, free)));
        vm.prank(keyOf[supplier]);
        liens.proposeSubstitute(asset, free);
        bytes memory accepting = abi.encodeCall(liens.acceptSubstitute, (asset, _pledgeOf(free, funder, 1)));
        _add("acceptSubstitute", funder, target, accepting);
        _add("transferPledge", funder, target, abi.encodeCall(liens.transferPledge, (_pledgeOf(asset, rival, 1))));
        _add(
            "transferPledge of a lot", funder, target, abi.encodeCall(liens.transferPledge, (_pledgeOf(lot, rival, 1)))
        );
    }
}
