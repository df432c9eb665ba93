// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC3525} from "@solvprotocol/erc-3525/ERC3525.sol";
import {ERC721A} from "erc721a/contracts/ERC721A.sol";
import {ERC1155 as SoladyERC1155} from "solady/src/tokens/ERC1155.sol";
import {ERC6909 as SoladyERC6909} from "solady/src/tokens/ERC6909.sol";
import {ERC721 as SoladyERC721} from "solady/src/tokens/ERC721.sol";

// Each contract only opens what its library keeps internal, with no access check, so that the library alone is measured.
// `distribute` is the batch that the standard itself lacks: one holder's amount cut up for many receivers in one call.

contract OpenZeppelinERC20 is ERC20("Peer", "PEER") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function distribute(address[] calldata to, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < to.length; ++i) {
            _transfer(msg.sender, to[i], amounts[i]);
        }
    }
}

contract OpenZeppelinERC721 is ERC721("Peer", "PEER") {
    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}

contract OpenZeppelinERC1155 is ERC1155("") {
    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount, "");
    }

    function distribute(uint256 id, address[] calldata to, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < to.length; ++i) {
            _safeTransferFrom(msg.sender, to[i], id, amounts[i], "");
        }
    }
}

contract Erc721a is ERC721A("Peer", "PEER") {
    function mint(address to, uint256 quantity) external {
        _mint(to, quantity);
    }
}

contract SoladyToken721 is SoladyERC721 {
    function name() public pure override returns (string memory) {
        return "Peer";
    }

    function symbol() public pure override returns (string memory) {
        return "PEER";
    }

    function tokenURI(uint256) public pure override returns (string memory) {
        return "";
    }

    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}

contract SoladyToken1155 is SoladyERC1155 {
    function uri(uint256) public pure override returns (string memory) {
        return "";
    }

    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount, "");
    }

    function distribute(uint256 id, address[] calldata to, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < to.length; ++i) {
            _safeTransfer(address(0), msg.sender, to[i], id, amounts[i], "");
        }
    }
}

contract SoladyToken6909 is SoladyERC6909 {
    function name(uint256) public pure override returns (string memory) {
        return "Peer";
    }

    function symbol(uint256) public pure override returns (string memory) {
        return "PEER";
    }

    function tokenURI(uint256) public pure override returns (string memory) {
        return "";
    }

    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount);
    }

    function distribute(uint256 id, address[] calldata to, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < to.length; ++i) {
            _transfer(address(0), msg.sender, to[i], id, amounts[i]);
        }
    }
}

contract Erc3525Reference is ERC3525("Peer", "PEER", 2) {
    function mint(address to, uint256 slot, uint256 value) external returns (uint256 id) {
        id = _mint(to, slot, value);
    }

    function distribute(uint256 id, address[] calldata to, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < to.length; ++i) {
            transferFrom(id, to[i], amounts[i]);
        }
    }
}
