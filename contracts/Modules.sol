// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Administered} from "./Administered.sol";
import {IModules} from "./interfaces/IModules.sol";

/// @title Contracts that a contract lets in
/// @dev AccessManager decides who may admit a module; the admitted address is kept here, because asking the manager
/// costs about 11,000 gas on every call between contracts (docs/decisions/0003-one-ledger-contract.md).
abstract contract Modules is Administered, IModules {
    mapping(address module => bool admitted) private _modules;

    modifier onlyModule() {
        if (!_modules[msg.sender]) revert NotAModule(msg.sender);
        _;
    }

    /// @inheritdoc IModules
    function setModule(address module, bool admitted) external restricted {
        _modules[module] = admitted;
        emit ModuleSet(module, admitted);
    }

    /// @inheritdoc IModules
    function isModule(address module) external view returns (bool) {
        return _modules[module];
    }
}
