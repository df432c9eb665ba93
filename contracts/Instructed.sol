// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IAuthority} from "./interfaces/IAuthority.sol";

/// @title Whose call it is
/// @notice The caller, or the key whose signed instruction is carried out: contract Instructions puts that key behind the
/// calldata. Nobody else is believed, so a caller that appends something to its calldata stays who it is. The address is
/// part of the code: reading it costs a direct call no storage access, and nobody can change it.
abstract contract Instructed {
    address internal immutable INSTRUCTIONS;

    uint256 internal constant KEY_BYTES = 20;

    constructor(address instructions_) {
        INSTRUCTIONS = instructions_;
    }

    function _actingKey() internal view returns (address key) {
        key = msg.sender;
        if (key == INSTRUCTIONS) {
            assembly ("memory-safe") {
                key := shr(96, calldataload(sub(calldatasize(), 20)))
            }
        }
    }

    /// @dev The calldata as the key signed it.
    function _signedData() internal view returns (bytes calldata) {
        return msg.sender == INSTRUCTIONS ? msg.data[:msg.data.length - KEY_BYTES] : msg.data;
    }

    function _instructionsOf(address authority_) internal view returns (address) {
        return IAuthority(authority_).instructions();
    }
}
