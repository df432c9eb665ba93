// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IReceipts} from "../../../../contracts/interfaces/IReceipts.sol";
import {PartyId, ReceiptId, StockId} from "../../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../../contracts/types/States.sol";
import {GoodsFixture} from "../support/GoodsFixture.sol";
import {vm} from "../support/Vm.sol";

/// @title What the handlers of goods share: the world, how to pick from it, and what should be true of it
/// @notice Every action takes one seed, looks for something to try, reckons from its own books alone whether that may go through,
/// and tries it: a call that is let through and should not be, or the other way round, is a finding (fail_on_revert).
abstract contract GoodsBase is GoodsFixture {
    enum Action {
        Count,
        Draft,
        AttestReceipt,
        Issue,
        Discard,
        Restack,
        Amend,
        Consent,
        Deliver,
        Transfer,
        Split,
        Merge,
        OrderDelivery,
        RevokeDelivery,
        Dispute,
        WithdrawDispute,
        CloseDispute,
        Freeze,
        Unfreeze,
        ForceTransfer,
        Cancel,
        Pledge,
        Release,
        ReleasePart,
        Substitute,
        TransferPledge,
        Enforce,
        Block,
        ResolveBlock,
        PostPrice,
        OpenFacility,
        AddAsset,
        RepayFacility,
        CallMargin,
        LiftMarginCall,
        MarkFacilityDefaulted,
        TakeAsset,
        SellClaim,
        PassTime
    }

    bytes32 internal constant WHY = keccak256("why");
    uint256 internal constant MOST_RECEIPTS = 40;
    uint256 internal constant MOST_LOTS = 5;
    uint256 internal constant KEYS = 48;
    uint256 internal constant CAP_MINOR = 12_000;

    uint256 internal constant DRAFT = 1 << uint256(ReceiptState.Draft);
    uint256 internal constant ISSUED = 1 << uint256(ReceiptState.Issued);
    uint256 internal constant PLEDGED = 1 << uint256(ReceiptState.Pledged);
    uint256 internal constant RELEASED = 1 << uint256(ReceiptState.Released);
    uint256 internal constant DISPUTED = 1 << uint256(ReceiptState.Disputed);
    uint256 internal constant FROZEN = 1 << uint256(ReceiptState.Frozen);

    mapping(Action action => uint256 times) public succeeded;
    mapping(Action action => uint256 times) public refused;

    /// @dev Kept from the actions alone.
    mapping(ReceiptId receipt => PartyId party) public shouldHold;
    mapping(ReceiptId receipt => PartyId party) public shouldBePledgedTo;
    /// @dev The facility that the lien is for; zero where its claim lies outside the ledger.
    mapping(ReceiptId receipt => uint64 facility) public shouldSecure;
    mapping(ReceiptId receipt => uint256 count) public openBlocks;
    mapping(ReceiptId receipt => uint256 time) internal attestedUntil;
    mapping(StockId stock => uint256 quantity) public shouldBeAttested;
    mapping(StockId stock => uint256 quantity) public shouldBeReceipted;
    mapping(StockId stock => uint256 time) internal countedUntil;
    mapping(PartyId keeper => uint256 minor) public shouldBeExposed;
    mapping(bytes32 key => ReceiptId receipt) public shouldBack;
    /// @dev A count came in below the receipts, and nothing has healed it since.
    mapping(StockId stock => bool isShort) public mayBeShort;

    StockId[] internal stocks;
    PartyId[] internal holders;

    function setUp() public virtual override {
        super.setUp();
        stocks.push(stock);
        stocks.push(_openStock(keeper, SITE, COPPER));
        stocks.push(_openStock(otherKeeper, OTHER_SITE, STEEL));
        holders.push(supplier);
        holders.push(second);
        holders.push(third);
        holders.push(funder);
        holders.push(rival);
        vm.startPrank(GOVERNOR);
        warehouse.setExposureCap(keeper, CNY, uint96(CAP_MINOR));
        warehouse.setExposureCap(otherKeeper, CNY, uint96(CAP_MINOR));
        vm.stopPrank();
        for (uint256 i = 0; i < stocks.length; ++i) {
            _attest(stocks[i], 3000);
            (shouldBeAttested[stocks[i]], countedUntil[stocks[i]]) = (3000, block.timestamp + ATTESTATION_AGE);
        }
    }

    // ------------------------------------------------------------------------------------------------------------ tries

    function _try(Action action, address caller, address target, bytes memory callData, bool allowed)
        internal
        returns (bool done)
    {
        bytes memory answer;
        vm.prank(caller);
        (done, answer) = target.call(callData);
        string memory why = string.concat("action ", vm.toString(uint256(action)));
        vm.assertEq(done, allowed, string.concat(why, allowed ? " was refused" : " was let through"));
        if (done) ++succeeded[action];
        else ++refused[action];
    }

    function _tryOnWarehouse(Action action, PartyId actor, bytes memory callData, bool allowed)
        internal
        returns (bool)
    {
        return _try(action, keyOf[actor], address(warehouse), callData, allowed);
    }

    function _did(Action action) internal {
        ++succeeded[action];
    }

    // ------------------------------------------------------------------------------------------------------------ picks

    function _word(uint256 seed, uint256 salt) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    function _between(uint256 seed, uint256 salt, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + _word(seed, salt) % (most - least + 1);
    }

    function _holder(uint256 seed, uint256 salt) internal view returns (PartyId) {
        return holders[_word(seed, salt) % holders.length];
    }

    /// @dev A receipt in one of the states (a bit each), the first from a place that the seed says.
    function _pick(uint256 seed, uint256 states)
        internal
        view
        returns (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current)
    {
        uint256 count = warehouse.receiptCount();
        for (uint256 i = 0; i < count; ++i) {
            receipt = ReceiptId.wrap(uint64(1 + (_word(seed, 1) % count + i) % count));
            current = warehouse.receiptOf(receipt);
            if ((states >> uint256(current.state)) & 1 == 1) return (true, receipt, current);
        }
    }

    function _key(uint256 number) internal pure returns (bytes32) {
        return keccak256(abi.encode("place", number % KEYS));
    }

    /// @dev Lots under keys that back nothing, each of the quantity.
    function _freeLots(uint256 seed, uint256 count, uint64 each)
        internal
        view
        returns (bool found, IReceipts.PhysicalLot[] memory lots)
    {
        lots = new IReceipts.PhysicalLot[](count);
        uint256 filled;
        uint256 start = _word(seed, 50);
        for (uint256 i = 0; i < KEYS && filled < count; ++i) {
            bytes32 key = _key(start % KEYS + i);
            if (ReceiptId.unwrap(shouldBack[key]) != 0) continue;
            lots[filled++] = IReceipts.PhysicalLot(key, each);
        }
        return (filled == count, lots);
    }

    function _isPledged(ReceiptId receipt) internal view returns (bool) {
        return PartyId.unwrap(shouldBePledgedTo[receipt]) != 0;
    }

    function _isShort(StockId counted) internal view returns (bool) {
        return shouldBeReceipted[counted] > shouldBeAttested[counted];
    }

    /// @dev What a pledge asks beside title, as the books of this handler have it.
    function _mayBePledged(ReceiptId receipt, IReceipts.ReceiptView memory current) internal view returns (bool) {
        return current.state == ReceiptState.Issued && !_isPledged(receipt) && openBlocks[receipt] == 0
            && current.pledgeConsent && block.timestamp <= countedUntil[current.stock] && !_isShort(current.stock);
    }

    // ------------------------------------------------------------------------------------------------------------ books

    function _laid(ReceiptId receipt, IReceipts.PhysicalLot[] memory lots) internal {
        for (uint256 i = 0; i < lots.length; ++i) {
            lotsOf[receipt].push(lots[i]);
            shouldBack[lots[i].key] = receipt;
        }
    }

    function _lifted(bytes32[] memory keys) internal {
        for (uint256 i = 0; i < keys.length; ++i) {
            shouldBack[keys[i]] = ReceiptId.wrap(0);
        }
    }

    function _moved(ReceiptId from, ReceiptId to, uint256 count) internal {
        bytes32[] memory keys = _firstKeys(from, count);
        for (uint256 i = 0; i < count; ++i) {
            shouldBack[keys[i]] = to;
        }
        _lotsMoved(from, to, count);
    }

    function _ended(ReceiptId receipt, IReceipts.ReceiptView memory was, bool delivered) internal {
        _lifted(_keysOf(receipt));
        delete lotsOf[receipt];
        if (was.state == ReceiptState.Draft) return;
        shouldBeReceipted[was.stock] -= was.quantity;
        shouldBeExposed[was.keeper] -= was.valueMinor;
        if (delivered) shouldBeAttested[was.stock] -= was.quantity;
        if (!_isShort(was.stock)) mayBeShort[was.stock] = false;
    }

    function _quantityOf(ReceiptId receipt) internal view returns (uint256 quantity) {
        IReceipts.PhysicalLot[] storage lots = lotsOf[receipt];
        for (uint256 i = 0; i < lots.length; ++i) {
            quantity += lots[i].quantity;
        }
    }
}
