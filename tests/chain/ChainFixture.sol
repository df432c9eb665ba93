// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title A contract for the tests of the chain gateway: storage, events, structs and every way to fail.
contract ChainFixture {
    struct Slice {
        uint48 firstCent;
        uint48 lastCent;
        address holderKey;
    }

    enum Mode {
        Idle,
        Busy
    }

    event ValueStored(uint64 indexed noteId, uint256 oldValue, uint256 newValue);
    event SliceKept(address indexed holderKey, Slice slice, bytes32 fileHash, string indexed remark);
    event Heartbeat();

    error ValueTooLarge(uint64 noteId, uint256 givenValue, uint256 limit);
    error NotOwner(address caller, bytes32 fileHash);

    address public immutable owner;
    uint256 public limit;
    mapping(uint64 => uint256) private _values;
    uint256[] private _history;

    constructor(uint256 initialLimit) {
        if (initialLimit == 0) revert ValueTooLarge(0, 0, 0);
        owner = msg.sender;
        limit = initialLimit;
    }

    function store(uint64 noteId, uint256 newValue) external {
        if (newValue > limit) revert ValueTooLarge(noteId, newValue, limit);
        emit ValueStored(noteId, _values[noteId], newValue);
        _values[noteId] = newValue;
        _history.push(newValue);
    }

    function storeMany(uint64 firstId, uint256 count) external {
        for (uint64 i = 0; i < count; ++i) {
            emit ValueStored(firstId + i, _values[firstId + i], i);
            _values[firstId + i] = i;
        }
    }

    function keep(Slice calldata slice, bytes32 fileHash, string calldata remark) external {
        if (msg.sender != owner) revert NotOwner(msg.sender, fileHash);
        emit SliceKept(slice.holderKey, slice, fileHash, remark);
        emit Heartbeat();
    }

    function lowerLimit(uint256 newLimit) external {
        limit = newLimit;
    }

    function valueOf(uint64 noteId) external view returns (uint256) {
        return _values[noteId];
    }

    function historyLength() external view returns (uint256) {
        return _history.length;
    }

    function sliceOf(uint48 cents) external view returns (Slice memory slice, uint256[] memory history) {
        return (Slice(1, cents, owner), _history);
    }

    function time() external view returns (uint256) {
        return block.timestamp;
    }

    function overloaded(uint256 one) external pure returns (uint256) {
        return one;
    }

    function overloaded(address) external pure returns (uint256) {
        return 20;
    }

    function overloaded(uint256 one, uint256 two) external pure returns (uint256) {
        return one + two;
    }

    function failAfter(uint256 deadline) external {
        if (block.timestamp > deadline) revert("too late");
        emit Heartbeat();
    }

    function failWithText() external pure {
        revert("no luck today");
    }

    function failEmpty() external pure {
        revert();
    }

    function failUnknown() external pure {
        assembly {
            mstore(0, shl(224, 0xdeadbeef))
            revert(0, 4)
        }
    }

    function failPanic(uint256 divisor) external pure returns (uint256) {
        return 1 / divisor;
    }

    function failMode(uint256 mode) external pure returns (Mode) {
        return Mode(mode);
    }

    function burnGas() external {
        while (true) {
            ++limit;
        }
    }
}
