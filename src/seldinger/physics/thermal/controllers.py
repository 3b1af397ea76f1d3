"""Controllers of a generator: what it wants now, from what it reads now and what it remembers.

Each is a frozen value; ``command`` is a pure function of it. Whatever a controller wants, the
generator's limits stand above it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Drive:
    """What is held: so many watts, volts or amperes.

    Attributes:
        quantity: which of them.
        value: in W, V or A.
    """

    quantity: Literal["W", "V", "A"]
    value: float

    def __post_init__(self) -> None:
        if self.quantity not in {"W", "V", "A"}:
            raise ValueError(f"a drive holds W, V or A, got {self.quantity!r}")
        if not (self.value >= 0.0 and math.isfinite(self.value)):
            raise ValueError(f"a drive must be zero or more, got {self.value} {self.quantity}")


OFF = Drive("W", 0.0)


@dataclass(frozen=True, slots=True)
class Hold:
    """The same drive throughout."""

    drive: Drive


@dataclass(frozen=True, slots=True)
class ImpedancePulses:
    """On until the impedance has risen, then off for a while, again and again.

    Attributes:
        drive: while on.
        rise_share: on ends when the impedance exceeds its first reading by this share of it.
        off_s: for how long.
    """

    drive: Drive
    rise_share: float
    off_s: float

    def __post_init__(self) -> None:
        _positive(rise_share=self.rise_share, off_s=self.off_s)


@dataclass(frozen=True, slots=True)
class PowerRamp:
    """Power that grows by steps until the impedance rises; then a rest, and on with less.

    Attributes:
        start_w: at first.
        step_w: added every minute.
        rise_share: the roll-off: the impedance exceeds its first reading by this share of it.
        rest_s: off after a roll-off.
        restart_share: of the power at the roll-off, to go on with; it then grows as before.
        restarts: how many; after one more roll-off it stays off.
    """

    start_w: float
    step_w: float
    rise_share: float
    rest_s: float
    restart_share: float
    restarts: int

    def __post_init__(self) -> None:
        _positive(start_w=self.start_w, rise_share=self.rise_share, rest_s=self.rest_s)
        _positive(restart_share=self.restart_share)
        if not (self.step_w >= 0.0 and math.isfinite(self.step_w)) or self.restarts < 0:
            raise ValueError(
                f"a ramp has steps and restarts of zero or more, got {self.step_w} W and "
                f"{self.restarts}"
            )


@dataclass(frozen=True, slots=True)
class TipTemperature:
    """Power by the mean temperature of the electrodes, none of them cooled.

    Attributes:
        target_c: where power has fallen to zero.
        most_w: while colder than the band.
        band_k: below the target, over which power falls evenly; zero: on or off.
    """

    target_c: float
    most_w: float
    band_k: float

    def __post_init__(self) -> None:
        _positive(target_c=self.target_c, most_w=self.most_w)
        if not (self.band_k >= 0.0 and math.isfinite(self.band_k)):
            raise ValueError(f"band_k must be zero or more, got {self.band_k}")


Controller = Hold | ImpedancePulses | PowerRamp | TipTemperature


@dataclass(frozen=True, slots=True)
class Reading:
    """What a generator sees: the time, the impedance, the mean temperature of the electrodes."""

    time_s: float
    impedance_ohm: float
    tip_c: float


@dataclass(frozen=True, slots=True)
class Memory:
    """What a controller remembers.

    Attributes:
        first_ohm: the first reading; none before it.
        off_until_s: end of the rest; the drive is off before.
        level_w: of a ramp, since ``level_from_s``.
        level_from_s: when that level began.
        rolled: how many times the impedance has rolled off.
    """

    first_ohm: float | None = None
    off_until_s: float = -math.inf
    level_w: float = 0.0
    level_from_s: float = 0.0
    rolled: int = 0


def command(
    controller: Controller, memory: Memory, reading: Reading
) -> tuple[Drive, Memory, float]:
    """What is wanted, what to remember, and when to ask again at the latest, s."""
    if memory.first_ohm is None:
        level = controller.start_w if isinstance(controller, PowerRamp) else 0.0
        memory = replace(
            memory, first_ohm=reading.impedance_ohm, level_w=level, level_from_s=reading.time_s
        )
    if isinstance(controller, Hold):
        return controller.drive, memory, math.inf
    if isinstance(controller, TipTemperature):
        short = controller.target_c - reading.tip_c
        share = float(short > 0.0)
        if controller.band_k > 0.0:
            share = min(max(short / controller.band_k, 0.0), 1.0)
        return Drive("W", share * controller.most_w), memory, math.inf
    if reading.time_s < memory.off_until_s:
        return OFF, memory, memory.off_until_s
    if isinstance(controller, ImpedancePulses):
        return _pulsed(controller, memory, reading)
    return _ramped(controller, memory, reading)


def _risen(memory: Memory, reading: Reading, share: float) -> bool:
    return reading.impedance_ohm > (memory.first_ohm or math.inf) * (1.0 + share)


def _pulsed(
    controller: ImpedancePulses, memory: Memory, reading: Reading
) -> tuple[Drive, Memory, float]:
    if not _risen(memory, reading, controller.rise_share):
        return controller.drive, memory, math.inf
    until = reading.time_s + controller.off_s
    return OFF, replace(memory, off_until_s=until, rolled=memory.rolled + 1), until


def _ramped(controller: PowerRamp, memory: Memory, reading: Reading) -> tuple[Drive, Memory, float]:
    minutes = math.floor((reading.time_s - memory.level_from_s) / _MINUTE_S + 1e-9)
    power = memory.level_w + controller.step_w * minutes
    if not _risen(memory, reading, controller.rise_share):
        return Drive("W", power), memory, memory.level_from_s + _MINUTE_S * (minutes + 1)
    rolled = memory.rolled + 1
    until = reading.time_s + controller.rest_s if rolled <= controller.restarts else math.inf
    again = replace(
        memory,
        off_until_s=until,
        level_w=controller.restart_share * power,
        level_from_s=until,
        rolled=rolled,
    )
    return OFF, again, until


def _positive(**numbers: float) -> None:
    for key, value in numbers.items():
        if not (value > 0.0 and math.isfinite(value)):
            raise ValueError(f"{key} must be positive and finite, got {value}")
