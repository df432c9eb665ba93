// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {LedgerClient} from "./LedgerClient.sol";
import {ICash} from "./interfaces/ICash.sol";
import {IFacilities} from "./interfaces/IFacilities.sol";
import {IFinancing} from "./interfaces/IFinancing.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {ILedgerModule} from "./interfaces/ILedgerModule.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {AssetId, CurrencyCode, FinancingId, NoteId, PartyId, assetOfLot, lotId} from "./types/Ids.sol";
import {LienState, LotState} from "./types/States.sol";

/// @title Settlement
/// @dev Holds nothing: it asks the ledger who is owed, liens, loans and facilities who comes first, and books the cash.
contract Settlement is LedgerClient, ISettlement {
    /// @dev Payments netted so far, as Cash takes them: three a word from the left, `amount 48 | party 24 | unused 8`
    /// each, one a party. places is a hash table over party numbers (open addressing, a power of two above the number
    /// of parties there can be): where in memory a party's payment stands, `address << 8 | shift in that word`.
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
    IFacilities private immutable FACILITIES;

    constructor(ILedger ledger, ICash cash, ILienRegistry liens, IFinancing financing, IFacilities facilities)
        LedgerClient(ledger)
    {
        CASH = cash;
        LIENS = liens;
        FINANCING = financing;
        FACILITIES = facilities;
    }

    /// @inheritdoc ISettlement
    function settle(NoteId note, uint48 amountMinor, ILedgerModule.LotRange[] calldata ranges) external {
        PartyId payer = _actingParty();
        (CurrencyCode currency, uint256[] memory payouts, bool last) =
            LEDGER.applyPayment(note, payer, amountMinor, ranges);
        Netting memory netting = _newNetting(ranges);
        Claims memory claims = Claims(note, last, payouts, 0);
        for (uint256 i = 0; i < ranges.length; ++i) {
            _payRange(netting, claims, ranges[i].segment, ranges[i].from, ranges[i].to);
        }
        CASH.settle(payer, currency, _netted(netting), bytes32(uint256(NoteId.unwrap(note))));
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
        (PartyId creditor, uint48 owed, bool lienLeft) = _collect(asset, amount);
        taken = owed;
        if (lienLeft && last) LIENS.discharge(asset);
        if (taken != 0) _net(netting, PartyId.unwrap(creditor), taken);
    }

    /// @dev Whoever secured its claim with the lot books the payment; a lien whose claim is paid is discharged.
    function _collect(AssetId asset, uint48 amount) private returns (PartyId creditor, uint48 taken, bool lienLeft) {
        ILienRegistry.Lien memory lien = LIENS.lienOf(asset);
        // A facility that an earlier lot of this settlement paid off has freed this one.
        if (lien.state != LienState.Active) return (creditor, 0, false);
        creditor = lien.pledgee;
        if (FinancingId.unwrap(lien.financing) == 0) {
            taken = LIENS.collect(asset, amount);
            lienLeft = taken != lien.securedMinor;
        } else if (lien.financing.isFacility()) {
            (creditor, taken, lienLeft) = FACILITIES.collect(lien.financing, asset, amount);
        } else {
            (creditor, taken, lienLeft) = FINANCING.collect(lien.financing, amount);
        }
        if (!lienLeft) LIENS.discharge(asset);
    }

    /// @dev Room for two parties a lot, pledgee and pledgor, and a table that is never full.
    function _newNetting(ILedgerModule.LotRange[] calldata ranges) private pure returns (Netting memory netting) {
        uint256 parties;
        for (uint256 i = 0; i < ranges.length; ++i) {
            parties += 2 * (uint256(ranges[i].to) - ranges[i].from + 1);
        }
        uint256 size = 4;
        while (size <= parties) size <<= 1;
        netting.payments = new uint256[](parties / 3 + 1);
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
                    let word := add(add(payments, 0x20), shl(5, div(count, 3)))
                    let shift := sub(176, mul(80, mod(count, 3)))
                    mstore(word, or(mload(word), shl(shift, or(shl(32, amount), shl(8, party)))))
                    mstore(entry, or(shl(8, word), shift))
                    mstore(add(netting, 0x40), add(count, 1))
                    break
                }
                let word := shr(8, place)
                let shift := and(place, 0xff)
                let payment := mload(word)
                if eq(and(shr(add(shift, 8), payment), 0xffffff), party) {
                    mstore(word, add(payment, shl(add(shift, 32), amount)))
                    break
                }
            }
        }
    }

    /// @dev The words in use. The rest of the room was for pledgees who were not there.
    function _netted(Netting memory netting) private pure returns (uint256[] memory payments) {
        payments = netting.payments;
        uint256 words = (netting.count + 2) / 3;
        // Shortening an array in memory only forgets its tail.
        assembly ("memory-safe") {
            mstore(payments, words)
        }
    }
}
