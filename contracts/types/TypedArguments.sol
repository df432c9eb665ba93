// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title ABI-encoded arguments as EIP-712 hashes them
/// @dev interfaces/IInstructions.sol defines shapes and the one form of arguments that is accepted. Every dynamic part
/// must begin where the part before it ended, so all that is read is read once and the end of the last part is the end of
/// the arguments. Arguments that do not keep to that set `odd` and are not read further; nothing here reverts, because
/// one bad item must not undo a batch.
library TypedArguments {
    uint256 private constant BYTES = 0x80;
    uint256 private constant ARRAY = 0x81;
    uint256 private constant STATIC_STRUCT = 0x82;
    uint256 private constant DYNAMIC_STRUCT = 0x83;
    /// @dev A struct's code, type hash and length stand before its fields.
    uint256 private constant STRUCT_HEAD = 34;

    /// @dev start: of the arguments in calldata. tail: where, from there, the next dynamic part must begin.
    struct Walk {
        bytes shape;
        uint256 start;
        uint256 length;
        uint256 tail;
        bool odd;
    }

    /// @dev hashStruct of the message: the arguments, then nonce and deadline. Worthless unless sound.
    function hash(bytes32 typeHash, bytes memory shape, bytes calldata args, uint256 nonce, uint256 deadline)
        internal
        pure
        returns (bool sound, bytes32 structHash)
    {
        Walk memory walk;
        walk.shape = shape;
        walk.length = args.length;
        assembly ("memory-safe") {
            mstore(add(walk, 0x20), args.offset)
        }
        (uint256 head, uint256 words) = _measure(shape, 0, shape.length);
        uint256 memo = _words(words + 3);
        _put(memo, typeHash);
        _enter(walk, head);
        uint256 end = _fields(walk, 0, shape.length, 0, memo + 32);
        _put(end, bytes32(nonce));
        _put(end + 32, bytes32(deadline));
        return (!walk.odd && walk.tail == args.length, _hash(memo, (words + 3) << 5));
    }

    /// @dev Whether `hash` can read it.
    function isShape(bytes memory shape) internal pure returns (bool) {
        (bool sound,) = _checkItems(shape, 0, shape.length);
        return sound;
    }

    // ------------------------------------------------------------------------------------------------------- reading

    /// @dev Encodes the items shape[item..last) of a tuple that begins at `base`, to memory from `to`; returns where
    /// that ends. The tuple's heads were found to lie within the arguments.
    function _fields(Walk memory walk, uint256 item, uint256 last, uint256 base, uint256 to)
        private
        pure
        returns (uint256)
    {
        uint256 head = base;
        while (item < last && !walk.odd) {
            uint256 code = _code(walk.shape, item);
            if (code < BYTES) {
                _copy(walk, head, to, code << 5);
                head += code << 5;
                to += code << 5;
            } else {
                if (code == STATIC_STRUCT) {
                    _put(to, _struct(walk, item, head));
                    head += _sizeOf(walk.shape, item);
                } else {
                    _put(to, _dynamic(walk, item, head, base));
                    head += 32;
                }
                to += 32;
            }
            item = _after(walk.shape, item);
        }
        return to;
    }

    /// @dev The dynamic part whose offset, from `base`, stands at `head`.
    function _dynamic(Walk memory walk, uint256 item, uint256 head, uint256 base) private pure returns (bytes32) {
        uint256 place = walk.tail;
        if (_word(walk, head) != place - base) {
            walk.odd = true;
            return 0;
        }
        uint256 code = _code(walk.shape, item);
        if (code == DYNAMIC_STRUCT) return _struct(walk, item, place);
        if (!_enter(walk, place + 32)) return 0;
        uint256 count = _word(walk, place);
        // Nothing that fits is longer; so nothing below overflows.
        if (count > walk.length) {
            walk.odd = true;
            return 0;
        }
        return code == BYTES ? _bytes(walk, place + 32, count) : _array(walk, item + 1, place + 32, count);
    }

    function _bytes(Walk memory walk, uint256 place, uint256 count) private pure returns (bytes32) {
        uint256 end = place + ((count + 31) & ~uint256(31));
        if (!_enter(walk, end)) return 0;
        uint256 used = count & 31;
        if (used != 0 && _word(walk, end - 32) << (used << 3) != 0) walk.odd = true;
        return _hashSlice(walk, place, count);
    }

    function _array(Walk memory walk, uint256 item, uint256 place, uint256 count) private pure returns (bytes32) {
        uint256 size = _sizeOf(walk.shape, item);
        if (!_enter(walk, place + count * size)) return 0;
        uint256 code = _code(walk.shape, item);
        if (code < BYTES) return _hashSlice(walk, place, count << 5);
        uint256 memo = _words(count);
        for (uint256 i = 0; i < count && !walk.odd; ++i) {
            uint256 head = place + i * size;
            _put(memo + (i << 5), code == STATIC_STRUCT ? _struct(walk, item, head) : _dynamic(walk, item, head, place));
        }
        return _hash(memo, count << 5);
    }

    /// @dev hashStruct of the struct that begins at `base`.
    function _struct(Walk memory walk, uint256 item, uint256 base) private pure returns (bytes32) {
        uint256 first = item + STRUCT_HEAD;
        uint256 last = _after(walk.shape, item);
        (uint256 size, uint256 words) = _measure(walk.shape, first, last);
        // The heads of a static one are among its owner's.
        if (_code(walk.shape, item) == DYNAMIC_STRUCT && !_enter(walk, base + size)) return 0;
        uint256 memo = _words(words + 1);
        _put(memo, _typeHash(walk.shape, item));
        _fields(walk, first, last, base, memo + 32);
        return _hash(memo, (words + 1) << 5);
    }

    /// @dev The part that is being read goes to `end`; what comes next begins there.
    function _enter(Walk memory walk, uint256 end) private pure returns (bool within) {
        walk.tail = end;
        within = end <= walk.length;
        if (!within) walk.odd = true;
    }

    // -------------------------------------------------------------------------------------------------------- shapes

    /// @dev Bytes of the heads of the items, and words of their encoding.
    function _measure(bytes memory shape, uint256 item, uint256 last)
        private
        pure
        returns (uint256 size, uint256 words)
    {
        while (item < last) {
            uint256 code = _code(shape, item);
            size += _sizeOf(shape, item);
            words += code < BYTES ? code : 1;
            item = _after(shape, item);
        }
    }

    function _sizeOf(bytes memory shape, uint256 item) private pure returns (uint256 size) {
        uint256 code = _code(shape, item);
        if (code < BYTES) return code << 5;
        if (code != STATIC_STRUCT) return 32;
        (size,) = _measure(shape, item + STRUCT_HEAD, _after(shape, item));
    }

    function _after(bytes memory shape, uint256 item) private pure returns (uint256) {
        uint256 code = _code(shape, item);
        while (code == ARRAY) code = _code(shape, ++item);
        return code <= BYTES ? item + 1 : item + STRUCT_HEAD + _code(shape, item + STRUCT_HEAD - 1);
    }

    /// @dev dynamic: one of them is of dynamic type.
    function _checkItems(bytes memory shape, uint256 item, uint256 last)
        private
        pure
        returns (bool sound, bool dynamic)
    {
        bool afterRun;
        while (item < last) {
            uint256 code = _code(shape, item);
            bool isRun = code < BYTES;
            if (isRun && afterRun) return (false, false);
            afterRun = isRun;
            if (code == ARRAY) {
                // One word, or anything that is no run.
                uint256 element = item + 1;
                if (element == last || (_code(shape, element) < BYTES && _code(shape, element) != 1)) {
                    return (false, false);
                }
                dynamic = true;
                // The element is checked as the next item; a word in it is no run of the list.
                if (_code(shape, element) == 1) item = element + 1;
                else item = element;
                continue;
            }
            if (code == 0 || code > DYNAMIC_STRUCT) return (false, false);
            if (code >= STATIC_STRUCT) {
                if (item + STRUCT_HEAD >= last) return (false, false);
                uint256 end = _after(shape, item);
                if (end > last || end == item + STRUCT_HEAD) return (false, false);
                (bool inner, bool innerDynamic) = _checkItems(shape, item + STRUCT_HEAD, end);
                if (!inner || innerDynamic != (code == DYNAMIC_STRUCT)) return (false, false);
            }
            if (code == BYTES || code == DYNAMIC_STRUCT) dynamic = true;
            item = _after(shape, item);
        }
        return (item == last, dynamic);
    }

    function _code(bytes memory shape, uint256 item) private pure returns (uint256) {
        return uint8(shape[item]);
    }

    function _typeHash(bytes memory shape, uint256 item) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(add(shape, 0x21), item))
        }
    }

    // --------------------------------------------------------------------------------------------------------- memory

    function _words(uint256 count) private pure returns (uint256 memo) {
        assembly ("memory-safe") {
            memo := mload(0x40)
            mstore(0x40, add(memo, shl(5, count)))
        }
    }

    function _put(uint256 to, bytes32 value) private pure {
        assembly ("memory-safe") {
            mstore(to, value)
        }
    }

    function _hash(uint256 memo, uint256 length) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := keccak256(memo, length)
        }
    }

    function _word(Walk memory walk, uint256 place) private pure returns (uint256 value) {
        uint256 from = walk.start + place;
        assembly ("memory-safe") {
            value := calldataload(from)
        }
    }

    function _copy(Walk memory walk, uint256 place, uint256 to, uint256 length) private pure {
        uint256 from = walk.start + place;
        assembly ("memory-safe") {
            calldatacopy(to, from, length)
        }
    }

    /// @dev Hashed in memory that is free, which stays free.
    function _hashSlice(Walk memory walk, uint256 place, uint256 length) private pure returns (bytes32 value) {
        uint256 from = walk.start + place;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, from, length)
            value := keccak256(free, length)
        }
    }
}
