from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from odoo.tests import tagged

from .common import JustiqCommon

CENT = Decimal("0.01")
TOTAL, OWN_BEFORE, OWN_AFTER, BONUS = 1600000, 800000, 640000, 160000  # programme_facts.md P33
STAFF, GROUP = Decimal("333333.33"), Decimal("66666.67")  # of each year; invented
HALF = {"share_esf": 50.0, "share_municipality_cash": 50.0}
WITH_BONUS = {"share_esf": 50.0, "share_federal": 10.0, "share_municipality_cash": 40.0}


def exact(amount):
    return Decimal(str(amount)).quantize(CENT)


@tagged("post_install", "-at_install")
class TestOffenbachBonus(JustiqCommon):
    """The first phase of one city: 50 % ESF at first; then the notice adds a federal bonus of 10 %, in mid-term."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.programme = cls.env["justiq.programme"].search([("code", "=", "JUSTIQ-1")])
        cls.bausteine = {baustein.code: baustein for baustein in cls.programme.baustein_ids}
        cls.staff = cls.env.ref("justiq.cost_staff")
        cls.grant = cls._create_grant(
            ["CM", "MP"],
            name="Vorhaben Musterstadt am Main, erste Phase",
            date_start=date(2015, 1, 1),
            date_end=date(2018, 12, 31),
            total_eligible=TOTAL,
            esf_rate=50.0,
            **HALF,
        )
        cls.years = cls.grant.funding_year_ids.sorted("date_start")
        cls.project = cls._create_project(date_start=date(2015, 1, 1), date_end=date(2018, 12, 31))
        for year in cls.years:
            cls._plan_year(year)
            cls._pay_year(year)
        cls._approve(cls.years[0])
        cls.grant.write(WITH_BONUS)
        for year in cls.years[1:]:
            year.with_user(cls.users["finance"]).action_propose_funders_money()
            cls._approve(year)
        cls.env.flush_all()

    @classmethod
    def _plan_year(cls, year):
        for code, category, planned in (("CM", cls.staff, STAFF), ("MP", cls.category, GROUP)):
            cls.env["justiq.budget.line"].create(
                {
                    "funding_year_id": year.id,
                    "baustein_id": cls.bausteine[code].id,
                    "micro_project_id": cls.project.id if code == "MP" else False,
                    "cost_category_id": category.id,
                    "planned_amount": float(planned),
                }
            )

    @classmethod
    def _pay_year(cls, year):
        """All that is planned, in three payments each."""
        for account, category, planned in (
            (cls._account(cls.bausteine["CM"]), cls.staff, STAFF),
            (cls._project_account(cls.project), cls.category, GROUP),
        ):
            third = (planned / 3).quantize(CENT)
            for month, amount in ((2, third), (6, third), (12, planned - 2 * third)):
                cls._create_voucher(
                    account=account,
                    justiq_amount=float(amount),
                    justiq_payment_date=date(year.date_start.year, month, 28),
                    justiq_cost_category_id=category.id,
                )

    @classmethod
    def _approve(cls, year):
        year.action_propose_financing()
        year.with_user(cls.users["finance"]).action_approve()

    def _income(self, years):
        sums = dict.fromkeys(("esf", "federal", "municipality_cash"), Decimal(0))
        for line in years.financing_line_ids:
            sums[line.source] += exact(line.planned_amount)
        return sums

    def _spent(self, years):
        """(ESF and federal money, ESF money alone on micro-projects), once more from the rows of the database."""
        self.env.cr.execute(
            "SELECT date_part('year', justiq_payment_date), justiq_eligible_amount, justiq_micro_project_id "
            "FROM account_analytic_line WHERE justiq_grant_id = %s",
            [self.grant.id],
        )
        both = alone = Decimal(0)
        for number, amount, project in self.env.cr.fetchall():
            year = years.filtered(lambda one, number=number: one.date_start.year == number)
            if not year:
                continue
            line = year.budget_line_ids.filtered(
                lambda one, project=project: bool(one.micro_project_id) == bool(project)
            )
            esf = (Decimal(str(amount)) * exact(line.esf_amount) / exact(line.planned_amount)).quantize(
                CENT, ROUND_HALF_UP
            )
            both += esf
            if project:
                alone += (esf * 50 / (60 if year.share_federal else 50)).quantize(CENT, ROUND_HALF_UP)
        return both, alone

    def _sum(self, years, name):
        return sum(exact(year[name]) for year in years)

    def _assert_spent(self):
        both, alone = self._spent(self.years)
        self.assertEqual((self._sum(self.years, "esf_spent"), self._sum(self.years, "esf_group_spent")), (both, alone))
        self.assertEqual(exact(self.project.esf_spent), alone)
        self.assertEqual(self._sum(self.years, "spent_amount"), TOTAL)

    def test_approved_year_keeps_half_and_the_others_have_the_bonus(self):
        self.assertEqual(self.years.mapped("esf_rate"), [50.0, 60.0, 60.0, 60.0])
        self.assertEqual(
            self._income(self.years), {"esf": TOTAL // 2, "federal": BONUS * 3 // 4, "municipality_cash": 680000}
        )
        self.assertEqual(self.years[0].plan_version_ids.figures["esf_rate"], "50.00")
        self.assertEqual(exact(self.years[0].esf_group_amount), Decimal("33333.34"))
        self.assertEqual({exact(year.esf_group_amount) for year in self.years[1:]}, {Decimal("33333.33")})
        self._assert_spent()
        self.assertFalse([one for one in self.years.message_ids if "paid vouchers" in (one.body or "")])

    def test_bonus_for_the_first_year_too_is_a_new_version_of_its_plan(self):
        first = self.years[0]
        before = self._spent(first)[0]
        first.action_draft()
        first.action_take_shares()
        first.with_user(self.users["finance"]).action_propose_funders_money()
        first.change_reason = "Notice of change: the bonus holds from the beginning."
        self._approve(first)
        self.env.flush_all()
        income = self._income(self.years)
        self.assertEqual(income, {"esf": OWN_BEFORE, "federal": BONUS, "municipality_cash": OWN_AFTER})
        self.assertEqual(sum(income.values()), TOTAL)
        self.assertEqual(self.grant.own_share, OWN_AFTER)
        self._assert_spent()
        [told] = [one.body for one in first.message_ids if "paid vouchers" in (one.body or "")]
        after = self._spent(first)[0]
        for part in ("6 paid vouchers", f"{before:,}", f"{after:,}"):
            self.assertIn(part, told)
        self.assertEqual(
            first.plan_version_ids.sorted("number").mapped(lambda version: version.figures["esf_rate"]),
            ["50.00", "60.00"],
        )

    def test_proof_of_each_year_names_what_it_was_funded_by(self):
        for year, esf in ((self.years[0], "200000.00"), (self.years[1], "200000.00")):
            report = self.env["justiq.funder.report"].create(
                {"kind": "financial", "grant_id": self.grant.id, "funding_year_id": year.id}
            )
            income = report._figures()[0]["tables"][0]["rows"]
            planned = {row["key"]: row["cells"]["planned"] for row in income}
            self.assertEqual(planned["esf"], esf)
            self.assertEqual(planned.get("federal"), "40000.00" if year.share_federal else None)
