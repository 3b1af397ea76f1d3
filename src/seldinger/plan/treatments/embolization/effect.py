"""Effect: what is reached, what is given and where it comes to lie; never a response."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from seldinger.plan.treatments.embolization import tables
from seldinger.plan.treatments.embolization.amounts import HORIZON_MIN
from seldinger.plan.treatments.embolization.emulsion import Emulsion
from seldinger.plan.treatments.embolization.emulsion_told import list_measures
from seldinger.simulate.effect import Effect, Fields, Measure, ScalarTree, Trace

if TYPE_CHECKING:
    from seldinger.catalogue.vascular import Microcatheter
    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.embolization.amounts import Amounts
    from seldinger.plan.treatments.embolization.material import Material
    from seldinger.plan.treatments.embolization.positions import Positions

KIND = "embolization"
LODGED = "beads lodged"
_S_PER_MIN = 60.0


def predict_effect(
    case: TerritoryCase,
    positions: Positions,
    material: Material | Emulsion | None,
    amounts: Amounts,
    catheter: Microcatheter,
) -> tuple[Effect, Fields]:
    """What is expected.

    Args:
        case: with its target.
        positions: places of the catheter.
        material: what is given.
        amounts: where it is.
        catheter: through which.
    """
    lesion = case.target.lesions[0]
    effect = Effect(
        kind=KIND,
        criterion="reached: tissue nearest to a last branch below a tip, by ways inside the organ",
        model="territories of last branches; beads by flow, each closing the first vessel that it "
        "does not pass; release in vitro",
        measures=(
            *list_reach(case, positions),
            *_list_drug(material, amounts),
        ),
        options=tables.list_options(positions, catheter.id),
        notes=_list_notes(material, amounts),
        outside_domain=find_doubt(case, positions, material),
        tables=tables.list_tables(positions, lesion, material, amounts),
    )
    return effect, draw_fields(amounts)


def list_reach(case: TerritoryCase, positions: Positions) -> tuple[Measure, ...]:
    """What of the target and of the organ is reached.

    Args:
        case: with its target.
        positions: places of the catheter.
    """
    lesion, chosen = case.target.lesions[0], positions.chosen
    sure = likely = possible = spill = share = None
    if chosen is not None and positions.partition is not None and positions.reached is not None:
        if positions.joined is not None:
            sure, likely, possible = positions.joined.share(lesion.mask)
        spill = chosen.spill_ml
        organ = positions.partition.organ
        share = float((positions.reached & organ).sum() / organ.sum())
    held = case.assumed.get_value("embolization_held")
    return (
        Measure("target-reached", f"share of {lesion.label} reached", "1", likely, at_least=held),
        Measure("target-surely", "share of it surely reached", "1", sure),
        Measure("target-possibly", "share of it possibly reached", "1", possible),
        Measure("organ-spill", "organ reached beside the target", "mL", spill),
        Measure("organ-reached", "share of the organ reached", "1", share),
    )


def _list_drug(material: Material | Emulsion | None, amounts: Amounts) -> tuple[Measure, ...]:
    if material is None:
        return ()
    shares = amounts.shares or (None, None, None, None)
    target = None if shares[0] is None else material.drug_mg * shares[0]
    if isinstance(material, Emulsion):
        return list_measures(material, shares)
    released = None
    if amounts.inventory is not None:
        released = float(amounts.inventory.released_in_patient_mg[-1])
    depth = find_depth(amounts)
    return (
        Measure("drug-loaded", f"{material.loading.drug} loaded", "mg", material.drug_mg,
                at_most=material.most_mg, sources=_sources(material)),
        Measure("drug-target", "of it in beads in the target", "mg", target),
        Measure("drug-released", f"released after {HORIZON_MIN / _S_PER_MIN:g} h, as in vitro",
                "mg", released),
        Measure("beads-target", "share of beads in the target", "1", shares[0]),
        Measure("beads-organ", "share of beads in the organ beside it", "1", shares[1]),
        Measure("beads-elsewhere", "share of beads elsewhere", "1", shares[2]),
        Measure("beads-lung", "share of beads in the lung", "1", shares[3]),
        Measure("beads-loaded", "beads on the table", "1",
                None if amounts.beads is None else float(amounts.beads)),
        Measure("beads-first-stasis", "beads that stop the flow, one to a vessel", "1",
                None if amounts.first_stasis is None else float(amounts.first_stasis)),
        Measure("bead-depth", "calibre that half of them pass", "um", depth),
        Measure("suspension", "suspension to give", "mL", material.suspension_ml),
    )  # fmt: skip


def _sources(material: Material) -> tuple[str, ...]:
    from seldinger.plan.wording import cite

    return cite(material.drug_fact)


def find_depth(amounts: Amounts) -> float | None:
    """The calibre that half of the beads pass, um; None where nothing was followed."""
    found = [one.injected.penetration_um(0.5) for one in amounts.tips or amounts.first]
    known = [one for one in found if not math.isnan(one)]
    return float(np.mean(known)) if known else None


def _list_notes(material: Material | Emulsion | None, amounts: Amounts) -> tuple[str, ...]:
    notes = ["No response, necrosis or survival is predicted: no figure read tells a patient's."]
    if isinstance(material, Emulsion):
        notes.append(
            "Drops of oil are taken to go by the blood of each tissue before anything stands; how "
            "they fill arteries, pass into veins and let go of the drug is not followed: no figure "
            "of it was read in patients."
        )
    if material is not None and amounts.tips:
        notes.append(
            f"Flow stands here after {amounts.first_stasis} beads, of {amounts.beads} on the "
            "table, since each closes its vessel. In an artery they lie in columns and leave gaps, "
            "so that many more go in: the amount is the published one, the end is what the "
            "angiogram shows. Shares are those of the first beads; as arteries fill, more go where "
            "room is left."
        )
        turned = [one for one in amounts.tips if one.injected.history.refluxed.sum() > 0]
        if turned:
            notes.append("Some beads run back past a tip before flow stands: give them slowly.")
    return tuple(notes)


def find_doubt(
    case: TerritoryCase, positions: Positions, material: object | None
) -> tuple[str, ...]:
    """Why figures are not to be believed.

    Args:
        case: with its target.
        positions: places of the catheter.
        material: what is given; None: nobody chose it.
    """
    doubts = []
    if positions.chosen is None:
        doubts.append(f"what is reached is not known: {positions.why}")
    far, most = case.target.far_share, case.assumed.get_value("embolization_far_share")
    if far is not None and far > most:
        doubts.append(
            f"{100.0 * far:.0f} % of what is reached lies away from every traced branch "
            f"({100.0 * most:.0f} % is bearable): trace more, or look by cone-beam CT"
        )
    if material is None:
        doubts.append("no agent is told")
    return tuple(doubts)


def draw_fields(amounts: Amounts) -> Fields:
    """Vessels by what lodged in and behind them; the drug over time where there is one."""
    if amounts.arteries is None or not amounts.first:
        return Fields()
    tree = amounts.arteries.tree
    lodged = np.zeros(len(tree.edges))
    for one, portion in zip(amounts.first, amounts.portions, strict=True):
        done, weight = one.injected, portion / one.given_mg
        lodged += weight * (done.onward_mg.vessel + done.refluxed_mg.vessel)
        beds = (done.onward_mg.generation + done.refluxed_mg.generation).sum(axis=1)
        lodged[[int(bed.name.removeprefix("bed ")) for bed in done.tree.beds]] += weight * beds
    behind = tree.add_up(lodged)
    share = 100.0 * behind / max(float(lodged.sum()), 1e-12)
    lines = tuple(edge.curve.points_lps_mm for edge in tree.edges)
    widths = tuple(2.0 * np.asarray(edge.curve.radius_mm) for edge in tree.edges)
    values = tuple(np.full(len(line), part) for line, part in zip(lines, share, strict=True))
    found = {LODGED: ScalarTree(lines, widths, values, "%")}
    inventory = amounts.inventory
    if inventory is None:
        return Fields(trees=found)
    seconds = inventory.minutes * _S_PER_MIN
    traces = {
        "in beads in the target": Trace(seconds, inventory.in_beads_mg["tumour"], "mg"),
        "in beads in the organ": Trace(seconds, inventory.in_beads_mg["liver"], "mg"),
        "in beads elsewhere": Trace(seconds, inventory.in_beads_mg["elsewhere"], "mg"),
        "released": Trace(seconds, inventory.released_in_patient_mg, "mg"),
        "released low": Trace(seconds, inventory.low_mg, "mg"),
        "released high": Trace(seconds, inventory.high_mg, "mg"),
    }
    return Fields(trees=found, traces=traces)
