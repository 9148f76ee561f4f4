"""The use cases: what the command line and the pages call, and nothing else."""
