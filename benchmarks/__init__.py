"""What the executor costs, beside its peers: `python -m benchmarks`."""
