"""Augmentation: needles through pedicles, a balloon perhaps, and cement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seldinger import catalogue
from seldinger.anatomy.vertebra import Side, find_next_bodies
from seldinger.catalogue.cements import find_cement
from seldinger.catalogue.spine import BoneBalloon, BoneCannula
from seldinger.core.errors import PlanError, SimulationError
from seldinger.core.finding import Finding
from seldinger.core.progress import scale_progress
from seldinger.core.quantity import Quantity
from seldinger.core.verdict import Severity, Status
from seldinger.physics.cement.fluids import MARROW_VISCOSITY, WORKING
from seldinger.plan.approach.percutaneous import guidance
from seldinger.plan.approach.percutaneous.spine.approach import SpineCase
from seldinger.plan.model import Treatment
from seldinger.plan.procedure import Decision, TreatmentLogic
from seldinger.plan.treatments import common_steps
from seldinger.plan.treatments.augmentation import (
    amounts,
    heating,
    load_table,
    needles,
    parapedicular,
    predict,
    steps,
)
from seldinger.plan.treatments.augmentation.cement_findings import (
    find_about_balloons,
    find_about_cement,
    tell_handling,
)
from seldinger.plan.treatments.augmentation.needle_findings import find_about_needles
from seldinger.plan.treatments.augmentation.options import AugmentationAnswers, AugmentationOptions
from seldinger.plan.treatments.augmentation.setting_findings import find_about_setting
from seldinger.plan.treatments.augmentation.tumour import doubt_canal, find_tumour
from seldinger.plan.treatments.augmentation.vertebra_findings import ASSUMPTIONS as OF_VERTEBRA
from seldinger.plan.treatments.augmentation.vertebra_findings import (
    find_about_vertebra,
    list_sham_trials,
)
from seldinger.plan.wording import get_number
from seldinger.simulate.cement import measures
from seldinger.simulate.cement.settings import ASSUMPTIONS as CEMENT_ASSUMPTIONS
from seldinger.simulate.placement import Phase, Placement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.core.record import Assumption
    from seldinger.plan.model import DeviceUse, Guidance, Step
    from seldinger.plan.procedure import Reach, Search
    from seldinger.plan.treatments.augmentation.needles import Pedicled
    from seldinger.plan.treatments.augmentation.predict import Foretold

_GAUGES = {False: (11, 13), True: (10,)}
"""Without balloons and with them, the widest first."""
_BALLOON_MM = 15.0
_REACH_MM = 35.0
"""From the body's middle towards its front, for a way that comes from the side, and the hub."""


@dataclass(frozen=True, slots=True)
class Augmentation(TreatmentLogic[SpineCase]):
    """Vertebroplasty, and kyphoplasty.

    Attributes:
        balloon: whether balloons make room before the cement.
    """

    section: ClassVar[str] = "augmentation"
    options: ClassVar[type[Any] | None] = AugmentationOptions
    answers: ClassVar[type[Any] | None] = AugmentationAnswers

    balloon: bool = False

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Defaults without a source that it uses."""
        instead = {WORKING.name, MARROW_VISCOSITY.name}
        cement = tuple(one for one in CEMENT_ASSUMPTIONS if one.name not in instead)
        own = (
            *needles.ASSUMPTIONS,
            *parapedicular.ASSUMPTIONS,
            *OF_VERTEBRA,
            amounts.BORE,
            predict.VOXEL,
            predict.RUNS,
        )
        balloons = (amounts.BALLOON_FRONT,) if self.balloon else ()
        heat = heating.list_assumptions()
        return (*own, *balloons, *cement, *guidance.ASSUMPTIONS, *heat)

    def check_device(self, device: str) -> None:
        """``PlanError`` for what is no bone cannula."""
        found = catalogue.device(device)
        if not isinstance(found, BoneCannula):
            known = ", ".join(one.id for one in catalogue.devices(BoneCannula))
            raise PlanError(
                f"{found.name} gives no cement into a vertebra; a bone cannula does: {known}"
            )

    def decide(self, case: SpineCase, search: Search[SpineCase]) -> Decision:
        """Ways first; then how much cement, and what becomes of it."""
        options = case.settings.get_options(AugmentationOptions)
        if not self.balloon:
            options.check_no_balloon()
        tumour = find_tumour(case)
        heating.check(options, case.settings.assume, tumour)
        taken, tried = self._choose_ways(case, search, options)
        reach = _join(case, search, self._list_cannulas(case), taken, tried)
        best = next(iter(reach.approach.paths), None)
        eye = guidance.choose(case, best)
        single = options.side is not None or case.options.entry_lps_mm is not None
        asked_two = self.balloon if options.needles is None else options.needles == "two"
        wanted = 2 if asked_two and not single else 1
        said = [
            *find_about_vertebra(
                case.vertebra,
                options,
                tumour,
                case.assumed,
                balloon=self.balloon,
                anchored=_is_anchored(case),
            ),
            *find_about_needles(case, taken, tried, wanted),
            list_sham_trials(),
        ]
        if not taken:
            return Decision(
                reach, self._treat(case, (), eye, None), eye, tuple(said), placements=(),
                left_out=heating.NAMES,
            )  # fmt: skip
        heat = heating.decide(case, options, taken)
        said += heating.list_findings(case, heat)
        made = self._foretell(case, options, taken)
        foretold = None if isinstance(made, Finding) else made
        if isinstance(made, Finding):
            said.append(made)
        else:
            thick = None if options.viscosity_pa_s is not None else options.viscosity == "high"
            said += find_about_cement(made, thick=thick, doubt=doubt_canal(case))
            said += find_about_setting(
                made.setting, made.no_setting, doubt=doubt_canal(case),
                beside=predict.knows_foramina(case, made),
            )  # fmt: skip
            said += find_about_balloons(made, _wish_balloon_ml(options))
            said.append(load_table.tell_load(made.sharing, made.no_sharing))
            if options.viscosity_pa_s is None:
                said.append(tell_handling(find_cement(options.viscosity)))
        effect, fields = None, None
        if foretold is not None:
            effect = predict.describe_effect(
                case, options, foretold, taken, tried, balloon=self.balloon
            )
            fields = measures.make_fields(foretold.result)
        decision = Decision(
            reach,
            self._treat(case, taken, eye, foretold, heating.list_steps(heat)),
            eye,
            tuple(said),
            placements=_place(taken, foretold),
            routes=tuple(one.way.path for one in taken if one.way is not None),
            effect=effect,
            fields=fields,
        )
        return heating.add(decision, heat)

    @property
    def _technique(self) -> str:
        return "kyphoplasty" if self.balloon else "vertebroplasty"

    def _list_cannulas(self, case: SpineCase) -> tuple[BoneCannula, ...]:
        """One of each gauge, long enough; or the user's."""
        if case.settings.device is not None:
            device = catalogue.device(case.settings.device)
            assert isinstance(device, BoneCannula)  # noqa: S101  check_device refuses others
            return (device,)
        needed_mm = needles.measure_depth_behind_mm(case) + _REACH_MM
        made = []
        for gauge in _GAUGES[self.balloon]:
            known = common_steps.list_of_size(BoneCannula, f"{gauge} G")
            made.append(common_steps.choose_long_enough(known, needed_mm)[0])
        return tuple(made)

    def _choose_ways(
        self, case: SpineCase, search: Search[SpineCase], options: AugmentationOptions
    ) -> tuple[tuple[Pedicled, ...], tuple[Pedicled, ...]]:
        side = None if options.side is None else Side(options.side)
        wanted = options.needles
        entry = case.options.entry_lps_mm
        if entry is not None:
            frame = case.vertebra.frame
            left = float(np.subtract(entry, frame.origin_lps_mm) @ np.asarray(frame.left))
            lies = Side.LEFT if left > 0.0 else Side.RIGHT
            if side not in (None, lies) or wanted == "two":
                raise PlanError(
                    f"the entry lies on the {lies.value}, and {options.side or 'both sides'} told: "
                    "an entry is that of one needle, on its own side; leave one of them out"
                )
            side, wanted = lies, "one"
        return parapedicular.choose_ways(
            case, search, self._list_cannulas(case),
            way=None if options.way is None else needles.Way(options.way),
            wanted=wanted, single_side=side, prefer_two=self.balloon,
            prefer=heating.make_preference(case, options),
        )  # fmt: skip

    def _foretell(
        self, case: SpineCase, options: AugmentationOptions, taken: Sequence[Pedicled]
    ) -> Foretold | Finding:
        """What the model says, or why it says nothing."""
        assumed = dict(case.settings.assume)
        cement = {one.name for one in CEMENT_ASSUMPTIONS}
        own = {name: value for name, value in assumed.items() if name in cement}
        cannulas = {one.id: one for one in catalogue.devices(BoneCannula)}
        given = amounts.make_needles(taken, cannulas, assumed)
        progress = scale_progress(case.progress, 0.5, 0.95)
        try:
            cavity = None
            if self.balloon:
                size = _find_balloon(cannulas[taken[0].device]).find_balloon(_BALLOON_MM)
                wanted_ml = _wish_balloon_ml(options)
                cavity = amounts.place_balloons(case.vertebra, given, size, wanted_ml, assumed)
            progress("how much cement", 0.0)
            cemented = amounts.choose_amount(case.vertebra, given, cavity, options, own)
            more = {name: value for name, value in assumed.items() if name in
                    {predict.VOXEL.name, predict.RUNS.name}}  # fmt: skip
            told = scale_progress(progress, 0.1, 1.0)
            tissues = {name: value for name, value in assumed.items() if "." in name}
            beside = find_next_bodies(case.anatomy.study, case.vertebra.level)
            return predict.foretell(
                case.vertebra, beside, cemented, {**own, **more}, case.settings.seed, tissues, told
            )
        except SimulationError as wrong:
            text = f"What cement would do here is not known: {wrong}"
            return Finding("cement-model", Status.UNKNOWN, Severity.ACTION, text)

    def _treat(
        self,
        case: SpineCase,
        taken: Sequence[Pedicled],
        eye: Guidance,
        foretold: Foretold | None,
        heat: Sequence[Step] = (),
    ) -> Treatment:
        cement_ml = None if foretold is None else foretold.cemented.plan.volume_ml
        cavity = None if foretold is None else foretold.cemented.cavity
        balloon_ml = None if cavity is None else min(b.volume_ml for b in cavity.balloons)
        options = case.settings.get_options(AugmentationOptions)
        cement = None if options.viscosity_pa_s is not None else find_cement(options.viscosity)
        settings: dict[str, str | float | bool | None] = {
            "level": case.vertebra.level,
            "needles": len(taken),
            "cement_ml": cement_ml,
            "cement": "as told" if cement is None else cement.title,
            "fracture_weeks": options.fracture_weeks,
        }
        if self.balloon:
            settings["balloon_ml"] = balloon_ml
        return Treatment(
            kind="cement",
            technique=self._technique,
            devices=_list_devices(taken, balloon=self.balloon),
            settings=settings,
            steps=steps.build_steps(
                taken, eye, cement_ml=cement_ml, balloon_ml=balloon_ml, heat=heat
            ),
            bail_out=steps.list_bail_out(),
        )


def _wish_balloon_ml(options: AugmentationOptions) -> float:
    """Of each balloon: as told, else as in its trial."""
    return options.balloon_ml or get_number(amounts.BALLOON_ML)


def _is_anchored(case: SpineCase) -> bool:
    """Whether a labelled rib or sacrum tells the levels apart."""
    return any(one.name in {"ribs", "sacrum"} for one in case.anatomy.structures)


def _find_balloon(cannula: BoneCannula) -> BoneBalloon:
    """The balloon that goes through a cannula.

    Raises:
        SimulationError: none does.
    """
    fitting = [one for one in catalogue.devices(BoneBalloon) if one.admitted_by(cannula)]
    if not fitting:
        raise SimulationError(
            f"no balloon of the catalogue goes through {cannula.name}: take a wider cannula"
        )
    return min(fitting, key=lambda one: (-one.cannula_gauge, one.id))


def _list_devices(taken: Sequence[Pedicled], *, balloon: bool) -> tuple[DeviceUse, ...]:
    if not taken:
        return ()
    ids = dict.fromkeys(one.device for one in taken)
    used = [common_steps.use(catalogue.device(one), "way into the body") for one in ids]
    if balloon:
        cannula = catalogue.device(taken[0].device)
        assert isinstance(cannula, BoneCannula)  # noqa: S101  check_device refuses others
        try:
            used.append(common_steps.use(_find_balloon(cannula), "makes room for cement"))
        except SimulationError:
            return tuple(used)
    return tuple(used)


def _place(taken: Sequence[Pedicled], foretold: Foretold | None) -> tuple[Placement, ...]:
    made = []
    for number, one in enumerate(taken):
        assert one.way is not None  # noqa: S101  looked at before
        programme: tuple[Phase, ...] = ()
        if foretold is not None:
            given_ml = foretold.cemented.plan.volume_ml / len(taken)
            seconds = given_ml / (foretold.cemented.plan.rate_ml_per_s / len(taken))
            programme = (Phase("inject", seconds, (Quantity("cement", given_ml, "mL"),)),)
        path = one.way.path
        points = (path.entry_lps_mm, path.target_lps_mm)
        name = "needle" if len(taken) == 1 else f"needle {number + 1}"
        made.append(Placement(name, one.device, points, programme, number))
    return tuple(made)


def _join(
    case: SpineCase,
    search: Search[SpineCase],
    cannulas: Sequence[BoneCannula],
    taken: Sequence[Pedicled],
    tried: Sequence[Pedicled],
) -> Reach[SpineCase]:
    """One search for the plan to tell: what was looked at for all needles, and their ways."""
    reaches = [one.reach for one in (taken or tried) if one.reach is not None]
    if not reaches:
        # No corridor through bone: what the skin would allow is told, and no way is taken.
        instrument = needles.make_instrument(cannulas[0])
        return search((instrument,), to=needles.refuse_all(case))
    first = reaches[0]
    paths = tuple(one.way.path for one in taken if one.way is not None)
    others = tuple(
        one.way.path for one in tried if one.way is not None and one.way.path not in paths
    )
    rejections: dict[str, int] = {}
    for one in reaches:
        for rule, count in one.approach.rejections.items():
            rejections[rule] = rejections.get(rule, 0) + count
    joined = replace(
        first.approach,
        candidates=sum(one.approach.candidates for one in reaches),
        accepted=sum(one.approach.accepted for one in reaches),
        rejections=rejections,
        paths=(*paths, *others),
    )
    return replace(first, approach=joined)
