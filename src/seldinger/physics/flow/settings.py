"""Settings of the two solvers in time."""

from __future__ import annotations

import math
from dataclasses import dataclass

_FEWEST_SAMPLES = 8


@dataclass(frozen=True, slots=True)
class MarchSettings:
    """How far and how finely a network is marched.

    Attributes:
        cycles: periods from the start; the last one is kept.
        steps_per_cycle: even steps.
        period_s: of a network whose boundaries do not change; None takes that of the network.
        from_rest: start with empty compliances and no flow, not with the steady state.
        keep_all: keep every period; row 0 is then the start itself.

    Raises:
        ValueError: on construction, a number is not positive.
    """

    cycles: int = 10
    steps_per_cycle: int = 1000
    period_s: float | None = None
    from_rest: bool = False
    keep_all: bool = False

    def __post_init__(self) -> None:
        if self.cycles < 1 or self.steps_per_cycle < 2:  # noqa: PLR2004
            raise ValueError(
                f"{self.cycles} cycles of {self.steps_per_cycle} steps; give one cycle or more, of "
                "two steps or more"
            )
        if self.period_s is not None and not (math.isfinite(self.period_s) and self.period_s > 0.0):
            raise ValueError(f"a period of {self.period_s} s: it is positive and finite")


@dataclass(frozen=True, slots=True)
class PeriodSettings:
    """How finely a periodic state is told, and when its losses count as settled.

    Attributes:
        samples: even times of a period; half as many harmonics are solved.
        tolerance: largest change of a flow through a loss, over the largest flow.
        most: turns before it is given up.

    Raises:
        ValueError: on construction, too few samples or an odd number of them.
    """

    samples: int = 128
    tolerance: float = 1e-9
    most: int = 400

    def __post_init__(self) -> None:
        if self.samples < _FEWEST_SAMPLES or self.samples % 2:
            raise ValueError(
                f"{self.samples} samples of a period; give an even number of {_FEWEST_SAMPLES} or "
                "more"
            )
