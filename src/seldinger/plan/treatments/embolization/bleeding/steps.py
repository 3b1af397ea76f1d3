"""Steps: from the puncture to the last look, and what is done when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.plan.model import Step
from seldinger.plan.wording import state_fact

if TYPE_CHECKING:
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.embolization.bleeding.places import Places
    from seldinger.plan.treatments.embolization.occluders import FittedOccluder

_FIRST, _SCAFFOLD = "haemostasis.device.coil.large_first", "haemostasis.device.coil.gelatin"

BAIL_OUT = (
    Step("The coil or plug moves on with the blood",
         "Keep the catheter there; snare it where it closes what must stay open."),
    Step("The coil does not take its shape, or comes back out",
         "Take it back if it can be; a narrower one; never leave a loop in the artery before."),
    Step("Still bleeding behind it",
         "Another artery leads there: angiogram of its neighbours; more coils, gelatin, surgery."),
    Step("The patient gets worse", "No time for more: close before the organ, or operate."),
    Step("The catheter does not come there", "Another access; else close before it, or operate."),
    Step("Rupture or dissection", "Keep the wire; balloon or coil; call for a covered stent."),
)  # fmt: skip


def list_steps(
    best: Route | None,
    places: Places,
    form: str | None,
    near: FittedOccluder | None,
    far: FittedOccluder | None,
) -> tuple[Step, ...]:
    """From the puncture to the last look.

    Args:
        best: the way in; None where none was found.
        places: where it is closed.
        form: of what closes.
        near: what lies before the bleeding.
        far: what lies beyond it; None: nothing does.
    """
    if best is None or not places.chosen:
        return ()
    fits = {fit.role: fit for fit in best.devices}
    first = places.chosen[0]
    steps = [
        Step("Settle", "Blood, warmth, calcium and clotting go on in the room; who calls the "
             "surgeon, and when."),
        Step("Puncture", f"{best.title}, under ultrasound; sheath {fits['sheath'].text}."),
        Step("Look", "Angiogram of the organ's artery, then of the branch: where contrast leaves "
             "it, what goes on beyond."),
        Step("Place", f"Catheter into the {first.name}, {first.level}; wire {fits['wire'].text}."),
    ]  # fmt: skip
    if form is None:
        steps.append(Step("Close", "Not planned: nobody told what closes it."))
    elif form == "gelatin":
        text = (
            "Gelatin, cut to pass the catheter, given slowly with forward flow until it nearly "
            "stands. It goes wherever the blood goes."
        )
        steps.append(Step("Close", text))
    else:
        steps += _list_closing(first.name, near, far)
    steps += [Step("Next artery", f"The same in the {one.name}.") for one in places.chosen[1:]]
    steps += [
        Step("Look again", "Angiogram of that artery and of its neighbours: nothing fills the "
             "bleeding from any side."),
        Step("Close the artery", "Note what lies where, and that it may stay in for life; watch "
             "pressure, pulse, haemoglobin, pain and fever."),
    ]  # fmt: skip
    return tuple(steps)


def _list_closing(
    name: str, near: FittedOccluder | None, far: FittedOccluder | None
) -> tuple[Step, ...]:
    """Beyond the bleeding first, then before it."""
    steps = []
    if far is not None:
        steps.append(Step("Close beyond it", f"Past the bleeding in the {name}: {far.text}."))
    text = "no size of the shelf fits: choose by the angiogram" if near is None else near.text
    coils = near is not None and near.device.kind == "coil"
    told = " ".join(state_fact(one) for one in (_FIRST, _SCAFFOLD) if coils)
    text = f"{text[0].upper()}{text[1:]}; more until no flow is seen. {told}".strip()
    steps.append(Step("Close before it" if far is not None else "Close it", text))
    return tuple(steps)
