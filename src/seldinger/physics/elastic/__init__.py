"""Elastic: what a body of voxels does under a load, by linear elasticity on its own grid.

In:    a grid, Young's modulus and Poisson's ratio of each voxel, what is held and what pushes.
Out:   displacement, reaction, stiffness, stress, strain, load sharing, a strength by a criterion.
Never: a patient, a tissue's number of its own, a modulus from an image: ``bone`` holds the law's
       form alone.

``body`` and ``conditions`` say what is computed, ``compress`` loads a body between two platens,
``solve`` solves it (``multigrid`` is its preconditioner), ``fields`` and ``strength`` read it.
Small strains, no yielding, no contact that opens. Voxels in steps are stiffer than the smooth body:
thin walls in bending need several voxels across, and Poisson's ratio close to 0.5 stiffens as well.
A package of its own, not a page of ``structure``: that room is about devices in vessels, and knows
no grid.
"""
