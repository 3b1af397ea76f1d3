"""Dilation: a narrowed vessel is opened by a balloon or a stent."""
