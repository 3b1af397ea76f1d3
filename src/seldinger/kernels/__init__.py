"""Kernels: loops over arrays; the only room that imports numba.

In:    C-ordered arrays of one dtype, lengths in millimetres, positions in index coordinates.
Out:   arrays the caller allocated.
Never: patients, files, units by guess. Beside each kernel stands a plain twin, its oracle in tests.
"""
