"""Physical lots for a part of a receipt: exact or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.goods.lot_choice import lots_with_one_cut, whole_lots

QUANTITIES = st.lists(st.integers(1, 40_000), min_size=1, max_size=12)


def test_whole_lots_are_found_though_the_first_ones_do_not_fit() -> None:
    assert whole_lots([7_000, 5_000, 4_000], 9_000) == (1, 2)
    assert whole_lots([25_125, 24_980, 25_010], 24_980) == (1,)


def test_early_lots_are_preferred() -> None:
    assert whole_lots([10, 10, 10, 10], 20) == (0, 1)


def test_no_whole_lots_for_a_fraction() -> None:
    assert whole_lots([10_000, 10_000], 5_000) is None
    assert whole_lots([10_000], 20_000) is None


def test_64_lots_of_unlike_weight_are_chosen_among() -> None:
    quantities = [24_000 + 7 * place for place in range(64)]
    wanted = sum(quantities[3::5])
    found = whole_lots(quantities, wanted)
    assert found is not None
    assert sum(quantities[place] for place in found) == wanted


@given(QUANTITIES, st.data())
def test_what_some_lots_sum_to_is_found(quantities: list[int], draw: st.DataObject) -> None:
    some = draw.draw(st.lists(st.sampled_from(range(len(quantities))), unique=True, min_size=1))
    wanted = sum(quantities[place] for place in some)
    found = whole_lots(quantities, wanted)
    assert found is not None
    assert len(set(found)) == len(found)
    assert sum(quantities[place] for place in found) == wanted


@given(QUANTITIES, st.data())
def test_one_cut_makes_any_part_exactly(quantities: list[int], draw: st.DataObject) -> None:
    whole = sum(quantities)
    wanted = draw.draw(st.integers(1, max(1, whole - 1)))
    found = lots_with_one_cut(quantities, wanted, cuttable=[True] * len(quantities))
    if found is None:
        assert whole_lots(quantities, wanted) is not None or wanted >= whole
        return
    assert found.cut not in found.whole
    assert 0 < found.taken_steps < quantities[found.cut]
    assert sum(quantities[place] for place in found.whole) + found.taken_steps == wanted


def test_a_lot_that_may_not_be_cut_is_not_cut() -> None:
    found = lots_with_one_cut([10_000, 30_000], 12_000, cuttable=[True, False])
    assert found is None
    assert lots_with_one_cut([10_000, 30_000], 4_000, cuttable=[True, False]) is not None
    assert lots_with_one_cut([30_000, 10_000], 4_000, cuttable=[False, False]) is None
