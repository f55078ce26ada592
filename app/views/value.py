"""Value: the chain from employee to euro, what engagement is worth, and what poor service costs."""

from __future__ import annotations

import frame
import sheets.common
import sheets.value
import stories
import streamlit as st


def show(at: frame.Here) -> None:
    words = at.words
    links = frame.mart(at, "whole", "value_chain_links")
    euro = frame.mart(at, "whole", "euro_per_point")
    worth, _ = sheets.common.of_scope(at, "engagement_value_by_scope")
    poor, _ = sheets.common.of_scope(at, "cost_of_poor_service")
    names = {
        row["metric_code"]: row[f"metric_name_{words.language}"]
        for row in frame.mart(at, "whole", "dim_metrics")
    }
    on_one_scale = [row for row in euro if row["metric_code"].startswith("driver_")]
    frame.top(
        at,
        words["nav_value"],
        [frame.scope_label(at)],
        stories.line(stories.value(poor, on_one_scale, names, words), words),
        ("view",),
    )
    left, right = st.columns(2, gap="medium")
    with left:
        sheets.value.chain(at, links, euro, names)
        sheets.value.what_if(at, links, euro, names)
    with right:
        sheets.value.engagement(at, worth)
        sheets.value.poor_service(at, poor)
        sheets.value.per_point(at, euro, names)


show(frame.current())
