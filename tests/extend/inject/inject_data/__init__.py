"""Pages of the invented injection."""
