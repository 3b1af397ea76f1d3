"""Flow: vessels of a patient become a network; what a stenosis costs, before and after.

In:    a ``Tree`` with radii, its stenoses, and how the circulation is driven.
Out:   pressure and flow at the lesion, at rest and dilated, with their spread.
Never: which device, which way in: ``plan`` decides.
"""
