"""`python -m benchmarks.polars_pipeline LANDING OUT.parquet`: the figures of a landing folder in a file."""

import sys
from pathlib import Path

from benchmarks.polars_pipeline.figures import headline_metrics

if __name__ == "__main__":
    headline_metrics(Path(sys.argv[1])).write_parquet(sys.argv[2])
