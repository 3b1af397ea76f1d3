"""An augmentation step by step, for a resident at the table, with this plan's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import catalogue
from seldinger.plan.model import Step
from seldinger.plan.treatments import common_steps
from seldinger.plan.wording import state_fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.plan.model import Guidance
    from seldinger.plan.treatments.augmentation.needles import Pedicled

_BAIL_OUT = (
    Step(
        "Cement towards the canal or a root",
        "Stop at once and do not inject on. Leave the needle. Move the legs, test sensation: any "
        "deficit is an emergency for the spine surgeon. CT now. "
        + state_fact("vertebra.leak.decompression"),
    ),
    Step(
        "Cement in a vein",
        "Stop; wait until it is thicker, or move the needle. Short of breath or low saturation: "
        "oxygen, CT of the chest.",
    ),
    Step(
        "Cement in the disc or beside the body",
        "Stop there; go on from the other side when the cement is thicker, or end.",
    ),
    Step(
        "Needle in the canal, or cerebrospinal fluid comes",
        "Draw it back, inject nothing through this tract. Neurological examination, CT.",
    ),
    Step("Bleeding from the needle", "Put the stylet in, wait. Cement closes the tract."),
    Step("Broken rib", "A frail patient lies on soft pads; new pain beside the spine: film."),
)


def build_steps(
    taken: Sequence[Pedicled],
    eye: Guidance,
    *,
    cement_ml: float | None,
    balloon_ml: float | None,
    heat: Sequence[Step] = (),
) -> tuple[Step, ...]:
    """All steps in order; none without a needle.

    Args:
        taken: the needles, each with its way.
        eye: what guides.
        cement_ml: to be given in all; None where it could not be planned.
        balloon_ml: of each balloon; None without balloons.
        heat: steps of it, before balloons and cement.
    """
    ways = [one.way for one in taken if one.way is not None]
    if not ways:
        return ()
    first = ways[0].path
    return (
        *common_steps.build_opening(first, eye),
        Step(
            "Count the level",
            "Count from the sacrum and from the last rib, with a second person, in two planes.",
        ),
        *(_needle(one, number) for number, one in enumerate(taken, start=1)),
        Step("Biopsy", "Take a core through the needle unless the cause is already proven."),
        *heat,
        *(() if balloon_ml is None else (_balloon(balloon_ml, len(ways)),)),
        _cement(cement_ml, len(ways)),
        Step(
            "Close",
            "Put the stylet back so that no cement follows the needle, turn it, wait until what is "
            "left in the bowl is hard, draw it out. Press on the skin.",
        ),
        Step("Afterwards", "Flat on the back. Test legs and sensation, now and again later. CT."),
    )


def _needle(one: Pedicled, number: int) -> Step:
    assert one.way is not None  # noqa: S101  looked at before
    path = one.way.path
    device = catalogue.device(one.device)
    canal = "the canal does not show" if one.way.canal_mm is None else (
        f"{one.way.canal_mm:.1f} mm from the canal"
    )  # fmt: skip
    if one.way.passage is not None:
        return Step(
            f"Needle {number}: beside the {one.side.value} pedicle",
            f"{device.name} to {path.depth_mm:.0f} mm, {common_steps.describe_aim(path)}; entry "
            f"at {common_steps.place(path)}. It passes outwards of the pedicle and enters the "
            f"body {one.way.passage.above_mm:.0f} mm above the pedicle's middle, {canal}. Feel "
            "bone all the way from the pedicle's outer wall on; check both planes, or CT, at the "
            "body before going on.",
        )
    return Step(
        f"Needle {number}: {one.side.value} pedicle",
        f"{device.name} to {path.depth_mm:.0f} mm, {common_steps.describe_aim(path)}; entry at "
        f"{common_steps.place(path)}. At its nearest {one.way.wall_mm:.1f} mm of bone is left in "
        f"the pedicle, {canal}. {state_fact('vertebra.path.medial_wall')} Check both planes on "
        "the bone, in the pedicle and at the back wall before going on.",
    )


def _balloon(balloon_ml: float, count: int) -> Step:
    each = "the balloon" if count == 1 else "each balloon, both at once"
    return Step(
        "Balloon",
        f"Drill, place the balloon in front of the middle of the body, fill {each} with contrast "
        f"step by step to {balloon_ml:.1f} mL or until it touches an endplate or a wall, or its "
        "own limits of pressure or volume are reached. Let it down; cement follows into the "
        "cavity.",
    )


def _cement(cement_ml: float | None, count: int) -> Step:
    amount = "as much as was decided" if cement_ml is None else f"{cement_ml:.1f} mL in all"
    by = "" if count == 1 else f", {cement_ml / count:.1f} mL by each needle" if cement_ml else ""
    return Step(
        "Cement",
        f"Mix, wait until it is thick (it no longer sticks to the glove). Give {amount}{by}, "
        "little by little, under continuous lateral fluoroscopy, front view between. Stop when "
        "cement nears the back wall, enters a vein or a disc, or the amount is in. "
        + state_fact("vertebra.filling.pain.alali2009"),
    )


def list_bail_out() -> tuple[Step, ...]:
    """What to do when it goes wrong, the gravest first."""
    return _BAIL_OUT
