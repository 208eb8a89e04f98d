from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.justiq.tools import figures

from .plain_figures import Money, cents
from .properties import Undo, examples
from .test_figures_independent import MONEY, MoneyCommon

ZERO = Decimal(0)


@tagged("post_install", "-at_install")
class TestFunderReportProperties(MoneyCommon):
    """From the voucher to the proof of use, whatever was planned, paid and changed: each level adds up to the next."""

    @examples(6)
    @given(st.lists(MONEY, min_size=3, max_size=12))
    def test_vouchers_add_up_to_the_list_and_the_list_to_the_proof(self, operations):
        with self.assertRaises(Undo):
            for name, *arguments in operations:
                self._perform(name, arguments)
            self._check_reports()
            raise Undo

    def _check_reports(self):
        plain = Money(self.env, self.grant)
        for year in (*self.grant.funding_year_ids, self.grant.funding_year_ids[:0]):
            self._check_list(plain, year)
            self._check_proof(plain, year)

    def _tables(self, kind, year):
        report = self.env["justiq.funder.report"].create(
            {"kind": kind, "grant_id": self.grant.id, "funding_year_id": year.id}
        )
        found = report._figures()
        self.env.invalidate_all()
        self.assertEqual(figures.canonical(found), figures.canonical(report._figures()), "the same once more")
        self.assertEqual(figures.changes(found, report._figures()), [])
        return {path: {row["key"]: row for row in table["rows"]} for path, _section, table in figures.tables(found)}

    def _check_list(self, plain, year):
        """The rows are the vouchers paid in the period, then their flat rates; what is printed below is their sum."""
        rows = self._tables("vouchers", year)["spending", "vouchers"]
        paid = [
            voucher for voucher in plain.vouchers if voucher["paid"] and (not year or voucher["year_id"] == year.id)
        ]
        for name, column in (("amount", "amount"), ("eligible", "eligible"), ("esf", "esf")):
            listed = [Decimal(row["cells"][column]) for row in rows.values() if not row.get("style")]
            vouchers = [Decimal(row["cells"][column]) for key, row in rows.items() if key.startswith("voucher-")]
            self.assertEqual(sorted(vouchers), sorted(cents(voucher[name]) for voucher in paid))
            flat = plain.flat_rates(paid, "esf" if name == "esf" else "eligible")
            self.assertEqual(sum(listed, ZERO), sum(vouchers, ZERO) + sum(flat.values()))
            self.assertEqual(Decimal(rows["total"]["cells"][column]), sum(listed, ZERO))
            subtotals = [Decimal(row["cells"][column]) for key, row in rows.items() if key.startswith("year-")]
            if subtotals:
                self.assertEqual(sum(subtotals), sum(listed, ZERO))

    def _check_proof(self, plain, year):
        """Planned and spent are those of the years; Bausteine add up to the total; the list is reconciled."""
        tables = self._tables("financial", year)
        plan = {key: row["cells"] for key, row in tables["spending", "plan"].items()}
        years = year or self.grant.funding_year_ids
        spent, esf, _committed = map(sum, zip(*(plain.of_year(one.id) for one in years), strict=True))
        planned = sum(plain.planned(one.id)[0] for one in years)
        total = {name: Decimal(value) for name, value in plan["total"].items() if name in ("planned", "actual", "esf")}
        self.assertEqual(total, {"planned": planned, "actual": spent, "esf": esf})
        for name in total:
            rows = [Decimal(cells[name]) for key, cells in plan.items() if key.startswith(("category-", "flat-"))]
            bausteine = [Decimal(cells[name]) for key, cells in plan.items() if key.startswith("baustein-")]
            self.assertEqual((sum(rows, ZERO), sum(bausteine, ZERO)), (total[name], total[name]), name)
        books, proof = (
            {key: Decimal(row["cells"]["amount"]) for key, row in tables["reconciliation", name].items()}
            for name in ("vouchers", "spent")
        )
        self.assertEqual((books["expected"], books["difference"]), (books["listed"], ZERO))
        self.assertEqual((books["listed"] + proof["flat"], proof["spent"]), (spent, spent))

    def test_frozen_and_run_again_it_is_the_same(self):
        """Without a change in between, a new run finds nothing to compare."""
        for operation in (
            ("plan", 1, "CM", "staff", 12345.67, 77.77),
            ("voucher", 0, "staff", 999.99, 33.33, self._year(2020).date_start),
            ("voucher", 3, "fees", 77.77, 50.0, self._year(2020).date_end),
        ):
            self._perform(operation[0], operation[1:], must=True)
        kinds = [kind for kind, _label in self.env["justiq.funder.report"]._fields["kind"].selection]
        for kind in kinds:
            with self.subTest(kind):
                report = self.env["justiq.funder.report"].create(
                    {"kind": kind, "grant_id": self.grant.id, "funding_year_id": self._year(2020).id}
                )
                report.action_freeze()
                self.env.flush_all()
                self.env.invalidate_all()
                kept, again = report._comparable_figures(), report._figures_of_today()
                self.assertEqual(figures.canonical(kept), figures.canonical(again))
                self.assertEqual(figures.changes(kept, again), [])
