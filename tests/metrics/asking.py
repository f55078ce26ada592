"""Asks the semantic layer many questions in one process: it takes six seconds to start and milliseconds to answer.

Run in a project folder. Reads `[[metrics, group by], …]` as JSON from the standard input and writes an object to the
file named as argument: `metrics` and `saved_queries` that it knows, and `answers`, each a list of rows (objects by
column name).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest


def main(answer: Path) -> None:
    configuration = CLIConfiguration()
    configuration.setup(configure_file_logging=False)
    layer = configuration.mf

    def ask(**question: object) -> list[dict]:
        table = layer.query(mf_request=MetricFlowQueryRequest.create(**question)).result_df
        return [dict(zip(table.column_names, row, strict=True)) for row in table.rows]

    questions = json.load(sys.stdin)
    told = {
        "metrics": [metric.name for metric in layer.list_metrics()],
        "saved_queries": {
            query.name: ask(saved_query_name=query.name) for query in layer.list_saved_queries()
        },
        "answers": [ask(metric_names=metrics, group_by_names=group_by) for metrics, group_by in questions],
    }
    answer.write_text(json.dumps(told, default=str), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
