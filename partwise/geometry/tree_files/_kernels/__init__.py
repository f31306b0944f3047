"""Compiled scanners of texts that hold trees."""
