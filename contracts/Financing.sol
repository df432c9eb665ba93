// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {Modules} from "./Modules.sol";
import {ICash} from "./interfaces/ICash.sol";
import {IFinancing} from "./interfaces/IFinancing.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {ILots} from "./interfaces/ILots.sol";
import {INotes} from "./interfaces/INotes.sol";
import {IParties} from "./interfaces/IParties.sol";
import {Debts} from "./types/Debts.sol";
import {Interest} from "./types/Interest.sol";
import {AssetId, CurrencyCode, FinancingId, LotId, PartyId, assetOfLot} from "./types/Ids.sol";
import {FinancingKind, FinancingState, LienState, NoteState, ROLE_FUNDER} from "./types/States.sol";

/// @title Financing: loan against a lot, or purchase of it
/// @dev An offer binds the funder until it expires or is withdrawn; nothing is locked meanwhile, neither the lot nor
/// the money, and acceptance checks both again.
contract Financing is Modules, LedgerClient, IFinancing {
    /// @dev Written when offered; state changes.
    struct Offer {
        LotId lot;
        PartyId funder;
        uint48 amountMinor;
        FinancingState state;
        FinancingKind kind;
        uint40 expiresAt;
    }

    /// @dev Written when offered (terms) and when drawn down (debt). accruedDay: UTC day up to which interest is in
    /// interestMinor.
    struct Debt {
        PartyId holder;
        CurrencyCode currency;
        uint16 rateBps;
        uint16 dayBasis;
        uint40 dueAt;
        uint24 accruedDay;
        uint48 principalMinor;
        uint48 interestMinor;
    }

    /// @dev What a loan's lien needs at acceptance, and what has been repaid.
    struct Registration {
        uint40 registeredAt;
        uint48 repaidMinor;
        bytes32 agreementHash;
        bytes32 registrationHash;
    }

    uint256 private constant MAX_RATE_BPS = 10_000;

    ICash private immutable CASH;
    ILienRegistry private immutable LIENS;

    uint64 private _financingCount;
    mapping(FinancingId financing => Offer offer) private _offers;
    mapping(FinancingId financing => Debt debt) private _debts;
    mapping(FinancingId financing => Registration registration) private _registrations;

    constructor(address authority, ILedger ledger, ICash cash, ILienRegistry liens)
        AccessManaged(authority)
        LedgerClient(ledger)
    {
        CASH = cash;
        LIENS = liens;
    }

    /// @inheritdoc IFinancing
    function offerLoan(LoanTerms calldata terms) external returns (FinancingId financing) {
        PartyId funder = _actingPartyWith(ROLE_FUNDER);
        INotes.NoteView memory note =
            _checkOffer(funder, terms.lot, terms.principalMinor, terms.expiresAt, terms.agreementHash);
        if (terms.rateBps > MAX_RATE_BPS) revert TermInvalid("rateBps");
        if (terms.dayBasis != 360 && terms.dayBasis != 365) revert TermInvalid("dayBasis");
        if (terms.dueAt <= block.timestamp || terms.dueAt > note.maturityAt) revert TermInvalid("dueAt");
        if (terms.expiresAt > terms.dueAt) revert TermInvalid("expiresAt");
        if (terms.registeredAt > block.timestamp) revert TermInvalid("registeredAt");
        financing = _open(funder, terms.lot, terms.principalMinor, FinancingKind.Loan, terms.expiresAt);
        Debt storage debt = _debts[financing];
        debt.currency = note.currency;
        debt.rateBps = terms.rateBps;
        debt.dayBasis = terms.dayBasis;
        debt.dueAt = terms.dueAt;
        _registrations[financing] = Registration(terms.registeredAt, 0, terms.agreementHash, terms.registrationHash);
        emit LoanOffered(financing, terms.lot, funder, terms);
    }

    /// @inheritdoc IFinancing
    function offerPurchase(PurchaseTerms calldata terms) external returns (FinancingId financing) {
        PartyId funder = _actingPartyWith(ROLE_FUNDER);
        INotes.NoteView memory note =
            _checkOffer(funder, terms.lot, terms.priceMinor, terms.expiresAt, terms.agreementHash);
        financing = _open(funder, terms.lot, terms.priceMinor, FinancingKind.Purchase, terms.expiresAt);
        _debts[financing].currency = note.currency;
        emit PurchaseOffered(financing, terms.lot, funder, terms);
    }

    /// @inheritdoc IFinancing
    function withdrawOffer(FinancingId financing) external {
        Offer storage offer = _inState(financing, FinancingState.Offered);
        PartyId actor = _actingParty();
        if (offer.funder != actor) revert NotFunder(financing, actor);
        offer.state = FinancingState.Withdrawn;
        emit OfferWithdrawn(financing);
    }

    /// @inheritdoc IFinancing
    function accept(FinancingId financing) external {
        Offer storage stored = _inState(financing, FinancingState.Offered);
        Offer memory offer = stored;
        PartyId holder = _actingParty();
        if (block.timestamp > offer.expiresAt) revert OfferExpired(financing, offer.expiresAt);
        if (!LEDGER.isActive(offer.funder)) revert IParties.PartySuspended(offer.funder);
        Debt storage debt = _debts[financing];
        debt.holder = holder;
        CurrencyCode currency = debt.currency;
        bytes32 reference_ = bytes32(uint256(FinancingId.unwrap(financing)));
        if (offer.kind == FinancingKind.Purchase) {
            stored.state = FinancingState.Purchased;
            emit LotPurchased(financing, holder);
            LEDGER.transferSold(offer.lot, holder, offer.funder);
        } else {
            stored.state = FinancingState.DrawnDown;
            debt.principalMinor = offer.amountMinor;
            debt.accruedDay = Interest.dayOf(block.timestamp);
            emit LoanDrawnDown(financing, holder);
            Registration storage registration = _registrations[financing];
            LIENS.place(
                ILienRegistry.Pledge({
                    asset: assetOfLot(offer.lot),
                    pledgee: offer.funder,
                    securedMinor: offer.amountMinor,
                    registeredAt: registration.registeredAt,
                    agreementHash: registration.agreementHash,
                    registrationHash: registration.registrationHash
                }),
                holder,
                financing
            );
        }
        CASH.move(offer.funder, holder, currency, offer.amountMinor, reference_);
    }

    /// @inheritdoc IFinancing
    function repay(FinancingId financing, uint48 amountMinor) external returns (uint48 paidMinor) {
        Offer storage offer = _drawnDown(financing);
        Debt storage debt = _debts[financing];
        PartyId borrower = debt.holder;
        PartyId actor = _actingParty();
        if (actor != borrower) revert NotBorrower(financing, actor);
        uint256 owed = _accrue(debt);
        if (amountMinor == type(uint48).max) amountMinor = uint48(owed);
        if (amountMinor > owed) revert RepaymentTooLarge(financing, owed, amountMinor);
        bool debtLeft = _book(financing, offer, debt, amountMinor, false);
        CASH.move(borrower, offer.funder, debt.currency, amountMinor, bytes32(uint256(FinancingId.unwrap(financing))));
        if (!debtLeft) _dischargeOwnLien(financing, offer.lot);
        return amountMinor;
    }

    /// @inheritdoc IFinancing
    function markDefaulted(FinancingId financing) external {
        Offer storage offer = _inState(financing, FinancingState.DrawnDown);
        PartyId actor = _actingParty();
        if (offer.funder != actor) revert NotFunder(financing, actor);
        Debt storage debt = _debts[financing];
        if (block.timestamp <= debt.dueAt) revert LoanNotDue(financing, debt.dueAt, block.timestamp);
        offer.state = FinancingState.Defaulted;
        (uint256 principal, uint256 interest) = _owed(debt);
        emit LoanDefaulted(financing, uint48(principal + interest));
    }

    /// @inheritdoc IFinancing
    function collect(FinancingId financing, uint48 availableMinor)
        external
        onlyModule
        returns (PartyId funder, uint48 takenMinor, bool debtLeft)
    {
        Offer storage offer = _drawnDown(financing);
        Debt storage debt = _debts[financing];
        funder = offer.funder;
        // Without a payment nothing is booked: interest is written only together with the event that says so.
        if (availableMinor == 0) return (funder, 0, true);
        uint256 owed = _accrue(debt);
        takenMinor = availableMinor < owed ? availableMinor : uint48(owed);
        debtLeft = _book(financing, offer, debt, takenMinor, true);
    }

    /// @inheritdoc IFinancing
    function financingOf(FinancingId financing) external view returns (FinancingView memory) {
        Offer memory offer = _offers[financing];
        if (offer.state == FinancingState.None) revert FinancingUnknown(financing);
        Debt memory debt = _debts[financing];
        return FinancingView({
            state: offer.state,
            kind: offer.kind,
            lot: offer.lot,
            funder: offer.funder,
            holder: debt.holder,
            currency: debt.currency,
            drawdownMinor: debt.holder == PartyId.wrap(0) ? 0 : offer.amountMinor,
            principalMinor: debt.principalMinor,
            interestMinor: debt.interestMinor,
            repaidMinor: _registrations[financing].repaidMinor,
            rateBps: debt.rateBps,
            dayBasis: debt.dayBasis,
            dueAt: debt.dueAt,
            expiresAt: offer.expiresAt
        });
    }

    /// @inheritdoc IFinancing
    function debtOf(FinancingId financing) external view returns (uint48 principalMinor, uint48 interestMinor) {
        (uint256 principal, uint256 interest) = _owed(_debts[financing]);
        return (uint48(principal), uint48(interest));
    }

    /// @inheritdoc IFinancing
    function financingCount() external view returns (uint64) {
        return _financingCount;
    }

    function _checkOffer(PartyId funder, LotId lot, uint48 amountMinor, uint40 expiresAt, bytes32 agreementHash)
        private
        view
        returns (INotes.NoteView memory note)
    {
        if (amountMinor == 0) revert TermInvalid("amountMinor");
        if (expiresAt <= block.timestamp) revert TermInvalid("expiresAt");
        if (agreementHash == 0) revert TermInvalid("agreementHash");
        note = LEDGER.noteOf(lot.noteOf());
        if (note.state != NoteState.Live) {
            revert INotes.UnexpectedNoteState(lot.noteOf(), note.state, NoteState.Live);
        }
        ILots.LotView memory current = LEDGER.lotOf(lot);
        if (current.holder == funder) revert OfferToSelf(funder);
        uint256 length = uint256(current.last) - current.first + 1;
        if (amountMinor > length) revert PrincipalAboveLot(lot, length, amountMinor);
    }

    function _open(PartyId funder, LotId lot, uint48 amountMinor, FinancingKind kind, uint40 expiresAt)
        private
        returns (FinancingId financing)
    {
        financing = FinancingId.wrap(++_financingCount);
        _offers[financing] = Offer({
            lot: lot,
            funder: funder,
            amountMinor: amountMinor,
            state: FinancingState.Offered,
            kind: kind,
            expiresAt: expiresAt
        });
    }

    /// @dev Interest first, then principal. Closes the loan when nothing is left.
    function _book(FinancingId financing, Offer storage offer, Debt storage debt, uint48 amountMinor, bool settled)
        private
        returns (bool debtLeft)
    {
        uint48 interest = debt.interestMinor;
        uint48 toInterest = amountMinor < interest ? amountMinor : interest;
        uint48 toPrincipal = amountMinor - toInterest;
        uint48 principalLeft = debt.principalMinor - toPrincipal;
        debt.interestMinor = interest - toInterest;
        debt.principalMinor = principalLeft;
        _registrations[financing].repaidMinor += amountMinor;
        emit LoanRepaid(financing, toInterest, toPrincipal, principalLeft, interest - toInterest, settled);
        debtLeft = principalLeft != 0 || interest != toInterest;
        if (!debtLeft) {
            offer.state = FinancingState.Repaid;
            emit LoanClosed(financing);
        }
    }

    /// @dev The pledgee may have given the lien up, or the settled lot ended it; then there is none to discharge.
    function _dischargeOwnLien(FinancingId financing, LotId lot) private {
        AssetId asset = assetOfLot(lot);
        ILienRegistry.Lien memory lien = LIENS.lienOf(asset);
        if (lien.state == LienState.Active && FinancingId.unwrap(lien.financing) == FinancingId.unwrap(financing)) {
            LIENS.discharge(asset);
        }
    }

    function _accrue(Debt storage debt) private returns (uint256 owed) {
        (uint256 principal, uint256 interest) = _owed(debt);
        debt.interestMinor = uint48(interest);
        debt.accruedDay = Interest.dayOf(block.timestamp);
        return principal + interest;
    }

    function _owed(Debt storage debt) private view returns (uint256 principal, uint256 interest) {
        principal = debt.principalMinor;
        interest = Debts.interestToday(principal, debt.interestMinor, debt.rateBps, debt.dayBasis, debt.accruedDay);
    }

    function _inState(FinancingId financing, FinancingState expected) private view returns (Offer storage offer) {
        offer = _offers[financing];
        FinancingState current = offer.state;
        if (current == FinancingState.None) revert FinancingUnknown(financing);
        if (current != expected) revert UnexpectedFinancingState(financing, current, expected);
    }

    function _drawnDown(FinancingId financing) private view returns (Offer storage offer) {
        offer = _offers[financing];
        if (offer.state == FinancingState.Defaulted) return offer;
        return _inState(financing, FinancingState.DrawnDown);
    }
}
