"""Studies for tests: one that differs from another in its planning series."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seldinger.image import Study


def with_planning(study: Study, **changes: Any) -> Study:
    """``study`` with other values of its planning series."""
    return replace(study, series=(replace(study.planning, **changes), *study.series[1:]))
