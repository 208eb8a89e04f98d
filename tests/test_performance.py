import logging
from datetime import date

from lxml import etree

from odoo import Command
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import SQL

from .common import JustiqCommon

_logger = logging.getLogger(__name__)

PAGE = 80  # records that a list or a column of a kanban shows at once


def specification(model, node):
    """What the web client asks the server for in order to show the view."""
    result = {}
    for child in node:
        if child.tag != "field":
            result |= specification(model, child)
            continue
        field = model._fields[child.get("name")]
        result[field.name] = {}
        if field.relational:
            inner = specification(model.env[field.comodel_name], child)
            result[field.name] = {"fields": inner or {"display_name": {}}}
    return result


@tagged("post_install", "-at_install")
class TestPerformance(JustiqCommon):
    """What a screen or a save costs does not grow with the number of records.

    Each action runs once to warm up the caches that live longer than a request,
    then on a small and on a large number of records.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]

    def _count_queries(self, action, subject):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        action(subject)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def assertSameCost(self, action, warm_up, small, large, most):
        """The action costs as many queries on the small as on the large subject.

        :param most: how many at the most; raise it knowingly
        """
        self._count_queries(action, warm_up)
        costs = [self._count_queries(action, subject) for subject in (small, large)]
        _logger.info("%s: %s queries, %s allowed", self._testMethodName, costs, most)
        self.assertEqual(costs[0], costs[1], "queries of the small and of the large number of records")
        self.assertLessEqual(costs[1], most, "queries")

    def _specification(self, model, view_type, xmlid=None):
        """The fields of the view, as the user gets them, with the name at least."""
        view = self.env.ref(f"justiq.{xmlid}") if xmlid else self.env["ir.ui.view"]
        arch = model.get_views([(view.id, view_type)])["views"][view_type]["arch"]
        return {"display_name": {}} | specification(model, etree.fromstring(arch))

    def _open_page(self, records, domain, fields):
        """Show the first page; also a short one is full, so that the server counts the rest."""
        number = records.search_count(domain)
        page = records.web_search_read(domain, fields, limit=min(number, PAGE))
        self.assertEqual(page["length"], number)
        self.assertEqual(len(page["records"]), min(number, PAGE))

    # ------------------------------------------------------------
    # Many records
    # ------------------------------------------------------------

    def _create_projects(self, number):
        """A grant with many micro-projects in all states."""
        grant = self._create_grant(name=f"Grant with {number} micro-projects")
        kinds = self.env["justiq.micro.project.kind"].search([("is_fundable", "=", True)])
        projects = self.env["justiq.micro.project"].create(
            [
                {
                    "name": f"Micro-project {index}",
                    "grant_id": grant.id,
                    "quartier_id": self.quartier.id,
                    "kind_id": kinds[index % len(kinds)].id,
                    "lead_id": (self.case_worker, self.team_lead)[index % 2].id,
                    "purpose_ids": [Command.set(self.env.ref("justiq.purpose_motivation").ids)],
                    "date_start": date(2020, 3, 1),
                    "date_end": date(2020, 6, 30),
                }
                for index in range(number)
            ]
        )
        self.env.flush_all()
        # Step by step, each of them would be checked against all rules.
        states = [state for state, _label in projects._fields["state"].selection]
        self.env.cr.execute(
            SQL(
                "UPDATE justiq_micro_project SET state = (%s)[1 + id %% %s] WHERE id IN %s",
                states,
                len(states),
                tuple(projects.ids),
            )
        )
        self.env.invalidate_all()
        return grant

    def _create_enrolments(self, number, grant=None):
        cases = self.env["justiq.case.file"].create(
            [
                {
                    "first_name": "Mia",
                    "last_name": f"Muster {index}",
                    "birth_date": date(2003, 5, 17),
                    "company_id": self.company.id,
                    "key_worker_id": self.case_worker.id,
                }
                for index in range(number)
            ]
        )
        return self.env["justiq.enrolment"].create(
            [
                {"case_file_id": case.id, "grant_id": (grant or self.grant).id, "date_entry": date(2020, 1, 15)}
                for case in cases
            ]
        )

    def _create_participations(self, number):
        project = self._create_project(name=f"Micro-project of {number}")
        return self.env["justiq.participation"].create(
            [
                {
                    "enrolment_id": enrolment.id,
                    "baustein_id": self.bausteine["MP"].id,
                    "micro_project_id": project.id,
                    "date_start": date(2020, 3, 1),
                }
                for enrolment in self._create_enrolments(number)
            ]
        )

    def _create_rosters(self, numbers):
        """Sessions whose micro-projects have so many participants each."""
        return [
            self._create_session(self._create_participations(number).micro_project_id).with_user(self.user)
            for number in numbers
        ]

    # ------------------------------------------------------------
    # Lists, kanban, pivot
    # ------------------------------------------------------------

    def test_micro_projects_open_as_list_and_kanban(self):
        few, many = self._create_projects(20), self._create_projects(2000)
        projects = self.env["justiq.micro.project"].with_user(self.user)
        for_list = self._specification(projects, "list")
        for_kanban = self._specification(projects, "kanban")

        def open_list(grant):
            self._open_page(projects, [("grant_id", "=", grant.id)], for_list)

        def open_kanban(grant):
            columns = projects.web_read_group(
                [("grant_id", "=", grant.id)],
                ["state"],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=for_kanban,
                unfold_read_default_limit=PAGE,
            )["groups"]
            self.assertEqual(len(columns), 6)
            self.assertTrue(all(column["__records"] for column in columns))

        self.assertSameCost(open_list, few, few, many, most=16)
        self.assertSameCost(open_kanban, few, few, many, most=18)

    def test_case_files_open_as_list(self):
        cases = self.env["justiq.case.file"].with_user(self.user)
        for_list = self._specification(cases, "list")

        def open_list(enrolments):
            self._open_page(cases, [("enrolment_ids", "in", enrolments.ids)], for_list)

        few, many = self._create_enrolments(10), self._create_enrolments(100)
        self.assertSameCost(open_list, few, few, many, most=10)

    def _create_log(self, number):
        """A case file with so many entries of the contact log, all in one participation."""
        enrolment = self._create_enrolments(1)
        participation = self._participate(code="CM", enrolment=enrolment)
        case = enrolment.case_file_id.with_user(self.user)
        self.env["justiq.case.note"].create(
            [self._note_values(case) | {"participation_id": participation.id} for _index in range(number)]
        )
        return case

    def _note_values(self, case):
        return {"case_file_id": case.id, "date": date(2020, 2, 3), "minutes": 30, "text": "Spoke."}

    def test_case_file_opens_with_its_contact_log(self):
        few, many = self._create_log(10), self._create_log(200)
        for_form = self._specification(few, "form")
        self.assertSameCost(lambda case: case.web_read(for_form), few, few, many, most=45)

    def test_contact_log_opens_as_list(self):
        few, many = self._create_log(10), self._create_log(200)
        notes = self.env["justiq.case.note"].with_user(self.user)
        for_list = self._specification(notes, "list")

        def open_list(case):
            self._open_page(notes, [("case_file_id", "=", case.id)], for_list)

        self.assertSameCost(open_list, few, few, many, most=14)

    def test_entry_of_the_contact_log_is_saved(self):
        few, many = self._create_log(10), self._create_log(200)

        def save(case):
            values = self._note_values(case) | {"participation_id": case.participation_ids.id}
            self.env["justiq.case.note"].with_user(self.user).create(values)

        self.assertSameCost(save, few, few, many, most=36)

    def test_enrolments_open_as_list_and_pivot(self):
        enrolments = self.env["justiq.enrolment"].with_user(self.user)
        for_list = self._specification(enrolments, "list")

        def open_list(records):
            self._open_page(enrolments, [("id", "in", records.ids)], for_list)

        def open_pivot(records):
            enrolments.formatted_read_group(
                [("id", "in", records.ids)],
                ["grant_id", "age_group", "gender", "exit_destination"],
                ["__count", "entry_completeness:avg"],
            )

        few, many = self._create_enrolments(20), self._create_enrolments(2000)
        self.assertSameCost(open_list, few, few, many, most=16)
        self.assertSameCost(open_pivot, few, few, many, most=6)

    def test_questionnaire_is_changed_with_few_and_many_enrolments(self):
        """What changes by it is updated in one statement; what depends on it follows in batches."""
        few, many = (self._programme_with_enrolments(code, number) for code, number in (("FEW", 10), ("MANY", 900)))

        def change(programme):
            question = programme.question_ids.filtered(lambda question: question.code == "entry_housing")
            question.with_user(self.users["manager"]).is_mandatory ^= True

        self.assertSameCost(change, few, few, many, most=25)

    def _programme_with_enrolments(self, code, number):
        programme = self.programme.copy({"code": code})
        grant = self._create_grant([], programme_id=programme.id, name=code)
        self._create_enrolments(number, grant).write({"entry_employment": "pupil"})
        return programme

    def test_exits_are_noted_together(self):
        def leave(enrolments):
            enrolments.with_user(self.user).date_exit = date(2020, 6, 30)

        with freeze_time("2020-06-30"):
            self.assertSameCost(leave, *(self._create_enrolments(number) for number in (1, 2, 50)), most=80)

    def _create_files_of_a_worker(self, number):
        """A case worker who has so many files, all of them silent, and each with an entry."""
        user = new_test_user(self.env, f"worker_of_{number}", "justiq.group_case_worker", company_id=self.company.id)
        worker = self._create_employee(user.name, user_id=user.id)
        opened = {"birth_date": date(2003, 5, 17), "date_opened": date(2020, 1, 15), "key_worker_id": worker.id}
        cases = self.env["justiq.case.file"].create(
            [{"first_name": "Mia", "last_name": f"Muster {index}", **opened} for index in range(number)]
        )
        self.env["justiq.case.note"].create([self._note_values(case) for case in cases])
        return user

    def test_my_day_opens_with_few_and_many_files(self):
        few, many = self._create_files_of_a_worker(20), self._create_files_of_a_worker(2000)

        def open_day(user):
            day = self.env["justiq.my.day"].with_user(user).get_day()
            self.assertEqual([len(day[part]["items"]) for part in ("files", "silent")], [12, 6])
            self.assertIn(day["silent"]["total"], (20, 2000))

        # What Odoo keeps of the rights of each user outlives the request.
        self._count_queries(open_day, many)
        self.assertSameCost(open_day, few, few, many, most=40)

        files = self.env["justiq.case.file"]
        for_list, for_form = self._specification(files, "list"), self._specification(files, "form")

        def open_list(user):
            self._open_page(files.with_user(user), [("key_worker_id.user_id", "=", user.id)], for_list)

        def open_form(user):
            mine = files.with_user(user)
            mine.search([("key_worker_id.user_id", "=", user.id)], limit=1).web_read(for_form)

        for action in (open_list, open_form):
            self._count_queries(action, many)
        self.assertSameCost(open_list, few, few, many, most=14)
        self.assertSameCost(open_form, few, few, many, most=60)

    def test_day_of_the_team_opens_with_few_and_many_files(self):
        lead = self.users["team_lead"]

        def open_team(_number):
            self.env["justiq.my.day"].with_user(lead).get_day("team")

        self._create_files_of_a_worker(20)
        self._create_files_of_a_worker(21)
        self._count_queries(open_team, None)
        small = self._count_queries(open_team, None)
        self._create_files_of_a_worker(200)
        self._count_queries(open_team, None)  # a new user empties the caches
        # One more for the name of one more worker, whatever the number of her files.
        self.assertLessEqual(self._count_queries(open_team, None), small + 1)
        self.assertLessEqual(small, 60)

    def test_timeline_opens_with_few_and_many_entries(self):
        few, many = self._create_log(10), self._create_log(200)
        entries = self.env["justiq.case.timeline"].with_user(self.user)
        for_list = self._specification(entries, "list")

        def open_list(case):
            self._open_page(entries, [("case_file_id", "=", case.id), ("kind", "=", "note")], for_list)

        self.assertSameCost(open_list, few, few, many, most=14)

    def test_participations_open_as_list_and_pivot(self):
        participations = self.env["justiq.participation"].with_user(self.user)
        for_list = self._specification(participations, "list")

        def open_list(records):
            self._open_page(participations, [("id", "in", records.ids)], for_list)

        def open_pivot(records):
            participations.formatted_read_group(
                [("id", "in", records.ids)],
                ["baustein_id", "date_start:month", "gender", "age_group"],
                ["__count", "hours:sum", "enrolment_id:count_distinct"],
            )

        few, many = self._create_participations(10), self._create_participations(100)
        self.assertSameCost(open_list, few, few, many, most=14)
        self.assertSameCost(open_pivot, few, few, many, most=6)

    # ------------------------------------------------------------
    # Roster
    # ------------------------------------------------------------
    # Saving also holds micro-project and grant against their rules, among them those on the certificates
    # of the professionals (S25 to S28).

    def test_roster_opens_for_the_first_time(self):
        warm_up, small, large = self._create_rosters([2, 10, 60])
        self.assertSameCost(lambda session: session.action_open_roster(), warm_up, small, large, most=36)
        self.assertEqual(len(large.attendance_ids), 60)

    def test_roster_shows_everybody(self):
        sessions = self._create_rosters([2, 10, 60])
        for session in sessions:
            session.action_open_roster()
        roster = self._specification(sessions[0], "form", "justiq_session_view_form_roster")

        def show(session):
            lines = session.web_read(roster)[0]["attendance_ids"]
            self.assertEqual({line["participant_name"][:6] for line in lines}, {"Muster"})

        self.assertSameCost(show, *sessions, most=16)

    def test_roster_takes_everybody_as_present_by_one_button(self):
        sessions = self._create_rosters([2, 10, 60])
        for session in sessions:
            session.action_open_roster()
        self.assertSameCost(lambda session: session.action_all_present(), *sessions, most=36)
        self.assertEqual(sessions[-1].present_count, 60)

    def test_roster_saves_everybody_marked_one_by_one(self):
        sessions = self._create_rosters([2, 10, 60])
        for session in sessions:
            session.action_open_roster()

        def save(session):
            commands = [Command.update(line.id, {"state": "present"}) for line in session.attendance_ids]
            session.web_save({"attendance_ids": commands}, {"present_count": {}})

        self.assertSameCost(save, *sessions, most=36)
        self.assertEqual(sessions[-1].present_count, 60)

    # ------------------------------------------------------------
    # Saving many at once
    # ------------------------------------------------------------

    def test_budget_lines_are_created_together(self):
        lines = self.env["justiq.budget.line"].with_user(self.users["finance"])

        def create(number):
            lines.create(
                [
                    {
                        "funding_year_id": self._year(2020).id,
                        "baustein_id": self.bausteine["MP"].id,
                        "cost_category_id": self.category.id,
                        "planned_amount": 10.0,
                    }
                ]
                * number
            )

        self.assertSameCost(create, 1, 1, 50, most=34)

    def test_attendances_are_created_together(self):
        few, some, many = (self._create_participations(number) for number in (1, 1, 50))
        attendances = self.env["justiq.attendance"].with_user(self.user)
        sessions = {records: self._create_session(records.micro_project_id) for records in (few, some, many)}

        def create(participations):
            session = sessions[participations]
            attendances.create(
                [
                    {"session_id": session.id, "participation_id": participation.id, "state": "present"}
                    for participation in participations
                ]
            )

        self.assertSameCost(create, few, some, many, most=36)

    def test_limit_is_changed_with_few_and_many_micro_projects(self):
        """A new limit holds for all existing records, in batches."""
        few = self._programme_with_projects("FEW", 10)
        many = self._programme_with_projects("MANY", 200)

        def change(programme):
            rule = programme.requirement_ids.filtered(lambda rule: rule.check == "duration")
            rule.with_user(self.users["manager"]).value_max += 1.0

        self.assertSameCost(change, few, few, many, most=40)

    def _programme_with_projects(self, code, number):
        programme = self.programme.copy({"code": code})
        grant = self._create_grant([], programme_id=programme.id, name=code)
        self.env["justiq.micro.project"].create(
            [
                {
                    "name": f"Micro-project {index}",
                    "grant_id": grant.id,
                    "quartier_id": self.quartier.id,
                    "state": "planned",
                }
                for index in range(number)
            ]
        )
        return programme
