// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title What the authority says besides who administers
interface IAuthority {
    /// @notice The contract whose relayed calls count as those of the key that signed them.
    function instructions() external view returns (address);
}
