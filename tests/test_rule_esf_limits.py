from datetime import date
from pathlib import Path

import yaml

from odoo import Command
from odoo.tests import tagged
from odoo.tools import file_path

from .common import JustiqCommon

BOUNDARIES = yaml.safe_load(Path(file_path("justiq/tests/data/boundaries.yaml")).read_text(encoding="utf-8"))


@tagged("post_install", "-at_install")
class TestEsfLimits(JustiqCommon):
    """S18-S20: the ESF money for micro-projects of a funding year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year_2019 = cls._year(2019)
        cls.year_2022 = cls._year(2022)

    def _grant_of(self, period, codes=("CM", "MP")):
        start, end = period
        return self._create_grant(codes, name="Boundary", date_start=start, date_end=end)

    def test_s19_boundaries(self):
        for case in BOUNDARIES["esf_ceiling"]:
            with self.subTest(**case):
                year = self._grant_of(case["period"]).funding_year_ids
                if case["allowed"]:
                    self._create_budget_line(year, case["esf"])
                    self.assertEqual(year.esf_group_amount, case["esf"])
                else:
                    with self.assertRefused(case["rule"]):
                        self._create_budget_line(year, case["esf"])

    def test_s18_boundaries_at_approval(self):
        for case in BOUNDARIES["esf_floor_at_approval"]:
            with self.subTest(**case):
                year = self._grant_of(case["period"]).funding_year_ids
                self._create_budget_line(year, case["esf"])
                if case["allowed"]:
                    year.state = "approved"
                else:
                    with self.assertRefused(case["rule"]):
                        year.state = "approved"

    def test_s22_without_group_baustein_nothing_binds(self):
        case = BOUNDARIES["no_group_baustein"]
        grant = self._grant_of((date(2019, 1, 1), date(2019, 12, 31)), case["bausteine"])
        grant.funding_year_ids.state = "approved"
        self.assertEqual(grant.funding_year_ids.esf_group_amount, case["esf"])
        grant.state = "running"
        grant.state = "closed"

    def _grant_with_federal_bonus(self):
        grant = self._grant_of((date(2019, 1, 1), date(2019, 12, 31)))
        grant.write({"share_esf": 50.0, "share_federal": 10.0, "share_municipality_cash": 40.0})
        return grant

    def _plan_by_rate(self, year, planned, **values):
        return self.env["justiq.budget.line"].create(
            {
                "funding_year_id": year.id,
                "baustein_id": self.bausteine["MP"].id,
                "cost_category_id": self.category.id,
                "planned_amount": planned,
                **values,
            }
        )

    def test_s19_federal_money_is_no_esf_money(self):
        year = self._grant_with_federal_bonus().funding_year_ids
        line = self._plan_by_rate(year, 90000.0)
        self.assertEqual((line.esf_amount, year.esf_amount, year.esf_group_amount), (54000.0, 54000.0, 45000.0))
        self._plan_by_rate(year, 10000.0)
        with self.assertRefused("S19", "50,000.01"):
            self._plan_by_rate(year, 0.02)

    def test_s18_federal_money_is_no_esf_money(self):
        year = self._grant_with_federal_bonus().funding_year_ids
        line = self._plan_by_rate(year, 9000.0)
        with self.assertRefused("S18", "4,500.00"):
            year.state = "approved"
        line.planned_amount = 10000.0
        for source, planned in (("esf", 5000.0), ("federal", 1000.0), ("municipality_cash", 4000.0)):
            self._create_financing_line(year, source, planned)
        year.state = "approved"

    def test_s19_spent_federal_money_is_no_esf_money(self):
        grant = self._grant_with_federal_bonus()
        project, year = self._create_project(grant_id=grant.id, date_start=date(2019, 5, 1)), grant.funding_year_ids
        self._plan_by_rate(year, 100.0, micro_project_id=project.id)
        self._create_voucher(
            self._project_account(project), justiq_amount=100000.0, justiq_payment_date=date(2019, 6, 1)
        )
        self.assertEqual((year.esf_spent, year.esf_group_spent), (60000.0, 50000.0))
        self.assertEqual((project.esf_planned, project.esf_spent), (50.0, 50000.0))
        self.env.flush_all()
        self.assertNotIn("esf_ceiling_spent", year.finding_ids.requirement_id.mapped("check"))
        # The notice is corrected: without the bonus it is all ESF money.
        grant.write({"share_esf": 60.0, "share_federal": 0.0})
        self.env.flush_all()
        self.assertEqual((year.esf_group_spent, project.esf_spent), (60000.0, 60000.0))

    def test_s19_names_rule_values_limit_and_way_out(self):
        with self.assertRefused("S19", "25,000.01", "50,000.02", "50,000.00", "25,000.00", "2022"):
            self._create_budget_line(self.year_2022, 25000.01)

    def test_s19_counts_only_group_bausteine(self):
        self._create_budget_line(self.year_2019, 90000.0, code="CM")
        self.assertEqual(self.year_2019.esf_group_amount, 0.0)

    def test_s19_refuses_one_cent_over_by_write(self):
        line = self._create_budget_line(self.year_2019, 50000.0, planned=60000.0)
        with self.assertRefused("S19"):
            line.esf_amount = 50000.01

    def test_s19_refuses_by_copy(self):
        line = self._create_budget_line(self.year_2019, 30000.0)
        with self.assertRefused("S19"):
            line.copy()

    def test_s19_refuses_by_moving_a_line_to_another_year(self):
        line = self._create_budget_line(self.year_2019, 25000.01)
        with self.assertRefused("S19"):
            line.funding_year_id = self.year_2022

    def test_s19_refuses_by_changing_the_baustein_of_a_line(self):
        line = self._create_budget_line(self.year_2019, 50000.01, code="CM")
        with self.assertRefused("S19"):
            line.baustein_id = self.bausteine["MP"]

    def test_s19_refuses_by_changing_the_kind_of_a_baustein(self):
        self._create_budget_line(self.year_2019, 50000.01, code="CM")
        with self.assertRefused("S19"):
            self.bausteine["CM"].kind = "group"

    def test_s19_refuses_by_shortening_the_year(self):
        self._create_budget_line(self.year_2019, 50000.0)
        with self.assertRefused("S19"):
            self.year_2019.date_end = date(2019, 11, 30)

    def test_s19_refuses_by_shortening_the_grant(self):
        self._create_budget_line(self.year_2022, 25000.0)
        with self.assertRefused("S19"):
            self.grant.date_end = date(2022, 5, 31)

    def test_s19_lets_money_move_between_two_lines_at_the_limit(self):
        first = self._create_budget_line(self.year_2019, 30000.0, planned=60000.0)
        second = self._create_budget_line(self.year_2019, 20000.0)
        self.year_2019.budget_line_ids = [
            Command.update(first.id, {"esf_amount": 35000.0}),
            Command.update(second.id, {"esf_amount": 15000.0}),
        ]
        self.env.flush_all()
        self.assertEqual(self.year_2019.esf_group_amount, 50000.0)

    def test_s19_refuses_by_lowering_the_limit(self):
        self._create_budget_line(self.year_2019, 40000.01)
        with self.assertRefused("S19"):
            self.env.ref("justiq.phase2_s19").value_max = 40000.0

    def test_s19_refuses_by_strengthening_the_rule(self):
        rule = self.env.ref("justiq.phase2_s19")
        rule.enforcement = "warn"
        self._create_budget_line(self.year_2019, 50000.01)
        with self.assertRefused("S19"):
            rule.enforcement = "block"

    def test_s19_refuses_by_import(self):
        result = self.env["justiq.budget.line"].load(
            [
                "funding_year_id/.id",
                "baustein_id/.id",
                "cost_category_id/.id",
                "planned_amount",
                "esf_amount",
            ],
            [
                [
                    str(self.year_2019.id),
                    str(self.bausteine["MP"].id),
                    str(self.category.id),
                    "30000",
                    "30000",
                ]
            ]
            * 2,
        )
        self.assertFalse(result["ids"])
        self.assertIn("S19", result["messages"][0]["message"])
        self.assertIn(1, [message["record"] for message in result["messages"]])
        self.assertFalse(self.year_2019.budget_line_ids)

    def test_s19_no_context_key_relaxes_it(self):
        keys = ("force", "import_file", "tracking_disable", "install_mode", "mail_notrack")
        line = self._create_budget_line(self.year_2019, 50000.0, planned=60000.0)
        with self.assertRefused("S19"):
            line.with_context(**dict.fromkeys(keys, True)).sudo().esf_amount = 50000.01

    def test_s19_as_warning_opens_and_resolves_a_finding(self):
        rule = self.env.ref("justiq.phase2_s19")
        rule.enforcement = "warn"
        line = self._create_budget_line(self.year_2019, 50000.01)
        self.env.flush_all()
        finding = self.year_2019.finding_ids
        self.assertEqual(finding.requirement_id, rule)
        self.assertEqual(finding.state, "open")
        with self.assertRefused("S19"):
            self.year_2019.state = "approved"
        finding.justification = "The funder has agreed in writing."
        self.year_2019.state = "approved"
        self.year_2019.state = "draft"
        line.esf_amount = 50000.0
        self.env.flush_all()
        self.assertEqual(finding.state, "resolved")

    def test_s19_off_lets_everything_pass(self):
        self.env.ref("justiq.phase2_s19").enforcement = "off"
        self._create_budget_line(self.year_2019, 99999.0)
        self.assertFalse(self.year_2019.finding_ids)

    def test_s20_without_extrapolation_the_limit_is_absolute(self):
        self.env.ref("justiq.phase2_s19").per_full_year = False
        self._create_budget_line(self.year_2022, 50000.0)
        with self.assertRefused("S19"):
            self._create_budget_line(self.year_2022, 0.01)

    def test_year_shows_its_limits(self):
        self._create_budget_line(self.year_2022, 10000.0)
        self.assertEqual(self.year_2022.month_count, 6.0)
        self.assertEqual(self.year_2022.esf_group_min, 2500.0)
        self.assertEqual(self.year_2022.esf_group_max, 25000.0)
        self.assertEqual(self.year_2022.esf_group_left, 15000.0)
        self.assertEqual(self.year_2022.esf_group_usage, 40.0)
        self.assertEqual(self.year_2022.esf_group_per_full_year, 20000.0)

    def test_approved_plan_is_fixed(self):
        line = self._create_budget_line(self.year_2019, 5000.0)
        self.year_2019.state = "approved"
        for change in (
            lambda: line.write({"planned_amount": 9000.0}),
            lambda: self._create_budget_line(self.year_2019, 1.0),
            line.unlink,
            lambda: self.year_2019.write({"date_end": date(2019, 11, 30)}),
        ):
            with self.assertRefused("draft"):
                change()
