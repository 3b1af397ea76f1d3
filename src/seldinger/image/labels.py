"""Labels: a label map, a folder of masks or a DICOM SEG becomes segments on the image's grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import ImageError, LabelError
from seldinger.core.formatting import short_repr
from seldinger.core.naming import order_naturally
from seldinger.core.volume import LabelEntry, LabelMap
from seldinger.image import files, label_keys, seg
from seldinger.image.dicom_headers import is_dicom
from seldinger.image.frames import (
    are_same,
    check_frame,
    check_overlap,
    count_inside,
    format_resampling_note,
    is_part,
)
from seldinger.image.label_values import add_size, gather_notes, list_values, split_layers
from seldinger.image.raster import Raster, list_inputs, to_c_order
from seldinger.image.resample import resample_layer, resample_mask
from seldinger.image.segment_fields import check_kind, make_unique, read_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from seldinger.core.record import InputFile
    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Labels on the image's grid, the files they came from, and what there is to say about them."""

    map: LabelMap
    inputs: tuple[InputFile, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnMask:
    """A mask on the grid that was asked for, and what there is to say about it."""

    mask: Mask
    notes: tuple[str, ...]

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """One segment on its own lattice, before it is carried to the image's."""

    name: str
    mask: Mask
    grid: Grid
    file: str


def read(path: Path, key: Path | None, grid: Grid, frame_uid: str = "") -> Labels:
    """The labels at ``path``, carried to ``grid``.

    Args:
        path: one label file, a folder with one file per class or with DICOM SEG, or a SEG file.
        key: JSON or CSV; needed for a single label file that carries no names, refused otherwise.
        grid: the image's lattice.
        frame_uid: the image's DICOM Frame of Reference UID, "" when unknown.

    Raises:
        LabelError: unreadable, not whole numbers, no names, or another frame than the image's.
    """
    if not path.exists():
        raise LabelError(f"labels: there is nothing at {path}; give a label file or folder")
    try:
        if path.is_dir() or _is_seg(path):
            if key is not None:
                raise LabelError(
                    f"{path.name}: its files carry their own names, so the label key {key.name} "
                    f"is not "
                    f"used; leave it out"
                )
            return (
                _from_folder(path, grid) if _class_files(path) else _from_seg(path, grid, frame_uid)
            )
        return _from_file(path, key, grid)
    except (ImageError, OSError) as wrong:
        raise LabelError(f"labels: {wrong}") from wrong


def list_names(path: Path, key: Path | None) -> tuple[str, ...] | None:
    """The names at ``path`` as far as they stand beside the voxels; None when they do not.

    No voxel is read: a folder of masks names them by its files, a label map by its JSON key. A
    name may still be refused or left out when the voxels are read.

    Raises:
        LabelError: nothing is there, or the key cannot be read.
    """
    if not path.exists():
        raise LabelError(f"labels: there is nothing at {path}; give a label file or folder")
    if files_of_classes := _class_files(path):
        return tuple(files.strip_suffix(file) for file in files_of_classes)
    if key is None or path.is_dir():
        return None
    return label_keys.read_names(key)


def check_mask(path: Path) -> None:
    """``LabelError`` when there is no file."""
    if not path.is_file():
        raise LabelError(
            f"mask: there is no file at {path}; give one NIfTI, NRRD, MetaImage or SEG file"
        )


def read_mask(path: Path, grid: Grid) -> DrawnMask:
    """One mask file (not 0 = inside), carried to ``grid``.

    Raises:
        LabelError: unreadable, empty, or not overlapping ``grid``.
    """
    check_mask(path)
    mask = np.zeros(grid.shape, dtype=bool)
    try:
        if _is_seg(path):
            made = seg.open_segmentation(path, grid, "")
            pieces = [_Piece(s.name, s.mask, s.grid, path.name) for s in made.read_segments()]
            notes = made.list_notes()
        else:
            raster = files.read(path)
            layers, notes = split_layers(raster, path.name)
            notes = (*raster.notes, *notes, *_several(layers, path.name))
            pieces = [_Piece("", layer != 0, raster.grid, path.name) for layer in layers]
    except (ImageError, OSError) as wrong:
        raise LabelError(f"mask: {wrong}") from wrong
    notes += _check_pieces(pieces, grid, path.name)
    for piece in pieces:
        mask |= resample_mask(to_c_order(piece.mask), piece.grid, grid)
    if not mask.any():
        raise LabelError(f"{path.name}: the mask is so small that no voxel of the image lies in it")
    return DrawnMask(mask, tuple(dict.fromkeys(notes)))


def _several(layers: list[NDArray[Any]], name: str) -> tuple[str, ...]:
    """That a mask file holds several values, which were all taken as inside."""
    values = sorted({value for layer in layers for value in list_values(layer)})
    if len(values) < 2:  # noqa: PLR2004
        return ()
    shown = ", ".join(map(str, values[:8])) + (" ..." if len(values) > 8 else "")  # noqa: PLR2004
    return (f"{name}: it holds the values {shown}; all were taken as one structure",)


def _is_seg(path: Path) -> bool:
    return path.is_file() and not files.find_suffix(path) and is_dicom(path)


def _class_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    found = [p for p in path.iterdir() if files.find_suffix(p)]
    return sorted(found, key=lambda p: order_naturally(p.name))


def _from_file(path: Path, key: Path | None, grid: Grid) -> Labels:
    raster = files.read(path)
    check_kind(raster, path.name)
    layers, rounding = split_layers(raster, path.name)
    segments = [(n, value) for n, layer in enumerate(layers) for value in list_values(layer)]
    if not segments:
        raise LabelError(f"{path.name}: no voxel is labelled (all are 0)")
    names = read_names(raster.metadata, len(layers))
    key_inputs: tuple[InputFile, ...] = ()
    if names and key is not None:
        raise LabelError(f"{path.name}: the file carries its own names; leave {key.name} out")
    if not names:
        names = _names_by_key(path, key, len(layers), [value for _, value in segments])
        key_inputs = list_inputs("label-key", [key] if key else [])
    carried, notes = _carried(raster, layers, grid, path.name)
    still = set(segments)
    if not are_same(raster.grid, grid):
        still = {(n, value) for n, layer in enumerate(carried) for value in list_values(layer)}
    entries = tuple(
        LabelEntry(word, value, layer)
        for (layer, value), word in names.items()
        if (layer, value) in still
    )
    left_out = _left_out(names, _sizes(layers, segments, raster.grid.voxel_ml), still, path.name)
    notes = (*rounding, *notes, *left_out)
    if not entries:
        raise LabelError(f"{path.name}: no named label has a voxel inside the image")
    inputs = (*list_inputs("labels", raster.files), *key_inputs)
    return Labels(LabelMap(carried, entries, grid), inputs, notes)


def _names_by_key(
    path: Path, key: Path | None, layers: int, values: list[int]
) -> dict[tuple[int, int], str]:
    if layers > 1:
        raise LabelError(
            f"{path.name}: {layers} layers without segment names; save it as .seg.nrrd from "
            f"3D Slicer, or one layer with a label key"
        )
    if key is None:
        shown = ", ".join(map(str, values[:8])) + (" ..." if len(values) > 8 else "")  # noqa: PLR2004
        raise LabelError(
            f"{path.name}: nothing says what its values mean ({shown}); give a label key "
            f'(label_key=, --label-key): JSON such as {{"liver": {values[0]}}}, or CSV with ids '
            f"and names"
        )
    return {(0, value): word for value, word in label_keys.read(key, values).items()}


def _carried(
    raster: Raster, layers: list[NDArray[Any]], grid: Grid, name: str
) -> tuple[tuple[NDArray[Any], ...], tuple[str, ...]]:
    if are_same(raster.grid, grid):
        return tuple(to_c_order(layer) for layer in layers), raster.notes
    check_frame(raster.grid, grid, name)
    counts = [count_inside(layer, raster.grid, grid) for layer in layers]
    notes = check_overlap(sum(c[0] for c in counts), sum(c[1] for c in counts), name)
    notes = (format_resampling_note(raster.grid, grid, name), *notes)
    carried = tuple(resample_layer(to_c_order(layer), raster.grid, grid) for layer in layers)
    return carried, raster.notes + notes


def _sizes(
    layers: list[NDArray[Any]], segments: list[tuple[int, int]], voxel_ml: float
) -> dict[tuple[int, int], str]:
    """(layer, value) -> the value with its size in mL."""
    return {
        (n, value): add_size(str(value), int(np.count_nonzero(layers[n] == value)), voxel_ml)
        for n, value in segments
    }


def _left_out(
    names: Mapping[tuple[int, int], str],
    named: Mapping[tuple[int, int], str],
    still: set[tuple[int, int]],
    file: str,
) -> tuple[str, ...]:
    """Notes on values without names and names without voxels; ``found`` tells sizes."""
    notes = []
    nameless = [named[place] for place in sorted(named.keys() - names.keys())]
    if nameless:
        notes.append(f"{file}: values without a name were left out: {', '.join(nameless)}")
    empty = [word for place, word in names.items() if place not in named]
    if empty:
        notes.append(f"{file}: named but without a voxel, so not segmented: {', '.join(empty)}")
    lost = [
        f"{word} (value {named[place]})"
        for place, word in names.items()
        if place in named and place not in still
    ]
    if lost:
        notes.append(f"{file}: without a voxel inside the image: {', '.join(lost)}")
    return tuple(notes)


def _from_folder(path: Path, grid: Grid) -> Labels:
    """One file per class, the class named by the file."""
    masks = _class_files(path)
    remarks: list[tuple[str, str]] = []
    opened: list[Path] = []

    def pieces() -> Iterator[_Piece]:
        for file in masks:
            raster = files.read(file)
            opened.extend(raster.files)
            if len(raster.layers) != 1:
                raise LabelError(
                    f"{file.name}: one mask per file is needed, got {len(raster.layers)}"
                )
            layers, rounding = split_layers(raster, file.name)
            notes = (*raster.notes, *rounding, *_several(layers, file.name))
            remarks.extend((file.name, note) for note in notes)
            yield _Piece(files.strip_suffix(file), layers[0] != 0, raster.grid, file.name)

    layers, entries, notes = _merged(pieces(), grid, path.name)
    notes = (*gather_notes(remarks, path.name), *notes, *_passed_over(path, opened))
    return Labels(LabelMap(layers, entries, grid), list_inputs("labels", opened), notes)


def _passed_over(path: Path, opened: list[Path]) -> tuple[str, ...]:
    """What else lies in a folder of masks: one of them may be a structure in another format."""
    other = sorted(p.name for p in path.iterdir() if p not in opened and p.name[0] != ".")
    if not other:
        return ()
    shown = ", ".join(other[:4]) + (f" and {len(other) - 4} more" if len(other) > 4 else "")  # noqa: PLR2004
    return (f"{path.name}: not read as labels: {shown}",)


def _from_seg(path: Path, grid: Grid, frame_uid: str) -> Labels:
    files = seg.list_segmentations(path)
    remarks: list[str] = []

    def pieces() -> Iterator[_Piece]:
        taken: set[str] = set()
        for file in files:
            made = seg.open_segmentation(file, grid, frame_uid)
            remarks.extend(made.list_notes())
            for segment in made.read_segments():
                name = make_unique(segment.name, taken)
                taken.add(name)
                yield _Piece(name, segment.mask, segment.grid, file.name)

    layers, entries, notes = _merged(pieces(), grid, path.name)
    inputs = list_inputs("labels", files)
    return Labels(LabelMap(layers, entries, grid), inputs, (*remarks, *notes))


def _check_pieces(pieces: list[_Piece], grid: Grid, name: str) -> tuple[str, ...]:
    """Refuse pieces in another frame or without a voxel; what had to be carried is told."""
    notes: list[str] = []
    within = total = 0.0
    for piece in pieces:
        if not are_same(piece.grid, grid):
            check_frame(piece.grid, grid, piece.file)
            if not is_part(piece.grid, grid):
                notes.append(format_resampling_note(piece.grid, grid, name))
        counts = count_inside(piece.mask, piece.grid, grid)
        within, total = within + counts[0], total + counts[1]
    if total == 0:
        raise LabelError(f"{name}: the mask is empty (all voxels are 0)")
    return (*notes, *check_overlap(within, total, name))


def _merged(
    pieces: Iterator[_Piece], grid: Grid, name: str
) -> tuple[tuple[NDArray[Any], ...], tuple[LabelEntry, ...], tuple[str, ...]]:
    """Pieces as few layers: each goes to the first layer where it overlaps nothing."""
    layers: list[NDArray[np.uint16]] = []
    entries: list[LabelEntry] = []
    empty: list[str] = []
    notes: dict[str, None] = {}
    within = total = 0.0
    for value, piece in enumerate(pieces, start=1):
        box = _box(piece.mask)
        if box is None:
            empty.append(piece.name)
            continue
        if are_same(piece.grid, grid):
            mask = to_c_order(piece.mask[box])
            counts = (1.0, 1.0)
        else:
            check_frame(piece.grid, grid, piece.file)
            counts = count_inside(piece.mask, piece.grid, grid)
            if not is_part(piece.grid, grid):
                notes.setdefault(format_resampling_note(piece.grid, grid, name))
            mask = resample_mask(to_c_order(piece.mask), piece.grid, grid)
            box = _box(mask)
            mask = mask if box is None else mask[box]
        within, total = within + counts[0], total + counts[1]
        if box is None:
            empty.append(piece.name)
            continue
        layer = next((n for n, a in enumerate(layers) if not a[box][mask].any()), len(layers))
        if layer == len(layers):
            layers.append(np.zeros(grid.shape, dtype=np.uint16))
        layers[layer][box][mask] = value
        entries.append(LabelEntry(piece.name, value, layer))
    if total == 0:
        raise LabelError(f"{name}: no voxel is labelled in any of the {len(empty)} mask(s)")
    remarks = (*notes, *check_overlap(within, total, name))
    if not entries:
        raise LabelError(f"{name}: no mask has a voxel inside the image")
    if empty:
        remarks = (
            *remarks,
            f"{name}: masks without a voxel in the image, so not segmented: {', '.join(empty)}",
        )
    return tuple(layers), tuple(entries), remarks


def _box(mask: Mask) -> tuple[slice, slice, slice] | None:
    """The smallest box that holds the mask; None when it is empty."""
    sides = []
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        there = np.flatnonzero(mask.any(axis=others))
        if not there.size:
            return None
        sides.append(slice(int(there[0]), int(there[-1]) + 1))
    return sides[0], sides[1], sides[2]
