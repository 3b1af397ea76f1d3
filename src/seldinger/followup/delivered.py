"""Delivered dose: a PET or SPECT after radioembolization and contours become dose, told honestly.

In:    the image, contours on their own lattice, what is known of times and activity.
Out:   dose of every structure with its spread, the dose as a field, and what it rests on.

An image without a unit, or without times, gives figures that hold only if something is true: they
are told as provisional, with what would have to be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import seldinger
from seldinger import evidence
from seldinger.catalogue import nuclides
from seldinger.core.formatting import short_repr
from seldinger.core.progress import Progress, silent
from seldinger.core.record import read_assumptions
from seldinger.core.volume import Volume
from seldinger.followup import delivered_doubts as doubts
from seldinger.followup.contours import Contours, find_contours
from seldinger.followup.delivered_activity import (
    VerifyRequest,
    Way,
    carry_liver,
    find_activity,
)
from seldinger.image.study import Alignment, Modality
from seldinger.physics import activity as activities
from seldinger.physics.dose.biology import DoseResponse
from seldinger.plan.assumptions import resolve_assumptions
from seldinger.simulate.dose.model import (
    AIR_BELOW_G_PER_ML,
    ASSUMED,
    Method,
    compute_dose,
    derive_density,
)
from seldinger.simulate.dose.structures import (
    DoseFields,
    RecoveryCurve,
    SpreadSettings,
    StructureDose,
    measure_structure,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from seldinger.catalogue.nuclides import DecayConstants
    from seldinger.core.record import AssumptionUse, InputFile
    from seldinger.core.volume import LabelMap, Mask
    from seldinger.evidence.model import Fact
    from seldinger.image.study import Study
    from seldinger.physics.dose.result import AbsorbedDose

BOUNDS = {
    name: one
    for name, one in read_assumptions("seldinger.followup").items()
    if name.startswith("verify_")
}
"""How far what was told and what is shown may lie apart."""
_NOT_SHOWN_HU = -10_000.0
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
        measured_mbq: what the image's own numbers show there, whatever was told to be given; None:
            they tell no activity, or no label shows the liver.
        lung_gy: by the shunt that was told and 1 kg; None where no shunt was told.
        counted_from: what decays are counted from: "the administration" or "the image".
        by_ct: whether the dose follows the density of a CT.
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
    measured_mbq: float | None
    lung_gy: float | None
    counted_from: str
    by_ct: bool
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


def assess(
    study: Study,
    labels: LabelMap,
    request: VerifyRequest,
    inputs: tuple[InputFile, ...] = (),
    label_notes: tuple[str, ...] = (),
    progress: Progress = silent,
) -> DeliveredDose:
    """The dose that an image after treatment shows.

    Args:
        study: the PET or SPECT as its planning series; a CT among the others gives densities.
        labels: contours in the same patient millimetres, on their own lattice.
        request: what is known of the treatment.
        inputs: files of the labels.
        label_notes: what their reader had to say.
        progress: told between steps; may cancel.

    Raises:
        ImageError, SimulationError, LabelError, PlanError: what was given makes no dose; the
            message says what would.
    """
    used = resolve_assumptions((*ASSUMED.values(), *BOUNDS.values()), request.assume)
    constants = nuclides.decay_constants(request.nuclide, request.constants)
    contours = find_contours(labels, request.tumours, request.liver)
    progress("activity", 0.05)
    found = find_activity(study.planning, contours, request, used)
    soft = used.get_value("liver_density_g_per_ml")
    density, unseen, told = _find_density(study, found.volume, soft)
    progress("dose", 0.15)
    computed = compute_dose(found.volume, density, constants, request.method)
    other = Method.KERNEL if request.method is Method.LOCAL else Method.LOCAL
    beside = compute_dose(found.volume, density, constants, other)
    tissue = density >= AIR_BELOW_G_PER_ML
    dose, dose_beside = (
        np.where(tissue, one.dose_gy, 0.0).astype(np.float64) for one in (computed, beside)
    )
    recovery = _find_recovery(study.planning.modality)
    settings = _settings(used.get_value, constants)
    structures = []
    for n, contour in enumerate(contours.every):
        progress(f"dose of {contour.name}", 0.3 + 0.6 * n / len(contours.every))
        fields = DoseFields(
            found.volume.grid,
            dose,
            dose_beside,
            _bed_per_gy(constants, is_tumour=contour.is_tumour),
            recovery,
        )
        structures.append(measure_structure(contour, fields, settings))
    liver_mbq = _sum_liver(found.volume, contours)
    lung_gy = _find_lung_gy(request, liver_mbq, constants)
    return DeliveredDose(
        asked=request, study=study, labels=labels, contours=contours,
        structures=tuple(structures),
        dose=Volume(dose, found.volume.grid, "Gy"), computed=computed,
        way=found.way, activity_mbq=activities.sum_values(found.volume) / 1e6,
        liver_mbq=liver_mbq, measured_mbq=found.measured_mbq, lung_gy=lung_gy, constants=constants,
        facts=_list_facts(constants), assumptions=used.list_uses(),
        inputs=(*study.inputs, *inputs),
        counted_from=found.counted_from,
        by_ct=unseen is not None and request.method is not Method.KERNEL,
        provisional=(
            *contours.doubts, *found.provisional, *doubts.doubt_rim(computed),
            *doubts.doubt_density(density, unseen, found.volume, contours),
        ),
        notes=(*contours.notes, *found.notes, *told, *_tell_method(request.method, other),
               *(note for one in study.series for note in one.notes), *label_notes),
        version=seldinger.__version__,
    )  # fmt: skip


def _find_density(
    study: Study, activity: Volume, soft: float
) -> tuple[NDArray[np.float32], Mask | None, tuple[str, ...]]:
    """By the CT that lies in the same frame, and what it does not show; else soft tissue."""
    from seldinger.image.resample import resample_volume

    for one in study.series:
        same = study.alignment(one) is Alignment.SAME_FRAME
        if one.modality is Modality.CT and same:
            hu = resample_volume(one.image, activity.grid, 1, _NOT_SHOWN_HU)
            unseen = hu.values < _NOT_SHOWN_HU / 2.0
            density = np.where(unseen, np.float32(soft), derive_density(hu, soft))
            told = "Density is read from the CT; voxels of air hold no tissue and get no dose."
            return density, unseen, (told,)
    flat = np.full(activity.grid.shape, soft, dtype=np.float32)
    return flat, None, (f"No CT in the image's frame: every voxel has {soft:g} g/mL.",)


def _find_recovery(modality: Modality) -> RecoveryCurve | None:
    """Of PET by a phantom; of SPECT none was read."""
    if modality is not Modality.PET:
        return None
    return RecoveryCurve(_RECOVERY_ML, tuple(evidence.driving_value(key) for key in _RECOVERY))


def _bed_per_gy(constants: DecayConstants, *, is_tumour: bool) -> float:
    """BED = D (1 + D x this)."""
    ratio, repair = (evidence.driving_value(key, secondary=True) for key in _RESPONSES[is_tumour])
    response = DoseResponse(ratio, repair)
    lasting = response.repair_half_h / (response.repair_half_h + constants.half_life_h)
    return lasting / response.alpha_beta_gy


def _settings(value: Callable[[str], float], constants: DecayConstants) -> SpreadSettings:
    presets = nuclides.nuclide(constants.nuclide).presets.values()
    doses = [one.gy_kg_per_gbq / constants.gy_kg_per_gbq for one in presets]
    density = ASSUMED["liver_density_g_per_ml"]
    held = value("liver_density_g_per_ml")
    return SpreadSettings(
        value("contour_sd_mm"), value("calibration_spread"), (min(doses), max(doses)),
        (min(density.low / held, 1.0), max(density.high / held, 1.0)), 0,
    )  # fmt: skip


def _find_lung_gy(
    request: VerifyRequest, liver_mbq: float | None, constants: DecayConstants
) -> float | None:
    """By the shunt that was told, over 1 kg; None: unknown."""
    if request.lung_shunt is None:
        return None
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


def _tell_method(method: Method, other: Method) -> tuple[str, ...]:
    told = [f"Dose by the method {method.value!r}; {other.value!r} stands beside it."]
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
