"""Thermal: heat and cold of placed applicators on a patient's tissue.

``scene`` holds what the engine must know of the patient, ``heating`` runs placed applicators on it,
``uncertainty`` repeats that with what is not known exactly.
"""
