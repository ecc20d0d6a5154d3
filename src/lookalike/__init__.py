"""Lookalike learns from a sample of data and makes more that looks like it."""
