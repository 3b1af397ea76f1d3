"""A procedure declares an approach and a treatment; a case is where it meets a patient."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from seldinger import evidence
from seldinger.anatomy import names
from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.core.progress import Progress, silent
from seldinger.plan import neighbours
from seldinger.plan.answers import list_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.anatomy.model import Anatomy, Target
    from seldinger.care.visit import Visit
    from seldinger.core.finding import Finding
    from seldinger.core.record import Assumption, InputFile
    from seldinger.plan.approach.percutaneous.model import Toward
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.declared import DemoCase, Question
    from seldinger.plan.model import Approach, Gate, Guidance, Path, Treatment
    from seldinger.simulate.effect import Effect, Fields
    from seldinger.simulate.placement import Placement

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_SECTION = re.compile(r"[a-z][a-z0-9_]*")

CASE_SECTIONS = frozenset({"procedure", "study", "target", "plan", "assume", "answers", "visit"})
"""What a case has whatever is planned: no options may be called so."""

OptionsT = TypeVar("OptionsT")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice of one plan that is not in its inputs.

    Attributes:
        seed: of all sampling.
        assume: overrides of assumptions, by name.
        answers: answers to the procedure's questions, by question id: "yes" or "no".
        device: catalogue id of the device to use; None lets the treatment choose.
        options: records of the kinds that approach and treatment declare; left out: defaults.
        inputs: further files the request rests on (a target mask, a vocabulary), for provenance.
    """

    seed: int = 0
    assume: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    device: str | None = None
    options: tuple[Any, ...] = ()
    inputs: tuple[InputFile, ...] = ()

    __repr__ = short_repr

    def get_options(self, kind: type[OptionsT]) -> OptionsT:
        """The options of a kind: as they are given, else their defaults."""
        return next((one for one in self.options if isinstance(one, kind)), None) or kind()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Case:
    """One procedure meeting one patient: what a treatment decides on.

    An approach adds what it needs: see ``approach.percutaneous.model.NeedleCase``.

    Attributes:
        procedure: the declaration.
        anatomy, target: the patient's images, and the target as the approach reaches it.
        settings: the user's choices.
        assumed: every assumption as it is used.
        patient: who comes for it; without one clearance is unknown.
        progress: told what is being done; may raise ``Cancelled``.
    """

    procedure: Procedure
    anatomy: Anatomy
    target: Any
    settings: Settings
    assumed: Assumed
    patient: Visit | None = None
    progress: Progress = silent

    __repr__ = short_repr


CaseT = TypeVar("CaseT", bound=Case)


@dataclass(frozen=True, slots=True, eq=False)
class Reach(Generic[CaseT]):
    """What an approach found for the devices it was asked for.

    Attributes:
        case: as it was searched, with the target as it was aimed at.
        instrument: what the ways are for, as the approach describes it.
        approach: the ways, as the plan tells them.
    """

    case: CaseT
    instrument: Any
    approach: Approach

    __repr__ = short_repr


Penalties = Callable[[CaseT, "Path"], Mapping[str, float]]
"""Soft penalties of a treatment, by name, added to the score of a way."""


class Search(Protocol[CaseT]):
    """The approach's search, bound to a case; a treatment calls it as often as it needs."""

    def __call__(
        self,
        offers: Sequence[Any],
        penalties: Penalties[CaseT] | None = None,
        to: Toward | None = None,
    ) -> Reach[CaseT]:
        """Ways for the first of ``offers`` that has any; the one way ``to`` a tip that is given."""


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What a treatment concludes.

    Attributes:
        reach: the search that the plan tells.
        treatment, guidance, findings: what is to be done, and what was found.
        placements: what is placed; None: one of the searched device, on the best way.
        routes: the ways that they take, where the treatment searched for each; empty: the best of
            the search.
        effect, fields: of a treatment that predicts one.
        technique: what clearance calls how it is done, where that matters.
        access: what clearance calls the way in.
        sheath_french: of the sheath on the way in; None where the way needs none.
        tissues: of the catalogue that its model holds; None where it models none. The numbers of
            other tissues played no part and are not printed.
        left_out: names of assumptions that played no part and are not printed.
    """

    reach: Reach[Any]
    treatment: Treatment
    guidance: Guidance
    findings: tuple[Finding, ...]
    placements: tuple[Placement, ...] | None = None
    routes: tuple[Path, ...] = ()
    effect: Effect | None = None
    fields: Fields | None = None
    technique: str | None = None
    access: str = "percutaneous"
    sheath_french: float | None = None
    tissues: tuple[str, ...] | None = None
    left_out: frozenset[str] = frozenset()

    __repr__ = short_repr

    @property
    def taken(self) -> tuple[Path, ...]:
        """The ways that the placements take."""
        return self.routes or self.reach.approach.paths[: len(self.placements or ())]


@dataclass(frozen=True, slots=True)
class Ruled:
    """What an approach says of its own ways.

    Attributes:
        gates: findings by gate; a gate that an approach leaves out is unknown, never met.
        beside: what a reader should know and no gate asks.
        figures: what the banner tells in numbers.
    """

    gates: Mapping[Gate, tuple[Finding, ...]]
    beside: tuple[Finding, ...] = ()
    figures: tuple[str, ...] = ()


class ApproachLogic(Generic[CaseT]):
    """How targets of a kind are reached: what ``plan/approach/<kind>`` offers to procedures."""

    kind: ClassVar[str]
    takes_outline: ClassVar[bool] = True
    """Whether a mask or a point can be its target, and not a name alone."""
    wanted: ClassVar[str] = "has a target of a name"
    """What must be named where no outline is taken, and how, after the procedure's name."""
    crosses_tissue: ClassVar[bool] = True
    """Whether its ways lead through tissue, so that what no label shows may lie on them."""
    options: ClassVar[type[Any] | None] = None
    """What ``Settings.get_options`` gives: a record of ``evidence.records`` whose fields have
    defaults, the section of a case called like the kind, and options of a command line."""

    @property
    def section(self) -> str:
        """Name of its options in a case."""
        return self.kind

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Defaults without a source, editable through ``Settings.assume``."""
        return ()

    def check(self, settings: Settings, structures: Iterable[str] | None) -> None:
        """Refuse settings that no patient could make right."""

    def prepare(self, anatomy: Anatomy, target: str) -> Anatomy:
        """The anatomy with what this approach needs traced in it.

        Args:
            anatomy: the patient's images.
            target: what the user calls the target.

        Raises:
            AnatomyError: it cannot be.
        """
        del target
        return anatomy

    def find_target(self, anatomy: Anatomy, name: str) -> Target:
        """The target called ``name``.

        Raises:
            AnatomyError: nothing that this approach reaches is called that.
        """
        from seldinger.anatomy import targets

        return targets.find(anatomy, name)

    def choose_target(self, target: Target, anatomy: Anatomy) -> Target:
        """Which part of the target is reached for.

        Raises:
            PlanError: this approach does not reach such targets.
        """
        raise NotImplementedError

    def list_within_reach(self, procedure: Procedure, target: Target) -> tuple[str, ...]:
        """Structures that must be known around ``target`` for ``procedure``, by name."""
        return neighbours.list_within_reach(procedure, target.organ)

    def list_missing(self, case: CaseT, effect: Effect | None) -> tuple[str, ...]:
        """What is within reach and nobody has outlined: unknown, never clear.

        Args:
            case: as it is met, with its own target.
            effect: what it asked to spare belongs to it, once it is known.
        """
        return neighbours.find_unlabelled(case.procedure, case.anatomy, case.target.organ, effect)

    def meet(self, case: Case) -> CaseT:
        """The case with what the search is measured against."""
        raise NotImplementedError

    def search(
        self,
        case: CaseT,
        offers: Sequence[Any],
        penalties: Penalties[CaseT] | None = None,
        to: Toward | None = None,
    ) -> Reach[CaseT]:
        """Ways for the first of ``offers``; ``penalties``, ``to`` and the rest as in ``Search``."""
        raise NotImplementedError

    def settle(self, decision: Decision) -> Decision:
        """The decision, with what the search was made for and what it places."""
        return decision

    def judge(self, decision: Decision) -> Ruled:
        """What the gates of reach, structures, position, overrides and contact rest on."""
        raise NotImplementedError

    def list_sources(self, decision: Decision) -> tuple[str, ...]:
        """Keys of the bibliography that the search rests on."""
        del decision
        return ()

    def list_settings(self, decision: Decision) -> dict[str, str | float | bool | None]:
        """What of the search must be known to get the same plan again."""
        del decision
        return {}


class TreatmentLogic(Generic[CaseT]):
    """What is done at the target: what a package of ``plan/treatments`` offers to procedures."""

    approach: ClassVar[str] = "percutaneous"
    """The kind of approach whose cases it decides on."""
    section: ClassVar[str] = ""
    """Name of its options in a case."""
    options: ClassVar[type[Any] | None] = None
    """What a user may choose of it, as for an approach."""
    answers: ClassVar[type[Any] | None] = None
    """What may be answered besides the procedure's questions: a record of ``answers.among``."""

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Defaults without a source, editable through ``Settings.assume``."""
        return ()

    def check_device(self, device: str) -> None:
        """Refuse a device of the catalogue that cannot do it."""

    def choose_target(
        self, target: Any, anatomy: Anatomy, settings: Settings, assumed: Assumed
    ) -> Any:
        """Another target where what was named is not what is treated."""
        del anatomy, settings, assumed
        return target

    def decide(self, case: CaseT, search: Search[CaseT]) -> Decision:
        """Technique, steps, guidance and findings; what ``search`` finds may hold no way."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Procedure:
    """One page in ``procedures/``: an approach, a treatment and citations; no logic.

    Attributes:
        name: as typed on the command line.
        title: as printed.
        summary: one sentence.
        approach: the way in, an object of ``plan.approach``, with its limits.
        treatment: the logic, an object of ``plan.treatments``.
        required_structures: what the plan must know, by organ of the target ("" = always); what no
            label shows is listed as not segmented.
        questions: contraindications that no image answers.
        alternatives: what else could be done, surgery and nothing included, in words.
        references: keys of the bibliography.
        demo: cases of the built-in patient; each sits the exam of every procedure.
    """

    name: str
    title: str
    summary: str
    approach: ApproachLogic[Any]
    treatment: TreatmentLogic[Any]
    required_structures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    alternatives: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    demo: tuple[DemoCase, ...] = ()

    __repr__ = short_repr

    def __post_init__(self) -> None:
        """Refuse a declaration that cannot be planned.

        Raises:
            PlanError: a name that cannot be typed, a treatment for another approach, a structure
                or reference that nobody knows, or a question that another one shadows.
        """
        if not _NAME.fullmatch(self.name):
            raise PlanError(
                f"a procedure is called {self.name!r}; allowed: lower-case letters, digits and "
                "hyphens, a letter first"
            )
        if self.treatment.approach != self.approach.kind:
            raise PlanError(
                f"{self.name}: the treatment needs a {self.treatment.approach} approach and is "
                f"given a {self.approach.kind} one: declare another of the two"
            )
        for owner in (self.approach, self.treatment):
            if owner.options is not None and (
                not _SECTION.fullmatch(owner.section) or owner.section in CASE_SECTIONS
            ):
                raise PlanError(
                    f"{self.name} has options called {owner.section!r}; allowed: lower-case "
                    f"letters, digits and _, a letter first, and none of "
                    f"{', '.join(sorted(CASE_SECTIONS))}"
                )
        wanted = self.required_structures
        named = {*wanted, *(s for several in wanted.values() for s in several)}
        unknown = names.list_unknown_terms(named - {""})
        if unknown:
            raise PlanError(
                f"{self.name} requires structures that have no term: {', '.join(unknown)}; "
                "`seldinger.catalogue.terms()` has those that are known"
            )
        cited = {*self.references, *(s for q in self.questions for s in q.sources)}
        missing = sorted(cited - set(evidence.sources()))
        if missing:
            raise PlanError(f"{self.name} cites what is not in the bibliography: {missing}")
        asked = [*list_words(self.treatment.answers), *(q.id for q in self.questions)]
        twice = sorted({one for one in asked if asked.count(one) > 1})
        if twice:
            raise PlanError(f"{self.name} asks twice under one name: {twice}")
