"""What is decided before heat flows: with what, how far around, and what counts as dead.

Every number without a source stands here as an assumption; every rule with one cites it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.catalogue.applicators import applicator
from seldinger.catalogue.tissues import tissue
from seldinger.core.errors import PlanError
from seldinger.core.record import Assumption
from seldinger.physics.thermal.model import FrozenFlow
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

HISTOLOGIES = ("hcc", "crlm", "other")

MARGIN = Assumption(
    "margin_mm", 5.0, "mm", 0.0, 15.0,
    "margin asked for all round; 5 mm is what the cited series call enough, which they measured in "
    "other ways",
)  # fmt: skip
PREFERRED = Assumption(
    "preferred_margin_mm", 10.0, "mm", 0.0, 20.0,
    "margin preferred in liver where it costs no further probe; quoted by reviews, not measured",
)  # fmt: skip
CAPSULE = Assumption(
    "subcapsular_mm", 5.0, "mm", 1.0, 10.0,
    "tumour surface nearer than this to the organ's capsule is reported apart: a margin has no "
    "room there",
)  # fmt: skip
SHAFT_GAP = Assumption(
    "shaft_gap_mm", 3.0, "mm", 1.0, 10.0,
    "free room between two shafts, from skin to tip: nearer they may touch on the way",
)  # fmt: skip
LEAN = Assumption(
    "most_lean_deg", 15.0, "deg", 0.0, 45.0,
    "applicators of one pattern may lean against each other by this much",
)  # fmt: skip
TIP_ROOM = Assumption(
    "tip_room_mm", 3.0, "mm", 0.0, 10.0,
    "a path is kept clear for this far beyond the tip: applicators are pushed a little too deep",
)  # fmt: skip
LETHAL = Assumption(
    "lethal_cold_c", -40.0, "Cel", -50.0, -16.0,
    "isotherm that kills by cold: sources take -40, -30 and, in pig kidney, -16.1 C; this is the "
    "most careful",
)  # fmt: skip
COUNTED = Assumption(
    "counted_above_c", 43.0, "Cel", 38.0, 46.0,
    "below this heat adds no damage; the laws would otherwise kill at rest. An applicator's fit "
    "brings its own",
)  # fmt: skip
LETHAL_MIN = Assumption(
    "lethal_cem43_min", 240.0, "min", 60.0, 600.0,
    "equivalent minutes at 43 C that kill; common, no source read",
)  # fmt: skip
STOPPED = Assumption(
    "stopped_share", 1.0, "1", 0.0, 1.0,
    "share of perfusion that stops in dead tissue, in the physiological mode",
)  # fmt: skip
FROZEN_FLOW = Assumption(
    "frozen_flow_share", 0.0, "1", 0.0, 1.0, "share of perfusion that is left in ice",
)  # fmt: skip
THAWED_FLOW = Assumption(
    "thawed_flow_share", 0.0, "1", 0.0, 1.0,
    "share of perfusion that comes back in thawed tissue during the treatment",
)  # fmt: skip
RAMP = Assumption(
    "cryo_ramp_s", 30.0, "s", 0.0, 120.0, "time in which a cryoprobe reaches its temperature",
)  # fmt: skip
WALL_C = Assumption(
    "cryo_wall_c", -140.0, "Cel", -185.0, -80.0,
    "temperature of a cryoprobe's wall where its table fixes none",
)  # fmt: skip
BOWEL = Assumption(
    "bowel_away_mm", 10.0, "mm", 5.0, 20.0,
    "how far bowel, stomach and gallbladder should stay from the lethal zone; remembered, no "
    "source read",
)  # fmt: skip
SPARE_HOT = Assumption(
    "spare_below_c", 45.0, "Cel", 42.0, 50.0,
    "what must be spared should stay below this; no tissue-wise threshold was read",
)  # fmt: skip
SPARE_COLD = Assumption(
    "spare_above_c", 0.0, "Cel", -20.0, 10.0,
    "what must be spared should not freeze",
)  # fmt: skip

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


ANSWERS = {
    "modality": tuple(MODALITIES),
    "histology": HISTOLOGIES,
    "damage": LAWS,
    "lung": scene.LUNG_STATES,
    "outside-table": ("yes", "no"),
}
"""What decides that no image shows."""

_UNFITTED = "cem43"
"""Law of heat for applicators without a fit: with it radiofrequency comes nearest to its tables."""


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
    asked = case.settings.answers.get("modality")
    order = (asked,) if asked is not None else ranks.order
    if case.settings.device is not None:
        order = (applicator(case.settings.device).modality,)
    liver = find_site(case) is Site.LIVER
    preferred = max(margin, case.assumed.get_value(PREFERRED.name)) if liver else margin
    lung = case.settings.answers.get("lung", "inflated")
    return Choice(order, margin, preferred, lung, ranks)


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
    named = case.settings.answers.get("damage")
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
