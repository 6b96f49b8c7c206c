# Needs nothing but Python 3.11 or newer and make: `make run` opens the lab, `make test` checks it.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
# Test processes, more than two processors: a third of the time a test waits for a process or a
# timer. Four would leave nothing to the trainings that tests start, which give way to all else. A
# file's tests stay in one of them, for what its fixtures have made.
WORKERS ?= 3
# Without an NVIDIA GPU the plain requirement would bring gigabytes of CUDA libraries: the CPU
# build is taken from the index below, or from wherever pip finds that very release; only where
# neither has it does the plain requirement decide.
TORCH_CPU_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH_CPU_RELEASE ?= 2.13.0
HAS_GPU := $(shell command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L 2>/dev/null | grep -c GPU)

.PHONY: run test lint clean

run: $(READY)
	$(BIN)/llmlab

# Hundreds of child processes import the same sources: compiled once, whatever the environment says.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(READY_DEV) lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile
	$(BIN)/python tests/wheel_smoke.py

lint: $(READY_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "llmlab needs Python 3.11 or newer on the PATH."; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.torch: $(VENV)/bin/python
	@if $(BIN)/python -c "import torch" 2>/dev/null; then :; \
	elif [ "$(HAS_GPU)" != "" ] && [ "$(HAS_GPU)" != "0" ]; then :; \
	elif [ "$$(uname -s)" != "Linux" ]; then :; \
	else \
	  $(BIN)/python -m pip install --quiet "torch==$(TORCH_CPU_RELEASE)+cpu" 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --timeout 10 --retries 1 --index-url $(TORCH_CPU_INDEX) \
	    "torch>=2.9,<=$(TORCH_CPU_RELEASE)" 2>/dev/null || \
	  echo "No CPU build of torch found: pip will choose one (it may be large)."; \
	fi
	@touch $@

$(READY): $(VENV)/.torch pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(READY_DEV): $(READY)
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@
