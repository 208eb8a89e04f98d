from datetime import date

from odoo.tests import tagged

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestNetworkFigures(JustiqCommon):
    """With whom the professionals spoke about young people (S34): numbers by kind of organisation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.school, cls.office = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("School at the Park", "Jobcenter Musterstadt")]
        )
        cls.clerk = cls.env["res.partner"].create({"name": "Karl Clerk", "parent_id": cls.office.id})
        cls.cases = [cls._create_case() for _number in "123"]
        for case in cls.cases:
            cls._enrol(case)
            cls.env["justiq.case.contact"].create(
                {"case_file_id": case.id, "role": "school", "partner_id": cls.school.id}
            )
            cls._contact(case, cls.school, is_released=case == cls.cases[0])
        cls.env["justiq.case.contact"].create(
            {"case_file_id": cls.cases[0].id, "role": "jobcenter", "partner_id": cls.clerk.id}
        )
        cls._contact(cls.cases[0], cls.clerk)
        cls._contact(cls.cases[0], cls.municipality, date=date(2021, 2, 3))
        cls.env.flush_all()

    @classmethod
    def _contact(cls, case, partner, **values):
        return cls._create_note(
            case,
            user=cls.users["case_worker"],
            **{"kind": "network", "partner_id": partner.id, "date": date(2020, 2, 3), **values},
        )

    def _table(self, role="team_lead", **values):
        reports = self.env["justiq.funder.report"].with_user(self.users[role])
        report = reports.create({"kind": "narrative", "grant_id": self.grant.id, **values})
        [section] = [one for one in report.figures if one["key"] == "cooperation"]
        tables = {table["key"]: table for table in section["tables"]}
        return {row["key"]: row for row in tables["network"]["rows"]} if "network" in tables else {}

    def test_numbers_by_kind_of_organisation(self):
        rows = self._table()
        numbers = {
            key: tuple(row["cells"][name] for name in ("contacts", "released", "partners")) for key, row in rows.items()
        }
        self.assertEqual(
            numbers,
            {
                "network_school": (3, 1, 1),
                "network_jobcenter": (1, 0, 1),
                "network_other": (1, 0, 1),
                "total": (5, 1, 3),
            },
        )

    def test_of_the_period_and_the_latest_version_of_an_entry(self):
        entry = self._contact(self.cases[1], self.school)
        self._contact(self.cases[1], self.school, amends_id=entry.id)
        self.env.flush_all()
        rows = self._table(date_start=date(2020, 1, 1), date_end=date(2020, 12, 31))
        self.assertEqual(rows["total"]["cells"]["contacts"], 5)
        self.assertNotIn("network_other", rows)

    def test_contacts_of_another_grant_do_not_count(self):
        other = self._create_grant(name="Another grant")
        enrolment = self._enrol(self._create_case(), grant_id=other.id)
        self._contact(enrolment.case_file_id, self.school)
        both = self._enrol(self.cases[0], grant_id=other.id)
        there = self._participate(code="CM", enrolment=both)
        self._contact(self.cases[0], self.school, participation_id=there.id)
        self.env.flush_all()
        self.assertEqual(self._table()["total"]["cells"]["contacts"], 5)

    def test_an_organisation_is_named_only_where_nobody_can_be_told_from_it(self):
        self.programme.small_number = 3
        rows = self._table()
        self.assertEqual(rows["network_school"]["cells"]["names"], "School at the Park")
        self.assertEqual(rows["network_jobcenter"]["cells"]["names"], "")
        self.assertNotIn("Karl Clerk", str(rows))

    def test_the_public_learns_of_no_contacts(self):
        self.assertEqual(self._table(is_for_outside=True), {})

    def test_team_lead_comes_to_the_entries_and_coordination_does_not(self):
        drill = self._table()["network_school"]["drill"]
        notes = self.env[drill["model"]].with_user(self.users["team_lead"]).search(drill["domain"])
        self.assertEqual(notes.case_file_id, self.env["justiq.case.file"].union(*self.cases).sorted())
        reports = self.env["justiq.funder.report"].with_user(self.users["coordinator"])
        report = reports.create({"kind": "narrative", "grant_id": self.grant.id})
        self.assertNotIn("justiq.case.note", str(report.screen))
