// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title OpenZeppelin's token and nothing else: its transfer is the yardstick for what an engine carries.
contract PlainToken is ERC20("Plain", "PLAIN") {
    /// @notice Give several holders the same amount to spend.
    function endow(address[] calldata holders, uint256 amount) external {
        for (uint256 i = 0; i < holders.length; ++i) {
            _mint(holders[i], amount);
        }
    }
}
