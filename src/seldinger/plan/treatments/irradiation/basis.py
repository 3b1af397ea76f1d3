"""Basis: all that an activity is chosen by, gathered from images, answers, options and labs.

What nobody told stays None and is named in ``missing``: no default product, intent or disease.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from seldinger import evidence
from seldinger.anatomy.model import Kind
from seldinger.catalogue.microspheres import find_microspheres
from seldinger.catalogue.nuclides import decay_constants
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.naming import did_you_mean
from seldinger.core.verdict import Severity, Status
from seldinger.plan.answers import read
from seldinger.plan.readiness import read_lab
from seldinger.plan.treatments.irradiation import albumin, weigh
from seldinger.plan.treatments.irradiation.constraints import Before
from seldinger.plan.treatments.irradiation.contents import is_hollow
from seldinger.plan.treatments.irradiation.lung_shunt import tell_planar
from seldinger.plan.treatments.irradiation.mismatch import judge_shunts
from seldinger.plan.treatments.irradiation.options import IrradiationAnswers, IrradiationOptions
from seldinger.plan.treatments.irradiation.rules import Circumstances, find_rules
from seldinger.plan.treatments.irradiation.territory import (
    ConcentrationRatio,
    Lungs,
    Territory,
    Tumour,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.catalogue.nuclides import DecayConstants
    from seldinger.core.quantity import Spread
    from seldinger.core.volume import Mask
    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.irradiation.albumin import AlbuminScan
    from seldinger.plan.treatments.irradiation.rules import Disease, DoseRule, Intent
    from seldinger.plan.treatments.irradiation.weigh import Weighed

PRESETS = {"glass": "package-insert", "resin": "aapm", "holmium": "package-insert"}
"""Constants that a product is prescribed with; the user may choose others, and all are printed."""
_MOSTLY = 0.5
"""A lesion of which so much, or of whose shell so much, is liver lies in the liver."""
UptakeFrom = Literal["SPECT", "told", "nobody"]


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What an activity is chosen by.

    Attributes:
        product, intent, disease: as answered; None: not told.
        constants: of the nuclide; None without a product.
        weighed: masses and masks of the territory.
        territory: its compartments, one where no uptake is known.
        lungs: with their mass.
        lung_shunt: fraction; None: not known, and then no dose is.
        shunt_finding: where it comes from.
        shunt_spread: as published for how it was measured; None: it is assumed.
        uptake_from: who told the uptake of tumours.
        rules: that hold; none without product, intent and disease.
        before: what compartments have already.
        known: what decides between rules.
        lab_bilirubin: of the patient's labs; None: there is none that still counts.
        residual: share that stays behind; None: not told.
        scan: the SPECT of MAA that is used; None: none is.
        missing: what nobody told, in words.
        notes: what a reader must know of all this.
    """

    product: str | None
    intent: Intent | None
    disease: Disease | None
    constants: DecayConstants | None
    weighed: Weighed
    territory: Territory
    lungs: Lungs
    lung_shunt: float | None
    shunt_finding: Finding
    shunt_spread: Spread | None
    uptake_from: UptakeFrom
    rules: tuple[DoseRule, ...]
    before: Before
    known: Circumstances
    lab_bilirubin: float | None
    residual: float | None
    scan: AlbuminScan | None
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def target(self) -> str:
        """Name of the compartment of the tumour that is planned for."""
        return self.weighed.tumours[0].name


def gather_basis(case: TerritoryCase) -> Basis:
    """All that is known of a case.

    Raises:
        PlanError: a figure that cannot be, or a preset or rule that is not known.
    """
    told = case.settings.get_options(IrradiationOptions)
    said = read(IrradiationAnswers, case.settings)
    anatomy = case.anatomy
    density = case.assumed.get_value("liver_density_g_per_ml")
    weighed = weigh.weigh_territory(anatomy, case.target, _find_tumours(case), density)
    scan, notes = albumin.find_albumin(anatomy, said.spect_registered)
    shunt, shunt_finding, shunt_spread = _find_shunt(case, told, scan, weighed.organ)
    tumours, uptake_from, why = _find_uptake(told, scan, weighed, case)
    if why:
        notes = (*notes, why)
    notes = (*notes, *_tell_left_out(weighed))
    named = (said.product, said.intent, said.disease)
    missing = tuple(
        f"{what} ({', '.join(words)})"
        for value, (what, words) in zip(named, _CHOICES.items(), strict=True)
        if value is None
    )
    lab, _ = read_lab(case.patient, "bilirubin")
    known = Circumstances(
        max((one for one in (told.bilirubin_mg_per_dl, lab) if one is not None), default=None),
        weighed.reserve,
        None if said.compromised is None else said.compromised == "yes",
    )
    return Basis(
        said.product, cast("Intent | None", said.intent), cast("Disease | None", said.disease),
        _find_constants(said.product, told), weighed,
        Territory(case.target.origin, weighed.perfused_kg, tumours, weighed.whole_normal_kg),
        weigh.weigh_lungs(
            anatomy, told.lung_mass_kg, case.assumed.get_value("irradiation_lightest_lungs_kg")
        ), shunt, shunt_finding, shunt_spread,
        uptake_from,
        () if missing else _edit_rules(said, known, told),
        _find_before(told, said), known, lab,
        told.residual,
        scan, missing, notes,
    )  # fmt: skip


_CHOICES = {
    "product": ("glass", "resin", "holmium"),
    "intent": ("segmentectomy", "lobectomy", "unilobar", "bilobar"),
    "disease": ("hcc", "icc", "mcrc"),
}


def _tell_left_out(weighed: Weighed) -> Iterator[str]:
    """What of the territory takes no spheres."""
    if weighed.dead_ml > 0.0:
        yield f"{weighed.dead_ml:.1f} mL of dead tumour belong to no compartment."
    if weighed.hollow_ml > 0.0:
        yield (
            f"{weighed.hollow_ml:.1f} mL of cysts or collections in the territory belong to no "
            "compartment: they take no spheres."
        )


def _find_tumours(case: TerritoryCase) -> tuple[Mask, ...]:
    """Masks of every lesion that lies in the organ, as far as labels show them."""
    organ = case.anatomy.get_structure(case.target.organ or "").mask
    others = (
        one.mask
        for one in case.anatomy.structures
        if one.kind is Kind.LESION and not is_hollow(one) and _lies_in(one.mask, organ, case)
    )
    return (*(one.mask for one in case.target.lesions), *others)


def _lies_in(mask: Mask, organ: Mask, case: TerritoryCase) -> bool:
    """Whether a lesion lies in the organ, as targets are told: by a thin shell around it."""
    from seldinger.anatomy import targets  # it opens what filters images

    shell = targets.surround(mask, case.anatomy.grid) & ~mask
    covered = max(
        float((shell & organ).sum()) / max(int(shell.sum()), 1),
        float((mask & organ).sum()) / max(int(mask.sum()), 1),
    )
    return covered >= _MOSTLY


def _find_shunt(
    case: TerritoryCase, told: IrradiationOptions, scan: AlbuminScan | None, organ: Mask
) -> tuple[float | None, Finding, Spread | None]:
    """The lung shunt, its finding, and its spread where one was published; told goes first."""
    seen = None
    if scan is not None:
        lungs = weigh.find_lungs(case.anatomy)
        seen = albumin.measure_shunt(scan, lungs, organ, case.anatomy.grid)
    if told.lung_shunt is not None:
        shunt = told.lung_shunt
        if read(IrradiationAnswers, case.settings).shunt_by == "planar":
            planar = tell_planar(shunt)
            finding = planar.finding
            if seen is not None:
                beside = judge_shunts(shunt, seen.fraction, case.assumed)
                finding = finding if beside.status is Status.MET else beside
            return shunt, finding, planar.spread
        if seen is not None:
            return shunt, judge_shunts(shunt, seen.fraction, case.assumed), None
        text = f"Lung shunt {100.0 * shunt:.1f} % as told by the user, not measured here."
        return shunt, Finding("lung-shunt", Status.MET, Severity.ACTION, text), None
    if seen is not None:
        return seen.fraction, seen.finding, None
    why = "no SPECT of MAA may be used" if scan is None else (
        f"{scan.name} and CT do not show liver and lungs whole"
    )  # fmt: skip
    text = (
        f"Lung shunt unknown: {why}. No dose and no activity can be told without it; measure it, "
        "and tell it (--lung-shunt)."
    )
    return None, Finding("lung-shunt", Status.UNKNOWN, Severity.ACTION, text), None


def _find_before(told: IrradiationOptions, said: IrradiationAnswers) -> Before:
    """What other injections gave; of both lobes there is another, which nobody may forget.

    What gave the lungs a dose gave the liver one too, which is not known until it is told.
    """
    normal = told.session_normal_gy
    others = said.intent == "bilobar" or told.earlier_lung_gy or told.session_lung_gy
    if normal is None and not others:
        normal = 0.0
    return Before(told.session_lung_gy, told.earlier_lung_gy, normal)


def _find_uptake(
    told: IrradiationOptions, scan: AlbuminScan | None, weighed: Weighed, case: TerritoryCase
) -> tuple[tuple[Tumour, ...], UptakeFrom, str]:
    """Tumours with their uptake, who told it, and why nobody did."""
    ratios: tuple[ConcentrationRatio, ...] = ()
    source: UptakeFrom = "nobody"
    why = "" if scan is not None else "no SPECT of MAA may be used, and no ratio is told"
    if told.tumour_to_normal is not None:
        ratios = (ConcentrationRatio(told.tumour_to_normal),) * len(weighed.tumours)
        source, why = "told", ""
    elif scan is not None:
        ratios, why = albumin.measure_ratios(scan, weighed, case.anatomy.grid)
        source = "SPECT" if ratios else "nobody"
    if not ratios:
        return (
            (),
            source,
            f"Tumours are not told apart: {why}. All that is perfused takes one dose.",
        )
    tumours = tuple(
        Tumour(part.name, part.kg, ratio)
        for part, ratio in zip(weighed.tumours, ratios, strict=True)
    )
    return tumours, source, ""


def _find_constants(product: str | None, told: IrradiationOptions) -> DecayConstants | None:
    if product is None:
        return None
    nuclide = find_microspheres(product).nuclide
    return decay_constants(nuclide, told.constants or PRESETS[product])


def _edit_rules(
    said: IrradiationAnswers, known: Circumstances, told: IrradiationOptions
) -> tuple[DoseRule, ...]:
    """The rules of a treatment, those that the user edits marked as such."""
    rules = find_rules(
        said.product or "",
        cast("Intent", said.intent),
        cast("Disease", said.disease),
        known,
    )
    ids = [one.id for one in rules]
    for name in told.rule:
        if name not in ids:
            raise PlanError(
                f"no rule of this treatment is called {name!r}; {did_you_mean(name, ids)}there "
                f"are: {', '.join(ids)}"
            )
    return tuple(one.with_dose(told.rule[one.id]) if one.id in told.rule else one for one in rules)


def cite_rules(rules: tuple[DoseRule, ...]) -> tuple[str, ...]:
    """Keys of the bibliography behind rules that nobody edited."""
    keys = (evidence.fact(one.fact).source for one in rules if not one.edited)
    return tuple(dict.fromkeys(keys))
