// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IPledgeable} from "./IPledgeable.sol";
import {IReceipts} from "./IReceipts.sol";
import {IStocks} from "./IStocks.sol";

/// @title The warehouse: stocks and receipts, in one contract
/// @notice `divide` takes `abi.encode(Part part, bytes32 remainderRoot, Seal seal)`, sealed as a split into that one
/// part.
interface IWarehouse is IStocks, IReceipts, IPledgeable {}
