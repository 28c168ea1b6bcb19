# The front door: `make run` plays a year on this machine, `make test` shows that it is right.

PYTHON ?= python3
BUS ?= embedded
SCENARIO ?= all
PORT ?=
BIND ?=

VENV := .venv
PY := $(VENV)/bin/python
# The tools that check deploy/ pin many packages that Merit shall not follow.
DEPLOY := .venv-deploy
# The libraries that Merit is measured with and against.
BENCH := .venv-bench
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(PY) -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock"

.PHONY: run test check mutants bench lock clean-data kafka python

run: $(VENV)/made-for-running
	@$(PY) -m merit up --scenario $(SCENARIO) --bus $(BUS) $(if $(PORT),--port $(PORT)) $(if $(BIND),--bind $(BIND))

# Test processes that share the work; `make test SIDE_BY_SIDE=0 PYTEST="tests/unit --pdb"` runs in one, without helpers.
SIDE_BY_SIDE ?= 2
test: $(VENV)/made-for-testing $(DEPLOY)/made kafka check
	@$(PY) -m pytest -n $(SIDE_BY_SIDE) $(PYTEST)

check: $(VENV)/made-for-testing
	@$(PY) -m ruff check .
	@$(VENV)/bin/lint-imports --no-logo

# Measures everything that has a goal, and writes bench/RESULTS.md; wants a quiet machine for some minutes.
# `make bench PARTS="append http"` measures those alone and writes nothing.
bench: $(BENCH)/made
	@$(BENCH)/bin/python -m shared.local.kafka fetch
	@$(BENCH)/bin/python -m bench $(PARTS)

# Whether the tests would notice other code: `make mutants AREA=payroll SAMPLE=160 SEED=8`; an area without a sample takes a while.
AREA ?= kernel
mutants: $(VENV)/made-for-testing
	@$(PY) -m tests.support.mutants $(AREA) $(SAMPLE) $(if $(SEED),--seed $(SEED))

kafka: $(VENV)/made-for-testing
	@$(PY) -m shared.local.kafka fetch

# Pins what the .in files ask for, with hashes and without addresses; `make lock UPGRADE=--upgrade` takes the newest of everything.
lock: $(VENV)/made-for-testing
	$(LOCK) $(UPGRADE) requirements.in --output-file requirements.txt
	$(LOCK) $(UPGRADE) --constraints requirements.txt requirements-service.in --output-file requirements-service.txt
	$(LOCK) $(UPGRADE) --constraints requirements.txt requirements-dev.in --output-file requirements-dev.txt
	$(LOCK) $(UPGRADE) requirements-deploy.in --output-file requirements-deploy.txt
	$(LOCK) $(UPGRADE) --constraints requirements.txt requirements-bench.in --output-file requirements-bench.txt

# Forgets every event, view and broker of this machine; the environment and Kafka's programs stay.
clean-data:
	rm -rf .merit

$(VENV)/made-for-running: requirements.txt | python
	@echo "Making the Python environment in $(VENV) (once; about 100 MB, PostgreSQL's programs among them) …"
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/made-for-testing: requirements-dev.txt requirements.txt | python
	@echo "Making the Python environment in $(VENV) with what the tests need …"
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/made-for-running

$(DEPLOY)/made: requirements-deploy.txt | python
	@echo "Making the Python environment in $(DEPLOY) with the tools that check deploy/ …"
	@$(PYTHON) -m venv --clear $(DEPLOY)
	@$(DEPLOY)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-deploy.txt
	@touch $@

$(BENCH)/made: requirements-bench.txt | python
	@echo "Making the Python environment in $(BENCH) with what the measurements need …"
	@$(PYTHON) -m venv --clear $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

python:
	@command -v $(PYTHON) >/dev/null || { echo "Expected Python 3.11 or later as $(PYTHON), found none; install it (Debian: python3) or run make PYTHON=/its/path." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else f"Expected Python 3.11 or later, found {v[0]}.{v[1]} as $(PYTHON); run make PYTHON=/path/to/a/later/one.")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Expected the modules venv and ensurepip in $(PYTHON), found them missing; install them (Debian: apt-get install python3-venv)." >&2; exit 1; }
