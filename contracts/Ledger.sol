// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Instructed} from "./Instructed.sol";
import {NotePayments} from "./NotePayments.sol";

/// @title The ledger
/// @notice Parties, invoice capacity, notes and lots; see interfaces/ILedger.sol for what each function promises.
contract Ledger is NotePayments {
    constructor(address authority) AccessManaged(authority) Instructed(_instructionsOf(authority)) {}
}
