"""Followup: what was achieved, measured on images made afterwards.

In:    studies before and after, with their labels.      Out: margins with their uncertainty.
Uses:  registration of ``image``, margins of ``simulate``.
Never: a new plan; files (``report`` writes them).
"""
