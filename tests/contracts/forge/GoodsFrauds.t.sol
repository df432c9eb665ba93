// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {IStocks} from "../../../contracts/interfaces/IStocks.sol";
import {NOBODY, PartyId, ReceiptId, StockId, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {ROLE_INSPECTOR, ROLE_KEEPER, ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Frauds with goods that happened, played again on the contracts.
contract GoodsFraudsTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("why");

    /// @dev Qingdao 2014: the same metal under receipts of several warehouses, each to another bank.
    function test_qingdao_theSameGoodsAtTwoKeepers() public {
        ReceiptId first = _issued(1, 100);
        _pledgeAsset(supplier, assetOfReceipt(first), funder, 100);
        StockId others = _openStock(otherKeeper, SITE, STEEL);
        _attest(others, 100);
        IReceipts.DraftTerms memory terms = _draftTerms(new IReceipts.PhysicalLot[](1), 100);
        terms.lots[0] = lotsOf[first][0];
        terms.stock = others;
        bytes memory taken = abi.encodeWithSelector(IReceipts.LotBacksReceipt.selector, terms.lots[0].key, first);
        _onWarehouse(otherKeeper, abi.encodeCall(warehouse.draft, (terms)), taken);
        // Nor do they get another lot's name later, by stacking.
        terms.lots[0] = _physicalLot(100);
        ReceiptId empty = _draftAs(otherKeeper, terms);
        _issue(empty);
        IReceipts.PhysicalLot[] memory moved = new IReceipts.PhysicalLot[](1);
        moved[0] = lotsOf[first][0];
        _onWarehouse(
            otherKeeper, abi.encodeCall(warehouse.restack, (empty, _oneKey(terms.lots[0].key), moved, WHY)), taken
        );
        _onLiens(
            supplier,
            abi.encodeCall(liens.pledge, (_pledgeOf(assetOfReceipt(first), rival, 100))),
            abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, assetOfReceipt(first))
        );
    }

    /// @dev A keeper in league with its customer writes receipts for metal that is not there. It cannot attest, cannot be its own
    /// inspector, and its stock was counted by somebody else.
    function test_qingdao_aColludingKeeperAlone() public {
        ReceiptId receipt = _drafted(1, 100);
        bytes memory issuing = abi.encodeCall(warehouse.issue, (receipt));
        _onWarehouse(keeper, issuing, abi.encodeWithSelector(IReceipts.NotAttested.selector, receipt));
        bytes memory attesting = abi.encodeCall(warehouse.attestReceipt, (receipt, WHY));
        _onWarehouse(keeper, attesting, abi.encodeWithSelector(IParties.RoleMissing.selector, keeper, ROLE_INSPECTOR));
        vm.startPrank(REGISTRAR);
        ledger.setPartyRoles(keeper, ROLE_KEEPER | ROLE_INSPECTOR);
        ledger.setPartyRoles(supplier, ROLE_INSPECTOR);
        vm.stopPrank();
        _onWarehouse(keeper, attesting, abi.encodeWithSelector(IStocks.InspectorIsKeeper.selector, keeper));
        _onWarehouse(supplier, attesting, abi.encodeWithSelector(IReceipts.InspectorIsDepositor.selector, supplier));
        bytes memory counting = abi.encodeCall(warehouse.attestStock, (stock, ATTESTED, WHY));
        _onWarehouse(keeper, counting, abi.encodeWithSelector(IStocks.InspectorIsKeeper.selector, keeper));
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Draft), "still a draft");
    }

    /// @dev More receipts than metal, each for lots of their own: the count stops the last one, whatever it says of itself.
    function test_foshan_receiptsBeyondTheCount() public {
        _attest(stock, 250);
        _issued(1, 100);
        _issued(1, 100);
        ReceiptId third_ = _drafted(1, 100);
        _attestReceipt(third_);
        _onWarehouse(
            keeper,
            abi.encodeCall(warehouse.issue, (third_)),
            abi.encodeWithSelector(IStocks.StockExceeded.selector, stock, 250, 300)
        );
        // Neither by splitting, merging, or stacking what there is: none of them makes a unit.
        vm.assertEq(warehouse.stockOf(stock).receipted, 200, "receipted");
    }

    /// @dev Trafigura's nickel: what was inspected once and never again. An old count carries no new credit.
    function test_nickel_anOldCount() public {
        ReceiptId receipt = _issued(1, 100);
        vm.warp(START + ATTESTATION_AGE + 1);
        uint256 freshUntil = uint256(START) + ATTESTATION_AGE;
        _onLiens(
            supplier,
            abi.encodeCall(liens.pledge, (_pledgeOf(assetOfReceipt(receipt), funder, 1))),
            abi.encodeWithSelector(IStocks.AttestationStale.selector, stock, freshUntil, freshUntil + 1)
        );
        // The new count finds stones in the boxes, and then nothing at all moves on these goods.
        _attest(stock, 0);
        _onLiens(
            supplier,
            abi.encodeCall(liens.pledge, (_pledgeOf(assetOfReceipt(receipt), funder, 1))),
            abi.encodeWithSelector(IStocks.StockShort.selector, stock, 0, 100)
        );
    }

    /// @dev Pledged metal that left by the back door: the keeper hands nothing out on a pledged receipt, on an order that a
    /// former holder gave, or twice.
    function test_pledgedGoodsDoNotLeave() public {
        ReceiptId receipt = _pledgedReceipt(2, 50);
        _onWarehouse(
            supplier,
            abi.encodeCall(warehouse.orderDelivery, (receipt, WHY)),
            abi.encodeWithSelector(IReceipts.ReceiptPledged.selector, receipt)
        );
        _onWarehouse(
            keeper,
            abi.encodeCall(warehouse.deliver, (receipt, _keysOf(receipt), WHY)),
            _unexpected(receipt, ReceiptState.Issued, ReceiptState.Released)
        );
        vm.prank(keyOf[funder]);
        liens.release(assetOfReceipt(receipt), WHY);
        _orderDelivery(receipt);
        bytes memory handover = abi.encodeCall(warehouse.deliver, (receipt, _keysOf(receipt), WHY));
        vm.prank(keyOf[keeper]);
        (bool done,) = address(warehouse).call(handover);
        vm.assertTrue(done, "once");
        _onWarehouse(keeper, handover, _unexpected(receipt, ReceiptState.Delivered, ReceiptState.Released));
    }

    /// @dev A forged endorsement: the holder's transaction without the keeper's seal is nothing, and so is the seal without the
    /// holder's transaction (Civil Code 910).
    function test_titleMovesWithBothSignaturesOnly() public {
        ReceiptId receipt = _issued(1, 100);
        IReceipts.Seal memory seal = _transferSeal(receipt, rival, WHY);
        _onWarehouse(
            rival,
            abi.encodeCall(warehouse.transfer, (receipt, rival, WHY, seal)),
            abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, receipt, rival)
        );
        _onWarehouse(
            supplier,
            abi.encodeCall(warehouse.transfer, (receipt, second, WHY, seal)),
            abi.encodeWithSelector(IReceipts.SealNotKeepers.selector, receipt, NOBODY)
        );
    }

    /// @dev A registered lien elsewhere, found before the second lender pays: pledge, delivery, new receipts for the same goods
    /// and cutting them apart all wait for the arbiter.
    function test_aLienElsewhereIsNotWashedOff() public {
        ReceiptId receipt = _issued(2, 50);
        ReceiptId clean = _issued(1, 10);
        _block(assetOfReceipt(receipt), WHY);
        bytes memory blocked = abi.encodeWithSelector(IReceipts.ReceiptBlocked.selector, receipt);
        _onWarehouse(supplier, abi.encodeCall(warehouse.orderDelivery, (receipt, WHY)), blocked);
        IReceipts.Part[] memory parts = _onePart(_firstKeys(receipt, 1));
        IReceipts.Seal memory seal = _splitSeal(receipt, parts, WHY);
        _onWarehouse(supplier, abi.encodeCall(warehouse.split, (receipt, parts, WHY, seal)), blocked);
        IReceipts.Source[] memory sources = _oneSource(receipt);
        seal = _mergeSeal(clean, sources, WHY);
        _onWarehouse(supplier, abi.encodeCall(warehouse.merge, (clean, sources, WHY, seal)), blocked);
        _transfer(receipt, second);
        _onLiens(
            second,
            abi.encodeCall(liens.pledge, (_pledgeOf(assetOfReceipt(receipt), rival, 1))),
            abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, assetOfReceipt(receipt), 1)
        );
    }

    function _unexpected(ReceiptId receipt, ReceiptState current, ReceiptState expected)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(IReceipts.UnexpectedReceiptState.selector, receipt, current, expected);
    }
}
