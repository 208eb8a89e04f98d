#!/usr/bin/env python3
"""demo_pdfs.py URL DATABASE FOLDER: fetches the funder's PDFs from a running Odoo, as users of the demo would."""

import json
import sys
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

# Who prints, which report, of which model's records, into which file. All records of the domain go into one file.
FINISHED = [("state", "=", "done")]
UPCOMING = [("state", "in", ("approved", "running"))]
FIRST_YEAR = [("funding_year_id", "!=", False), ("date_start", "=", "2019-01-01")]
PROOF = [("kind", "=", "financial"), *FIRST_YEAR]
VOUCHERS = [("kind", "=", "vouchers"), *FIRST_YEAR]
REPORTS = [
    ("koordination", "justiq.report_micro_project", "justiq.micro.project", FINISHED, "mikroprojekt-dokumentation.pdf"),
    ("koordination", "justiq.report_funding_year", "justiq.funding.year", [], "mikroprojekte-im-foerderjahr.pdf"),
    ("verwaltung", "justiq.report_funder_report", "justiq.funder.report", PROOF, "zahlenmaessiger-nachweis.pdf"),
    ("verwaltung", "justiq.report_funder_report", "justiq.funder.report", VOUCHERS, "belegliste.pdf"),
    ("fachkraft", "justiq.report_roster", "justiq.micro.project", UPCOMING, "teilnehmerliste.pdf"),
]


class Odoo:
    """A session with a running Odoo, through the same addresses as the browser's."""

    def __init__(self, url, database, login, password):
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.ProxyHandler({})
        )
        self.post("/web/session/authenticate", db=database, login=login, password=password)

    def get(self, path):
        with self.opener.open(self.url + path, timeout=300) as response:
            return response.read()

    def post(self, path, **params):
        body = json.dumps({"jsonrpc": "2.0", "params": params}).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        with self.opener.open(request, timeout=300) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        return answer["result"]

    def call(self, model, method, *args, **kwargs):
        return self.post(f"/web/dataset/call_kw/{model}/{method}", model=model, method=method, args=args, kwargs=kwargs)


def freeze_years(odoo):
    """Freeze what the funder got for each year; the PDF engine needs the running server for it."""
    of_years = [("funding_year_id", "!=", False), ("state", "=", "open")]
    for report in odoo.call("justiq.funder.report", "search", of_years):
        # In the language of who does it: the history of the report keeps what it says.
        odoo.call("justiq.funder.report", "write", [report], {"state": "frozen"}, context={"lang": "de_DE"})


def main():
    url, database, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    freeze_years(Odoo(url, database, "verwaltung", "verwaltung"))
    print("The funder's PDFs:")
    for login, report, model, domain, filename in REPORTS:
        odoo = Odoo(url, database, login, login)
        ids = odoo.call(model, "search", domain)
        file = folder / filename
        file.write_bytes(odoo.get(f"/report/pdf/{report}/{','.join(map(str, ids))}"))
        print(f"  {file} ({len(ids)} records)")


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, urllib.error.URLError) as error:
        sys.exit(f"demo_pdfs.py: {error}")
