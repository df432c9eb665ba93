// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {KeeperSeals} from "./KeeperSeals.sol";
import {Stocks} from "./Stocks.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {ILots} from "./interfaces/ILots.sol";
import {IParties} from "./interfaces/IParties.sol";
import {IReceipts} from "./interfaces/IReceipts.sol";
import {CurrencyCode, NOBODY, PartyId, ReceiptId, StockId, assetOfReceipt} from "./types/Ids.sol";
import {ROLE_INSPECTOR, ROLE_KEEPER, ReceiptState} from "./types/States.sol";

/// @title Warehouse receipts: from the draft to the delivery
/// @dev One word a receipt and one a physical lot. That a receipt is pledged is not among them: the lien registry says
/// it.
abstract contract Receipts is Stocks, KeeperSeals, IReceipts {
    /// @dev sequence: of the next seal; of a draft, the UTC day of its attestation.
    struct Receipt {
        ReceiptState state;
        ReceiptState before;
        PartyId holder;
        PartyId keeper;
        StockId stock;
        uint64 quantity;
        uint48 valueMinor;
        CurrencyCode currency;
        uint16 sequence;
        uint8 flags;
    }

    struct BackedLot {
        ReceiptId receipt;
        uint64 quantity;
    }

    uint8 internal constant ATTESTED = 1;
    uint8 internal constant PLEDGE_CONSENT = 2;
    uint8 internal constant DISPUTED_BY_KEEPER = 4;
    uint256 internal constant MAX_LOTS = 256;

    ILienRegistry internal immutable LIENS;

    uint64 internal _receiptCount;
    mapping(ReceiptId receipt => Receipt record) internal _receipts;
    mapping(bytes32 key => BackedLot lot) internal _lots;

    constructor(ILienRegistry liens) {
        LIENS = liens;
    }

    /// @inheritdoc IReceipts
    function draft(DraftTerms calldata terms) external returns (ReceiptId receipt) {
        PartyId keeper = _actingPartyWith(ROLE_KEEPER);
        receipt = ReceiptId.wrap(_receiptCount + 1);
        if (_keeperOfStock(terms.stock) != keeper) revert NotKeeper(receipt, keeper);
        if (terms.depositor == keeper) revert KeeperAsHolder(keeper);
        if (!_partyExists(terms.depositor)) revert IParties.PartyUnknown(terms.depositor);
        if (terms.detailRoot == 0) revert DetailRootMissing();
        // Without a value a receipt would escape the keeper's cap.
        if (terms.valueMinor == 0) revert ValueMissing();
        _receiptCount = ReceiptId.unwrap(receipt);
        uint256 quantity = _layDown(receipt, terms.lots);
        if (quantity > type(uint64).max) revert QuantityTooLarge(quantity);
        _receipts[receipt] = Receipt({
            state: ReceiptState.Draft,
            before: ReceiptState.None,
            holder: terms.depositor,
            keeper: keeper,
            stock: terms.stock,
            quantity: uint64(quantity),
            valueMinor: terms.valueMinor,
            currency: terms.currency,
            sequence: 0,
            flags: terms.pledgeConsent ? PLEDGE_CONSENT : 0
        });
        emit ReceiptDrafted(
            receipt,
            terms.stock,
            terms.depositor,
            uint64(quantity),
            terms.currency,
            terms.valueMinor,
            terms.pledgeConsent,
            terms.detailRoot,
            terms.lots
        );
    }

    /// @inheritdoc IReceipts
    function attestReceipt(ReceiptId receipt, bytes32 evidenceHash) external {
        PartyId inspector = _actingPartyWith(ROLE_INSPECTOR);
        Receipt storage record = _receiptIn(receipt, ReceiptState.Draft);
        if (record.keeper == inspector) revert InspectorIsKeeper(inspector);
        if (record.holder == inspector) revert InspectorIsDepositor(inspector);
        if (evidenceHash == 0) revert EvidenceMissing();
        record.flags |= ATTESTED;
        record.sequence = uint16(block.timestamp / 1 days);
        emit ReceiptAttested(receipt, inspector, evidenceHash);
    }

    /// @inheritdoc IReceipts
    function issue(ReceiptId receipt) external {
        Receipt memory record = _keptBy(receipt, _actingPartyWith(ROLE_KEEPER), ReceiptState.Draft);
        if (record.flags & ATTESTED == 0) revert NotAttested(receipt);
        uint256 freshUntil = uint256(record.sequence) * 1 days + attestationAge();
        if (block.timestamp > freshUntil) revert ReceiptAttestationStale(receipt, freshUntil, block.timestamp);
        _receipts[receipt].state = ReceiptState.Issued;
        _receipts[receipt].sequence = 0;
        _putOnStock(record.stock, record.keeper, record.currency, record.quantity, record.valueMinor);
        emit ReceiptIssued(receipt);
    }

    /// @inheritdoc IReceipts
    function discardDraft(ReceiptId receipt, bytes32[] calldata lots) external {
        Receipt memory record = _keptBy(receipt, _actingParty(), ReceiptState.Draft);
        _requireUnencumbered(receipt);
        _receipts[receipt].state = ReceiptState.Cancelled;
        _receipts[receipt].sequence = 0;
        _clear(receipt, lots, record.quantity);
        emit DraftDiscarded(receipt, lots);
    }

    /// @inheritdoc IReceipts
    function transfer(ReceiptId receipt, PartyId to, bytes32 background, Seal calldata seal) external {
        PartyId actor = _actingParty();
        Receipt memory record = _heldBy(receipt, actor);
        if (background == 0) revert ILots.TradeBackgroundMissing();
        if (to == actor) revert TransfereeHoldsIt(receipt);
        if (to == record.keeper) revert KeeperAsHolder(to);
        if (!LEDGER.acceptsInAdvance(to, NOBODY)) revert TransfereeHasNotAccepted(to);
        _requireUnpledged(receipt);
        _requireSeal(ACT_TRANSFER, receipt, record.sequence, record.keeper, to, background, seal);
        Receipt storage stored = _receipts[receipt];
        stored.holder = to;
        stored.sequence = record.sequence + 1;
        emit ReceiptTransferred(receipt, to, record.sequence + 1, background);
    }

    /// @inheritdoc IReceipts
    function amend(ReceiptId receipt, bytes32 detailRoot, bytes32 reasonHash) external {
        PartyId actor = _actingParty();
        Receipt memory record = _existing(receipt);
        if (record.keeper != actor) revert NotKeeper(receipt, actor);
        if (record.state != ReceiptState.Released) _requireState(receipt, record.state, ReceiptState.Issued);
        if (detailRoot == 0) revert DetailRootMissing();
        if (reasonHash == 0) revert ReasonMissing();
        emit ReceiptAmended(receipt, detailRoot, reasonHash);
    }

    /// @inheritdoc IReceipts
    function setPledgeConsent(ReceiptId receipt, bool given) external {
        PartyId actor = _actingParty();
        Receipt memory record = _existing(receipt);
        if (record.keeper != actor) revert NotKeeper(receipt, actor);
        if (record.state != ReceiptState.Draft) _requireState(receipt, record.state, ReceiptState.Issued);
        _receipts[receipt].flags = given ? record.flags | PLEDGE_CONSENT : record.flags & ~PLEDGE_CONSENT;
        emit PledgeConsentSet(receipt, given);
    }

    /// @inheritdoc IReceipts
    function orderDelivery(ReceiptId receipt, bytes32 orderHash) external {
        _heldBy(receipt, _actingParty());
        if (orderHash == 0) revert ReasonMissing();
        _requireUnencumbered(receipt);
        _receipts[receipt].state = ReceiptState.Released;
        emit DeliveryOrdered(receipt, orderHash);
    }

    /// @inheritdoc IReceipts
    function revokeDelivery(ReceiptId receipt) external {
        PartyId actor = _actingParty();
        Receipt storage record = _receiptIn(receipt, ReceiptState.Released);
        if (record.holder != actor) revert NotReceiptHolder(receipt, actor);
        record.state = ReceiptState.Issued;
        emit DeliveryRevoked(receipt);
    }

    /// @inheritdoc IReceipts
    function deliver(ReceiptId receipt, bytes32[] calldata lots, bytes32 handoverHash) external {
        Receipt memory record = _keptBy(receipt, _actingParty(), ReceiptState.Released);
        if (handoverHash == 0) revert ReasonMissing();
        _requireUnencumbered(receipt);
        _receipts[receipt].state = ReceiptState.Delivered;
        _clear(receipt, lots, record.quantity);
        _takeOffStock(record.stock, record.keeper, record.currency, record.quantity, record.valueMinor, true);
        emit ReceiptDelivered(receipt, handoverHash, lots);
    }

    /// @inheritdoc IReceipts
    function receiptOf(ReceiptId receipt) external view returns (ReceiptView memory) {
        Receipt memory record = _existing(receipt);
        (bool pledged,) = LIENS.encumbranceOf(assetOfReceipt(receipt));
        bool shownPledged = pledged && record.state == ReceiptState.Issued;
        return ReceiptView({
            state: shownPledged ? ReceiptState.Pledged : record.state,
            before: record.before,
            holder: record.holder,
            keeper: record.keeper,
            stock: record.stock,
            quantity: record.quantity,
            valueMinor: record.valueMinor,
            currency: record.currency,
            sequence: record.state == ReceiptState.Draft ? 0 : record.sequence,
            attested: record.flags & ATTESTED != 0,
            pledgeConsent: record.flags & PLEDGE_CONSENT != 0,
            pledged: pledged
        });
    }

    /// @inheritdoc IReceipts
    function receiptCount() external view returns (uint64) {
        return _receiptCount;
    }

    /// @inheritdoc IReceipts
    function lotBehind(bytes32 key) external view returns (ReceiptId receipt, uint64 quantity) {
        BackedLot memory lot = _lots[key];
        return (lot.receipt, lot.quantity);
    }

    /// @inheritdoc IReceipts
    function sealDigest(
        string calldata act,
        ReceiptId receipt,
        uint16 sequence,
        PartyId to,
        bytes32 terms,
        uint40 deadline
    ) external view returns (bytes32) {
        return _sealDigest(keccak256(bytes(act)), receipt, sequence, to, terms, deadline);
    }

    /// @dev Gives physical lots to a receipt and adds up their quantities, which fit: 256 of 64 bits each.
    function _layDown(ReceiptId receipt, PhysicalLot[] calldata lots) internal returns (uint256 quantity) {
        uint256 count = lots.length;
        if (count == 0) revert LotsMissing();
        if (count > MAX_LOTS) revert TooManyLots(count, MAX_LOTS);
        for (uint256 i = 0; i < count; ++i) {
            PhysicalLot calldata lot = lots[i];
            bytes32 key = lot.key;
            if (key == 0) revert LotKeyMissing();
            if (lot.quantity == 0) revert LotQuantityZero(key);
            BackedLot storage backed = _lots[key];
            if (ReceiptId.unwrap(backed.receipt) != 0) revert LotBacksReceipt(key, backed.receipt);
            backed.receipt = receipt;
            backed.quantity = lot.quantity;
            quantity += lot.quantity;
        }
    }

    /// @dev Takes all physical lots from a receipt that ends.
    function _clear(ReceiptId receipt, bytes32[] calldata lots, uint64 quantity) internal {
        uint256 cleared = _lift(receipt, lots);
        if (cleared != quantity) revert LotsDoNotAddUp(receipt, quantity, cleared);
    }

    /// @dev Takes physical lots from a receipt. None can be named twice: after the first time it is nobody's.
    function _lift(ReceiptId receipt, bytes32[] calldata lots) internal returns (uint256 quantity) {
        for (uint256 i = 0; i < lots.length; ++i) {
            BackedLot memory backed = _lots[lots[i]];
            if (ReceiptId.unwrap(backed.receipt) != ReceiptId.unwrap(receipt)) {
                revert LotNotInReceipt(lots[i], receipt);
            }
            delete _lots[lots[i]];
            quantity += backed.quantity;
        }
    }

    function _requireUnpledged(ReceiptId receipt) internal view {
        (bool pledged,) = LIENS.encumbranceOf(assetOfReceipt(receipt));
        if (pledged) revert ReceiptPledged(receipt);
    }

    /// @dev For what ends a receipt or gives its goods another one's number: a block would be left behind, and the same
    /// goods could be taken in and pledged anew.
    function _requireUnencumbered(ReceiptId receipt) internal view {
        (bool pledged, bool blocked) = LIENS.encumbranceOf(assetOfReceipt(receipt));
        if (pledged) revert ReceiptPledged(receipt);
        if (blocked) revert ReceiptBlocked(receipt);
    }

    /// @dev Seals given to a former holder. Saturating: nobody can run a receipt to where it could not be enforced.
    function _voidSeals(Receipt memory record) internal pure {
        if (record.sequence != type(uint16).max) ++record.sequence;
    }

    function _heldBy(ReceiptId receipt, PartyId actor) internal view returns (Receipt memory record) {
        record = _receiptIn(receipt, ReceiptState.Issued);
        if (record.holder != actor) revert NotReceiptHolder(receipt, actor);
    }

    function _receiptIn(ReceiptId receipt, ReceiptState expected) internal view returns (Receipt storage record) {
        record = _existing(receipt);
        _requireState(receipt, record.state, expected);
    }

    function _existing(ReceiptId receipt) internal view returns (Receipt storage record) {
        record = _receipts[receipt];
        if (record.state == ReceiptState.None) revert ReceiptUnknown(receipt);
    }

    function _requireState(ReceiptId receipt, ReceiptState current, ReceiptState expected) internal pure {
        if (current != expected) revert UnexpectedReceiptState(receipt, current, expected);
    }

    function _keptBy(ReceiptId receipt, PartyId actor, ReceiptState expected)
        private
        view
        returns (Receipt memory record)
    {
        record = _receiptIn(receipt, expected);
        if (record.keeper != actor) revert NotKeeper(receipt, actor);
    }
}
