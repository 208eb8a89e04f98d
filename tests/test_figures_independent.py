from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from psycopg2 import Error as DatabaseError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.justiq.models.funding_shares_mixin import SHARE_FIELDS

from .common import JustiqCommon
from .plain_figures import Money, cents
from .properties import Undo, examples

NUMBERS = st.integers(0, 7)
AMOUNTS = st.one_of(st.sampled_from([1, 33, 99999, 250000]), st.integers(1, 2_000_000)).map(lambda number: number / 100)
RATES = st.integers(1, 10000).map(lambda number: number / 100)
HUNDREDTHS = st.integers(0, 5000)
CODES = st.sampled_from(["CM", "ASJ", "MP"])
CATEGORIES = st.sampled_from(["staff", "fees", "material"])
DAYS = st.dates(date(2019, 1, 1), date(2022, 6, 30))
PAID = st.one_of(st.none(), DAYS)

MONEY = st.one_of(
    st.tuples(st.just("plan"), NUMBERS, CODES, CATEGORIES, AMOUNTS, RATES),
    st.tuples(st.just("voucher"), NUMBERS, CATEGORIES, AMOUNTS, RATES, PAID),
    st.tuples(st.just("voucher"), NUMBERS, CATEGORIES, AMOUNTS, RATES, PAID),
    st.tuples(st.just("credit note"), NUMBERS, AMOUNTS),
    st.tuples(st.just("pay"), NUMBERS, PAID),
    st.tuples(st.just("share"), NUMBERS, RATES),
    st.tuples(st.just("category"), NUMBERS, CATEGORIES),
    st.tuples(st.just("move"), NUMBERS, NUMBERS),
    st.tuples(st.just("charge"), NUMBERS, NUMBERS),
    st.tuples(st.just("delete voucher"), NUMBERS),
    st.tuples(st.just("replan"), NUMBERS, AMOUNTS, RATES),
    st.tuples(st.just("delete line"), NUMBERS),
    st.tuples(st.just("flat rate"), RATES),
    st.tuples(st.just("border"), NUMBERS, DAYS),
    st.tuples(st.just("notice"), HUNDREDTHS, HUNDREDTHS),
    st.tuples(st.just("shares of year"), NUMBERS, HUNDREDTHS, HUNDREDTHS),
    st.tuples(st.just("approve"), NUMBERS),
    st.tuples(st.just("draft"), NUMBERS),
)


class MoneyCommon(JustiqCommon):
    """A grant with a flat rate and a micro-project, and all that may happen to its plan and its vouchers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.categories = {name: cls.env.ref(f"justiq.cost_{name}") for name in ("staff", "fees", "material")}
        cls.project = cls._create_project()
        cls._create_flat_rate(22.0)
        cls.accounts = [cls._account(cls.bausteine[code]) for code in ("CM", "ASJ", "MP")]
        cls.accounts.append(cls._project_account(cls.project))
        cls.other_grant = cls._create_grant(name="Vorhaben II")
        cls.accounts.append(cls._account(cls.bausteine["CM"], cls.other_grant))
        kindergarten = cls._create_department()
        cls.items = cls.env["account.analytic.line"].create(
            [
                {
                    "name": f"Bill {number}",
                    "amount": -number,
                    "date": date(2020, number, 1),
                    "account_id": kindergarten.id,
                }
                for number in (1, 7)
            ]
        )

    def _perform(self, name, arguments, must=False):
        """Do it; what the rules refuse is left undone."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                getattr(self, f"_do_{name.replace(' ', '_')}")(*arguments)
                self.env.flush_all()
        except (UserError, DatabaseError):
            if must:
                raise
            self.env.invalidate_all()

    def _pick(self, records, number):
        return records.sorted("id")[number % len(records)] if records else records

    def _vouchers(self):
        return self.env["account.analytic.line"].search([("justiq_grant_id", "!=", False)])

    def _by_hand(self):
        return self.grant.funding_year_ids.budget_line_ids.filtered(lambda line: not line.flat_rate_id)

    def _do_plan(self, number, code, category, amount, rate):
        self.env["justiq.budget.line"].create(
            {
                "funding_year_id": self._pick(self.grant.funding_year_ids, number).id,
                "baustein_id": self.bausteine[code].id,
                "micro_project_id": self.project.id if code == "MP" and number % 2 else False,
                "cost_category_id": self.categories[category].id,
                "planned_amount": amount,
                "esf_amount": amount * rate / 100,
            }
        )

    def _do_voucher(self, number, category, amount, share, paid):
        day = paid or date(2020, 1, 15) + timedelta(days=number * 100)
        self._create_voucher(
            self.accounts[number % len(self.accounts)],
            justiq_amount=amount,
            justiq_eligible_share=share,
            justiq_cost_category_id=self.categories[category].id,
            justiq_payment_date=paid or False,
            justiq_voucher_date=day,
        )

    def _do_credit_note(self, number, amount):
        self._do_voucher(number, "fees", -amount, 100.0, date(2020, 5, 5))

    def _do_pay(self, number, day):
        self._pick(self._vouchers(), number).justiq_payment_date = day or False

    def _do_share(self, number, share):
        self._pick(self._vouchers(), number).justiq_eligible_share = share

    def _do_category(self, number, category):
        self._pick(self._vouchers(), number).justiq_cost_category_id = self.categories[category]

    def _do_move(self, number, account):
        """Finance charges a voucher to another Baustein, micro-project or grant."""
        self._pick(self._vouchers(), number).justiq_account_id = self.accounts[account % len(self.accounts)]

    def _do_charge(self, number, account):
        """The accounting charges an item that it has; a kindergarten is none of a grant."""
        accounts = [*self.accounts, self.env["account.analytic.account"]]
        self._pick(self.items, number)[self.accounts[0].plan_id._column_name()] = accounts[account % len(accounts)]

    def _do_delete_voucher(self, number):
        self._pick(self._vouchers(), number).unlink()

    def _do_replan(self, number, amount, rate):
        self._pick(self._by_hand(), number).write({"planned_amount": amount, "esf_amount": amount * rate / 100})

    def _do_delete_line(self, number):
        self._pick(self._by_hand(), number).unlink()

    def _do_flat_rate(self, rate):
        self.grant.flat_rate_ids.rate = rate

    def _shares(self, esf, federal):
        """Shares in hundredths of a percent, with whatever is missing from the municipality."""
        return {
            "share_esf": esf / 100,
            "share_federal": federal / 100,
            "share_municipality_cash": (10000 - esf - federal) / 100,
        }

    def _do_notice(self, esf, federal):
        """Years in draft follow the notice, approved ones do not."""
        self.env.flush_all()
        years = self.grant.funding_year_ids
        before = {year: (year.state, [year[name] for name in SHARE_FIELDS]) for year in years}
        self.grant.write(self._shares(esf, federal))
        for year, (state, shares) in before.items():
            expected = shares if state == "approved" else [self.grant[name] for name in SHARE_FIELDS]
            self.assertEqual([year[name] for name in SHARE_FIELDS], expected)

    def _do_shares_of_year(self, number, esf, federal):
        self._pick(self.grant.funding_year_ids, number).write(self._shares(esf, federal))

    def _do_approve(self, number):
        year = self._pick(self.grant.funding_year_ids, number)
        if year._share_total():
            year.action_propose_financing()
        year.write({"state": "approved", "change_reason": "Another notice"})

    def _do_draft(self, number):
        self._pick(self.grant.funding_year_ids, number).state = "draft"

    def _do_border(self, number, day):
        self._pick(self.grant.funding_year_ids, number).date_end = day


@tagged("post_install", "-at_install")
class TestMoneyIndependent(MoneyCommon):
    """Whatever is planned, entered, changed and deleted: each figure is what plain Python finds in the same rows."""

    @examples(8)
    @given(st.lists(MONEY, min_size=3, max_size=12))
    def test_figures_are_those_of_plain_python_after_any_changes(self, operations):
        with self.assertRaises(Undo):
            for name, *arguments in operations:
                self._perform(name, arguments)
            self._compare()
            raise Undo

    def test_figures_of_a_plan_with_everything(self):
        for name, *arguments in (
            ("plan", 1, "CM", "staff", 12345.67, 77.77),
            ("plan", 1, "ASJ", "staff", 0.05, 100.0),
            ("plan", 1, "MP", "fees", 3333.33, 60.0),
            ("voucher", 0, "staff", 999.99, 33.33, date(2020, 3, 1)),
            ("voucher", 1, "staff", 0.03, 100.0, date(2020, 12, 31)),
            ("voucher", 3, "fees", 77.77, 50.0, date(2020, 6, 1)),
            ("voucher", 3, "fees", 10.0, 100.0, None),
            ("credit note", 0, 5.55),
            ("border", 1, date(2020, 6, 15)),
            ("move", 2, 0),
            ("move", 0, 4),
            ("move", 4, 3),
            ("charge", 1, 0),
            ("charge", 0, 3),
            ("charge", 1, 5),
            ("notice", 5000, 1000),
            ("shares of year", 1, 4000, 2500),
            ("plan", 3, "MP", "fees", 9999.99, 60.0),
            ("voucher", 3, "fees", 0.03, 100.0, date(2022, 6, 1)),
            ("approve", 3),
            ("notice", 3333, 3333),
            ("draft", 3),
            ("shares of year", 3, 0, 5000),
        ):
            self._perform(name, arguments, must=True)
            self._compare()

    # ------------------------------------------------------------
    # Comparing
    # ------------------------------------------------------------

    def _compare(self):
        self.env.invalidate_all()
        for grant in (self.grant, self.other_grant):
            plain = Money(self.env, grant)
            self._compare_vouchers(plain)
            self._compare_lines(plain)
            self._compare_years(plain, grant)
            self._compare_projects(plain, grant)
            self._compare_call(plain, grant)

    def _compare_vouchers(self, plain):
        for row in plain.vouchers:
            voucher = self.env["account.analytic.line"].browse(row["id"])
            found = (voucher.justiq_eligible_amount, voucher.justiq_esf_amount)
            self.assertEqual(tuple(map(cents, found)), (row["eligible"], row["esf"]))
            self.assertEqual(voucher.justiq_funding_year_id.id or None, row["year_id"])

    def _compare_lines(self, plain):
        for row in plain.lines:
            line = self.env["justiq.budget.line"].browse(row["id"])
            spent, esf, committed = plain.of_line(row)
            found = (line.spent_amount, line.esf_spent, line.committed_amount)
            self.assertEqual(tuple(map(cents, found)), (spent, esf, committed), line.display_name)
            self.assertEqual(cents(line.left_amount), cents(line.planned_amount) - spent - committed)

    def _compare_years(self, plain, grant):
        for year in grant.funding_year_ids:
            spent, esf, committed = plain.of_year(year.id)
            found = (year.spent_amount, year.esf_spent, year.committed_amount, year.esf_group_spent)
            self.assertEqual(tuple(map(cents, found)), (spent, esf, committed, plain.esf_only_of_groups(year.id)))
            planned = plain.planned(year.id)
            found = (year.planned_amount, year.esf_amount, year.esf_group_amount)
            self.assertEqual(tuple(map(cents, found)), planned)
            self.assertEqual(cents(year.left_amount), planned[0] - spent - committed)
            self.assertEqual(cents(year.esf_group_per_full_year), plain.per_full_year(year.id))
            self._compare_flat_rates(plain, year)

    def _compare_flat_rates(self, plain, year):
        """The rounded rows of a flat rate add up to its rounded total."""
        for rate in year.grant_id.flat_rate_ids:
            lines = year.budget_line_ids.filtered(lambda line, rate=rate: line.flat_rate_id == rate)
            planned, esf = plain.flat_rate_total(year.id, rate.id)
            self.assertEqual(sum(map(cents, lines.mapped("planned_amount"))), planned)
            self.assertEqual(sum(map(cents, lines.mapped("esf_amount"))), esf)

    def _compare_projects(self, plain, grant):
        for project in grant.micro_project_ids:
            spent = (cents(project.spent_amount), cents(project.esf_spent))
            self.assertEqual(spent, plain.of_project(project.id))
            planned = (cents(project.planned_amount), cents(project.esf_planned))
            self.assertEqual(planned, plain.planned_of_project(project.id))

    def _compare_call(self, plain, grant):
        start, end = date(2020, 6, 1), date(2020, 7, 12)
        call = self.env["justiq.fund.call"].create(
            {"grant_id": grant.id, "date_start": start, "date_end": end, "extra_amount": 77.77}
        )
        expected = plain.call(start, end, extra=77.77)
        self.assertEqual({name: cents(call[name]) for name in expected}, expected)
