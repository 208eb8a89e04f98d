from datetime import date

from odoo import Command
from odoo.tests import BaseCase, tagged

from ..tools import drill, figures
from .common import EXIT_ANSWERS
from .test_funder_report_people import RulesReportCommon

KINDS = {
    "statistics": "coordinator",
    "narrative": "coordinator",
    "financial": "finance",
    "vouchers": "finance",
    "audit": "coordinator",
}
# Numbers that lead to what they are reckoned from, which does not add up to them: why, by table and row or column.
RECKONED = {
    ("cooperation/network", "partners"): "organisations in these entries, which are not listed by name",
    ("spending/vouchers", "share"): "a percentage",
    ("reconciliation/vouchers", "books"): "costs are negative in the books",
    ("reconciliation/vouchers", "difference"): "a difference",
    ("reconciliation/income", "difference"): "a difference",
    ("reconciliation/calls", "remaining"): "a difference",
    ("reconciliation/calls", "unused"): "a difference",
}
RATE = 22


@tagged("post_install", "-at_install")
class TestEachFigureOpensItsRecords(RulesReportCommon):
    """A number of records opens as many records, an amount opens records that add up to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number, gender in enumerate(("female", "female", "male", "diverse", "not_stated", "female")):
            case = cls._create_case(last_name=f"Beispiel {number}", gender=gender)
            values = {"date_exit": date(2020, 6, 30 - number), **EXIT_ANSWERS} if number % 2 else {}
            enrolment = cls._enrol(case, **values)
            for code, start in (("CM", 1), ("CL", 1), ("CM", 3))[: 1 + number % 3]:
                begun = {"date_start": date(2020, start, 20)}
                ended = {"date_end": date(2020, 2, 20)} if number % 3 == 2 and start == 1 else {}
                help_ = cls._participate(code=code, enrolment=enrolment, **begun, **ended)
                cls._create_note(
                    case, user=cls.users["case_worker"], participation_id=help_.id, date=date(2020, 2, 3 + number)
                )
        cls._create_outreach(heads=3, minutes=45, date=date(2020, 4, 1))
        cls._create_outreach(heads=2, minutes=30, date=date(2020, 4, 2))
        cls.grant.baustein_target_ids[:1].target_persons = 8
        cls._create_project("planned", name="Radio")
        cls._create_voucher()
        cls._create_voucher(cls._project_account(cls.project), justiq_amount=50.05)
        staff = cls.env.ref("justiq.cost_staff")
        cls._create_flat_rate(RATE)
        cls._create_budget_line(cls._year(2020), 600.0, code="CM", planned=1000.0, cost_category_id=staff.id)
        cls._create_voucher(justiq_amount=200.0, justiq_cost_category_id=staff.id)
        for source, amount in (("esf", 90.0), ("municipality_cash", 40.0)):
            line = cls._create_financing_line(cls._year(2020), source, 100.0)
            if source == "esf":
                call = cls.env["justiq.fund.call"].create(
                    {"grant_id": cls.grant.id, "date_start": date(2020, 3, 1), "extra_amount": 10**6}
                )
                call.action_send()
                call.write({"state": "received", "received_on": date(2020, 4, 1), "received_amount": amount})
            else:
                line.receipt_ids = [Command.create({"date": date(2020, 5, 4), "amount": amount, "payer": "Offenbach"})]
        cls.env.flush_all()
        paid = cls.env["account.analytic.line"].search([("justiq_cost_category_id", "=", staff.id)])
        cls.staff = [paid.justiq_eligible_amount, paid.justiq_esf_amount]

    def _opened(self, way, column):
        """What the records of a way show in this column."""
        records = self.env[way["model"]].sudo().with_context(active_test=False).search(way["domain"])
        if column["type"] == "integer" and "sum" not in column:
            return len(records)
        names = way["field"] if isinstance(way["field"], list) else [way["field"]]
        name = column["sum"] if column.get("sum") in names else names[0]
        return sum(records.mapped(name))

    def _compare(self, shown, ways, row, column):
        """A flat rate has no records of its own: it follows from a rate, and a sum contains it."""
        others = [way for way in ways if way["model"] != "justiq.flat.rate"]
        opened = float(sum(self._opened(way, column) for way in others))
        is_esf = column["key"] == "esf" or ways[0]["field"] == ["justiq_esf_amount"]
        if others in (ways, []):
            self.assertAlmostEqual(shown, float(sum(self._opened(way, column) for way in ways)), 2)
        elif row["key"].startswith("flat") or column["key"] == "amount" and row["key"] == "total" and shown < opened:
            self.assertAlmostEqual(shown, opened * RATE / 100, delta=0.02)
        else:
            base = self.staff[is_esf] if opened else 0  # all in one year
            self.assertAlmostEqual(shown, opened + base * RATE / 100, delta=0.02)

    def _check(self, report):
        checked = 0
        for path, _section, table in figures.tables(report.sudo().figures):
            for row in table["rows"]:
                for column in table["columns"]:
                    shown = figures.number(row["cells"].get(column["key"]))
                    ways = drill.ways(row, column)
                    if shown is None or not ways or column["type"] not in figures.NUMBERS:
                        continue
                    is_reckoned = "of" in column or any(
                        ("/".join(path), key) in RECKONED for key in (row["key"], column["key"])
                    )
                    if is_reckoned or column["key"] == "no":
                        continue
                    with self.subTest(report.kind, path=path, row=row["key"], column=column["key"]):
                        self._compare(float(shown), ways, row, column)
                        checked += 1
        return checked

    def test_of_each_kind(self):
        for kind, role in KINDS.items():
            self.assertGreater(self._check(self._report(kind, role)) + (kind == "audit"), 0, kind)
            self._check(self._report(kind, role, date_start="2020-01-01", date_end="2020-12-31"))


@tagged("post_install", "-at_install")
class TestWays(BaseCase):
    """Where a cell leads to, and which records changed it: reckoned from plain data."""

    columns = {key: {"key": key, "type": "integer"} for key in ("label", "female", "male", "total", "target")}
    columns["rest"] = {"key": "rest", "type": "integer", "of": ["target", "total"]}

    def _row(self, **genders):
        return {
            "key": "persons",
            "cells": {},
            "drill": {"model": "person", "domain": [["grant", "=", 1]], "field": ["is_counted", "gender"]},
            "drills": {
                "female": {"part": [["gender", "in", ["female"]]]},
                "male": {"part": [["gender", "in", ["male", False]]]},
                "target": {"model": "grant", "domain": [], "field": "target"},
                "label": None,
            },
            "records": {number: [True, gender] for number, gender in genders.items()},
            "drill_records": {"target": {"5": [8]}},
        }

    def test_a_part_narrows_the_way_of_its_row(self):
        [way] = drill.ways(self._row(), self.columns["female"])
        self.assertEqual(way["model"], "person")
        self.assertEqual(way["domain"], [["grant", "=", 1], ["gender", "in", ["female"]]])

    def test_none_is_no_way_and_what_is_reckoned_from_others_has_theirs(self):
        self.assertEqual(drill.ways(self._row(), self.columns["label"]), [])
        self.assertEqual([way["model"] for way in drill.ways(self._row(), self.columns["rest"])], ["grant", "person"])

    def test_a_changed_part_names_its_own_records(self):
        before, after = self._row(**{"1": "female", "2": "male"}), self._row(**{"2": "male", "3": "female", "4": False})
        for column, found in {"female": [1, 3], "male": [4], "total": [1, 3, 4]}.items():
            self.assertEqual(drill.changed_records(before, after, self.columns[column])["records"], found, column)

    def test_what_an_earlier_version_has_not_kept_falls_back_to_the_row(self):
        before = self._row()
        before["drill"] = {"model": "person", "domain": [], "field": "is_counted"}
        before.pop("drills")
        before["records"] = {"1": [True]}
        found = drill.changed_records(before, self._row(**{"1": "female", "2": "male"}), self.columns["female"])
        self.assertEqual(found["records"], [1, 2])

    def test_plain_values_meet_domains_as_records_do(self):
        values = {"entry": "2020-01-15", "exit": False}
        for domain, expected in {
            (("exit", "<=", "2020-12-31"),): False,
            ("|", ("exit", "=", False), ("exit", ">", "2020-12-31")): True,
            ("&", ("entry", ">=", "2020-01-15"), ("entry", "<", "2020-01-16")): True,
            ("!", ("exit", "!=", False)): True,
            (("entry", "not in", ("2020-01-15",)),): False,
        }.items():
            self.assertEqual(drill.meets(values, domain), expected, domain)
