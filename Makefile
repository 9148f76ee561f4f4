# The project's commands. `make demo` and `make test` do all their own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One worker for each of the two cores that the suite is sized for.
TEST_WORKERS ?= 2
TEST_ARGS ?=
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt

.DEFAULT_GOAL := help
BENCH_ARGS ?=
.PHONY: help demo test lint format types imports bench bench-quality demos check clean

help: ## List these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with make PYTHON=/path/to/python3"; exit 2; }
	$(PYTHON) -m venv $(VENV)

# The development set contains the running set, so either stamp will do for the demo.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV) (a few minutes, once) ..."
	$(PIP_INSTALL) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing with the test tools into $(VENV) (a few minutes, once) ..."
	$(PIP_INSTALL) -e '.[dev]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-bench: pyproject.toml constraints.txt | $(VENV)/.installed-dev
	$(PIP_INSTALL) -e '.[dev,benchmarks]'
	@touch $@

demo: $(VENV)/.installed ## Install if needed, scan a bundled demo, open the app
	@$(BIN)/curation-app demo

# One BLAS thread for each worker: two workers with two threads each only get in one another's way.
test: $(VENV)/.installed-dev ## Every test, with all set-up (Chromium and PostgreSQL where they may be installed)
	@bash .ci/prepare
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(TEST_WORKERS) $(TEST_ARGS)

lint: $(VENV)/.installed-dev ## Style and common mistakes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.installed-dev ## Rewrite the code in house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(VENV)/.installed-dev ## Static types
	@$(BIN)/mypy

imports: $(VENV)/.installed-dev ## The import rule of the design
	@$(BIN)/lint-imports

bench: $(VENV)/.installed-bench ## Speed and quality against peers (minutes; never part of the tests)
	@OMP_NUM_THREADS=2 $(BIN)/python -m benchmarks

bench-quality: $(VENV)/.installed-bench ## What is found, beside the peers (hours; BENCH_ARGS="mixed --quick" for a part)
	@OMP_NUM_THREADS=2 $(BIN)/python -m benchmarks quality $(BENCH_ARGS)

demos: $(VENV)/.installed-dev ## Build the demo datasets again
	@$(BIN)/python -m demo_datasets.build

check: lint types imports test ## All that continuous integration runs

clean: ## Remove everything that these commands made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
