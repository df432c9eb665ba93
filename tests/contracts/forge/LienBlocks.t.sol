// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {
    AssetId,
    FinancingId,
    LotId,
    NoteId,
    PartyId,
    ReceiptId,
    assetOfLot,
    assetOfReceipt,
    lotId
} from "../../../contracts/types/Ids.sol";
import {LotState, ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Liens that stand elsewhere. Branches: LienBlocks.tree. Who may block and resolve: WrongCaller.t.sol.
contract LienBlocksTest is GoodsFixture {
    bytes32 private constant MATCH = keccak256("match");
    bytes32 private constant OTHER = keccak256("other match");
    bytes32 private constant WHY = keccak256("why");

    // ------------------------------------------------------------------------------------------------------ blockAsset

    function test_block_stopsPledgesUntilItIsLifted() public {
        ReceiptId receipt = _issued(2, 10);
        AssetId asset = assetOfReceipt(receipt);
        vm.expectEmit(address(liens));
        emit ILienRegistry.BlockPlaced(asset, MATCH);
        vm.prank(EXAMINER);
        liens.blockAsset(asset, MATCH);
        _assertBlocked(asset, true);
        vm.assertEq(liens.lienOf(asset).blocks, 1, "count");
        vm.assertTrue(liens.blockOf(asset, MATCH), "open");
        vm.assertFalse(liens.blockOf(asset, OTHER), "another");
        _refusesPledge(supplier, asset, abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, asset, 1));
        _block(asset, OTHER);
        _refusesPledge(supplier, asset, abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, asset, 2));
        vm.expectEmit(address(liens));
        emit ILienRegistry.BlockResolved(asset, MATCH, false, WHY);
        vm.prank(ARBITER);
        liens.resolveBlock(asset, MATCH, false, WHY);
        _refusesPledge(supplier, asset, abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, asset, 1));
        _resolve(asset, OTHER, false);
        _assertBlocked(asset, false);
        _pledgeAsset(supplier, asset, funder, 1);
    }

    function test_block_upheldStays() public {
        AssetId asset = assetOfReceipt(_issued(2, 10));
        _block(asset, MATCH);
        vm.expectEmit(address(liens));
        emit ILienRegistry.BlockResolved(asset, MATCH, true, WHY);
        vm.prank(ARBITER);
        liens.resolveBlock(asset, MATCH, true, WHY);
        vm.assertTrue(liens.blockOf(asset, MATCH), "open");
        _refusesPledge(supplier, asset, abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, asset, 1));
        // The other lien ends one day, and the arbiter lifts the block.
        _resolve(asset, MATCH, false);
        _pledgeAsset(supplier, asset, funder, 1);
    }

    function test_block_ofAPledgedAssetLeavesTheLien() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        AssetId asset = assetOfReceipt(receipt);
        ILienRegistry.Lien memory expected = liens.lienOf(asset);
        _block(asset, MATCH);
        expected.blocks = 1;
        vm.assertEq(abi.encode(liens.lienOf(asset)), abi.encode(expected), "the lien");
        vm.prank(keyOf[funder]);
        liens.release(asset, WHY);
        vm.assertEq(liens.lienOf(asset).blocks, 1, "and the block outlasts it");
        _refusesPledge(supplier, asset, abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, asset, 1));
        _resolve(asset, MATCH, false);
        _pledgeAsset(supplier, asset, rival, 1);
        vm.assertEq(liens.lienOf(asset).sequence, 2, "the next lien");
    }

    function test_block_ofATransferredReceiptGoesWithIt() public {
        ReceiptId receipt = _issued(2, 10);
        _block(assetOfReceipt(receipt), MATCH);
        _transfer(receipt, second);
        _refusesPledge(
            second,
            assetOfReceipt(receipt),
            abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, assetOfReceipt(receipt), 1)
        );
    }

    function test_block_ofEveryStateOfAReceipt() public {
        for (uint256 s = uint256(ReceiptState.Draft); s <= uint256(type(ReceiptState).max); ++s) {
            AssetId asset = assetOfReceipt(_receiptIn(ReceiptState(s), 1, 10));
            _block(asset, MATCH);
            _assertBlocked(asset, true);
        }
    }

    function test_block_onceAMatch() public {
        AssetId asset = assetOfReceipt(_issued(2, 10));
        _block(asset, MATCH);
        _refusesBlock(asset, MATCH, abi.encodeWithSelector(ILienRegistry.BlockExists.selector, asset, MATCH));
        _resolve(asset, MATCH, true);
        _refusesBlock(asset, MATCH, abi.encodeWithSelector(ILienRegistry.BlockExists.selector, asset, MATCH));
        // The same match of another asset is another block.
        _block(assetOfReceipt(_issued(1, 10)), MATCH);
        _resolve(asset, MATCH, false);
        _block(asset, MATCH);
    }

    function test_block_refuses() public {
        AssetId asset = assetOfReceipt(_issued(2, 10));
        _refusesBlock(asset, 0, abi.encodeWithSelector(ILienRegistry.ReasonHashMissing.selector));
        ReceiptId unknown = ReceiptId.wrap(warehouse.receiptCount() + 1);
        _refusesBlock(
            assetOfReceipt(unknown), MATCH, abi.encodeWithSelector(IReceipts.ReceiptUnknown.selector, unknown)
        );
        LotId noLot = lotId(_live(900), 3, 0);
        _refusesBlock(assetOfLot(noLot), MATCH, abi.encodeWithSelector(ILots.LotUnknown.selector, noLot));
        AssetId noKind = AssetId.wrap(uint256(9) << 248);
        _refusesBlock(noKind, MATCH, abi.encodeWithSelector(ILienRegistry.AssetKindUnknown.selector, 9));
    }

    function test_block_255AndNoMore() public {
        AssetId asset = assetOfReceipt(_issued(2, 10));
        for (uint256 i = 1; i <= 255; ++i) {
            _block(asset, bytes32(i));
        }
        vm.assertEq(liens.lienOf(asset).blocks, 255, "full");
        bytes memory tooMany = abi.encodeWithSelector(ILienRegistry.TooManyBlocks.selector, asset, 255);
        _refusesBlock(asset, bytes32(uint256(256)), tooMany);
        _resolve(asset, bytes32(uint256(9)), false);
        _block(asset, bytes32(uint256(256)));
        vm.assertEq(liens.lienOf(asset).blocks, 255, "full again");
    }

    // ---------------------------------------------------------------------------------------------------- resolveBlock

    function test_resolve_refuses() public {
        AssetId asset = assetOfReceipt(_issued(2, 10));
        bytes memory unknown = abi.encodeWithSelector(ILienRegistry.BlockUnknown.selector, asset, MATCH);
        _refusesResolution(asset, MATCH, WHY, unknown);
        _block(asset, MATCH);
        _refusesResolution(asset, MATCH, 0, abi.encodeWithSelector(ILienRegistry.ReasonHashMissing.selector));
        _resolve(asset, MATCH, false);
        _refusesResolution(asset, MATCH, WHY, unknown);
    }

    // ------------------------------------------------------------------------------------------------------------ lots

    /// @dev Lots are cut from one another, so a block cannot be split away from: it counts for the whole note.
    function test_block_ofALotCountsForItsNote() public {
        NoteId note = _live(900);
        LotId root = _root(note);
        uint24 segment = _split(supplier, root, _two(supplier, 400, supplier, 500));
        LotId a = lotId(note, segment, 0);
        LotId b = lotId(note, segment, 1);
        vm.expectEmit(address(liens));
        emit ILienRegistry.BlockPlaced(assetOfLot(root), MATCH);
        vm.prank(EXAMINER);
        liens.blockAsset(assetOfLot(b), MATCH);
        _assertBlocked(assetOfLot(root), true);
        _assertBlocked(assetOfLot(a), true);
        _assertBlocked(assetOfLot(b), true);
        vm.assertTrue(liens.blockOf(assetOfLot(a), MATCH), "the same block by every name");
        vm.assertEq(liens.lienOf(assetOfLot(root)).blocks, 1, "kept under the root");
        vm.assertEq(liens.lienOf(assetOfLot(b)).blocks, 0, "and nowhere else");
        _refusesPledge(
            supplier, assetOfLot(a), abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, assetOfLot(a), 1)
        );
        uint24 under = _split(supplier, a, _two(supplier, 1, supplier, 399));
        AssetId child = assetOfLot(lotId(note, under, 1));
        _refusesPledge(supplier, child, abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, child, 1));
        _refusesBlock(
            assetOfLot(a), MATCH, abi.encodeWithSelector(ILienRegistry.BlockExists.selector, assetOfLot(root), MATCH)
        );
        _resolve(child, MATCH, false);
        _pledgeAsset(supplier, child, funder, 1);
        _assertBlocked(assetOfLot(_root(_live(900))), false);
    }

    /// @dev The root's word holds both its lien and the note's blocks; neither overwrites the other.
    function test_block_ofAnUndividedPledgedLot() public {
        LotId root = _lotIn(LotState.Pledged, 900);
        AssetId asset = assetOfLot(root);
        _block(asset, MATCH);
        vm.prank(keyOf[funder]);
        (AssetId kept,) = liens.releasePart(asset, abi.encode(uint48(400)), WHY);
        _assertBlocked(kept, true);
        vm.assertEq(liens.lienOf(asset).blocks, 1, "still under the root");
        vm.prank(keyOf[funder]);
        liens.release(kept, WHY);
        _refusesPledge(supplier, kept, abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, kept, 1));
        _resolve(kept, MATCH, false);
        _pledgeAsset(supplier, kept, funder, 1);
    }

    /// @dev A block stops pledges, loans among them, and nothing else: title and money go on.
    function test_block_ofALotStopsLoansAndLeavesTheRest() public {
        NoteId note = _live(900);
        LotId lot = _root(note);
        FinancingId loan = _offerLoan(lot, 500);
        _fund(funder, 500);
        _block(assetOfLot(lot), MATCH);
        _refused(
            keyOf[supplier],
            address(financing),
            abi.encodeCall(financing.accept, (loan)),
            abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, assetOfLot(lot), 1)
        );
        vm.assertEq(_balance(funder), 500, "nothing was paid");
        _assign(supplier, lot, second);
        vm.warp(MATURITY);
        _fund(debtor, 900);
        _settleWhole(note, 900);
        vm.assertEq(_balance(second), 900, "the holder is paid");
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    function _assertBlocked(AssetId asset, bool expected) private view {
        (, bool blocked) = liens.encumbranceOf(asset);
        vm.assertEq(blocked, expected, "blocked");
    }

    function _refusesPledge(PartyId actor, AssetId asset, bytes memory expected) private {
        _onLiens(actor, abi.encodeCall(liens.pledge, (_pledgeOf(asset, funder, 1))), expected);
    }

    function _refusesBlock(AssetId asset, bytes32 matchHash, bytes memory expected) private {
        _refused(EXAMINER, address(liens), abi.encodeCall(liens.blockAsset, (asset, matchHash)), expected);
    }

    function _refusesResolution(AssetId asset, bytes32 matchHash, bytes32 reason, bytes memory expected) private {
        _refused(
            ARBITER, address(liens), abi.encodeCall(liens.resolveBlock, (asset, matchHash, false, reason)), expected
        );
    }
}
