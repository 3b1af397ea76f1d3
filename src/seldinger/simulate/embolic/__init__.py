"""Embolic: what agents do once they lie in arteries; how beads let go of their drug over time.

In:    milligrams in beads by where they lie, and an agent of the catalogue.
Out:   milligrams in beads and released over time, with their spread and how long it was watched.
Never: what of it kills tumour, what reaches the blood: no figure tells that.
"""
