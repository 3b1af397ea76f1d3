"""The way to a vertebra: bone is closed but for the corridor of one level, the canal always."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from seldinger.anatomy import structures as of_structures
from seldinger.anatomy.extents import Extent
from seldinger.anatomy.model import Kind, Lesion, Origin, Structure
from seldinger.anatomy.vertebra import VertebraSettings, find_vertebra, parse_level
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.geometry import morphology
from seldinger.image.resample import resample_mask
from seldinger.image.study import Modality
from seldinger.plan import neighbours
from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.approach.percutaneous.model import NeedleCase
from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.approach.percutaneous.spine.corridor import Surroundings, survey

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.anatomy.model import Anatomy, Target
    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask
    from seldinger.image.study import Study
    from seldinger.plan.procedure import Case, Procedure, Settings
    from seldinger.simulate.effect import Effect

BONE, OTHERS, CANAL = "vertebrae", "other vertebrae", "spinal canal"
_ALWAYS = (BONE, CANAL, "aorta", "inferior vena cava")
_BESIDE = {
    "T": ("left lung", "ribs", "right lung"),
    "L": ("left kidney", "right kidney"),
}
_CHEST_BEHIND = frozenset({"L1", "L2"})
"""Lung and ribs still lie beside a way in from behind."""
_ABDOMEN_BEFORE = frozenset({"T11", "T12"})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SpineCase(NeedleCase):
    """A case with the vertebra that it is about.

    Attributes:
        around: the vertebra, and distances in and around it.
    """

    around: Surroundings

    @property
    def vertebra(self) -> Vertebra:
        """That is treated."""
        return self.around.vertebra


@dataclass(frozen=True, slots=True)
class Transpedicular(Percutaneous):
    """Needles from behind into the body of one vertebra."""

    takes_outline: ClassVar[bool] = False
    wanted: ClassVar[str] = "treats a vertebra: name it by its level (--target L1)"

    def check(self, settings: Settings, structures: Iterable[str] | None) -> None:
        """Refuse settings that no patient could make right, and what nothing here reads.

        Args:
            settings: the user's choices.
            structures: names that structures of the patient may have; None when nobody can tell.

        Raises:
            PlanError: naming them.
        """
        Percutaneous.check(self, settings, structures)
        if settings.get_options(PercutaneousOptions).paths != PercutaneousOptions().paths:
            raise PlanError(
                "paths is told, and a way through a pedicle keeps those of every line it tried: "
                "leave it out"
            )

    def prepare(self, anatomy: Anatomy, target: str) -> Anatomy:
        """The anatomy with the target's own bone apart from the rest of the spine, and its canal.

        Raises:
            AnatomyError: no label shows that level, or the image is no CT.
        PlanError: a level of the neck.
        """
        if anatomy.study.modality is not Modality.CT:
            raise AnatomyError(
                f"{anatomy.study.modality} shows neither cortex nor density: plan cement on a CT"
            )
        level = parse_level(target)
        if level[0] not in _BESIDE:
            raise PlanError(
                f"{level} is asked for; a way through a pedicle from behind is planned from T1 to "
                "L5: the neck is reached from the front and the side, which is not built"
            )
        vertebra = read_vertebra(anatomy.study, level)
        kept = [s for s in anatomy.structures if s.name not in (BONE, OTHERS, CANAL)]
        bones = [s for s in anatomy.structures if s.name in (BONE, OTHERS)]
        sources = [raw for s in bones for raw in s.sources if raw != vertebra.label]
        whole = of_structures.unite(bones, anatomy.body)
        own = resample_mask(vertebra.bone, vertebra.grid, anatomy.grid)
        made = [Structure(BONE, Kind.BONE, own, Origin.LABEL, (vertebra.label,), mobile=False)]
        rest = whole & ~own
        if sources and rest.any():
            made.append(
                Structure(OTHERS, Kind.BONE, rest, Origin.LABEL, tuple(sources), mobile=False)
            )
        canal = _find_canal(anatomy, vertebra)
        own_uses = {one.name: one for one in VertebraSettings().list_uses()}
        others = [one for one in anatomy.assumptions if one.name not in own_uses]
        return replace(
            anatomy,
            structures=(*kept, *made, *canal),
            assumptions=(*others, *own_uses.values()),
        )

    def find_target(self, anatomy: Anatomy, name: str) -> Lesion:
        """The body of the vertebra called ``name``.

        Raises:
            AnatomyError: no label shows that level, or its body lies outside the patient.
        """
        vertebra = read_vertebra(anatomy.study, parse_level(name))
        mask = resample_mask(vertebra.body, vertebra.grid, anatomy.grid) & anatomy.body
        if not mask.any():
            raise AnatomyError(
                f"the body of {vertebra.level} is finer than the planning lattice, or outside the "
                "patient: plan on smaller voxels, or look at the labels"
            )
        voxel_mm = anatomy.grid.spacing_mm[0]
        for one in anatomy.structures:
            if one.name == CANAL:
                # Voxels of the lattice that the back wall shares with the canal are not aimed at.
                mask &= ~morphology.dilate(one.mask, voxel_mm, voxel_mm)
        centre = vertebra.frame.origin_lps_mm
        return Lesion(
            label=vertebra.level,
            mask=mask,
            viable=mask,
            aim_lps_mm=centre,
            centre_lps_mm=centre,
            diameter_mm=float((6000.0 * vertebra.body_ml / np.pi) ** (1.0 / 3.0)),
            volume_ml=vertebra.body_ml,
            organ=BONE,
            origin=Origin.LABEL,
            notes=vertebra.notes,
        )

    def choose_target(self, target: Target, anatomy: Anatomy) -> Lesion:
        """The target as it is.

        Raises:
            PlanError: it is no vertebra.
        """
        del anatomy
        if not isinstance(target, Lesion) or target.organ != BONE:
            raise PlanError(
                f"{target.label!r} is no vertebra; a needle through a pedicle needs one: name its "
                "level, as in L1"
            )
        return target

    def meet(self, case: Case) -> SpineCase:
        """The case with its scene and its vertebra."""
        # By its name: a dataclass with slots is made anew, which an empty super() does not find.
        met = Percutaneous.meet(self, case)
        around = survey_vertebra(case.anatomy.study, parse_level(case.target.label))
        told = {one.name: getattr(met, one.name) for one in fields(met)}
        return SpineCase(**told, around=around)

    def find_finer(self, case: Case) -> dict[str, Extent]:
        """The canal on the vertebra's own lattice: planning voxels are as wide as its wall."""
        vertebra = read_vertebra(case.anatomy.study, parse_level(case.target.label))
        if vertebra.canal is None:
            return {}
        mask = vertebra.canal.copy()
        for one in case.anatomy.structures:
            if one.name == CANAL:
                # Above and below what the arch surrounds the label goes on.
                sources = [raw for raw in one.sources if raw in list_raw(case.anatomy)]
                mask |= read_label(case.anatomy, sources, vertebra.grid)
        low, high = np.argwhere(mask).min(axis=0), np.argwhere(mask).max(axis=0) + 1
        part = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        return {CANAL: Extent(mask[part], vertebra.grid.crop(low, high))}

    def list_within_reach(self, procedure: Procedure, target: Target) -> tuple[str, ...]:
        """What lies beside a way from behind, or before the body, at this level."""
        level = parse_level(target.label)
        wanted = {*_ALWAYS, *_BESIDE.get(level[0], ())}
        if level in _CHEST_BEHIND:
            wanted |= {*_BESIDE["T"]}
        if level in _ABDOMEN_BEFORE:
            wanted |= {*_BESIDE["L"]}
        asked = procedure.required_structures
        return tuple(sorted({*wanted, *asked.get("", ()), *asked.get(BONE, ())}))

    def list_missing(self, case: NeedleCase, effect: Effect | None) -> tuple[str, ...]:
        """What lies within reach and nobody has outlined."""
        wanted = {*self.list_within_reach(case.procedure, case.target)}
        if effect is not None:
            wanted |= {one.structure for one in effect.structures if one.kept is None}
        left_out = neighbours.find_left_out(case.anatomy, wanted)
        return tuple(sorted({*(wanted - {*case.anatomy.names}), *left_out}))


@lru_cache(maxsize=2)
def survey_vertebra(study: Study, level: str) -> Surroundings:
    """The vertebra at ``level`` and the distances around it; a study's are found once.

    Raises:
        AnatomyError: no label shows that level.
    """
    return survey(find_vertebra(study, level))


def read_vertebra(study: Study, level: str) -> Vertebra:
    """The vertebra at ``level``.

    Raises:
        AnatomyError: no label shows that level.
    """
    return survey_vertebra(study, level).vertebra


def list_raw(anatomy: Anatomy) -> frozenset[str]:
    """Names that the study's own labels have."""
    labels = anatomy.study.labels
    return frozenset() if labels is None else frozenset(labels.names)


def read_label(anatomy: Anatomy, names: Sequence[str], grid: Grid) -> Mask:
    """(a, b, c) bool on ``grid``, what the labels of those names show."""
    labels = anatomy.study.labels
    assert labels is not None  # noqa: S101  a vertebra was read from them
    made = np.zeros(grid.shape, np.bool_)
    for entry in labels.entries:
        if entry.name in names:
            here = labels.layers[entry.layer] == entry.value
            made |= resample_mask(here, labels.grid, grid)
    return made


def _find_canal(anatomy: Anatomy, vertebra: Vertebra) -> list[Structure]:
    """What labels show of the canal, with what the arch of the vertebra surrounds."""
    known = [s for s in anatomy.structures if s.name == CANAL]
    if vertebra.canal is None:
        return known
    mask = resample_mask(vertebra.canal, vertebra.grid, anatomy.grid)
    mask = mask | of_structures.unite(known, anatomy.body)
    if not mask.any():
        return known
    rule = f"what the arch of {vertebra.level} surrounds"
    sources = (*(raw for s in known for raw in s.sources), rule)
    # Wider than the label of the cord: measured on the lattice, not from the label's voxels.
    return [Structure(CANAL, Kind.NERVE, mask, Origin.ASSUMED, sources, mobile=False)]
