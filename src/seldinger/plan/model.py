"""The plan: what was asked, what is proposed, why, and what is not known.

Every section is plain data (it goes to ``plan.json`` as it stands); None means unknown. Vectors are
LPS millimetres. ``Plan`` adds the anatomy and target it was made on, for pictures and rehearsals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.core.record import AssumptionUse
from seldinger.core.space import Vector
from seldinger.core.verdict import Severity, Status
from seldinger.plan.route import Route
from seldinger.plan.summary import Value, build_row, format_line, format_page
from seldinger.simulate.effect import Effect
from seldinger.simulate.placement import Placement

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy
    from seldinger.care.clearance.model import Clearance
    from seldinger.care.outcomes import Outcomes
    from seldinger.core.finding import Finding
    from seldinger.simulate.effect import Fields


class PlanStatus(StrEnum):
    """The verdict.

    By what it permits: go first, then protect first, then unknown and unsuitable, which permit
    nothing. Taking information away never moves a verdict towards go.
    """

    GO = "go"
    PROTECT_FIRST = "protect first"
    """Something is known and not kept: protect, change or decide it, and plan again."""
    UNKNOWN = "unknown"
    UNSUITABLE = "unsuitable"

    @property
    def permits(self) -> int:
        """How near this is to go: 2 go, 1 protect first, 0 the others."""
        return {PlanStatus.GO: 2, PlanStatus.PROTECT_FIRST: 1}.get(self, 0)


class Gate(StrEnum):
    """What every plan must pass, whatever its treatment says."""

    CLEARANCE = "clearance"
    REACH = "reach"
    STRUCTURES = "structures known"
    POSITION = "position scanned"
    QUESTIONS = "contraindications asked"
    OVERRIDES = "overrides"
    EFFECT = "effect in domain"
    CONTACT = "contact risk"
    COMPLETE = "complete treatment"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    procedure: str
    target: str
    options: dict[str, str | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer first.

    Attributes:
        status: the word.
        reasons: what decided it, one sentence each; for go, what is left to do.
        figures: nearest structure, chances, margin: what a banner tells whatever the answer is.
    """

    status: PlanStatus
    reasons: tuple[str, ...]
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetSection:
    """The target in numbers."""

    label: str
    centre_lps_mm: Vector
    diameter_mm: float | None
    volume_ml: float | None
    organ: str | None
    origin: str
    notes: tuple[str, ...] = ()
    vessel: str | None = None
    """Of a stretch of vessel: its name; then ``diameter_mm`` is that of the healthy lumen."""
    length_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A rule that was opened, or could be, and what that costs."""

    rule: str
    recorded: bool
    """True: the user opened it. False: offered, not used."""
    freed: int
    """Candidates that this relaxation alone makes acceptable."""
    cost: str
    """In words and numbers: what the best path through it would cross."""
    entry_lps_mm: Vector | None = None


@dataclass(frozen=True, slots=True)
class Probability:
    """Chances of one uncorrected pass; None where the scan does not show the planned position."""

    hit: float | None
    touch: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Path:
    """One straight way from the skin to the target.

    Attributes:
        entry_lps_mm: on the skin.
        target_lps_mm: where the needle is steered.
        depth_mm: skin to ``target_lps_mm``.
        skin_angle_deg: 0 = along the skin normal.
        tilt_deg: unsigned angle out of the axial plane.
        axial_angle_deg: angle to the vertical in the axial plane; positive = patient's left.
        patient_position: how the patient must lie.
        provisional: the position was not scanned: rescan before use; no probabilities.
        technique: key of the error model ("ct-in-plane", "ct-angled", "ct-double-angled", ...).
        clearances_mm: device surface to structure, throw included; 0 crossed, None unknown.
        lengths_mm: millimetres of each tissue crossed, skin to target.
        unidentified_mm: of ``lengths_mm``, the part in tissue that nobody has named.
        probability: for one uncorrected pass.
        score: 0 (best) upwards; comparable within one plan only.
        score_parts: what makes up ``score``.
        origin: "planned", or "user" for ``--entry-lps``.
        violations: hard rules this path breaks (a user's path may; a planned one does not).
        notes: in words, why this path is here.
        relies_on: rules that the user opened and that this path would break.
    """

    entry_lps_mm: Vector
    target_lps_mm: Vector
    depth_mm: float
    skin_angle_deg: float
    tilt_deg: float
    axial_angle_deg: float
    patient_position: str
    provisional: bool
    technique: str
    clearances_mm: dict[str, float | None]
    lengths_mm: dict[str, float]
    unidentified_mm: float
    probability: Probability
    score: float
    score_parts: dict[str, float]
    origin: str = "planned"
    violations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    relies_on: tuple[str, ...] = ()

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Approach:
    """How the target is reached."""

    kind: str
    candidates: int
    accepted: int
    rejections: dict[str, int]
    """Rule -> candidates that it alone or with others rejects."""
    relaxations: tuple[Relaxation, ...]
    paths: tuple[Path, ...]
    """Those that placements take, by their numbers; then the others for one instrument, best first.
    """
    routes: tuple[Route, ...] = ()
    """Ways through vessels, of an approach that has no straight ones; in the same order."""

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """A device of the catalogue and what it is for."""

    id: str
    name: str
    role: str
    settings: dict[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One act, in order."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done at the target."""

    kind: str
    technique: str
    devices: tuple[DeviceUse, ...]
    settings: dict[str, str | float | bool | None]
    steps: tuple[Step, ...]
    bail_out: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class UltrasoundAccess:
    """Whether a probe fits: geometry. Whether the lesion is *seen*, someone must look."""

    aperture_mm: float | None
    """Widest free aperture found beside the needle; None when it could not be assessed."""
    needed_mm: float
    depth_mm: float
    needle_to_beam_deg: float | None
    fits: bool | None


@dataclass(frozen=True, slots=True)
class Guidance:
    """Which eye guides the needle."""

    modality: str
    reason: str
    sources: tuple[str, ...]
    ultrasound: UltrasoundAccess | None = None


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate and how it stands.

    Attributes:
        gate: which.
        status: the worst of its findings.
        severity: what it asks of the reader while it is not met.
        text: what decided it, in one or two sentences.
        on_word_of_user: what in it is somebody's word and was not assessed.
        cautions: what does not block and must be read before the needle goes in.
    """

    gate: Gate
    status: Status
    severity: Severity
    text: str
    on_word_of_user: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """One source of the bibliography, as the report prints it."""

    key: str
    text: str
    doi: str | None
    trust: str


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """A series beside the one that was planned on; its dates stay with the images."""

    role: str
    modality: str
    description: str
    position: str
    alignment: str
    """Whether it lies in the planning series' millimetres, as the headers have it."""
    days_after_planning: float | None
    """Negative: it is older; None: no header says."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is needed to get the same plan again."""

    inputs: dict[str, str]
    """Role and file name -> SHA-256."""
    version: str
    settings: dict[str, str | float | bool | None]
    seed: int
    notes: tuple[str, ...] = ()
    """What the readers of image and labels corrected, assumed or left out."""
    further_series: tuple[SeriesLine, ...] = ()
    """Beside the one that was planned on; the file leaves them out when there are none."""

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One proposal for one target, with everything a reader needs to distrust it."""

    request: Request
    verdict: Verdict
    target: TargetSection
    approach: Approach
    placements: tuple[Placement, ...]
    """What is placed, and by which way; all of it is used together."""
    treatment: Treatment
    guidance: Guidance
    findings: tuple[Finding, ...]
    assumptions: tuple[AssumptionUse, ...]
    citations: tuple[Citation, ...]
    provenance: Provenance
    not_segmented: tuple[str, ...]
    """Structures within reach that no label shows: unknown, not clear."""
    gates: tuple[GateResult, ...]
    """Every ``Gate`` once: a plan that leaves one out cannot be made."""
    anatomy: Anatomy
    """In memory only."""
    goal: Any
    """In memory only: the target as the approach reaches it: a lesion with its masks, a segment."""
    effect: Effect | None = None
    """What is expected of the placements; None where the treatment predicts nothing."""
    fields: Fields | None = None
    """In memory only: the effect as fields."""
    outlook: Outcomes | None = None
    """Outcomes beside those of the alternatives; None where no page of them was written."""
    instrument: Any = None
    """In memory only: what the ways were searched for, as its approach describes it."""
    cleared: Clearance | None = None
    """In memory whole; the file has ``clearance``. None without a patient: unknown."""

    SCHEMA_VERSION = "2.0"

    def __post_init__(self) -> None:
        """Refuse a plan that leaves a gate out, or goes through one that is shut.

        Raises:
            PlanError: a gate is missing or told twice, the verdict is go while one is not met, or a
                placement takes a way that the approach does not have.
        """
        told = sorted(one.gate.value for one in self.gates)
        if told != sorted(gate.value for gate in Gate):
            missing = [gate.value for gate in Gate if gate.value not in told]
            raise PlanError(
                f"a plan passes every gate once; missing: {', '.join(missing) or 'none'}, told: "
                f"{', '.join(told) or 'none'}: make plans by `propose`"
            )
        ways = len(self.approach.paths or self.approach.routes)
        away = [p.name for p in self.placements if p.route not in (None, *range(ways))]
        if away:
            raise PlanError(
                f"{away[0]} takes a way that the approach does not have: number it from 0"
            )
        shut = [g.gate.value for g in self.gates if g.status is not Status.MET]
        if self.verdict.status is PlanStatus.GO and shut:
            raise PlanError(f"the verdict is go although these gates are shut: {', '.join(shut)}")

    @property
    def taken(self) -> tuple[Path, ...]:
        """The straight ways that placements take, in their order."""
        paths = self.approach.paths
        return tuple(paths[p.route] for p in self.placements if p.route is not None and paths)

    @property
    def has_programme(self) -> bool:
        """Whether what is placed does something there; else its path is the best of several."""
        return any(placement.programme for placement in self.placements)

    @property
    def spare_paths(self) -> tuple[Path, ...]:
        """The ways that no placement takes, best first."""
        routes = {p.route for p in self.placements}
        return tuple(p for n, p in enumerate(self.approach.paths) if n not in routes)

    def summarize(self) -> dict[str, Value]:
        """The plan as one flat row, for a table of many: the unit is part of each key.

        Verdict with reasons and shut gates, target, the way (of the first probe, where several
        are used together), the least clearance and the worst P(touch) over all that is used,
        margin with its 5 to 95 % interval. None: not known, or nothing of that kind is planned.
        """
        return build_row(self)

    __repr__ = format_line
    _repr_html_ = format_page
