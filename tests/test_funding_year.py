from datetime import date

from psycopg2 import IntegrityError
from psycopg2.errors import ExclusionViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestFundingYear(JustiqCommon):
    """Funding years cover their grant without gap or overlap, on every path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.years = cls.grant.funding_year_ids.sorted("date_start")
        cls.y2019, cls.y2020, cls.y2021, cls.y2022 = cls.years

    def _borders(self):
        return [
            (f"{year.date_start:%Y-%m-%d}", f"{year.date_end:%Y-%m-%d}")
            for year in self.grant.funding_year_ids.sorted("date_start")
        ]

    # ------------------------------------------------------------
    # Moving borders
    # ------------------------------------------------------------

    def test_moving_the_end_pulls_the_next_year(self):
        for end, next_start in ((date(2020, 3, 31), date(2020, 4, 1)), (date(2019, 6, 30), date(2019, 7, 1))):
            with self.subTest(end=end):
                self.y2019.date_end = end
                self.assertEqual(self.y2020.date_start, next_start)
                self.assertEqual(self.y2020.date_end, date(2020, 12, 31))

    def test_moving_the_start_pulls_the_previous_year(self):
        for start, previous_end in ((date(2019, 10, 1), date(2019, 9, 30)), (date(2020, 2, 29), date(2020, 2, 28))):
            with self.subTest(start=start):
                self.y2020.date_start = start
                self.assertEqual(self.y2019.date_end, previous_end)
                self.assertEqual(self.y2019.date_start, date(2019, 1, 1))

    def test_moving_both_borders_pulls_both_neighbours(self):
        self.y2020.write({"date_start": "2019-12-01", "date_end": "2021-01-31"})
        self.assertEqual(
            self._borders(),
            [
                ("2019-01-01", "2019-11-30"),
                ("2019-12-01", "2021-01-31"),
                ("2021-02-01", "2021-12-31"),
                ("2022-01-01", "2022-06-30"),
            ],
        )

    def test_moving_one_border_from_both_sides_in_one_save(self):
        self.grant.funding_year_ids = [
            Command.update(self.y2019.id, {"date_end": "2020-03-31"}),
            Command.update(self.y2020.id, {"date_start": "2020-04-01"}),
        ]
        self.assertEqual(self._borders()[:2], [("2019-01-01", "2020-03-31"), ("2020-04-01", "2020-12-31")])

    def test_names_and_months_follow(self):
        self.y2019.date_end = date(2020, 3, 14)
        self.assertEqual(self.y2019.label, "2019/2020")
        self.assertEqual(self.y2020.label, "2020")
        self.assertEqual(self.y2020.name, "Vorhaben Musterstadt 2020")
        self.assertAlmostEqual(self.y2020.month_count, 9 + 17 / 31, 2)
        self.grant.name = "Renamed"
        self.assertEqual(self.y2020.name, "Renamed 2020")

    def test_no_border_beyond_the_neighbour(self):
        for values in (
            {"date_end": date(2020, 12, 31)},
            {"date_end": date(2021, 3, 31)},
            {"date_start": date(2018, 12, 31)},
            {"date_start": date(2019, 1, 2)},
        ):
            with self.subTest(**values), self.assertRefused("without gap or overlap"):
                self.y2019.write(values)
        with self.assertRefused("without gap or overlap"):
            self.y2022.date_end = date(2022, 7, 1)

    @mute_logger("odoo.sql_db")
    def test_no_year_ends_before_it_starts(self):
        with self.assertRaises(Exception):  # noqa: B017 (rule or database, whoever is first)
            self.y2019.date_end = date(2018, 12, 31)
            self.env.flush_all()

    def test_no_year_moves_to_another_grant(self):
        other = self._create_grant(name="Other grant")
        with self.assertRefused("without gap or overlap"):
            self.y2022.grant_id = other

    # ------------------------------------------------------------
    # Creating, importing, deleting
    # ------------------------------------------------------------

    def _create(self, start, end):
        return self.env["justiq.funding.year"].create({"grant_id": self.grant.id, "date_start": start, "date_end": end})

    def test_a_new_year_takes_the_tail_or_head_of_another(self):
        self._create("2021-07-01", "2021-12-31")
        self._create("2019-01-01", "2019-03-31")
        self.assertEqual(
            self._borders(),
            [
                ("2019-01-01", "2019-03-31"),
                ("2019-04-01", "2019-12-31"),
                ("2020-01-01", "2020-12-31"),
                ("2021-01-01", "2021-06-30"),
                ("2021-07-01", "2021-12-31"),
                ("2022-01-01", "2022-06-30"),
            ],
        )

    def test_no_new_year_with_overlap_or_gap(self):
        for start, end in (
            ("2020-03-01", "2020-09-30"),  # in the middle
            ("2020-07-01", "2021-06-30"),  # across a border
            ("2020-01-01", "2020-12-31"),  # twice the same
            ("2022-07-01", "2022-12-31"),  # after the grant
            ("2023-01-01", "2023-12-31"),  # far after it
            ("2018-01-01", "2018-12-31"),  # before it
        ):
            with self.subTest(start=start, end=end), self.assertRefused("without gap or overlap"):
                self._create(start, end)
        self.assertEqual(len(self._borders()), 4)

    def test_no_copy(self):
        with self.assertRefused("without gap or overlap"):
            self.y2019.copy()

    def test_import(self):
        years = self.env["justiq.funding.year"]
        names = ["grant_id/.id", "date_start", "date_end"]
        grant = str(self.grant.id)
        result = years.load(names, [[grant, "2020-07-01", "2020-12-31"], [grant, "2023-01-01", "2023-12-31"]])
        self.assertFalse(result["ids"])
        self.assertIn("without gap or overlap", result["messages"][0]["message"])
        self.assertEqual(len(self._borders()), 4, "nothing of a failed file is stored")
        result = years.load(names, [[grant, "2020-07-01", "2020-12-31"]])
        self.assertTrue(result["ids"])
        self.assertEqual(self._borders()[1:3], [("2020-01-01", "2020-06-30"), ("2020-07-01", "2020-12-31")])

    def test_import_moves_a_border(self):
        result = self.env["justiq.funding.year"].load([".id", "date_end"], [[str(self.y2019.id), "2020-03-31"]])
        self.assertEqual(result["ids"], self.y2019.ids)
        self.assertEqual(self._borders()[1], ("2020-04-01", "2020-12-31"))

    def test_deleting_gives_the_months_to_the_neighbour(self):
        self.y2020.unlink()
        self.assertEqual(self._borders()[0], ("2019-01-01", "2020-12-31"))
        self.y2019.unlink()
        self.assertEqual(self._borders(), [("2019-01-01", "2021-12-31"), ("2022-01-01", "2022-06-30")])

    def test_deleting_several_at_once(self):
        (self.y2020 | self.y2021).unlink()
        self.assertEqual(self._borders(), [("2019-01-01", "2021-12-31"), ("2022-01-01", "2022-06-30")])

    def test_deleting_the_first_ones_at_once(self):
        (self.y2020 | self.y2019).unlink()
        self.assertEqual(self._borders(), [("2019-01-01", "2021-12-31"), ("2022-01-01", "2022-06-30")])

    def test_a_grant_keeps_one_year(self):
        (self.y2019 | self.y2020 | self.y2021).unlink()
        self.assertEqual(self._borders(), [("2019-01-01", "2022-06-30")])
        with self.assertRefused("Vorhaben Musterstadt"):
            self.y2022.unlink()

    def test_a_year_with_a_budget_is_not_deleted(self):
        self._create_budget_line(self.y2020, 100)
        with self.assertRefused("1 budget lines"):
            self.y2020.unlink()

    # ------------------------------------------------------------
    # PostgreSQL itself
    # ------------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_overlap_is_refused_by_the_database(self):
        self.env.flush_all()
        for query in (
            "UPDATE justiq_funding_year SET date_end = date '2020-01-01' WHERE id = %s",
            "UPDATE justiq_funding_year SET date_end = date '2030-12-31' WHERE id = %s",
            "INSERT INTO justiq_funding_year (grant_id, date_start, date_end, state)"
            " SELECT grant_id, date_end, date_end, 'draft' FROM justiq_funding_year WHERE id = %s",
        ):
            with self.subTest(query=query), self.assertRefused(error=ExclusionViolation):
                self.env.cr.execute(query, (self.y2019.id,))
                self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_the_database_lets_other_grants_overlap(self):
        self._create_grant(name="Other grant")
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")

    @mute_logger("odoo.sql_db")
    def test_order_of_dates_is_kept_by_the_database(self):
        self.env.flush_all()
        with self.assertRefused(error=IntegrityError):
            self.env.cr.execute(
                "UPDATE justiq_funding_year SET date_end = date '2018-12-31' WHERE id = %s", (self.y2019.id,)
            )

    # ------------------------------------------------------------
    # Approval
    # ------------------------------------------------------------

    def _approve(self, year):
        self._create_budget_line(year, 20000)
        year.state = "approved"

    def test_an_approved_year_is_fixed(self):
        self._approve(self.y2020)
        for change in (
            lambda: self.y2020.write({"date_start": "2019-12-01"}),
            lambda: self.y2019.write({"date_end": "2020-03-31"}),
            lambda: self.y2021.write({"date_start": "2020-12-01"}),
            lambda: self._create("2020-07-01", "2020-12-31"),
            self.y2019.unlink,
            self.y2020.unlink,
            lambda: self.y2020.write({"state": "draft", "date_end": "2020-11-30"}),
        ):
            with self.assertRefused("approved"):
                change()
        self.y2021.date_end = date(2021, 11, 30)
        self.y2020.state = "draft"
        self.y2020.date_start = date(2019, 12, 1)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_transitions_and_their_roles(self):
        self._create_budget_line(self.y2020, 20000)
        for before, after in (("draft", "approved"), ("approved", "draft")):
            for role, user in self.users.items():
                self.y2020.state = before
                with self.subTest(role=role, after=after):
                    if role in ("coordinator", "finance"):
                        self.y2020.with_user(user).state = after
                    else:
                        with self.assertRefused(error=AccessError):
                            self.y2020.with_user(user).state = after

    def test_no_year_starts_approved(self):
        self.env.ref("justiq.phase2_s18").enforcement = "off"
        with self.assertRefused("cannot start"):
            self.env["justiq.funding.year"].create(
                {"grant_id": self.grant.id, "date_start": "2021-07-01", "date_end": "2021-12-31", "state": "approved"}
            )

    # ------------------------------------------------------------
    # Budget
    # ------------------------------------------------------------

    def test_totals_are_the_sum_of_the_lines(self):
        line = self._create_budget_line(self.y2020, 6000, planned=10000)
        self._create_budget_line(self.y2020, 100.10, code="CM", planned=200.20)
        self.assertEqual(
            (self.y2020.planned_amount, self.y2020.esf_amount, self.y2020.esf_group_amount),
            (10200.20, 6100.10, 6000.0),
        )
        line.unlink()
        self.assertEqual(
            (self.y2020.planned_amount, self.y2020.esf_amount, self.y2020.esf_group_amount), (200.20, 100.10, 0.0)
        )

    def test_esf_share_is_proposed_from_the_rate(self):
        values = {
            "funding_year_id": self.y2020.id,
            "baustein_id": self.bausteine["MP"].id,
            "cost_category_id": self.category.id,
        }
        for planned, share in ((1000.0, 600.0), (0.01, 0.01), (0.02, 0.01), (33.33, 20.0), (0.0, 0.0)):
            with self.subTest(planned=planned):
                line = self.env["justiq.budget.line"].create({**values, "planned_amount": planned})
                self.assertEqual(line.esf_amount, share)
        line = self.env["justiq.budget.line"].create({**values, "planned_amount": 1000, "esf_amount": 1})
        self.assertEqual(line.esf_amount, 1.0)
        self.grant.esf_rate = 50
        self.assertEqual(line.esf_amount, 1.0, "a new rate does not rewrite the plan")
        line.planned_amount = 500
        self.assertEqual(line.esf_amount, 250.0)

    @mute_logger("odoo.sql_db")
    def test_esf_share_lies_between_zero_and_the_planned_amount(self):
        line = self._create_budget_line(self.y2020, 50, planned=100)
        for values in ({"esf_amount": 100.01}, {"esf_amount": -0.01}, {"planned_amount": -1, "esf_amount": -1}):
            with self.subTest(**values), self.assertRefused(error=IntegrityError):
                line.write(values)
        line.esf_amount = 100

    def test_lines_name_a_micro_project_of_the_grant_under_a_group_baustein(self):
        project = self._create_project()
        line = self._create_budget_line(self.y2020, 100, micro_project_id=project.id)
        self.assertEqual(project.esf_planned, 100.0)
        with self.assertRefused("group Baustein"):
            line.baustein_id = self.bausteine["CM"]
        other = self._create_grant(name="Other grant")
        foreign = self._create_project(name="Foreign project", grant_id=other.id)
        with self.assertRefused("Foreign project", "Other grant"):
            line.micro_project_id = foreign
        with self.assertRefused("Farbe im Quartier"):
            line.funding_year_id = self._year(2020, other)
        with self.assertRefused("Farbe im Quartier"):
            project.grant_id = other
        line.micro_project_id = False
        self.assertEqual(project.esf_planned, 0.0)

    def test_lines_use_a_baustein_of_the_grant(self):
        grant = self._create_grant(codes=("CM",), name="Only Case Management")
        with self.assertRefused("JUSTIQ-2 MP", "JUSTIQ-2 CM"):
            self._create_budget_line(self._year(2020, grant), 100)
