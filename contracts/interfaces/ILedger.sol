// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IEncumbrable} from "./IEncumbrable.sol";
import {IInvoices} from "./IInvoices.sol";
import {ILedgerModule} from "./ILedgerModule.sol";
import {ILots} from "./ILots.sol";
import {IModules} from "./IModules.sol";
import {INotes} from "./INotes.sol";
import {IParties} from "./IParties.sol";

/// @title The ledger: parties, invoice capacity, notes and their lots in one contract
/// @notice They share a contract because every move of a lot reads all of them: a call to another contract costs more
/// than the move's own checks (docs/decisions/0003-one-ledger-contract.md has the figures).
interface ILedger is IParties, IInvoices, INotes, ILots, IEncumbrable, ILedgerModule, IModules {}
