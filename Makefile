# The verbs of this project. CI and pre-commit call the same ones.
# Needs python3 (3.11, 3.12 or 3.13; another one with PYTHON=...) and the package registry; everything else it brings.

PYTHON ?= python3
VENV := .venv/bin/python
PYTEST := $(VENV) -m pytest
DEMANDED := $(if $(filter command line environment,$(origin PYTHON)),--demanded)
WITH_PACKAGES := $(PYTHON) socialvideo/local/bootstrap.py requirements.txt $(DEMANDED)
WITH_TOOLS := $(PYTHON) socialvideo/local/bootstrap.py requirements-dev.txt $(DEMANDED)
SOURCES = $(shell find accounts follows videos feeds socialvideo tests -name '*.py' -not -path '*/migrations/*')
TEMPLATES = $(shell find templates -name '*.html')
TYPED = socialvideo/lib socialvideo/local $(wildcard $(foreach layer,querysets selectors services stats tasks,*/$(layer).py)) $(wildcard */services/*.py */selectors/*.py) \
	$(wildcard feeds/ranking.py feeds/reasons.py feeds/for_you/*.py feeds/auditing.py feeds/status.py feeds/machine.py)
LOCK := --universal --fork-strategy fewest --python-version 3.11 --quiet --no-header --no-annotate --upgrade
CATALOGUE = --all --no-wrap --no-obsolete --add-location file --ignore staticfiles --ignore vendor --ignore tests --ignore benchmarks
ARGS ?=

# Compiled once, not by each process at its start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-browser check fix faults bench messages lock hooks

help:            ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 20

run:             ## the whole site on this machine, with a demo world (PORT=8000, DEMO=0 for an empty one)
	@$(WITH_PACKAGES)
	@exec $(VENV) -m socialvideo.local run

test:            ## all tests but the browser's, on a throw-away PostgreSQL and Redis (ARGS="-k follow")
	@$(WITH_TOOLS)
	@exec $(PYTEST) -n 2 --dist worksteal $(ARGS)

test-browser:    ## the browser's tests, a failed one a second time; needs Chromium
	@$(WITH_TOOLS)
	@exec $(PYTEST) -n 2 --dist worksteal -m browser --reruns 1 --rerun-show-tracebacks $(ARGS)

faults:          ## full-size faults: killed workers, storms, many random worlds; takes long
	@$(WITH_TOOLS)
	@THOROUGH=1 exec $(PYTEST) -m "faults or random_acts" --timeout 3600 $(ARGS)

bench:           ## measurements
	@$(WITH_TOOLS)
	@DURABLE=1 exec $(PYTEST) -m bench -s benchmarks $(ARGS)

check:           ## everything that judges without running the site
	@$(WITH_TOOLS)
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	$(VENV) -m mypy $(TYPED)
	$(VENV) -c "from importlinter.cli import lint_imports_command as lint; lint()"
	$(dir $(VENV))djade --target-version 5.2 --check $(TEMPLATES)
	$(VENV) -m djlint --lint --quiet templates
	$(VENV) -m django_upgrade --target-version 5.2 --check $(SOURCES)
	$(VENV) manage.py check
	$(VENV) -W "ignore:Got an error checking" manage.py makemigrations --check --dry-run
	$(VENV) manage.py spectacular --validate --fail-on-warn --file /dev/null

fix:             ## formats, and mends what mends itself
	@$(WITH_TOOLS)
	$(VENV) -m ruff check --fix .
	$(VENV) -m ruff format .
	$(dir $(VENV))djade --target-version 5.2 $(TEMPLATES)
	$(VENV) -m django_upgrade --target-version 5.2 $(SOURCES)

messages:        ## what is to be translated, from the sources into socialvideo/locale, and compiled; needs gettext
	@$(WITH_TOOLS)
	$(VENV) manage.py makemessages $(CATALOGUE) -d django
	$(VENV) manage.py makemessages $(CATALOGUE) -d djangojs
	cd socialvideo && ../$(VENV) ../manage.py compilemessages

lock:            ## pins the newest allowed versions of everything in pyproject.toml; needs uv
	uv pip compile pyproject.toml $(LOCK) -o requirements.txt
	uv pip compile pyproject.toml --group dev -c requirements.txt $(LOCK) -o requirements-dev.txt

hooks:           ## make check before every commit
	@$(WITH_TOOLS)
	$(VENV) -m pre_commit install
