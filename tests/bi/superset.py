"""The few calls of Superset's REST API that a first report needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

NAME = "Service control"


@dataclass
class Superset:
    """A session with the database `Service Control` registered. Errors of the API are urllib's HTTPError."""

    address: str
    token: str = ""
    database: int = 0

    @classmethod
    def connected(cls, address: str, serving: Path) -> Superset:
        """Log in and register the snapshot, read-only, anew."""
        parts = urlsplit(address)
        session = cls(f"{parts.scheme}://{parts.hostname}:{parts.port}")
        login = {"username": parts.username, "password": parts.password, "provider": "db"}
        session.token = session.call("POST", "security/login", login)["access_token"]
        session.remove_all("chart", "slice_name")
        session.remove_all("dataset", "table_name")
        session.remove_all("database", "database_name")
        read_only = {"engine_params": {"connect_args": {"read_only": True}}}
        created = {
            "database_name": NAME,
            "sqlalchemy_uri": f"duckdb:///{serving}",
            "extra": json.dumps(read_only),
            "expose_in_sqllab": True,
        }
        session.database = session.call("POST", "database/", created)["id"]
        return session

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = None if body is None else json.dumps(body).encode()
        # announced without a body it is a bad request
        headers |= {"Content-Type": "application/json"} if data else {}
        request = Request(f"{self.address}/api/v1/{path}", method=method, data=data, headers=headers)
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def remove_all(self, kind: str, name: str) -> None:
        """What an earlier run left: charts and datasets on the database of that name, and the database."""
        for found in self.call("GET", f"{kind}/")["result"]:
            belongs = NAME in (found[name], (found.get("database") or {}).get("database_name"))
            if belongs or str(found[name]).startswith(f"{NAME}: "):
                self.call("DELETE", f"{kind}/{found['id']}")

    def tables(self) -> list[str]:
        found = self.call("GET", f"database/{self.database}/tables/?q=(schema_name:marts)")
        return [table["value"] for table in found["result"]]

    def described(self, table: str) -> dict[str, Any]:
        """Comment and columns of a table, as the SQL editor shows them."""
        return self.call("GET", f"database/{self.database}/table_metadata/?name={table}&schema=marts")

    def dataset(self, table: str) -> int:
        body = {"database": self.database, "schema": "marts", "table_name": table}
        return self.call("POST", "dataset/", body)["id"]

    def chart(self, dataset: int, name: str, kind: str, column: str, filters: dict[str, str]) -> int:
        """A chart of max(value) by a column: every filter leaves one row per value of it."""
        form = {
            "viz_type": kind,
            "x_axis": column,
            "time_grain_sqla": None,
            "metrics": [MEASURE],
            "groupby": [],
            "adhoc_filters": [
                {
                    "clause": "WHERE",
                    "expressionType": "SIMPLE",
                    "subject": subject,
                    "operator": "==",
                    "comparator": value,
                }
                for subject, value in filters.items()
            ],
            "row_limit": 1000,
            "y_axis_format": ".1f",
        }
        body = {
            "slice_name": f"{NAME}: {name}",
            "viz_type": kind,
            "datasource_id": dataset,
            "datasource_type": "table",
            "params": json.dumps(form),
            "query_context": json.dumps(question(dataset, column, filters)),
        }
        return self.call("POST", "chart/", body)["id"]

    def drawn(self, chart: int) -> list[dict[str, Any]]:
        """The rows that a chart draws."""
        return self.call("GET", f"chart/{chart}/data/")["result"][0]["data"]


MEASURE = {"expressionType": "SQL", "sqlExpression": "max(value)", "label": "value"}


def question(dataset: int, column: str, filters: dict[str, str]) -> dict[str, Any]:
    return {
        "datasource": {"id": dataset, "type": "table"},
        "result_format": "json",
        "result_type": "full",
        "queries": [
            {
                "columns": [column],
                "metrics": [MEASURE],
                "filters": [{"col": name, "op": "==", "val": value} for name, value in filters.items()],
                "orderby": [[column, True]],
                "row_limit": 1000,
            }
        ],
    }
