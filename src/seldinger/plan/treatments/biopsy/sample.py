"""Sample: biopsy of liver, lung, kidney, bone, node or soft tissue.

The decisions are in ``sample_choice``; here they become instruments for the path search and, once
the paths are known, a treatment. What the lung adds is in ``lung``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from seldinger import catalogue
from seldinger.catalogue.model import BoneNeedle, CoreNeedle
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.approach.percutaneous import guidance
from seldinger.plan.approach.percutaneous.model import Instrument, NeedleCase
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.model import Treatment
from seldinger.plan.procedure import Decision, Reach, TreatmentLogic
from seldinger.plan.treatments import common_steps, tissue_profile
from seldinger.plan.treatments.biopsy import lung, native_kidney, steps
from seldinger.plan.treatments.biopsy import seat as seats
from seldinger.plan.treatments.biopsy.choice import (
    ASSUMPTIONS,
    BONE_CORE,
    LENGTH_MARGIN,
    NOTCH,
    BiopsyAnswers,
    Choice,
    Shot,
    choose,
    choose_introducer,
    compute_shot,
    read_sample,
)
from seldinger.plan.wording import cite, quote_fact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.catalogue.model import CoaxialIntroducer, Needle
    from seldinger.core.record import Assumption
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.model import Approach, DeviceUse, Path
    from seldinger.plan.procedure import Search, Settings

_STICKS_OUT_MM = 1.0
"""Half a voxel either side: less is not told from rounding."""


@dataclass(frozen=True, slots=True)
class Sample(TreatmentLogic[NeedleCase]):
    """Biopsy."""

    answers: ClassVar[type[Any] | None] = BiopsyAnswers

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Defaults without a source that biopsy uses."""
        return (
            *ASSUMPTIONS,
            *seats.ASSUMPTIONS,
            *native_kidney.ASSUMPTIONS,
            *lung.ASSUMPTIONS,
            *guidance.ASSUMPTIONS,
        )

    def choose_target(
        self, target: Lesion, anatomy: Anatomy, settings: Settings, assumed: Assumed
    ) -> Lesion:
        """The lower pole where tissue of a native kidney is asked for."""
        if native_kidney.is_wanted(target, anatomy, read_sample(settings)):
            return native_kidney.choose_lower_pole(target, anatomy, assumed)
        return target

    def check_device(self, device: str) -> None:
        """Refuse a device that takes no cores."""
        _named(device)

    def list_instruments(self, case: NeedleCase) -> tuple[Instrument, ...]:
        """The longer throw first if its notch fits; of each throw the shortest that reaches."""
        chosen = choose(case)
        if case.settings.device is not None:
            return (self._instrument(case, chosen, _named(case.settings.device)),)
        return tuple(
            self._instrument(case, chosen, needle)
            for group in _offered(case, chosen)
            for needle in common_steps.choose_long_enough(group, self._needed_mm(case, group[0]))
        )

    def decide(self, case: NeedleCase, search: Search[NeedleCase]) -> Decision:
        """One search; the best path decides the rest."""
        reach = search(self.list_instruments(case), self.score_penalties)
        return self.conclude(reach.case, reach.instrument, reach.approach)

    def conclude(self, case: NeedleCase, instrument: Instrument, approach: Approach) -> Decision:
        """Shot geometry, steps, guidance and findings for the best path."""
        chosen, best = choose(case), next(iter(approach.paths), None)
        needle = _named(instrument.device)
        introducer = choose_introducer(needle) if chosen.coaxial else None
        fired = compute_shot(needle, BONE_CORE.get_value(case.settings.assume))
        seated, seat_found = _seated(case, needle, introducer, fired, best)
        eye = guidance.choose(case, best)
        treatment = Treatment(
            kind="sample",
            technique=instrument.technique,
            devices=_devices(needle, introducer, chosen),
            settings=_settings(needle, chosen, fired, seated, best),
            steps=steps.build_steps(case, chosen, needle, introducer, fired, seated, best, eye),
            bail_out=steps.list_bail_out(find_site(case)),
            notes=_notes(needle, introducer),
        )
        said = _findings(case, chosen, needle, fired, best)
        reach = Reach(case, instrument, approach)
        return Decision(reach, treatment, eye, (*said, *seat_found))

    def score_penalties(self, case: NeedleCase, path: Path) -> Mapping[str, float]:
        """What the sample misses; in the lung also fissure, thin lung, depth, pleural passes."""
        cost = NOTCH.get_value(case.settings.assume) * self._missed(case, path)
        more = lung.score_penalties(case, path) if find_site(case) is Site.LUNG else {}
        return {**({"notch beside viable tissue": cost} if cost > 0.0 else {}), **more}

    def _missed(self, case: NeedleCase, path: Path) -> float:
        """Share of the sampled stretch that does not lie in the target's viable part."""
        low, high = self.list_instruments(case)[0].sample_mm
        inside = tissue_profile.measure_inside_mm(
            case.target.viable, case.anatomy.grid, path, low, high
        )
        return 1.0 - inside / (high - low)

    def _needed_mm(self, case: NeedleCase, needle: Needle) -> float:
        fired = compute_shot(needle, BONE_CORE.get_value(case.settings.assume))
        way = case.skin_distance_mm + case.target.diameter_mm / 2.0 + fired.tip_after_mm
        return way + LENGTH_MARGIN.get_value(case.settings.assume)

    def _instrument(self, case: NeedleCase, chosen: Choice, needle: Needle) -> Instrument:
        introducer = choose_introducer(needle) if chosen.coaxial else None
        fired = compute_shot(needle, BONE_CORE.get_value(case.settings.assume))
        if isinstance(needle, BoneNeedle):
            technique = "bone needle"
        else:
            technique = "single needle" if introducer is None else "coaxial"
        throw = f", throw {needle.throw_mm:g} mm" if isinstance(needle, CoreNeedle) else ""
        return Instrument(
            device=needle.id,
            technique=technique,
            diameter_mm=(introducer or needle).outer_diameter_mm,
            usable_mm=needle.usable_mm,
            beyond_mm=fired.tip_after_mm,
            sample_mm=fired.notch_mm,
            keeps_inside=False,
            widest=(introducer or needle).id,
            reason=f"{needle.usable_mm:g} mm long{throw}; {chosen.reason}",
        )


def _offered(case: NeedleCase, chosen: Choice) -> Sequence[tuple[Needle, ...]]:
    """Needles of each throw whose notch fits, the longest first; the shortest where none does."""
    size = f"{chosen.gauge:g} G"
    if find_site(case) is Site.BONE:
        return (common_steps.list_of_size(BoneNeedle, size),)
    needles = common_steps.list_of_size(CoreNeedle, size)
    throws = sorted({n.throw_mm for n in needles}, reverse=True)
    groups = [tuple(n for n in needles if n.throw_mm == t) for t in throws]
    return [g for g in groups if g[0].notch_mm <= case.target.diameter_mm] or groups[-1:]


def _named(device: str) -> Needle:
    """The user's own choice, if it can sample at all."""
    found = catalogue.device(device)
    if not isinstance(found, CoreNeedle | BoneNeedle):
        allowed = [d.id for kind in (CoreNeedle, BoneNeedle) for d in catalogue.devices(kind)]
        raise PlanError(f"{device} ({found.kind}) takes no cores; allowed: {', '.join(allowed)}")
    return found


def _devices(
    needle: Needle, introducer: CoaxialIntroducer | None, chosen: Choice
) -> tuple[DeviceUse, ...]:
    core = common_steps.use(needle, "takes the cores", {"cores": chosen.cores})
    if introducer is None:
        return (core,)
    return (common_steps.use(introducer, "stays in place while cores are taken"), core)


def _seated(
    case: NeedleCase,
    needle: Needle,
    introducer: CoaxialIntroducer | None,
    fired: Shot,
    best: Path | None,
) -> tuple[seats.Seat | None, tuple[Finding, ...]]:
    """Where the introducer stands, and whether that is beyond pleura or capsule."""
    if introducer is None or best is None:
        return None, ()
    edges = seats.find_edges(case, best)
    beyond = seats.BEYOND.get_value(case.settings.assume)
    made = seats.place_introducer(fired, needle, introducer, edges, beyond)
    return made, (seats.build_finding(case, needle, introducer, edges, made),)


def _settings(
    needle: Needle,
    chosen: Choice,
    fired: Shot,
    seated: seats.Seat | None,
    best: Path | None,
) -> dict[str, str | float | bool | None]:
    core = needle if isinstance(needle, CoreNeedle) else None
    found: dict[str, str | float | bool | None] = {
        "gauge": float(needle.gauge),
        "coaxial": chosen.coaxial,
        "cores": chosen.cores,
        "throw_mm": None if core is None else core.throw_mm,
        "notch_mm": None if core is None else core.notch_mm,
        "tip_before_shot_mm": None,
        "tip_after_shot_mm": None,
        "introducer_depth_mm": None,
        "needle_stop_mm": None,
    }
    if best is not None:
        found["tip_before_shot_mm"] = round(best.depth_mm + fired.tip_before_mm, 1)
        found["tip_after_shot_mm"] = round(best.depth_mm + fired.tip_after_mm, 1)
        if seated is not None:
            found["introducer_depth_mm"] = round(best.depth_mm + seated.at_mm, 1)
            found["needle_stop_mm"] = round(seated.stop_mm, 1)
    return found


def _notes(needle: Needle, introducer: CoaxialIntroducer | None) -> tuple[str, ...]:
    return tuple(f"{d.name}: {d.assumption}" for d in (introducer, needle) if d and d.assumption)


def _findings(
    case: NeedleCase, chosen: Choice, needle: Needle, fired: Shot, best: Path | None
) -> tuple[Finding, ...]:
    site = find_site(case)
    made = [
        common_steps.describe_bleeding_class(*_bleeding_class(site)),
        _needle_choice(case, chosen),
    ]
    if best is not None:
        made.append(_notch(case, needle, fired, best))
    if site is Site.LUNG:
        made += lung.build_findings(case, _thickest(needle, chosen), best)
    made += _rates(site)
    if site is Site.KIDNEY:
        made.append(_kidney())
        made += [] if best is None else _tangential(case, best)
    return tuple(made)


def _needle_choice(case: NeedleCase, chosen: Choice) -> Finding:
    """Why this needle, with the facts; and what it was taken for where nobody said."""
    reason = f"{chosen.reason[0].upper()}{chosen.reason[1:]}."
    text = " ".join((reason, *(quote_fact(f) for f in chosen.facts)))
    if read_sample(case.settings) is None and find_site(case) in (Site.LIVER, Site.KIDNEY):
        text += (
            " Taken for a lesion; answer 'sample' with 'parenchyma' if tissue of the organ is "
            "wanted."
        )
    return Finding("needle", Status.MET, Severity.INFO, text.strip(), cite(*chosen.facts))


def _thickest(needle: Needle, chosen: Choice) -> float:
    """The smallest gauge number that goes through the pleura."""
    introducer = choose_introducer(needle) if chosen.coaxial else None
    gauges = [d.gauge for d in (needle, introducer) if d is not None]
    return float(min(gauges))


def _bleeding_class(site: Site) -> tuple[str, ...]:
    limits = ("biopsy.bleeding_class.high_inr", "biopsy.bleeding_class.high_platelets")
    if site is Site.OTHER or site is Site.BONE:
        return ("biopsy.bleeding_class.superficial", "biopsy.bleeding_class.organ", *limits)
    return ("biopsy.bleeding_class.organ", *limits)


def _notch(case: NeedleCase, needle: Needle, fired: Shot, best: Path) -> Finding:
    """Whether the sampled stretch lies in the lesion, along the path on the lesion's mask."""
    low, high = fired.notch_mm
    target = case.target
    grid = case.anatomy.grid
    inside = tissue_profile.measure_inside_mm(target.mask, grid, best, low, high)
    viable = tissue_profile.measure_inside_mm(target.viable, grid, best, low, high)
    out = (high - low) - inside
    name = "notch" if isinstance(needle, CoreNeedle) else "core"
    if out > _STICKS_OUT_MM:
        text = (
            f"The {name} ({high - low:g} mm) sticks out: along this path {inside:.0f} mm of it lie "
            f"in the target ({target.diameter_mm:.0f} mm). Expect other tissue in the core."
        )
        return Finding("notch-in-target", Status.NOT_MET, Severity.CAUTION, text)
    if inside - viable > _STICKS_OUT_MM:
        text = (
            f"Of the {name} ({high - low:g} mm) {viable:.0f} mm lie in the part of the target that "
            "is worth sampling, the rest in what was left out of it."
        )
        return Finding("notch-in-target", Status.NOT_MET, Severity.CAUTION, text)
    text = f"The whole {name} ({high - low:g} mm) lies in the target along this path."
    return Finding("notch-in-target", Status.MET, Severity.CAUTION, text)


def _rates(site: Site) -> list[Finding]:
    """What happened to other people: a population's rate, not this patient's chance."""
    rates = {
        Site.LIVER: ("biopsy.liver.major_bleeding", "biopsy.liver_tumour.coaxial_complications"),
        Site.KIDNEY: ("biopsy.kidney.major_bleeding", "biopsy.kidney.embolization"),
    }
    facts = rates.get(site)
    if facts is None:
        return []
    text = " ".join(common_steps.describe_rate(f) for f in facts)
    return [Finding("population-rate", Status.UNKNOWN, Severity.INFO, text, cite(*facts))]


def _tangential(case: NeedleCase, best: Path) -> list[Finding]:
    """Whether a needle for tissue of the kidney itself is laid along its cortex."""
    if not native_kidney.is_wanted(case.target, case.anatomy, read_sample(case.settings)):
        return []
    grid = case.anatomy.grid
    needle = tissue_profile.sample_stretch(best, -best.depth_mm, 0.0, min(grid.spacing_mm) / 2.0)
    found = native_kidney.measure_capsule_angle_deg(case.target.mask, grid, needle.points_lps_mm)
    fact, limit = native_kidney.FACTS[1], case.assumed.get_value(native_kidney.TANGENTIAL.name)
    if found is None:
        text = f"At which angle the needle meets the capsule is not known. {quote_fact(fact)}"
        return [Finding("kidney-tangential", Status.UNKNOWN, Severity.CAUTION, text, cite(fact))]
    met = Status.MET if found <= limit else Status.NOT_MET
    word = "along the cortex" if met is Status.MET else "not along the cortex"
    text = (
        f"The needle meets the capsule at {found:.0f} degrees (0: along it): {word} (up to "
        f"{limit:g} degrees). {quote_fact(fact)}"
    )
    return [Finding("kidney-tangential", met, Severity.CAUTION, text, cite(fact))]


def _kidney() -> Finding:
    """Where in the kidney tissue of the kidney itself is taken, and what no label tells."""
    text = " ".join(quote_fact(f) for f in native_kidney.FACTS)
    text = f"Cortex, medulla and hilar vessels are not told apart in these labels. {text}"
    return Finding(
        "kidney-cortex", Status.UNKNOWN, Severity.CAUTION, text, cite(*native_kidney.FACTS)
    )
