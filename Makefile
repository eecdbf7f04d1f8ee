# Two commands on a fresh machine with Python 3.11 to 3.13, git and make:
#   make nightly   the real Airflow DAG over the bundled demo community
#   make test      the tests
# Everything is installed into .venv and .bootstrap in this folder; state goes to var/.

SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
UV = $(or $(shell command -v uv 2>/dev/null),.bootstrap/bin/uv)
NIGHT ?= 2026-03-15

# Byte code is what makes the second start fast; some machines turn it off.
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
export UV_PYTHON_DOWNLOADS := never
export UV_CACHE_DIR := $(CURDIR)/.bootstrap/cache

# Airflow as evenscore runs it: everything below the home folder, nobody else on the network, no examples.
# Not `abspath`, which takes the parts of a path with a space for several paths.
absolute = $(if $(filter /%,$(firstword $(1))),$(1),$(CURDIR)/$(1))
export EVENSCORE_HOME := $(call absolute,$(or $(EVENSCORE_HOME),var))
ifneq ($(EVENSCORE_CONFIG),)
export EVENSCORE_CONFIG := $(call absolute,$(EVENSCORE_CONFIG))
endif
export AIRFLOW_HOME := $(EVENSCORE_HOME)/airflow
export AIRFLOW__CORE__DAGS_FOLDER := $(CURDIR)/dags
export AIRFLOW__CORE__LOAD_EXAMPLES := False
export AIRFLOW__CORE__PARALLELISM := 4
export AIRFLOW__API__HOST := 127.0.0.1
export AIRFLOW__API__WORKERS := 1
export AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS := 0o700
export AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS := 0o600

# What Airflow leaves below the home folder is its owner's alone, as is what evenscore leaves there.
PRIVATE := umask 077;

# What every target that runs Airflow begins with. The shell holds the lock for as long as it or what it starts lives.
ONE_AT_A_TIME = mkdir -p "$$AIRFLOW_HOME" && exec 9>>"$$AIRFLOW_HOME/make.lock" && .venv/bin/python -c \
	'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null \
	|| { echo "make $@: another make runs Airflow in $$EVENSCORE_HOME; wait until it has ended" >&2; exit 1; };

# Airflow takes seconds to find that its database is as it was: it is asked once after each set-up.
MIGRATE = { [ "$$AIRFLOW_HOME/migrated" -nt .venv/.ready ] && [ -f "$$AIRFLOW_HOME/airflow.db" ]; } \
	|| { .venv/bin/airflow db migrate && touch "$$AIRFLOW_HOME/migrated"; }

.PHONY: help nightly standalone test test-slow test-all test-quick test-spark networks bench bench-full lint lint-sql hooks interpreters clean distclean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

.bootstrap/bin/uv:
	@$(PYTHON) -m venv .bootstrap
	@.bootstrap/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check 'uv>=0.9'

.venv/.ready: pyproject.toml uv.lock | $(if $(shell command -v uv 2>/dev/null),,.bootstrap/bin/uv)
	@echo "setting up .venv from uv.lock"
	@$(UV) sync --quiet --frozen --compile-bytecode --python $(PYTHON)
	@touch $@

# An environment of its own: what a night needs has no place for a second engine.
.venv-spark/.ready: pyproject.toml uv.lock | $(if $(shell command -v uv 2>/dev/null),,.bootstrap/bin/uv)
	@command -v java >/dev/null || [ -n "$$JAVA_HOME" ] || { echo "make $@: Spark needs Java 17 or later:" \
		"apt-get install openjdk-17-jre-headless, or set JAVA_HOME" >&2; exit 1; }
	@echo "setting up .venv-spark from uv.lock"
	@UV_PROJECT_ENVIRONMENT="$(CURDIR)/.venv-spark" $(UV) sync --quiet --frozen --compile-bytecode --only-group spark \
		--python $(PYTHON)
	@touch $@

nightly: .venv/.ready ## run the nightly DAG through Airflow over the demo community
	@$(PRIVATE) $(ONE_AT_A_TIME) log="$$AIRFLOW_HOME/nightly.log"; \
	.venv/bin/evenscore demo --nights 0 || exit; \
	echo "airflow dags test nightly_scores $(NIGHT)   (log: $$log)"; \
	{ { $(MIGRATE); } && .venv/bin/airflow dags test nightly_scores $(NIGHT); } >"$$log" 2>&1 \
		|| grep -E 'Error|error|FailException' "$$log" | tail -3; \
	.venv/bin/evenscore status --date $(NIGHT)

standalone: .venv/.ready ## Airflow's scheduler and web page on 127.0.0.1:8080, running the DAGs on schedule
	@$(PRIVATE) $(ONE_AT_A_TIME) .venv/bin/evenscore demo --nights 0 \
	&& { $(MIGRATE); } \
	&& .venv/bin/airflow pools set warehouse 1 "the warehouse has one writer" \
	&& .venv/bin/airflow pools set networks 4 "those who pull wait for other people's servers" \
	&& PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/airflow standalone

# Tests that share a built home run in one process, and those that take longest come first: see tests/conftest.py.
PYTEST := .venv/bin/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

test: .venv/.ready ## run the tests, but for those that are slow by nature or need Spark
	@$(PYTEST) -m "not slow and not spark"

test-slow: .venv/.ready ## run the tests that are slow by nature
	@$(PYTEST) -m "slow and not spark"

test-all: .venv/.ready ## run every test but those that need Spark, in one go: what fast and slow ones share is built once
	@$(PYTEST) -m "not spark"

test-quick: .venv/.ready ## run the tests that build no night
	@$(PYTEST) -m quick

test-spark: .venv/.ready .venv-spark/.ready ## a night of the demo with Spark's evidence layer and without; needs Java
	@# One night: to compile better takes longer. That alone would leave a fifth of the room for code, which is too little.
	@JAVA_TOOL_OPTIONS="-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m $$JAVA_TOOL_OPTIONS" \
		.venv/bin/python -m pytest -q -m spark tests/pipeline/test_spark.py

networks: .venv/.ready ## every connector in every weather, killed and resumed, over HTTP on loopback; EVENSCORE_RECORDED=DIR maps recordings
	@set -o pipefail; .venv/bin/python -m pytest -q -n auto -rA --no-header tests/networks tests/connectors/test_slack.py \
		| sed -nE 's/^(PASSED|FAILED|SKIPPED|ERROR)/\1/p; /^[a-z]+: [0-9]+ (answers|requests)/p; /passed|failed/p'

bench: .venv/.ready ## what a night of a million events costs, written into benchmarks/README.md; some minutes
	@PYTHONPATH=dags .venv/bin/python benchmarks/bench.py

bench-full: .venv/.ready ## the same of 10 and 100 million events and of a million people; hours, and tens of gigabytes below BENCH=var/bench
	@PYTHONPATH=dags .venv/bin/python benchmarks/bench.py full $(or $(BENCH),var/bench)
	@PYTHONPATH=dags .venv/bin/python benchmarks/publish_history.py $(or $(BENCH),var/bench)/published

lint: .venv/.ready ## lint, format, types, import rules
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

lint-sql: .venv/.ready ## lint the SQL of the dbt project; takes about a minute
	@.venv/bin/sqlfluff lint --nocolor --disable-progress-bar dbt_project/models dbt_project/tests dbt_project/macros

hooks: .venv/.ready ## let git lint what is in a commit before it is made
	@git config core.hooksPath .githooks

interpreters: .venv/.ready ## run the quick tests on every promised Python that this machine has
	@UV="$(UV)" .ci/interpreters

clean: ## remove the environment and the caches; what var/ holds stays
	rm -rf .venv .venv-spark .bootstrap

distclean: clean ## remove var/ too: landing zone, ledger, keys, decisions, published scores. Asks first
	@printf 'make distclean: this removes %s for good. Type yes: ' "$$PWD/var"; read -r answer; \
	if [ "$$answer" = yes ]; then rm -rf var; else echo "nothing of var/ was removed"; fi
