"""Puts the root of the project on the path, for `service_control`: `streamlit run` puts only app/ there."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[1])
if ROOT not in sys.path:
    sys.path.append(ROOT)
