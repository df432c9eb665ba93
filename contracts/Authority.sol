// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @title Who administers
/// @notice OpenZeppelin's AccessManager, deployed as it is: it maps the consortium's roles (registrar, bank, arbiter,
/// governor) to the functions that they may call. Roles of parties on the ledger are another thing, see IParties.
contract Authority is AccessManager {
    constructor(address initialAdmin) AccessManager(initialAdmin) {}
}
