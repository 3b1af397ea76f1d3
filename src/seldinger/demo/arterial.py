"""Arterial: a built-in patient with the arteries of an organ, and exactly what each feeds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger import anatomy as anatomies
from seldinger.core.formatting import short_repr
from seldinger.core.record import InputFile
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study

if TYPE_CHECKING:
    from seldinger.core.space import Grid
    from seldinger.core.tree import Tree
    from seldinger.core.volume import LabelMap, Mask, Volume
    from seldinger.demo.truth import Truth
    from seldinger.demo.vascular.crown import Crown
    from seldinger.image.study import DicomIdentity


@dataclass(frozen=True, slots=True, eq=False)
class ArterialPatient:
    """A CT of an invented patient with labels, and arteries down to the terminals of an organ.

    Attributes:
        study: CT in HU with labels.
        truth: the analytic solids.
        vessels: the arteries that are traced, from the aortic root on.
        crown: all of them, with what each feeds.
    """

    study: Study
    truth: Truth
    vessels: Tree
    crown: Crown

    __repr__ = short_repr

    def build_anatomy(self, settings: anatomies.Settings | None = None) -> anatomies.Anatomy:
        """The anatomy of the scan, with the traced arteries.

        Args:
            settings: lattice and assumptions; None: those of ``anatomy.build``.
        """
        built = anatomies.build(self.study, settings=settings or anatomies.Settings())
        return replace(built, vessels=self.vessels)

    def find_territory(self, vessel: str, mask: Mask, grid: Grid) -> Mask:
        """(i, j, k) the part of a mask that is truly fed through an artery.

        Args:
            vessel: its name.
            mask: of the organ, or of what lies in it.
            grid: of the mask.
        """
        tree = self.crown.tree
        own = [n for n, edge in enumerate(tree.edges) if edge.name == vessel]
        first = max(own, key=lambda n: (len(tree.below(n)), -n))
        return self.crown.find_territory(first, mask, grid)


def make_study(
    name: str,
    ct: Volume,
    labels: LabelMap,
    note: str,
    identity: DicomIdentity | None = None,
    position: PatientPosition = PatientPosition.SUPINE,
) -> Study:
    """A CT and its labels as a study of one series.

    Args:
        name: of the patient.
        ct: in HU.
        labels: on the same grid.
        note: that a reader of every plan sees.
        identity: as if it came from DICOM; None: it did not.
        position: in which the patient lay.
    """
    seen = hashlib.sha256(np.ascontiguousarray(ct.values).data).hexdigest()
    drawn = hashlib.sha256()
    for layer in labels.layers:
        drawn.update(np.ascontiguousarray(layer).data)
    series = Series(
        ct, Modality.CT, position, PositionOrigin.USER,
        (InputFile("image", name, seen),), (note,), description="CT", identity=identity,
    )  # fmt: skip
    return Study((series,), labels, (InputFile("labels", name, drawn.hexdigest()),))


def keep_seen(labels: LabelMap) -> LabelMap:
    """The labels that have a voxel in the scan."""
    there = {name for name in labels.names if labels.mask(name).any()}
    return replace(labels, entries=tuple(one for one in labels.entries if one.name in there))
