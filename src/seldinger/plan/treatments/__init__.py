"""Treatments: what is done at the target; each page decides from a case and speaks with sources.

``sample`` takes tissue (``lung`` adds what only the lung does), ``drain`` empties collections.
"""
