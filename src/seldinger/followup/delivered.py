"""Delivered dose: a PET or SPECT after radioembolization and contours become dose, told honestly.

In:    the image, contours on their own lattice, what is known of times and activity.
Out:   dose of every structure with its spread, the dose as a field, and what it rests on.

An image without a unit, or without times, gives figures that hold only if something is true: they
are told as provisional, with what would have to be known.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

import seldinger
from seldinger import evidence
from seldinger.catalogue import nuclides
from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.core.progress import Progress, silent
from seldinger.core.volume import Volume
from seldinger.followup.contours import Contours, find_contours
from seldinger.image.concentration import measure_concentration
from seldinger.image.resample import resample_mask
from seldinger.physics import activity as activities
from seldinger.physics.dose.biology import DoseResponse
from seldinger.plan.assumptions import resolve_assumptions
from seldinger.plan.treatments.irradiation.activity import check_shunt
from seldinger.simulate.dose.model import (
    AIR_BELOW_G_PER_ML,
    ASSUMED,
    Method,
    compute_dose,
    derive_density,
)
from seldinger.simulate.dose.structures import (
    DoseFields,
    SpreadSettings,
    StructureDose,
    measure_structure,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from seldinger.catalogue.nuclides import DecayConstants
    from seldinger.core.record import AssumptionUse, InputFile
    from seldinger.core.space import Grid
    from seldinger.core.volume import LabelMap, Mask
    from seldinger.evidence.model import Fact
    from seldinger.image.study import Series, Study
    from seldinger.physics.dose.result import AbsorbedDose

Way = Literal["absolute", "relative"]
_RECOVERY = ("radioembolization.recovery.pet.smallest", "radioembolization.recovery.pet.largest")
_RECOVERY_ML = (0.52, 26.52)
"""Volumes of the spheres that the two facts are of."""
_RESPONSES = {
    True: ("radioembolization.response.tumour", "radioembolization.repair.tumour"),
    False: ("radioembolization.response.liver", "radioembolization.repair.liver"),
}
_PUBLISHED = {
    "y90": (
        "radioembolization.glass.control_half.absorbed",
        "radioembolization.glass.control_half.biologic",
        "radioembolization.glass.dosisphere.goal", "radioembolization.glass.segmentectomy.d95",
        "radioembolization.glass.normal.whole", "radioembolization.resin.tumour",
        "radioembolization.resin.normal",
    ),
    "ho166": (
        "radioembolization.holmium.tumour.mcrc", "radioembolization.holmium.normal.lobe",
        "radioembolization.holmium.normal.both",
    ),
}  # fmt: skip
"""What followed, or was aimed at, in others: shown beside the doses."""
POPULATION = (
    "Published figures describe the populations named, whose doses were computed in other ways; "
    "none of them is this patient's probability."
)


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What is known of a treatment whose image is read.

    Attributes:
        nuclide: of the microspheres.
        constants: preset of its decay constants.
        method: how dose is computed.
        given_mbq: net activity: then the image is used for its shape alone.
        lung_shunt: fraction of it.
        administered_at: instant of the administration, with a time zone where the header has one.
        imaged_at: when the image's numbers hold, where no header tells.
        tumours: names of labels; empty: those that are called so.
        liver: name of the label of the whole liver; None: what is called so.
        assume: overrides of assumptions.
    """

    nuclide: str = "y90"
    constants: str = "icrp107"
    method: Method = Method.LOCAL
    given_mbq: float | None = None
    lung_shunt: float | None = None
    administered_at: dt.datetime | None = None
    imaged_at: dt.datetime | None = None
    tumours: tuple[str, ...] = ()
    liver: str | None = None
    assume: Mapping[str, float] = field(default_factory=dict)

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class DeliveredDose:
    """Dose after a radioembolization and what it rests on.

    Attributes:
        asked: the request.
        study: the image, and a CT where there is one.
        labels: as drawn, on their own lattice.
        contours: sorted by what they are.
        structures: doses, tumours first.
        dose: the field, Gy.
        computed: its books of energy.
        way: "absolute": the image is a measurement; "relative": it shares a known activity out.
        activity_mbq: that the image shows, at the time from which decays count.
        liver_mbq: of it in the liver; None where no label shows it.
        lung_gy: by the shunt that was told and 1 kg; None where no shunt was told.
        constants: of the nuclide.
        facts: published figures that are shown or used.
        assumptions: as used.
        inputs: every file, with its hash.
        provisional: why the figures are not to be relied on; empty when nothing speaks against.
        notes: what the reader must know besides.
        version: of this package.
    """

    asked: VerifyRequest
    study: Study
    labels: LabelMap
    contours: Contours
    structures: tuple[StructureDose, ...]
    dose: Volume
    computed: AbsorbedDose
    way: Way
    activity_mbq: float
    liver_mbq: float | None
    lung_gy: float | None
    constants: DecayConstants
    facts: tuple[Fact, ...]
    assumptions: tuple[AssumptionUse, ...]
    inputs: tuple[InputFile, ...]
    provisional: tuple[str, ...]
    notes: tuple[str, ...]
    version: str

    __repr__ = short_repr

    @property
    def status(self) -> str:
        """Measured or provisional: dose is not judged."""
        return "provisional" if self.provisional else "measured"


@dataclass(frozen=True, slots=True, eq=False)
class _Activity:
    """Bq in each voxel, how it was found, and what that leaves open."""

    volume: Volume
    way: Way
    provisional: tuple[str, ...]
    notes: tuple[str, ...]


def assess(
    study: Study,
    labels: LabelMap,
    request: VerifyRequest,
    inputs: tuple[InputFile, ...] = (),
    progress: Progress = silent,
) -> DeliveredDose:
    """The dose that an image after treatment shows.

    Args:
        study: the PET or SPECT as its planning series; a CT among the others gives densities.
        labels: contours in the same patient millimetres, on their own lattice.
        request: what is known of the treatment.
        inputs: files of the labels.
        progress: told between steps; may cancel.

    Raises:
        ImageError, SimulationError, LabelError, PlanError: what was given makes no dose; the
            message says what would.
    """
    used = resolve_assumptions(tuple(ASSUMED.values()), request.assume)
    constants = nuclides.decay_constants(request.nuclide, request.constants)
    contours = find_contours(labels, request.tumours, request.liver)
    progress("activity", 0.05)
    found = _find_activity(study.planning, contours, request)
    soft = used.get_value("liver_density_g_per_ml")
    density, told = _find_density(study, found.volume, soft)
    progress("dose", 0.15)
    computed = compute_dose(found.volume, density, constants, request.method)
    other = Method.KERNEL if request.method is Method.LOCAL else Method.LOCAL
    beside = compute_dose(found.volume, density, constants, other)
    tissue = density >= AIR_BELOW_G_PER_ML
    dose, dose_beside = (
        np.where(tissue, one.dose_gy, 0.0).astype(np.float64) for one in (computed, beside)
    )
    structures = []
    for n, contour in enumerate(contours.every):
        progress(f"dose of {contour.name}", 0.3 + 0.6 * n / len(contours.every))
        fields = DoseFields(
            found.volume.grid,
            (dose, dose_beside),
            _bed_per_gy(constants, is_tumour=contour.is_tumour),
        )
        settings = _settings(used.get_value, constants, study.modality.value)
        structures.append(measure_structure(contour, fields, settings))
    liver_mbq = _sum_liver(found.volume, contours)
    lung_gy = _find_lung_gy(request, liver_mbq, constants)
    return DeliveredDose(
        asked=request, study=study, labels=labels, contours=contours,
        structures=tuple(structures),
        dose=Volume(dose, found.volume.grid, "Gy"), computed=computed,
        way=found.way, activity_mbq=activities.sum_values(found.volume) / 1e6,
        liver_mbq=liver_mbq, lung_gy=lung_gy, constants=constants,
        facts=_list_facts(constants), assumptions=used.list_uses(),
        inputs=(*study.inputs, *inputs),
        provisional=(*found.provisional, *_doubt(computed)),
        notes=(*contours.notes, *found.notes, *told, *_tell_method(request.method, other),
               *(note for one in study.series for note in one.notes)),
        version=seldinger.__version__,
    )  # fmt: skip


def _find_activity(series: Series, contours: Contours, request: VerifyRequest) -> _Activity:
    if request.given_mbq is not None:
        return _share_out(series, contours, request)
    nuclide = nuclides.nuclide(request.nuclide)
    constants = nuclide.presets[request.constants]
    stated = activities.Radionuclide(
        nuclide.symbol, constants.half_life_h * 3600.0, nuclide.positrons_per_decay
    )
    provisional: list[str] = []
    if series.image.unit == "1":
        total = activities.sum_values(series.image) * series.image.grid.voxel_ml / 1e6
        provisional.append(
            "The image tells no unit: doses hold only if its numbers are Bq/mL, which would be "
            f"{total:.0f} MBq in all. State the unit, or give the activity that was given."
        )
        series = replace(series, image=Volume(series.image.values, series.image.grid, "Bq/mL"))
    timed = request.administered_at is not None
    measured = measure_concentration(
        series, stated, request.administered_at, reference_at=request.imaged_at
    )
    if not timed:
        hour = 100.0 * (1.0 / constants.find_decay(1.0) - 1.0)
        provisional.append(
            "When the activity was given is not told: decays are counted from the image on, and "
            f"every hour between adds {hour:.1f} % to all doses."
        )
    volume = activities.map_activity(measured.volume)
    return _Activity(volume, "absolute", tuple(provisional), measured.notes)


def _share_out(series: Series, contours: Contours, request: VerifyRequest) -> _Activity:
    """The activity that was given, shared out over the liver by what the image shows."""
    if contours.liver is None:
        raise PlanError(
            "an activity is shared out over the liver, and no label shows it: label it, name it, "
            "or leave the activity out and state the unit of the image"
        )
    inside = carry_liver(contours, series.image.grid)
    given_bq = 1e6 * (request.given_mbq or 0.0)
    shunt = request.lung_shunt or 0.0
    provisional: tuple[str, ...] = ()
    if request.lung_shunt is None:
        text = (
            "No lung shunt is told: all that was given is taken to be in the liver, and its doses "
            "are too high by the share that is in the lungs."
        )
        provisional = (text,)
    volume = activities.spread_activity(series.image, inside, given_bq, shunt)
    note = (
        f"Relative: {request.given_mbq:g} MBq, less the lung shunt, are shared out over liver and "
        "tumours by the image; its calibration and decay play no part."
    )
    return _Activity(volume, "relative", provisional, (note,))


def _find_density(
    study: Study, activity: Volume, soft: float
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """By the CT that lies in the same frame; without one, of soft tissue everywhere."""
    from seldinger.image.resample import resample_volume
    from seldinger.image.study import Alignment, Modality

    for one in study.series:
        same = study.alignment(one) is Alignment.SAME_FRAME
        if one.modality is Modality.CT and same:
            hu = resample_volume(one.image, activity.grid, 1, -1000.0)
            told = "Density is read from the CT; voxels of air hold no tissue and get no dose."
            return derive_density(hu, soft), (told,)
    flat = np.full(activity.grid.shape, soft, dtype=np.float32)
    return flat, (f"No CT in the image's frame: every voxel has {soft:g} g/mL.",)


def _bed_per_gy(constants: DecayConstants, *, is_tumour: bool) -> float:
    """BED = D (1 + D x this)."""
    ratio, repair = (evidence.driving_value(key, secondary=True) for key in _RESPONSES[is_tumour])
    response = DoseResponse(ratio, repair)
    lasting = response.repair_half_h / (response.repair_half_h + constants.half_life_h)
    return lasting / response.alpha_beta_gy


def _settings(
    value: Callable[[str], float], constants: DecayConstants, modality: str
) -> SpreadSettings:
    presets = nuclides.nuclide(constants.nuclide).presets.values()
    doses = [one.gy_kg_per_gbq / constants.gy_kg_per_gbq for one in presets]
    density = ASSUMED["liver_density_g_per_ml"]
    held = value("liver_density_g_per_ml")
    recovery: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    if modality == "PT":
        shares = tuple(evidence.driving_value(key) for key in _RECOVERY)
        recovery = (_RECOVERY_ML, shares)
    return SpreadSettings(
        value("contour_sd_mm"), value("calibration_spread"), (min(doses), max(doses)),
        (density.low / held, density.high / held), recovery, 0,
    )  # fmt: skip


def _find_lung_gy(
    request: VerifyRequest, liver_mbq: float | None, constants: DecayConstants
) -> float | None:
    """By the shunt that was told, over 1 kg; None: unknown.

    Raises:
        PlanError: the shunt is no share below 1.
    """
    if request.lung_shunt is None:
        return None
    check_shunt(request.lung_shunt)
    mass = evidence.driving_value("radioembolization.lung.mass") / 1000.0
    given = request.given_mbq
    if given is None:
        # The image may show the lungs too: what is in the liver is what did not pass it.
        if liver_mbq is None:
            return None
        given = liver_mbq / (1.0 - request.lung_shunt)
    return constants.gy_kg_per_gbq * given / 1000.0 * request.lung_shunt / mass


def _sum_liver(activity: Volume, contours: Contours) -> float | None:
    """MBq in the liver, its tumours included; None where no label shows it."""
    if contours.liver is None:
        return None
    inside = carry_liver(contours, activity.grid)
    return activities.sum_values(activity, inside) / 1e6


def carry_liver(contours: Contours, grid: Grid) -> Mask:
    """Liver and tumours on the grid of an image."""
    drawn = [one for one in (contours.liver, *contours.tumours) if one is not None]
    inside = np.zeros(grid.shape, dtype=bool)
    for one in drawn:
        inside |= resample_mask(one.mask, one.grid, grid)
    return inside


def _doubt(computed: AbsorbedDose) -> tuple[str, ...]:
    share = computed.left_share
    if math.isfinite(share) and share > 0.01:  # noqa: PLR2004  a hundredth
        text = (
            f"{100.0 * share:.1f} % of the energy left the image: activity lies at its rim, and "
            "dose beyond it is unknown."
        )
        return (text,)
    return ()


def _tell_method(method: Method, other: Method) -> tuple[str, ...]:
    told = [f"Dose by {method.value} deposition or transport; {other.value!r} is in the spread."]
    if method is not Method.LOCAL:
        told.append(
            "The image is blurred by the scanner already: a kernel on it blurs twice, so that "
            "hot and small structures read too low."
        )
    return tuple(told)


def _list_facts(constants: DecayConstants) -> tuple[Fact, ...]:
    keys = [
        *_PUBLISHED[constants.nuclide],
        *constants.facts,
        *_RECOVERY,
        *_RESPONSES[True],
        *_RESPONSES[False],
    ]
    return tuple(evidence.fact(key) for key in dict.fromkeys(keys))
