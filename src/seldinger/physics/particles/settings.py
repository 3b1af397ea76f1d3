"""Settings: by which laws particles lodge, block and end an injection; what nobody has measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.errors import SimulationError
from seldinger.core.record import Assumption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LODGING_RATIO = Assumption(
    "lodging_ratio", 1.0, "1", 1.0, 1.5,
    "a particle lodges in the first vessel not wider than itself; friction may hold it earlier",
)  # fmt: skip
COMPRESSION = Assumption(
    "compressed_diameter_share", 1.0, "1", 0.7, 1.0,
    "what is left of a soft sphere's diameter in its vessel; 1 is a hard sphere",
)  # fmt: skip
STASIS = Assumption(
    "stasis_flow_share", 0.05, "1", 0.01, 0.3,
    "forward flow, of that at the beginning, at which an injection ends; near stasis has no number",
)  # fmt: skip
ARTERIAL_SHARE = Assumption(
    "arterial_share_of_bed", 0.8, "1", 0.5, 1.0,
    "of a bed's resistance lies in its arterial tree; capillaries and veins hold the rest",
)  # fmt: skip
MURRAY = Assumption(
    "murray_exponent", 3.0, "1", 2.0, 3.0,
    "a bed branches in twos, of equal calibre; 3 is Murray's law of least work",
)  # fmt: skip
CAPILLARY = Assumption(
    "capillary_um", 8.0, "um", 5.0, 15.0,
    "a bed ends where its vessels are no wider: what is smaller passes to the veins",
)  # fmt: skip
CLUMP_FACTOR = Assumption(
    "clump_factor", 1.0, "1", 0.5, 2.0,
    "median of effective over printed size of particles that clump; no source read",
)  # fmt: skip
CLUMP_SPREAD = Assumption(
    "clump_log_spread", 0.4, "1", 0.1, 0.8,
    "standard deviation of the logarithm of that factor; no source read",
)  # fmt: skip
PARTICLE_ASSUMPTIONS = (
    LODGING_RATIO, COMPRESSION, STASIS, ARTERIAL_SHARE, MURRAY, CAPILLARY, CLUMP_FACTOR,
    CLUMP_SPREAD,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InjectionSettings:
    """How an injection is carried out.

    Attributes:
        lodging_ratio: a particle lodges in the first vessel whose diameter is not larger than its
            compressed diameter times this; at least 1, so that none lies beyond a narrower vessel.
        compressed_share: compressed over effective diameter.
        stasis_share: of the forward flow at the beginning, at which the injection ends; 0
            lets nothing but an empty vial end it.
        batches: of equal number, after each of which the flow is solved again.
        most_fall: of the forward flow at the beginning; a batch that lowers it by more is given in
            halves, so that what lodges first turns away what comes later. 1 never halves.
        ends_at_reflux: whether the injection ends before a batch that would flow upstream.
        most_discrete: more particles than this are counted by classes of size, not drawn each.
        classes: of equal number; equal particles are one class.

    Raises:
        SimulationError: on construction, a setting is out of its range.
    """

    lodging_ratio: float = LODGING_RATIO.value
    compressed_share: float = COMPRESSION.value
    stasis_share: float = STASIS.value
    batches: int = 50
    most_fall: float = 0.05
    ends_at_reflux: bool = False
    most_discrete: int = 2_000_000
    classes: int = 32

    def __post_init__(self) -> None:
        ranges = (
            ("lodging_ratio", 1.0, math.inf), ("compressed_share", 1e-3, 1.0),
            ("stasis_share", 0.0, 1.0), ("batches", 1, 100_000),
            ("most_fall", 1e-3, 1.0), ("most_discrete", 0, 10**9),
            ("classes", 1, 10_000),
        )  # fmt: skip
        for name, low, high in ranges:
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise SimulationError(
                    f"{name} is {value:g}; it lies between {low:g} and {high:g}: choose one there"
                )

    def lodging_mm(self, diameter_um: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) calibres at which particles of effective diameters (n,) lodge."""
        return 1e-3 * diameter_um * self.compressed_share * self.lodging_ratio
