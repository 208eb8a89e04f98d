from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from .plain_figures import cents
from .properties import Undo, examples
from .test_funder_report import FunderReportCommon

DAYS = st.dates(date(2019, 1, 1), date(2023, 3, 31))
AMOUNTS = st.integers(1, 500_000).map(lambda number: number / 100)
SOURCES = ("esf", "federal", "municipality_cash", "seconded_staff")
LISTED = ("income", "received")
FIRST_HALF = {"funding_year_id": False, "date_start": date(2020, 1, 1), "date_end": date(2020, 6, 30)}


class IncomeCommon(FunderReportCommon):
    """A financing plan for each funding year, with calls for funds and receipts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.years = cls.grant.funding_year_ids.sorted("date_start")
        cls.lines = {
            (year, source): cls._create_financing_line(year, source, planned)
            for year in cls.years
            for source, planned in zip(SOURCES, (500.0, 100.0, 250.0, 150.0), strict=True)
        }

    def _call(self, amount, day, extra=10**6):
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 3, 1), "extra_amount": extra}
        )
        call.action_send()
        call.write({"state": "received", "received_on": day, "received_amount": amount})
        return call

    def _receive(self, amount, day, source="municipality_cash", year=None):
        return self.env["justiq.financing.receipt"].create(
            {
                "financing_line_id": self.lines[year or self.year, source].id,
                "date": day,
                "payer": "City treasury",
                "amount": amount,
            }
        )

    def _income(self, start, end):
        """Received by source in the proof of use, which reconciles to the calls and to the list of vouchers."""
        period = {"funding_year_id": False, "date_start": start, "date_end": end}
        report = self._report("financial", **period)
        rows = self._rows(report, "income", "sources")
        reconciled = self._rows(report, "reconciliation", "income")
        self.assertEqual(reconciled["proved"]["amount"], rows["total"]["actual"])
        self.assertEqual(reconciled["difference"]["amount"], "0.00")
        listed = self._rows(self._report("vouchers", **period), *LISTED)
        self.assertEqual(listed["total"]["amount"], rows["total"]["actual"])
        return {source: Decimal(cells["actual"]) for source, cells in rows.items()}


@tagged("post_install", "-at_install")
class TestIncomeOfAPeriod(IncomeCommon):
    """Income of a part of a year is what came in it; whole years have all that belongs to them."""

    def test_part_of_a_year_has_what_came_in_it(self):
        self._call(600.0, date(2020, 3, 10))
        self._call(60.0, date(2020, 9, 10))
        self._receive(70.0, date(2020, 6, 30))
        self._receive(30.0, date(2020, 7, 1))
        first = self._income(date(2020, 1, 1), date(2020, 6, 30))
        self.assertEqual([first[source] for source in (*SOURCES, "total")], [500, 100, 70, 0, 670])
        second = self._income(date(2020, 7, 1), date(2020, 12, 31))
        self.assertEqual([second[source] for source in (*SOURCES, "total")], [50, 10, 30, 0, 90])

    def test_calls_against_spent_are_those_of_the_period(self):
        self._call(600.0, date(2020, 9, 10))
        report = self._report("financial", **FIRST_HALF)
        table = self._table(report, "reconciliation", "calls")
        self.assertIn("2020; received and spent is what lies in the period", table["remark"])
        rows = {row["key"]: row["cells"]["amount"] for row in table["rows"]}
        self.assertEqual(rows["received"], "0.00")

    def test_a_remark_tells_what_is_not_cut_to_the_period(self):
        self.lines[self.year, "seconded_staff"].received_amount = 150.0
        for kind, section, key in (("financial", "income", "sources"), ("vouchers", *LISTED)):
            report = self._report(kind, **FIRST_HALF)
            table = self._table(report, section, key)
            self.assertIn("sum of a whole funding year", table["remark"])
            self.assertEqual(table["rows"][-1]["cells"]["actual" if kind == "financial" else "amount"], "150.00")
        report = self._report("financial")
        self.assertFalse(self._table(report, "income", "sources")["remark"], "a whole year needs none")

    def test_money_from_outside_of_its_year_counts_at_its_border(self):
        """A last payment comes after the grant, an instalment of the city before its year begins."""
        last = self.years[-1]
        self._call(60.0, last.date_end + timedelta(days=200))
        self._receive(25.0, last.date_start - timedelta(days=20), year=last)
        first_half = self._income(last.date_start, last.date_start + timedelta(days=90))
        self.assertEqual((first_half["municipality_cash"], first_half["total"]), (25, 25))
        second_half = self._income(last.date_start + timedelta(days=91), last.date_end)
        self.assertEqual((second_half["esf"], second_half["total"]), (50, 60))

    def test_received_opens_the_days_behind_it(self):
        call, receipt = self._call(60.0, date(2020, 3, 10)), self._receive(70.0, date(2020, 6, 30))
        self._receive(5.0, date(2020, 7, 1))
        report = self._report("financial", **FIRST_HALF)
        rows = {row["key"]: row for row in self._table(report, "income", "sources")["rows"]}
        for source, found in (("esf", call), ("municipality_cash", receipt)):
            [drill] = rows[source]["drills"]["actual"]
            self.assertEqual(self.env[drill["model"]].with_user(self.auditor).search(drill["domain"]), found)

    @examples(8)
    @given(
        calls=st.lists(st.tuples(AMOUNTS, DAYS), max_size=4),
        receipts=st.lists(st.tuples(AMOUNTS, DAYS, st.integers(0, 2), st.sampled_from(SOURCES[2:])), max_size=5),
        cuts=st.lists(st.dates(date(2019, 1, 2), date(2022, 6, 29)), max_size=3, unique=True),
    )
    def test_periods_add_up_to_the_whole_and_each_is_what_came_in_it(self, calls, receipts, cuts):
        with self.assertRaises(Undo):
            calls = [self._call(amount, max(day, self.grant.date_start)) for amount, day in calls]
            receipts = [
                self._receive(amount, max(day, self.grant.date_start), source, self.years[number % len(self.years)])
                for amount, day, number, source in receipts
            ]
            starts = sorted({self.years[0].date_start, *cuts})
            ends = [*(day - timedelta(days=1) for day in starts[1:]), self.years[-1].date_end]
            sums = dict.fromkeys((*SOURCES, "total"), Decimal(0))
            for start, end in zip(starts, ends, strict=True):
                found = self._income(start, end)
                expected = self._plain_income(start, end, calls, receipts)
                self.assertEqual(found.get("esf", 0) + found.get("federal", 0), expected[0])
                self.assertEqual([found.get(source, 0) for source in SOURCES[2:]], expected[1:])
                sums = {source: amount + found.get(source, 0) for source, amount in sums.items()}
            whole = {
                source: sum(cents(self.lines[year, source].received_amount) for year in self.years)
                for source in SOURCES
            }
            self.assertEqual(sums, {**whole, "total": sum(whole.values())})
            raise Undo

    def _plain_income(self, start, end, calls, receipts):
        """[money of the funder, then each other source] in plain Python: each amount on its day, or at its border."""
        sums = [Decimal(0)] * 3
        for call in calls:
            year = [year for year in self.years if year.date_start <= call.received_on][-1]
            if start <= sorted((year.date_start, call.received_on, year.date_end))[1] <= end:
                sums[0] += cents(call.received_amount)
        for receipt in receipts:
            year = receipt.financing_line_id.funding_year_id
            if start <= sorted((year.date_start, receipt.date, year.date_end))[1] <= end:
                sums[SOURCES.index(receipt.financing_line_id.source) - 1] += cents(receipt.amount)
        return sums


@tagged("post_install", "-at_install")
class TestNothingIsOverwritten(IncomeCommon):
    """What was entered without a call is not lost when calls begin to feed the lines of the funder."""

    def test_first_received_call_is_refused_where_it_would_overwrite(self):
        later = self.lines[self.years[-1], "federal"]
        later.received_amount = 700.0
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 3, 1), "extra_amount": 100.0}
        )
        call.with_user(self.finance).action_send()
        with self.assertRefused("700.00", later.funding_year_id.name, "Set “Received” to 0"):
            call.with_user(self.finance).action_receive()
        self.assertEqual((call.state, later.received_amount), ("sent", 700.0))
        later.received_amount = 0.0
        call.with_user(self.finance).action_receive()
        self.assertEqual(call.state, "received")

    def test_line_with_money_is_not_added_to_a_grant_fed_by_calls(self):
        self._call(60.0, date(2020, 3, 10))
        with self.assertRefused("5.00"):
            self._create_financing_line(self.year, "esf", 10.0, received_amount=5.0)
        city = self.lines[self.year, "municipality_cash"]
        city.received_amount = 5.0
        with self.assertRefused("5.00"):
            city.source = "esf"
        with self.assertRefused("5.00"):
            self._create_financing_line(self.year, "third_party", 10.0).write(
                {"source": "federal", "received_amount": 5.0}
            )

    def test_line_with_money_is_not_moved_to_a_grant_fed_by_calls(self):
        self._call(60.0, date(2020, 3, 10))
        other = self._create_grant(name="Vorhaben II")
        line = self._create_financing_line(self._year(2020, other), "esf", 10.0, received_amount=5.0)
        with self.assertRefused("5.00"):
            line.funding_year_id = self.year
        line.received_amount = 0.0
        line.funding_year_id = self.year
        self.assertEqual(sum(self.year.financing_line_ids.mapped("received_amount")), 60.0)
        line.funding_year_id = self._year(2020, other)
        self.assertEqual(line.received_amount, 0.0, "no call of the other grant")
        self.assertEqual(sum(self.year.financing_line_ids.mapped("received_amount")), 60.0)

    def test_money_follows_the_borders_of_the_years(self):
        """The day of a call decides, also after a year was made shorter."""
        self._call(60.0, date(2020, 12, 20))
        following = self.years[self.years.ids.index(self.year.id) + 1]
        self.year.date_end = date(2020, 12, 10)
        following.date_start = date(2020, 12, 11)
        self.assertEqual((self.year.received_amount, following.received_amount), (0.0, 60.0))
