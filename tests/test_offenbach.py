from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import yaml

from odoo import Command
from odoo.tests import tagged
from odoo.tools import file_path

from .common import JustiqCommon

OFFENBACH = yaml.safe_load(Path(file_path("justiq/tests/data/offenbach_finance.yaml")).read_text(encoding="utf-8"))

CENT = Decimal("0.01")
# The file names ESF and federal money in one sum.
SOURCES = {"esf_and_federal": "esf", "municipality_cash": "municipality_cash", "seconded_staff": "seconded_staff"}


@tagged("post_install", "-at_install")
class TestOffenbach(JustiqCommon):
    """The public figures of one city, played through from the grant to its closing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        figures = OFFENBACH["grant"]
        cls.programme = cls.env["justiq.programme"].search([("code", "=", figures["programme"])])
        cls.bausteine = {baustein.code: baustein for baustein in cls.programme.baustein_ids}
        esf_rate = 100.0 * figures["financing"]["esf_and_federal"] / figures["total_eligible"]
        cls.grant = cls._create_grant(
            figures["bausteine"],
            name=figures["name"],
            date_start=figures["date_start"],
            date_end=figures["date_end"],
            total_eligible=figures["total_eligible"],
            esf_rate=esf_rate,
        )
        cls.enrolments = cls.env["justiq.enrolment"]
        cls.projects = {row["name"]: cls._carry_out(row) for row in OFFENBACH["micro_projects"]}
        cls.env.flush_all()

    @classmethod
    def _carry_out(cls, row):
        """Plan, run and complete one micro-project as the file says."""
        year = cls._year(row["year"])
        project = cls._create_project(
            "approved",
            name=row["name"],
            date_start=year.date_start,
            date_end=year.date_start + timedelta(days=90),
            planned_participants=row["participants"],
        )
        cls._create_budget_line(year, row["esf"], micro_project_id=project.id)
        missing = row["participants"] - len(cls.enrolments)
        for number in range(missing):
            case = cls._create_case(first_name=f"Young person {number}")
            entry = cls.grant.date_start
            cls.enrolments |= cls._enrol(case, date_entry=entry, legal_basis_date=entry)
        participations = cls.env["justiq.participation"].create(
            [
                {
                    "enrolment_id": enrolment.id,
                    "baustein_id": cls.bausteine["MP"].id,
                    "micro_project_id": project.id,
                    "date_start": year.date_start,
                }
                for enrolment in cls.enrolments[: row["participants"]]
            ]
        )
        project.state = "running"
        for week in range(row["sessions"]):
            cls._hold_session(project, participations, day=year.date_start + timedelta(weeks=week))
        project.write({"achieved_value": "It has become a better place.", "state": "done"})
        return project

    def test_own_share(self):
        expected = OFFENBACH["expected"]
        financing = OFFENBACH["grant"]["financing"]
        self.assertEqual(self.grant.own_share, expected["own_share"])
        self.assertEqual(self.grant.own_share_percent, expected["own_share_percent"])
        self.assertEqual(self.grant.own_share, financing["municipality_cash"] + financing["seconded_staff"])

    def test_funding_years(self):
        years = self.grant.funding_year_ids.sorted("date_start")
        self.assertEqual(
            [[year.date_start, year.date_end, year.month_count] for year in years],
            OFFENBACH["expected"]["funding_years"],
        )

    def test_esf_money_lies_within_the_limits_of_each_year(self):
        for row in OFFENBACH["micro_projects"]:
            with self.subTest(**row):
                year = self._year(row["year"])
                share = 0.5 if row["year"] == 2022 else 1.0
                self.assertEqual(year.esf_group_amount, row["esf"])
                self.assertEqual((year.esf_group_min, year.esf_group_max), (5000.0 * share, 50000.0 * share))
                self.assertEqual(year.esf_group_left, 50000.0 * share - row["esf"])
                self.assertEqual(self.projects[row["name"]].esf_planned, row["esf"])
                year.state = "approved"

    def test_sessions_and_participants(self):
        for row in OFFENBACH["micro_projects"]:
            with self.subTest(**row):
                project = self.projects[row["name"]]
                self.assertEqual(project.session_held_count, row["sessions"])
                self.assertEqual(project.participant_count, row["participants"])
                self.assertEqual(project.attendance_count, row["sessions"] * row["participants"])
                self.assertEqual(set(project.participation_ids.mapped("hours")), {row["sessions"] * 2.0})
                self.assertTrue(project.is_counted)

    def test_who_came_to_several_projects_counts_once(self):
        largest = max(row["participants"] for row in OFFENBACH["micro_projects"])
        total = sum(row["participants"] for row in OFFENBACH["micro_projects"])
        enrolments = self.env["justiq.enrolment"].search([("grant_id", "=", self.grant.id)])
        self.assertEqual(len(enrolments.filtered("is_counted")), largest)
        self.assertEqual(len(enrolments.participation_ids), total)

    def test_grant_can_be_closed(self):
        self.assertEqual(self.grant.micro_project_counted, 4)
        self.grant.state = "running"
        self.assertFalse(self.grant.finding_ids.filtered(lambda finding: finding.state != "resolved"))
        self.grant.state = "closed"

    def test_without_two_of_them_it_cannot(self):
        self.grant.state = "running"
        for name in ("KICK OF", "Mode und Design"):
            self.projects[name].session_ids.attendance_ids.write({"state": "absent"})
        with self.assertRefused("S21", "2"):
            self.grant.state = "closed"

    # ------------------------------------------------------------
    # Plan and vouchers, against sums in plain Python
    # ------------------------------------------------------------

    def _years(self):
        return self.grant.funding_year_ids.sorted("date_start")

    def _income_of_years(self):
        """{year: {source: amount}}: each sum of the file, shared by months; the remainder in the last year."""
        years = self._years()
        income = {year: {} for year in years}
        for source, total in OFFENBACH["grant"]["financing"].items():
            left = Decimal(str(total))
            for year in years:
                amount = (Decimal(str(total)) * int(year.month_count) / 42).quantize(CENT)
                income[year][SOURCES[source]] = left if year == years[-1] else amount
                left -= amount
        return income

    def _plan_total(self):
        """Plan in each year what its income pays: the micro-projects of the file, and staff."""
        for year, income in self._income_of_years().items():
            own = sum(Decimal(str(line.planned_amount)) for line in year.budget_line_ids)
            amount = sum(income.values())
            self._create_budget_line(
                year,
                float(((amount - own) * Decimal("0.6")).quantize(CENT)),
                code="CM",
                planned=float(amount - own),
                cost_category_id=self.env.ref("justiq.cost_staff").id,
            )
        return self._years()

    def _plan_income(self):
        for year, income in self._income_of_years().items():
            for source, amount in income.items():
                self._create_financing_line(year, source, float(amount))

    def _receive_income(self):
        """All of it comes, that of the funder on a call per year; the last one after the end of the grant."""
        for year in self._years():
            for line in year.financing_line_ids:
                if line.source != "esf":
                    line.received_amount = line.planned_amount
                    continue
                call = self.env["justiq.fund.call"].create(
                    {"grant_id": self.grant.id, "date_start": year.date_start, "extra_amount": 10**7}
                )
                call.action_send()
                day = year.date_end + timedelta(days=30 if year.date_end == self.grant.date_end else 0)
                call.write({"state": "received", "received_on": day, "received_amount": line.planned_amount})

    def _assert_sums_of_the_file(self, found):
        """Each of the three sums, exactly."""
        expected = {SOURCES[name]: Decimal(str(total)) for name, total in OFFENBACH["grant"]["financing"].items()}
        self.assertEqual(found, expected)
        self.assertEqual(sum(found.values()), Decimal(str(OFFENBACH["grant"]["total_eligible"])))

    def test_plan_and_its_shares_reconcile_to_the_cent(self):
        years = self._plan_total()
        self._plan_income()
        income = dict.fromkeys(SOURCES.values(), Decimal(0))
        for line in years.financing_line_ids:
            income[line.source] += Decimal(str(line.planned_amount))
        self._assert_sums_of_the_file(income)
        own = income["municipality_cash"] + income["seconded_staff"]
        self.assertEqual(own, Decimal(str(OFFENBACH["expected"]["own_share"])))
        for year in years:
            self.assertEqual((year.plan_gap, year.planned_amount), (0.0, year.income_amount))
            year.state = "approved"
        self.assertEqual(sum(Decimal(str(year.planned_amount)) for year in years), sum(income.values()))

    def test_income_proposed_by_shares_is_the_plan_to_the_cent(self):
        shares = {"esf": 60.0, "municipality_cash": 25.71, "seconded_staff": 14.29}
        self.grant.write({f"share_{source}": share for source, share in shares.items()})
        self.assertEqual(self.grant.own_share_percent, OFFENBACH["expected"]["own_share_percent"])
        for year in self._plan_total():
            year.action_propose_financing()
            self.assertEqual(year.plan_gap, 0.0)
            planned = Decimal(str(year.planned_amount))
            for line in year.financing_line_ids:
                exact = planned * Decimal(str(shares[line.source])) / 100
                self.assertLess(abs(Decimal(str(line.planned_amount)) - exact), CENT)
            year.state = "approved"

    def test_vouchers_reconcile_to_the_cent(self):
        years = self._plan_total()
        account, staff = self._account(self.bausteine["CM"]), self.env.ref("justiq.cost_staff")
        spent, esf = Decimal(0), Decimal(0)
        for year in years:
            line = year.budget_line_ids.filtered(lambda line: line.cost_category_id == staff)
            planned, money = Decimal(str(line.planned_amount)), Decimal(str(line.esf_amount))
            amount = (planned / 3).quantize(CENT)
            for part in (amount, amount, planned - 2 * amount):
                self._create_voucher(
                    account=account,
                    justiq_amount=float(part),
                    justiq_payment_date=year.date_end,
                    justiq_cost_category_id=staff.id,
                )
                spent += part
                esf += (part * money / planned).quantize(CENT, rounding=ROUND_HALF_UP)
            self.assertEqual(line.left_amount, 0.0)
        for row in OFFENBACH["micro_projects"]:
            project = self.projects[row["name"]]
            self._create_voucher(
                account=self._project_account(project),
                justiq_amount=row["esf"],
                justiq_payment_date=project.date_end,
                justiq_cost_category_id=self.category.id,
            )
            self.assertEqual(project.esf_spent, row["esf"])
            spent += Decimal(str(row["esf"]))
            esf += Decimal(str(row["esf"]))
        self.assertEqual(spent, Decimal(str(OFFENBACH["grant"]["total_eligible"])))
        self.assertEqual(sum(Decimal(str(year.spent_amount)) for year in years), spent)
        self.assertEqual(sum(Decimal(str(year.esf_spent)) for year in years), esf)
        self.assertFalse(years.finding_ids.filtered(lambda finding: finding.state == "open"))

    def test_proof_of_use_reconciles_with_the_vouchers_to_the_cent(self):
        self._create_flat_rate(22.0, grant=self.grant)
        years = self._plan_total()
        account, staff = self._account(self.bausteine["CM"]), self.env.ref("justiq.cost_staff")
        for year in years:
            line = year.budget_line_ids.filtered(lambda line: line.cost_category_id == staff)
            for number in range(1, 4):
                self._create_voucher(
                    account=account,
                    justiq_amount=round(line.planned_amount / 3.1 + number / 100, 2),
                    justiq_payment_date=year.date_start.replace(month=number),
                    justiq_cost_category_id=staff.id,
                )
        for row in OFFENBACH["micro_projects"]:
            project = self.projects[row["name"]]
            self._create_voucher(
                account=self._project_account(project),
                justiq_amount=row["esf"],
                justiq_payment_date=project.date_end,
                justiq_cost_category_id=self.category.id,
            )
        self._plan_income()
        self._receive_income()
        tables, listed = self._tables("financial"), self._tables("vouchers")
        for column in ("planned", "actual"):
            self._assert_sums_of_the_file(
                {source: Decimal(tables["sources"][source][column]) for source in SOURCES.values()}
            )
        total = tables["sources"]["total"]["actual"]
        self.assertEqual((total, listed["received"]["total"]["amount"]), ("1400000.00", "1400000.00"))
        self.assertEqual(tables["calls"]["received"]["amount"], "840000.00")
        self.assertEqual(listed["vouchers"]["total"]["eligible"], tables["plan"]["total"]["actual"])
        # Once more in plain Python, from the rows of the database.
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT justiq_funding_year_id, justiq_cost_category_id, justiq_eligible_amount FROM account_analytic_line "
            "WHERE justiq_grant_id = %s AND justiq_payment_date IS NOT NULL",
            [self.grant.id],
        )
        vouchers, bases = Decimal(0), {}
        for year, category, amount in self.env.cr.fetchall():
            vouchers += Decimal(str(amount))
            if category == staff.id:
                bases[year] = bases.get(year, Decimal(0)) + Decimal(str(amount))
        flat = sum((base * 22 / 100).quantize(CENT, rounding=ROUND_HALF_UP) for base in bases.values())
        self.assertEqual(Decimal(tables["vouchers"]["listed"]["amount"]), vouchers)
        self.assertEqual(Decimal(tables["spent"]["flat"]["amount"]), flat)
        self.assertEqual(Decimal(tables["vouchers"]["difference"]["amount"]), 0)
        self.assertEqual(Decimal(tables["plan"]["total"]["actual"]), vouchers + flat)
        self.assertEqual(Decimal(tables["plan"]["total"]["actual"]), sum(Decimal(str(y.spent_amount)) for y in years))
        self.assertEqual(Decimal(tables["plan"]["total"]["esf"]), sum(Decimal(str(y.esf_spent)) for y in years))
        planned = sum(Decimal(str(line.planned_amount)) for line in years.budget_line_ids)
        self.assertEqual(Decimal(tables["plan"]["total"]["planned"]), planned)

    def _tables(self, kind):
        report = self.env["justiq.funder.report"].create({"kind": kind, "grant_id": self.grant.id})
        return {
            table["key"]: {row["key"]: row["cells"] for row in table["rows"]}
            for section in report.figures
            for table in section["tables"]
        }

    def test_bausteine_of_the_file(self):
        self.assertEqual(set(self.grant.baustein_ids.mapped("code")), set(OFFENBACH["grant"]["bausteine"]))
        self.grant.baustein_ids = [Command.unlink(self.bausteine["ASJ"].id)]
