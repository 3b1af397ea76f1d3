"""Procedures: one page each, declarations only: an approach, a treatment, limits and citations.

In:    treatments of ``plan``.      Out: one ``PROCEDURE`` per page, found by entry point.
Never: logic, numbers of medicine, other procedures.
"""
