PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find memcli plugins schemas man -type f -not -name '*.pyc' 2>/dev/null)

.PHONY: demo test check bench man sessions crash hooks clean

demo: $(VENV)/installed
	@$(BIN)/python tests/support/demo.py

test: $(VENV)/installed
	$(BIN)/pytest -n 2 --dist worksteal

check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m memcli.cli.generate --check .

man: $(VENV)/installed
	$(BIN)/python -m memcli.cli.generate .

sessions: $(VENV)/installed
	$(BIN)/pytest tests/cli --regenerate

bench: $(VENV)/installed
	@$(BIN)/python tests/bench/bench.py $(if $(SIZES),--sizes $(SIZES)) $(if $(PARTS),--parts $(PARTS)) $(if $(ROWS),--rows $(ROWS)) \
	  $(if $(RUNS),--runs $(RUNS)) $(if $(PLOT),--plot $(PLOT)) $(if $(JSON),--json)

crash: $(VENV)/installed
	$(BIN)/python tests/support/campaign.py

hooks: $(VENV)/installed
	$(BIN)/python tests/support/hookings.py

$(VENV)/dependencies: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("mem needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check '.[dev]'
	@touch $@

$(VENV)/installed: $(VENV)/dependencies $(SOURCES) README.md
	@rm -rf build
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall .
	@rm -rf build memcli.egg-info
	@touch $@

clean:
	rm -rf $(VENV) build memcli.egg-info
