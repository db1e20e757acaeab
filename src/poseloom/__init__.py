"""Poseloom: from a few poses to a living mascot."""
