"""Geometry: masks, distances, surfaces and levels on grids.

In:    masks and fields on a grid, points in LPS mm.      Out: masks, distances, surfaces, sizes.
Uses:  numpy, scipy, edt and the kernels.
Never: patients, tissues, files.
"""
