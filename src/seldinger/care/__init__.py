"""Care: the patient who is not an image: labs, drugs, scores, clearance, dose, pathway, ledger.

In:    a patient's file, dose reports (``image``), facts (``evidence``).
Out:   ``Patient``, findings, timetables, scores, dose accounts, records.
Never: images, needles, procedures' geometry.
"""
