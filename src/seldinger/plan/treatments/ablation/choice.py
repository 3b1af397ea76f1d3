"""What is decided before heat flows: with what, how far around, and what counts as dead.

Every number without a source stands in ``assumptions.toml`` beside; every rule with one cites it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.catalogue.applicators import applicator
from seldinger.catalogue.tissues import tissue
from seldinger.core.errors import PlanError
from seldinger.core.record import Assumption, read_assumptions
from seldinger.physics.thermal.model import FrozenFlow
from seldinger.plan import answers
from seldinger.plan.answers import among
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.treatments.ablation import centrality, ranking
from seldinger.plan.treatments.ablation.arrange import MOST_PROBES, Pattern
from seldinger.plan.treatments.ablation.modalities import MODALITIES
from seldinger.plan.treatments.ablation.modalities.cryo import FREEZE, THAW
from seldinger.plan.treatments.ablation.modalities.radiofrequency import RF_MINUTES
from seldinger.simulate.thermal import scene, uncertainty
from seldinger.simulate.thermal.heating import LAWS
from seldinger.simulate.thermal.modalities import radiofrequency
from seldinger.simulate.thermal.setup import Biology, Changes, Electric

if TYPE_CHECKING:
    from seldinger.catalogue.applicators import Applicator
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.treatments.ablation.ranking import Ranking


_ASSUMED = read_assumptions("seldinger.plan.treatments.ablation")
MARGIN = _ASSUMED["margin_mm"]
PREFERRED = _ASSUMED["preferred_margin_mm"]
CAPSULE = _ASSUMED["subcapsular_mm"]
SHAFT_GAP = _ASSUMED["shaft_gap_mm"]
LEAN = _ASSUMED["most_lean_deg"]
TIP_ROOM = _ASSUMED["tip_room_mm"]
LETHAL = _ASSUMED["lethal_cold_c"]
COUNTED = _ASSUMED["counted_above_c"]
LETHAL_MIN = _ASSUMED["lethal_cem43_min"]
STOPPED = _ASSUMED["stopped_share"]
FROZEN_FLOW = _ASSUMED["frozen_flow_share"]
THAWED_FLOW = _ASSUMED["thawed_flow_share"]
RAMP = _ASSUMED["cryo_ramp_s"]
WALL_C = _ASSUMED["cryo_wall_c"]
BOWEL = _ASSUMED["bowel_away_mm"]
SPARE_HOT = _ASSUMED["spare_below_c"]
SPARE_COLD = _ASSUMED["spare_above_c"]

ASSUMPTIONS = (
    MARGIN, PREFERRED, CAPSULE, SHAFT_GAP, LEAN, TIP_ROOM, LETHAL, COUNTED, LETHAL_MIN, STOPPED,
    FROZEN_FLOW, THAWED_FLOW, RAMP, WALL_C, FREEZE, THAW, RF_MINUTES, BOWEL, SPARE_HOT, SPARE_COLD,
    scene.LEAST_VESSEL, *centrality.ASSUMPTIONS, *uncertainty.ASSUMPTIONS,
    *radiofrequency.ASSUMPTIONS,
)  # fmt: skip

_ORGAN_TISSUES = (
    "liver", "liver_tumour", "kidney", "lung_inflated", "lung_deflated", "lung_flooded",
    "soft_tissue",
)  # fmt: skip


def list_tissue_assumptions() -> tuple[Assumption, ...]:
    """Numbers of the tissues that may surround a target and have no source; by "tissue.number"."""
    return tuple(a for name in _ORGAN_TISSUES for a in tissue(name).assumptions)


_UNFITTED = "cem43"
"""Law of heat for applicators without a fit: with it radiofrequency comes nearest to its tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationAnswers:
    """What decides of an ablation that no image shows."""

    modality: str | None = among(*MODALITIES)
    histology: str | None = among("hcc", "crlm", "other")
    damage: str | None = among(*LAWS)
    lung: str | None = among(*scene.LUNG_STATES)
    outside_table: str | None = among("yes", "no")
    """Whether to use power or time that an applicator's table does not hold."""


def read_answers(case: NeedleCase) -> AblationAnswers:
    """What was answered of this case."""
    return answers.read(AblationAnswers, case.settings)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a plan goes on with.

    Attributes:
        order: modalities that are tried, the preferred first: the rules' order, or the user's one.
        margin_mm: asked for.
        preferred_mm: preferred where it costs no further probe.
        lung: state of the target's lung.
        ranking: all modalities by the rules, with the reasons, whatever the user asks for.
    """

    order: tuple[str, ...]
    margin_mm: float
    preferred_mm: float
    lung: str
    ranking: Ranking


def choose(case: NeedleCase) -> Choice:
    """Modality order with its reasons, and margins, for this case."""
    margin = case.assumed.get_value(MARGIN.name)
    ranks = ranking.rank(case, margin)
    told = read_answers(case)
    asked = told.modality
    order = (asked,) if asked is not None else ranks.order
    if case.settings.device is not None:
        order = (applicator(case.settings.device).modality,)
    liver = find_site(case) is Site.LIVER
    preferred = max(margin, case.assumed.get_value(PREFERRED.name)) if liver else margin
    return Choice(order, margin, preferred, told.lung or scene.LUNG_STATES[0], ranks)


def read_changes(case: NeedleCase) -> Changes:
    """The user's own numbers of tissues ("liver.perfusion_per_s"), as the engine takes them."""
    return Changes(edits={k: v for k, v in case.settings.assume.items() if "." in k})


def choose_applicator(case: NeedleCase, modality: str) -> Applicator:
    """The applicator for a modality: the user's own, else the default for the site."""
    if case.settings.device is not None:
        named = applicator(case.settings.device)
        if named.modality == modality:
            return named
    taken = MODALITIES[modality]
    return applicator(taken.device_at.get(find_site(case), taken.device))


def choose_biology(case: NeedleCase, kind: Applicator) -> Biology:
    """What counts as dead: by the applicator's fit, unless the user decides."""
    fit, value = kind.fit, case.assumed.get_value
    named = read_answers(case).damage
    law = named or (fit.law if fit is not None and fit.law in LAWS else _UNFITTED)
    counted = value(COUNTED.name)
    if COUNTED.name not in case.settings.assume and fit is not None and law == fit.law:
        counted = counted if fit.counted_above_c is None else fit.counted_above_c
    return Biology(
        law=law,
        counted_above_c=counted,
        lethal_min=value(LETHAL_MIN.name),
        lethal_c=value(LETHAL.name),
        stopped_share=value(STOPPED.name),
        frost=FrozenFlow(value(FROZEN_FLOW.name), value(THAWED_FLOW.name)),
        ramp_s=value(RAMP.name),
        wall_c=value(WALL_C.name),
        electric=Electric(*(value(a.name) for a in radiofrequency.ASSUMPTIONS)),
    )


def list_patterns(modality: str, count: int) -> tuple[Pattern, ...]:
    """Patterns of so many applicators; ``PlanError`` where no plan has so many."""
    if not 1 <= count <= MOST_PROBES:
        raise PlanError(f"a plan has 1 to {MOST_PROBES} applicators, got {count}")
    if count == 1:
        return (Pattern(1, None),)
    return tuple(Pattern(count, s) for s in MODALITIES[modality].spacing_mm)
