"""Inject: fluid into a target through a thin needle; a stranger's package, in one page."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from seldinger.extend import (
    Assumption,
    Block,
    Decision,
    DemoCase,
    DeviceUse,
    Effect,
    Fields,
    Finding,
    Grid,
    Heading,
    Instrument,
    Limits,
    Measure,
    NeedleCase,
    Part,
    Percutaneous,
    Phase,
    Placement,
    Plan,
    Positive,
    Procedure,
    Quantity,
    Question,
    Search,
    Section,
    Severity,
    Status,
    Step,
    TargetPoint,
    Text,
    Treatment,
    TreatmentLogic,
    Volume,
    choose_guidance,
    describe,
)

VOLUME = Assumption("inject_ml", 2.0, "mL", 0.5, 10.0, "invented: an example that treats nobody")
SHARE = Assumption("inject_pore_share", 0.2, "1", 0.05, 0.5, "share that fluid fills: invented")


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectOptions:
    """Injection: what is fixed by hand."""

    volume_ml: Positive | None = field(default=None, metadata=describe("how much is injected"))


class Inject(TreatmentLogic[NeedleCase]):
    """A needle to the middle of the target, and a sphere of fluid around its tip."""

    section = "inject"
    options = InjectOptions

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Volume and the share of tissue that it fills."""
        return (VOLUME, SHARE)

    def decide(self, case: NeedleCase, search: Search[NeedleCase]) -> Decision:
        """One search; the fluid spreads as a sphere."""
        needle = Instrument(
            device="inject-22g", technique="single needle", diameter_mm=0.72, usable_mm=150.0,
            beyond_mm=0.0, sample_mm=(-2.0, 0.0), keeps_inside=False,
            reason="thin: only fluid goes through it",
        )  # fmt: skip
        reach = search((needle,))
        asked, value = case.settings.get_options(InjectOptions), case.assumed.get_value
        volume_ml = asked.volume_ml or value("inject_ml")
        radius_mm = (750.0 * volume_ml / value("inject_pore_share") / math.pi) ** (1.0 / 3.0)
        wide = Measure(
            "sphere-diameter", "diameter of the wetted sphere", "mm", 2.0 * radius_mm,
            at_most=case.target.diameter_mm,
        )  # fmt: skip
        found = Finding(
            "spread",
            Status.MET if radius_mm <= case.target.diameter_mm / 2.0 else Status.NOT_MET,
            Severity.CAUTION,
            f"{volume_ml:g} mL wet a sphere of {2.0 * radius_mm:.0f} mm around the tip; the target "
            f"is {case.target.diameter_mm:.0f} mm wide.",
        )
        best = next(iter(reach.approach.paths), None)
        treatment = Treatment(
            kind="inject",
            technique=needle.technique,
            devices=(DeviceUse(needle.device, "22 G injection needle", "carries the fluid"),),
            settings={"volume_ml": volume_ml, "sphere_mm": round(2.0 * radius_mm, 1)},
            steps=(
                Step("Needle", "Advance the needle to the aim; see its tip inside the target."),
                Step("Inject", f"Aspirate first; then inject {volume_ml:g} mL slowly."),
            ),
        )
        guidance = choose_guidance(reach.case, best)
        if best is None:
            return Decision(reach, treatment, guidance, (found,), placements=())
        slowly = Phase("inject", 10.0 * volume_ml, (Quantity("flow", 0.1, "mL/s"),))
        ends = (best.entry_lps_mm, best.target_lps_mm)
        return Decision(
            reach, treatment, guidance, (found,),
            placements=(Placement("needle", needle.device, ends, (slowly,), 0),),
            effect=Effect("inject", "wetted by the fluid", "a sphere", (wide,), outside_domain=()),
            fields=Fields({"zone": sphere(best.target_lps_mm, radius_mm)}),
        )  # fmt: skip


def sphere(centre_lps_mm: tuple[float, float, float], radius_mm: float) -> Volume:
    """A ball on 1 mm around its centre, true inside."""
    half = math.ceil(radius_mm) + 2
    x, y, z = centre_lps_mm
    grid = Grid.aligned((2 * half + 1,) * 3, 1.0, (x - half, y - half, z - half))
    away = np.linalg.norm(np.indices(grid.shape) - half, axis=0)
    return Volume(away <= radius_mm, grid, "1")


def tell(plan: Plan) -> tuple[Block, ...]:
    """What the fluid wets, in the report."""
    if plan.effect is None or plan.effect.kind != "inject":
        return ()
    wide = plan.effect.measure("sphere-diameter").nominal
    return (Heading("Injection"), Text(f"The fluid wets a ball of {wide:.0f} mm."))


SECTION = Section(Part.BODY, 55, tell)
PROCEDURE = Procedure(
    name="inject",
    title="Injection",
    summary="Fluid into a target through a thin needle.",
    approach=Percutaneous(
        limits=Limits(organ_first=frozenset({"liver"})), target_point=TargetPoint.WHOLE
    ),
    treatment=Inject(),
    required_structures={"": ("ribs",), "liver": ("colon", "gallbladder")},
    questions=(
        Question("fluid-allergy", "Is there an allergy to what is injected?", "yes", "stop", ()),
    ),
    alternatives=("No injection.",),
    references=("nobody2026",),
    demo=(DemoCase("liver-tumour-1", {"fluid-allergy": "no"}),),
)
