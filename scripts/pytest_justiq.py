"""What pytest does beside pytest-odoo when it tests this module."""

import contextlib
import os
import shutil

import pytest
import pytest_odoo

import odoo.tools


def pytest_addoption(parser):
    parser.addoption("--accounting", action="store_true", help="with the tests that are tagged 'accounting'")
    parser.addoption("--without-browser", action="store_true", help="leave out the tests that are tagged 'browser'")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--accounting"):
        _leave_out(config, items, "accounting")  # they need modules that have a database of their own
    if config.getoption("--without-browser"):
        number = _leave_out(config, items, "browser")
        config.get_terminal_writer().line(f"BROWSER=no: {number} browser tests are left out", yellow=True)


def _leave_out(config, items, tag):
    tagged = [item for item in items if tag in getattr(item.cls, "test_tags", ())]
    config.hook.pytest_deselected(items=tagged)
    items[:] = [item for item in items if item not in tagged]
    return len(tagged)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that skips itself has failed: Odoo skips browser tests when the browser does not start."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped itself: {call.excinfo.value}"
    if report.when == "call" and (number := getattr(getattr(item, "_instance", None), "tried_cases", 0)):
        report.user_properties.append(("cases", number))
    return report


def pytest_terminal_summary(terminalreporter):
    """How many cases the generated tests of the access rights have tried."""
    numbers = {
        report.nodeid.rpartition("/")[2]: number
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, number in getattr(report, "user_properties", ())
        if name == "cases"
    }
    for test, number in sorted(numbers.items()):
        terminalreporter.write_line(f"{number:7,} cases: {test}")
    if numbers:
        terminalreporter.write_line(f"{sum(numbers.values()):7,} cases of access rights in all")


@contextlib.contextmanager
def own_filestore(original, database):
    """Each parallel worker gets a copy of the filestore as of the database.

    With pytest-odoo's way, one filestore for all, a worker deletes files that another one's database still names.
    """
    if original == database:
        yield
        return
    source, target = odoo.tools.config.filestore(original), odoo.tools.config.filestore(database)
    shutil.rmtree(target, ignore_errors=True)
    if os.path.isdir(source):
        shutil.copytree(source, target)
    try:
        yield
    finally:
        shutil.rmtree(target, ignore_errors=True)


pytest_odoo._shared_filestore = own_filestore
