#!/usr/bin/env bash
# All checks of this module, stage by stage; a stage runs even if one before it failed. "test.sh STAGE" runs one of them.
# BROWSER=no leaves the browser tests out. TESTS='tests/test_x.py -k name' runs these tests only, on a database that is
# kept for the next time.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/env.sh"
trap - ERR # the stages report themselves

STAGES=(lint tests accounting translations demo uninstall)
declare -A TITLES=(
    [lint]="Linters"
    [tests]="Tests, on a new database without demo data"
    [accounting]="Together with accounting and timesheets, which are not dependencies"
    [translations]="Translations"
    [demo]="Installation and update with demo data, without any warning"
    [uninstall]="Uninstallation"
)
# One database without demo data and one with it; a third is kept for single tests.
PLAIN="justiq_test_$CHECKOUT_KEY"
DEMO="justiq_test_demo_$CHECKOUT_KEY"
KEPT="justiq_test_kept_$CHECKOUT_KEY"
BOOKS="justiq_test_books_$CHECKOUT_KEY"

drop() { odoo db drop "$1" >/dev/null 2>&1 || true; }

odoo() { "$PYTHON" -m odoo "$@"; }

# logged NAME COMMAND...: Odoo's output goes to build/NAME.log; any warning in it is an error.
logged() {
    local log="$BUILD/$1.log"
    shift
    rm -f "$log"
    "$@" >"$log" 2>&1 || { tail -n 40 "$log" && return 1; }
    checklog-odoo --no-echo "$log"
}

exists() { psql -XAtq -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'" | grep -q 1; }

plain_database() {
    drop "$PLAIN"
    say "Installing the module (log: build/install.log) ..."
    logged install odoo -d "$PLAIN" -i justiq --stop-after-init --no-http || { drop "$PLAIN" && return 1; }
}

run_pytest() {
    local database="$1"
    shift
    [[ "${BROWSER:-yes}" != no ]] || set -- --without-browser "$@"
    PYTHONPATH="$SCRIPTS:$PYTHONPATH" "$PYTHON" -m pytest -p pytest_justiq --rootdir="$MODULE" \
        -o cache_dir="$BUILD/pytest" --junitxml="$BUILD/tests.xml" -o junit_family=xunit2 \
        -W "ignore:'crypt' is deprecated:DeprecationWarning" --odoo-database="$database" --odoo-http --odoo-log-level=warn "$@"
}

# --- the stages -----------------------------------------------------------------------------------------------------
lint() {
    local copy result=0
    # oca-checks-odoo-module does not look at a module that is a git repository's root, so it gets a copy.
    copy="$(mktemp -d)"
    # shellcheck disable=SC2064  # the folder of now
    trap "rm -rf '$copy'" EXIT
    mkdir "$copy/justiq"
    cd "$CHECKOUT"
    git ls-files -z --cached --others --exclude-standard |
        while IFS= read -r -d '' file; do [[ ! -e "$file" ]] || printf '%s\0' "$file"; done |
        xargs -0 cp --parents -t "$copy/justiq"
    check() {
        say "- $*"
        "$@" || result=1
    }
    check ruff format --check --quiet .
    check ruff check --quiet .
    check shellcheck --external-sources --source-path=SCRIPTDIR .ci/run bin/odoo scripts/*.sh
    cd "$copy/justiq"
    # Each room extends the models of the rooms to its left in files of its own.
    # A big model is spread over several files, one for each matter; in the rc file "enable=odoolint" would win.
    check pylint --rcfile=.pylintrc --disable=consider-merging-classes-inherited .
    check oca-checks-odoo-module --disable=prefer-readme-rst .
    # Where a term is the same in both languages, that check wants it left empty: it would look forgotten.
    check oca-checks-po --disable=po-pretty-format i18n/*.po*
    return "$result"
}

tests() {
    plain_database
    # A worker per processor, each with a copy of the database; the tests of one class stay together.
    run_pytest "$PLAIN" --numprocesses="$(nproc)" --dist=loadscope "$MODULE/tests"
}

# What changes where the provider has Odoo's accounting and timesheets; elsewhere these tests are skipped.
accounting() {
    drop "$BOOKS"
    logged accounting odoo -d "$BOOKS" -i justiq,account,hr_timesheet --stop-after-init --no-http || {
        drop "$BOOKS"
        return 1
    }
    run_pytest "$BOOKS" --accounting --junitxml="$BUILD/tests_accounting.xml" "$MODULE/tests/test_voucher_accounting.py" \
        "$MODULE/tests/test_voucher_books.py" "$MODULE/tests/test_voucher_set_aside.py" "$MODULE/tests/test_voucher_timesheet.py" \
        "$MODULE/tests/test_voucher.py" "$MODULE/tests/test_tour_proof_of_use.py"
    drop "$BOOKS"
}

translations() {
    exists "$PLAIN" || plain_database
    logged export odoo i18n export -d "$PLAIN" -l pot -o "$BUILD/justiq.pot" justiq
    "$PYTHON" "$SCRIPTS/check_i18n.py" "$BUILD/justiq.pot" "$CHECKOUT/i18n"
}

demo() {
    drop "$DEMO"
    say "Installing what the module depends on ..."
    local depends
    depends="$("$PYTHON" -c "import ast; print(','.join(ast.literal_eval(open('$CHECKOUT/__manifest__.py').read())['depends']))")"
    try "Look into the log." odoo -d "$DEMO" -i "$depends" --with-demo --load-language=de_DE --stop-after-init --no-http
    "$PYTHON" "$SCRIPTS/check_uninstall.py" remember "$DEMO" "$BUILD/before.json"
    say "Installing the module with demo data (log: build/demo.log) ..."
    logged demo odoo -d "$DEMO" -i justiq --with-demo --stop-after-init --no-http
    say "Updating it (log: build/update.log) ..."
    logged update odoo -d "$DEMO" -u justiq --stop-after-init --no-http
}

uninstall() {
    exists "$DEMO" || demo
    logged uninstall odoo module uninstall -d "$DEMO" justiq
    "$PYTHON" "$SCRIPTS/check_uninstall.py" compare "$DEMO" "$BUILD/before.json"
}

# --- all or some of them ----------------------------------------------------------------------------------------------
single_tests() {
    if exists "$KEPT"; then
        logged install odoo -d "$KEPT" -u justiq --stop-after-init --no-http
    else
        logged install odoo -d "$KEPT" -i justiq --stop-after-init --no-http || { drop "$KEPT" && return 1; }
    fi
    # pytest must see the tests on the linked path, where the module has its right name.
    local words
    mapfile -t words < <(xargs -n1 printf '%s\n' <<<"$TESTS")
    [[ "$TESTS" == *tests* ]] || words+=("tests")
    run_pytest "$KEPT" "${words[@]/#tests/$MODULE/tests}"
}

all_stages() {
    local name begin failed=0 summary=() results=()
    rm -f "$BUILD/tests.xml"
    # Each stage is a process of its own: bash stops at an error only there.
    for name in "${STAGES[@]}"; do
        begin=$SECONDS
        say $'\n'"=== ${TITLES[$name]} ==="
        if "$0" "$name"; then
            results+=("$name=passed") summary+=("passed: ${TITLES[$name]} ($((SECONDS - begin)) s)")
        else
            results+=("$name=failed") failed=1 summary+=("FAILED: ${TITLES[$name]} (again: scripts/test.sh $name)")
        fi
    done
    drop "$PLAIN"
    drop "$DEMO"
    drop "$BOOKS"
    say $'\n'"=== Summary ==="
    printf '%s\n' "${summary[@]}"
    # For whoever counts: each single test, and each other stage as one.
    "$PYTHON" - "$BUILD/tests.xml" "${results[@]}" <<'PY'
import sys
from xml.etree import ElementTree

results = dict(argument.split("=") for argument in sys.argv[2:])
try:
    cases = ElementTree.parse(sys.argv[1]).getroot().iter("testcase")
except OSError:
    cases = ()  # pytest did not start: the stage counts instead
for case in cases:
    results.pop("tests", None)
    name = f"{case.get('classname')}.{case.get('name')}"
    bad = case.find("failure") is not None or case.find("error") is not None
    results[name] = "failed" if bad or results.get(name) == "failed" else "passed"
counts = [list(results.values()).count(outcome) for outcome in ("passed", "failed")]
print("{} passed, {} failed".format(*counts))
PY
    [[ $failed == 0 ]]
}

[[ -n "${JUSTIQ_SET_UP:-}" ]] || "$SCRIPTS/setup.sh" --dev || exit 1
export JUSTIQ_SET_UP=yes
use_odoo
mkdir -p "$BUILD"
if [[ -n "${1:-}" ]]; then
    [[ -n "${TITLES[$1]:-}" ]] || die "unknown stage: $1" "The stages are: ${STAGES[*]}"
    "$1"
elif [[ -n "${TESTS:-}" ]]; then
    single_tests
else
    all_stages
fi
