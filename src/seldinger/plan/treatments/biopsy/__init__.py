"""Biopsy: tissue through a needle; ``lung`` and ``native_kidney`` add what only they ask for."""
