"""Endovascular: through an artery, along vessels that were traced."""
