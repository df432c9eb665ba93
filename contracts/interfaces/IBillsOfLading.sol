// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {BillId, PartyId, ReceiptId} from "../types/Ids.sol";
import {BillState} from "../types/States.sol";
import {IPledgeable} from "./IPledgeable.sol";

/// @title Bills of lading
/// @notice A carrier's transferable document over goods at sea: one number, one bill, one holder. Its number is a key
/// that folds the numbering variants of carriers and their agents, and is used once for ever. The holder endorses it
/// along; it ends by surrender to the carrier, who switches it for another bill or discharges it into the warehouse
/// receipt of the goods.
interface IBillsOfLading is IPledgeable {
    /// @dev number: key of the bill's number. good, decimals, quantity: as for stocks. detailRoot: root of the salted
    /// hashes of the document's fields.
    struct BillTerms {
        bytes32 number;
        PartyId shipper;
        bytes32 good;
        uint64 quantity;
        uint8 decimals;
        bytes32 detailRoot;
    }

    /// @dev sequence: how often it was endorsed. replaces: the bill that it was switched from, or zero. receipt: what
    /// it was discharged into, or zero. before: where a frozen bill returns to.
    struct BillView {
        BillState state;
        BillState before;
        PartyId holder;
        PartyId carrier;
        bytes32 number;
        bytes32 good;
        uint64 quantity;
        uint8 decimals;
        uint16 sequence;
        BillId replaces;
        ReceiptId receipt;
        bool pledged;
    }

    event BillIssued(BillId indexed bill, PartyId indexed carrier, PartyId indexed holder, BillTerms terms);
    event BillEndorsed(BillId indexed bill, PartyId indexed to, uint16 sequence, bytes32 background);
    event BillSurrendered(BillId indexed bill, bytes32 orderHash);
    event SurrenderRevoked(BillId indexed bill);
    event BillSwitched(BillId indexed bill, BillId indexed replacement);
    event BillDischarged(BillId indexed bill, ReceiptId indexed receipt);
    /// @dev The receipt that it ended in was never issued: the draft was discarded.
    event BillReinstated(BillId indexed bill, bytes32 orderHash);
    event BillFrozen(BillId indexed bill, bytes32 orderHash);
    event BillUnfrozen(BillId indexed bill, BillState state, bytes32 orderHash);
    /// @dev A court's transfer; lien and freeze stay as they are, a surrender by the former holder ends.
    event BillTransferForced(BillId indexed bill, PartyId indexed from, PartyId indexed to, bytes32 orderHash);
    event BillTransferEnforced(BillId indexed bill, PartyId indexed to);

    error BillUnknown(BillId bill);
    error BillNumberMissing();
    error BillNumberUsed(bytes32 number, BillId bill);
    error UnexpectedBillState(BillId bill, BillState current, BillState expected);
    error NotBillHolder(BillId bill, PartyId actor);
    error NotCarrier(BillId bill, PartyId actor);
    error CarrierAsHolder(PartyId carrier);
    error BillPledged(BillId bill);
    error BillBlocked(BillId bill);
    error BillQuantityZero();
    error BillDetailMissing();
    error EndorsementUnfounded(BillId bill);
    error EndorseeHasNotAccepted(PartyId endorsee);
    error EndorseeHoldsIt(BillId bill);
    error OrderMissing();
    error SwitchUnlike(BillId bill);
    error ReceiptUnlike(BillId bill, ReceiptId receipt);
    error ReceiptHasBill(ReceiptId receipt, BillId bill);

    /// @dev Requirements: caller is a carrier; number (never used), good, quantity and detail root are stated; at most
    /// 18 decimals; the shipper exists and is not the carrier. A missing good is refused as a price of it would be
    /// (IPrices), decimals as a stock's (IStocks).
    function issueBill(BillTerms calldata terms) external returns (BillId bill);

    /// @dev Requirements: caller holds the bill; it is issued and not pledged; background is stated; the endorsee is
    /// active, has accepted in advance (IParties), and is neither holder nor carrier.
    function endorse(BillId bill, PartyId to, bytes32 background) external;

    /// @notice The holder gives the bill back to the carrier, for the goods or for another bill.
    /// @dev Requirements: caller holds the bill; it is issued, not pledged and not blocked; the order is stated.
    function surrender(BillId bill, bytes32 orderHash) external;

    /// @dev Requirements: caller holds the bill; it is surrendered.
    function revokeSurrender(BillId bill) external;

    /// @notice Replaces a surrendered bill by one with another number, for the same holder, goods and quantity.
    /// @dev Requirements: caller is the carrier; the bill is surrendered and not blocked; the terms name its holder as
    /// shipper, its good, decimals and quantity; otherwise as for issueBill.
    function switchBill(BillId bill, BillTerms calldata terms) external returns (BillId replacement);

    /// @notice The goods arrived and lie in a warehouse: the bill ends in the receipt that the keeper drafted for its
    /// holder.
    /// @dev Requirements: caller is the carrier; the bill is surrendered and not blocked; the receipt is a draft for
    /// the bill's holder, over the same good and decimals and at most its quantity; no other bill ended in it.
    function dischargeBill(BillId bill, ReceiptId receipt) external;

    /// @notice Puts a bill back into its holder's hands when nothing came of the receipt that it ended in.
    /// @dev Requirements: caller holds the arbiter role, and answers for it that the goods lie under no other receipt;
    /// the bill is discharged; its receipt is cancelled; the order is stated.
    function reinstateBill(BillId bill, bytes32 orderHash) external;

    /// @dev Requirements: caller holds the arbiter role; the bill is issued or surrendered; the order is stated.
    function freezeBill(BillId bill, bytes32 orderHash) external;

    /// @dev Requirements: caller holds the arbiter role; the bill is frozen; the order is stated.
    function unfreezeBill(BillId bill, bytes32 orderHash) external;

    /// @notice Executes a court's order over title. It neither ends nor reduces a freeze or a lien.
    /// @dev Requirements: caller holds the arbiter role; the bill is issued, surrendered or frozen; the order is
    /// stated; the receiver exists and is neither its holder nor its carrier.
    function forceTransferBill(BillId bill, PartyId to, bytes32 orderHash) external;

    function billOf(BillId bill) external view returns (BillView memory);

    function billCount() external view returns (uint64);

    function billNumbered(bytes32 number) external view returns (BillId bill);
}
