"""Steps: from the puncture to the look at what was closed, and what is done when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.plan.model import Step
from seldinger.plan.treatments.embolization.emulsion import RATE, RATIO, Emulsion
from seldinger.plan.treatments.embolization.material import DRUG
from seldinger.plan.wording import state_fact

if TYPE_CHECKING:
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.embolization.material import Material
    from seldinger.plan.treatments.embolization.positions import Positions
    from seldinger.plan.treatments.embolization.protection import ProtectedArtery

_NOT_WEDGED, _END = "embolization.deb.not_wedged", "embolization.deb.end_point"

BAIL_OUT = (
    Step(
        "Beads run back past the tip",
        "Stop; wait until flow is forward again; slower, or end there.",
    ),
    Step(
        "Flow stands before all is given",
        "Stop: that is the end point. Note the drug that was given, and what is left.",
    ),
    Step(
        "An artery to stomach, duodenum, gallbladder or skin fills",
        "Give nothing; close it with a coil, or move the tip.",
    ),
    Step(
        "Artery and vein fill at once",
        "A shunt: no beads there before it is closed; think of larger ones.",
    ),
    Step("Spasm", "Wait; a vasodilator as ordered; look at the flow before beads are given."),
    Step("Rupture or dissection", "Keep the wire; balloon or coil; call for a covered stent."),
)


def list_steps(
    best: Route | None,
    positions: Positions,
    material: Material | Emulsion | None,
    closed: tuple[ProtectedArtery, ...] = (),
) -> tuple[Step, ...]:
    """From the puncture to the last look.

    Args:
        best: the way in; None where none was found.
        positions: places of the catheter.
        material: what is given.
        closed: arteries that are closed first.
    """
    chosen = positions.chosen
    if best is None or chosen is None:
        return ()
    fits = {fit.role: fit for fit in best.devices}
    names = positions.names
    steps = [
        Step("Puncture", f"{best.title}, under ultrasound; sheath {fits['sheath'].text}."),
        Step("Map", "Angiogram of coeliac and mesenteric arteries; is the portal vein open?"),
        _list_loading(material),
        *list_protection(closed),
        Step("Place", f"Microcatheter into the {names[0]}; wire {fits['wire'].text}. "
             f"{state_fact(_NOT_WEDGED)}"),
        Step("Check", "Cone-beam CT with contrast from the tip: all of the tumour that is meant, "
             "nothing but liver."),
        Step("Give", f"{_split(positions, material, 0)}Slowly, with forward flow all the time. "
             f"{state_fact(RATE if isinstance(material, Emulsion) else _END)}"),
    ]  # fmt: skip
    steps += [
        Step(
            "Next place",
            f"{_split(positions, material, number)}The same from the {name}: place, check, give.",
        )
        for number, name in enumerate(names[1:], start=1)
    ]
    steps += [
        Step("Look", "Angiogram from the main artery: what still blushes has another feeder."),
        Step("Close", "Close the artery; note drug given and left; watch pain, fever and limb."),
    ]  # fmt: skip
    return tuple(steps)


def list_protection(closed: tuple[ProtectedArtery, ...]) -> tuple[Step, ...]:
    """How arteries to other organs are closed.

    Args:
        closed: those that are.
    """
    return tuple(
        Step("Protect", f"Close the {one.name} near its beginning: "
             f"{'a coil chosen by the angiogram' if one.coil is None else one.coil.text}; "
             "angiogram: nothing goes there any more.")
        for one in closed
    )  # fmt: skip


def _list_loading(material: Material | Emulsion | None) -> Step:
    if material is None:
        return Step("Load", "Not loaded: agent or amount is not told.")
    if isinstance(material, Emulsion):
        return Step("Mix", f"{material.drug_mg:g} mg of {DRUG} in {material.drug_ml:.1f} mL of "
                    f"contrast, into {material.oil_ml:g} mL of lipiodol; drug, oil and hour by "
                    f"two people. {state_fact(RATIO)}")  # fmt: skip
    return Step(
        "Load",
        f"{material.drug_mg:g} mg of {material.loading.drug} into {material.beads_ml:g} mL of "
        f"{material.agent.title}, {material.size.text}; agent, size, drug and hour by two "
        f"people; with contrast {material.suspension_ml:.0f} mL.",
    )


def _split(positions: Positions, material: Material | Emulsion | None, number: int) -> str:
    """How much of the suspension is meant for a place: by what of the target it feeds."""
    chosen = positions.chosen
    if material is None or chosen is None or len(chosen.feeders) == 1:
        return ""
    share = chosen.feeders[number].target_share / sum(one.target_share for one in chosen.feeders)
    return f"{share * material.suspension_ml:.1f} of {material.suspension_ml:.0f} mL. "
