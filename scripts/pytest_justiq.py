"""What pytest does beside pytest-odoo when it tests this module."""

import contextlib
import os
import shutil

import pytest
import pytest_odoo

import odoo.tools


def pytest_addoption(parser):
    parser.addoption("--without-browser", action="store_true", help="leave out the tests that are tagged 'browser'")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--without-browser"):
        return
    browser_tests = [item for item in items if "browser" in getattr(item.cls, "test_tags", ())]
    config.hook.pytest_deselected(items=browser_tests)
    items[:] = [item for item in items if item not in browser_tests]
    config.get_terminal_writer().line(f"BROWSER=no: {len(browser_tests)} browser tests are left out", yellow=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that skips itself has failed: Odoo skips browser tests when the browser does not start."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped itself: {call.excinfo.value}"
    return report


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
