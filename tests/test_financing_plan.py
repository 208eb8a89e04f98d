from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

SHARES = {"share_esf": 50.0, "share_federal": 10.0, "share_municipality_cash": 25.71, "share_seconded_staff": 14.29}
AMOUNTS = st.integers(0, 10**8).map(lambda cents: cents / 100)


def exact(amount):
    return Decimal(str(amount)).quantize(Decimal("0.01"))


class PlanCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year = cls._year(2020)
        cls.staff, cls.fees = (cls.env.ref(f"justiq.cost_{name}") for name in ("staff", "fees"))

    @classmethod
    def _plan(cls, category, amount, code="CM", year=None):
        """A planned line with 60 % of ESF money."""
        return cls._create_budget_line(
            year or cls.year, round(amount * 0.6, 2), code=code, planned=amount, cost_category_id=category.id
        )

    def _flat_lines(self, year=None):
        return (year or self.year).budget_line_ids.filtered("flat_rate_id")


@tagged("post_install", "-at_install")
class TestShares(PlanCommon):
    """The shares of the grant notice are 100.00 % exactly, on every path."""

    def test_shares_of_the_notice_set_the_esf_rate(self):
        self.grant.write(SHARES)
        self.assertEqual(self.grant.share_total, 100.0)
        self.assertEqual(self.grant.esf_rate, 60.0)
        self.assertEqual(self.grant.own_share_percent, 40.0)

    @mute_logger("odoo.sql_db")
    def test_shares_that_miss_a_hundredth_are_refused(self):
        for share in (14.28, 14.30):
            with self.subTest(share=share), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.grant.write(SHARES | {"share_seconded_staff": share})
                self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_negative_share_is_refused(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.grant.write({"share_esf": 110.0, "share_third_party": -10.0})
            self.env.flush_all()

    def test_finance_cannot_import_shares_that_do_not_add_up(self):
        grants = self.env["justiq.grant"].with_user(self.users["finance"])
        with mute_logger("odoo.sql_db"):
            result = grants.load(["id", "share_esf"], [[self.grant.export_data(["id"])["datas"][0][0], "99.99"]])
        self.assertFalse(result["ids"])
        self.assertIn("100.00", result["messages"][0]["message"])

    def test_rate_cannot_differ_from_the_shares(self):
        self.grant.write(SHARES)
        with self.assertRefused("Funding rate", "60"):
            self.grant.esf_rate = 50.0

    def test_without_a_notice_the_rate_is_entered_by_hand(self):
        self.grant.esf_rate = 55.0
        self.assertEqual(self.grant.esf_rate, 55.0)
        self.assertEqual(self.grant.share_total, 0.0)


@tagged("post_install", "-at_install")
class TestFlatRate(PlanCommon):
    """Flat rates compute themselves; nobody enters them."""

    def test_line_is_the_rate_of_its_base(self):
        self._create_flat_rate(22.0)
        self._plan(self.staff, 100000.0)
        self._plan(self.fees, 5000.0)
        line = self._flat_lines()
        self.assertEqual((line.planned_amount, line.esf_amount), (22000.0, 13200.0))
        self.assertEqual(line.cost_category_id, self.env.ref("justiq.cost_flat_rate"))

    def test_line_follows_every_change_of_the_base(self):
        rate = self._create_flat_rate(22.0)
        base = self._plan(self.staff, 1000.0)
        base.planned_amount = 2000.0
        self.assertEqual(self._flat_lines().planned_amount, 440.0)
        base.cost_category_id = self.fees
        self.assertFalse(self._flat_lines())
        base.cost_category_id = self.staff
        rate.rate = 26.0
        self.assertEqual(self._flat_lines().planned_amount, 520.0)
        base.funding_year_id = self._year(2021)
        self.assertFalse(self._flat_lines())
        self.assertEqual(self._flat_lines(self._year(2021)).planned_amount, 520.0)
        base.unlink()
        self.assertFalse(self._flat_lines(self._year(2021)))

    def test_it_counts_against_s19_in_a_group_baustein(self):
        self._create_flat_rate(22.0)
        self._create_budget_line(self.year, 40000.0, cost_category_id=self.staff.id)
        self.assertEqual(self.year.esf_group_amount, 48800.0)
        with self.assertRefused("S19"):
            self._create_budget_line(self.year, 1000.0, cost_category_id=self.staff.id)

    def test_nobody_writes_it_by_hand(self):
        rate = self._create_flat_rate(22.0)
        self._plan(self.staff, 1000.0)
        line = self._flat_lines().with_user(self.users["finance"])
        attacks = {
            "change": lambda: line.write({"planned_amount": 1.0}),
            "delete": line.unlink,
            "copy": line.copy,
            "pose": lambda: line.create(
                {
                    "funding_year_id": self.year.id,
                    "baustein_id": self.bausteine["ASJ"].id,
                    "cost_category_id": self.fees.id,
                    "planned_amount": 1.0,
                    "flat_rate_id": rate.id,
                }
            ),
            "same category": lambda: self._plan(self.env.ref("justiq.cost_flat_rate"), 10.0),
        }
        for name, attack in attacks.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                with self.assertRefused(error=UserError):
                    attack()
                savepoint.rollback()
        self.assertEqual(self._flat_lines().planned_amount, 220.0)

    def test_approved_plan_keeps_the_rate_of_its_approval(self):
        rate = self._create_flat_rate(22.0)
        self._plan(self.staff, 1000.0)
        self._create_budget_line(self.year, 5000.0)
        self.year.state = "approved"
        rate.rate = 26.0
        self.assertEqual(self._flat_lines().planned_amount, 220.0)
        with self.assertRefused("draft"):
            rate.unlink()

    def test_rate_needs_a_base_that_is_no_flat_rate(self):
        with self.assertRefused("percentage of"):
            self._create_flat_rate(22.0, base_category_ids=[])
        self._create_flat_rate(22.0)
        with self.assertRefused("vouchers"):
            self._create_flat_rate(
                5.0,
                cost_category_id=self.env.ref("justiq.cost_rent").id,
                base_category_ids=[Command.set(self.env.ref("justiq.cost_flat_rate").ids)],
            )

    @settings(derandomize=True, deadline=None, database=None, max_examples=15)
    @given(
        st.lists(st.tuples(st.sampled_from(["CM", "ASJ", "CL"]), AMOUNTS), min_size=1, max_size=6),
        st.integers(1, 10000),
    )
    def test_lines_add_up_to_the_rate_of_the_whole_base(self, plan, basis_points):
        rate = Decimal(basis_points) / 100
        with self.env.cr.savepoint() as savepoint:
            self._create_flat_rate(float(rate))
            for code, amount in plan:
                self._plan(self.staff, amount, code=code)
            base = sum(exact(amount) for _code, amount in plan)
            expected = (base * rate / 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
            self.assertEqual(sum(exact(line.planned_amount) for line in self._flat_lines()), expected)
            savepoint.rollback()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestFinancingPlan(PlanCommon):
    """Income equals costs at the approval, and every approved plan stays readable."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls._plan(cls.staff, 90000.0)
        cls._create_budget_line(cls.year, 6000.0, planned=10000.0, cost_category_id=cls.fees.id)

    def _approve(self):
        self.year.with_user(self.users["finance"]).action_approve()

    def _change_to(self, amount, reason="Grant notice of 3 March."):
        self.year.state = "draft"
        self.line.planned_amount = amount
        self.year.change_reason = reason

    def test_finance_proposes_the_income_from_the_notice(self):
        self.grant.write(SHARES)
        self.line.planned_amount = 90000.01
        self.year.with_user(self.users["finance"]).action_propose_financing()
        planned = {line.source: line.planned_amount for line in self.year.financing_line_ids}
        self.assertEqual(
            planned,
            {"esf": 50000.01, "federal": 10000.0, "municipality_cash": 25710.0, "seconded_staff": 14290.0},
        )
        self.assertEqual(self.year.plan_gap, 0.0)
        self.line.planned_amount = 40000.0
        self.year.action_propose_financing()
        self.assertEqual(sum(self.year.financing_line_ids.mapped("planned_amount")), 50000.0)

    def test_without_a_notice_nothing_can_be_proposed(self):
        with self.assertRefused("grant notice"):
            self.year.action_propose_financing()

    def test_with_the_shares_of_the_notice_a_plan_needs_its_income(self):
        self.grant.write(SHARES)
        with self.assertRefused("equal"), self.env.cr.savepoint():
            self._approve()
        self.year.action_propose_financing()
        self._approve()
        self.assertEqual(self.year.state, "approved")

    def test_income_has_to_equal_the_costs_at_the_approval(self):
        line = self._create_financing_line(self.year, "esf", 99999.99)
        with self.assertRefused("equal"), self.env.cr.savepoint():
            self._approve()
        line.planned_amount = 100000.0
        self._approve()
        self.assertEqual(self.year.state, "approved")

    def test_income_of_an_approved_year_is_fixed_but_money_still_comes_in(self):
        line = self._create_financing_line(self.year, "esf", 100000.0)
        self._approve()
        line = line.with_user(self.users["finance"])
        line.received_amount = 40000.0
        self.assertEqual(line.outstanding_amount, 60000.0)
        self.assertEqual(self.year.received_amount, 40000.0)
        for change in (
            lambda: line.write({"planned_amount": 1.0}),
            lambda: line.write({"source": "federal"}),
            line.unlink,
        ):
            with self.assertRefused("draft"):
                change()

    def test_first_approval_keeps_version_one(self):
        self._approve()
        version = self.year.plan_version_ids
        self.assertEqual((version.number, version.user_id), (1, self.users["finance"]))
        self.assertEqual(version.planned_amount, 100000.0)
        self.assertIn("100,000.00", version.table)

    def test_change_needs_a_reason_and_keeps_the_old_version(self):
        self._approve()
        self._change_to(95000.0, reason=" \u200b")
        with self.assertRefused("reason"), self.env.cr.savepoint():
            self._approve()
        self.year.change_reason = "Grant notice of 3 March."
        self._approve()
        old, new = self.year.plan_version_ids.sorted("number")
        self.assertEqual((old.planned_amount, new.planned_amount), (100000.0, 105000.0))
        self.assertEqual(new.reason, "Grant notice of 3 March.")
        self.assertFalse(self.year.change_reason)

    def test_approval_without_a_change_makes_no_version(self):
        self._approve()
        self.year.state = "draft"
        self._approve()
        self.assertEqual(len(self.year.plan_version_ids), 1)

    def test_nobody_changes_an_approved_version(self):
        self._approve()
        version = self.year.plan_version_ids
        for change in (lambda: version.write({"figures": {}}), version.unlink):
            with self.assertRefused("approved"):
                change()
        with self.assertRaises(AccessError):
            version.with_user(self.users["finance"]).unlink()
        with self.assertRaises(AccessError):
            version.with_user(self.users["finance"]).create({"funding_year_id": self.year.id, "number": 2})

    def test_shift_within_the_percentage_opens_nothing(self):
        self._approve()
        self._change_to(108000.0)  # 20 % more
        self.env.flush_all()
        self.assertEqual(self.year.plan_shift, 20.0)
        self.assertFalse(self.year.finding_ids.filtered(lambda finding: finding.state == "open"))

    def test_shift_beyond_the_percentage_needs_a_justification(self):
        self._approve()
        self._change_to(108000.01)
        with self.assertRefused("P20", "Staff"), self.env.cr.savepoint():
            self.year.state = "approved"
        finding = self.year.finding_ids.filtered(lambda finding: finding.requirement_id.code == "P20")
        finding.with_user(self.users["coordinator"]).justification = "The funder has agreed on 3 March."
        self._approve()
        self.assertEqual(finding.state, "justified")

    def test_several_small_steps_are_one_shift(self):
        self._approve()
        for amount in (105000.0, 110000.0):
            self._change_to(amount)
            finding = self.year.finding_ids.filtered(lambda finding: finding.requirement_id.code == "P20")
        self.env.flush_all()
        finding = self.year.finding_ids.filtered(lambda finding: finding.requirement_id.code == "P20")
        self.assertEqual(finding.state, "open")

    def test_percentage_is_data(self):
        self._approve()
        self.env.ref("justiq.phase2_p20").value_max = 50.0
        self._change_to(130000.0)
        self.env.flush_all()
        self.assertFalse(self.year.finding_ids)

    def test_year_with_a_plan_cannot_be_removed(self):
        self._create_financing_line(self._year(2022), "esf", 10.0)
        with self.assertRefused("2022"):
            self.grant.date_end = "2021-12-31"

    def test_category_that_the_baustein_does_not_allow_is_refused(self):
        self.bausteine["MP"].cost_category_ids = self.fees
        with self.assertRefused("Fees", "Staff"):
            self._create_budget_line(self.year, 1.0, cost_category_id=self.staff.id)
        with self.assertRefused("Staff"):
            self.bausteine["CM"].cost_category_ids = self.fees
