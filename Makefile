# The one command surface for people, README and CI. `make` alone lists the commands.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8501
INSTALLED := $(VENV)/.installed
SPARK_VENV := .venv-spark
SPARK_INSTALLED := $(SPARK_VENV)/.installed
export DO_NOT_TRACK := 1
export DBT_PROFILES_DIR := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help install run build app dev test lint browser docs cards coding erase query screenshots bench bench-spark spark java spark-cluster compare demo postgres publish-postgres rollback snapshots lock clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

run: build app ## From raw files to the dashboard on http://localhost:8501

build: $(INSTALLED) ## Load landing/, build, test, audit and publish; TARGET=postgres or spark names the engine
	@$(if $(TARGET),SERVICE_CONTROL_TARGET=$(TARGET)) $(BIN)/python -m orchestration.build

app: $(INSTALLED) ## Open the dashboard on what was published last
	@echo "Dashboard on http://localhost:$(PORT) (Ctrl-C ends it)"
	@$(BIN)/streamlit run app/streamlit_app.py --server.port $(PORT)

dev: $(INSTALLED) ## Dagster's own interface: assets, checks, schedules
	@$(BIN)/python -m orchestration.dev

test: $(INSTALLED) browser spark postgres lint ## All tests: dbt, Python, orchestration, app, browser
	@$(BIN)/python -m pytest

lint: $(INSTALLED)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m orchestration.portable_sql

browser: $(INSTALLED)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	  || $(BIN)/playwright install chromium \
	  || { echo "The browser tests need Chromium: install the package 'chromium' of your system and run make test again." >&2; exit 1; }

# The tests start a server of their own; the one that Debian's package would start is not wanted.
postgres:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq postgresql-common >/dev/null \
	    && sed -ri 's/#(create_main_cluster) .*/\1 = false/' /etc/postgresql-common/createcluster.conf && apt-get install -y -qq postgresql >/dev/null; } \
	  || { echo "The tests of PostgreSQL need its server: install the package 'postgresql' and run make test again." >&2; exit 1; }

docs: $(INSTALLED) ## dbt docs with lineage on http://localhost:8080
	@$(BIN)/dbt docs generate && $(BIN)/dbt docs serve --port 8080

cards: $(INSTALLED) ## Write docs/metrics and the pages of assumptions and cited figures from the seeds
	@$(BIN)/python app/metric_cards.py
	@WRITE_MATRIX=1 $(BIN)/python -m pytest -n 0 tests/metrics/test_matrix.py

coding: $(INSTALLED) ## Learn from people's codes: make coding ARGS="sample --task driver --file form.csv" (docs/text.md)
	@$(BIN)/python -m orchestration.coding $(ARGS)

erase: $(INSTALLED) ## Erase one person's texts: make erase ARGS="--customer ID" (docs/text.md)
	@$(BIN)/python -m orchestration.erase $(ARGS)

query: $(INSTALLED) ## Ask the semantic layer: make query ARGS="--metrics csat --group-by metric_time__month"
	@$(BIN)/mf query $(ARGS)

screenshots: $(INSTALLED) browser ## Make the pictures of README and docs from a running dashboard
	@$(BIN)/python app/screenshots.py --out docs/images

bench: $(INSTALLED) ## Time and memory by size and engine, with plots: make bench ARGS="--answers 1e8 --ways bare"
	@$(BIN)/python -m benchmarks $(ARGS)

bench-spark: $(INSTALLED) spark ## Builds on a Spark cluster that loses a worker half-way; results in benchmarks/
	@$(BIN)/python -m benchmarks.spark $(if $(SCALE),--scale $(SCALE))

spark-cluster: $(INSTALLED) spark ## A Spark cluster on this machine, until Ctrl-C: Connect on 15002, Thrift on 10000
	@$(BIN)/python -m orchestration.spark_server

spark: java $(SPARK_INSTALLED)

java:
	@test -n "$$JAVA_HOME" || command -v java >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq openjdk-17-jre-headless >/dev/null; } \
	  || { echo "Spark needs Java: install the package 'openjdk-17-jre-headless' of your system, or set JAVA_HOME, and try again." >&2; exit 1; }

# Apart from the project: the server's package and the small client's share one import name.
$(SPARK_INSTALLED): requirements-spark.lock
	@echo "Installing Spark into $(SPARK_VENV) (450 MB, once)"
	@test -x $(SPARK_VENV)/bin/python || $(PYTHON) -m venv $(SPARK_VENV)
	@$(SPARK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@touch $@

compare: $(INSTALLED) ## The same marts from several engines, cell by cell: make compare TARGETS="duckdb postgres"
	@$(BIN)/python -m orchestration.compare $(or $(TARGETS),duckdb postgres)

demo: $(INSTALLED) ## Simulated organisation in landing/: make demo SCALE=10
	@$(BIN)/python -m service_control.demo --scale $(or $(SCALE),1) --out landing

snapshots: $(INSTALLED) ## List the published snapshots
	@$(BIN)/python -m orchestration.publish --list

rollback: $(INSTALLED) ## Serve the snapshot before, or SNAPSHOT=<id>
	@$(BIN)/python -m orchestration.publish --rollback $(SNAPSHOT)

publish-postgres: $(INSTALLED) ## Show the served snapshot, or SNAPSHOT=<id>, in a PostgreSQL for BI
	@$(BIN)/python -m orchestration.publish_postgres $(if $(SNAPSHOT),--snapshot $(SNAPSHOT))

install: $(INSTALLED)

$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; make PYTHON=python3.12 … names another one." >&2; exit 1; }
	@echo "Installing what requirements.lock names into $(VENV) (about two minutes, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

lock: ## Resolve requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra test --extra spark --extra postgres --universal --generate-hashes --no-strip-extras \
	  --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" -o requirements.lock

clean: ## Remove what can be made again, not landing/ and not what was published
	rm -rf target logs .pytest_cache .ruff_cache .hypothesis
