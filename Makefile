# Estran: `make serve` shows the demonstration, `make test` checks the project.
.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV ?= .venv
export PYTHON
CONFIG ?= pygeoapi-config.yml
HOST ?= 127.0.0.1
PORT ?= 5000
BIN := $(VENV)/bin
READY := $(VENV)/.installed
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header

.PHONY: help install data serve test lint bench cite lock clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 12

$(READY): pyproject.toml requirements-dev.lock tools/find-python.sh
	@python="$$(sh tools/find-python.sh)" && { [ -x $(BIN)/python ] || "$$python" -m venv $(VENV); }
	@echo "Installing / Installation ($(VENV))"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

install: $(READY) ## Create the environment and install the project in it

data: $(READY) ## Build the territory's data if they are not up to date
	@$(BIN)/estran data build --config $(CONFIG)

serve: data ## Serve the demonstration on http://127.0.0.1:5000 (HOST, PORT, CONFIG)
	@$(BIN)/estran serve --config $(CONFIG) --host $(HOST) --port $(PORT)

test: $(READY) ## Run the whole test suite (ESTRAN_STRICT=1: a missing component fails)
	@$(BIN)/python -m pytest --numprocesses=logical --maxprocesses=4

lint: $(READY) ## Style, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## Measure, side by side, and print the ratios
	@$(BIN)/python tests/benchmarks/run.py

cite: data ## Run the OGC's executable test suites on the demonstration (needs Java 17 and Maven)
	@PYTHONPATH=tests $(BIN)/python -m cite.run

lock: $(READY) ## Write the two lock files again from pyproject.toml
	@$(COMPILE) -o requirements.lock pyproject.toml
	@$(COMPILE) --group dev --group build --constraint requirements.lock -o requirements-dev.lock pyproject.toml

clean: ## Remove the environment and the built data
	rm -rf $(VENV) var dist build
