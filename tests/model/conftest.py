"""What the lockstep compares is shown where it differs."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("model.twin", "model.lockstep_base")
