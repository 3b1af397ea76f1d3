"""What a thermal run is told: applicators at work, what counts as dead, what a sample varies.

A plan and an experiment both say it in these records; a modality makes the engine's model of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from seldinger.physics.thermal.bodies import Rod

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.catalogue.applicators import Applicator
    from seldinger.core.space import Vector
    from seldinger.physics.thermal.model import FrozenFlow
    from seldinger.physics.thermal.sources import Absorption
    from seldinger.simulate.placement import Phase

CHART = "chart-calibrated"
PHYSIOLOGICAL = "physiological"
BODY_C = 37.0


@dataclass(frozen=True, slots=True)
class Electric:
    """What no table says of current; see ``modalities.radiofrequency.ASSUMPTIONS``."""

    share_per_k: float
    falls_from_c: float
    dry_at_c: float
    dry_share: float
    drying_mm: float
    series_ohm: float
    first_ohm: float
    coolant_c: float
    shaft_mm: float


@dataclass(frozen=True, slots=True)
class Biology:
    """What is called dead, and what blood does: nothing here has a default.

    Attributes:
        law: of heat, one of ``LAWS``.
        counted_above_c: below this heat adds no damage.
        lethal_min: minutes at 43 C that kill, for "cem43".
        lethal_c: the isotherm that kills by cold.
        stopped_share: of perfusion that stops as tissue dies; physiological mode only.
        frost: what cold leaves of perfusion.
        ramp_s: for a cryoprobe to reach its temperature.
        wall_c: of a cryoprobe that was never fitted.
        electric: what no table says of current.
    """

    law: str
    counted_above_c: float
    lethal_min: float
    lethal_c: float
    stopped_share: float
    frost: FrozenFlow
    ramp_s: float
    wall_c: float
    electric: Electric


@dataclass(frozen=True, slots=True)
class Placed:
    """An applicator where it works.

    Attributes:
        applicator: which.
        tip_lps_mm: its tip.
        axis_lps: from the tip to the hub.
        schedule: what it does.
        entry_lps_mm: where the user wants it to enter the skin; None leaves that to the search.
        name: as it is printed.
        absorption: of an antenna, instead of its fit.
        ramp_s: for a cryoprobe to reach its temperature; None: not told.
        limit_w: the most heat that a cryoprobe takes up; None: no limit.
        core_c: temperature that a coolant gives an electrode; None: it is not cooled.
        shaft_mm: insulated, behind an electrode.
        potential: of an electrode, relative to the others and to earth (zero).
    """

    applicator: Applicator
    tip_lps_mm: Vector
    axis_lps: Vector
    schedule: tuple[Phase, ...]
    entry_lps_mm: Vector | None = None
    name: str = ""
    absorption: Absorption | None = None
    ramp_s: float | None = None
    limit_w: float | None = None
    core_c: float | None = None
    shaft_mm: float = 0.0
    potential: float = 1.0

    @property
    def seconds(self) -> float:
        """From first to last."""
        return sum(s.seconds for s in self.schedule)

    @property
    def driven_s(self) -> float:
        """Until the last phase that is no pause ends: a generator is off after it."""
        last = max((n for n, s in enumerate(self.schedule) if s.act != "pause"), default=-1)
        return sum(s.seconds for s in self.schedule[: last + 1])

    @property
    def energy_kj(self) -> float:
        """Sent out by a heater."""
        return sum(s.seconds * (s.power_w or 0.0) for s in self.schedule) / 1000.0

    @property
    def most_w(self) -> float | None:
        """Highest power that is set; None where none is."""
        return max((s.power_w for s in self.schedule if s.power_w is not None), default=None)

    @property
    def behind_tip_mm(self) -> float:
        """From the tip back to the middle of its zone."""
        fit = self.applicator.fit
        if fit is not None and "behind_tip_mm" in fit.numbers:
            return fit.numbers["behind_tip_mm"]
        return 0.5 * (self.applicator.active_mm or 0.0)

    def make_rod(self, length_mm: float) -> Rod:
        """The cylinder from its tip so far towards the hub."""
        return Rod(self.tip_lps_mm, self.axis_lps, length_mm, 0.5 * self.applicator.diameter_mm)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a sample of the uncertainty changes: factors on what was planned, 1 = as planned."""

    perfusion: float = 1.0
    power: float = 1.0
    conductivity: float = 1.0
    capacity: float = 1.0
    wall_k: float = 0.0
    """Added to the temperature of a cryoprobe's wall."""
    edits: Mapping[str, float] = field(default_factory=dict)
    """The user's own numbers of tissues, by "tissue.number"."""

    def merge(self, base: Changes) -> Changes:
        """These changes, with the edits of ``base``."""
        return replace(self, edits=base.edits)
