"""Fields: strain, stress and energy of each voxel, and which region carries the load.

Strain and stress are means over the voxel, which for these elements are those of its centre: there
they are most accurate. Energy is that of the whole voxel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.kernels.elastic_plain import corner_values, element_matrices, strain_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.elastic.body import Body
    from seldinger.physics.elastic.compress import Compression
    from seldinger.physics.elastic.solve import Solution

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

COMPONENTS = ("ii", "jj", "kk", "ij", "ik", "jk")
"""Of strain and stress, along the grid's axes; strains of shear are whole angles (gamma)."""
_FULL = 1e-6
"""A layer carries the whole load if no more than this share of it is missing."""


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """Values of the solid voxels, n of them in C order of ``solid``.

    Attributes:
        solid: (a, b, c) which voxels.
        strain: (n, 6) ``COMPONENTS``.
        stress_mpa: (n, 6) the same of stress.
        energy_mpa: (n,) strain energy density, N mm per mm3.
    """

    solid: Mask
    strain: Floats
    stress_mpa: Floats
    energy_mpa: Floats

    __repr__ = short_repr

    @property
    def von_mises_mpa(self) -> Floats:
        """(n,) the stress in uniaxial tension of as much energy of distortion."""
        s = self.stress_mpa
        apart = (s[:, 0] - s[:, 1]) ** 2 + (s[:, 1] - s[:, 2]) ** 2 + (s[:, 2] - s[:, 0]) ** 2
        out: Floats = np.sqrt(0.5 * apart + 3.0 * np.einsum("nc,nc->n", s[:, 3:], s[:, 3:]))
        return out

    def principal_strain(self) -> Floats:
        """(n, 3) rising: the first is the strongest shortening."""
        tensor = np.empty((len(self.strain), 3, 3))
        for n in range(3):
            tensor[:, n, n] = self.strain[:, n]
        for n, (p, q) in enumerate(((0, 1), (0, 2), (1, 2)), start=3):
            tensor[:, p, q] = tensor[:, q, p] = 0.5 * self.strain[:, n]
        return np.asarray(np.linalg.eigvalsh(tensor), dtype=np.float64)

    def spread(self, values: Floats) -> Floats:
        """Values of the solid voxels, (n,) or (n, m), on the grid; 0 where there is nothing."""
        out = np.zeros(self.solid.shape + values.shape[1:])
        out[self.solid] = values
        return out


def measure_fields(solution: Solution) -> Fields:
    """Strain, stress and energy of each voxel of a solution."""
    body = solution.body
    solid, spacing = body.solid, np.array(body.grid.spacing_mm)
    corners = corner_values(solution.displacement_mm)[solid.reshape(-1)]
    lam, mu = (m[solid] for m in body.moduli_mpa())
    strain = corners @ strain_matrix(spacing, np.zeros(3)).T
    stress = mu[:, None] * strain
    stress[:, :3] *= 2.0
    stress[:, :3] += (lam * strain[:, :3].sum(axis=1))[:, None]
    first, second = element_matrices(spacing)
    energy = lam * np.einsum("nc,nc->n", corners @ first, corners)
    energy += mu * np.einsum("nc,nc->n", corners @ second, corners)
    return Fields(solid, strain, stress, 0.5 * energy / float(np.prod(spacing)))


@dataclass(frozen=True, slots=True, eq=False)
class LoadSharing:
    """Which region carries the load.

    Attributes:
        labels: (m,) of the regions.
        by_layer: (layers, m) share of the whole load that a region carries through each layer of
            voxels across the axis; sums are 1 between the platens, less beside their edges.
        share: (m,) mean over the layers that carry all of it.
    """

    labels: NDArray[np.int64]
    by_layer: Floats
    share: Floats

    __repr__ = short_repr


def share_load(
    done: Compression, labels: NDArray[np.integer], fields: Fields | None = None
) -> LoadSharing:
    """How regions share the load of a compression.

    What a layer carries is the sum of mean stress times area over its voxels, which is exact: it is
    in balance with the platens.

    Args:
        done: the compression.
        labels: (a, b, c) region of each voxel.
        fields: of it, if they were already measured.

    Raises:
        ValueError: labels of another shape; no layer lies wholly between the platens.
    """
    body = done.solution.body
    if labels.shape != body.grid.shape or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels are integers of shape {body.grid.shape}, got {labels.dtype} of {labels.shape}"
        )
    fields = fields or measure_fields(done.solution)
    names, region = np.unique(labels[fields.solid], return_inverse=True)
    layer = np.nonzero(fields.solid)[done.axis]
    count = body.grid.shape[done.axis]
    area = _area_mm2(body, done.axis)
    push = np.bincount(
        layer * len(names) + region,
        weights=-area * fields.stress_mpa[:, done.axis],
        minlength=count * len(names),
    )
    by_layer = push.reshape(count, len(names)) / done.force_n
    full = np.abs(by_layer.sum(axis=1) - 1.0) <= max(_FULL, 100.0 * done.solution.residual)
    if not full.any():
        raise ValueError(
            "no layer of voxels carries the whole load: the ends overlap along the axis; take "
            "flatter ends"
        )
    return LoadSharing(names.astype(np.int64), by_layer, by_layer[full].mean(axis=0))


def _area_mm2(body: Body, axis: int) -> float:
    return float(np.prod(np.delete(np.array(body.grid.spacing_mm), axis)))
