// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Instructed} from "./Instructed.sol";

/// @title Functions for offices
/// @notice OpenZeppelin's AccessManaged, for whose `restricted` the key of an instruction is the caller too: offices
/// sign instructions as parties do.
abstract contract Administered is AccessManaged, Instructed {
    function _msgSender() internal view override returns (address) {
        return _actingKey();
    }

    function _msgData() internal view override returns (bytes calldata) {
        return _signedData();
    }
}
