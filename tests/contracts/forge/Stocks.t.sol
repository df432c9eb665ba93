// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {IStocks} from "../../../contracts/interfaces/IStocks.sol";
import {CurrencyCode, PartyId, ReceiptId, StockId, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {PartyState, ROLE_INSPECTOR, ROLE_KEEPER} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Branches: Stocks.tree.
contract StocksTest is GoodsFixture {
    bytes32 private constant EVIDENCE = keccak256("evidence");

    // ------------------------------------------------------------------------------------------------------ openStock

    function test_openStock_opensAnEmptyOneThatNobodyCounted() public {
        uint32 count = warehouse.stockCount();
        vm.expectEmit(address(warehouse));
        emit IStocks.StockOpened(StockId.wrap(count + 1), keeper, OTHER_SITE, COPPER, 18);
        vm.prank(keyOf[keeper]);
        StockId opened = warehouse.openStock(OTHER_SITE, COPPER, 18);
        vm.assertEq(StockId.unwrap(opened), count + 1, "numbered without gaps");
        vm.assertEq(warehouse.stockCount(), count + 1, "count");
        IStocks.StockView memory found = warehouse.stockOf(opened);
        vm.assertEq(PartyId.unwrap(found.keeper), PartyId.unwrap(keeper), "keeper");
        vm.assertEq(found.site, OTHER_SITE, "site");
        vm.assertEq(found.good, COPPER, "good");
        vm.assertEq(found.decimals, 18, "decimals");
        vm.assertEq(found.attested, 0, "attested");
        vm.assertEq(found.receipted, 0, "receipted");
        vm.assertEq(found.attestedAt, 0, "never counted");
        vm.assertEq(found.freshUntil, 0, "never fresh");
    }

    function test_openStock_oneOfAKeeperASiteAndAGood() public {
        _refusesOpening(keeper, SITE, STEEL, 3, abi.encodeWithSelector(IStocks.StockExists.selector, stock));
        // Whatever the unit, it is the same good in the same place.
        _refusesOpening(keeper, SITE, STEEL, 0, abi.encodeWithSelector(IStocks.StockExists.selector, stock));
        StockId elsewhere = _openStock(keeper, OTHER_SITE, STEEL);
        StockId otherGood = _openStock(keeper, SITE, COPPER);
        StockId others = _openStock(otherKeeper, SITE, STEEL);
        _refusesOpening(keeper, OTHER_SITE, STEEL, 3, abi.encodeWithSelector(IStocks.StockExists.selector, elsewhere));
        _refusesOpening(keeper, SITE, COPPER, 3, abi.encodeWithSelector(IStocks.StockExists.selector, otherGood));
        _refusesOpening(otherKeeper, SITE, STEEL, 3, abi.encodeWithSelector(IStocks.StockExists.selector, others));
        // Site and good in each other's place are another stock, not a clash.
        _openStock(keeper, COPPER, SITE);
    }

    function test_openStock_refusesWhatIsNotStated() public {
        bytes memory missing = abi.encodeWithSelector(IStocks.StockKeyMissing.selector);
        _refusesOpening(keeper, 0, COPPER, 3, missing);
        _refusesOpening(keeper, OTHER_SITE, 0, 3, missing);
        bytes memory decimals = abi.encodeWithSelector(IStocks.DecimalsInvalid.selector, 19, 18);
        _refusesOpening(keeper, OTHER_SITE, COPPER, 19, decimals);
        decimals = abi.encodeWithSelector(IStocks.DecimalsInvalid.selector, 255, 18);
        _refusesOpening(keeper, OTHER_SITE, COPPER, 255, decimals);
    }

    function test_openStock_isForKeepers() public {
        PartyId[5] memory others = [supplier, inspector, funder, carrier, debtor];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory expected = abi.encodeWithSelector(IParties.RoleMissing.selector, others[i], ROLE_KEEPER);
            _refusesOpening(others[i], OTHER_SITE, COPPER, 3, expected);
        }
    }

    // ----------------------------------------------------------------------------------------------------- attestStock

    function test_attestStock_recordsTheCountAndHowLongItServes() public {
        vm.warp(START + 5 days);
        uint40 freshUntil = START + 5 days + ATTESTATION_AGE;
        vm.expectEmit(address(warehouse));
        emit IStocks.StockAttested(stock, otherInspector, 777, freshUntil, EVIDENCE);
        vm.prank(keyOf[otherInspector]);
        warehouse.attestStock(stock, 777, EVIDENCE);
        IStocks.StockView memory found = warehouse.stockOf(stock);
        vm.assertEq(found.attested, 777, "the newest count replaces the former one");
        vm.assertEq(found.attestedAt, START + 5 days, "counted");
        vm.assertEq(found.freshUntil, freshUntil, "fresh until");
    }

    function test_attestStock_countsOfNothingAndOfAllThatFits() public {
        _attest(stock, 0);
        vm.assertEq(warehouse.stockOf(stock).attested, 0, "nothing there");
        _attest(stock, type(uint64).max);
        vm.assertEq(warehouse.stockOf(stock).attested, type(uint64).max, "the largest");
    }

    /// @dev A count below the receipts is a fact to be recorded, not an error of the one that counts.
    function test_attestStock_belowTheReceiptsIsRecorded() public {
        _issued(1, 600);
        _attest(stock, 599);
        IStocks.StockView memory found = warehouse.stockOf(stock);
        vm.assertEq(found.attested, 599, "attested");
        vm.assertEq(found.receipted, 600, "receipted");
    }

    function test_attestStock_refuses() public {
        StockId next = StockId.wrap(warehouse.stockCount() + 1);
        StockId[2] memory unknown = [next, StockId.wrap(0)];
        for (uint256 i = 0; i < unknown.length; ++i) {
            _refusesCount(
                inspector, unknown[i], EVIDENCE, abi.encodeWithSelector(IStocks.StockUnknown.selector, unknown[i])
            );
        }
        _refusesCount(inspector, stock, 0, abi.encodeWithSelector(IStocks.EvidenceMissing.selector));
        PartyId[4] memory others = [keeper, supplier, funder, carrier];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory expected = abi.encodeWithSelector(IParties.RoleMissing.selector, others[i], ROLE_INSPECTOR);
            _refusesCount(others[i], stock, EVIDENCE, expected);
        }
    }

    /// @dev A keeper that is an inspector too counts others' goods and never its own.
    function test_attestStock_byAKeeperThatInspects() public {
        vm.prank(REGISTRAR);
        ledger.setPartyRoles(keeper, ROLE_KEEPER | ROLE_INSPECTOR);
        _refusesCount(keeper, stock, EVIDENCE, abi.encodeWithSelector(IStocks.InspectorIsKeeper.selector, keeper));
        StockId others = _openStock(otherKeeper, SITE, STEEL);
        vm.prank(keyOf[keeper]);
        warehouse.attestStock(others, 5, EVIDENCE);
        vm.assertEq(warehouse.stockOf(others).attested, 5, "another's goods");
    }

    // -------------------------------------------------------------------------------------------- setAttestationAge

    function test_setAttestationAge_isForCountsThatComeAfterIt() public {
        uint40 before = warehouse.stockOf(stock).freshUntil;
        vm.expectEmit(address(warehouse));
        emit IStocks.AttestationAgeSet(1 days);
        vm.prank(GOVERNOR);
        warehouse.setAttestationAge(1 days);
        vm.assertEq(warehouse.attestationAge(), 1 days, "age");
        vm.assertEq(warehouse.stockOf(stock).freshUntil, before, "the count that was made keeps its own");
        _attest(stock, ATTESTED);
        vm.assertEq(warehouse.stockOf(stock).freshUntil, START + 1 days, "the next one");
        vm.prank(GOVERNOR);
        warehouse.setAttestationAge(type(uint32).max);
        _attest(stock, ATTESTED);
        vm.assertEq(warehouse.stockOf(stock).freshUntil, uint256(START) + type(uint32).max, "the longest");
        uint32[2] memory tooShort = [uint32(0), 1 days - 1];
        for (uint256 i = 0; i < 2; ++i) {
            _refused(
                GOVERNOR,
                address(warehouse),
                abi.encodeCall(warehouse.setAttestationAge, (tooShort[i])),
                abi.encodeWithSelector(IStocks.AttestationAgeTooShort.selector, tooShort[i], 1 days)
            );
        }
    }

    // ------------------------------------------------------------------------------------------------- the age limit

    function test_anOldCount_issuesNothing() public {
        ReceiptId receipt = _drafted(1, 100);
        // Attested later than the stock was counted, so that its own attestation outlasts the count.
        vm.warp(START + 1 days);
        _attestReceipt(receipt);
        uint256 freshUntil = warehouse.stockOf(stock).freshUntil;
        vm.warp(freshUntil + 1);
        bytes memory stale =
            abi.encodeWithSelector(IStocks.AttestationStale.selector, stock, freshUntil, freshUntil + 1);
        _refusesIssue(receipt, stale);
        uint256 snapshot = vm.snapshotState();
        _attest(stock, 100);
        _passesIssue(receipt);
        vm.revertToState(snapshot);
        vm.warp(freshUntil);
        _passesIssue(receipt);
    }

    function test_aStockThatNobodyCounted_issuesNothing() public {
        StockId uncounted = _openStock(keeper, OTHER_SITE, STEEL);
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, 1), 1);
        terms.stock = uncounted;
        ReceiptId receipt = _draftAs(keeper, terms);
        _attestReceipt(receipt);
        _refusesIssue(receipt, abi.encodeWithSelector(IStocks.AttestationStale.selector, uncounted, 0, block.timestamp));
    }

    function test_anOldCount_pledgesNothing() public {
        ReceiptId receipt = _issued(1, 100);
        uint256 freshUntil = warehouse.stockOf(stock).freshUntil;
        bytes memory callData = abi.encodeCall(liens.pledge, (_pledgeOf(assetOfReceipt(receipt), funder, 1)));
        vm.warp(freshUntil + 1);
        bytes memory stale =
            abi.encodeWithSelector(IStocks.AttestationStale.selector, stock, freshUntil, freshUntil + 1);
        _onLiens(supplier, callData, stale);
        uint256 snapshot = vm.snapshotState();
        _attest(stock, 100);
        _pledgeAsset(supplier, assetOfReceipt(receipt), funder, 1);
        vm.revertToState(snapshot);
        vm.warp(freshUntil);
        _pledgeAsset(supplier, assetOfReceipt(receipt), funder, 1);
    }

    /// @dev Goods leave and title moves by what is there, not by when it was last counted.
    function test_anOldCount_stopsNeitherTransferNorDelivery() public {
        ReceiptId receipt = _issued(2, 50);
        vm.warp(START + 365 days);
        ReceiptId part = _splitOff(receipt, 1);
        _merge(receipt, part);
        _transfer(receipt, second);
        _orderDelivery(receipt);
        _deliver(receipt);
        vm.assertEq(warehouse.stockOf(stock).receipted, 0, "receipted");
    }

    // ----------------------------------------------------------------------------------------------- what was counted

    function test_receiptsOverAStock_neverExceedTheCount() public {
        _attest(stock, 1000);
        _issued(1, 600);
        ReceiptId tooMuch = _drafted(1, 401);
        _attestReceipt(tooMuch);
        _refusesIssue(tooMuch, abi.encodeWithSelector(IStocks.StockExceeded.selector, stock, 1000, 1001));
        ReceiptId exact = _drafted(1, 400);
        _attestReceipt(exact);
        _passesIssue(exact);
        vm.assertEq(warehouse.stockOf(stock).receipted, 1000, "to the last unit");
        ReceiptId one = _drafted(1, 1);
        _attestReceipt(one);
        _refusesIssue(one, abi.encodeWithSelector(IStocks.StockExceeded.selector, stock, 1000, 1001));
    }

    function test_drafts_countForNothing() public {
        _attest(stock, 1000);
        for (uint256 i = 0; i < 3; ++i) {
            _attestReceipt(_drafted(1, 1000));
        }
        vm.assertEq(warehouse.stockOf(stock).receipted, 0, "receipted");
        vm.assertEq(_exposure(keeper), 0, "exposure");
    }

    /// @dev The sum of counts beyond 64 bits does not wrap round.
    function test_receiptsOverAStock_doNotWrapRound() public {
        _attest(stock, type(uint64).max);
        ReceiptId first = _draftOfValue(type(uint64).max, 1);
        _attestReceipt(first);
        _passesIssue(first);
        ReceiptId next = _draftOfValue(type(uint64).max, 1);
        _attestReceipt(next);
        bytes memory expected = abi.encodeWithSelector(
            IStocks.StockExceeded.selector, stock, type(uint64).max, 2 * uint256(type(uint64).max)
        );
        _refusesIssue(next, expected);
    }

    function test_stocksAreCountedApart() public {
        StockId elsewhere = _openStock(keeper, OTHER_SITE, STEEL);
        _attest(elsewhere, 10);
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, 11), 11);
        terms.stock = elsewhere;
        ReceiptId receipt = _draftAs(keeper, terms);
        _attestReceipt(receipt);
        _refusesIssue(receipt, abi.encodeWithSelector(IStocks.StockExceeded.selector, elsewhere, 10, 11));
        vm.assertEq(warehouse.stockOf(stock).attested, ATTESTED, "plenty of the same good at the first site");
    }

    // ------------------------------------------------------------------------------------------------- a short stock

    function test_aShortStock_issuesPledgesAndDeliversNothing() public {
        _attest(stock, 1000);
        ReceiptId released = _issued(1, 400);
        _orderDelivery(released);
        ReceiptId free = _issued(1, 400);
        ReceiptId draft = _drafted(1, 1);
        _attestReceipt(draft);
        _attest(stock, 799);
        bytes memory short = abi.encodeWithSelector(IStocks.StockShort.selector, stock, 799, 800);
        _refusesIssue(draft, abi.encodeWithSelector(IStocks.StockExceeded.selector, stock, 799, 801));
        _onLiens(supplier, abi.encodeCall(liens.pledge, (_pledgeOf(assetOfReceipt(free), funder, 1))), short);
        bytes memory delivery = abi.encodeCall(warehouse.deliver, (released, _keysOf(released), EVIDENCE));
        _onWarehouse(keeper, delivery, short);
        _attest(stock, 800);
        _pledgeAsset(supplier, assetOfReceipt(free), funder, 1);
        _deliver(released);
        vm.assertEq(warehouse.stockOf(stock).attested, 400, "what left is counted no more");
        _refusesIssue(draft, abi.encodeWithSelector(IStocks.StockExceeded.selector, stock, 400, 401));
    }

    /// @dev An arbiter ends receipts of goods that never were; the count then covers the others again.
    function test_aShortStock_isHealedByAnOrder() public {
        _attest(stock, 1000);
        ReceiptId kept = _issued(1, 600);
        ReceiptId empty = _issued(1, 400);
        _attest(stock, 600);
        _cancel(empty);
        IStocks.StockView memory found = warehouse.stockOf(stock);
        vm.assertEq(found.receipted, 600, "receipted");
        vm.assertEq(found.attested, 600, "an order moves no goods");
        _pledgeAsset(supplier, assetOfReceipt(kept), funder, 1);
    }

    // -------------------------------------------------------------------------------------------------- exposure cap

    function test_setExposureCap_ofAKeeperInACurrency() public {
        vm.expectEmit(address(warehouse));
        emit IStocks.ExposureCapSet(otherKeeper, EUR, 77);
        vm.prank(GOVERNOR);
        warehouse.setExposureCap(otherKeeper, EUR, 77);
        (uint96 exposure, uint96 cap) = warehouse.exposureOf(otherKeeper, EUR);
        vm.assertEq(exposure, 0, "exposure");
        vm.assertEq(cap, 77, "cap");
        (, cap) = warehouse.exposureOf(keeper, EUR);
        vm.assertEq(cap, 0, "another's cap");
        (, cap) = warehouse.exposureOf(otherKeeper, CNY);
        vm.assertEq(cap, CAP, "another currency's cap");
        PartyId[2] memory unknown = [PartyId.wrap(0), PartyId.wrap(ledger.partyCount() + 1)];
        for (uint256 i = 0; i < unknown.length; ++i) {
            _refused(
                GOVERNOR,
                address(warehouse),
                abi.encodeCall(warehouse.setExposureCap, (unknown[i], CNY, 1)),
                abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown[i])
            );
        }
    }

    function test_exposure_staysWithinTheCap() public {
        _cap(1000);
        _issueOfValue(600);
        ReceiptId tooMuch = _draftOfValue(1, 401);
        _attestReceipt(tooMuch);
        _refusesIssue(tooMuch, _aboveCap(1000, 1001));
        _issueOfValue(400);
        vm.assertEq(_exposure(keeper), 1000, "to the last cent");
        ReceiptId cent = _draftOfValue(1, 1);
        _attestReceipt(cent);
        _refusesIssue(cent, _aboveCap(1000, 1001));
    }

    /// @dev Zero until the governor set one: a keeper that nobody vetted issues nothing of value.
    function test_exposure_ofAKeeperWithoutACap() public {
        ReceiptId receipt = _draftIn(EUR, 1);
        _attestReceipt(receipt);
        bytes memory expected = abi.encodeWithSelector(IStocks.ExposureAboveCap.selector, keeper, EUR, 0, 1);
        _refusesIssue(receipt, expected);
    }

    function test_exposure_lowerCapStopsIssuesAndNothingElse() public {
        _issueOfValue(600);
        ReceiptId receipt = _issueOfValue(400);
        _cap(999);
        ReceiptId next = _draftOfValue(1, 1);
        _attestReceipt(next);
        _refusesIssue(next, _aboveCap(999, 1001));
        _orderDelivery(receipt);
        _deliver(receipt);
        vm.assertEq(_exposure(keeper), 600, "delivered goods are nobody's exposure");
        _passesIssue(next);
    }

    function test_exposure_countsCurrenciesApart() public {
        vm.prank(GOVERNOR);
        warehouse.setExposureCap(keeper, EUR, 10);
        _issueOfValue(1000);
        ReceiptId receipt = _draftIn(EUR, 10);
        _attestReceipt(receipt);
        _passesIssue(receipt);
        (uint96 exposure,) = warehouse.exposureOf(keeper, EUR);
        vm.assertEq(exposure, 10, "euro");
        vm.assertEq(_exposure(keeper), 1000, "yuan");
    }

    function test_exposure_fallsWithDeliveryAndCancellation() public {
        ReceiptId delivered = _issueOfValue(700);
        ReceiptId cancelled = _issueOfValue(200);
        _issueOfValue(30);
        vm.assertEq(_exposure(keeper), 930, "all");
        _orderDelivery(delivered);
        vm.assertEq(_exposure(keeper), 930, "a delivery order leaves the goods where they are");
        _deliver(delivered);
        vm.assertEq(_exposure(keeper), 230, "delivered");
        _cancel(cancelled);
        vm.assertEq(_exposure(keeper), 30, "cancelled");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _refusesOpening(PartyId actor, bytes32 site, bytes32 good, uint8 decimals, bytes memory expected) private {
        _onWarehouse(actor, abi.encodeCall(warehouse.openStock, (site, good, decimals)), expected);
    }

    function _refusesCount(PartyId actor, StockId counted, bytes32 evidence, bytes memory expected) private {
        _onWarehouse(actor, abi.encodeCall(warehouse.attestStock, (counted, 1, evidence)), expected);
    }

    function _refusesIssue(ReceiptId receipt, bytes memory expected) private {
        _onWarehouse(keeper, abi.encodeCall(warehouse.issue, (receipt)), expected);
    }

    function _passesIssue(ReceiptId receipt) private {
        vm.prank(keyOf[keeper]);
        warehouse.issue(receipt);
    }

    function _cap(uint96 capMinor) private {
        vm.prank(GOVERNOR);
        warehouse.setExposureCap(keeper, CNY, capMinor);
    }

    function _aboveCap(uint256 cap, uint256 exposure) private view returns (bytes memory) {
        return abi.encodeWithSelector(IStocks.ExposureAboveCap.selector, keeper, CNY, cap, exposure);
    }

    function _draftOfValue(uint64 quantity, uint48 valueMinor) private returns (ReceiptId) {
        return _draftAs(keeper, _draftTerms(_physicalLots(1, quantity), valueMinor));
    }

    function _issueOfValue(uint48 valueMinor) private returns (ReceiptId receipt) {
        receipt = _draftOfValue(1, valueMinor);
        _issue(receipt);
    }

    function _draftIn(CurrencyCode currency, uint48 valueMinor) private returns (ReceiptId) {
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, 1), valueMinor);
        terms.currency = currency;
        return _draftAs(keeper, terms);
    }
}
