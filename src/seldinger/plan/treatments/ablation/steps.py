"""Ablation, step by step, and what to do when it goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.plan.approach.percutaneous import guidance as eyes
from seldinger.plan.model import Step
from seldinger.plan.treatments import common_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Path
    from seldinger.plan.treatments.ablation.coverage import Covered
    from seldinger.plan.treatments.ablation.modalities.base import Modality
    from seldinger.simulate.thermal.setup import Placed


def build_steps(case: NeedleCase, won: Covered) -> tuple[Step, ...]:
    """From the patient on the table to the scan afterwards."""
    placed, paths = won.ways.placed, won.ways.paths
    eye = eyes.choose(case, paths[0])
    made = [*common_steps.build_opening(paths[0], eye)]
    pairs = zip(placed, paths, strict=True)
    made += [_placing(n, one, path, len(placed)) for n, (one, path) in enumerate(pairs, start=1)]
    made.append(
        Step(
            "Check every tip",
            "Scan in the same breath-hold. Compare each tip with its planned place; correct what "
            "lies off. The prediction holds for the planned places only.",
        )
    )
    made.append(Step("Treat", _schedules(placed)))
    made.append(Step("Withdraw", won.modality.withdrawal))
    made.append(
        Step(
            "Look again",
            "Contrast scan at once if it can be given: is the tumour covered all round? Measure "
            "the margin with `seldinger margin`; treat again where it is too thin.",
        )
    )
    return tuple(made)


def _placing(number: int, one: Placed, path: Path, count: int) -> Step:
    which = "the probe" if count == 1 else f"probe {number} of {count}"
    letters = common_steps.place(path)
    return Step(
        f"Place {which}",
        f"{one.applicator.name}: enter at {letters}, {path.depth_mm:.0f} mm from skin to tip, "
        f"{common_steps.describe_aim(path)}.",
    )


def _schedules(placed: Sequence[Placed]) -> str:
    """What all do alike, or what each does; started at the same time."""
    end = "Watch what must be spared; stop when it is reached."
    words = [_schedule(one) for one in placed]
    if len(words) == 1:
        return f"{words[0]}. {end}"
    if len(set(words)) == 1:
        return f"{words[0]} each, all at the same time. {end}"
    each = "; ".join(f"probe {n}: {w}" for n, w in enumerate(words, start=1))
    return f"All start at the same time. {each[0].upper()}{each[1:]}. {end}"


def _schedule(one: Placed) -> str:
    parts = []
    for stretch in one.schedule:
        minutes = stretch.seconds / 60.0
        if stretch.act == "heat" and stretch.power_w is not None:
            parts.append(f"{stretch.power_w:g} W for {minutes:g} min")
        else:
            parts.append(f"{stretch.act} {minutes:g} min")
    return ", ".join(parts)


def list_bail_out(modality: Modality) -> tuple[Step, ...]:
    """What to do when it goes wrong."""
    made = [
        Step(
            "Bleeding",
            "Blood pressure falls or blood collects: contrast CT, resuscitate, call for "
            "embolization; leave a probe in the track while it tamponades.",
        ),
        Step(
            "Pneumothorax",
            "Breathless or desaturating: stop, scan, aspirate or drain.",
        ),
        Step(
            "Heat or cold in the wrong place",
            "Stop at once; flush what was parted with cool (or warm) fluid; call the surgeon for "
            "bowel, the gastroenterologist for bile ducts, the urologist for the ureter.",
        ),
    ]
    return (*made, *modality.bail_out)
