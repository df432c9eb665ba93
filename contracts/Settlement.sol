// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {LedgerClient} from "./LedgerClient.sol";
import {ICash} from "./interfaces/ICash.sol";
import {IFinancing} from "./interfaces/IFinancing.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {ILedgerModule} from "./interfaces/ILedgerModule.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {AssetId, CurrencyCode, FinancingId, NoteId, PartyId, assetOfLot, lotId} from "./types/Ids.sol";
import {LotState} from "./types/States.sol";

/// @title Settlement
/// @dev Holds nothing: it asks the ledger who is owed, liens and loans who comes first, and books the cash.
contract Settlement is LedgerClient, ISettlement {
    /// @dev Payments netted so far, `amount << 24 | party` each, one a party. places is a hash table over party numbers
    /// (open addressing, a power of two at least twice the entries): where in memory a party's payment stands.
    struct Netting {
        uint256[] payments;
        uint256[] places;
        uint256 count;
    }

    /// @dev What the ledger answered, and the word of it that comes next.
    struct Claims {
        NoteId note;
        bool last;
        uint256[] payouts;
        uint256 next;
    }

    ICash private immutable CASH;
    ILienRegistry private immutable LIENS;
    IFinancing private immutable FINANCING;

    constructor(ILedger ledger, ICash cash, ILienRegistry liens, IFinancing financing) LedgerClient(ledger) {
        CASH = cash;
        LIENS = liens;
        FINANCING = financing;
    }

    /// @inheritdoc ISettlement
    function settle(NoteId note, uint48 amountMinor, ILedgerModule.LotRange[] calldata ranges) external {
        PartyId payer = _actingParty();
        (CurrencyCode currency, uint256[] memory payouts, bool last) =
            LEDGER.applyPayment(note, payer, amountMinor, ranges);
        Netting memory netting = _newNetting(payouts.length);
        Claims memory claims = Claims(note, last, payouts, 0);
        for (uint256 i = 0; i < ranges.length; ++i) {
            _payRange(netting, claims, ranges[i].segment, ranges[i].from, ranges[i].to);
        }
        CASH.settle(payer, currency, _packed(netting), bytes32(uint256(NoteId.unwrap(note))));
    }

    /// @dev Walks the lots of a range and their words in the same steps as the ledger did. Up to three lots a word from
    /// the left, `amount 48 | party 24 | state before 8` each; segment 0 has its one lot on the right.
    function _payRange(Netting memory netting, Claims memory claims, uint256 segment, uint256 index, uint256 to)
        private
    {
        // Indexes are 16 bits wide, and a shift is 160, 80 or 0 when it is taken from.
        unchecked {
            while (index <= to) {
                uint256 word = claims.payouts[claims.next++];
                for (uint256 shift = segment == 0 ? 0 : 160 - 80 * ((index + 1) % 3);; shift -= 80) {
                    uint256 payout = word >> shift;
                    uint256 amount = uint48(payout >> 32);
                    if (uint8(payout) == uint8(LotState.Pledged)) {
                        AssetId asset = assetOfLot(lotId(claims.note, segment, index));
                        amount -= _payPledgee(netting, asset, uint48(amount), claims.last);
                    }
                    if (amount != 0) _net(netting, uint24(payout >> 8), amount);
                    ++index;
                    if (shift == 0 || index > to) break;
                }
            }
        }
    }

    /// @dev The pledgee takes what the secured claim is owed, at most what the lot pays.
    function _payPledgee(Netting memory netting, AssetId asset, uint48 amount, bool last)
        private
        returns (uint48 taken)
    {
        ILienRegistry.Lien memory lien = LIENS.lienOf(asset);
        PartyId creditor = lien.pledgee;
        bool claimLeft;
        if (FinancingId.unwrap(lien.financing) == 0) {
            taken = LIENS.collect(asset, amount);
            claimLeft = taken != lien.securedMinor;
        } else {
            (creditor, taken, claimLeft) = FINANCING.collect(lien.financing, amount);
        }
        if (last || !claimLeft) LIENS.discharge(asset);
        if (taken != 0) _net(netting, PartyId.unwrap(creditor), taken);
    }

    /// @dev A word has at most three lots, and a lot pays at most two parties: pledgee and pledgor.
    function _newNetting(uint256 words) private pure returns (Netting memory netting) {
        uint256 size = 16;
        while (size < 12 * words) size <<= 1;
        netting.payments = new uint256[](6 * words);
        netting.places = new uint256[](size);
    }

    function _net(Netting memory netting, uint256 party, uint256 amount) private pure {
        uint256[] memory payments = netting.payments;
        uint256[] memory places = netting.places;
        // Without bounds checks, which would be a third of the cost: a slot is masked to the table, which always has an
        // empty place, and _newNetting made room for every payment. Amounts sum up to at most the note's face, 48 bits.
        assembly ("memory-safe") {
            let mask := sub(mload(places), 1)
            for { let slot := and(party, mask) } 1 { slot := and(add(slot, 1), mask) } {
                let entry := add(add(places, 0x20), shl(5, slot))
                let place := mload(entry)
                if iszero(place) {
                    let count := mload(add(netting, 0x40))
                    place := add(add(payments, 0x20), shl(5, count))
                    mstore(place, or(shl(24, amount), party))
                    mstore(entry, place)
                    mstore(add(netting, 0x40), add(count, 1))
                    break
                }
                let payment := mload(place)
                if eq(and(payment, 0xffffff), party) {
                    mstore(place, add(payment, shl(24, amount)))
                    break
                }
            }
        }
    }

    /// @dev Three payments a word from the left, `amount 48 | party 24 | unused 8` each, as Cash takes them.
    function _packed(Netting memory netting) private pure returns (uint256[] memory words) {
        uint256 count = netting.count;
        uint256[] memory payments = netting.payments;
        words = new uint256[]((count + 2) / 3);
        // Counts of lots in a transaction; a shift is 176, 96 or 16 when it is taken from.
        unchecked {
            uint256 next;
            for (uint256 w = 0; w < words.length; ++w) {
                uint256 word;
                for (uint256 shift = 176; next < count; shift -= 80) {
                    uint256 payment = payments[next++];
                    word |= (((payment >> 24) << 32) | (uint256(uint24(payment)) << 8)) << shift;
                    if (shift == 16) break;
                }
                words[w] = word;
            }
        }
    }
}
