"""The table of docs/reference/dose-truth.md: every published case with what came out.

`python -m tests.dose_truth docs/reference/dose-truth.md` writes it anew. Published numbers are
typed here with their source; what comes out is computed.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tests.truth_table import Row, write_table

from seldinger.core.space import Grid
from seldinger.physics.dose import exact, water
from seldinger.physics.dose.biology import DoseResponse, biologically_effective_gy
from seldinger.physics.dose.convolve import deposit_locally
from seldinger.physics.dose.emitters import HO166, Y90
from seldinger.physics.dose.point_kernel import load_point_kernel
from seldinger.physics.dose.result import count_decays
from seldinger.physics.dose.scale_paths import PathSettings, scale_paths
from seldinger.physics.dose.simulate import SimulationSettings, simulate
from seldinger.physics.dose.spectrum import emission_spectrum
from seldinger.physics.dose.voxel_kernel import build_voxel_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


KERNEL = load_point_kernel("y90")
GRAVES_MEV, LANCONELLI_MEV = 0.9336, 0.935
TISSUE, LIVER, LUNG = 1.04, 1.06, 0.26
SLAB_MM, ABOVE_MM, BEYOND_MM = 30, 15, 45
WIDE_MM = 1e4
"""A voxel so wide that nothing leaves it sideways: one dimension is left."""
ELECTRONS = 400_000


def compare(source: str, case: str, published: float, got: float, digits: int = 4) -> Row:
    missed = 100.0 * (got / published - 1.0)
    places = 2 if digits > 3 else 0
    told = f"{missed:+.{places}f}"
    told = told.replace("-0.00", "+0.00") if float(told) == 0.0 else told
    return Row(source, case, f"{published:g}", f"{got:.{digits}g}", f"{told} %")


def spectrum_rows() -> Iterator[Row]:
    yttrium, holmium = emission_spectrum(Y90), emission_spectrum(HO166)
    mean = yttrium.energy_per_decay_mev
    yield compare("ICRP 107", "Y-90, MeV a decay", 0.93290, mean)
    yield compare("Graves 2019", "the same", 0.9336, mean)
    yield compare("EGSnrc, its own shape", "the same", 0.9349, mean)
    yield compare("DDEP", "the same", 0.92657, mean)
    betas = holmium.mean_beta_mev * float(holmium.per_decay.sum())
    yield compare("ICRP 107", "Ho-166, MeV of betas a decay", 0.66499, betas)
    decays = count_decays(np.full((1, 1, 1), 1e9), 26.8)
    grid = Grid.aligned((1, 1, 1), 100.0)
    energy = holmium.energy_per_decay_mev
    dose = deposit_locally(decays, np.ones(grid.shape), grid, energy).dose_gy[0, 0, 0]
    yield compare("ICRP 107", "Ho-166, betas, conversion and Auger, J/GBq", 15.5, float(dose))


def water_rows() -> Iterator[Row]:
    for energy, collision, reach in ((0.1, 4.115, 0.01431), (1.0, 1.849, 0.4367),
                                     (2.0, 1.824, 0.9785)):  # fmt: skip
        at = np.array([energy])
        power = float(water.collision_mev_cm2_per_g(at)[0])
        yield compare("ESTAR", f"collision, {energy:g} MeV, MeV cm2/g", collision, power)
        far = float(water.range_g_per_cm2(at)[0])
        yield compare("ESTAR", f"range, {energy:g} MeV, g/cm2", reach, far)


def point_rows() -> Iterator[Row]:
    inside = {1: 0.2213, 2: 0.4297, 2.5: 0.5238, 3: 0.6099, 5: 0.8627, 7: 0.9714, 9: 0.9946,
              10: 0.9958, 11: 0.9960}  # fmt: skip
    for radius, share in inside.items():
        got = KERNEL.share_within(radius)
        yield compare("Graves 2019", f"Y-90 in water, share within {radius:g} mm", share, got)
    for percent, radius in ((50, 2.37), (90, 5.47), (95, 6.37), (99, 8.13)):
        got = KERNEL.radius_of_share(percent / 100.0)
        yield compare("Graves 2019", f"radius of {percent} %, mm", radius, got)
    yield compare("Graves 2019", "mean radius, mm", 2.678, KERNEL.moment_mm(1))
    yield compare("Graves 2019", "mean cube of it, mm3", 53.35, KERNEL.moment_mm(3))
    for shell, energy in ((0, 0.019808), (1, 0.020751), (9, 0.020530), (49, 0.0083733)):
        got = float(KERNEL.share[shell]) * GRAVES_MEV
        case = f"{0.1 * shell:.1f} to {0.1 * (shell + 1):.1f} mm, MeV"
        yield compare("Graves 2019", case, energy, got)


VOXELS = {
    2.40: (2.53, 0.471, 0.0929), 3.00: (1.59, 0.275, 0.0429), 3.59: (1.08, 0.173, 0.0208),
    4.00: (0.858, 0.129, 0.0127), 4.80: (0.573, 0.0763, 0.00507), 9.28: (0.117, 0.00853, 0.00011),
}  # fmt: skip
FARTHER = {
    (0, 1, 1): 0.0950, (0, 0, 2): 0.0205, (0, 1, 2): 0.0111, (1, 1, 2): 0.00611,
    (0, 2, 2): 0.00179, (0, 0, 3): 8.99e-4,
}  # fmt: skip


def voxel_rows() -> Iterator[Row]:
    for side, values in VOXELS.items():
        s = build_voxel_kernel((side,) * 3, TISSUE, KERNEL).s_values(LANCONELLI_MEV)
        for at, value in zip(((0, 0, 0), (0, 0, 1), (1, 1, 1)), values, strict=True):
            case = f"S, {side:g} mm, {at}, mGy/(MBq s)"
            yield compare("Lanconelli 2012", case, value, float(s[at]))
    s = build_voxel_kernel((3.0,) * 3, TISSUE, KERNEL).s_values(LANCONELLI_MEV)
    for place, value in FARTHER.items():
        yield compare("Lanconelli 2012", f"S, 3 mm, {place}", value, float(s[place]))
    yield compare("MIRD 17", "S, 3 mm, (0, 0, 0)", 1.61, float(s[0, 0, 0]))
    yield compare("EGSnrc, no spin", "S, 3 mm, (0, 0, 0)", 1.608, float(s[0, 0, 0]))
    yield compare("DPM, density not told", "S, 3 mm, (0, 0, 0)", 1.581, float(s[0, 0, 0]))
    flat = build_voxel_kernel((4.0, 4.0, 3.0), TISSUE, KERNEL).s_values(LANCONELLI_MEV)
    yield compare("DPM, density not told", "S, 4 x 4 x 3 mm", 1.013, float(flat[0, 0, 0]))


def body_rows() -> Iterator[Row]:
    spheres = {10: 0.6210, 13: 0.6991, 17: 0.7651, 22: 0.8159, 28: 0.8538, 37: 0.8880}
    for diameter, share in spheres.items():
        got = exact.sphere_absorbed_share(0.5 * diameter, 1.0, KERNEL)
        yield compare("Graves 2019, formula", f"sphere of {diameter} mm, absorbed", share, got)
    for grams, share in ((1.0, 0.6862), (100.0, 0.9264), (1000.0, 0.9636)):
        radius = (3000.0 * grams / (4.0 * math.pi)) ** (1.0 / 3.0)
        got = exact.sphere_absorbed_share(radius, 1.0, KERNEL)
        yield compare("Graves 2019, formula", f"sphere of {grams:g} g, absorbed", share, got)
    depth = exact.plane_escape_mm(1.0, KERNEL)
    yield compare("Graves 2019, formula", "half-space, depth that escapes, mm", 0.6695, depth)
    lost = 100.0 * exact.plane_escape_mm(LIVER, KERNEL) / SLAB_MM
    yield compare("Monte Carlo of another code", "slab of 3 cm liver, escapes, %", 2.09, lost)


def slab(beyond_g_per_ml: float) -> tuple[NDArray[np.float64], NDArray[np.float64], Grid]:
    """Decays and densities of an active slab of liver with something beyond it, a mm a voxel."""
    grid = Grid.aligned((1, 1, ABOVE_MM + SLAB_MM + BEYOND_MM), (WIDE_MM, WIDE_MM, 1.0))
    density = np.full(grid.shape, LIVER)
    density[..., ABOVE_MM + SLAB_MM :] = beyond_g_per_ml
    decays = np.zeros(grid.shape)
    decays[..., ABOVE_MM : ABOVE_MM + SLAB_MM] = 1e15
    return decays, density, grid


def beyond(dose_gy: NDArray[np.float64], depth_mm: float) -> float:
    """Dose at a depth beyond the slab, as a share of that in its middle."""
    middle = ABOVE_MM + SLAB_MM // 2
    inside = dose_gy[0, 0, middle - 2 : middle + 2].mean()
    return float(dose_gy[0, 0, ABOVE_MM + SLAB_MM + int(depth_mm)] / inside)


def edge_rows() -> Iterator[Row]:
    decays, density, grid = slab(LUNG)
    paths = scale_paths(decays, density, grid, KERNEL, GRAVES_MEV, PathSettings(rays=20_000))
    settings = SimulationSettings(electrons=ELECTRONS)
    electrons = simulate(decays, density, grid, emission_spectrum(Y90), GRAVES_MEV, settings)
    for depth, simulated, scaled in ((1.5, 0.356, 0.355), (4.5, 0.211, 0.210),
                                     (24.5, 0.0027, 0.0026)):  # fmt: skip
        case = f"{depth:g} mm into lung"
        got = beyond(electrons.dose_gy, depth)
        yield compare("Monte Carlo of another code", f"{case}, simulated", simulated, got, 2)
        got = beyond(paths.dose_gy, depth)
        yield compare("Monte Carlo of another code", f"{case}, by paths", simulated, got, 3)
        yield compare("paths, kernel of another code", f"{case}, by paths", scaled, got, 3)
    for depth, known in ((1.5, 0.163), (4.5, 0.0148)):
        got = exact.slab_dose_share(depth, SLAB_MM, LIVER, KERNEL)
        case = f"{depth:g} mm into liver instead, formula"
        yield compare("kernel of another code", case, known, got, 3)


def effect_rows() -> Iterator[Row]:
    liver, tumour = DoseResponse(2.5, 2.5), DoseResponse(10.0, 1.5)
    for name, response, dose, bed in (
        ("liver", liver, 40.0, 64.0), ("tumour", tumour, 130.0, 170.0),
        ("tumour", tumour, 65.0, 75.0), ("tumour", tumour, 235.0, 360.0),
    ):  # fmt: skip
        got = float(biologically_effective_gy(dose, response, 64.2))
        yield compare("Cremonesi 2008", f"BED of {dose:g} Gy, {name}", bed, got)


def rows() -> list[Row]:
    return [
        *spectrum_rows(), *water_rows(), *point_rows(), *voxel_rows(), *body_rows(), *edge_rows(),
        *effect_rows(),
    ]  # fmt: skip


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), rows(), "from")
