// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IPrices} from "../../../contracts/interfaces/IPrices.sol";
import {CurrencyCode, PartyId} from "../../../contracts/types/Ids.sol";
import {PartyState, ROLE_PRICE_SOURCE} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev What price sources say. Branches: Prices.tree.
contract PricesTest is GoodsFixture {
    uint64 private constant PRICE = 380_000;

    function test_postPrice_isKeptAndTold() public {
        vm.expectEmit(address(prices));
        emit IPrices.PricePosted(priceSource, STEEL, CNY, PRICE, START);
        _post(STEEL, CNY, PRICE, START);
        _says(priceSource, STEEL, CNY, PRICE, START);
    }

    function test_postPrice_neverPostedIsZero() public view {
        _says(priceSource, STEEL, CNY, 0, 0);
        _says(PartyId.wrap(0), bytes32(0), CurrencyCode.wrap(0), 0, 0);
    }

    function test_postPrice_refusesWhoIsNoPriceSource() public {
        PartyId[4] memory others = [supplier, funder, keeper, inspector];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory missing = abi.encodeWithSelector(IParties.RoleMissing.selector, others[i], ROLE_PRICE_SOURCE);
            _onPrices(keyOf[others[i]], STEEL, PRICE, START, missing);
        }
        _onPrices(STRANGER, STEEL, PRICE, START, _notAParty(STRANGER));
        _onPrices(GOVERNOR, STEEL, PRICE, START, _notAParty(GOVERNOR));
        vm.prank(REGISTRAR);
        ledger.setPartyState(priceSource, PartyState.Suspended);
        bytes memory suspended = abi.encodeWithSelector(IParties.PartySuspended.selector, priceSource);
        _onPrices(keyOf[priceSource], STEEL, PRICE, START, suspended);
    }

    function test_postPrice_needsGoodAndPrice() public {
        _onPrices(keyOf[priceSource], 0, PRICE, START, abi.encodeWithSelector(IPrices.GoodMissing.selector));
        _onPrices(keyOf[priceSource], STEEL, 0, START, abi.encodeWithSelector(IPrices.PriceZero.selector));
        _says(priceSource, STEEL, CNY, 0, 0);
    }

    function test_postPrice_notFromTheFuture() public {
        bytes memory future = abi.encodeWithSelector(IPrices.PriceInFuture.selector, START + 1, START);
        _onPrices(keyOf[priceSource], STEEL, PRICE, START + 1, future);
        _post(STEEL, CNY, PRICE, START);
    }

    function test_postPrice_onlyNewerThanTheLast() public {
        _post(STEEL, CNY, PRICE, START - 10);
        bytes memory same = abi.encodeWithSelector(IPrices.PriceNotNewer.selector, START - 10, START - 10);
        _onPrices(keyOf[priceSource], STEEL, PRICE + 1, START - 10, same);
        bytes memory older = abi.encodeWithSelector(IPrices.PriceNotNewer.selector, START - 11, START - 10);
        _onPrices(keyOf[priceSource], STEEL, PRICE + 1, START - 11, older);
        _says(priceSource, STEEL, CNY, PRICE, START - 10);
        _post(STEEL, CNY, PRICE + 1, START - 9);
        _says(priceSource, STEEL, CNY, PRICE + 1, START - 9);
    }

    function test_postPrice_ofTheFirstSecondIsNotNewerThanNone() public {
        bytes memory never = abi.encodeWithSelector(IPrices.PriceNotNewer.selector, 0, 0);
        _onPrices(keyOf[priceSource], STEEL, PRICE, 0, never);
    }

    function test_postPrice_keepsSourcesGoodsAndCurrenciesApart() public {
        PartyId other = _registerSigner("other source", ROLE_PRICE_SOURCE);
        _post(STEEL, CNY, 1, START - 4);
        _post(STEEL, EUR, 2, START - 3);
        _post(COPPER, CNY, 3, START - 2);
        vm.prank(keyOf[other]);
        prices.postPrice(STEEL, CNY, 4, START - 5);
        _says(priceSource, STEEL, CNY, 1, START - 4);
        _says(priceSource, STEEL, EUR, 2, START - 3);
        _says(priceSource, COPPER, CNY, 3, START - 2);
        _says(other, STEEL, CNY, 4, START - 5);
        _says(other, COPPER, CNY, 0, 0);
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_postPrice_keepsWhatWasSaid(uint64 price, uint40 observedAt) public {
        vm.assume(price != 0 && observedAt != 0 && observedAt <= START);
        _post(STEEL, CNY, price, observedAt);
        _says(priceSource, STEEL, CNY, price, observedAt);
    }

    function _post(bytes32 good, CurrencyCode currency, uint64 price, uint40 observedAt) private {
        vm.prank(keyOf[priceSource]);
        prices.postPrice(good, currency, price, observedAt);
    }

    function _says(PartyId source, bytes32 good, CurrencyCode currency, uint64 price, uint40 observedAt) private view {
        (uint64 kept, uint40 keptAt) = prices.priceOf(source, good, currency);
        vm.assertEq(kept, price, "price");
        vm.assertEq(keptAt, observedAt, "observed at");
    }

    function _onPrices(address from, bytes32 good, uint64 price, uint40 observedAt, bytes memory expected) private {
        bytes memory callData = abi.encodeCall(prices.postPrice, (good, CNY, price, observedAt));
        _refused(from, address(prices), callData, expected);
    }
}
