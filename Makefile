# The two commands of this project are `make demo` and `make test`. Both do all set-up themselves (cmake/setup.sh), and
# are quick when nothing changed. What is built, and how, stands in the CMakeLists.txt files.

BUILD := build
DEMO := $(BUILD)/demo
PROMPT := In the beginning
TOKENS := 400
JOBS := $(shell nproc 2> /dev/null || echo 2)
FUZZ_SECONDS := 600
MUTATIONS := 20000
SEED := 1

.PHONY: all setup build compiler demo test bench exhaustive long fuzz fuzz-mlir variants coverage docs venv test-python clean
all: build

setup:
	@sh cmake/setup.sh

$(BUILD)/build.ninja: | setup
	cmake -G Ninja -S . -B $(BUILD)

build: setup $(BUILD)/build.ninja
	@cmake --build $(BUILD) -j $(JOBS)

# The compiler and the runner alone: what the demo needs.
compiler: setup $(BUILD)/build.ninja
	@cmake --build $(BUILD) -j $(JOBS) --target mambac mamba-run mambac-runner

# The demo model becomes one executable, which then writes text and compares its logits with PyTorch's: those of all 203
# positions of the prompt (s2 is how many are wanted).
$(DEMO)/kjv: compiler examples/demo/kjv.pt2
	@mkdir -p $(DEMO)
	@if [ ! -e $@ ] || [ $(BUILD)/bin/mambac -nt $@ ] || [ examples/demo/kjv.pt2 -nt $@ ]; then \
	  echo "mambac examples/demo/kjv.pt2 -o $@"; $(BUILD)/bin/mambac examples/demo/kjv.pt2 -o $@; fi

demo: $(DEMO)/kjv
	@echo '== the text it writes after "$(PROMPT)", and tokens per second'
	@$(DEMO)/kjv --generate "$(PROMPT)" --tokens $(TOKENS) --temperature 0.7 --seed 1 --recompute
	@echo '== the largest difference from the logits that PyTorch computed (examples/demo/logits.npy)'
	@$(DEMO)/kjv --input 0=examples/demo/prompt.npy --symbol s2=203 --compare 0=examples/demo/logits.npy --tolerance 1e-4

test: build
	@python3 test/run_all.py --build $(BUILD)

# Measures side by side with other implementations, and writes docs/performance.md. ONLY="kernels prompt" runs these parts
# alone; `python3 benchmarks/bench.py --help` lists them. Wants libbenchmark-dev, and a network once, for the others.
ONLY :=
bench: compiler
	@python3 benchmarks/bench.py --build $(BUILD) $(foreach part,$(ONLY),--only $(part))

# The errors of the elementary functions over all 2^32 floats, on two threads, for minutes each; FUNCTION names one.
FUNCTION := all
exhaustive: build
	@MAMBAC_EXHAUSTIVE="$(FUNCTION)" $(BUILD)/test/unit/KernelTests --gtest_filter=Math.ExhaustiveErrors

# A million steps of the demo's model, and a million tokens at once, in the memory of few; some minutes.
long: compiler
	@python3 test/states/run_long.py --build $(BUILD)

# Runs each fuzz target for FUZZ_SECONDS seconds; `make test` runs them for some seconds.
fuzz: build
	@python3 test/run_all.py --build $(BUILD) --only fuzz --fuzz-seconds $(FUZZ_SECONDS)

# Writes docs/coverage.md: what becomes of every public spelling that we know of. `make test` compares.
coverage: build
	@python3 test/spellings/coverage.py --build $(BUILD) --write

# Equivalent spellings of the scans, VARIANTS of each; `make test` checks 50.
VARIANTS := 1000
variants: build
	@python3 test/run_all.py --build $(BUILD) --only variants --variants $(VARIANTS)

# A virtual environment with PyTorch and transformers, for `$(VENV)/bin/python -m mambac build FOLDER -o MODEL`. Wants a
# network once; VENV=FOLDER takes one that is there.
VENV := $(BUILD)/venv
venv: $(VENV)/bin/mambac-requirements.txt
$(VENV)/bin/mambac-requirements.txt: python/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r python/requirements.txt
	@$(VENV)/bin/python -c 'import pathlib, sysconfig; \
	  pathlib.Path(sysconfig.get_paths()["purelib"], "mambac.pth").write_text("$(abspath python)\n")'
	@cp python/requirements.txt $@

# The tests of the Python package, which need that environment; `make test` does without.
test-python: compiler venv
	@$(VENV)/bin/python -m pytest -q test/python --build $(BUILD)

# The reference of ops and passes, build/docs/*.md, with examples that are run.
docs: build
	@cmake --build $(BUILD) --target mambac-docs
	@python3 docs/make_reference.py --build $(BUILD)

# Changes the tests' .mlir files at random, MUTATIONS times, and looks for crashes; `make test` does it some times.
fuzz-mlir: build
	@python3 test/run_all.py --build $(BUILD) --only mutate --mutations $(MUTATIONS) --seed $(SEED)

clean:
	rm -rf $(BUILD)
