"""A biopsy step by step, for a resident at the table, with this plan's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.catalogue.model import CoreNeedle
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.model import Step
from seldinger.plan.treatments import common_steps
from seldinger.plan.treatments.biopsy import lung
from seldinger.plan.wording import state_fact

if TYPE_CHECKING:
    from seldinger.catalogue import Device
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Guidance, Path
    from seldinger.plan.treatments.biopsy.choice import Choice, Shot
    from seldinger.plan.treatments.biopsy.seat import Seat


def build_steps(
    case: NeedleCase,
    chosen: Choice,
    needle: Device,
    introducer: Device | None,
    fired: Shot,
    seated: Seat | None,
    best: Path | None,
    eye: Guidance,
) -> tuple[Step, ...]:
    """All steps in order; none when no path is free."""
    if best is None:
        return ()
    return (
        *common_steps.build_opening(best, eye),
        _advance(needle, introducer, fired, seated, best),
        _check(introducer, best, eye),
        _take(chosen, needle, fired, seated, best),
        Step("Specimen", "Look at each core: length, colour, whether it sinks. Label, fix, send."),
        _after(case),
    )


def list_bail_out(site: Site) -> tuple[Step, ...]:
    """What to do when it goes wrong, the likeliest first."""
    bleeding = Step(
        "Bleeding",
        "Stop. Leave the introducer in, close it, scan. Plug the tract if it bleeds through it. "
        "Fluids, blood group, surgeon and angiography informed early.",
    )
    if site is not Site.LUNG:
        return (bleeding, Step("Pain or shock later", "Examine, repeat haemoglobin, scan."))
    return (
        Step(
            "Pneumothorax",
            "Small and stable: finish if the lesion is still there, give oxygen, aspirate through "
            "the introducer, watch. Large, growing or breathless: chest drain. "
            f"{state_fact('lung_biopsy.chest_drain')}",
        ),
        Step(
            "Blood in the airway",
            "Stop. Turn the punctured side down, suck, give oxygen. Call anaesthesia if it goes "
            "on.",
        ),
        Step(
            "Air embolism",
            "Sudden stroke or collapse: flat, high-flow oxygen, close the introducer, call for "
            "help; think of the pressure chamber.",
        ),
        bleeding,
    )


def _advance(
    needle: Device, introducer: Device | None, fired: Shot, seated: Seat | None, best: Path
) -> Step:
    direction = common_steps.describe_aim(best)
    if introducer is not None and seated is not None:
        return Step(
            "Introducer",
            f"Advance it to {best.depth_mm + seated.at_mm:.0f} mm from the skin: "
            f"{direction}. It then stands {-seated.at_mm:.0f} mm before the aim "
            f"({introducer.name}).",
        )
    return Step(
        "Needle",
        f"Advance it to {best.depth_mm + fired.tip_before_mm:.0f} mm from the skin: {direction} "
        f"({needle.name}).",
    )


def _check(introducer: Device | None, best: Path, eye: Guidance) -> Step:
    what = "introducer" if introducer is not None else "needle"
    how = "See the tip" if eye.modality == "ultrasound" else "Scan the tip"
    return Step(
        "Check the tip",
        f"{how} of the {what}: it must lie on the line to the aim, which is {best.depth_mm:.0f} mm "
        "from the skin. Lateral error: back and redirect. Depth error: advance or withdraw.",
    )


def _take(chosen: Choice, needle: Device, fired: Shot, seated: Seat | None, best: Path) -> Step:
    cores = f"{chosen.cores} cores" if chosen.cores > 1 else "one core"
    if not isinstance(needle, CoreNeedle):
        low, high = fired.notch_mm
        return Step(
            "Cut",
            f"Drill {high - low:.0f} mm further, to {best.depth_mm + high:.0f} mm from the skin. "
            f"Break the core, withdraw. Take {cores}.",
        )
    before, after = best.depth_mm + fired.tip_before_mm, best.depth_mm + fired.tip_after_mm
    way = "Set"
    if seated is not None:
        stop = (
            f"a {seated.stop_mm:.0f} mm stop on the needle's hub" if seated.stop_mm >= 1.0 else ""
        )
        way = f"Through the introducer{', with ' + stop if stop else ''}, set"
    again = " Turn the notch between shots." if chosen.cores > 1 else ""
    return Step(
        "Shoot",
        f"{way} the tip at {before:.0f} mm. The shot ({needle.throw_mm:g} mm) ends at {after:.0f} "
        f"mm and puts the {needle.notch_mm:g} mm notch on the aim. Check what lies that far. Take "
        f"{cores}.{again}",
    )


def _after(case: NeedleCase) -> Step:
    site = find_site(case)
    if site is Site.LUNG:
        return Step("After", lung.list_aftercare())
    if site in (Site.LIVER, Site.KIDNEY):
        return Step("After", f"Scan once for bleeding. {state_fact('biopsy.rest.liver_kidney')}")
    return Step("After", "Scan once for bleeding. Press on the entry. Watch the patient.")
