"""What a procedure is, and the case it meets.

A procedure is a declaration that composes an approach with a treatment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from seldinger.core.errors import PlanError
from seldinger.core.progress import Progress, silent
from seldinger.core.telling import brief

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.model import Anatomy, Target
    from seldinger.core.record import Assumption, InputFile
    from seldinger.core.space import Vector
    from seldinger.plan.approach.percutaneous.scene import Scene
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.model import Approach, Finding, Guidance, Path, Treatment
    from seldinger.plan.prediction import Effect, Prediction
    from seldinger.plan.readiness import Visit


@dataclass(frozen=True, slots=True)
class ProbeEdit:
    """What the user fixes of one applicator; None leaves the planner's own.

    Attributes:
        number: which, from 1; one more than there are adds another.
        tip_lps_mm: its tip.
        entry_lps_mm: where it enters the skin; scored by the rules, even where it breaks them.
        power_w: of a heater.
        seconds: of heating, or of each freeze.
    """

    number: int
    tip_lps_mm: Vector | None = None
    entry_lps_mm: Vector | None = None
    power_w: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice of one plan that is not in its inputs.

    Attributes:
        seed: of all sampling.
        relax: hard rules that the user opens, by rule name; recorded in the plan.
        assume: overrides of assumptions, by name.
        answers: answers to the procedure's questions, by question id: "yes" or "no".
        entry_lps_mm: score this entry instead of searching.
        guidance: "ct" or "ultrasound" to decide it; None lets the cited rule decide.
        technique: key of the error model to use for every path; None chooses by angulation.
        lateral_error_mm: mean lateral error that replaces the technique's published one.
        device: catalogue id of the device to use; None lets the treatment choose.
        paths: how many alternatives to keep.
        probes: what is fixed by hand of single applicators.
        inputs: further files the request rests on (a target mask, a vocabulary), for provenance.
        visit: the patient who comes for it; without one clearance is unknown.
    """

    seed: int = 0
    relax: tuple[str, ...] = ()
    assume: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    entry_lps_mm: Vector | None = None
    guidance: str | None = None
    technique: str | None = None
    lateral_error_mm: float | None = None
    device: str | None = None
    paths: int = 6
    probes: tuple[ProbeEdit, ...] = ()
    inputs: tuple[InputFile, ...] = ()
    visit: Visit | None = None

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Instrument:
    """What the path search must know of a device.

    Attributes:
        device: catalogue id.
        technique: how it is used, as the plan prints it ("coaxial", "trocar", "Seldinger" ...).
        diameter_mm: outer diameter of the widest thing that goes along this path: dilator, drain,
            introducer. Clearances are measured for it.
        usable_mm: length from tip to hub.
        beyond_mm: how far the device ends beyond the aim, throw and dead tip included.
        sample_mm: (from, to) along the needle about the aim (negative = before it) where tissue is
            taken or the drain must lie; a pass hits when this stretch meets the target.
        keeps_inside: True when all beyond the target's near wall must stay inside it (drains).
        reason: why this one, in one sentence.
        widest: catalogue id of the device that is ``diameter_mm`` wide; "" when it is ``device``.
    """

    device: str
    technique: str
    diameter_mm: float
    usable_mm: float
    beyond_mm: float
    sample_mm: tuple[float, float]
    keeps_inside: bool
    reason: str
    widest: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits of a percutaneous path."""

    depth_mm: float = 150.0
    tilt_deg: float = 30.0
    organ_first: frozenset[str] = frozenset()
    """Organs of which a healthy stretch must lie before the target (liver tumours: bleeding,
    seeding)."""


class Wants(StrEnum):
    """Which part of a target a needle is for."""

    VIABLE_TISSUE = "viable tissue"
    """Not calcium, gas, fluid or necrosis."""
    WHOLE = "whole"
    """All of it, steered at its deepest point: fluid is what a drain is for."""


@dataclass(frozen=True, slots=True)
class Question:
    """A gate that no image answers: asked, else unknown."""

    id: str
    text: str
    stop_if: str
    """The answer that stops: "yes" or "no"."""
    severity: str
    sources: tuple[str, ...]
    organs: frozenset[str] = frozenset()
    """Not asked when the target is known to lie elsewhere; empty: always asked."""
    modalities: frozenset[str] = frozenset()
    """Not asked when the plan goes on with another modality; empty: always asked."""

    def __post_init__(self) -> None:
        """Refuse a gate that could never shut.

        Raises:
            PlanError: the answer that stops is neither "yes" nor "no", or the severity blocks
                nothing.
        """
        if self.stop_if not in ("yes", "no") or self.severity not in ("stop", "action"):
            raise PlanError(
                f"the question {self.id!r} stops if {self.stop_if!r} by {self.severity!r}: allowed "
                "are 'yes' or 'no', by 'stop' or 'action'"
            )

    def concerns(self, organ: str | None, modality: str | None) -> bool:
        """Whether it is asked of a target in ``organ`` (None: not known) by ``modality``."""
        elsewhere = self.organs and organ is not None and organ not in self.organs
        otherwise = self.modalities and modality is not None and modality not in self.modalities
        return not (elsewhere or otherwise)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One procedure meeting one patient: what a treatment decides on.

    Attributes:
        procedure: the declaration.
        anatomy, target: the patient.
        settings: the user's choices.
        skin_distance_mm: shortest distance from the target's surface to open skin.
        scene: what needles are measured against.
        assumed: every assumption as it is used.
        progress: told what is being done; may raise ``Cancelled``.
    """

    procedure: Procedure
    anatomy: Anatomy
    target: Target
    settings: Settings
    skin_distance_mm: float
    scene: Scene
    assumed: Assumed
    progress: Progress = silent

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Decision:
    """What a treatment concludes once the paths are known.

    Attributes:
        treatment, guidance, findings: what is to be done, and what was found.
        prediction, effect: of a treatment that predicts one.
        tissues: of the catalogue that its model holds; None where it models none. The numbers of
            other tissues played no part and are not printed.
    """

    treatment: Treatment
    guidance: Guidance
    findings: tuple[Finding, ...]
    prediction: Prediction | None = None
    effect: Effect | None = None
    tissues: tuple[str, ...] | None = None


class TreatmentLogic(Protocol):
    """What ``plan/treatments/<verb>.py`` offers to procedures."""

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Defaults without a source, editable through ``Settings.assume``."""

    @property
    def answers(self) -> Mapping[str, tuple[str, ...]]:
        """What the user may answer besides the procedure's questions, and with which words."""

    def instruments(self, case: Case) -> tuple[Instrument, ...]:
        """Devices in order of preference; the first that has a path is used."""

    def conclude(self, case: Case, instrument: Instrument, approach: Approach) -> Decision:
        """Technique, steps, guidance and findings; ``approach.paths`` may be empty."""

    def penalties(self, case: Case, path: Path) -> Mapping[str, float]:
        """Soft penalties special to this treatment, added to the path's score."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """One page in ``procedures/``: an approach, a treatment, limits and citations; no logic.

    Attributes:
        name: as typed on the command line.
        title: as printed.
        summary: one sentence.
        treatment: the logic, an object of ``plan.treatments``.
        asks: structures the plan must know, by organ of the target ("" = always); what no label
            shows is listed as not segmented.
        may_enter: structures that a path may cross although they are obstacles elsewhere.
        limits: hard limits.
        questions: should-we gates.
        alternatives: what else could be done, surgery and nothing included, in words.
        cites: keys of the bibliography.
        wants: which part of the target the needle is for.
    """

    name: str
    title: str
    summary: str
    treatment: TreatmentLogic
    asks: Mapping[str, tuple[str, ...]]
    may_enter: frozenset[str]
    limits: Limits
    questions: tuple[Question, ...]
    alternatives: tuple[str, ...]
    cites: tuple[str, ...]
    wants: Wants = Wants.VIABLE_TISSUE

    __repr__ = brief
