"""Elasticity's task: a barrel with a shell, a spongy inside and a hard ball, between platens.

Moduli are round numbers a hundredfold apart: a benchmark needs work, not medicine. The peer is the
usual way: a matrix of scipy.sparse, and conjugate gradients with its diagonal as preconditioner.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage, sparse
from scipy.sparse.linalg import LinearOperator, cg

from benchmarks.flow import cpu_s
from seldinger.core.space import Grid
from seldinger.kernels import elastic, elastic_plain
from seldinger.physics.elastic.body import Body
from seldinger.physics.elastic.compress import Compression, compress, end_layers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SMALL", "Task", "cpu_s", "product_cpu_s", "task"]

SHAPE = (56, 46, 62)
SMALL = (28, 23, 31)
SOFT, HARD = 20.0, 2000.0
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A body, to be compressed along k."""

    body: Body

    def stiffness(self) -> Compression:
        """Between platens that stick, as the engine does it."""
        return compress(self.body, end_layers(self.body, 2), 2, 0.1, friction=True)

    def twin_cpu_s(self) -> float:
        """Processor time of one product by the numpy twin."""
        given = self.given()
        return cpu_s(lambda: elastic_plain.apply(*given), 1)

    def given(self) -> tuple[NDArray[np.float64], ...]:
        """Arguments of a product."""
        lam, mu = self.body.moduli_mpa()
        u = np.random.default_rng(1).normal(size=self.body.node_shape)
        return lam, mu, np.array(self.body.grid.spacing_mm), u, np.zeros(69), np.zeros_like(u)

    def matrix(self) -> sparse.csr_array:
        """The stiffness, assembled."""
        body = self.body
        first, second = elastic_plain.element_matrices(np.array(body.grid.spacing_mm))
        lam, mu = (m[body.solid][:, None, None] for m in body.moduli_mpa())
        nodes = [
            np.ravel_multi_index((np.argwhere(body.solid) + c).T, body.node_shape[:3])
            for c in elastic_plain.CORNERS
        ]
        unknowns = (3 * np.stack(nodes, axis=1)[:, :, None] + np.arange(3)).reshape(-1, 24)
        unknowns = unknowns.astype(np.int32)
        rows, columns = np.repeat(unknowns, 24, axis=1), np.tile(unknowns, (1, 24))
        size = int(np.prod(body.node_shape))
        values = (lam * first + mu * second).ravel()
        return sparse.csr_array((values, (rows.ravel(), columns.ravel())), (size, size))

    def peer_cpu_s(self) -> float:
        """Processor time of the peer, assembly included, to a residual that leaves as little."""
        held = self.stiffness().solution.conditions
        start = time.process_time()
        matrix = self.matrix()
        moves = ~held.held.reshape(-1) & (matrix.diagonal() > 0.0)
        drive = -(matrix @ held.displacement_mm.reshape(-1))[moves]
        inner = matrix[moves][:, moves]
        scale = 1.0 / inner.diagonal()
        jacobi = LinearOperator(inner.shape, matvec=lambda r: scale * r)
        cg(inner, drive, rtol=TOLERANCE, M=jacobi)
        return time.process_time() - start


def task(shape: tuple[int, int, int] = SHAPE) -> Task:
    """A barrel of ``shape`` voxels, of 1 mm at its full size."""
    x, y, z = np.meshgrid(*((np.arange(n) + 0.5) / n * 2.0 - 1.0 for n in shape), indexing="ij")
    inside = x**2 + y**2 < (0.86 + 0.14 * z**2) ** 2
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=shape), 1.0)
    young = np.clip(100.0 * np.exp(6.0 * noise), SOFT, HARD)
    young[inside & ~ndimage.binary_erosion(inside)] = HARD
    young[(x - 0.1) ** 2 + y**2 + (z - 0.1) ** 2 < 0.35**2] = HARD
    edge = SHAPE[0] / shape[0]
    return Task(Body(Grid.aligned(shape, edge), np.where(inside, young, 0.0), 0.3))


def product_cpu_s(made: Task) -> tuple[float, float]:
    """Processor time of stiffness times displacement: by the kernel, by a sparse matrix."""
    lam, mu, spacing, u, room, out = made.given()
    ours = cpu_s(lambda: elastic.apply(lam, mu, spacing, u, room, out), 5)
    matrix, flat = made.matrix(), u.reshape(-1)
    return ours, cpu_s(lambda: matrix @ flat, 5)
