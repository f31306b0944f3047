"""Benchmarks of partwise beside its peers: ``python -m benchmarks NAME``; results in results/."""
