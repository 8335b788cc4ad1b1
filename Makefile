# The developer manual: each target is one thing to do, and CI calls these and nothing else.
# `make demo` and `make test` set everything up by themselves.

VENV   := .venv
BIN    := $(VENV)/bin
SHARED ?= ../shared
export PATH := $(PATH):$(HOME)/.cargo/bin
export CARGO_TERM_COLOR ?= auto
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Cargo looks at time stamps itself; this list only spares asking it.
RUST_SOURCES := Cargo.toml Cargo.lock pyproject.toml $(shell find crates -name '*.rs' -o -name Cargo.toml -o -type d)
# The fuzz crate is a workspace of its own (libFuzzer stays out of the product) but shares what is compiled.
FUZZ := --manifest-path fuzz/Cargo.toml --target-dir target --locked

.DEFAULT_GOAL := help
.PHONY: help demo build serve image test test-rust test-python test-e2e test-deploy test-scale corpus lint lengths bench figures checklist golden messages fuzz lock clean

# Lists the targets.
help:
	@sed -n '/^# /{s/^# //;h};/^[a-z-]*:/{s/:.*//;G;s/\n/\t/;p;s/.*//;h}' Makefile | awk -F'\t' '$$2 {printf "make %-12s %s\n", $$1, $$2}'

# ---- what users do -------------------------------------------------------------------------------------------------

# Sets up, builds, and analyses a bundled capture on screen.
demo: build
	$(BIN)/pcap-analyzer analyze tests/captures/healthy_dns_web.pcap --no-report

# Starts the web service at http://127.0.0.1:8000.
serve: build
	$(BIN)/pcap-analyzer serve

# Builds the container image with docker, podman or buildah, says what it weighs, runs it and uses it.
image:
	scripts/image.sh $(ARGS)

# Makes .venv with the locked dependencies, the extension in release mode and the command pcap-analyzer.
build: $(VENV)/.built

# ---- what every change passes --------------------------------------------------------------------------------------

# Runs all tests; needs nothing outside the checkout.
test: test-rust test-python

# Core tests, and every fuzz input found so far, replayed.
test-rust: $(VENV)/.installed
	cargo test --locked --workspace --exclude pcap-analyzer-python
	cargo test $(FUZZ)

# Everything from the border up.
test-python: build
	$(BIN)/pytest -n auto
	$(BIN)/python tests/corpus/hostile.py

# Opens pages in a browser, offline. What that takes is installed where it may be; in CI it must be there.
test-e2e: build
	@if scripts/setup-e2e.sh .cache/e2e; then $(BIN)/pytest -m e2e tests/e2e; else [ $$? = 3 ]; fi

# What operators get: compose files, chart, alert rules, nginx. What that takes is installed where it may be.
test-deploy: build
	@if scripts/setup-deploy.sh .cache/deploy; then $(BIN)/pytest tests/deploy; else [ $$? = 3 ]; fi

# The service over several processes, against real engines. What that takes is installed where it may be.
test-scale: build
	@if scripts/setup-scale.sh .cache/scale; then $(BIN)/pytest tests/scale; else [ $$? = 3 ]; fi

# Compares with tshark, recorded and live, and with what is known to be true of the captures beside the checkout.
corpus: build
	scripts/corpus.sh $(SHARED)

# Warnings are errors.
lint: build
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	MYPYPATH=src $(BIN)/stubtest pcap_analyzer._core --allowlist tests/stubtest.allow
	cargo fmt --all --check
	cargo fmt --all --check --manifest-path fuzz/Cargo.toml
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy $(FUZZ) --all-targets -- -D warnings
	@$(MAKE) --no-print-directory lengths

# News, not a gate: source files over 400 lines.
lengths:
	@git ls-files '*.rs' '*.py' '*.sh' | xargs wc -l | awk '$$2 != "total" && $$1 > 400 {print "over 400 lines:", $$2, "(" $$1 ")"}'

# ---- what takes longer ---------------------------------------------------------------------------------------------

# Measures speed and memory against the peers that are installed, and writes benches/README.md. ARGS are for benches/run.py.
bench: build
	$(BIN)/python benches/run.py $(ARGS)

# Times the command line beside tshark and capinfos with hyperfine, and writes docs/performance/figures.md.
figures: build
	$(BIN)/python scripts/figures.py $(REFERENCE) $(ARGS)
REFERENCE := $(SHARED)/perf/reference_131k.pcap

# Checks every promise against a service that it starts, and writes docs/performance/checklist.md. ARGS=--short takes minutes.
checklist: build
	$(BIN)/python scripts/checklist $(ARGS)

# Rewrites the golden files; look at the difference before you commit it.
golden: build
	UPDATE_GOLDEN=1 $(BIN)/pytest -n auto tests

# Extracts what is said to people into the catalogues, compiles these, and lists what has no translation yet.
messages: build
	$(BIN)/python scripts/messages.py

# Runs each fuzz target for FUZZ_SECONDS (60).
fuzz:
	scripts/fuzz.sh

# Pins all Python dependencies anew, with hashes, and brings the fuzz crate's lock file up to the core's.
lock: $(VENV)/.installed
	$(BIN)/python -m venv .cache/uv && .cache/uv/bin/pip install --quiet 'uv>=0.9'
	.cache/uv/bin/uv pip compile pyproject.toml $(LOCK) --output-file requirements.txt
	.cache/uv/bin/uv pip compile pyproject.toml $(LOCK) --extra oidc --extra pdf --output-file requirements-full.txt
	.cache/uv/bin/uv pip compile pyproject.toml $(LOCK) --extra scale --extra oidc --output-file requirements-scale.txt
	.cache/uv/bin/uv pip compile pyproject.toml $(LOCK) --group dev --output-file requirements-dev.txt
	cargo update --quiet --workspace --manifest-path fuzz/Cargo.toml
LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock'

# Removes what the other targets made.
clean:
	rm -rf $(VENV) target fuzz/target fuzz/artifacts .cache .mypy_cache .pytest_cache .ruff_cache src/pcap_analyzer/_core*.so

# ---- how ------------------------------------------------------------------------------------------------------------

# A virtual environment knows its own path: one that was moved is made anew.
ifneq ($(shell cat $(VENV)/.installed 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/.installed
endif

$(VENV)/.installed: requirements-dev.txt
	@python=$$(scripts/check-tools.sh) && "$$python" -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.txt
	@printf '%s' '$(CURDIR)' > $@

$(VENV)/.built: $(VENV)/.installed $(RUST_SOURCES)
	@scripts/check-tools.sh > /dev/null
	PIP_QUIET=1 VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/maturin develop --release --locked
	@touch $@
