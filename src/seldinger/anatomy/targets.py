"""Targets: what the needle is for, by label, by mask, or as a sphere around a point."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger import image
from seldinger.anatomy import viability
from seldinger.anatomy.model import Kind, Lesion, Origin
from seldinger.core.errors import AnatomyError
from seldinger.core.naming import find_similar, match_ending, match_name, match_names, stem
from seldinger.core.space import as_vector
from seldinger.geometry import morphology
from seldinger.image.resample import resample_mask

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.anatomy.model import Anatomy, Structure
    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import LabelMap, Mask

_TOUCH_MM = 3.0
"""A target lies in the organ that covers most of a shell this thick around it."""
LEAST_CONTACT = 0.15
"""Share of that shell an organ must cover at least."""
OVERSIZE = 1.05
"""A target may exceed its organ by this factor: blur of two masks on two lattices."""
HOST_KINDS = frozenset({Kind.ORGAN, Kind.LUNG, Kind.BONE, Kind.BOWEL, Kind.HEART})
_COMPONENT = re.compile(r"^(?P<name>.+)#(?P<rank>\d+)$")


def find(anatomy: Anatomy, label: str, organ: str | None = None) -> Lesion:
    """The target called ``label``.

    Args:
        anatomy: where to look.
        label: our term, the file's raw name, a numbered lesion ("liver tumour 1"), the end of one
            lesion's name ("tumour 1" where there is only one), or any of these with "#2" for its
            second largest component.
        organ: the structure it lies in; None finds out.

    Raises:
        AnatomyError: nothing is called that (the closest names are offered), there is no such
            component, or the mask cannot be a target.
    """
    part = _COMPONENT.match(label)
    name = _spelled(anatomy, part["name"].strip() if part else label)
    label = f"{name}#{part['rank']}" if part else name
    mask, grid, origin, kind, itself = _source(anatomy, name)
    if part:
        mask = _component(mask, name, int(part["rank"]))
    return _target(anatomy, mask, grid, label, organ, origin, kind, itself)


def from_mask(anatomy: Anatomy, mask: Mask, label: str, organ: str | None = None) -> Lesion:
    """The target that ``mask`` shows.

    Args:
        anatomy: the patient.
        mask: on the anatomy's grid, or on the study's own image grid.
        label: how to call it.
        organ: the structure it lies in; None finds out.

    Raises:
        AnatomyError: the mask is empty, on another grid, outside the body or larger than its organ.
    """
    for grid in (anatomy.grid, anatomy.study.image.grid):
        if mask.shape == grid.shape:
            return _target(
                anatomy, mask.astype(bool), grid, label, organ, Origin.USER, Kind.LESION, None
            )
    raise AnatomyError(
        f"the mask of target {label!r} has shape {mask.shape}; allowed are the anatomy's "
        f"{anatomy.grid.shape} and the image's {anatomy.study.image.grid.shape}: resample it first"
    )


def from_sphere(
    anatomy: Anatomy,
    centre_lps_mm: Vector,
    diameter_mm: float,
    label: str = "point",
    organ: str | None = None,
) -> Lesion:
    """A sphere around a point, called ``label``; steered at its centre.

    Raises:
        AnatomyError: the diameter is not positive, or the sphere leaves the scan, the body or its
            organ.
    """
    if not (np.isfinite(diameter_mm) and diameter_mm > 0):
        raise AnatomyError(f"target {label!r}: diameter_mm is {diameter_mm}; it must be positive")
    centre = np.asarray(centre_lps_mm, dtype=np.float64)
    grid = anatomy.grid
    seen = bool(np.isfinite(centre).all()) and grid.contains(centre)
    index = np.rint(grid.to_index(centre)).astype(int) if seen else np.zeros(3, dtype=int)
    if not (seen and anatomy.body[tuple(index)]):
        low, high = grid.to_lps(np.zeros(3)), grid.to_lps(np.asarray(grid.shape) - 1.0)
        raise AnatomyError(
            f"target {label!r} at LPS {_said(centre_lps_mm)} lies outside the body; the image "
            f"spans {_said(as_vector(low))} to {_said(as_vector(high))} mm: check its frame (LPS)"
        )
    _check_scanned(anatomy.study.image.grid, centre, diameter_mm, label)
    axes = [
        grid.origin_lps_mm[a] + grid.spacing_mm[a] * np.arange(grid.shape[a]) - centre[a]
        for a in range(3)
    ]
    square = axes[0][:, None, None] ** 2 + axes[1][:, None] ** 2 + axes[2] ** 2
    mask: Mask = square <= (diameter_mm / 2.0) ** 2
    mask[tuple(index)] = True
    _check(anatomy, mask, label)
    volume_ml = np.pi / 6.0 * diameter_mm**3 / 1000.0
    host = _host(anatomy, mask, label, organ, volume_ml, None)
    point = as_vector(centre)
    return Lesion(
        label, mask, mask, point, point, float(diameter_mm), float(volume_ml), host, Origin.USER,
        drawn=False,
    )  # fmt: skip


def choose_requested(
    anatomy: Anatomy,
    name: str | None,
    centre_lps_mm: Vector | None,
    diameter_mm: float | None,
    organ: str | None = None,
    mask: Path | None = None,
) -> Lesion:
    """The target as a file or a command asks for it.

    Args:
        anatomy: the patient.
        name: of a label; of a mask or a round target, what to call it.
        centre_lps_mm: of a round target.
        diameter_mm: of a round target.
        organ: the structure it lies in; None finds out.
        mask: an image file whose non-zero voxels are the target.

    Raises:
        AnatomyError, ImageError: there is no such target, or it cannot be one.
    """
    if mask is not None:
        drawn = image.read_mask(mask, anatomy.study.image.grid)
        found = from_mask(anatomy, drawn.mask, name or stem(mask), organ=organ)
        return replace(found, notes=(*drawn.notes, *found.notes))
    if centre_lps_mm is not None and diameter_mm is not None:
        return from_sphere(anatomy, centre_lps_mm, diameter_mm, name or "target", organ=organ)
    return find(anatomy, name or "", organ=organ)


def _spelled(anatomy: Anatomy, name: str) -> str:
    """``name`` as it is spelled: a label's name means that label, never another lesion of ours.

    Raises:
        AnatomyError: it spells several labels, or a label and another structure of ours.
    """
    raw = _raw_names(anatomy.study.labels)
    if name in raw and name not in anatomy.names:
        return name
    numbered = [s.name for s in anatomy.structures if s.kind is Kind.LESION]
    lesions = [*numbered, *(re.sub(r" \d+$", "", one) for one in numbered)]
    ours, theirs = match_name(name, (*anatomy.names, *lesions)), match_names(name, raw)
    others = [one for one in theirs if ours is None or not _means(anatomy, ours, one)]
    if others and ours not in anatomy.names:  # nothing of ours but the first words of lesions
        ours = None
    could = [*([] if ours is None else [ours]), *others]
    if len(could) > 1:
        raise AnatomyError(
            f"the target {name!r} could be {' or '.join(map(repr, could))}: spell it as it "
            "stands in the labels, or name another label otherwise"
        )
    return could[0] if could else match_ending(name, lesions) or name


def _means(anatomy: Anatomy, ours: str, raw: str) -> bool:
    """Whether our name is of the label ``raw``; what no label shows contradicts none."""
    named = [s for s in anatomy.structures if s.name == ours]
    named = named or [
        s for s in anatomy.structures if re.fullmatch(re.escape(ours) + r" \d+", s.name)
    ]
    return len(named) == 1 and (named[0].origin is not Origin.LABEL or raw in named[0].sources)


def _source(anatomy: Anatomy, name: str) -> tuple[Mask, Grid, Origin, Kind, Structure | None]:
    """The finest mask called ``name``, its grid, and the structure it belongs to."""
    wanted = [s for s in anatomy.structures if s.name == name]
    wanted = wanted or [s for s in anatomy.structures if s.sources == (name,)]
    lesions = [s for s in anatomy.structures if re.fullmatch(re.escape(name) + r" \d+", s.name)]
    wanted = wanted or (lesions if len(lesions) == 1 else [])
    labels = anatomy.study.labels
    if wanted:
        structure = wanted[0]
        if labels is not None and structure.origin is Origin.LABEL:
            mask = np.zeros(labels.grid.shape, dtype=bool)
            for raw in structure.sources:
                mask |= labels.mask(raw)
            return mask, labels.grid, structure.origin, structure.kind, structure
        return structure.mask, anatomy.grid, structure.origin, structure.kind, structure
    if labels is not None and name in labels.names:
        return labels.mask(name), labels.grid, Origin.LABEL, Kind.LESION, _holder(anatomy, name)
    raise AnatomyError(f"no target is called {name!r}; {_closest(anatomy, name)}")


def _holder(anatomy: Anatomy, raw: str) -> Structure | None:
    """The structure that a raw label was merged into: a rib of the ribs."""
    return next((s for s in anatomy.structures if raw in s.sources), None)


def _closest(anatomy: Anatomy, name: str) -> str:
    raw = _raw_names(anatomy.study.labels)
    known = list(dict.fromkeys([*anatomy.names, *raw]))
    if not known:
        return "nothing is labelled: give a mask, or a point and a diameter"
    found = find_similar(name, known, count=4, cutoff=0.4) or known[:8]
    return f"closest: {', '.join(found)}"


def _raw_names(labels: LabelMap | None) -> tuple[str, ...]:
    return () if labels is None else labels.names


def _component(mask: Mask, name: str, rank: int) -> Mask:
    labels, sizes = morphology.label_components(mask)
    order = np.argsort(-sizes[1:], kind="stable") + 1
    if not 1 <= rank <= order.size:
        raise AnatomyError(f"{name!r} has {order.size} components; #{rank} is none of them")
    found: Mask = labels == order[rank - 1]
    return found


def _target(
    anatomy: Anatomy,
    fine: Mask,
    grid: Grid,
    label: str,
    organ: str | None,
    origin: Origin,
    kind: Kind,
    itself: Structure | None,
) -> Lesion:
    if not fine.any():
        raise AnatomyError(f"target {label!r} is empty: its mask holds no voxel")
    volume_ml = float(fine.sum()) * grid.voxel_ml
    centre = grid.to_lps(np.argwhere(fine).mean(axis=0))
    mask = _on_lattice(fine, grid, anatomy.grid)
    _check(anatomy, mask, label)
    host = _host(anatomy, mask, label, organ, volume_ml, itself)
    viable, notes = viability.find_viable(anatomy, mask, kind, host)
    aim = viability.choose_aim(
        mask, viable, anatomy.grid, centre, collection=kind is Kind.COLLECTION
    )
    diameter_mm = float((6000.0 * volume_ml / np.pi) ** (1 / 3))
    return Lesion(
        label,
        mask,
        viable,
        aim,
        as_vector(centre),
        diameter_mm,
        volume_ml,
        host,
        origin,
        notes,
    )


def _on_lattice(fine: Mask, grid: Grid, lattice: Grid) -> Mask:
    """``fine`` on the lattice; a target smaller than a voxel keeps the voxel of its middle."""
    mask = np.array(resample_mask(fine, grid, lattice))
    if not mask.any():
        at = np.rint(lattice.to_index(grid.to_lps(np.argwhere(fine).mean(axis=0)))).astype(int)
        mask[tuple(np.clip(at, 0, np.asarray(lattice.shape) - 1))] = True
    return mask


def _check_scanned(scan: Grid, centre: Points, diameter_mm: float, label: str) -> None:
    """Refuse a sphere that leaves the scan: nobody has seen what it holds there."""
    thickness_mm = 1.0 / np.linalg.norm(np.linalg.inv(scan.index_to_lps[:3, :3]), axis=1)
    index = scan.to_index(centre)
    to_faces = np.minimum(index + 0.5, np.asarray(scan.shape) - 0.5 - index) * thickness_mm
    beyond_mm = diameter_mm / 2.0 - float(to_faces.min())
    if beyond_mm > 1e-6:  # noqa: PLR2004
        raise AnatomyError(
            f"target {label!r}: the sphere of {diameter_mm:g} mm reaches {beyond_mm:.1f} mm beyond "
            "the scan, where nobody has seen what it holds: give a smaller diameter, a mask, or a "
            "scan that shows it whole"
        )


def _check(anatomy: Anatomy, mask: Mask, label: str) -> None:
    inside = float((mask & anatomy.body).sum() / mask.sum())
    if inside < 1.0 - 1e-6:
        raise AnatomyError(
            f"target {label!r}: {100 * (1 - inside):.0f} % of it lies outside the body: check its "
            "frame, position and size"
        )


def _host(
    anatomy: Anatomy,
    mask: Mask,
    label: str,
    organ: str | None,
    volume_ml: float,
    itself: Structure | None,
) -> str | None:
    """The structure around the target, checked against its size."""
    if organ is not None:
        organ = match_name(organ, anatomy.names) or organ
        host = anatomy.get_structure(organ)
        if not (surround(mask, anatomy.grid) & host.mask).any():
            raise AnatomyError(f"target {label!r} does not touch {organ!r}: give another organ")
        size_ml = float((host.mask | mask).sum()) * anatomy.grid.voxel_ml
        if volume_ml > OVERSIZE * size_ml or volume_ml > OVERSIZE * _size_ml(host, anatomy):
            raise AnatomyError(
                f"target {label!r} has {volume_ml:.1f} mL, its organ {organ!r} only "
                f"{_size_ml(host, anatomy):.1f} mL: a target must fit into its organ"
            )
        return organ
    if itself is not None and itself.kind in HOST_KINDS:
        return itself.name
    return _surrounding(anatomy, mask)


def surround(mask: Mask, grid: Grid) -> Mask:
    """``mask`` with a shell of 3 mm, or of one voxel where voxels are coarser.

    Args:
        mask: (i, j, k), boolean.
        grid: of the mask, of one spacing.
    """
    voxel_mm = float(grid.spacing_mm[0])
    return morphology.dilate(mask, max(_TOUCH_MM, voxel_mm), voxel_mm)


def _size_ml(structure: Structure, anatomy: Anatomy) -> float:
    return float(structure.mask.sum()) * anatomy.grid.voxel_ml


def _surrounding(anatomy: Anatomy, mask: Mask) -> str | None:
    """The host that covers most of the target and a thin shell around it."""
    surrounded = surround(mask, anatomy.grid)
    where = morphology.bounding_box(surrounded, 0.0, anatomy.grid.spacing_mm[0])
    rim = surrounded[where] & ~mask[where]
    shares: dict[str, float] = {}
    for structure in anatomy.structures:
        if structure.kind in HOST_KINDS and structure.origin is not Origin.ASSUMED:
            covered = float((structure.mask[where] & rim).sum()) / max(int(rim.sum()), 1)
            within = float((structure.mask[where] & mask[where]).sum()) / int(mask[where].sum())
            share = max(covered, within)
            if share >= LEAST_CONTACT and structure.name != "bowel gas":
                shares[structure.name] = covered + within
    return max(shares, key=lambda name: shares[name]) if shares else None


def _said(point: Vector) -> str:
    return "(" + ", ".join(f"{c:.1f}" for c in point) + ")"
