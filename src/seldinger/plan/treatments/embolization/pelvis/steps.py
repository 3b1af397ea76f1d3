"""Steps: from the puncture to the last look, side by side, and what is done when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.plan.model import Step
from seldinger.plan.treatments.embolization.pelvis.findings import name_no_end
from seldinger.plan.treatments.embolization.pelvis.sides import list_passed
from seldinger.plan.treatments.embolization.steps import list_protection
from seldinger.plan.wording import state_fact

if TYPE_CHECKING:
    from seldinger.anatomy.feeders import Feeder
    from seldinger.core.tree import Tree
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.embolization.pelvis.material import Particles
    from seldinger.plan.treatments.embolization.pelvis.organs import PelvicOrgan
    from seldinger.plan.treatments.embolization.positions import Positions
    from seldinger.plan.treatments.embolization.protection import ProtectedArtery


def list_bail_out(organ: PelvicOrgan) -> tuple[Step, ...]:
    """What is done when it fails.

    Args:
        organ: that is embolized.
    """
    return (
        Step("Particles run back past the tip",
             "Stop; wait until flow is forward again; slower, or end there."),
        Step(f"An artery to {organ.spared} fills",
             "Give nothing; move the tip beyond it, or close it with a coil."),
        Step("One side is not reached",
             "Another access, or another day; until then one side is treated, and told so."),
        Step("Spasm", "Wait; a vasodilator as ordered; look at the flow before anything is given."),
        Step("Artery and vein fill at once", "A shunt: nothing is given before it is closed."),
        Step("Rupture or dissection", "Keep the wire; balloon or coil; call for a covered stent."),
    )  # fmt: skip


def list_steps(
    best: Route | None,
    tree: Tree | None,
    organ: PelvicOrgan,
    positions: Positions,
    particles: Particles | None,
    closed: tuple[ProtectedArtery, ...] = (),
) -> tuple[Step, ...]:
    """From the puncture to the last look.

    Args:
        best: the way in; None where none was found.
        tree: the arteries.
        organ: that is embolized.
        positions: places of the catheter.
        particles: what is given.
        closed: arteries that are closed first.
    """
    chosen = positions.chosen
    if best is None or chosen is None or tree is None:
        return ()
    fits = {fit.role: fit for fit in best.devices}
    first, *others = (_name_place(one, tree) for one in chosen.feeders)
    steps = [
        Step("Settle", "Who gives what against pain, fever and nausea, and whom she or he calls."),
        Step("Puncture", f"{best.title}, under ultrasound; sheath {fits['sheath'].text}."),
        Step("Map", f"Angiogram of both internal iliac arteries: the {organ.artery} of each side, "
             f"what leaves it, and what joins {organ.spared}."),
        Step("Mix", "Not mixed: no agent is told." if particles is None else (
            f"{particles.agent.title}, {particles.size.text}, {particles.vials} "
            f"vial{'s' * (particles.vials > 1)}; agent, size and number by two people."
        )),
        *list_protection(closed),
        Step("Place", f"Microcatheter into the {first}; wire {fits['wire'].text}. It leaves flow "
             "around it."),
        Step("Check", f"Cone-beam CT with contrast from the tip: {organ.name} alone, nothing of "
             f"{organ.spared}."),
        Step("Give", " ".join((
            "Slowly, with forward flow all the time; never more than the vials hold.",
            _tell_end(organ, particles),
        )).strip()),
    ]  # fmt: skip
    steps += [Step("Other side", f"The same in the {one}: place, check, give.") for one in others]
    steps += [
        Step("Look", "Angiogram of aorta and both internal iliac arteries: what still fills has "
             "another artery."),
        Step("Close", "Close the artery; note what was given on each side and left; watch pain, "
             "fever, urine and limb."),
    ]  # fmt: skip
    return tuple(steps)


def _tell_end(organ: PelvicOrgan, particles: Particles | None) -> str:
    if particles is not None and not particles.is_sphere:
        return name_no_end(particles)
    return " ".join(state_fact(one) for one in organ.end_facts[:1])


def _name_place(one: Feeder, tree: Tree) -> str:
    name, passed = one.name or f"edge {one.edge}", list_passed(tree, one.edge)
    return f"{name}, beyond the {' and the '.join(passed)}" if passed else name
