"""The plans of the built-in patient that a whole session of tests shares."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import seldinger
from seldinger.anatomy import targets
from seldinger.plan import file
from seldinger.simulate.thermal import uncertainty

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.plan import Plan

Case = tuple[str, str]
"""A procedure and its target."""

CASES: tuple[Case, ...] = tuple(
    (name, case.target)
    for name, procedure in seldinger.plan.load_procedures().items()
    for case in procedure.demo
    if case.patient == "needle"
)
VESSEL_CASES: tuple[Case, ...] = tuple(
    (name, case.target)
    for name, procedure in seldinger.plan.load_procedures().items()
    for case in procedure.demo
    if case.patient == "arteries"
)
"""Of the built-in patient with arteries."""
UPTAKE_CASES: tuple[Case, ...] = tuple(
    (name, case.target)
    for name, procedure in seldinger.plan.load_procedures().items()
    for case in procedure.demo
    if case.patient == "uptake"
)
"""Of the built-in patient around a radioembolization."""
EMBOLIZATION_CASES: tuple[Case, ...] = tuple(
    (name, case.target)
    for name, procedure in seldinger.plan.load_procedures().items()
    for case in procedure.demo
    if case.patient == "embolization"
)
"""Of the built-in patient with the arteries of his liver."""
PELVIC_CASES: tuple[Case, ...] = tuple(
    (name, case.target)
    for name, procedure in seldinger.plan.load_procedures().items()
    for case in procedure.demo
    if case.patient in {"fibroids", "prostate"}
)
"""Of the built-in woman and the built-in man."""
BLEEDING_CASES: tuple[Case, ...] = tuple(
    (name, case.target)
    for name, procedure in seldinger.plan.load_procedures().items()
    for case in procedure.demo
    if case.patient.startswith("bleeding")
)
"""Of those who bleed."""
SPINE_CASES: tuple[Case, ...] = tuple(
    (name, case.target)
    for name, procedure in seldinger.plan.load_procedures().items()
    for case in procedure.demo
    if case.patient == "spine"
)
"""Of the built-in patient with a broken and a metastatic vertebra."""
VEIN_CASES: tuple[Case, ...] = tuple(
    (name, case.target)
    for name, procedure in seldinger.plan.load_procedures().items()
    for case in procedure.demo
    if case.patient == "veins"
)
"""Of the built-in patient with veins."""
ANSWERS = {"ablation": {"modality": "microwave"}}
"""One modality is enough here; the others are examined on blocks."""
ERROR_MM = {"ablation": 3.7}
"""Mean lateral error at which a chance above 0.8 with an even 5 mm margin would be wrong."""


def proposed(anatomy: Anatomy, case: Case) -> Plan:
    """The plan of a case."""
    procedure, target = case
    way = seldinger.plan.PercutaneousOptions(lateral_error_mm=ERROR_MM.get(procedure))
    settings = seldinger.plan.Settings(answers=ANSWERS.get(procedure, {}), options=(way,))
    return seldinger.plan.propose(procedure, anatomy, target, settings=settings)


class DemoPlans(Mapping[Case, "Plan"]):
    """A plan for each of ``CASES``, computed once, when it is first asked for."""

    CASES = CASES

    def __init__(self, anatomy: Anatomy) -> None:
        self._anatomy = anatomy
        self._made: dict[Case, Plan] = {}

    def __getitem__(self, case: Case) -> Plan:
        if case not in CASES:
            raise KeyError(case)
        if case not in self._made:
            self._made[case] = proposed(self._anatomy, case)
        return self._made[case]

    def __iter__(self) -> Iterator[Case]:
        return iter(CASES)

    def __len__(self) -> int:
        return len(CASES)


STILL = dict.fromkeys(
    (
        uncertainty.PERFUSION.name, uncertainty.POWER.name, uncertainty.CONDUCTIVITY.name,
        uncertainty.CAPACITY.name,
    ),
    0.0,
)  # fmt: skip
"""No runs beside the plan, where a test is about something else: only placement scatters."""
CENTRE_LPS_MM = (-94.0, -30.0, 130.0)
"""In the liver tumour of the built-in patient."""


def ball(anatomy: Anatomy, diameter_mm: float) -> Lesion:
    """A target given as a point, in the liver tumour."""
    return targets.from_sphere(anatomy, CENTRE_LPS_MM, diameter_mm, "a ball")


def small_ablation(anatomy: Anatomy) -> Plan:
    """14 mm: one antenna does."""
    settings = seldinger.plan.Settings(device="emprint", assume=STILL)
    return seldinger.plan.propose("ablation", anatomy, ball(anatomy, 14.0), settings=settings)


def fingerprint(made: Plan) -> dict[str, str]:
    """SHA-256 of all that a plan is: its file, and the fields that lie beside it."""
    parts = {"plan.json": file.to_json(made).encode()}
    if made.fields is not None:
        for name, volume in made.fields.volumes.items():
            parts[name] = volume.values.tobytes()
        for name, draws in made.fields.draws.items():
            parts[name] = draws.tobytes()
    return {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
