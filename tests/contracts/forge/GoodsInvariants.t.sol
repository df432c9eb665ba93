// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {IStocks} from "../../../contracts/interfaces/IStocks.sol";
import {
    AssetId,
    CurrencyCode,
    FACILITY,
    FacilityId,
    FinancingId,
    PartyId,
    ReceiptId,
    StockId,
    assetOfReceipt
} from "../../../contracts/types/Ids.sol";
import {FacilityState, LienState, ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsBase} from "./handlers/GoodsBase.sol";
import {GoodsHandler} from "./handlers/GoodsHandler.sol";
import {vm} from "./support/Vm.sol";

/// @dev Whatever keepers, inspectors, holders, lenders and arbiters do in whatever order, goods, receipts, liens, facilities and
/// cash agree. docs/invariants.md numbers the invariants.
contract GoodsInvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    CurrencyCode private constant CNY = CurrencyCode.wrap(156);

    GoodsHandler private _handler;
    GoodsHandler.World private _world;

    /// @dev Bits of the states that a run has seen.
    uint256 private _receiptsSeen;
    uint256 private _liensSeen;
    uint256 private _facilitiesSeen;
    bool private _shortSeen;

    mapping(uint256 action => uint256 times) private _done;
    mapping(uint256 action => uint256 times) private _refused;

    function setUp() public {
        _handler = new GoodsHandler();
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

    // ------------------------------------------------------------------------------------------------------ invariants

    function afterInvariant() external view {
        invariant_goodsReceiptsAndLiensAgree();
    }

    /// forge-config: default.invariant.runs = 32
    function invariant_goodsReceiptsAndLiensAgree() public view {
        uint256[] memory onStock = new uint256[](_world.stocks.length + 1);
        uint256[2] memory exposed;
        uint256 behind;
        uint256 count = _world.warehouse.receiptCount();
        for (uint64 i = 1; i <= count; ++i) {
            ReceiptId receipt = ReceiptId.wrap(i);
            IReceipts.ReceiptView memory current = _world.warehouse.receiptOf(receipt);
            behind += _itsLotsAddUp(receipt, current);
            _itsLienIsTheOneThatWasAgreed(receipt, current);
            _itsHolderIsWhoShould(receipt, current);
            if (!_isLive(current.state) || current.state == ReceiptState.Draft) continue;
            onStock[StockId.unwrap(current.stock)] += current.quantity;
            exposed[current.keeper == _world.keepers[0] ? 0 : 1] += current.valueMinor;
        }
        _cashIsWhatTheBankIssued();
        vm.assertEq(behind, _lotsThatBackSomething(), "6: a lot backs what it does not lie behind");
        _stocksCoverTheirReceipts(onStock);
        for (uint256 i = 0; i < 2; ++i) {
            (uint256 exposure,) = _world.warehouse.exposureOf(_world.keepers[i], CNY);
            vm.assertEq(exposure, exposed[i], "6: exposure is not the sum of the values");
            vm.assertEq(exposure, _handler.shouldBeExposed(_world.keepers[i]), "6: values were made or lost");
        }
    }

    /// @dev 7. Cash in equals cash out, and a facility that is closed is owed nothing.
    function _cashIsWhatTheBankIssued() private view {
        uint256 sum;
        uint24 parties = _world.ledger.partyCount();
        for (uint24 party = 1; party <= parties; ++party) {
            sum += _world.cash.balanceOf(PartyId.wrap(party), CNY);
        }
        vm.assertEq(sum, _world.cash.supplyOf(CNY), "7: balances are not the supply");
        vm.assertEq(sum, _handler.issuedMinor(), "7: supply is not what was issued");
        uint256 count = _world.facilities.facilityCount();
        for (uint64 i = 1; i <= count; ++i) {
            IFacilities.FacilityView memory record = _world.facilities.facilityOf(FacilityId.wrap(i));
            if (record.state != FacilityState.Closed) continue;
            vm.assertEq(uint256(record.principalMinor) + record.interestMinor, 0, "closed and owed");
            vm.assertEq(_world.facilities.assetsOf(FacilityId.wrap(i)).length, 0, "closed and secured");
        }
    }

    /// @dev 6. A physical lot backs one live receipt, and those of a receipt are its quantity.
    function _itsLotsAddUp(ReceiptId receipt, IReceipts.ReceiptView memory current)
        private
        view
        returns (uint256 count)
    {
        IReceipts.PhysicalLot[] memory lots = _handler.lotsBehind(receipt);
        if (!_isLive(current.state)) {
            vm.assertEq(lots.length, 0, "6: lots behind what has ended");
            return 0;
        }
        uint256 sum;
        for (uint256 i = 0; i < lots.length; ++i) {
            (ReceiptId backed, uint64 quantity) = _world.warehouse.lotBehind(lots[i].key);
            vm.assertEq(ReceiptId.unwrap(backed), ReceiptId.unwrap(receipt), "6: a lot backs another receipt");
            vm.assertEq(quantity, lots[i].quantity, "6: quantity of a lot");
            sum += quantity;
        }
        vm.assertEq(sum, current.quantity, "6: lots are not the receipt");
        return lots.length;
    }

    function _lotsThatBackSomething() private view returns (uint256 count) {
        uint256 keys = _handler.keyCount();
        for (uint256 i = 0; i < keys; ++i) {
            bytes32 key = _handler.key(i);
            (ReceiptId backed, uint64 quantity) = _world.warehouse.lotBehind(key);
            vm.assertEq(ReceiptId.unwrap(backed), ReceiptId.unwrap(_handler.shouldBack(key)), "6: behind a key");
            if (ReceiptId.unwrap(backed) == 0) vm.assertEq(quantity, 0, "6: a quantity of nothing");
            else ++count;
        }
    }

    /// @dev 6. Receipts never exceed what was counted, unless a later count was lower.
    function _stocksCoverTheirReceipts(uint256[] memory onStock) private view {
        for (uint256 i = 0; i < _world.stocks.length; ++i) {
            StockId stock = _world.stocks[i];
            IStocks.StockView memory current = _world.warehouse.stockOf(stock);
            vm.assertEq(current.receipted, onStock[StockId.unwrap(stock)], "6: receipted is not the sum");
            vm.assertEq(current.receipted, _handler.shouldBeReceipted(stock), "6: goods were made or lost");
            vm.assertEq(current.attested, _handler.shouldBeAttested(stock), "6: counted less what was delivered");
            if (!_handler.mayBeShort(stock)) vm.assertLe(current.receipted, current.attested, "6: beyond the count");
        }
    }

    /// @dev 5. An asset carries at most one lien, to whom it was given, and none but a live receipt carries one.
    function _itsLienIsTheOneThatWasAgreed(ReceiptId receipt, IReceipts.ReceiptView memory current) private view {
        AssetId asset = assetOfReceipt(receipt);
        ILienRegistry.Lien memory lien = _world.liens.lienOf(asset);
        PartyId pledgee = _handler.shouldBePledgedTo(receipt);
        bool active = lien.state == LienState.Active;
        vm.assertEq(active, PartyId.unwrap(pledgee) != 0, "5: pledged and lien differ");
        vm.assertEq(current.pledged, active, "5: the receipt says otherwise");
        vm.assertEq(lien.blocks, _handler.openBlocks(receipt), "5: open blocks");
        if (active) vm.assertEq(PartyId.unwrap(lien.pledgee), PartyId.unwrap(pledgee), "5: another pledgee");
        uint64 facility = _handler.shouldSecure(receipt);
        if (!active) vm.assertEq(facility, 0, "5: secures a facility without a lien");
        else if (facility == 0) vm.assertEq(FinancingId.unwrap(lien.financing), 0, "5: of no loan");
        else vm.assertEq(FinancingId.unwrap(lien.financing), FACILITY | facility, "5: of another loan");
        bool mayBe = current.state == ReceiptState.Pledged || current.state == ReceiptState.Disputed
            || current.state == ReceiptState.Frozen;
        if (active) vm.assertTrue(mayBe, "5: a lien on what has ended or is leaving");
        if (current.state == ReceiptState.Pledged) vm.assertTrue(active, "5: pledged without a lien");
    }

    /// @dev Title moves by the holder with the keeper, by an order, by enforcement, and by nothing else.
    function _itsHolderIsWhoShould(ReceiptId receipt, IReceipts.ReceiptView memory current) private view {
        vm.assertEq(PartyId.unwrap(current.holder), PartyId.unwrap(_handler.shouldHold(receipt)), "2: another holder");
        vm.assertFalse(current.holder == current.keeper, "2: a keeper holds its own receipt");
        bool frozen = current.state == ReceiptState.Frozen;
        vm.assertEq(current.before != ReceiptState.None, frozen || _endedFrozen(current), "where it returns to");
    }

    // --------------------------------------------------------------------------------------------- the handlers reach all

    /// @dev The same actions driven by a fixed sequence: each succeeds, each that may be refused is refused too, and every state
    /// there is occurs. A guard against handlers that silently stop doing anything.
    function test_handlersReachEveryActionAndState() public {
        vm.pauseGasMetering();
        for (uint256 world = 0; world < 8; ++world) {
            setUp();
            for (uint256 step = 0; step < 280; ++step) {
                this.walk(uint256(keccak256(abi.encode("goods", world, step))));
            }
            invariant_goodsReceiptsAndLiensAgree();
            _count();
        }
        string memory missing;
        for (uint256 action = 0; action <= uint256(type(GoodsBase.Action).max); ++action) {
            if (_done[action] == 0) missing = string.concat(missing, " never done ", vm.toString(action));
            bool unrefused = _refused[action] == 0 && _canBeRefused(GoodsBase.Action(action));
            if (unrefused) missing = string.concat(missing, " never refused ", vm.toString(action));
        }
        vm.assertEq(bytes(missing).length, 0, string.concat("actions:", missing));
        vm.assertEq(_receiptsSeen | 1, _all(uint256(type(ReceiptState).max)), "states of receipts");
        // A receipt that is divided stays under its lien.
        uint256 absent = 1 << uint256(LienState.Divided);
        vm.assertEq(_liensSeen | absent, _all(uint256(type(LienState).max)), "states of liens");
        vm.assertEq(_facilitiesSeen | 1, _all(uint256(type(FacilityState).max)), "states of facilities");
        vm.assertTrue(_shortSeen, "a short stock");
    }

    /// @dev One step, in a call of its own so that its memory is given back.
    function walk(uint256 word) external {
        bytes4[] memory selectors = _handler.selectors();
        (bool done, bytes memory answer) =
            address(_handler).call(abi.encodeWithSelector(selectors[word % selectors.length], word));
        vm.assertTrue(done, string.concat("an action failed: ", string(answer)));
        _look();
    }

    function _look() private {
        uint256 count = _world.warehouse.receiptCount();
        for (uint64 i = 1; i <= count; ++i) {
            _receiptsSeen |= 1 << uint256(_world.warehouse.receiptOf(ReceiptId.wrap(i)).state);
            _liensSeen |= 1 << uint256(_world.liens.lienOf(assetOfReceipt(ReceiptId.wrap(i))).state);
        }
        count = _world.facilities.facilityCount();
        for (uint64 i = 1; i <= count; ++i) {
            _facilitiesSeen |= 1 << uint256(_world.facilities.facilityOf(FacilityId.wrap(i)).state);
        }
        for (uint256 i = 0; i < _world.stocks.length; ++i) {
            if (_handler.mayBeShort(_world.stocks[i])) _shortSeen = true;
        }
    }

    function _count() private {
        for (uint256 action = 0; action <= uint256(type(GoodsBase.Action).max); ++action) {
            _done[action] += _handler.succeeded(GoodsBase.Action(action));
            _refused[action] += _handler.refused(GoodsBase.Action(action));
        }
    }

    /// @dev Actions that the handler tries against its better knowledge too.
    function _canBeRefused(GoodsBase.Action action) private pure returns (bool) {
        return action == GoodsBase.Action.Draft || action == GoodsBase.Action.Issue
            || action == GoodsBase.Action.Restack || action == GoodsBase.Action.Amend
            || action == GoodsBase.Action.Deliver || action == GoodsBase.Action.Transfer
            || action == GoodsBase.Action.Split || action == GoodsBase.Action.Merge
            || action == GoodsBase.Action.OrderDelivery || action == GoodsBase.Action.WithdrawDispute
            || action == GoodsBase.Action.CloseDispute || action == GoodsBase.Action.ForceTransfer
            || action == GoodsBase.Action.Cancel || action == GoodsBase.Action.Pledge
            || action == GoodsBase.Action.ReleasePart || action == GoodsBase.Action.Substitute
            || action == GoodsBase.Action.TransferPledge || action == GoodsBase.Action.Enforce
            || action == GoodsBase.Action.AddAsset || action == GoodsBase.Action.CallMargin
            || action == GoodsBase.Action.MarkFacilityDefaulted || action == GoodsBase.Action.TakeAsset;
    }

    function _isLive(ReceiptState state) private pure returns (bool) {
        return state != ReceiptState.Delivered && state != ReceiptState.Cancelled && state != ReceiptState.None;
    }

    /// @dev What was cancelled while it was frozen still says where it would have returned to.
    function _endedFrozen(IReceipts.ReceiptView memory current) private pure returns (bool) {
        return current.state == ReceiptState.Cancelled && current.before != ReceiptState.None;
    }

    function _all(uint256 last) private pure returns (uint256) {
        return (1 << (last + 1)) - 1;
    }
}
