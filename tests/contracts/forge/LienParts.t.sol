// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IEncumbrable} from "../../../contracts/interfaces/IEncumbrable.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {
    AssetId,
    FinancingId,
    LotId,
    NOBODY,
    PartyId,
    ReceiptId,
    assetOfLot,
    assetOfReceipt,
    lotId,
    lotOfAsset,
    receiptOfAsset
} from "../../../contracts/types/Ids.sol";
import {PackedLots} from "../../../contracts/types/PackedLots.sol";
import {LienState, LotState, ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Parts given free by the pledgee, of lots and of receipts. Branches: LienParts.tree.
contract LienPartsTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("repaid half");

    // ------------------------------------------------------------------------------------------------------------ lots

    function test_releasePart_ofALot_keepsTheFirstCents() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        AssetId asset = assetOfLot(lot);
        LotId keptLot = lotId(lot.noteOf(), 1, 0);
        LotId freedLot = lotId(lot.noteOf(), 1, 1);
        uint256[] memory words = new uint256[](1);
        words[0] = PackedLots.header(1, 2, 0, 0)
            | (PackedLots.pack(400, PartyId.unwrap(supplier), LotState.Pledged) << 80)
            | PackedLots.pack(900, PartyId.unwrap(supplier), LotState.Free);
        vm.expectEmit(address(ledger));
        emit ILots.LotSplit(lot, 1, words, 0);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDivided(asset, 1, assetOfLot(keptLot), assetOfLot(freedLot), WHY);
        vm.prank(keyOf[funder]);
        (AssetId kept, AssetId freed) = liens.releasePart(asset, abi.encode(uint48(400)), WHY);
        vm.assertEq(AssetId.unwrap(kept), AssetId.unwrap(assetOfLot(keptLot)), "kept");
        vm.assertEq(AssetId.unwrap(freed), AssetId.unwrap(assetOfLot(freedLot)), "freed");
        _assertLot(lot, LotState.Split, 1, 900);
        _assertLot(keptLot, LotState.Pledged, 1, 400);
        _assertLot(freedLot, LotState.Free, 401, 900);
        vm.assertEq(uint256(liens.lienOf(asset).state), uint256(LienState.Divided), "the lien of the whole");
        vm.assertEq(uint256(liens.lienOf(freed).state), uint256(LienState.None), "none on the part that is free");
        ILienRegistry.Lien memory lien = liens.lienOf(kept);
        vm.assertEq(uint256(lien.state), uint256(LienState.Active), "goes on");
        vm.assertEq(PartyId.unwrap(lien.pledgee), PartyId.unwrap(funder), "pledgee");
        vm.assertEq(lien.securedMinor, 900, "secured");
        vm.assertEq(lien.registeredAt, START, "registered");
        vm.assertEq(lien.sequence, 1, "the first of the new lot");
        (bool pledged,) = liens.encumbranceOf(freed);
        vm.assertFalse(pledged, "freed");
    }

    function test_releasePart_ofALot_atBothEnds() public {
        uint48[2] memory ends = [uint48(1), 899];
        for (uint256 i = 0; i < 2; ++i) {
            LotId lot = _lotIn(LotState.Pledged, 900);
            (AssetId kept, AssetId freed) = _releaseLot(lot, ends[i]);
            _assertLot(lotOfAsset(kept), LotState.Pledged, 1, ends[i]);
            _assertLot(lotOfAsset(freed), LotState.Free, ends[i] + 1, 900);
        }
        LotId whole = _lotIn(LotState.Pledged, 900);
        uint48[4] memory outside = [uint48(0), 900, 901, MAX_MINOR];
        for (uint256 i = 0; i < outside.length; ++i) {
            _refusesLot(
                whole,
                outside[i],
                abi.encodeWithSelector(IEncumbrable.KeptNotInside.selector, assetOfLot(whole), 900, outside[i])
            );
        }
    }

    function test_releasePart_ofALotOfOneCent() public {
        LotId lot = _lotIn(LotState.Pledged, 1);
        _refusesLot(lot, 1, abi.encodeWithSelector(IEncumbrable.KeptNotInside.selector, assetOfLot(lot), 1, 1));
    }

    /// @dev A part of a part, in the middle of a note: positions go on where the lot lies, and what is free is the holder's.
    function test_releasePart_ofALot_againAndAgain() public {
        LotId root = _root(_live(1000));
        uint24 segment = _split(supplier, root, _two(second, 300, supplier, 700));
        LotId lot = lotId(root.noteOf(), segment, 1);
        _pledge(supplier, lot, funder, 700);
        (AssetId kept, AssetId freed) = _releaseLot(lot, 500);
        _assertLot(lotOfAsset(freed), LotState.Free, 801, 1000);
        (AssetId keptAgain, AssetId freedAgain) = _releaseLot(lotOfAsset(kept), 1);
        _assertLot(lotOfAsset(keptAgain), LotState.Pledged, 301, 301);
        _assertLot(lotOfAsset(freedAgain), LotState.Free, 302, 800);
        _pledge(supplier, lotOfAsset(freedAgain), rival, 5);
        _split(supplier, lotOfAsset(freed), _two(second, 100, supplier, 100));
        vm.prank(keyOf[funder]);
        liens.release(keptAgain, WHY);
        _assertLot(lotOfAsset(keptAgain), LotState.Free, 301, 301);
    }

    function testFuzz_releasePart_ofALot_partitionsItsRange(uint48 length, uint48 kept, uint48 before) public {
        vm.assume(length > 1 && before > 0 && uint256(length) + before < MAX_MINOR);
        kept = uint48(1 + uint256(kept) % (length - 1));
        LotId root = _root(_live(before + length));
        uint24 segment = _split(supplier, root, _two(supplier, before, supplier, length));
        LotId lot = lotId(root.noteOf(), segment, 1);
        _pledge(supplier, lot, funder, 1);
        (AssetId keptAsset, AssetId freedAsset) = _releaseLot(lot, kept);
        _assertLot(lotOfAsset(keptAsset), LotState.Pledged, before + 1, before + kept);
        _assertLot(lotOfAsset(freedAsset), LotState.Free, before + kept + 1, before + length);
    }

    /// @dev The claim follows the part that stays: at maturity the pledgee is paid from it and the holder from the rest.
    function test_releasePart_ofALot_settlesByItsParts() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        (AssetId kept,) = _releaseLot(lot, 400);
        vm.warp(MATURITY);
        _fund(debtor, 900);
        _settle(lot.noteOf(), 900, _range(1, 0, 1));
        vm.assertEq(_balance(funder), 400, "the pledgee, as far as the lot reaches");
        vm.assertEq(_balance(supplier), 500, "the holder");
        vm.assertEq(uint256(liens.lienOf(kept).state), uint256(LienState.Discharged), "discharged");
    }

    function test_releasePart_ofALot_notOnceTheNoteIsFixed() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        LotId disputed = _lotIn(LotState.Pledged, 900);
        _dispute(disputed.noteOf(), 1);
        bytes memory fixed_ = abi.encodeWithSelector(ILots.NoteNotTransferable.selector, disputed.noteOf());
        _refusesLot(disputed, 400, fixed_);
        vm.warp(MATURITY - 1);
        uint256 snapshot = vm.snapshotState();
        _releaseLot(lot, 400);
        vm.revertToState(snapshot);
        vm.warp(MATURITY);
        _refusesLot(lot, 400, abi.encodeWithSelector(ILots.NoteNotTransferable.selector, lot.noteOf()));
    }

    function test_releasePart_ofALot_notOfALoans() public {
        LotId lot = _root(_live(900));
        FinancingId loan = _drawnDown(lot, 500);
        _refusesLot(lot, 400, abi.encodeWithSelector(ILienRegistry.LienOfLoan.selector, assetOfLot(lot), loan));
    }

    function test_releasePart_ofALot_refusesAmountsThatAreNone() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        bytes[3] memory malformed = [bytes(""), hex"01", abi.encode(uint256(1) << 48)];
        for (uint256 i = 0; i < malformed.length; ++i) {
            bytes memory callData = abi.encodeCall(liens.releasePart, (assetOfLot(lot), malformed[i], WHY));
            _onLiens(funder, callData, "");
        }
    }

    // -------------------------------------------------------------------------------------------------------- receipts

    function test_releasePart_ofAReceipt_cutsAPartOffThatIsFree() public {
        ReceiptId receipt = _pledgedReceipt(4, 25);
        AssetId asset = assetOfReceipt(receipt);
        bytes memory lien = abi.encode(liens.lienOf(asset));
        bytes32[] memory keys = _keysOf(receipt);
        bytes memory how = _divideTerms(receipt, 3);
        AssetId part = assetOfReceipt(ReceiptId.wrap(warehouse.receiptCount() + 1));
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDivided(asset, 1, asset, part, WHY);
        vm.prank(keyOf[funder]);
        (AssetId kept, AssetId freed) = liens.releasePart(asset, how, WHY);
        vm.assertEq(AssetId.unwrap(kept), AssetId.unwrap(asset), "the receipt stays");
        vm.assertEq(AssetId.unwrap(freed), AssetId.unwrap(part), "freed");
        vm.assertEq(abi.encode(liens.lienOf(asset)), lien, "the very same lien goes on");
        vm.assertEq(uint256(liens.lienOf(freed).state), uint256(LienState.None), "none on the part");
        IReceipts.ReceiptView memory rest = warehouse.receiptOf(receipt);
        vm.assertEq(uint256(rest.state), uint256(ReceiptState.Pledged), "rest");
        vm.assertEq(rest.quantity, 25, "quantity of the rest");
        vm.assertEq(rest.sequence, 1, "the seal is spent");
        IReceipts.ReceiptView memory born = warehouse.receiptOf(receiptOfAsset(freed));
        vm.assertEq(uint256(born.state), uint256(ReceiptState.Issued), "part");
        vm.assertEq(born.quantity, 75, "quantity of the part");
        vm.assertEq(PartyId.unwrap(born.holder), PartyId.unwrap(supplier), "the pledgor holds it");
        vm.assertEq(ReceiptId.unwrap(_backs(keys[0])), ReceiptId.unwrap(receiptOfAsset(freed)), "lot of the part");
        vm.assertEq(ReceiptId.unwrap(_backs(keys[3])), ReceiptId.unwrap(receipt), "lot of the rest");
        // The demonstration's way: half is released and delivered, the other half stays pledged.
        _lotsMoved(receipt, receiptOfAsset(freed), 3);
        _orderDelivery(receiptOfAsset(freed));
        _deliver(receiptOfAsset(freed));
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Pledged), "still pledged");
    }

    function test_releasePart_ofAReceipt_wantsTheKeepersSeal() public {
        ReceiptId receipt = _pledgedReceipt(4, 25);
        IReceipts.Part[] memory parts = _onePart(_firstKeys(receipt, 1));
        bytes32 terms = keccak256(abi.encode(parts, WHY));
        IReceipts.Seal memory seal = _sealBy(otherKeeper, "split", receipt, NOBODY, terms);
        bytes memory callData =
            abi.encodeCall(liens.releasePart, (assetOfReceipt(receipt), abi.encode(parts[0], WHY, seal), WHY));
        _onLiens(funder, callData, abi.encodeWithSelector(IReceipts.SealNotKeepers.selector, receipt, otherKeeper));
        // Once sealed, once used: the sequence went on.
        bytes memory how = _divideTerms(receipt, 1);
        vm.prank(keyOf[funder]);
        liens.releasePart(assetOfReceipt(receipt), how, WHY);
        _onLiens(
            funder,
            abi.encodeCall(liens.releasePart, (assetOfReceipt(receipt), how, WHY)),
            abi.encodeWithSelector(IReceipts.SealNotKeepers.selector, receipt, NOBODY)
        );
    }

    function test_releasePart_ofAReceipt_leavesARest() public {
        ReceiptId receipt = _pledgedReceipt(2, 25);
        _refusesReceipt(receipt, 2, abi.encodeWithSelector(IReceipts.PartTakesAll.selector, receipt));
        _refusesReceipt(receipt, 0, abi.encodeWithSelector(IReceipts.LotsMissing.selector));
    }

    function test_releasePart_ofAReceipt_notWhileDisputedFrozenOrBlocked() public {
        ReceiptId receipt = _pledgedReceipt(2, 25);
        uint256 snapshot = vm.snapshotState();
        _disputeReceipt(supplier, receipt);
        _refusesReceipt(receipt, 1, _notIssued(receipt, ReceiptState.Disputed));
        vm.revertToState(snapshot);
        _freeze(receipt);
        _refusesReceipt(receipt, 1, _notIssued(receipt, ReceiptState.Frozen));
        vm.revertToState(snapshot);
        _block(assetOfReceipt(receipt), WHY);
        _refusesReceipt(
            receipt, 1, abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, assetOfReceipt(receipt), 1)
        );
        _resolve(assetOfReceipt(receipt), WHY, false);
        bytes memory how = _divideTerms(receipt, 1);
        vm.prank(keyOf[funder]);
        liens.releasePart(assetOfReceipt(receipt), how, WHY);
    }

    // ------------------------------------------------------------------------------------------------------------ both

    function test_releasePart_byThePledgeeForAReason() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        ReceiptId receipt = _pledgedReceipt(2, 25);
        bytes[2] memory hows = [abi.encode(uint48(1)), _divideTerms(receipt, 1)];
        AssetId[2] memory assets = [assetOfLot(lot), assetOfReceipt(receipt)];
        PartyId[4] memory others = [supplier, rival, keeper, debtor];
        for (uint256 i = 0; i < 2; ++i) {
            for (uint256 j = 0; j < others.length; ++j) {
                _onLiens(
                    others[j],
                    abi.encodeCall(liens.releasePart, (assets[i], hows[i], WHY)),
                    abi.encodeWithSelector(ILienRegistry.NotPledgee.selector, assets[i], others[j])
                );
            }
            _onLiens(
                funder,
                abi.encodeCall(liens.releasePart, (assets[i], hows[i], 0)),
                abi.encodeWithSelector(ILienRegistry.ReasonHashMissing.selector)
            );
        }
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    function _releaseLot(LotId lot, uint48 kept) private returns (AssetId, AssetId) {
        vm.prank(keyOf[funder]);
        return liens.releasePart(assetOfLot(lot), abi.encode(kept), WHY);
    }

    function _refusesLot(LotId lot, uint48 kept, bytes memory expected) private {
        _onLiens(funder, abi.encodeCall(liens.releasePart, (assetOfLot(lot), abi.encode(kept), WHY)), expected);
    }

    function _refusesReceipt(ReceiptId receipt, uint256 count, bytes memory expected) private {
        bytes memory how = _divideTerms(receipt, count);
        _onLiens(funder, abi.encodeCall(liens.releasePart, (assetOfReceipt(receipt), how, WHY)), expected);
    }

    function _notIssued(ReceiptId receipt, ReceiptState state) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IReceipts.UnexpectedReceiptState.selector, receipt, state, ReceiptState.Issued);
    }

    function _assertLot(LotId lot, LotState state, uint48 first, uint48 last) private view {
        ILots.LotView memory found = ledger.lotOf(lot);
        vm.assertEq(uint256(found.state), uint256(state), "state of the lot");
        vm.assertEq(found.first, first, "first");
        vm.assertEq(found.last, last, "last");
        vm.assertEq(PartyId.unwrap(found.holder), PartyId.unwrap(supplier), "holder");
    }
}
