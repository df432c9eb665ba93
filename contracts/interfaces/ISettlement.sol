// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {NoteId} from "../types/Ids.sol";
import {ILedgerModule} from "./ILedgerModule.sol";

/// @title Settlement: the debtor pays, everybody of record is paid
/// @notice One call pays the holders of the lots it names, a pledgee before its pledgor, netted to one booking a party.
/// Nothing rests with a contract. A note too large for one transaction is settled in several; the round says where it
/// stands, and nobody is passed over because the lots must follow one another without a gap.
interface ISettlement {
    /// @param amountMinor The amount of the whole round, the same in each of its calls.
    /// @dev Requirements: caller is the note's debtor and has the cash; otherwise as for applyPayment.
    function settle(NoteId note, uint48 amountMinor, ILedgerModule.LotRange[] calldata ranges) external;
}
