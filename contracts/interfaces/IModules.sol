// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title Contracts that a contract lets in
interface IModules {
    event ModuleSet(address indexed module, bool admitted);

    error NotAModule(address caller);

    /// @dev Requirements: caller holds the governor role.
    function setModule(address module, bool admitted) external;

    function isModule(address module) external view returns (bool);
}
