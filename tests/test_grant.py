from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestGrant(JustiqCommon):
    """Grants: what belongs together, who starts and closes them."""

    # ------------------------------------------------------------
    # Years proposed from the period
    # ------------------------------------------------------------

    def _borders(self, grant):
        return [(year.date_start, year.date_end) for year in grant.funding_year_ids.sorted("date_start")]

    def test_calendar_years_are_proposed_the_last_one_cut(self):
        self.assertEqual(
            self._borders(self.grant),
            [
                (date(2019, 1, 1), date(2019, 12, 31)),
                (date(2020, 1, 1), date(2020, 12, 31)),
                (date(2021, 1, 1), date(2021, 12, 31)),
                (date(2022, 1, 1), date(2022, 6, 30)),
            ],
        )
        self.assertEqual(self.grant.funding_year_ids.sorted("date_start").mapped("month_count"), [12, 12, 12, 6])
        self.assertEqual(
            self.grant.funding_year_ids.sorted("date_start").mapped("label"), ["2019", "2020", "2021", "2022"]
        )
        self.assertEqual(set(self.grant.funding_year_ids.mapped("state")), {"draft"})

    def test_years_can_be_given_with_the_grant(self):
        years = [(date(2019, 7, 1), date(2020, 6, 30)), (date(2020, 7, 1), date(2021, 6, 30))]
        grant = self._create_grant(
            date_start=date(2019, 7, 1),
            date_end=date(2021, 6, 30),
            funding_year_ids=[Command.create({"date_start": start, "date_end": end}) for start, end in years],
        )
        self.assertEqual(self._borders(grant), years)
        self.assertEqual(grant.funding_year_ids.sorted("date_start").mapped("label"), ["2019/2020", "2020/2021"])

    def test_copy_proposes_its_own_years(self):
        year = self._year(2019)
        self._create_budget_line(year, 5000)
        year.state = "approved"
        copy = self.grant.copy()
        self.assertEqual(self._borders(copy), self._borders(self.grant))
        self.assertFalse(copy.funding_year_ids & self.grant.funding_year_ids)
        self.assertEqual(set(copy.funding_year_ids.mapped("state")), {"draft"})
        self.assertFalse(copy.funding_year_ids.budget_line_ids)
        self.assertEqual(copy.state, "draft")

    def test_extending_the_grant_extends_the_cut_year_and_adds_years(self):
        self.grant.date_end = date(2023, 3, 31)
        self.assertEqual(
            self._borders(self.grant)[-2:],
            [(date(2022, 1, 1), date(2022, 12, 31)), (date(2023, 1, 1), date(2023, 3, 31))],
        )
        self.grant.date_start = date(2018, 10, 1)
        self.assertEqual(self._borders(self.grant)[0], (date(2018, 10, 1), date(2018, 12, 31)))

    def test_shortening_the_grant_cuts_and_removes_years(self):
        self.grant.write({"date_start": date(2019, 4, 1), "date_end": date(2021, 8, 31)})
        self.assertEqual(
            self._borders(self.grant),
            [
                (date(2019, 4, 1), date(2019, 12, 31)),
                (date(2020, 1, 1), date(2020, 12, 31)),
                (date(2021, 1, 1), date(2021, 8, 31)),
            ],
        )

    def test_shortening_keeps_years_with_a_budget(self):
        self._create_budget_line(self._year(2022), 1000)
        with self.assertRefused("2022", "1 budget lines"):
            self.grant.date_end = date(2021, 12, 31)
        self.grant.date_end = date(2022, 3, 31)

    def test_shortening_and_extending_keep_approved_years(self):
        year = self._year(2022)
        self._create_budget_line(year, 2500)
        year.state = "approved"
        for end in (date(2022, 5, 31), date(2022, 7, 31), date(2021, 12, 31)):
            with self.subTest(end=end), self.assertRefused("approved"):
                self.grant.date_end = end
        self.grant.date_start = date(2019, 2, 1)

    def test_moving_the_grant_altogether_proposes_new_years(self):
        self.grant.write({"date_start": date(2030, 1, 1), "date_end": date(2030, 12, 31)})
        self.assertEqual(self._borders(self.grant), [(date(2030, 1, 1), date(2030, 12, 31))])

    def test_period_and_a_border_move_in_one_save(self):
        """What a form sends when both were edited before saving."""
        self.grant.write(
            {
                "date_end": date(2022, 12, 31),
                "funding_year_ids": [Command.update(self._year(2019).id, {"date_end": date(2020, 3, 31)})],
            }
        )
        self.assertEqual(
            self._borders(self.grant),
            [
                (date(2019, 1, 1), date(2020, 3, 31)),
                (date(2020, 4, 1), date(2020, 12, 31)),
                (date(2021, 1, 1), date(2021, 12, 31)),
                (date(2022, 1, 1), date(2022, 12, 31)),
            ],
        )

        self.grant.write(
            {"date_end": date(2021, 12, 31), "funding_year_ids": [Command.delete(self._year(2022).id)]},
        )
        self.assertEqual(len(self._borders(self.grant)), 3)

    def test_period_and_a_new_year_come_in_one_save(self):
        self.grant.write(
            {
                "date_end": date(2023, 6, 30),
                "funding_year_ids": [
                    Command.update(self._year(2022).id, {"date_end": date(2022, 12, 31)}),
                    Command.create({"date_start": date(2023, 4, 1), "date_end": date(2023, 6, 30)}),
                ],
            }
        )
        self.assertEqual(
            self._borders(self.grant)[-3:],
            [
                (date(2022, 1, 1), date(2022, 12, 31)),
                (date(2023, 1, 1), date(2023, 3, 31)),
                (date(2023, 4, 1), date(2023, 6, 30)),
            ],
        )

    # ------------------------------------------------------------
    # What belongs together
    # ------------------------------------------------------------

    def test_bausteine_belong_to_the_programme(self):
        foreign = self.env.ref("justiq.programme_phase1").baustein_ids[0]
        with self.assertRefused(foreign.name, self.programme.name):
            self.grant.baustein_ids = [Command.link(foreign.id)]
        with self.assertRefused("Case Management"):
            self.grant.programme_id = self.env.ref("justiq.programme_phase1")

    def test_a_baustein_in_use_stays_in_the_grant(self):
        self._create_budget_line(self._year(2019), 100, code="ASJ")
        self._participate(code="CM")
        for code in ("ASJ", "CM"):
            with self.subTest(code=code), self.assertRefused(code if code == "ASJ" else "Case Management"):
                self.grant.baustein_ids = [Command.unlink(self.bausteine[code].id)]
        self.grant.baustein_ids = [Command.unlink(self.bausteine["CL"].id)]

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_dates_rate_and_reference(self):
        self.grant.reference = "ESF-1"
        for values in (
            {"date_end": date(2018, 12, 31)},
            {"esf_rate": 100.01},
            {"esf_rate": -0.01},
            {"target_persons": -1},
        ):
            with self.subTest(**values), self.assertRefused(error=IntegrityError):
                self.grant.write(values)
        with self.assertRefused(error=IntegrityError):
            self._create_grant(name="Same reference", reference="ESF-1")
        self._create_grant(name="No reference")
        self._create_grant(name="No reference either")

    def test_own_share(self):
        for rate, eligible, percent, share in (
            (60.0, 1400000.0, 40.0, 560000.0),
            (100.0, 1400000.0, 0.0, 0.0),
            (0.0, 0.0, 100.0, 0.0),
            (66.67, 100.01, 33.33, 33.33),
        ):
            with self.subTest(rate=rate):
                self.grant.write({"esf_rate": rate, "total_eligible": eligible})
                self.assertAlmostEqual(self.grant.own_share_percent, percent, 2)
                self.assertAlmostEqual(self.grant.own_share, share, 2)

    # ------------------------------------------------------------
    # States
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_transitions_and_their_roles(self):
        self.grant.baustein_ids = [Command.set((self.bausteine["CM"] | self.bausteine["CL"]).ids)]
        for before, after in (("draft", "running"), ("running", "closed"), ("closed", "running"), ("running", "draft")):
            for role, user in self.users.items():
                self.grant.state = before
                with self.subTest(role=role, before=before, after=after):
                    if role in ("coordinator", "manager"):
                        self.grant.with_user(user).state = after
                    else:
                        with self.assertRefused(error=AccessError):
                            self.grant.with_user(user).state = after
                self.grant.state = "running"

    def test_no_other_transitions(self):
        with self.assertRefused("Draft", "Closed", "Running"):
            self.grant.state = "closed"
        with self.assertRefused("cannot start"):
            self._create_grant(name="Running at once", state="running")

    def test_started_grants_are_not_deleted(self):
        self.grant.state = "running"
        with self.assertRefused("cannot be deleted"):
            self.grant.unlink()
        self.grant.state = "draft"
        years, findings = self.grant.funding_year_ids, self.grant.finding_ids
        self.grant.unlink()
        self.assertFalse(years.exists())
        self.assertFalse(findings.exists())

    def test_a_draft_with_an_approved_year_is_not_deleted(self):
        year = self._year(2019)
        self._create_budget_line(year, 5000)
        year.state = "approved"
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception):  # noqa: B017 (whoever refuses)
            self.grant.unlink()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestGrantBegins(JustiqCommon):
    def test_not_without_any_baustein(self):
        grant = self._create_grant(())
        with self.assertRefused("Baustein"):
            grant.state = "running"
