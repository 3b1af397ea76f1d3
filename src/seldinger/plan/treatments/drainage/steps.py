"""A drainage step by step, for a resident at the table, with this plan's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import catalogue
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.model import Step
from seldinger.plan.treatments import common_steps
from seldinger.plan.treatments.drainage.choice import ASPIRATION, TROCAR
from seldinger.plan.wording import state_fact

if TYPE_CHECKING:
    from seldinger.catalogue import Device
    from seldinger.catalogue.model import PigtailDrain
    from seldinger.plan.approach.percutaneous.model import Instrument, NeedleCase
    from seldinger.plan.model import Guidance, Path
    from seldinger.plan.treatments.drainage.findings import Chosen


def build_steps(
    case: NeedleCase, chosen: Chosen, instrument: Instrument, best: Path | None, eye: Guidance
) -> tuple[Step, ...]:
    """All steps in order; none when no path is free."""
    if best is None:
        return ()
    first = catalogue.device(instrument.device)
    if instrument.technique == ASPIRATION or chosen.drain is None:
        then = "Empty it. Flush until clear. If pus stays: wire and drain."
        way: tuple[Step, ...] = (_needle(first, best, then),)
    elif instrument.technique == TROCAR:
        way = _trocar(chosen.drain, best)
    else:
        way = _seldinger(first, chosen.drain, best)
    after = () if chosen.drain is None else _after(case, gallbladder=chosen.gallbladder)
    return (
        *common_steps.build_opening(best, eye),
        *way,
        _samples(gallbladder=chosen.gallbladder),
        *after,
    )


def list_bail_out(*, gallbladder: bool) -> tuple[Step, ...]:
    """What to do when it goes wrong, the likeliest first."""
    bile = Step(
        "Bile in the abdomen",
        "Pain, guarding: check the drain's place with contrast. Keep it open. Call the surgeon.",
    )
    shock = Step(
        "Septic shock",
        "Rigors, low pressure: stop flushing and injecting, leave the drain open. Blood cultures, "
        "fluids, antibiotics, oxygen, intensive care. "
        f"{common_steps.describe_rate('drainage.sepsis.liver_abscess')}",
    )
    return (
        shock,
        Step(
            "Bleeding",
            "Blood from the drain: close it for tamponade, scan. If it goes on: angiography. Do "
            "not pull the drain before.",
        ),
        Step(
            "Bowel crossed",
            "Do not pull the drain. Let the tract mature, feed with care, inform the surgeon. "
            f"{state_fact('drainage.path.transgressed_bowel')}",
        ),
        Step(
            "Pneumothorax or pus in the chest",
            "Film or scan. Large or breathless: chest drain. Move the abdominal drain off the "
            "pleura.",
        ),
        *((bile,) if gallbladder else ()),
        Step(
            "Drain dislodged",
            "Within the first days: new puncture. With a firm tract: wire through the old opening, "
            "at once.",
        ),
    )


def _needle(needle: Device, best: Path, then: str) -> Step:
    return Step(
        "Needle",
        f"Advance it to {best.depth_mm:.0f} mm from the skin: {common_steps.describe_aim(best)} "
        f"({needle.name}). "
        f"See the tip inside. Aspirate. {then}",
    )


def _trocar(drain: PigtailDrain, best: Path) -> tuple[Step, ...]:
    loop = drain.loop_mm
    return (
        Step(
            "Probe",
            f"Put a thin needle along the same way first ({best.depth_mm:.0f} mm from the skin) "
            "and aspirate.",
        ),
        Step(
            "One step",
            f"Cut the skin as wide as the drain ({drain.outer_diameter_mm:.1f} mm). Advance the "
            f"{drain.name} on its stylet {best.depth_mm:.0f} mm from the skin: "
            f"{common_steps.describe_aim(best)}. Hold the stylet still.",
        ),
        Step(
            "Loop",
            f"Push the drain off the stylet, pull the string: the {loop:g} mm loop must close "
            "inside.",
        ),
        _fix(),
    )


def _seldinger(needle: Device, drain: PigtailDrain, best: Path) -> tuple[Step, ...]:
    loop = drain.loop_mm
    return (
        _needle(needle, best, "Take a sample, do not empty it: the wire needs the room."),
        Step(
            "Wire",
            f"{_passed(needle, drain)} Coil it inside, see it there. Withdraw the needle.",
        ),
        Step(
            "Dilate",
            f"Cut the skin. Dilate over the {_inch(drain.wire_mm)} wire up to {drain.french} F, "
            "never beyond the far wall. Keep the wire straight: kinks lose the way.",
        ),
        Step(
            "Drain",
            f"Pass the {drain.name} over the wire until the tip stands {best.depth_mm:.0f} mm from "
            f"the skin, then push it off the stiffener. Pull the string: the {loop:g} mm loop must "
            "close inside.",
        ),
        _fix(),
    )


def _passed(needle: Device, drain: PigtailDrain) -> str:
    """Which wire goes through the needle, and which takes its place."""
    if needle.wire_mm == drain.wire_mm:
        return f"Pass the {_inch(drain.wire_mm)} wire."
    return (
        f"Pass the {_inch(needle.wire_mm)} wire; exchange it through a transition sheath for the "
        f"{_inch(drain.wire_mm)} wire: dilator and drain go over that one only."
    )


def _inch(wire_mm: float | None) -> str:
    """A wire as it is labelled."""
    return "guide" if wire_mm is None else f"{wire_mm / 25.4:.3f} in"


def _fix() -> Step:
    return Step(
        "Empty and fix",
        "Aspirate until dry, flush gently with less than came out. Scan: loop and every side hole "
        "inside. Fix to the skin, bag on gravity.",
    )


def _samples(*, gallbladder: bool) -> Step:
    more = "" if gallbladder else (
        " By suspicion: amylase (pancreas), creatinine (urine), bilirubin (bile), cytology "
        "(tumour)."
    )  # fmt: skip
    return Step(
        "Laboratory",
        f"Send the first syringe: Gram stain, aerobic and anaerobic culture, sensitivity.{more}",
    )


def _after(case: NeedleCase, *, gallbladder: bool) -> tuple[Step, ...]:
    daily = Step(
        "Every day",
        "Flush, note the output, look at the skin. Sudden stop: flush, then scan; blocked or out "
        "of place is changed.",
    )
    if gallbladder:
        text = (
            f"{state_fact('drainage.cholecystostomy.tract')} Before: patient well, cholangiogram "
            "shows free ducts. Plan the operation or say why not."
        )
        return (daily, Step("Removal", text))
    organ = " No bile in the drain." if find_site(case) is Site.LIVER else ""
    text = (
        f"Patient well, scan without residual collection, no fistula.{organ} "
        f"{state_fact('drainage.removal.output')} {state_fact('drainage.removal.output_series')}"
    )
    return (daily, Step("Removal", text))
