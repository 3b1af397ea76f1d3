"""Benchmarks: kernels against their plain twins, in one run on one machine."""
