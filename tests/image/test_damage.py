"""Damage: bytes cut or changed anywhere give one of our errors, or hit numbers only."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.image.phantoms import Phantom, slices_of, write_file, write_slices

from seldinger import image
from seldinger.core.errors import ImageError, SeldingerError

if TYPE_CHECKING:
    from pathlib import Path


def refused(path: Path, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        image.load(path)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_files_cut_anywhere_are_refused(
    tmp_path: Path, straight: Phantom, suffix: str, packed: bool
) -> None:
    whole = write_file(tmp_path / f"w{suffix}", straight.values, straight.grid, packed=packed)
    data = whole.read_bytes()
    path = tmp_path / f"ct{suffix}"
    for share in (0.0, 0.001, 0.01, 0.05, 0.3, 0.6, 0.9, 0.99, 0.999):
        path.write_bytes(data[: int(len(data) * share)])
        refused(path, "ct")
    path.write_bytes(data[:-1])
    refused(path, "ct")


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd", ".dcm"])
def test_noise_is_refused(tmp_path: Path, suffix: str) -> None:
    random = np.random.default_rng(5)
    for size in (0, 1, 100, 348, 5000):
        path = tmp_path / f"ct{suffix}"
        path.write_bytes(random.bytes(size))
        refused(path, "ct")


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_damaged_headers_never_surprise(tmp_path: Path, straight: Phantom, suffix: str) -> None:
    whole = write_file(tmp_path / f"w{suffix}", straight.values, straight.grid).read_bytes()
    random = np.random.default_rng(6)
    path = tmp_path / f"ct{suffix}"
    for _ in range(60):
        data = bytearray(whole)
        for at in random.integers(0, min(420, len(whole)), 3):
            data[at] = random.integers(0, 256)
        path.write_bytes(data)
        with contextlib.suppress(SeldingerError):
            assert image.load(path).image.values.size > 0


def test_damaged_packed_voxels_are_noticed(tmp_path: Path, straight: Phantom) -> None:
    for suffix in (".nii.gz", ".mha", ".nrrd"):
        path = write_file(tmp_path / f"ct{suffix}", straight.values, straight.grid, packed=True)
        data = bytearray(path.read_bytes())
        data[-30] ^= 0x5A
        path.write_bytes(data)
        refused(path, "ct")


def test_damaged_dicom_never_surprises(tmp_path: Path, straight: Phantom) -> None:
    random = np.random.default_rng(7)
    folder = write_slices(tmp_path / "ct", slices_of(straight))
    victim = folder / "014.dcm"
    whole = victim.read_bytes()
    for _ in range(60):
        data = bytearray(whole)
        for at in random.integers(128, len(whole) - 960, 3):
            data[at] = random.integers(0, 256)
        victim.write_bytes(data)
        with contextlib.suppress(SeldingerError):
            assert image.load(folder).image.values.size > 0
