#!/usr/bin/env python3
"""screenshots.py URL DATABASE FOLDER: takes the README's pictures from a running demo, with Chromium and pdftoppm."""

import base64
import json
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import HTTPCookieProcessor

import websocket
from demo_pdfs import Odoo
from PIL import Image

WIDTH, HEIGHT = 1280, 860
CHROMIUM = [
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-port=0",
]
# Name of the picture, login, address, what must be seen before the picture is taken.
SCREENS = [
    (
        "micro_project_form",
        "projektleitung",
        "/odoo/action-justiq.justiq_micro_project_action/{project}",
        ".o_form_view .o_notebook",
    ),
    (
        "funding_year",
        "verwaltung",
        "/odoo/action-justiq.justiq_funding_year_action/{year}",
        ".o_form_view .o_list_renderer",
    ),
    ("my_day", "fachkraft", "/odoo/action-justiq.justiq_my_day_action", ".o_justiq_my_day"),
]


class Browser:
    """A tab of a headless Chromium, driven through its debugging protocol."""

    def __init__(self, address):
        self.socket = websocket.create_connection(address, suppress_origin=True, timeout=60)
        self.session = None
        self.number = 0
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def send(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def evaluate(self, expression):
        result = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def wait_for(self, selector):
        deadline = time.monotonic() + 60
        while not self.evaluate(f"!!document.querySelector({json.dumps(selector)})"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"not seen: {selector}")
            time.sleep(0.2)
        time.sleep(1.5)  # pictures and animations

    def picture(self, file):
        file.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))
        shrink(file)


@contextmanager
def browser():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen([*CHROMIUM, f"--user-data-dir={profile}"], stderr=subprocess.PIPE, text=True)
        try:
            for line in process.stderr:
                if found := re.search(r"DevTools listening on (ws://\S+)", line):
                    yield Browser(found[1])
                    break
        finally:
            process.terminate()
            process.wait()


def log_in(tab, url, database, login):
    handlers = Odoo(url, database, login, login).opener.handlers
    [cookies] = (handler.cookiejar for handler in handlers if isinstance(handler, HTTPCookieProcessor))
    tab.send("Network.clearBrowserCookies")
    for cookie in cookies:
        tab.send("Network.setCookie", url=url, name=cookie.name, value=cookie.value)
    tab.send("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
    tab.send("Emulation.setTimezoneOverride", timezoneId="Europe/Berlin")


def shrink(file):
    """Colours enough for a screen, and a small file."""
    Image.open(file).convert("RGB").quantize(128).save(file, optimize=True)


def picture_of_pdf(pdf, file):
    """The first page of a report."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as source:
        source.write(pdf)
        source.flush()
        target = str(file.with_suffix(""))
        subprocess.run(["pdftoppm", "-r", "75", "-f", "1", "-singlefile", "-png", source.name, target], check=True)
    shrink(file)


def main():
    url, database, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    lead = Odoo(url, database, "projektleitung", "projektleitung")
    [project] = lead.call("justiq.micro.project", "search", [("name", "=", "Unterführung wird bunt")])
    [year] = lead.call("justiq.funding.year", "search", [("date_start", "=", "2022-01-01")])
    [session] = lead.call(
        "justiq.session",
        "search",
        [("micro_project_id.name", "=", "Stadtteilradio"), ("state", "=", "held")],
        limit=1,
        order="date_start desc",
    )
    worker = Odoo(url, database, "fachkraft", "fachkraft")
    own = [("case_file_id.reference", "=", "FA-2019-00003")]
    [plan] = worker.call("justiq.case.plan", "search_read", own, ["case_file_id"], limit=1, order="id desc")
    with browser() as tab:
        for name, login, address, selector in SCREENS:
            log_in(tab, url, database, login)
            tab.send("Page.navigate", url=url + address.format(project=project, year=year))
            tab.wait_for(selector)
            tab.picture(folder / f"{name}.png")
        # A page of the case file has no address of its own.
        log_in(tab, url, database, "fachkraft")
        tab.send("Page.navigate", url=f"{url}/odoo/action-justiq.justiq_case_file_action/{plan['case_file_id'][0]}")
        tab.wait_for(".o_form_view .nav-link[name=assessment]")
        tab.evaluate("document.querySelector('.nav-link[name=assessment]').click()")
        tab.wait_for(".o_form_view .tab-pane.active .o_data_row")
        tab.picture(folder / "case_file.png")
        # The roster has no address of its own.
        log_in(tab, url, database, "projektleitung")
        tab.send("Page.navigate", url=f"{url}/odoo/action-justiq.justiq_session_action/{session}")
        tab.wait_for("button[name=action_open_roster]")
        tab.evaluate("document.querySelector('button[name=action_open_roster]').click()")
        tab.wait_for(".o_form_view .o_list_renderer .o_data_row")
        tab.picture(folder / "roster.png")
    [done] = lead.call("justiq.micro.project", "search", [("name", "=", "KICK OF")])
    picture_of_pdf(lead.get(f"/report/pdf/justiq.report_micro_project/{done}"), folder / "report.png")
    picture_of_pdf(worker.get(f"/report/pdf/justiq.report_case_plan/{plan['id']}"), folder / "plan.png")


if __name__ == "__main__":
    main()
