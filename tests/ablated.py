"""An ablation's effect, read for tests: figures and fields that are there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seldinger.simulate.thermal import effect

if TYPE_CHECKING:
    from seldinger.core.volume import Volume
    from seldinger.plan import Plan


def figures(plan: Plan) -> effect.Figures:
    """What is expected of ``plan``."""
    found = effect.read(plan.effect)
    assert found is not None
    return found


def fields(plan: Plan) -> effect.AblationFields:
    """The fields of ``plan``."""
    found = effect.read_fields(plan.fields)
    assert found is not None
    return found


def parts(plan: Plan) -> tuple[effect.Figures, effect.AblationFields]:
    """Figures and fields."""
    return figures(plan), fields(plan)


def changed(plan: Plan, **changes: Any) -> Plan:
    """``plan`` with other figures."""
    return replace(plan, effect=effect.describe(replace(figures(plan), **changes)))


def refilled(plan: Plan, **changes: Any) -> Plan:
    """``plan`` with other fields."""
    return replace(plan, fields=effect.describe_fields(replace(fields(plan), **changes)))


def zone_of(plan: Plan) -> Volume:
    """The zone of ``plan`` on its grid."""
    assert plan.fields is not None
    return plan.fields.volumes["zone"]
