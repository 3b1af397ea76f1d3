"""Rasters: what a file reader hands on, before anyone asks whether it is an image or labels."""

from __future__ import annotations

import hashlib
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.record import InputFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from seldinger.core.space import Grid

_BLOCK = 32


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """The voxels of one file on their lattice.

    Attributes:
        layers: arrays of shape ``grid.shape``, index (i, j, k), in any memory order.
        grid: where they lie; columns may be sheared until ``geometry.straighten``.
        files: what was read, header first.
        metadata: the text fields of the file.
        notes: what the reader had to say.
    """

    layers: tuple[NDArray[Any], ...]
    grid: Grid
    files: tuple[Path, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def to_c_order(values: NDArray[Any]) -> NDArray[Any]:
    """``values`` (i, j, k) in C order; copied in blocks, which is kinder to the cache."""
    if values.flags.c_contiguous:
        return values
    out = np.empty(values.shape, values.dtype)
    for i in range(0, values.shape[0], _BLOCK):
        for j in range(0, values.shape[1], _BLOCK):
            out[i : i + _BLOCK, j : j + _BLOCK] = values[i : i + _BLOCK, j : j + _BLOCK]
    return out


def compute_sha256(files: Iterable[Path]) -> str:
    """SHA-256 over the bytes of ``files``, one after the other."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def identify_input(role: str, file: Path) -> InputFile:
    """One file that a request rests on: role, bare name, hash."""
    return InputFile(role, file.name, compute_sha256([file]))


def list_inputs(role: str, files: Iterable[Path]) -> tuple[InputFile, ...]:
    """One record per file: role, bare name, hash."""
    return tuple(identify_input(role, file) for file in files)


def open_itk() -> Any:
    """SimpleITK (untyped), opened when first needed."""
    import SimpleITK

    return SimpleITK


@contextmanager
def silence() -> Iterator[None]:
    """Keep ITK and pydicom from talking about files that are judged here anyway."""
    sitk = open_itk()
    before = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.GlobalWarningDisplayOff()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(before)
