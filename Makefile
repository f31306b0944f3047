# partwise: `make demo` and `make test` need Python 3.11 or newer and make, nothing else.
#
#   make demo          set up .venv and partition the digits graph; results in demo/
#   make test          set up .venv with the development tools and run the tests
#   make test-kernels  compile all GPU kernels, and run them without a GPU; needs g++ as well
#   make lint          ruff, mypy and the import contract
#   make bench         partwise beside its peers; BENCH="partition --quick" and so on
#   make clean         remove everything that these targets made

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TEST_EXTRAS ?= dev,plot,io
PYTEST_ARGS ?= --numprocesses=auto --maxprocesses=4 --dist=loadfile
BENCH ?= partition --quick

comma := ,
PIP := $(BIN)/python -m pip --disable-pip-version-check
# One stamp per set of extras: a target installs again only when its own set, pyproject.toml or
# constraints.txt changes.
stamp = $(VENV)/.installed-$(subst $(comma),-,$(1))
INPUTS := pyproject.toml constraints.txt

DEMO_STAMP := $(call stamp,plot)
TEST_STAMP := $(call stamp,$(TEST_EXTRAS))
KERNELS_STAMP := $(call stamp,kernels)
BENCH_STAMP := $(call stamp,peers$(comma)plot)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-kernels compiler lint bench clean

help:
	@sed -n '3,8s/^#  //p' $(firstword $(MAKEFILE_LIST))

demo: $(DEMO_STAMP)
	@mkdir -p demo
	$(BIN)/python examples/digits_graph.py demo/digits.txt --truth demo/digits.truth
	$(BIN)/partwise partition demo/digits.txt -k 10 --output demo/digits.part.10 \
	  --labels demo/digits.tsv --json demo/digits.json --plot demo/digits.png
	@echo; echo "How well the blocks agree with the digits, which the partitioner has not seen:"
	@$(BIN)/partwise evaluate demo/digits.txt demo/digits.part.10 --compare demo/digits.truth \
	  | grep -E '^compare1\.(same_block|adjusted_rand) '

test: $(TEST_STAMP)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# Three processes: compilers need numba.cuda itself, and Numba's simulator takes its place. Examples
# of hypothesis are the same every time, and so are the kernels that a test launches.
test-kernels: export CI = true
test-kernels: WHOLE := $(BIN)/python -m pytest -p tests.gpu.complete
test-kernels: compiler $(KERNELS_STAMP)
	$(WHOLE) tests/gpu_compiled
	NUMBA_ENABLE_CUDASIM=1 $(WHOLE) --kernels numba tests/gpu_simulator
	$(WHOLE) --kernels cudac --least 60 tests/gpu

compiler:
	@command -v "$${CXX:-g++}" >/dev/null || { \
	  echo "the tests of the kernels need a C++ compiler and found no $${CXX:-g++};" \
	    "install g++, or name yours with CXX=/path/to/compiler" >&2; exit 1; }

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(BENCH_STAMP)
	$(BIN)/python -m benchmarks $(BENCH)

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache \
	  .import_linter_cache
	find partwise tests benchmarks examples -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "partwise needs Python 3.11 or newer and found no $(PYTHON);" \
	    "name yours with PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "partwise needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1);" \
	    "name a newer one with PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-%: $(VENV)/pyvenv.cfg $(INPUTS)
	@echo "Installing partwise[$(subst -,$(comma),$*)] into $(VENV) (once; it may take minutes)"
	$(PIP) install --quiet --constraint constraints.txt \
	  --editable '.[$(subst -,$(comma),$*)]'
	@touch $@
