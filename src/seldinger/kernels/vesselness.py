"""Vesselness: how much like a bright tube a place is; fronts that spread along vessels.

The response is that of Sato et al. 1998 (doi:10.1016/S1361-8415(98)80009-1), from the eigenvalues
of the second derivatives at one scale.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from seldinger.kernels.jit import inlined, kernel, prange, serial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]

FALLING, RISING = 0.5, 2.0
"""How strictly the third eigenvalue must vanish where it is negative (a blob) and positive."""
MATCHED = float(np.e)
"""With it a long cylinder answers with its own contrast at the scale that fits it best."""


@serial
def find_eigenvalues(
    xx: float, yy: float, zz: float, xy: float, xz: float, yz: float
) -> tuple[float, float, float]:
    """Eigenvalues of a symmetric matrix in closed form, largest first (Smith 1961).

    Args:
        xx: on its diagonal.
        yy: likewise.
        zz: likewise.
        xy: beside it, in the first row.
        xz: likewise.
        yz: in the second row.
    """
    mean = (xx + yy + zz) / 3.0
    a, b, c = xx - mean, yy - mean, zz - mean
    off = xy * xy + xz * xz + yz * yz
    size = np.sqrt((a * a + b * b + c * c + 2.0 * off) / 6.0)
    if size == 0.0:
        return mean, mean, mean
    det = a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz)
    half = 0.5 * det / (size * size * size)
    angle = np.arccos(min(1.0, max(-1.0, half))) / 3.0
    first = mean + 2.0 * size * np.cos(angle)
    last = mean + 2.0 * size * np.cos(angle + 2.0 * np.pi / 3.0)
    return first, 3.0 * mean - first - last, last


@inlined
def _has_two_negative(xx: float, yy: float, zz: float, xy: float, xz: float, yz: float) -> bool:
    """Whether two eigenvalues may be negative where their sum is; their signs need no angle."""
    det = xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz)
    if det >= 0.0:
        return True
    minors = xx * yy + yy * zz + zz * xx - xy * xy - xz * xz - yz * yz
    return minors >= 0.0


@inlined
def _weigh(first: float, middle: float) -> float:
    """Sato's response from the largest and the middle eigenvalue."""
    if middle >= 0.0:
        return 0.0
    strength = -middle
    width = FALLING * strength if first <= 0.0 else RISING * strength
    ratio = first / width
    answer: float = strength * np.exp(-0.5 * ratio * ratio)
    return answer


@kernel
def respond(smooth: Singles, spacing: Floats, sigma: float, out: Singles) -> None:
    """Raise ``out`` to the response of an image that was smoothed to one scale.

    Args:
        smooth: (i, j, k).
        spacing: (3,) mm.
        sigma: scale, mm.
        out: (i, j, k) in the unit of the image.
    """
    ni, nj, nk = smooth.shape
    gain = MATCHED * sigma * sigma
    hx, hy, hz = spacing[0], spacing[1], spacing[2]
    for i in prange(ni):
        a, b = max(i - 1, 0), min(i + 1, ni - 1)
        for j in range(nj):
            c, d = max(j - 1, 0), min(j + 1, nj - 1)
            for k in range(nk):
                e, f = max(k - 1, 0), min(k + 1, nk - 1)
                twice = 2.0 * smooth[i, j, k]
                xx = (smooth[a, j, k] - twice + smooth[b, j, k]) / (hx * hx)
                yy = (smooth[i, c, k] - twice + smooth[i, d, k]) / (hy * hy)
                zz = (smooth[i, j, e] - twice + smooth[i, j, f]) / (hz * hz)
                if xx + yy + zz >= 0.0:  # darker than around it, or level: half of all places
                    continue
                xy = smooth[b, d, k] - smooth[b, c, k] - smooth[a, d, k] + smooth[a, c, k]
                xz = smooth[b, j, f] - smooth[b, j, e] - smooth[a, j, f] + smooth[a, j, e]
                yz = smooth[i, d, f] - smooth[i, d, e] - smooth[i, c, f] + smooth[i, c, e]
                xy /= 4.0 * hx * hy
                xz /= 4.0 * hx * hz
                yz /= 4.0 * hy * hz
                if not _has_two_negative(xx, yy, zz, xy, xz, yz):
                    continue
                first, middle, _ = find_eigenvalues(xx, yy, zz, xy, xz, yz)
                answer = gain * _weigh(first, middle)
                out[i, j, k] = max(out[i, j, k], answer)


@kernel
def spread(coarse: Singles, every: NDArray[np.int64], out: Singles) -> None:
    """Raise ``out`` to a response on every so many voxels, linear between them.

    Args:
        coarse: (a, b, c).
        every: (3,) voxels of ``out`` between neighbours of ``coarse``; both begin together.
        out: (i, j, k).
    """
    ni, nj, nk = out.shape
    na, nb, nc = coarse.shape
    for i in prange(ni):
        x = min(i / every[0], na - 1.0)
        a = min(int(x), max(na - 2, 0))
        u, a1 = x - a, min(a + 1, na - 1)
        for j in range(nj):
            y = min(j / every[1], nb - 1.0)
            b = min(int(y), max(nb - 2, 0))
            v, b1 = y - b, min(b + 1, nb - 1)
            for k in range(nk):
                z = min(k / every[2], nc - 1.0)
                c = min(int(z), max(nc - 2, 0))
                w, c1 = z - c, min(c + 1, nc - 1)
                low = (coarse[a, b, c] * (1 - w) + coarse[a, b, c1] * w) * (1 - v) + (
                    coarse[a, b1, c] * (1 - w) + coarse[a, b1, c1] * w
                ) * v
                high = (coarse[a1, b, c] * (1 - w) + coarse[a1, b, c1] * w) * (1 - v) + (
                    coarse[a1, b1, c] * (1 - w) + coarse[a1, b1, c1] * w
                ) * v
                answer = low * (1 - u) + high * u
                out[i, j, k] = max(out[i, j, k], answer)


@serial
def run_fronts(
    cost: Floats,
    owner: NDArray[np.int64],
    steps: NDArray[np.int64],
    lengths: Floats,
    limit: float,
    dear: Floats,
    before: NDArray[np.int64],
) -> None:
    """Fronts from every labelled cell spread by the cheapest way, until they meet.

    Args:
        cost: (n,) per mm at each cell of a flat lattice with a rim; not positive: closed.
        owner: (n,) label where a front begins, 0 elsewhere; filled with whose front came first.
        steps: (m,) from a cell to each neighbour.
        lengths: (m,) mm of each step.
        limit: no way is dearer than this.
        dear: (n,) cost of the way to each cell; infinite where no front came.
        before: (n,) the cell that the front came from; -1 where it begins.
    """
    queue = [(0.0, 0)]
    queue.pop()
    for at in range(owner.size):
        before[at] = -1
        dear[at] = np.inf
        if owner[at] > 0:
            dear[at] = 0.0
            heappush(queue, (0.0, at))
    while len(queue) > 0:
        so_far, at = heappop(queue)
        if so_far > dear[at]:
            continue
        for n in range(steps.size):
            to = at + steps[n]
            if to < 0 or to >= owner.size or cost[to] <= 0.0:
                continue
            here = cost[at] if cost[at] > 0.0 else cost[to]
            whole = so_far + 0.5 * (here + cost[to]) * lengths[n]
            if whole < dear[to] and whole <= limit:
                dear[to] = whole
                owner[to] = owner[at]
                before[to] = at
                heappush(queue, (whole, to))
