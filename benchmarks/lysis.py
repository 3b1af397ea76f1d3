"""Lysis: a front fitted to a trial, then the clot of every person hour by hour for a day."""

from __future__ import annotations

from seldinger.physics.clot.front import Clot
from seldinger.physics.clot.spread import FrontSpeed, Observed, fit_speed, list_shares

CLOT = Clot(6.0, 300.0, 300.0, 0.9)
_FLOW_ML_PER_H = 30.0


def fit() -> FrontSpeed:
    """The speeds of a trial's mean and standard deviation."""
    return fit_speed(Observed(0.82, 0.25, 57.0, _FLOW_ML_PER_H, CLOT))


def a_day(speed: FrontSpeed) -> None:
    """What is gone, person by person, after each of 24 hours."""
    for hour in range(1, 25):
        list_shares(CLOT, speed, _FLOW_ML_PER_H, float(hour))
