"""Volume files: NIfTI, NRRD and MetaImage as rasters.

NRRD and MetaImage are read by SimpleITK, after ``file_headers`` has looked at them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.image import file_frames, file_headers, nifti
from seldinger.image.checks import make_grid
from seldinger.image.raster import Raster, open_itk, silence

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")

_NRRD, _META = "NrrdImageIO", "MetaImageIO"


def find_suffix(path: Path) -> str:
    """The suffix of ``path`` among ``SUFFIXES``; "" when it has another."""
    lower = path.name.lower()
    return next((s for s in sorted(SUFFIXES, key=len, reverse=True) if lower.endswith(s)), "")


def strip_suffix(path: Path) -> str:
    """The name of ``path`` without the suffix."""
    return path.name[: len(path.name) - len(find_suffix(path))]


def read(path: Path) -> Raster:
    """One volume file as a raster.

    Raises:
        ImageError: not one of the formats, cut short, damaged, or without a place in the patient.
    """
    suffix = find_suffix(path)
    try:
        if suffix in {".nii", ".nii.gz"}:
            return nifti.read(path)
        if suffix in {".nrrd", ".nhdr"}:
            files = file_headers.find_nrrd_files(path)
            return _read_with_itk(path, _NRRD, files, *file_frames.read_nrrd_scale(path))
        if suffix in {".mha", ".mhd"}:
            files = file_headers.find_meta_files(path)
            return _read_with_itk(path, _META, files, *file_frames.read_meta_scale(path))
    except (OSError, MemoryError) as wrong:
        raise ImageError(f"{path.name}: the file cannot be read: {wrong}") from wrong
    raise ImageError(
        f"{path.name}: unknown kind of file; give a DICOM folder or one of {', '.join(SUFFIXES)}"
    )


def _read_with_itk(
    path: Path,
    image_io: str,
    files: tuple[Path, ...],
    mm_per_unit: NDArray[np.float64],
    notes: tuple[str, ...],
) -> Raster:
    sitk = open_itk()
    name = path.name
    reader = sitk.ImageFileReader()
    reader.SetImageIO(image_io)
    reader.SetFileName(str(path))
    try:
        with silence():
            reader.ReadImageInformation()
            file_headers.check_size(reader.GetSize(), files, name)
            image = reader.Execute()
            metadata = _fields(image) if image_io == _NRRD else {}
    except (RuntimeError, MemoryError, OverflowError, ValueError, TypeError) as wrong:
        why = (
            str(wrong).strip().splitlines()[-1].strip() if str(wrong).strip() else "no reason given"
        )
        raise ImageError(
            f"{name}: the file is damaged, cut short or not what its name says ({why}); "
            f"copy it again from its source"
        ) from wrong
    if image.GetDimension() != 3:  # noqa: PLR2004
        size = " x ".join(str(n) for n in image.GetSize())
        raise ImageError(
            f"{name}: one three-dimensional volume is needed, got {size}; extract one volume first"
        )
    affine = np.eye(4)
    direction = np.array(image.GetDirection()).reshape(3, 3)
    affine[:3, :3] = direction * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    affine[:3] *= mm_per_unit[:, np.newaxis]
    values: Any = sitk.GetArrayFromImage(image)
    count = image.GetNumberOfComponentsPerPixel()
    layers = [values] if count == 1 else [values[..., n] for n in range(count)]
    if any(layer.dtype.kind not in "iuf" for layer in layers):
        raise ImageError(f"{name}: complex images are not read; save one number per voxel")
    grid = make_grid(image.GetSize(), affine, name)
    return Raster(tuple(layer.transpose(2, 1, 0) for layer in layers), grid, files, metadata, notes)


def _fields(image: Any) -> dict[str, str]:
    return {key: image.GetMetaData(key) for key in image.GetMetaDataKeys()}
