"""Choose: every access site with the way from it, ruled, scored and explained."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.catalogue.techniques import find_territory
from seldinger.core.space import as_vector
from seldinger.plan.approach.endovascular.arch import describe_arch
from seldinger.plan.approach.endovascular.fit import (
    choose_sheath,
    choose_wire,
    fit_closure,
    fit_delivery,
    fit_sheath,
    fit_wire,
    measure_wire_mm,
)
from seldinger.plan.approach.endovascular.puncture import judge_puncture, note_narrowing
from seldinger.plan.approach.endovascular.way import find_way, sample_diameter_mm
from seldinger.plan.route import DeviceFit, Route

if TYPE_CHECKING:
    from seldinger.catalogue.access_sites import AccessSite
    from seldinger.catalogue.vascular import IntroducerSheath
    from seldinger.core.tree import Tree
    from seldinger.plan.approach.endovascular.model import ArteryCase, Delivery
    from seldinger.plan.approach.endovascular.way import VesselWay

_POINT_MM = 5.0
NOT_TRACED = "vessel not traced"
NO_WAY = "no vessel leads there this way"


def find_puncture(tree: Tree, site: AccessSite) -> tuple[int, float] | None:
    """Edge and mm along it where a site is punctured; None where its artery was not traced.

    Where only an artery that leads to it was traced, that is its free end.
    """
    own = [n for n, edge in enumerate(tree.edges) if edge.name == site.vessel]
    if not own:
        ends = [
            n
            for n, edge in enumerate(tree.edges)
            if edge.name in site.ends_in
            and tree.degree[edge.start if site.is_vein else edge.end] == 1
        ]
        if len(ends) != 1:
            return None
        return ends[0], 0.0 if site.is_vein else tree.edges[ends[0]].curve.length_mm
    lengths = [tree.edges[n].curve.length_mm for n in own]
    left = site.at_share * sum(lengths)
    for number, length in zip(own, lengths, strict=True):
        if left <= length:
            return number, left
        left -= length
    return own[-1], lengths[-1]


def build_route(case: ArteryCase, site: AccessSite, delivery: Delivery) -> Route | str:
    """The way from a site, with all that goes along it; or why there is none.

    Args:
        case: with vessels and target.
        site: where the artery is punctured.
        delivery: what must be brought to the target.
    """
    tree, stretch = case.vessels, case.target.stretch
    puncture = None if tree is None or stretch is None else find_puncture(tree, site)
    if tree is None or stretch is None or puncture is None:
        return NOT_TRACED
    way = find_way(tree, puncture, stretch, site.sets_out)
    if way is None:
        return NO_WAY
    sheath = choose_sheath(delivery.sheath_french, wrist=site.family == "radial", least_mm=0.0)
    artery_mm = sample_diameter_mm(tree, puncture)
    ratio, chance = _ratio(case, artery_mm, sheath)
    crossover = _crosses(site, way)
    arch = describe_arch(tree, way.vessels)
    parts = _score(case, site, way, chance, arch)
    devices = _devices(case, way, delivery, sheath)
    closure = None if sheath is None else fit_closure(site, sheath, artery_mm)
    devices = (*devices, *(() if closure is None else (closure,)))
    violations = (
        *_rules(case, site, artery_mm, delivery),
        *judge_puncture(tree, puncture, way, case.assumed.get_value("sheath_room_mm"), stretch),
        *_misfits(devices),
    )
    even = way.curve.resampled(_POINT_MM)
    return Route(
        site=site.id, title=site.title, vessels=way.vessels,
        points_lps_mm=tuple(as_vector(p) for p in even.points_lps_mm), length_mm=way.length_mm,
        to_lesion_mm=way.to_lesion_mm, turning_deg=way.turning_deg, sharpest_deg=way.sharpest_deg,
        least_diameter_mm=way.least_diameter_mm, crossover=crossover,
        against_flow=way.against_flow, arch=arch, artery_mm=artery_mm,
        artery_from="measured on the image" if artery_mm is not None else "unknown",
        sheath_outer_mm=None if sheath is None else sheath.outer_diameter_mm, ratio=ratio,
        p_ratio_below_one=chance, devices=devices, complications=site.complications,
        haemostasis=site.haemostasis, score=sum(parts.values()), score_parts=parts,
        violations=violations, unknown=_unknown(case, site, tree),
        notes=(*_notes(site, way), *note_narrowing(tree, way)),
    )  # fmt: skip


def _ratio(
    case: ArteryCase, artery_mm: float | None, sheath: IntroducerSheath | None
) -> tuple[float | None, float | None]:
    """Artery over sheath, and the chance that it is below one."""
    if artery_mm is None or sheath is None:
        return None, None
    sd = case.assumed.get_value("artery_diameter_sd_mm")
    below = float(NormalDist().cdf((sheath.outer_diameter_mm - artery_mm) / sd))
    return artery_mm / sheath.outer_diameter_mm, below


def _crosses(site: AccessSite, way: VesselWay) -> bool:
    """Over the aortic bifurcation: to an artery of the other leg, or by its iliac artery."""
    if site.family != "femoral":
        return False
    sides = {name.split()[0] for name in way.vessels if "common iliac" in name}
    last = way.vessels[-1]
    if find_territory(last) == "leg":
        sides |= {"left", "right"} & set(last.split())
    return bool(sides - {site.side})


def _score(
    case: ArteryCase, site: AccessSite, way: VesselWay, chance: float | None, arch: str
) -> dict[str, float]:
    value = case.assumed.get_value
    head = any("carotid" in name or "vertebral" in name for name in way.vessels)
    parts = {
        "length": value("weight_way_m") * way.length_mm / 1000.0,
        "turning": value("weight_turning") * way.turning_deg / 360.0,
        "tight artery": value("weight_tight") * (0.0 if chance is None else chance),
        "groin": value("weight_groin") if site.family == "femoral" else 0.0,
        "brachial": value("weight_brachial") if site.family == "brachial" else 0.0,
        "knee or foot": value("weight_foot") if site.family == "foot" else 0.0,
        "crossover": value("weight_crossover") if _crosses(site, way) else 0.0,
        "past the head": value("weight_arch")
        if arch or (head and site.family != "femoral")
        else 0.0,
    }
    return {name: part for name, part in parts.items() if part}


def _devices(
    case: ArteryCase, way: VesselWay, delivery: Delivery, sheath: IntroducerSheath | None
) -> tuple[DeviceFit, ...]:
    value = case.assumed.get_value
    outside = value("outside_patient_mm")
    wire = choose_wire(delivery.wire_mm, measure_wire_mm(delivery, way))
    found = [
        fit_delivery(delivery, way, outside, value("shaft_clearance_mm")),
        fit_wire(wire, delivery, way),
    ]
    if sheath is None:
        text = f"no sheath of {delivery.sheath_french:g} F is there"
        return (DeviceFit("", "sheath", 0.0, 0.0, None, text), *found)
    text = (
        f"{sheath.french:g} F inside, {sheath.outer_diameter_mm:.2f} mm outside, "
        f"{sheath.usable_mm:.0f} mm long"
    )
    return (fit_sheath(sheath, way, text), *found)


def _misfits(devices: tuple[DeviceFit, ...]) -> tuple[str, ...]:
    short = [f"{d.role} too short" for d in devices if not d.reaches]
    thick = [f"{d.role} does not pass" for d in devices if d.passes is False]
    return (*short, *thick)


def _rules(
    case: ArteryCase, site: AccessSite, artery_mm: float | None, delivery: Delivery
) -> tuple[str, ...]:
    """What speaks against a site by a source, or by what the user told."""
    found = []
    if site.largest_french is not None:
        most = evidence.fact(site.largest_french).value
        if most is not None and delivery.sheath_french > most:
            found.append(f"sheath over {most:g} F")
    if site.least_artery is not None and artery_mm is not None:
        least = evidence.fact(site.least_artery).value
        if least is not None and artery_mm < least:
            found.append(f"artery under {least:g} mm")
    if site.family == "radial" and _barbeau(case, site) == "D":
        found.append("Barbeau D")
    if site.keep_for_dialysis and case.options.dialysis == "yes":
        found.append("arm kept for dialysis")
    if site.id in case.options.avoid:
        found.append("not wanted")
    return tuple(found)


def _barbeau(case: ArteryCase, site: AccessSite) -> str | None:
    return case.options.barbeau_right if site.side == "right" else case.options.barbeau_left


def _unknown(case: ArteryCase, site: AccessSite, tree: Tree) -> tuple[str, ...]:
    missing = []
    if not any(edge.name == site.vessel for edge in tree.edges):
        missing.append(f"the {site.vessel} itself: the way begins where the tracing ends")
    if site.family == "radial" and _barbeau(case, site) is None:
        missing.append(f"Barbeau's test of the {site.side} hand")
    if site.keep_for_dialysis and case.options.dialysis is None:
        missing.append("whether an arm must be kept for dialysis")
    return tuple(missing)


def _notes(site: AccessSite, way: VesselWay) -> tuple[str, ...]:
    notes = []
    if _crosses(site, way):
        notes.append(
            f"Over the aortic bifurcation, {way.sharpest_deg:.0f} degrees at its sharpest."
        )
    if way.against_flow:
        end = "upper end" if site.is_vein else "distal end"
        notes.append(f"The target is met from its {end}, against the flow.")
    if "right atrium" in way.vessels:
        notes.append("Through the right atrium: watch the rhythm.")
    if site.family != "femoral" and "aortic arch" in way.vessels:
        notes.append("Past the origins of the head's arteries: a clot there goes to the brain.")
    return tuple(notes)
