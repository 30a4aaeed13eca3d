# What it needs itself: git, make, python3 and python3-venv. Everything else is set up here.
#
#   make demo    set up, fetch a small model, and synthesize examples/demo.py
#   make test    set up, fetch the model that the tests use, and run the tests
#   make lint    ruff and mypy
#   make soak    the tests that repeat, with full counts
#   make perf    the benchmarks of tests/perf, one after the other
#   make clean   remove the virtual environment (weights stay where they are cached)

PYTHON ?= python3
VENV   ?= .venv
MODEL  ?= qwen2.5-coder:0.5b
# Tests wait for other processes most of the time. Many start real editors, daemons and sandboxes, so
# on a busy machine one of thousands may be too late: it gets a second chance, and is listed as RERUN.
AT_ONCE ?= 2
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test lint soak perf clean system editors weights

demo: $(VENV)/.local system weights
	@echo
	@cat examples/demo.py
	@echo
	@$(BIN)/synthd synth examples/demo.py --model $(MODEL); \
	status=$$?; if [ $$status -gt 1 ]; then exit $$status; fi

test: $(VENV)/.dev editors weights
	$(BIN)/python -m pytest -q -raR -n $(AT_ONCE) --dist loadfile --reruns 1

soak: $(VENV)/.dev editors weights
	SYNTHD_SOAK=1 $(BIN)/python -m pytest -q -ra -m soak

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

perf: $(VENV)/.dev
	for script in tests/perf/*.py; do $(BIN)/python $$script || exit 1; done

system:
	@sh scripts/system.sh

editors:
	@sh scripts/system.sh tests

weights: $(VENV)/.local
	@$(BIN)/synthd models pull $(MODEL)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "synthd needs Python 3.11 or newer; name one: make PYTHON=python3.12 …"; exit 3; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "the venv module is missing: apt-get install python3-venv"; exit 3; }

$(VENV)/.local: $(BIN)/python pyproject.toml
	$(PIP) install -q -e '.[local]'
	@touch $@

$(VENV)/.dev: $(VENV)/.local
	$(PIP) install -q -e '.[local,dev]'
	@touch $@

clean:
	rm -rf $(VENV)
