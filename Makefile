# The two commands are "make demo" and "make test"; the scripts behind them are in scripts/.

SHELL := bash
.PHONY: help demo demo-reset test lint pot bench stop clean

help:
	@echo "make demo        Odoo with demo data on http://127.0.0.1:8069 (PORT=8070, DB=other)"
	@echo "make demo-reset  the same, from scratch"
	@echo "make test        all tests and linters; BROWSER=no leaves the browser tests out"
	@echo "                 TESTS='tests/test_x.py -k name' runs these tests only"
	@echo "make lint        the linters only"
	@echo "make pot         renews i18n/justiq.pot and brings i18n/de.po up to it"
	@echo "make bench       measures it with 100,000 case files (SCALE=0.01 for a small one, KEEP=yes keeps the database)"
	@echo "make stop        stops the PostgreSQL server that the other commands started"
	@echo "make clean       stops it and deletes everything downloaded, all databases and build/"
	@echo "bin/odoo         Odoo's own command line"

demo:
	@scripts/demo.sh

demo-reset:
	@scripts/demo.sh --reset

test:
	@scripts/test.sh

lint:
	@scripts/test.sh lint

pot:
	@scripts/pot.sh

bench:
	@scripts/bench.sh

stop:
	@scripts/postgres.sh stop

clean: stop
	@. scripts/env.sh && rm -rf "$$CACHE" "$$BUILD"
