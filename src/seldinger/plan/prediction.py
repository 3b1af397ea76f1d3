"""The prediction: what heat or cold is expected to do to target and neighbours, and how sure.

``Prediction`` goes to ``plan.json`` as it stands; ``Effect`` holds its fields, in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.formatting import short_repr
from seldinger.core.quantity import Spread  # noqa: TC001  pydantic reads it at run time

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask


@dataclass(frozen=True, slots=True)
class Critical:
    """A structure that heat or cold must spare.

    Attributes:
        structure: our term.
        distance_mm: from the lethal zone to it; 0 when the zone reaches it, None when nobody has
            segmented it.
        extreme_c: hottest (or coldest) that any of it becomes; None when unknown.
        limit_mm: distance asked for; None when no source gives one.
        limit_c: temperature it should keep; an assumption.
        kept: whether both limits are kept; None when unknown.
        protection: what would protect it; empty when nothing is needed.
        sources: keys of the bibliography.
    """

    structure: str
    distance_mm: float | None
    extreme_c: float | None
    limit_mm: float | None
    limit_c: float | None
    kept: bool | None
    protection: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One row of the table of alternatives: a modality with a number of probes.

    The chosen row has the figures of the plan, on this patient; every other row is an estimate in
    even tissue without vessels, and its note says what became of it on the patient.

    Attributes:
        modality: "microwave", "radiofrequency" or "cryo".
        device: id of the applicator.
        probes: how many.
        spacing_mm: between neighbours; None for one.
        setting: power and time in words.
        minimal_margin_mm: the thinnest place, negative where tumour is left.
        coverage: share of target plus margin that dies, 0 to 1.
        zone_volume_ml: volume that dies.
        chosen: whether the plan goes on with it.
        note: why not, or why.
        on_patient: whether its figures are of this patient and not of even tissue.
    """

    modality: str
    device: str
    probes: int
    spacing_mm: float | None
    setting: str
    minimal_margin_mm: float
    coverage: float
    zone_volume_ml: float
    chosen: bool = False
    note: str = ""
    on_patient: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """What heat or cold is expected to do, and how sure that is.

    Attributes:
        criterion: what is called dead, in words.
        mode: "chart-calibrated" or "physiological": which the figures are.
        minimal_margin_mm: of the tumour's surface away from the capsule.
        subcapsular_margin_mm: of the surface under the capsule; None when there is none.
        margin_asked_mm: what was asked.
        coverage: share of target plus margin (inside the organ) that dies, nominal, 0 to 1.
        coverage_target: share of the target that dies, nominal.
        coverage_probability: share of samples in which the whole target dies.
        zone_volume_ml: nominal.
        zone_axes_mm: lengths of the nominal zone's largest piece along its principal axes, as a
            caliper reads them: longest, middle and shortest.
        visible_ice_ml: volume of visible ice; None for heat.
        other_mode_volume_ml: zone by the other mode; None where there is only one.
        ml_per_kj: zone volume per energy sent out; None for cold.
        critical: structures to spare.
        samples: how many were drawn.
        spread_from: source of uncertainty -> its share of the variance of the minimal margin.
        dominant: the largest of them.
        options: what else was considered.
        notes: what a reader must know before he believes the rest.
        outside_domain: why the prediction is not to be believed; empty where it lies in its
            domain, None where nobody judged it.
    """

    criterion: str
    mode: str
    minimal_margin_mm: Spread
    subcapsular_margin_mm: Spread | None
    margin_asked_mm: float
    coverage: float
    coverage_target: float
    coverage_probability: float
    zone_volume_ml: float
    zone_axes_mm: tuple[float, float, float]
    visible_ice_ml: float | None
    other_mode_volume_ml: float | None
    ml_per_kj: float | None
    critical: tuple[Critical, ...]
    samples: int
    spread_from: dict[str, float]
    dominant: str
    options: tuple[Option, ...]
    notes: tuple[str, ...] = ()
    outside_domain: tuple[str, ...] | None = None

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """The predicted effect as fields, in memory and beside ``plan.json``.

    Attributes:
        grid: 1 mm, aligned.
        zone: what dies by the plan as drawn, (i, j, k).
        edge_mm: distance to the zone's edge, read between the cells, positive inside, float32.
        kill_probability: share of samples in which a cell dies, float32 (i, j, k).
        temperature_c: hottest (or coldest) of each cell, float32 (i, j, k).
        ice: visible ice; None for heat.
        times_s: (n,) of the curves.
        curves_c: critical structure -> (n,) temperature of its nearest point over time.
        surface_lps_mm: (m, 3) points of the tumour's surface.
        surface_margin_mm: (m,) margin there, nominal.
        subcapsular: (m,) which of them lie under the capsule.
        margins_mm: (samples,) minimal margin of each sample.
    """

    grid: Grid
    zone: Mask
    edge_mm: NDArray[np.float32]
    kill_probability: NDArray[np.float32]
    temperature_c: NDArray[np.float32]
    ice: Mask | None
    times_s: NDArray[np.float64]
    curves_c: dict[str, NDArray[np.float64]]
    surface_lps_mm: Points
    surface_margin_mm: NDArray[np.float64]
    subcapsular: NDArray[np.bool_]
    margins_mm: NDArray[np.float64]

    __repr__ = short_repr
