// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Administered} from "./Administered.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {IBillsOfLading} from "./interfaces/IBillsOfLading.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {IParties} from "./interfaces/IParties.sol";
import {IPledgeable} from "./interfaces/IPledgeable.sol";
import {IPrices} from "./interfaces/IPrices.sol";
import {IReceipts} from "./interfaces/IReceipts.sol";
import {IStocks} from "./interfaces/IStocks.sol";
import {IWarehouse} from "./interfaces/IWarehouse.sol";
import {AssetId, BillId, NOBODY, PartyId, ReceiptId, assetOfBill, billOfAsset} from "./types/Ids.sol";
import {BillState, ReceiptState, ROLE_CARRIER} from "./types/States.sol";

/// @title Bills of lading
/// @dev What moves with a bill lies in its first word, so an endorsement reads and writes one word of this contract.
contract BillsOfLading is Administered, LedgerClient, IBillsOfLading {
    /// @dev receipt: written when the bill is discharged; it does not fit into the first word.
    struct Bill {
        BillState state;
        BillState before;
        PartyId holder;
        PartyId carrier;
        uint8 decimals;
        uint16 sequence;
        uint64 quantity;
        BillId replaces;
        bytes32 number;
        bytes32 good;
        ReceiptId receipt;
    }

    uint8 private constant MAX_DECIMALS = 18;

    ILienRegistry private immutable LIENS;
    IWarehouse private immutable WAREHOUSE;

    uint64 private _billCount;
    mapping(BillId bill => Bill record) private _bills;
    /// @dev Never cleared: a number serves once, whatever became of its bill.
    mapping(bytes32 number => BillId bill) private _numbered;
    mapping(ReceiptId receipt => BillId bill) private _dischargedInto;

    constructor(address authority, ILedger ledger, ILienRegistry liens, IWarehouse warehouse)
        AccessManaged(authority)
        LedgerClient(ledger)
    {
        LIENS = liens;
        WAREHOUSE = warehouse;
    }

    /// @inheritdoc IBillsOfLading
    function issueBill(BillTerms calldata terms) external returns (BillId bill) {
        PartyId carrier = _actingPartyWith(ROLE_CARRIER);
        bill = _issue(carrier, terms, BillId.wrap(0));
    }

    /// @inheritdoc IBillsOfLading
    function endorse(BillId bill, PartyId to, bytes32 background) external {
        Bill storage record = _held(bill, BillState.Issued);
        if (background == 0) revert EndorsementUnfounded(bill);
        if (to == record.holder) revert EndorseeHoldsIt(bill);
        if (to == record.carrier) revert CarrierAsHolder(to);
        if (!LEDGER.acceptsInAdvance(to, NOBODY)) revert EndorseeHasNotAccepted(to);
        _requireUnpledged(bill);
        uint16 sequence = record.sequence + 1;
        (record.holder, record.sequence) = (to, sequence);
        emit BillEndorsed(bill, to, sequence, background);
    }

    /// @inheritdoc IBillsOfLading
    function surrender(BillId bill, bytes32 orderHash) external {
        Bill storage record = _held(bill, BillState.Issued);
        if (orderHash == 0) revert OrderMissing();
        if (_requireUnpledged(bill)) revert BillBlocked(bill);
        record.state = BillState.Surrendered;
        emit BillSurrendered(bill, orderHash);
    }

    /// @inheritdoc IBillsOfLading
    function revokeSurrender(BillId bill) external {
        _held(bill, BillState.Surrendered).state = BillState.Issued;
        emit SurrenderRevoked(bill);
    }

    /// @inheritdoc IBillsOfLading
    function switchBill(BillId bill, BillTerms calldata terms) external returns (BillId replacement) {
        PartyId carrier = _actingPartyWith(ROLE_CARRIER);
        Bill storage record = _surrenderedTo(bill, carrier);
        bool alike = terms.shipper == record.holder && terms.good == record.good && terms.decimals == record.decimals
            && terms.quantity == record.quantity;
        if (!alike) revert SwitchUnlike(bill);
        record.state = BillState.Switched;
        replacement = _issue(carrier, terms, bill);
        emit BillSwitched(bill, replacement);
    }

    /// @inheritdoc IBillsOfLading
    function dischargeBill(BillId bill, ReceiptId receipt) external {
        Bill storage record = _surrenderedTo(bill, _actingParty());
        IReceipts.ReceiptView memory drafted = WAREHOUSE.receiptOf(receipt);
        if (drafted.state != ReceiptState.Draft) {
            revert IReceipts.UnexpectedReceiptState(receipt, drafted.state, ReceiptState.Draft);
        }
        IStocks.StockView memory stock = WAREHOUSE.stockOf(drafted.stock);
        bool alike = drafted.holder == record.holder && stock.good == record.good && stock.decimals == record.decimals
            && drafted.quantity <= record.quantity;
        if (!alike) revert ReceiptUnlike(bill, receipt);
        BillId other = _dischargedInto[receipt];
        if (BillId.unwrap(other) != 0) revert ReceiptHasBill(receipt, other);
        _dischargedInto[receipt] = bill;
        record.state = BillState.Discharged;
        record.receipt = receipt;
        emit BillDischarged(bill, receipt);
    }

    /// @inheritdoc IBillsOfLading
    function reinstateBill(BillId bill, bytes32 orderHash) external restricted {
        Bill storage record = _existing(bill);
        if (orderHash == 0) revert OrderMissing();
        _requireIn(bill, record.state, BillState.Discharged);
        ReceiptId receipt = record.receipt;
        if (WAREHOUSE.receiptOf(receipt).state != ReceiptState.Cancelled) revert ReceiptUnlike(bill, receipt);
        _dischargedInto[receipt] = BillId.wrap(0);
        record.state = BillState.Issued;
        record.receipt = ReceiptId.wrap(0);
        emit BillReinstated(bill, orderHash);
    }

    /// @inheritdoc IBillsOfLading
    function freezeBill(BillId bill, bytes32 orderHash) external restricted {
        Bill storage record = _existing(bill);
        if (orderHash == 0) revert OrderMissing();
        BillState current = record.state;
        if (current != BillState.Surrendered) _requireIn(bill, current, BillState.Issued);
        (record.state, record.before) = (BillState.Frozen, current);
        emit BillFrozen(bill, orderHash);
    }

    /// @inheritdoc IBillsOfLading
    function unfreezeBill(BillId bill, bytes32 orderHash) external restricted {
        Bill storage record = _existing(bill);
        if (orderHash == 0) revert OrderMissing();
        _requireIn(bill, record.state, BillState.Frozen);
        BillState before = record.before;
        (record.state, record.before) = (before, BillState.None);
        emit BillUnfrozen(bill, before, orderHash);
    }

    /// @inheritdoc IBillsOfLading
    function forceTransferBill(BillId bill, PartyId to, bytes32 orderHash) external restricted {
        Bill storage record = _existing(bill);
        if (orderHash == 0) revert OrderMissing();
        BillState current = record.state;
        if (current != BillState.Surrendered && current != BillState.Frozen) {
            _requireIn(bill, current, BillState.Issued);
        }
        PartyId from = record.holder;
        if (to == from) revert EndorseeHoldsIt(bill);
        if (to == record.carrier) revert CarrierAsHolder(to);
        if (!_partyExists(to)) revert IParties.PartyUnknown(to);
        record.holder = to;
        // The new holder decides for itself whether to give the bill back, now or when a freeze ends.
        if (current == BillState.Surrendered) record.state = BillState.Issued;
        else if (record.before == BillState.Surrendered) record.before = BillState.Issued;
        emit BillTransferForced(bill, from, to, orderHash);
    }

    /// @inheritdoc IPledgeable
    function transferEnforced(AssetId asset, PartyId to) external {
        if (msg.sender != address(LIENS)) revert NotLienRegistry(msg.sender);
        BillId bill = _billBehind(asset);
        Bill storage record = _existing(bill);
        _requireIn(bill, record.state, BillState.Issued);
        if (to == record.carrier) revert CarrierAsHolder(to);
        record.holder = to;
        emit BillTransferEnforced(bill, to);
    }

    /// @inheritdoc IPledgeable
    function divide(AssetId asset, bytes calldata) external pure returns (AssetId) {
        revert NotDivisible(asset);
    }

    /// @inheritdoc IPledgeable
    function requirePledgeable(AssetId asset, PartyId pledgor) external view {
        BillId bill = _billBehind(asset);
        Bill storage record = _existing(bill);
        _requireIn(bill, record.state, BillState.Issued);
        if (record.holder != pledgor) revert NotBillHolder(bill, pledgor);
    }

    /// @inheritdoc IPledgeable
    function holderOf(AssetId asset) external view returns (PartyId) {
        return _existing(_billBehind(asset)).holder;
    }

    /// @inheritdoc IPledgeable
    function goodsOf(AssetId asset) external view returns (bytes32 good, uint64 quantity, uint8 decimals, bool sound) {
        Bill storage record = _existing(_billBehind(asset));
        return (record.good, record.quantity, record.decimals, record.state == BillState.Issued);
    }

    /// @inheritdoc IBillsOfLading
    function billOf(BillId bill) external view returns (BillView memory) {
        Bill memory record = _existing(bill);
        (bool pledged,) = LIENS.encumbranceOf(assetOfBill(bill));
        return BillView({
            state: pledged && record.state == BillState.Issued ? BillState.Pledged : record.state,
            before: record.before,
            holder: record.holder,
            carrier: record.carrier,
            number: record.number,
            good: record.good,
            quantity: record.quantity,
            decimals: record.decimals,
            sequence: record.sequence,
            replaces: record.replaces,
            receipt: record.receipt,
            pledged: pledged
        });
    }

    /// @inheritdoc IBillsOfLading
    function billCount() external view returns (uint64) {
        return _billCount;
    }

    /// @inheritdoc IBillsOfLading
    function billNumbered(bytes32 number) external view returns (BillId bill) {
        return _numbered[number];
    }

    function _issue(PartyId carrier, BillTerms calldata terms, BillId replaces) private returns (BillId bill) {
        if (terms.number == 0) revert BillNumberMissing();
        BillId earlier = _numbered[terms.number];
        if (BillId.unwrap(earlier) != 0) revert BillNumberUsed(terms.number, earlier);
        if (terms.good == 0) revert IPrices.GoodMissing();
        if (terms.quantity == 0) revert BillQuantityZero();
        if (terms.decimals > MAX_DECIMALS) revert IStocks.DecimalsInvalid(terms.decimals, MAX_DECIMALS);
        if (terms.detailRoot == 0) revert BillDetailMissing();
        if (terms.shipper == carrier) revert CarrierAsHolder(carrier);
        if (!_partyExists(terms.shipper)) revert IParties.PartyUnknown(terms.shipper);
        bill = BillId.wrap(++_billCount);
        _numbered[terms.number] = bill;
        _bills[bill] = Bill({
            state: BillState.Issued,
            before: BillState.None,
            holder: terms.shipper,
            carrier: carrier,
            decimals: terms.decimals,
            sequence: 0,
            quantity: terms.quantity,
            replaces: replaces,
            number: terms.number,
            good: terms.good,
            receipt: ReceiptId.wrap(0)
        });
        emit BillIssued(bill, carrier, terms.shipper, terms);
    }

    /// @dev The bill, if it is in the state and its holder calls.
    function _held(BillId bill, BillState expected) private view returns (Bill storage record) {
        PartyId actor = _actingParty();
        record = _existing(bill);
        _requireIn(bill, record.state, expected);
        if (record.holder != actor) revert NotBillHolder(bill, actor);
    }

    /// @dev A block that came after the surrender still holds: what replaces the bill would not carry it.
    function _surrenderedTo(BillId bill, PartyId carrier) private view returns (Bill storage record) {
        record = _existing(bill);
        _requireIn(bill, record.state, BillState.Surrendered);
        if (record.carrier != carrier) revert NotCarrier(bill, carrier);
        if (_requireUnpledged(bill)) revert BillBlocked(bill);
    }

    function _requireUnpledged(BillId bill) private view returns (bool blocked) {
        bool pledged;
        (pledged, blocked) = LIENS.encumbranceOf(assetOfBill(bill));
        if (pledged) revert BillPledged(bill);
    }

    function _requireIn(BillId bill, BillState current, BillState expected) private pure {
        if (current != expected) revert UnexpectedBillState(bill, current, expected);
    }

    function _existing(BillId bill) private view returns (Bill storage record) {
        record = _bills[bill];
        if (record.state == BillState.None) revert BillUnknown(bill);
    }

    /// @dev One spelling an asset: an identifier with anything in its unused bits names no bill.
    function _billBehind(AssetId asset) private view returns (BillId bill) {
        bill = billOfAsset(asset);
        if (assetOfBill(bill) != asset || _bills[bill].state == BillState.None) revert AssetUnknown(asset);
    }
}
