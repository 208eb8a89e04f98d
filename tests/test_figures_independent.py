from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from psycopg2 import Error as DatabaseError

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.justiq.models.funding_shares_mixin import SHARE_FIELDS

from .common import JustiqCommon
from .plain_figures import Money, People, cents
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


BIRTHS = st.dates(date(1992, 1, 1), date(2008, 12, 31))
PERSONS = st.lists(
    st.tuples(
        BIRTHS,
        st.sampled_from(["female", "male", "diverse", "not_stated"]),
        st.dates(date(2019, 1, 1), date(2020, 12, 31)),
        st.booleans(),  # consent on the day of entry
        # Bausteine one after the other; the same twice is a re-entry.
        st.lists(st.tuples(st.sampled_from(["CM", "ASJ", "CL", "MP"]), st.integers(0, 90)), max_size=4),
    ),
    min_size=1,
    max_size=6,
)
MEASURES = ["enrolment_number:count_distinct", "participation_count:sum", "contact_count:sum", "hours:sum"]


@tagged("post_install", "-at_install")
class TestPeopleIndependent(JustiqCommon):
    """Persons and participations, contacts and hours are those that plain Python counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("running")

    @examples(6)
    @given(PERSONS)
    def test_counts_are_those_of_plain_python(self, persons):
        with self.assertRaises(Undo), freeze_time("2022-01-31"):
            for number, person in enumerate(persons):
                self._create_person(number, *person)
            self._compare()
            raise Undo

    def _create_person(self, number, birth, gender, entry, consents, stays):
        case = self._create_case(last_name=f"Muster {number}", birth_date=birth, gender=gender)
        enrolment = self._enrol(case, date_entry=entry, legal_basis_date=entry if consents else False)
        day, known = entry, {}
        for code, minutes in stays:
            participation = self._participate(
                self.project if code == "MP" else None,
                code=code,
                enrolment=enrolment,
                date_start=day,
                date_end=day + timedelta(days=9),
                origin_participation_id=known[code].id if code in known else False,
            )
            known[code] = participation
            if code == "MP":
                self._hold_session(self.project, participation, day=day)
            else:
                note = self._create_note(case, participation_id=participation.id, minutes=minutes, date=day)
                if minutes % 3 == 0:  # corrected: only the last entry counts
                    values = {"amends_id": note.id, "minutes": minutes // 2, "date": day}
                    self._create_note(case, participation_id=participation.id, **values)
            day += timedelta(days=10)

    def _compare(self):
        self.env.flush_all()
        self.env.invalidate_all()
        plain = People(self.env, self.grant)
        for field, key in (
            ("baustein_id", lambda row, person: row["baustein_id"]),
            ("gender", lambda row, person: person["gender"]),
            ("age_group", lambda row, person: plain.age_group(person)),
            ("is_counted", lambda row, person: person["is_counted"]),
        ):
            self.assertEqual(self._module_figures(field), plain.by(key), field)
        counted = [person for person in plain.persons.values() if person["is_counted"]]
        grant = self.grant.with_user(self.users["coordinator"])
        found = (grant.counted_persons, grant.not_counted_persons)
        self.assertEqual(found, (len(counted), len(plain.persons) - len(counted)))
        self.assertEqual(self.project.participant_count, plain.by(self._project_key).get(self.project.id, (0,))[0])

    @staticmethod
    def _project_key(row, _person):
        return row["micro_project_id"]

    def _module_figures(self, field):
        report = self.env["justiq.participation.report"].with_user(self.users["coordinator"])
        groups = report._read_group([("grant_id", "=", self.grant.id)], [field], MEASURES)
        return {
            getattr(value, "id", value): (persons, participations, contacts, round(hours, 6))
            for value, persons, participations, contacts, hours in groups
        }

    def test_who_counts_is_decided_by_consent_age_and_answers(self):
        """rules.md: consent on the day of entry, an age of the programme on that day, complete answers."""
        for birth, values, expected in (
            (date(2008, 1, 15), {}, True),  # twelve on the day of entry
            (date(2008, 1, 16), {}, False),  # the day before
            (date(1993, 1, 16), {}, True),  # 26 for the last day
            (date(1993, 1, 15), {}, False),
            (date(2003, 1, 1), {"legal_basis_date": date(2020, 1, 16)}, False),
            (date(2003, 1, 1), {"entry_education": False}, False),
        ):
            with self.subTest(birth=birth, **values):
                enrolment = self._enrol(self._create_case(birth_date=birth), **values)
                self.assertEqual(enrolment.is_counted, expected)
        self.assertEqual(self.grant.with_user(self.users["coordinator"]).counted_persons, 2)

    def test_two_projects_and_a_return_are_one_person(self):
        other = self._create_project("running", name="KICK OF")
        enrolment = self._enrol()
        first = self._participate(self.project, enrolment=enrolment, date_end=date(2020, 2, 1))
        self._participate(self.project, enrolment=enrolment, date_start=date(2020, 2, 10))
        self._participate(other, enrolment=enrolment)
        self._hold_session(self.project, first, day=date(2020, 1, 20))
        plain = People(self.env, self.grant)
        self.assertEqual(plain.by(lambda row, person: 0), {0: (1, 3, 1, 2.0)})
        self.assertEqual(self._module_figures("baustein_id"), plain.by(lambda row, person: row["baustein_id"]))
