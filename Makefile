# make demo    the built-in patient: every procedure, with pictures, in build/demo
# make check   everything that must hold before a change goes in
# make check-all  the same and the rest: the exam on a finer patient, what is slow
# make night   all of that, and ten times the examples of hypothesis
# make fix     what a machine can repair by itself
# make bench   speed, as ratios measured in one run
# make facts   the docs page of all facts, made from the data
# make api     the docs page of the Python names, made from the docstrings
# make docs    the documentation, in site/
# make lock    choose dependencies anew and write requirements.lock
#
# The first use of any of them sets everything up; needed are make, Python 3.11 to 3.13 and the
# package registry that pip is configured for.

UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
export VIRTUAL_ENV :=
# Where a shell forbids it, every process would compile numba, matplotlib and each test anew.
export PYTHONDONTWRITEBYTECODE :=

CANDIDATES := $(PYTHON) python3 python3.13 python3.12 python3.11 python
FIND_PYTHON = for p in $(CANDIDATES); do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& { $$p -c 'import sys; print(sys.executable)'; break; }; done

UV := .tools/bin/uv
BIN := .venv/bin
READY := .venv/.ready
TOOLS := .tools/.uv-$(UV_VERSION)

.PHONY: demo check check-all night fix bench facts api docs lock clean

demo: $(READY)
	$(BIN)/seldinger demo --out build/demo --workers 2

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@# Types keep one core busy, the compiler of the kernels the other.
	$(BIN)/python tests/compile_kernels.py & kernels=$$!; \
	$(BIN)/mypy && $(BIN)/lint-imports --no-logo; typed=$$?; \
	wait $$kernels && exit $$typed
	$(BIN)/python -m pytest -n 2 -m "not slow"

check-all: check
	$(BIN)/python -m pytest -n 2 -m slow
	$(BIN)/python -m pytest tests/exam --demo-voxel-mm 1.5

night: check-all
	$(BIN)/python -m pytest --hypothesis-profile night

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python -m benchmarks

facts: $(READY)
	$(BIN)/python -m seldinger.evidence.page docs/reference/facts.md

api: $(READY)
	$(BIN)/python -m seldinger.cli.python_page docs/reference/python.md

docs: $(READY)
	$(BIN)/zensical build --clean

lock: $(TOOLS)
	$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-annotate --quiet \
		--custom-compile-command "make lock" --output-file requirements.lock

clean:
	rm -rf build dist site .venv .tools .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(TOOLS):
	@python="$$($(FIND_PYTHON))"; \
	test -n "$$python" || { \
		echo "no Python 3.11, 3.12 or 3.13 found: install one, or say make PYTHON=/its/path" >&2; exit 2; }; \
	echo "tools: uv $(UV_VERSION), with $$python"; \
	rm -rf .tools && "$$python" -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# The lock pins what builds the package too, so nothing is fetched while building.
$(READY): $(TOOLS) requirements.lock pyproject.toml
	$(UV) venv --quiet --clear --python .tools/bin/python .venv
	$(UV) pip sync --quiet --compile-bytecode --python .venv --require-hashes requirements.lock
	$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	@touch $@
