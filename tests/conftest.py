"""What holds for all tests: comparisons in modules that tests share are shown where they differ."""

from __future__ import annotations

import pytest

pytest_plugins = ["network_suite.plugin"]

# Here, because pytest can rewrite a module only before anybody imports it.
pytest.register_assert_rewrite(
    "model.twin",
    "model.lockstep_base",
    "model.goods_views",
    "model.facility_views",
    "scenarios.scenario_table",
    "scenarios.goods_table",
    "scenarios.facility_table",
)
