"""Statistics without I/O: arrays and sums in, dataclasses out. SQL computes over rows, these modules over sums."""
