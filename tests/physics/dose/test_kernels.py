"""Point and voxel kernels: remade, read back, against formulas and published fractions."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger.physics.dose import exact, make_kernel
from seldinger.physics.dose.emitters import HO166, Y90
from seldinger.physics.dose.point_kernel import (
    PointKernel,
    load_point_kernel,
    make_point_kernel,
    read_point_kernel,
    write_point_kernel,
)
from seldinger.physics.dose.steps import TransportSettings
from seldinger.physics.dose.voxel_kernel import build_voxel_kernel, even_directions

if TYPE_CHECKING:
    from pathlib import Path

FAST = TransportSettings(0.06, 0.1)
KERNEL = load_point_kernel("y90")


def shell(radius_mm: float) -> PointKernel:
    """All energy at one radius."""
    share = np.zeros(round(radius_mm / 0.1) + 1)
    share[-1] = 1.0
    return PointKernel("shell", 0.1, share)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    pages = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_point_kernel(make_point_kernel(Y90, 4000, seed, FAST), tmp_path / name)
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]
    assert pages[0] != pages[2]


@pytest.mark.parametrize("emitter", [Y90, HO166], ids=["y90", "ho166"])
def test_what_is_shipped_is_what_would_be_made_anew(emitter: object) -> None:
    made = make_point_kernel(emitter, 40_000, 11, make_kernel.SETTINGS)  # type: ignore[arg-type]
    shipped = load_point_kernel(made.emitter)
    assert len(shipped.share) == len(made.share)
    assert np.abs(shipped.below - made.below).max() < 0.008
    assert made.moment_mm(1) == pytest.approx(shipped.moment_mm(1), rel=0.015)
    alike = [a == b for a, b in zip(shipped.provenance, made.provenance, strict=True)]
    assert alike[:2] == [True, True], "emitter and spectrum"
    assert alike[3:5] == [True, True], "steps and water"


def test_the_command_writes_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make_kernel, "ELECTRONS", {"y90": 800})
    assert make_kernel.main(["y90", str(tmp_path / "new")]) == 0
    page = (tmp_path / "new" / "y90.csv").read_text(encoding="utf-8")
    assert "electrons followed: 800" in page
    capsys.readouterr()
    assert make_kernel.main(["lu177"]) == 2
    assert "ho166" in capsys.readouterr().err


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_point_kernel(KERNEL, tmp_path / "kernel.csv")
    again = read_point_kernel((tmp_path / "kernel.csv").read_text(encoding="utf-8"), "y90")
    assert again.share == pytest.approx(KERNEL.share, rel=1e-6, abs=1e-12)
    assert again.provenance == KERNEL.provenance


@pytest.mark.parametrize("text", ["", "# shell_mm: 0.1\n", "0.1,0.5\n", "# shell_mm: x\n0.1,1\n"])
def test_a_broken_page_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"kernel|float"):
        read_point_kernel(text, "y90")


def test_bad_kernels_are_refused() -> None:
    with pytest.raises(ValueError, match="there are: y90, ho166"):
        load_point_kernel("lu177")
    with pytest.raises(ValueError, match="at least one"):
        make_point_kernel(Y90, 0, 1, FAST)
    for share in ([0.5, -0.1], [0.9, 0.2], [[0.1]], [0.0]):
        with pytest.raises(ValueError, match="shares"):
            PointKernel("y90", 0.1, np.array(share))
    with pytest.raises(ValueError, match="shell_mm"):
        PointKernel("y90", 0.0, np.array([1.0]))
    with pytest.raises(ValueError, match="share is"):
        KERNEL.radius_of_share(0.9999)


def test_directions_are_even_and_know_no_axis() -> None:
    rays = even_directions(1200)
    assert np.linalg.norm(rays, axis=1) == pytest.approx(1.0)
    assert (rays >= 0.0).all()
    for order in itertools.permutations(range(3)):
        assert np.sort(rays[:, order], axis=0) == pytest.approx(np.sort(rays, axis=0), abs=0.0)
    assert (rays**2).mean(axis=0) == pytest.approx(1.0 / 3.0, abs=1e-12)
    assert rays.mean(axis=0) == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("spacing", [(3.0, 3.0, 3.0), (2.0, 2.5, 4.0), (0.7, 5.0, 1.3)])
def test_a_voxel_kernel_holds_the_kernels_energy(spacing: tuple[float, float, float]) -> None:
    kernel = build_voxel_kernel(spacing, 1.04, KERNEL)
    assert kernel.radiated == pytest.approx(KERNEL.radiated, abs=1e-12)
    assert (kernel.share >= 0.0).all()
    for axis in range(3):
        assert np.array_equal(kernel.share, np.flip(kernel.share, axis))


def test_axes_may_be_named_in_any_order() -> None:
    spacing = (2.0, 2.5, 4.0)
    one = build_voxel_kernel(spacing, 0.9, KERNEL).share
    for order in itertools.permutations(range(3)):
        other = build_voxel_kernel([spacing[k] for k in order], 0.9, KERNEL).share
        assert other == pytest.approx(one.transpose(order), rel=1e-9, abs=1e-15)


def test_density_is_a_change_of_scale() -> None:
    thin = build_voxel_kernel((4.0, 6.0, 8.0), 0.5, KERNEL).share
    thick = build_voxel_kernel((2.0, 3.0, 4.0), 1.0, KERNEL).share
    assert thin == pytest.approx(thick, rel=1e-12)


def test_all_energy_at_one_short_radius_has_a_closed_form() -> None:
    # From a cube of side a, a displacement of length r < a stays inside with the chance
    # 1 - 3 r / (2 a) + 2 r^2 / (pi a^2) - r^3 / (4 pi a^3) over all directions.
    kernel = shell(0.95)
    r = float(kernel.middle_mm[-1]) / 3.0
    wanted = 1.0 - 1.5 * r + 2.0 * r**2 / math.pi - r**3 / (4.0 * math.pi)
    got = build_voxel_kernel((3.0, 3.0, 3.0), 1.0, kernel, 6000).octant[0, 0, 0]
    assert got == pytest.approx(wanted, rel=1e-4)


def test_a_sphere_of_voxels_tends_to_the_formula() -> None:
    radius, missed = 8.5, []
    for side in (2.0, 1.0):
        kernel = build_voxel_kernel((side,) * 3, 1.0, KERNEL)
        n = math.ceil(radius / side) + 1
        at = (np.arange(-n, n + 1) * side) ** 2
        inside = (at[:, None, None] + at[:, None] + at) <= radius**2
        from scipy.signal import fftconvolve

        got = fftconvolve(inside.astype(float), kernel.share, "same")[inside].mean()
        missed.append(exact.sphere_absorbed_share(radius, 1.0, KERNEL) - got)
    # Voxels smear source and target: too little, less so the finer they are.
    assert missed[0] > 1.5 * missed[1] > 0.0
    assert missed[1] < 0.03


def test_a_half_space_loses_a_quarter_of_the_mean_radius() -> None:
    side = 0.5
    kernel = build_voxel_kernel((30.0, 30.0, side), 1.0, KERNEL)
    column = kernel.share.sum(axis=(0, 1))
    middle = len(column) // 2
    beyond = sum(n * column[middle + n] for n in range(1, middle + 1)) * side
    assert beyond == pytest.approx(exact.plane_escape_mm(1.0, KERNEL), rel=1e-3)


@pytest.mark.parametrize(
    ("spacing", "density", "directions", "match"),
    [
        ((1.0, 2.0), 1.0, 60, "spacing_mm"),
        ((1.0, 2.0, 0.0), 1.0, 60, "spacing_mm"),
        ((1.0, 2.0, math.inf), 1.0, 60, "spacing_mm"),
        ((1.0, 2.0, 3.0), 0.0, 60, "density"),
        ((1.0, 2.0, 3.0), 1.0, 0, "directions"),
    ],
)
def test_bad_voxels_are_refused(
    spacing: tuple[float, ...], density: float, directions: int, match: str
) -> None:
    with pytest.raises(ValueError, match=match):
        build_voxel_kernel(spacing, density, KERNEL, directions)
