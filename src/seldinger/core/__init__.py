"""Core: the vocabulary every room shares: space, volumes, records, errors. numpy only."""
