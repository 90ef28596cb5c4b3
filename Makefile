# Each target is a task of tasks.py, which also works where there is no make.
PYTHON ?= python3
SIZE ?= 1M

.PHONY: run test test-deep check format messages bench lock

run test test-deep check format messages lock:
	@$(PYTHON) tasks.py $@

bench:
	@$(PYTHON) tasks.py bench --size $(SIZE)
