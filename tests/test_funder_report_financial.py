from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from odoo.tests import tagged

from .common import JustiqCommon
from .plain_figures import to_whole_cents
from .test_funder_report import FunderReportCommon

CENT = Decimal("0.01")


def _cents(value):
    return Decimal(str(value)).quantize(CENT, rounding=ROUND_HALF_UP)


@tagged("post_install", "-at_install")
class TestProofOfUse(FunderReportCommon):
    """Planned against received and spent; every total is added up again from the raw rows in plain Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.staff, cls.fees = cls.env.ref("justiq.cost_staff"), cls.env.ref("justiq.cost_fees")
        cls._create_flat_rate(22.0)
        cls._create_budget_line(cls.year, 600.0, code="CM", planned=1000.0, cost_category_id=cls.fees.id)
        cls._create_budget_line(cls.year, 6000.0, code="CM", planned=10000.0, cost_category_id=cls.staff.id)
        cls._create_budget_line(cls.year, 3000.0, code="ASJ", planned=5000.0, cost_category_id=cls.staff.id)
        cls._create_financing_line(cls.year, "esf", 11580.0)
        cls._create_financing_line(cls.year, "municipality_cash", 7720.0, received_amount=5000.0)
        for day, amount, code in ((3, 1234.56, "CM"), (17, 777.77, "CM"), (28, 333.33, "ASJ")):
            cls._create_voucher(
                cls._account(cls.bausteine[code]),
                justiq_amount=amount,
                justiq_payment_date=date(2020, 6, day),
                justiq_cost_category_id=cls.staff.id,
            )

    def _raw(self):
        """Paid in 2020, straight from the table: (baustein id, category id, eligible, ESF money)."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT justiq_baustein_id, justiq_cost_category_id, justiq_eligible_amount, justiq_esf_amount "
            "FROM account_analytic_line WHERE justiq_grant_id = %s "
            "AND justiq_payment_date BETWEEN '2020-01-01' AND '2020-12-31'",
            [self.grant.id],
        )
        return [(*keys, _cents(eligible), _cents(esf)) for *keys, eligible, esf in self.env.cr.fetchall()]

    def _flat(self):
        """22 % of what was spent on staff, rounded once for the year and cut into the Bausteine."""
        bases = {}
        for baustein, category, eligible, _esf in self._raw():
            if category == self.staff.id:
                bases[baustein] = bases.get(baustein, Decimal(0)) + eligible
        bausteine = sorted(bases, key=lambda key: self.env["justiq.baustein"].browse(key).number)
        parts = to_whole_cents([Fraction(bases[baustein]) * 22 / 100 for baustein in bausteine])
        return dict(zip(bausteine, parts, strict=True))

    def test_spending_by_baustein_and_category_against_plain_python(self):
        rows = self._rows(self._report("financial"), "spending", "plan")
        expected = {}
        for baustein, category, eligible, _esf in self._raw():
            key = f"category-{baustein}-{category}"
            expected[key] = expected.get(key, Decimal(0)) + eligible
        for baustein, amount in self._flat().items():
            expected[f"flat-{baustein}-{self.env.ref('justiq.cost_flat_rate').id}"] = amount
        found = {key: Decimal(cells["actual"]) for key, cells in rows.items() if key.startswith(("cat", "flat"))}
        self.assertEqual(found, expected)
        self.assertEqual(Decimal(rows["total"]["actual"]), sum(expected.values()))
        self.assertEqual(Decimal(rows["total"]["actual"]), _cents(self.year.spent_amount))
        self.assertEqual(Decimal(rows["total"]["planned"]), _cents(self.year.planned_amount))
        self.assertEqual(Decimal(rows["total"]["esf"]), _cents(self.year.esf_spent))

    def test_deviation_in_euros_and_percent(self):
        rows = self._rows(self._report("financial"), "spending", "plan")
        row = rows[f"category-{self.bausteine['ASJ'].id}-{self.staff.id}"]
        self.assertEqual(
            row,
            {
                "baustein": self.bausteine["ASJ"].name,
                "name": self.staff.name,
                "esf": row["esf"],
                "planned": "5000.00",
                "actual": "333.33",
                "deviation": "-4666.67",
                "percent": "-93.33",
            },
        )

    def test_bausteine_add_up_to_the_total(self):
        rows = self._rows(self._report("financial"), "spending", "plan")
        for name in ("planned", "actual", "deviation", "esf"):
            parts = [Decimal(cells[name]) for key, cells in rows.items() if key.startswith("baustein-")]
            self.assertEqual(sum(parts), Decimal(rows["total"][name]), name)

    def test_flat_rates_show_how_they_follow(self):
        rows = self._rows(self._report("financial"), "spending", "flat")
        amounts = {Decimal(cells["amount"]) for key, cells in rows.items() if key != "total"}
        self.assertEqual(amounts, set(self._flat().values()))
        self.assertEqual(Decimal(rows["total"]["amount"]), sum(self._flat().values()))

    def test_flat_rate_of_what_was_not_planned_is_proved_too(self):
        """The notice grants a percentage of the costs; a plan without them takes nothing of it away."""
        lines = self.year.budget_line_ids.filtered(lambda line: not line.flat_rate_id)
        lines.filtered(lambda line: line.baustein_id == self.bausteine["ASJ"]).unlink()
        rows = self._rows(self._report("financial"), "spending", "plan")
        baustein, category = self.bausteine["ASJ"], self.env.ref("justiq.cost_flat_rate")
        flat = rows[f"flat-{baustein.id}-{category.id}"]
        self.assertEqual((flat["planned"], flat["actual"]), ("0.00", str(self._flat()[baustein.id])))
        listed = self._rows(self._report("vouchers"), "spending", "vouchers")
        self.assertEqual(listed["total"]["eligible"], rows["total"]["actual"])
        self.assertEqual(Decimal(rows["total"]["actual"]), _cents(self.year.spent_amount))

    def test_flat_rates_of_the_halves_of_a_year_add_up_to_its_flat_rate(self):
        whole = self._rows(self._report("financial"), "spending", "flat")["total"]["amount"]
        for cut in (date(2020, 6, 3), date(2020, 6, 16), date(2020, 6, 28)):
            halves = ((date(2020, 1, 1), cut), (date.fromordinal(cut.toordinal() + 1), date(2020, 12, 31)))
            parts = [
                self._rows(self._report("financial", date_start=start, date_end=end), "spending", "flat")
                for start, end in halves
            ]
            self.assertEqual(sum(Decimal(part["total"]["amount"]) for part in parts), Decimal(whole), cut)

    def test_income_by_source(self):
        rows = self._rows(self._report("financial"), "income", "sources")
        self.assertEqual(
            (rows["municipality_cash"]["planned"], rows["municipality_cash"]["actual"]), ("7720.00", "5000.00")
        )
        self.assertEqual(rows["total"]["planned"], "19300.00")

    def test_it_reconciles_to_the_list_of_vouchers(self):
        rows = self._rows(self._report("financial"), "reconciliation", "vouchers")
        listed = self._rows(self._report("vouchers"), "spending", "vouchers")
        self.assertEqual(rows["listed"]["amount"], listed["vouchers"]["eligible"])
        self.assertEqual(rows["difference"]["amount"], "0.00")
        rows = self._rows(self._report("financial"), "reconciliation", "spent")
        self.assertEqual(rows["spent"]["amount"], listed["total"]["eligible"])
        self.assertEqual(Decimal(rows["flat"]["amount"]), sum(self._flat().values()))

    def test_calls_received_against_spent_and_what_remains(self):
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 3, 1), "extra_amount": 9000.0}
        )
        call.action_send()
        call.write({"state": "received", "received_on": date(2020, 3, 5), "received_amount": 5000.0})
        rows = self._rows(self._report("financial"), "reconciliation", "calls")
        spent = _cents(self.year.esf_spent)
        self.assertEqual(rows["received"]["amount"], "5000.00")
        self.assertEqual(Decimal(rows["spent"]["amount"]), spent)
        self.assertEqual(Decimal(rows["remaining"]["amount"]), 5000 - spent)

    def test_a_period_of_months_says_what_is_planned(self):
        report = self._report("financial", date_start=date(2020, 1, 1), date_end=date(2020, 6, 10))
        table = self._table(report, "spending", "plan")
        self.assertIn("2020", table["remark"])
        rows = {row["key"]: row["cells"] for row in table["rows"]}
        raw = sum(eligible for *_keys, eligible, _esf in self._raw())
        later = _cents(777.77) + _cents(333.33) + _cents(-100)
        self.assertEqual(Decimal(rows["total"]["actual"]), raw - later + _cents(_cents(1234.56) * 22 / 100))

    def test_the_cost_does_not_grow_with_grants_or_vouchers(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            report._figures()
            return self.env.cr.sql_log_count - before

        report = self._report("financial")
        count()  # what the first one of all has to look up
        first = count()
        for number in range(3):
            grant = self._create_grant(name=f"Another {number}")
            for _voucher in range(3):
                self._create_voucher(self._account(self.bausteine["CM"], grant))
                self._create_voucher(justiq_cost_category_id=self.staff.id)
        self.assertEqual(count(), first)

    def test_drill_down_leads_to_the_vouchers_of_the_figure(self):
        for row in self._table(self._report("financial"), "spending", "plan")["rows"]:
            if row["key"].startswith("category-"):
                vouchers = self.env[row["drill"]["model"]].with_user(self.auditor).search(row["drill"]["domain"])
                total = sum((_cents(line.justiq_eligible_amount) for line in vouchers), Decimal(0))
                self.assertEqual(Decimal(row["cells"]["actual"]), total)

    def test_freezing_and_comparing_names_the_voucher(self):
        report = self._frozen("financial")
        self.assertEqual(report._figures_of_today(), report._comparable_figures())
        self.vouchers[0].justiq_amount = 1100.0
        wizard = self.env["justiq.funder.report.compare"].with_user(self.auditor).create({"report_id": report.id})
        rows = {
            row["key"]: row
            for section in wizard.result["sections"]
            for table in section["tables"]
            for row in table["rows"]
        }
        key = f"spending/plan/category-{self.bausteine['CM'].id}-{self.fees.id}/actual"
        self.assertEqual(rows[key]["cells"]["difference"], "100.00")
        self.assertEqual(rows[key]["drill"]["domain"], [["id", "in", self.vouchers[0].ids]])

    def test_team_lead_reads_sums_but_opens_no_voucher(self):
        report = self._report("financial", user=self.users["team_lead"])
        self.assertEqual(report.figures, report.with_user(self.finance).figures)
        for user, opens in ((self.users["team_lead"], False), (self.finance, True)):
            sections = report.with_user(user).screen["sections"]
            drills = [row.get("drill") for section in sections for table in section["tables"] for row in table["rows"]]
            self.assertEqual(any(drill and drill["model"] == "account.analytic.line" for drill in drills), opens)


@tagged("post_install", "-at_install")
class TestReceivedIncome(JustiqCommon):
    """Money that comes on calls for funds is the received income of ESF and federal money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = cls._create_financing_line(cls._year(2020), "esf", 2000.0)
        cls.lines |= cls._create_financing_line(cls._year(2020), "federal", 1000.0)
        cls.cash = cls._create_financing_line(cls._year(2020), "municipality_cash", 1000.0)

    def _received(self, amount, day):
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 2, 1), "extra_amount": 50000.0}
        )
        call.action_send()
        call.write({"state": "received", "received_on": day, "received_amount": amount})
        return call

    def test_each_line_gets_its_part_to_the_cent(self):
        self._received(100.0, date(2020, 3, 1))
        self.assertEqual(self.lines.mapped("received_amount"), [66.67, 33.33])
        self.assertEqual(self.cash.received_amount, 0.0)

    def test_it_follows_the_call(self):
        call = self._received(300.0, date(2020, 3, 1))
        call.received_amount = 150.0
        self.assertEqual(self.lines.mapped("received_amount"), [100.0, 50.0])
        call.action_not_received()
        self.assertEqual(self.lines.mapped("received_amount"), [0.0, 0.0])

    def test_it_belongs_to_the_year_in_which_it_came(self):
        later = self._create_financing_line(self._year(2021), "esf", 10.0)
        last = self._create_financing_line(self._year(2022), "esf", 10.0)
        self._received(7.0, date(2021, 5, 1))
        self._received(9.0, date(2023, 1, 1))
        self.assertEqual((later.received_amount, last.received_amount), (7.0, 9.0))
        self.assertEqual(self.lines.mapped("received_amount"), [0.0, 0.0])

    def test_nobody_enters_it_twice(self):
        self.lines[0].received_amount = 5.0  # before the first call
        with self.assertRefused("5.00"):
            self._received(100.0, date(2020, 3, 1))
        self.lines[0].received_amount = 0.0
        self._received(100.0, date(2020, 3, 1))
        with self.assertRefused("calls for funds"):
            self.lines[0].with_user(self.users["finance"]).received_amount = 5.0
        self.cash.received_amount = 5.0
