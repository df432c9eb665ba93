// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {LotId} from "../../../../contracts/types/Ids.sol";

/// @dev What the ledger shows of payments that have not settled their note yet.
interface IPaidLots {
    function paidOnLot(LotId lot) external view returns (uint48);
}
