"""Dose: what a procedure's dose report adds up to, which levels it reaches, what the skin received.

In:    dose reports (``image.dose_report``), facts, named policies (``care/data``).
Out:   ``Account``, ``SkinEstimate``, findings; a department's median beside its reference level.
Never: files being written, pictures; a level of a department held against one patient.
"""
