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
from seldinger.plan.approach.percutaneous.site import Site, site_of
from seldinger.plan.treatments.ablation import modality as rules
from seldinger.plan.treatments.ablation.arrange import MOST_PROBES, Pattern, Setting
from seldinger.plan.treatments.ablation.modality import MODALITIES
from seldinger.simulate.placement import Phase, freeze, heat
from seldinger.simulate.thermal import circuit, scene, uncertainty
from seldinger.simulate.thermal.circuit import Electric
from seldinger.simulate.thermal.heating import LAWS, Biology, Changes

if TYPE_CHECKING:
    from seldinger.catalogue.applicators import Applicator
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.treatments.ablation.modality import Ranking

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
FREEZE = Assumption(
    "freeze_min", 10.0, "min", 5.0, 15.0, "length of each of two freezes; usual, no source read",
)  # fmt: skip
THAW = Assumption(
    "thaw_min", 8.0, "min", 3.0, 15.0, "length of the passive thaw between them; usual",
)  # fmt: skip
RF_MINUTES = Assumption(
    "rf_min", 12.0, "min", 4.0, 24.0, "minutes of radiofrequency where the table names none",
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
    scene.LEAST_VESSEL, *rules.ASSUMPTIONS, *uncertainty.ASSUMPTIONS, *circuit.ASSUMPTIONS,
)  # fmt: skip

_ORGAN_TISSUES = (
    "liver", "liver_tumour", "kidney", "lung_inflated", "lung_deflated", "lung_flooded",
    "soft_tissue",
)  # fmt: skip


def tissue_assumptions() -> tuple[Assumption, ...]:
    """Numbers of the tissues that may surround a target and have no source; by "tissue.number"."""
    return tuple(a for name in _ORGAN_TISSUES for a in tissue(name).assumptions)


ANSWERS = {
    "modality": MODALITIES,
    "histology": HISTOLOGIES,
    "damage": LAWS,
    "lung": scene.LUNG_STATES,
    "outside-table": ("yes", "no"),
}
"""What decides that no image shows."""

_BY_DEFAULT = {"microwave": "emprint", "radiofrequency": "cool-tip", "cryo": "cryo-2-4mm"}
_IN_KIDNEY = {**_BY_DEFAULT, "microwave": "neuwave-kidney"}
_UNFITTED = "cem43"
"""Law of heat for applicators without a fit: with it radiofrequency comes nearest to its tables."""
_SPACING_MM = {
    "microwave": (12.0, 18.0, 24.0),
    "radiofrequency": (15.0, 20.0),
    "cryo": (10.0, 15.0, 20.0),
}


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
    margin = case.assumed.value(MARGIN.name)
    ranking = rules.ranked(case, margin)
    asked = case.settings.answers.get("modality")
    order = (asked,) if asked is not None else ranking.order
    if case.settings.device is not None:
        order = (applicator(case.settings.device).modality,)
    liver = site_of(case) is Site.LIVER
    preferred = max(margin, case.assumed.value(PREFERRED.name)) if liver else margin
    lung = case.settings.answers.get("lung", "inflated")
    return Choice(order, margin, preferred, lung, ranking)


def changes(case: NeedleCase) -> Changes:
    """The user's own numbers of tissues ("liver.perfusion_per_s"), as the engine takes them."""
    return Changes(edits={k: v for k, v in case.settings.assume.items() if "." in k})


def applicator_of(case: NeedleCase, modality: str) -> Applicator:
    """The applicator for a modality: the user's own, else the default for the site."""
    if case.settings.device is not None:
        named = applicator(case.settings.device)
        if named.modality == modality:
            return named
    shelf = _IN_KIDNEY if site_of(case) is Site.KIDNEY else _BY_DEFAULT
    return applicator(shelf[modality])


def biology(case: NeedleCase, kind: Applicator) -> Biology:
    """What counts as dead: by the applicator's fit, unless the user decides."""
    fit, value = kind.fit, case.assumed.value
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
        electric=Electric(*(value(a.name) for a in circuit.ASSUMPTIONS)),
    )


def settings_of(case: NeedleCase, kind: Applicator) -> tuple[Setting, ...]:
    """What an applicator can be set to, by its own table; the gentlest first."""
    value = case.assumed.value
    if kind.modality == "cryo":
        cold, thaw = 60.0 * value(FREEZE.name), 60.0 * value(THAW.name)
        words = f"freeze {cold / 60:g}, thaw {thaw / 60:g}, freeze {cold / 60:g} min"
        schedule = (freeze(cold), Phase("thaw", thaw), freeze(cold))
        return (Setting(words, schedule),)
    if kind.modality == "radiofrequency":
        seconds = [z.seconds for z in kind.zones if z.seconds is not None and z.probes == 1]
        last = max(seconds, default=60.0 * value(RF_MINUTES.name))
        power = kind.max_power_w
        words = f"{last / 60:g} min, up to {power:g} W" if power else f"{last / 60:g} min"
        return (Setting(words, (heat(last, power),)),)
    rows = {
        (z.power_w, z.seconds)
        for z in kind.zones
        if z.power_w is not None and z.seconds is not None and z.probes == 1
    }
    if not rows:
        raise PlanError(f"{kind.id} has no setting of power and time: choose another applicator")
    ordered = sorted(rows, key=lambda r: (r[0] * r[1], r))
    return tuple(
        Setting(f"{power:g} W for {seconds / 60:g} min", (heat(seconds, power),))
        for power, seconds in ordered
    )


def patterns(modality: str, count: int) -> tuple[Pattern, ...]:
    """Patterns of so many applicators."""
    if not 1 <= count <= MOST_PROBES:
        raise PlanError(f"a plan has 1 to {MOST_PROBES} applicators, got {count}")
    if count == 1:
        return (Pattern(1, None),)
    return tuple(Pattern(count, s) for s in _SPACING_MM[modality])


def usable(kind: Applicator) -> str:
    """Why an applicator cannot be computed; empty when it can."""
    if kind.modality == "microwave" and kind.fit is None:
        return f"{kind.id} has no fitted absorption: its table has too few observations"
    if kind.modality == "radiofrequency" and kind.controller is None:
        return f"{kind.id} declares no controller: its table is all that is known of it"
    return ""
