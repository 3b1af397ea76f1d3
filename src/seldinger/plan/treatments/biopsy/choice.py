"""What a biopsy decides before any path is known: needle, coaxial or not, cores, shot geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import catalogue
from seldinger.catalogue.model import CoaxialIntroducer, CoreNeedle
from seldinger.core.record import read_assumptions
from seldinger.plan import answers
from seldinger.plan.answers import among
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.treatments.biopsy import native_kidney
from seldinger.plan.wording import get_number

if TYPE_CHECKING:
    from seldinger.catalogue import Device
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.procedure import Settings

LESION, PARENCHYMA = "lesion", "parenchyma"

_ASSUMED = read_assumptions("seldinger.plan.treatments.biopsy")
LESION_GAUGE = _ASSUMED["lesion_gauge"]
KIDNEY_GAUGE = _ASSUMED["kidney_gauge"]
LUNG_GAUGE = _ASSUMED["lung_gauge"]
BONE_GAUGE = _ASSUMED["bone_gauge"]
CORES = _ASSUMED["cores"]
BONE_CORE = _ASSUMED["bone_core_mm"]
LENGTH_MARGIN = _ASSUMED["length_margin_mm"]
NOTCH = _ASSUMED["weight_notch"]
ASSUMPTIONS = (
    LESION_GAUGE, KIDNEY_GAUGE, LUNG_GAUGE, BONE_GAUGE, CORES, BONE_CORE, LENGTH_MARGIN, NOTCH,
)  # fmt: skip

_LUNG = ("lung_biopsy.odds.needle_18g_or_thicker", "lung_biopsy.odds.noncoaxial_samples")
_PARENCHYMA = ("biopsy.liver_parenchyma.gauge_16", "biopsy.liver_parenchyma.intact_16g")
_COAXIAL = (
    "biopsy.liver_tumour.coaxial_preferred",
    "biopsy.liver_tumour.coaxial_complications",
    "biopsy.liver_tumour.coaxial_seeding",
)
_CORES = "biopsy.liver_tumour.coaxial_cores"


@dataclass(frozen=True, slots=True, kw_only=True)
class BiopsyAnswers:
    """What decides of a biopsy that no image shows."""

    sample: str | None = among(LESION, PARENCHYMA)
    emphysema: str | None = among("yes", "no")


def read_sample(settings: Settings) -> str | None:
    """What is to be sampled, as somebody answered."""
    return answers.read(BiopsyAnswers, settings).sample


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen before any path is known: needle size, technique, why, and its facts."""

    gauge: float
    cores: int
    reason: str
    facts: tuple[str, ...] = ()
    coaxial: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """Where things stand along the needle, in mm relative to the aim (negative = before it).

    Attributes:
        notch_mm: from and to, after the shot: centred on the aim.
        tip_after_mm: the needle's end after the shot.
        tip_before_mm: the needle's end before the shot.
    """

    notch_mm: tuple[float, float]
    tip_after_mm: float
    tip_before_mm: float


def compute_shot(needle: Device, core_mm: float) -> Shot:
    """Geometry of one sample with the notch centred on the aim.

    Args:
        needle: a core needle, or one without throw (bone), which then cuts ``core_mm``.
        core_mm: length of the sample of a needle without notch.
    """
    if isinstance(needle, CoreNeedle):
        half = needle.notch_mm / 2.0
        after = half + needle.dead_tip_mm
        return Shot((-half, half), after, after - needle.throw_mm)
    half = core_mm / 2.0
    return Shot((-half, half), half, -half)


def choose(case: NeedleCase) -> Choice:
    """Gauge, coaxial or not, and cores, by site; a lesion unless the user says otherwise."""
    settings, site = case.settings, find_site(case)
    wanted = read_sample(settings) or LESION
    if native_kidney.is_wanted(case.target, case.anatomy, read_sample(settings)):
        wanted = PARENCHYMA
    cores = round(CORES.get_value(settings.assume))
    if site is Site.BONE:
        gauge = BONE_GAUGE.get_value(settings.assume)
        return Choice(gauge, cores, f"bone: {gauge:g} G assumed")
    if site is Site.LUNG:
        gauge = LUNG_GAUGE.get_value(settings.assume)
        why = f"lung: {gauge:g} G assumed, thin and through one coaxial needle"
        return Choice(gauge, cores, why, _LUNG, coaxial=True)
    if site is Site.LIVER and wanted == PARENCHYMA:
        gauge = get_number(_PARENCHYMA[0])
        return Choice(gauge, cores, f"liver parenchyma: {gauge:g} G", _PARENCHYMA)
    if site is Site.KIDNEY and wanted == PARENCHYMA:
        gauge = KIDNEY_GAUGE.get_value(settings.assume)
        return Choice(gauge, cores, f"kidney parenchyma: {gauge:g} G assumed")
    gauge = LESION_GAUGE.get_value(settings.assume)
    if site is Site.LIVER:
        why = f"liver lesion: {gauge:g} G assumed, coaxial"
        return Choice(gauge, round(get_number(_CORES)), why, (*_COAXIAL, _CORES), coaxial=True)
    why = f"lesion in {site.value}: {gauge:g} G assumed, coaxial so that one pass serves all cores"
    return Choice(gauge, cores, why, coaxial=True)


def choose_introducer(needle: Device) -> CoaxialIntroducer | None:
    """The thinnest introducer that ``needle`` fits; of these the longest that is shorter."""
    fitting = [
        d
        for d in catalogue.devices(CoaxialIntroducer)
        if (d.inner_diameter_mm or 0.0) > needle.outer_diameter_mm
        and d.usable_mm < needle.usable_mm
    ]
    return min(fitting, key=lambda d: (d.outer_diameter_mm, -d.usable_mm), default=None)
