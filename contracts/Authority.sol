// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Instructed} from "./Instructed.sol";
import {Instructions} from "./Instructions.sol";
import {IAuthority} from "./interfaces/IAuthority.sol";

/// @title Who administers
/// @notice OpenZeppelin's AccessManager: it maps the consortium's roles (registrar, bank, arbiter, governor) to the
/// functions that they may call. Roles of parties on the ledger are another thing, see IParties. It makes the contract
/// Instructions when it is made itself, so that which instructions count is settled before anybody has a right.
contract Authority is AccessManager, Instructed, IAuthority {
    constructor(address initialAdmin)
        AccessManager(initialAdmin)
        Instructed(address(new Instructions(address(this))))
    {}

    /// @inheritdoc IAuthority
    function instructions() external view returns (address) {
        return INSTRUCTIONS;
    }

    /// @dev Contract Instructions calls for itself too: when the governor sets routes with a delay, it consumes what was
    /// scheduled, as every contract with restricted functions does. No key stands behind that call.
    function _msgSender() internal view override returns (address) {
        return msg.sig == this.consumeScheduledOp.selector ? msg.sender : _actingKey();
    }

    function _msgData() internal view override returns (bytes calldata) {
        return _signedData();
    }

    /// @dev What OpenZeppelin's multicall hands on, so that each of its calls has the same key behind it.
    function _contextSuffixLength() internal pure override returns (uint256) {
        return KEY_BYTES;
    }
}
