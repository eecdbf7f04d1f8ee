# Two commands on a fresh machine with Python 3.11 or later, git and make:
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
export EVENSCORE_HOME := $(abspath $(or $(EVENSCORE_HOME),var))
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

.PHONY: help nightly standalone test test-slow test-all test-quick lint clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

.bootstrap/bin/uv:
	@$(PYTHON) -m venv .bootstrap
	@.bootstrap/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check 'uv>=0.9'

.venv/.ready: pyproject.toml uv.lock | $(if $(shell command -v uv 2>/dev/null),,.bootstrap/bin/uv)
	@echo "setting up .venv from uv.lock"
	@$(UV) sync --quiet --frozen --compile-bytecode --python $(PYTHON)
	@touch $@

nightly: .venv/.ready ## run the nightly DAG through Airflow over the demo community
	@$(PRIVATE) mkdir -p $(AIRFLOW_HOME)
	@.venv/bin/evenscore demo --nights 0
	@echo "airflow dags test nightly_scores $(NIGHT)   (log: $(AIRFLOW_HOME)/nightly.log)"
	@$(PRIVATE) .venv/bin/airflow db migrate >$(AIRFLOW_HOME)/nightly.log 2>&1 \
		&& .venv/bin/airflow dags test nightly_scores $(NIGHT) >>$(AIRFLOW_HOME)/nightly.log 2>&1 \
		|| grep -E 'Error|error' $(AIRFLOW_HOME)/nightly.log | tail -3
	@.venv/bin/evenscore status --date $(NIGHT)

standalone: .venv/.ready ## Airflow's scheduler and web page on 127.0.0.1:8080, running the DAGs on schedule
	@$(PRIVATE) mkdir -p $(AIRFLOW_HOME)
	@.venv/bin/evenscore demo --nights 0
	@$(PRIVATE) .venv/bin/airflow db migrate
	@$(PRIVATE) .venv/bin/airflow pools set warehouse 1 "the warehouse has one writer"
	$(PRIVATE) PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/airflow standalone

# Tests that share a built home run in one process, and those that take longest come first: see tests/conftest.py.
PYTEST := .venv/bin/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

test: .venv/.ready ## run the tests, but for those that are slow by nature
	@$(PYTEST) -m "not slow"

test-slow: .venv/.ready ## run the tests that are slow by nature
	@$(PYTEST) -m slow

test-all: test test-slow ## run every test

test-quick: .venv/.ready ## run the tests that build no night
	@$(PYTEST) -m quick

lint: .venv/.ready ## lint, format, types, import rules
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

clean: ## remove everything that make made
	rm -rf .venv .bootstrap var
