"""Placement: a device on its way, and the phases of what it does there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of an applicator's programme.

    Attributes:
        act: "heat", "freeze", "thaw" or "pause".
        seconds: how long.
        power_w: at the antenna or electrode; None when it is no heater.
        temperature_c: of a cryoprobe's wall; None when it is passive or no cryoprobe.
    """

    act: str
    seconds: float
    power_w: float | None = None
    temperature_c: float | None = None
