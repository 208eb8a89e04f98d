from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ..tools.picture import score_picture
from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestCaseAssessment(JustiqCommon):
    """How things stand for the young person, assessed again and again, and compared over time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.enrolment = cls._enrol()
        cls.case = cls.enrolment.case_file_id
        cls.domains = cls.programme.assessment_domain_ids
        cls.assessment = cls._create_assessment(cls.enrolment)

    def _complete(self, scores=(), **values):
        return self._create_assessment(self.enrolment, "complete", scores, **values)

    # ------------------------------------------------------------
    # Domains of the programme
    # ------------------------------------------------------------

    def test_both_phases_are_shipped_with_domains_and_strengths(self):
        for phase in ("justiq.programme_phase1", "justiq.programme_phase2"):
            domains = self.env.ref(phase).assessment_domain_ids
            self.assertEqual((len(domains), len(domains.filtered("is_strength"))), (14, 3), phase)

    def test_another_programme_takes_the_domains_along(self):
        copied = self.programme.copy()
        self.assertEqual(copied.assessment_domain_ids.mapped("name"), self.domains.mapped("name"))
        self.assertFalse(copied.assessment_domain_ids & self.domains)

    def test_an_assessment_asks_for_the_domains_of_the_programme_in_force(self):
        self.domains[0].active = False
        assessment = self._create_assessment(self.enrolment)
        self.assertEqual(assessment.line_ids.domain_id, self.domains[1:])

    def test_scale_in_use_stays(self):
        manager = self.users["manager"]
        domain = self.domains[0].with_user(manager)
        for values in ({"scale_max": 10}, {"scale_min": 2}, {"is_strength": True}):
            with self.subTest(values=values), self.assertRefused(domain.name, "used in assessments"):
                domain.write(values)
        domain.write({"name": "School", "weak_up_to": 3, "scale_max": 5})
        unused = domain.create({"programme_id": self.programme.id, "name": "Leisure"})
        unused.write({"scale_max": 10, "weak_up_to": 4})

    def test_legend_tells_the_scale_of_the_programme(self):
        self.assertEqual(self.assessment.scale_legend, "From 1 (very difficult) to 5 (very good).")
        leisure = self.domains.create({"programme_id": self.programme.id, "name": "Leisure", "scale_max": 10})
        self.assertEqual(
            self._create_assessment(self.enrolment).scale_legend,
            "The lowest score is very difficult, the highest one very good.",
        )
        (self.programme.assessment_domain_ids - leisure).active = False
        self.assertEqual(
            self._create_assessment(self.enrolment).scale_legend, "From 1 (very difficult) to 10 (very good)."
        )

    @mute_logger("odoo.sql_db")
    def test_scale_makes_sense(self):
        for values in (
            {"scale_min": 0},
            {"scale_min": 5, "scale_max": 5},
            {"scale_max": 11},
            {"weak_up_to": 5},
            {"weak_up_to": -1},
        ):
            with self.subTest(values=values), self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
                self.env["justiq.assessment.domain"].create(
                    {"programme_id": self.programme.id, "name": "Leisure", **values}
                )

    # ------------------------------------------------------------
    # Making one
    # ------------------------------------------------------------

    def test_form_shows_the_domains_before_the_first_saving(self):
        action = self.case.with_user(self.user).action_new_assessment()
        assessments = self.env["justiq.case.assessment"].with_user(self.user).with_context(**action["context"])
        with Form(assessments) as form:
            self.assertEqual(len(form.line_ids), len(self.domains))
            self.assertEqual(form.enrolment_id, self.enrolment)
            with form.line_ids.edit(0) as line:
                line.score = 4
        self.assertEqual(form.record.line_ids.mapped("score")[:2], [4, 0])
        self.assertEqual(form.record.author_id, self.user)

    def test_running_enrolment_is_taken_by_itself_another_by_choice(self):
        self.enrolment.date_exit = date(2020, 3, 1)
        grant = self._create_grant(name="Second grant")
        running = self._enrol(self.case, grant_id=grant.id)
        values = {"case_file_id": self.case.id, "date": date(2020, 2, 3)}
        assessments = self.env["justiq.case.assessment"].with_user(self.user)
        self.assertEqual(assessments.create(values).enrolment_id, running)
        chosen = assessments.create({**values, "enrolment_id": self.enrolment.id})
        self.assertEqual(chosen.enrolment_id, self.enrolment)

    def test_enrolment_belongs_to_the_file(self):
        other = self._enrol()
        with self.assertRefused("does not belong to case file"):
            self._create_assessment(self.enrolment, enrolment_id=other.id)
        case = self._create_case()
        with self.assertRefused(case.reference, "Enrol the young person"):
            self.env["justiq.case.assessment"].create({"case_file_id": case.id})

    def test_author_is_who_begins(self):
        lead = self.users["team_lead"]
        assessments = self.env["justiq.case.assessment"].with_user(self.user)
        values = {"case_file_id": self.case.id, "date": date(2020, 2, 3)}
        for created in (
            assessments.create({**values, "author_id": lead.id}),
            assessments.with_context(default_author_id=lead.id).create(values),
        ):
            self.assertEqual(created.author_id, self.user)
            with self.assertRefused("author"):
                created.author_id = lead

    @freeze_time("2020-02-03 12:00:00")
    def test_no_assessment_in_the_future(self):
        with self.assertRefused("future"):
            self._create_assessment(self.enrolment, date=date(2020, 2, 4))

    def test_score_is_on_the_scale(self):
        line = self.assessment.line_ids[0].with_user(self.user)
        for score in (-1, 6, 100):
            with self.subTest(score=score), self.assertRefused(line.domain_id.name, str(score)):
                line.score = score
        line.score = 1
        line.score = 0

    @mute_logger("odoo.sql_db")
    def test_each_domain_once_and_of_the_own_programme(self):
        foreign = self.env.ref("justiq.programme_phase1").assessment_domain_ids[0]
        with self.assertRefused(foreign.name, self.programme.name):
            self.assessment.line_ids = [Command.create({"domain_id": foreign.id})]
        with self.assertRefused(error=UniqueViolation), self.env.cr.savepoint():
            self.assessment.line_ids = [Command.create({"domain_id": self.domains[0].id})]

    def test_completing_leaves_no_domain_out_without_a_word(self):
        lines = self.assessment.line_ids
        lines[2:].score = 3
        lines[0].remark = "Not today."
        lines[1].remark = " "
        with self.assertRefused("Not scored yet", lines[1].domain_id.name) as refused:
            self.assessment.with_user(self.user).action_complete()
        self.assertNotIn(lines[0].domain_id.name, str(refused.exception))
        lines[1].remark = "No time."
        self.assessment.with_user(self.user).action_complete()
        self.assertTrue(self.assessment.is_latest)

    def test_remarks_alone_are_no_assessment(self):
        self.assessment.line_ids.remark = "Not today."
        with self.assertRefused("Not scored yet"):
            self.assessment.action_complete()

    # ------------------------------------------------------------
    # Frozen
    # ------------------------------------------------------------

    def _attacks(self, assessment):
        line = assessment.line_ids[0]
        other = self._create_assessment(self.enrolment)
        spare = self.env["justiq.assessment.domain"].create({"programme_id": self.programme.id, "name": "Spare"})
        return [
            lambda user: assessment.with_user(user).write({"summary": "Another story."}),
            lambda user: assessment.with_user(user).write({"date": date(2020, 1, 1)}),
            lambda user: assessment.with_user(user).write({"state": "draft"}),
            lambda user: assessment.with_user(user).write({"line_ids": [Command.update(line.id, {"score": 1})]}),
            lambda user: assessment.with_user(user).write({"line_ids": [Command.create({"domain_id": spare.id})]}),
            lambda user: assessment.with_user(user).write({"line_ids": [Command.delete(line.id)]}),
            lambda user: line.with_user(user).write({"score": 1}),
            lambda user: line.with_user(user).write({"remark": "Another story."}),
            lambda user: line.with_user(user).write({"assessment_id": other.id}),
            lambda user: line.with_user(user).create({"assessment_id": assessment.id, "domain_id": spare.id}),
            lambda user: self.case.with_user(user).write(
                {
                    "assessment_ids": [
                        Command.update(assessment.id, {"line_ids": [Command.update(line.id, {"score": 1})]})
                    ]
                }
            ),
            lambda user: other.with_user(user).write({"line_ids": [Command.link(line.id)]}),
        ]

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.sql_db")
    def test_nobody_changes_what_is_completed(self):
        assessment = self._complete()
        for number, attack in enumerate(self._attacks(assessment)):
            for user in (self.user, self.users["team_lead"], self.env.ref("base.user_root")):
                with self.subTest(number=number, user=user.login):
                    with self.assertRaises(Exception) as refused, self.env.cr.savepoint():
                        attack(user)
                        self.env.flush_all()
                    self.assertIn(type(refused.exception).__name__, ("ValidationError", "AccessError"))
        self.assertEqual(set(assessment.line_ids.mapped("score")), {5})

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.models.unlink")
    def test_nobody_deletes_one(self):
        for role in ("case_worker", "team_lead"):
            for record in (self.assessment, self.assessment.line_ids[0]):
                with self.assertRefused(error=AccessError):
                    record.with_user(self.users[role]).unlink()
        with self.assertRefused("S36"):
            self.case.with_user(self.users["team_lead"]).unlink()

    def test_one_begun_by_mistake_is_discarded(self):
        self.assessment.with_user(self.user).action_discard()
        self.assertFalse(self.assessment.is_latest)
        with self.assertRefused("cannot be changed"):
            self.assessment.with_user(self.user).action_complete()

    def test_nobody_starts_with_a_completed_one(self):
        with self.assertRefused("cannot start"):
            self._create_assessment(self.enrolment).copy({"state": "complete"})

    # ------------------------------------------------------------
    # Access
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_else_sees_or_makes_any(self):
        foreign = self._enrol(self._create_case(self.team_lead))
        hidden = self._create_assessment(foreign)
        mine = self.assessment.with_user(self.user)
        for record in (hidden, hidden.line_ids[0]):
            with self.assertRefused(error=AccessError):
                record.with_user(self.user).read()
        with self.assertRefused(error=AccessError):
            mine.create({"case_file_id": foreign.case_file_id.id})
        with self.assertRefused(error=AccessError):
            mine.line_ids.create({"assessment_id": hidden.id, "domain_id": self.domains[0].id})
        with self.assertRefused(error=AccessError):
            mine.onchange({"case_file_id": foreign.case_file_id.id}, ["case_file_id"], {"picture": {}, "line_ids": {}})
        for values in ({"case_file_id": foreign.case_file_id.id}, {"enrolment_id": foreign.id}):
            with self.assertRefused("cannot be changed"):
                mine.write(values)
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertRefused(error=AccessError):
                self.assessment.with_user(self.users[role]).read()

    def test_labels_tell_the_reference_only(self):
        for record in (self.assessment, self.assessment.line_ids[0]):
            self.assertIn(self.case.reference, record.display_name)
            self.assertNotIn(self.case.last_name, record.display_name)

    # ------------------------------------------------------------
    # Weak domains call for goals
    # ------------------------------------------------------------

    def _needing(self):
        return self.env["justiq.case.assessment.line"].search([("needs_goal", "=", True)])

    def test_weak_domain_calls_for_a_goal_until_there_is_an_open_one(self):
        assessment = self._complete({0: 2, 1: 3, 2: 1})
        weak = assessment.line_ids[0] | assessment.line_ids[2]
        self.assertEqual(self._needing(), weak)
        self.assertEqual(assessment.missing_goal_count, 2)
        self.assertEqual(self.case.goals_needed, ", ".join(weak.domain_id.mapped("name")))
        action = weak[0].with_user(self.user).action_create_goal()
        goals = self.env["justiq.case.goal"].with_user(self.user).with_context(**action["context"])
        with Form(goals) as form:
            form.name = "I want to go to school again."
        goal = form.record
        self.assertEqual((goal.domain_id, goal.case_file_id), (self.domains[0], self.case))
        self.assertEqual(self._needing(), weak[1])
        goal.write({"state": "dropped", "reflection": "It was too early."})
        self.assertEqual(self._needing(), weak)
        goal.unlink()
        self.assertEqual(self._needing(), weak)

    def test_strengths_are_never_weak(self):
        strength = self.domains.filtered("is_strength")[0]
        position = list(self.domains).index(strength)
        self._complete({position: 1})
        self.assertFalse(self._needing())

    def test_only_the_newest_completed_one_calls(self):
        first = self._complete({0: 1})
        self.assertEqual(self._needing(), first.line_ids[0])
        second = self._complete({1: 2}, date=date(2020, 8, 3))
        self.assertEqual(self._needing(), second.line_ids[1])
        self._complete({2: 1}, date=date(2020, 5, 4))
        self.assertEqual(self._needing(), second.line_ids[1])

    def test_what_was_found_weak_stays_so(self):
        assessment = self._complete({0: 2})
        self.env.flush_all()
        self.domains[0].weak_up_to = 1
        self.assertTrue(assessment.line_ids[0].is_weak)

    def test_clients_cannot_write_what_calls_for_goals(self):
        line = self.assessment.line_ids[0].with_user(self.user)
        for values in ({"needs_goal": True}, {"is_weak": True}, {"case_file_id": self._create_case().id}):
            with self.subTest(values=values), self.assertRefused():
                line.write(values)

    def test_due_in_my_day(self):
        self._complete({0: 2})
        self.assessment.action_discard()
        day = self.env["justiq.my.day"].with_user(self.user)
        groups = {group["key"]: group for group in day.get_day()["due"]}
        self.assertEqual(groups["goal_needed"]["total"], 1)
        self.assertNotIn("assessment_draft", groups)

    # ------------------------------------------------------------
    # Picture over time
    # ------------------------------------------------------------

    def test_picture_compares_the_first_and_the_newest(self):
        self._complete({0: 2})
        self._complete({0: 3}, date=date(2020, 5, 4), occasion="interim")
        newest = self._complete({0: 4}, date=date(2020, 8, 3), occasion="exit")
        picture = str(self.case.with_user(self.user).assessment_picture)
        self.assertIn(f"{self.domains[0].name}: 2 → 4", picture)
        self.assertIn("data:image/svg+xml;base64,", picture)
        self.assertEqual(str(newest.picture), picture)
        svg = str((self.case.assessment_ids - self.assessment).sorted("date")._draw())
        for text in ("Start", "Exit", "stroke-dasharray", "<title>"):
            self.assertIn(text, svg)

    def test_no_picture_without_a_score(self):
        self.assertFalse(self.case.assessment_picture)
        self.assertFalse(self.assessment.picture)

    def test_picture_escapes_what_people_write(self):
        svg = score_picture([("<script>alert(1)</script>", 5)] * 3, [("<b>", [1, 2, 3])], "<i>\"'")
        for text in ("<script", "<b>", "<i>"):
            self.assertNotIn(text, svg)

    def test_picture_of_few_domains_has_bars(self):
        svg = score_picture([("School", 5), ("Family", 5)], [("Start", [1, 0]), ("Exit", [3, 5])], "")
        self.assertEqual(svg.count("<rect"), 4)
