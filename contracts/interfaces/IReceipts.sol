// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {CurrencyCode, PartyId, ReceiptId, StockId} from "../types/Ids.sol";
import {ReceiptState} from "../types/States.sol";

/// @title Warehouse receipts
/// @notice Title to goods in a warehouse. The keeper drafts, an inspector that is not the keeper attests the draft's
/// quantity and quality, the keeper issues. Title moves by the holder's transaction and the keeper's seal together
/// (Civil Code 910): the seal is an EIP-712 signature of one of the keeper's keys over the act, the receipt, its
/// sequence and the terms, so it serves once. A physical lot, named by a key that folds its spellings, backs at most
/// one live receipt.
///
/// Seal, EIP-712 domain "Counterfoil Warehouse" version "1":
/// `KeeperSeal(string act,uint64 receipt,uint16 sequence,uint24 to,bytes32 terms,uint40 deadline)`
/// | act | receipt | to | terms |
/// |---|---|---|---|
/// | transfer | the receipt | the transferee | the trade background |
/// | split | the receipt | 0 | keccak256(abi.encode(parts, remainderRoot)) |
/// | merge | the receipt that stays | 0 | keccak256(abi.encode(sources, detailRoot)) |
interface IReceipts {
    /// @dev key: of the physical lot. quantity: in units of 10 to the minus the stock's decimals.
    struct PhysicalLot {
        bytes32 key;
        uint64 quantity;
    }

    /// @dev detailRoot: root of the salted hashes of the receipt's elements (Civil Code 909, GB/T 30332). valueMinor:
    /// the declared value, which counts against the keeper's exposure cap. pledgeConsent: the keeper seals pledges in
    /// advance.
    struct DraftTerms {
        StockId stock;
        PartyId depositor;
        CurrencyCode currency;
        uint48 valueMinor;
        bool pledgeConsent;
        bytes32 detailRoot;
        PhysicalLot[] lots;
    }

    /// @dev A part that is cut off: some of the receipt's lots, whole.
    struct Part {
        bytes32 detailRoot;
        bytes32[] lots;
    }

    /// @dev A receipt that goes into another one, with all its lots.
    struct Source {
        ReceiptId receipt;
        bytes32[] lots;
    }

    /// @dev deadline: seconds UTC, the last second in which the seal serves.
    struct Seal {
        uint40 deadline;
        bytes signature;
    }

    /// @dev state: as docs/states.md, Pledged included. pledged: whether a lien is active, whatever the state.
    /// sequence: of the next seal. before: where a frozen receipt returns to.
    struct ReceiptView {
        ReceiptState state;
        ReceiptState before;
        PartyId holder;
        PartyId keeper;
        StockId stock;
        uint64 quantity;
        uint48 valueMinor;
        CurrencyCode currency;
        uint16 sequence;
        bool attested;
        bool pledgeConsent;
        bool pledged;
    }

    event ReceiptDrafted(
        ReceiptId indexed receipt,
        StockId indexed stock,
        PartyId indexed depositor,
        uint64 quantity,
        CurrencyCode currency,
        uint48 valueMinor,
        bool pledgeConsent,
        bytes32 detailRoot,
        PhysicalLot[] lots
    );
    event ReceiptAttested(ReceiptId indexed receipt, PartyId indexed inspector, bytes32 evidenceHash);
    event ReceiptIssued(ReceiptId indexed receipt);
    event DraftDiscarded(ReceiptId indexed receipt, bytes32[] lots);
    event ReceiptTransferred(ReceiptId indexed receipt, PartyId indexed to, uint16 sequence, bytes32 background);
    /// @dev The part keeps holder, attestation and consent; of the declared value it takes its share by quantity,
    /// rounded down.
    event ReceiptSplit(
        ReceiptId indexed receipt,
        ReceiptId indexed part,
        uint64 quantity,
        uint48 valueMinor,
        bytes32 detailRoot,
        bytes32 remainderRoot,
        bytes32[] lots
    );
    event ReceiptMerged(
        ReceiptId indexed receipt,
        ReceiptId indexed source,
        uint64 quantity,
        uint48 valueMinor,
        bytes32 detailRoot,
        bytes32[] lots
    );
    /// @dev The keeper stacked or moved the goods within the site; their quantity is as before.
    event LotsRestacked(ReceiptId indexed receipt, bytes32[] removed, PhysicalLot[] added, bytes32 reasonHash);
    event ReceiptAmended(ReceiptId indexed receipt, bytes32 detailRoot, bytes32 reasonHash);
    event PledgeConsentSet(ReceiptId indexed receipt, bool given);
    event DeliveryOrdered(ReceiptId indexed receipt, bytes32 orderHash);
    event DeliveryRevoked(ReceiptId indexed receipt);
    event ReceiptDelivered(ReceiptId indexed receipt, bytes32 handoverHash, bytes32[] lots);
    event ReceiptDisputed(ReceiptId indexed receipt, PartyId indexed by, bytes32 evidenceHash);
    /// @dev `byOrder`: an arbiter closed it.
    event ReceiptDisputeClosed(ReceiptId indexed receipt, bool byOrder, bytes32 reasonHash);
    event ReceiptFrozen(ReceiptId indexed receipt, bytes32 orderHash);
    event ReceiptUnfrozen(ReceiptId indexed receipt, ReceiptState state, bytes32 orderHash);
    /// @dev A court's transfer. Lien, freeze and dispute stay as they are; a delivery order of the former holder ends.
    event ReceiptTransferForced(ReceiptId indexed receipt, PartyId indexed from, PartyId indexed to, bytes32 orderHash);
    event ReceiptCancelled(ReceiptId indexed receipt, bytes32 orderHash, bytes32[] lots);
    /// @dev The lien registry moved it to whom it was sold or given in enforcement.
    event ReceiptTransferEnforced(ReceiptId indexed receipt, PartyId indexed to);

    error ReceiptUnknown(ReceiptId receipt);
    error UnexpectedReceiptState(ReceiptId receipt, ReceiptState current, ReceiptState expected);
    error NotReceiptHolder(ReceiptId receipt, PartyId actor);
    error NotKeeper(ReceiptId receipt, PartyId actor);
    error KeeperAsHolder(PartyId keeper);
    error DetailRootMissing();
    error ReasonMissing();
    error LotsMissing();
    error TooManyLots(uint256 count, uint256 maximum);
    error LotKeyMissing();
    error LotQuantityZero(bytes32 key);
    error LotBacksReceipt(bytes32 key, ReceiptId receipt);
    error LotNotInReceipt(bytes32 key, ReceiptId receipt);
    error QuantityTooLarge(uint256 quantity);
    error LotsDoNotAddUp(ReceiptId receipt, uint256 quantity, uint256 lots);
    error NotAttested(ReceiptId receipt);
    error InspectorIsDepositor(PartyId party);
    error ReceiptAttestationStale(ReceiptId receipt, uint256 freshUntil, uint256 nowAt);
    error ValueMissing();
    error ReceiptPledged(ReceiptId receipt);
    error ReceiptBlocked(ReceiptId receipt);
    error PledgeNotConsented(ReceiptId receipt);
    error SealExpired(uint256 deadline, uint256 nowAt);
    error SealNotKeepers(ReceiptId receipt, PartyId signer);
    error TransfereeHoldsIt(ReceiptId receipt);
    error TransfereeHasNotAccepted(PartyId transferee);
    error PartsMissing();
    error PartTakesAll(ReceiptId receipt);
    error SourcesMissing();
    error MergeUnlike(ReceiptId receipt, ReceiptId source);
    error ValueTooLarge(uint256 valueMinor);
    error NotDisputant(ReceiptId receipt, PartyId actor);

    /// @notice Takes goods in: the receipt as the keeper would issue it. Its lots are taken from here on.
    /// @dev Requirements: caller is a keeper and the stock's; the depositor exists and is not the keeper; detail root,
    /// 1 to 256 lots, each with a key that backs no live receipt and no draft, and a quantity; a declared value.
    function draft(DraftTerms calldata terms) external returns (ReceiptId receipt);

    /// @notice The inspector attests quantity and quality of a draft. A later attestation takes the place of an earlier
    /// one.
    /// @dev Requirements: caller is an inspector, neither the keeper nor the depositor; the receipt is a draft;
    /// evidence is stated.
    function attestReceipt(ReceiptId receipt, bytes32 evidenceHash) external;

    /// @notice The keeper issues an attested draft to its depositor.
    /// @dev Requirements: caller is the receipt's keeper; it is an attested draft; its attestation, counted from the
    /// start of its UTC day, is not older than attestationAge; the stock's attestation is fresh and covers all live
    /// receipts with this one; the keeper's exposure stays within its cap.
    function issue(ReceiptId receipt) external;

    /// @dev Requirements: caller is the keeper; the receipt is a draft and not blocked; `lots` are all its lots.
    function discardDraft(ReceiptId receipt, bytes32[] calldata lots) external;

    /// @notice Transfers title.
    /// @dev Requirements: caller holds the receipt; it is issued and not pledged; background is stated; the transferee
    /// is active, has accepted in advance (IParties) and is not the keeper; the keeper's seal.
    function transfer(ReceiptId receipt, PartyId to, bytes32 background, Seal calldata seal) external;

    /// @notice Cuts parts off; the receipt stays with the rest.
    /// @return firstPart The number of the first part; the others follow it.
    /// @dev Requirements: caller holds the receipt; it is issued, not pledged and not blocked; every part has lots of
    /// the receipt and a detail root, and a rest remains; the keeper's seal.
    function split(ReceiptId receipt, Part[] calldata parts, bytes32 remainderRoot, Seal calldata seal)
        external
        returns (ReceiptId firstPart);

    /// @notice Puts other receipts into one, which stays.
    /// @dev Requirements: caller holds all of them; they are issued, not pledged and not blocked, over the same stock
    /// and in the same currency; `lots` of each source are all its lots; the keeper's seal.
    function merge(ReceiptId receipt, Source[] calldata sources, bytes32 detailRoot, Seal calldata seal) external;

    /// @notice The keeper records that it stacked goods anew within the site: other lots, the same quantity.
    /// @dev Requirements: caller is the keeper; the receipt is issued, released, disputed or frozen; the quantities
    /// agree.
    function restack(ReceiptId receipt, bytes32[] calldata removed, PhysicalLot[] calldata added, bytes32 reasonHash)
        external;

    /// @notice Changes elements of the receipt other than goods and holder. What it said before stays on record.
    /// @dev Requirements: caller is the keeper; the receipt is issued or released; root and reason are stated.
    function amend(ReceiptId receipt, bytes32 detailRoot, bytes32 reasonHash) external;

    /// @notice The keeper's seal for pledges, given in advance or taken back for the future (担保解释 59).
    /// @dev Requirements: caller is the keeper; the receipt is a draft or issued.
    function setPledgeConsent(ReceiptId receipt, bool given) external;

    /// @notice The holder orders delivery: from here on the receipt neither moves nor is pledged.
    /// @dev Requirements: caller holds the receipt; it is issued, neither pledged nor blocked; the order is stated.
    function orderDelivery(ReceiptId receipt, bytes32 orderHash) external;

    /// @dev Requirements: caller holds the receipt; it is released.
    function revokeDelivery(ReceiptId receipt) external;

    /// @notice The goods left: the receipt ends, and so does its share of the attested stock.
    /// @dev Requirements: caller is the keeper; the receipt is released and not blocked; the stock is not short; `lots`
    /// are all its lots.
    function deliver(ReceiptId receipt, bytes32[] calldata lots, bytes32 handoverHash) external;

    /// @dev Requirements: caller is the holder or the keeper; the receipt is issued (pledged or not); evidence is
    /// stated.
    function dispute(ReceiptId receipt, bytes32 evidenceHash) external;

    /// @dev Requirements: caller is the side that disputed; the receipt is disputed; the reason is stated.
    function withdrawDispute(ReceiptId receipt, bytes32 reasonHash) external;

    /// @dev Requirements: caller holds the arbiter role; the receipt is disputed; the reason is stated.
    function closeDispute(ReceiptId receipt, bytes32 reasonHash) external;

    /// @dev Requirements: caller holds the arbiter role; the receipt is issued, released or disputed; the order is
    /// stated.
    function freeze(ReceiptId receipt, bytes32 orderHash) external;

    /// @dev Requirements: caller holds the arbiter role; the receipt is frozen; the order is stated.
    function unfreeze(ReceiptId receipt, bytes32 orderHash) external;

    /// @notice Executes a court's order over title. It neither ends nor reduces a freeze, a lien or a dispute.
    /// @dev Requirements: caller holds the arbiter role; the receipt is issued, released, disputed or frozen; the order
    /// is stated; the receiver exists and is neither its holder nor its keeper.
    function forceTransfer(ReceiptId receipt, PartyId to, bytes32 orderHash) external;

    /// @notice Ends a receipt whose goods are gone or never were.
    /// @dev Requirements: caller holds the arbiter role; the receipt is a draft, issued, disputed or frozen and not
    /// pledged; `lots` are all its lots; the order is stated.
    function cancel(ReceiptId receipt, bytes32[] calldata lots, bytes32 orderHash) external;

    function receiptOf(ReceiptId receipt) external view returns (ReceiptView memory);

    function receiptCount() external view returns (uint64);

    /// @notice What a physical lot backs now: nothing where receipt is zero.
    function lotBehind(bytes32 key) external view returns (ReceiptId receipt, uint64 quantity);

    /// @notice What a keeper signs.
    function sealDigest(
        string calldata act,
        ReceiptId receipt,
        uint16 sequence,
        PartyId to,
        bytes32 terms,
        uint40 deadline
    ) external view returns (bytes32);
}
