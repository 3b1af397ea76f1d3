"""Radioembolization of the built-in patient, as its tests ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import plan

if TYPE_CHECKING:
    from seldinger.core.verdict import Status
    from seldinger.plan import Plan

NAME = "radioembolization"
(CASE,) = plan.load_procedures()[NAME].demo
(TOLD,) = CASE.options
CLEARED = {**CASE.answers, "clearance": "yes"}


def figure(of: Plan, name: str) -> float | None:
    """A measure of the effect, as planned."""
    assert of.effect is not None
    return of.effect.measure(name).nominal


def finding(of: Plan, name: str) -> tuple[Status, str]:
    """A finding's status and words."""
    found = {one.id: one for one in of.findings}[name]
    return found.status, found.text
