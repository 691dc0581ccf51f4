# Every target does its own set-up. `make run` needs no root; `make test` installs servers with apt when it is root.
.DELETE_ON_ERROR:
.PHONY: install run test check lint coverage bench soak fuzz peers docs screenshots clean

# Python keeps what it has compiled, whatever the surroundings say: tests and the demonstration start many programs, and
# each would compile hanport anew.
export PYTHONDONTWRITEBYTECODE =

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
PIP := -m pip install --quiet --disable-pip-version-check
WORKERS ?= 2
FUZZ_SECONDS ?= 600

install: .venv/.installed

.venv/.installed: pyproject.toml
	@./tools/need-venv "$(PYTHON)"
	@echo "Installing hanport into .venv ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python $(PIP) --editable '.[meter,home,grid,testid,export]'
	@touch $@

.venv/.dev: pyproject.toml .venv/.installed
	@echo "Installing the tools for tests ..."
	@$(BIN)/python $(PIP) --editable '.[dev]'
	@touch $@

# Other programs, each in an environment of its own: they are measured and read our meter and hub, and are no part of
# hanport. Home Assistant takes minutes to install: it runs in `make peers` alone.
define environment
	@./tools/need-venv "$(PYTHON)"
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python $(PIP) --requirement $<
	@touch $@
endef

.peers/decoders/.installed: tools/peers.txt
	@echo "Installing the decoders we compare with ..."
	$(environment)

.peers/homewizard/.installed: tools/peers-homewizard.txt
	@echo "Installing a client of the compatible API ..."
	$(environment)

.peers/home-assistant/.installed: tools/peers-home-assistant.txt
	@echo "Installing Home Assistant, which takes some minutes ..."
	$(environment)

# The virtual house has lived for 90 days when it is first seen; later starts only add what has passed since.
build/demo/.prepared: .venv/.installed
	@echo "Letting the virtual house live for 90 days ..."
	@$(BIN)/hanport demo --folder build/demo --prepare
	@touch $@

run: install build/demo/.prepared
	@$(BIN)/hanport demo --folder build/demo

lint: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check: lint
	$(BIN)/pytest -n $(WORKERS)

# The pure rooms are covered to the last branch. To measure takes thrice the time of the tests.
PURE := port models doctor locale

coverage: .venv/.dev .peers/decoders/.installed .peers/homewizard/.installed
	$(BIN)/pytest -n $(WORKERS) $(PURE:%=tests/%) $(PURE:%=--cov=hanport.%) --cov-report=term --cov-fail-under=100
	$(BIN)/pytest -n $(WORKERS) --cov --cov-report=term --cov-fail-under=95

test: .venv/.dev .peers/decoders/.installed .peers/homewizard/.installed
	@./tools/need-servers
	@$(MAKE) --no-print-directory check

bench: .venv/.dev .peers/decoders/.installed
	$(BIN)/python -m bench

soak: .venv/.dev
	HANPORT_LONG=1 $(BIN)/pytest -n $(WORKERS) --timeout 7200
	HANPORT_LONG=1 $(BIN)/pytest -m soak --timeout 7200

.peers/fuzz/.installed: pyproject.toml
	@./tools/need-venv "$(PYTHON)"
	@echo "Installing the fuzzer ..."
	@$(PYTHON) -m venv .peers/fuzz
	@.peers/fuzz/bin/python $(PIP) 'atheris>=3.0,<4' --editable .
	@touch $@

fuzz: .peers/fuzz/.installed
	@mkdir -p build/fuzz
	.peers/fuzz/bin/python tests/fuzz/fuzz_decoder.py -max_total_time=$(FUZZ_SECONDS) build/fuzz

peers: .venv/.dev .peers/decoders/.installed .peers/homewizard/.installed .peers/home-assistant/.installed
	@./tools/need-servers
	$(BIN)/pytest tests/peers

docs: .venv/.dev
	$(BIN)/python -m tools.docs

screenshots: .venv/.dev
	@./tools/need-servers
	PYTHONPATH=tests $(BIN)/python -m tools.screenshots

clean:
	rm -rf .venv .peers build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
