# make demo, make test and make check need Python 3.11+ and make; they do the rest.

PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && echo $$p && break; done)
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
WHEELS ?= wheels
LOCK := --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"

.PHONY: demo test drives proofs bench faults mutants check format schema lock screenshots \
	minute clean backup restore restore-drill doctor wheels install-offline

demo: .venv/main
	@exec $(BIN)/python manage.py demo

# COVERAGE=1 also prints how many lines and branches of the source the tests ran.
test: .venv/dev
	@$(BIN)/pytest $(if $(COVERAGE),--cov --cov-report=)
	@$(if $(COVERAGE),$(BIN)/coverage report | grep -E "^(Name|TOTAL)",true)

# People who collide and processes that die; DRIVE=--short is a quick look.
drives: .venv/dev
	@status=0; for name in edits forms reviews kill pitr deployment; do \
	$(BIN)/python -m tests.acceptance.drives.$$name $(DRIVE) || status=1; done; exit $$status

# Each figure of safety, counted anew, with its negative control; ONLY="S5 S16".
proofs: .venv/dev
	@$(BIN)/python -m tests.acceptance.proofs $(ONLY)

# The targets of speed, each a ratio to a control of the same run; ONLY="P1 P6".
bench: .venv/dev
	@$(BIN)/python -m tests.acceptance.bench $(ONLY)

# Faults that are planted one at a time in a copy of the source: the tests find each.
faults: .venv/dev
	@$(BIN)/python -m tests.acceptance.faults $(if $(ONLY),--only $(ONLY))

# Small changes of modules that must not go unnoticed; ONLY="money figure".
mutants: .venv/dev
	@$(BIN)/python -m tests.acceptance.mutants $(ONLY)

check: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djangofmt --check -q templates
	$(BIN)/djangofmt check templates
	$(BIN)/lint-imports
	$(BIN)/mypy redleader chambers activities
	$(BIN)/python manage.py makemigrations --check --dry-run
	REDLEADER_DEMO=0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	ALLOWED_HOSTS=example.invalid $(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/djangofmt check --fix -q templates
	$(BIN)/djangofmt -q templates

# The tables, triggers and grants that migrate makes, as docs/schema.sql.
schema: .venv/dev
	@WRITE_SCHEMA=1 $(BIN)/pytest -q -n0 tests/redleader/backup/test_schema.py -k documents

lock: .venv/dev
	uv pip compile -q pyproject.toml $(LOCK) -o requirements.txt
	uv pip compile -q pyproject.toml --extra cluster $(LOCK) -o requirements-cluster.txt
	uv pip compile -q pyproject.toml --extra cluster --group dev $(LOCK) -o requirements-dev.txt

# The pictures of the handbook, taken from a demo that is made for it.
screenshots: .venv/dev
	@$(BIN)/python -m tests.browser.screenshots docs/img/handbook

# What logging a lecture costs a person; the figures of docs/measurements.md.
minute: .venv/dev
	@$(BIN)/pytest tests/browser/test_lecture_form.py -q -n0 -k minute

# A backup: make backup TO=folder; the public key is in BACKUP_RECIPIENTS_FILE.
backup: .venv/main
	@$(BIN)/python manage.py backup $(if $(TO),--to "$(TO)") $(OPTIONS)

# The way back: make restore FROM=file OPTIONS="--replace name".
restore: .venv/main
	@$(BIN)/python manage.py restore --from "$(FROM)" $(OPTIONS)

# Restores a backup into a server of its own, compares, and breaks it on purpose.
restore-drill: .venv/main
	@$(BIN)/python manage.py restore_drill $(if $(FROM),--from "$(FROM)") $(OPTIONS)

doctor: .venv/main
	@$(BIN)/python manage.py doctor $(OPTIONS)

# Everything that an installation without a network needs, by its hashes; made on the
# same system and Python as the server's.
wheels: .venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	$(BIN)/python -m pip download -q --disable-pip-version-check --only-binary :all: \
	--require-hashes -r requirements.txt -d "$(WHEELS)"
	@echo "已放入 $(WHEELS)：$$(ls "$(WHEELS)" | wc -l) 个包。"

install-offline:
	@test -d "$(WHEELS)" || { echo "没有目录 $(WHEELS)，请先在联网的电脑上执行 make wheels。"; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-index \
	--find-links "$(WHEELS)" --require-hashes -r requirements.txt
	@touch .venv/main
	@echo "已安装，没有使用网络。"

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache

# The environment, from the lock with its hashes; made again when the lock changes.
.venv/main: requirements.txt | .venv
	@$(call install,requirements.txt)
	@touch $@

.venv/dev: requirements-dev.txt | .venv
	@$(call install,requirements-dev.txt)
	@touch $@

.venv:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更高版本。"; exit 1; }
	@echo "正在准备运行环境 …"
ifneq ($(UV),)
	@uv venv -q --python $(PYTHON) .venv
else
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	echo "请先安装 venv 模块（Debian/Ubuntu：python3-venv），或安装 uv。"; exit 1; }
endif

ifneq ($(UV),)
install = uv pip install -q --python $(BIN)/python --require-hashes -r $(1)
else
install = $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
endif
