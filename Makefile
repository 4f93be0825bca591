# What a developer or operator types. `make help` lists it.

PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
CODE := service worker tests benchmarks docs

# A stamp carries the sum of what was installed, so an unchanged set-up costs nothing.
sum = $(shell cat $(1) pyproject.toml 2>/dev/null | cksum | cut -d ' ' -f 1)
RUN_STAMP := $(VENV)/.run-$(call sum,requirements.lock)
DEV_STAMP := $(VENV)/.dev-$(call sum,requirements-dev.lock)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check format lock texts format-check lint types arrows migrations clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: $(RUN_STAMP) ## Start web and worker with a demo site (PORT=8000, FOYER_DATA=./var)
	@exec $(BIN)/python -m service.cli run --demo

# Journeys wait for whole programs and count on a machine that does nothing else, so they
# come one after the other; all else takes what cores there are.
ALL := -n auto --maxprocesses 8 --dist loadfile --ignore tests/journey
test: $(DEV_STAMP) ## Run all tests (ARGS='-k word' picks some, one after the other)
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@failed=0; \
	$(BIN)/python -m pytest $(ALL) || failed=$$?; \
	$(BIN)/python -m pytest tests/journey || failed=$$?; \
	exit $$failed
endif

# One after the other, whatever `-j` says: the quick ones first.
check: $(DEV_STAMP) ## Check format, lint, types, import arrows and migrations, then test
	@for target in format-check lint types arrows migrations test; do \
		$(MAKE) --no-print-directory $$target || exit 1; \
	done

format-check: $(DEV_STAMP) ## Check that the code is formatted
	@$(BIN)/ruff format --check $(CODE)

lint: $(DEV_STAMP) ## Look for likely mistakes
	@$(BIN)/ruff check $(CODE)

types: $(DEV_STAMP) ## Check the types
	@$(BIN)/mypy

arrows: $(DEV_STAMP) ## Check which module may import which
	@$(BIN)/lint-imports

migrations: $(DEV_STAMP) ## Check that the migrations make the tables of the models
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	export FOYER_DATA="$$folder" FOYER_DATABASE_URL=; \
	$(BIN)/alembic upgrade head; \
	$(BIN)/alembic check; \
	heads=$$($(BIN)/alembic heads | wc -l); \
	[ "$$heads" -eq 1 ] || { echo "$$heads heads of migrations, not 1" >&2; exit 1; }

format: $(DEV_STAMP) ## Format the code and mend what can be mended
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

lock: ## Lock the newest fitting dependencies by their hashes (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --extra build --extra peers --extra dev \
		--constraint requirements.lock pyproject.toml -o requirements-dev.lock

# Errors are texts too, where they say one thing; `mark` names what is said later.
TEXTS := service/web/texts
ERRORS := $(foreach error,Conflict Forbidden ForbiddenMove StaleComment Unknown Unavailable,-k $(error))
texts: $(DEV_STAMP) ## Gather what pages say, and compile what translators wrote
	@$(BIN)/pybabel -q extract -F pyproject.toml -w 88 -k mark $(ERRORS) --no-location --sort-output \
		--omit-header -o $(TEXTS)/messages.pot .
	@$(BIN)/pybabel -q update -w 88 -i $(TEXTS)/messages.pot -d $(TEXTS) --no-fuzzy-matching \
		--ignore-obsolete
	@$(BIN)/pybabel -q compile -d $(TEXTS)

clean: ## Remove the virtual environment and what tools have cached
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# --- Set-up ------------------------------------------------------------------------

define NO_PYTHON
foyer: '$(PYTHON)' is not Python 3.11 or newer. Install it, or name one: make PYTHON=python3.12 …
endef
define NO_VENV
foyer: '$(PYTHON)' cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv
endef

# Makes the virtual environment, and makes it anew if its Python has gone, or if setting
# it up was interrupted.
define make_venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "$(NO_PYTHON)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "$(NO_VENV)" >&2; exit 1; }
	@[ ! -e $(VENV)/.unfinished ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || \
		{ rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
endef

# Installs a lock file; says nothing unless it fails.
define install
	@echo "Setting up $(VENV) from $(1) (once; this takes a minute) …"
	@rm -f $(VENV)/.run-* $(VENV)/.dev-*
	@touch $(VENV)/.unfinished
	@{ $(BIN)/python -m pip install --quiet --require-hashes -r $(1) && \
		$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e . ; \
	} >$(VENV)/install.log 2>&1 || { cat $(VENV)/install.log >&2; exit 1; }
	@rm -f $(VENV)/.unfinished
endef

$(RUN_STAMP): requirements.lock
	$(make_venv)
	$(call install,requirements.lock)
	@touch $@

# The locked packages for development include those for running.
$(DEV_STAMP): requirements-dev.lock
	$(make_venv)
	$(call install,requirements-dev.lock)
	@touch $@ $(RUN_STAMP)
