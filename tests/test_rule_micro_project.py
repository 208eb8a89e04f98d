from datetime import date

from psycopg2 import IntegrityError
from psycopg2.errors import NotNullViolation

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


class MicroProjectRuleCase(JustiqCommon):
    def _findings(self, rule, project):
        self.env.flush_all()
        return project.finding_ids.filtered(
            lambda finding: finding.requirement_id == self.env.ref(f"justiq.phase2_{rule}")
        )

    def _live(self, rule, project):
        return self._findings(rule, project).filtered(lambda finding: finding.state != "resolved")

    def assertWarns(self, rule, values, remedy, *parts):
        """The values open a finding from the planning on; the remedy resolves it."""
        code = rule.split("_")[0].upper()
        project = self._create_project("idea", **values)
        self.assertFalse(self._findings(rule, project), "an idea may be incomplete")
        project.state = "planned"
        finding = self._findings(rule, project)
        self.assertEqual(finding.state, "open")
        for part in parts:
            self.assertIn(part, finding.message)
        with self.assertRefused(code):
            project.state = "approved"
        finding.justification = "There is a good reason."
        project.state = "approved"
        self.assertEqual(finding.state, "justified")
        project.write(remedy)
        self.assertFalse(self._live(rule, project))
        self.assertEqual(finding.state, "resolved")
        # Without the deviation there is no finding from the beginning.
        self.assertFalse(self._findings(rule, self._create_project("approved", name="Without deviation")))

    def assertBlocks(self, code, values, remedy, *parts):
        """The values are refused at the approval and afterwards, not before."""
        project = self._create_project("planned", **values)
        with self.assertRefused(code, project.name, *parts):
            project.state = "approved"
        project.write(remedy)
        project.state = "approved"
        for name in remedy:
            with self.subTest(undone=name), self.assertRefused(code):
                project.write({name: values[name]})


@tagged("post_install", "-at_install")
class TestRuleMicroProject(MicroProjectRuleCase):
    """S2-S17, S23, S24: what the guideline asks of a micro-project."""

    def test_model_project_breaks_no_rule(self):
        project = self._create_project("done")
        self.env.flush_all()
        self.assertEqual(project.finding_ids.requirement_id.mapped("code"), ["S4"], "nobody was enrolled")
        self.assertFalse(self._create_project("approved", name="Approved").finding_ids)

    # ------------------------------------------------------------
    # S2, S3: purposes
    # ------------------------------------------------------------

    def test_s2_s3_refuse_the_approval_without_purpose(self):
        self.assertBlocks(
            "S2, S3",
            {"purpose_ids": [Command.clear()]},
            {"purpose_ids": [Command.set(self.env.ref("justiq.purpose_activation").ids)]},
            "purpose",
        )

    def test_s2_s3_are_content_with_a_purpose_of_the_own_catalogue(self):
        purpose = self.env["justiq.micro.project.purpose"].create({"name": "Our own purpose"})
        self._create_project("approved", purpose_ids=[Command.set(purpose.ids)])

    # ------------------------------------------------------------
    # S4: group
    # ------------------------------------------------------------

    def test_s4_warns_about_fewer_planned_participants_than_a_group(self):
        self.assertWarns("s4", {"planned_participants": 1}, {"planned_participants": 2}, "1", "2")

    def test_s4_boundary(self):
        for planned, warned in ((0, True), (1, True), (2, False), (3, False)):
            with self.subTest(planned=planned):
                project = self._create_project("planned", planned_participants=planned)
                self.assertEqual(bool(self._findings("s4", project)), warned)

    def test_s4_looks_at_the_actual_participants_once_it_is_done(self):
        project = self._create_project("running", achieved_value="A mural.")
        first = self._enrol()
        self._participate(project, enrolment=first, date_end=date(2020, 2, 1))
        self._participate(project, enrolment=first)
        project.state = "done"
        finding = self._live("s4", project)
        self.assertEqual(finding.value, 1.0, "who came back is one person")
        self.assertIn("took part", finding.message)
        self._participate(project, enrolment=self._enrol(self._create_case(first_name="Leo")))
        self.assertFalse(self._live("s4", project))

    def test_s4_limit_is_data(self):
        project = self._create_project("planned", planned_participants=12)
        self.env.ref("justiq.phase2_s4").value_count = 13
        self.assertEqual(self._live("s4", project).value, 12.0)

    # ------------------------------------------------------------
    # S5, S7: competences, added value
    # ------------------------------------------------------------

    def test_s5_warns_without_competence(self):
        self.assertWarns(
            "s5",
            {"competence_ids": [Command.clear()]},
            {"competence_ids": [Command.set(self.env.ref("justiq.competence_team").ids)]},
            "competence",
        )

    def test_s7_refuses_the_approval_without_planned_value(self):
        for empty in (False, "", "  \n"):
            with self.subTest(planned_value=empty):
                self.assertBlocks("S7", {"planned_value": empty}, {"planned_value": "A mural."}, "planned")

    def test_s7_refuses_the_approval_without_kind_of_value(self):
        self.assertBlocks(
            "S7",
            {"value_ids": [Command.clear()]},
            {"value_ids": [Command.set(self.env.ref("justiq.value_festival").ids)]},
            "planned",
        )

    def test_s7_refuses_the_completion_without_achieved_value(self):
        project = self._create_project("running")
        for empty in (False, " "):
            project.achieved_value = empty
            with self.assertRefused("S7", "achieved"):
                project.state = "done"
        project.achieved_value = "The wall is a mural now."
        project.state = "done"
        with self.assertRefused("S7"):
            project.achieved_value = False

    # ------------------------------------------------------------
    # S10: Quartier
    # ------------------------------------------------------------

    def test_s10_refuses_a_missing_quartier_from_the_beginning(self):
        with self.assertRefused("S10", "Nordend"):
            self._create_project(quartier_id=False)
        project = self._create_project()
        with self.assertRefused("S10"):
            project.quartier_id = False

    def test_s10_refuses_a_quartier_that_is_none_of_the_grants(self):
        other = self.env["justiq.quartier"].create({"name": "Südend"})
        with self.assertRefused("S10", "Südend", "Nordend"):
            self._create_project(quartier_id=other.id)
        self.grant.quartier_ids = [Command.link(other.id)]
        self._create_project(quartier_id=other.id)

    def test_s10_refuses_to_take_a_used_quartier_from_the_grant(self):
        other = self.env["justiq.quartier"].create({"name": "Südend"})
        self.grant.quartier_ids = [Command.link(other.id)]
        self._create_project()
        for change in (Command.unlink(self.quartier.id), Command.set(other.ids), Command.clear()):
            with self.assertRefused("S10", "Nordend"):
                self.grant.quartier_ids = [change]
        self.grant.quartier_ids = [Command.unlink(other.id)]

    def test_s10_refuses_a_grant_without_the_quartier(self):
        project = self._create_project()
        grant = self._create_grant(name="Other grant", quartier_ids=[Command.clear()])
        with self.assertRefused("S10"):
            project.grant_id = grant
        grant.quartier_ids = [Command.link(self.quartier.id)]
        project.grant_id = grant

    # ------------------------------------------------------------
    # S12, S14: young people and who accompanies them
    # ------------------------------------------------------------

    def test_s12_warns_when_who_when_or_how_is_missing(self):
        for name in ("involvement_who", "involvement_when", "involvement_how"):
            with self.subTest(missing=name):
                self.assertWarns("s12", {name: False}, {name: "In spring"}, "who", "when", "how")

    def test_s14_refuses_the_approval_without_responsible_professional(self):
        self.assertBlocks("S14", {"lead_id": False}, {"lead_id": self.case_worker.id})

    # ------------------------------------------------------------
    # S15-S17: not fundable
    # ------------------------------------------------------------

    def test_s15_s16_s17_refuse_their_kind_from_the_idea_on(self):
        project = self._create_project()
        for code, kind in (
            ("S15", "justiq.kind_qualification"),
            ("S16", "justiq.kind_employment"),
            ("S17", "justiq.kind_other_code"),
        ):
            with self.subTest(code=code):
                kind = self.env.ref(kind)
                with self.assertRefused(code, kind.name) as refused:
                    self._create_project(kind_id=kind.id)
                others = {"S15", "S16", "S17"} - {code}
                self.assertFalse([other for other in others if f"{other}:" in str(refused.exception)])
                with self.assertRefused(code):
                    project.kind_id = kind

    def test_s15_s16_s17_refuse_the_approval_without_declaration(self):
        for code, declaration in (
            ("S15", "declares_no_qualification"),
            ("S16", "declares_no_employment"),
            ("S17", "declares_no_other_code"),
        ):
            with self.subTest(code=code):
                label = self.env["justiq.micro.project"]._fields[declaration].string
                self.assertBlocks(code, {declaration: False}, {declaration: True}, label)

    def test_s15_s16_s17_refuse_a_kind_that_turns_unfundable(self):
        kind = self.env["justiq.micro.project.kind"].create({"name": "Workshop"})
        project = self._create_project("planned", kind_id=kind.id)
        with self.assertRefused("S16", project.name, "Workshop"):
            kind.write({"is_fundable": False, "exclusion": "employment"})
        project.state = "cancelled"
        kind.write({"is_fundable": False, "exclusion": "employment"})
        with self.assertRefused("S16"):
            project.state = "idea"

    def test_s15_s16_s17_an_unfundable_kind_names_its_reason(self):
        with mute_logger("odoo.sql_db"), self.assertRefused(error=IntegrityError):
            self.env["justiq.micro.project.kind"].create({"name": "Workshop", "is_fundable": False})
        with mute_logger("odoo.sql_db"), self.assertRefused(error=IntegrityError):
            self.kind.exclusion = "employment"

    def test_s15_declarations_are_not_copied(self):
        copy = self._create_project("approved").copy()
        self.assertEqual(copy.state, "idea")
        copy.state = "planned"
        with self.assertRefused("S15", "S16", "S17"):
            copy.state = "approved"

    def test_s15_warns_about_a_long_duration(self):
        self.assertWarns(
            "s15_duration",
            {"date_start": date(2020, 1, 1), "date_end": date(2020, 9, 30)},
            {"date_end": date(2020, 6, 30)},
            "9.0",
            "6",
        )

    def test_s15_boundary_of_the_duration(self):
        for end, warned in (
            (date(2020, 6, 30), False),  # exactly six months
            (date(2020, 7, 1), False),  # 6.03, shown as 6.0
            (date(2020, 7, 3), True),  # 6.1
            (False, False),
        ):
            with self.subTest(end=end):
                project = self._create_project("planned", date_start=date(2020, 1, 1), date_end=end)
                self.assertEqual(bool(self._findings("s15_duration", project)), warned)

    def test_s15_limit_of_the_duration_is_data(self):
        project = self._create_project("planned")
        self.assertFalse(self._findings("s15_duration", project))
        self.env.ref("justiq.phase2_s15_duration").value_max = 3
        self.assertEqual(self._live("s15_duration", project).value, 4.0)

    # ------------------------------------------------------------
    # S23, S24: cooperation
    # ------------------------------------------------------------

    def _only(self, kind):
        return [Command.create({"partner_id": self.municipality.id, "kind": kind})]

    def test_s23_warns_without_area_programme(self):
        self.assertWarns(
            "s23",
            {"cooperation_ids": self._only("municipal_office")},
            {"cooperation_ids": self._only("area_programme")},
            "area-based programme",
        )

    def test_s24_warns_without_municipal_office(self):
        self.assertWarns(
            "s24",
            {"cooperation_ids": self._only("area_programme")},
            {"cooperation_ids": self._only("municipal_office")},
            "municipal office",
        )

    def test_s23_s24_follow_the_list_of_cooperations(self):
        project = self._create_project("planned")
        self.assertFalse(project.finding_ids)
        area = project.cooperation_ids.filtered(lambda cooperation: cooperation.kind == "area_programme")
        area.kind = "civil_society"
        self.assertEqual(self._live("s23", project).state, "open")
        self.assertFalse(self._live("s24", project))
        (project.cooperation_ids - area).unlink()
        self.assertEqual(self._live("s24", project).state, "open")

    # ------------------------------------------------------------
    # What is missing, before anybody asks
    # ------------------------------------------------------------

    def test_approval_names_what_is_refused_before_it_asks_for_justifications(self):
        project = self._create_project("planned", planned_participants=1, lead_id=False)
        self.assertIn("1", project.missing_for_approval.splitlines()[-1])
        with self.assertRefused("S14"):
            project.action_approve()
        project.lead_id = self.case_worker
        self.assertEqual(project.action_approve()["res_model"], "justiq.finding.justify")

    def test_missing_for_approval_lists_what_would_be_refused(self):
        project = self._create_project("idea", lead_id=False, purpose_ids=[Command.clear()])
        self.assertIn("S14", project.missing_for_approval)
        self.assertIn("S2, S3", project.missing_for_approval)
        self.assertNotIn("S7", project.missing_for_approval)
        project.invalidate_recordset()
        self.assertEqual(project.state, "idea")
        project.write({"lead_id": self.case_worker.id, "purpose_ids": [Command.set(self._purposes())]})
        project.invalidate_recordset()
        self.assertFalse(project.missing_for_approval)

    def _purposes(self):
        return self.env["justiq.micro.project.purpose"].search([]).ids


@tagged("post_install", "-at_install")
class TestRuleS36(JustiqCommon):
    """S36: no participation and no attendance without an electronic case file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("running")
        cls.participation = cls._participate(cls.project)
        cls.session = cls._hold_session(cls.project, cls.participation)
        cls.attendance = cls.session.attendance_ids
        cls.case = cls.participation.case_file_id
        cls.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_s36_no_enrolment_without_case_file(self):
        with self.assertRefused(error=NotNullViolation):
            self.env["justiq.enrolment"].create({"grant_id": self.grant.id, "date_entry": date(2020, 1, 1)})

    @mute_logger("odoo.sql_db")
    def test_s36_no_participation_without_case_file(self):
        with self.assertRefused(error=NotNullViolation):
            self.env["justiq.participation"].create(
                {"baustein_id": self.bausteine["CM"].id, "date_start": date(2020, 1, 1)}
            )
        with self.assertRefused("Enrolment"):
            self.participation.enrolment_id = False

    @mute_logger("odoo.sql_db")
    def test_s36_no_attendance_without_participation(self):
        with self.assertRefused(error=NotNullViolation):
            self.env["justiq.attendance"].create({"session_id": self.session.id, "state": "present"})

    @mute_logger("odoo.sql_db")
    def test_s36_holds_in_plain_sql(self):
        for table, column in (
            ("justiq_enrolment", "case_file_id"),
            ("justiq_participation", "enrolment_id"),
            ("justiq_participation", "case_file_id"),
            ("justiq_attendance", "participation_id"),
            ("justiq_attendance", "case_file_id"),
        ):
            with self.subTest(table=table, column=column):
                with self.assertRefused(error=IntegrityError):
                    self.env.cr.execute(f"UPDATE {table} SET {column} = NULL")  # noqa: S608 (fixed names)
                with self.assertRefused(error=IntegrityError):
                    self.env.cr.execute(f"UPDATE {table} SET {column} = 0")  # noqa: S608 (fixed names)

    @mute_logger("odoo.sql_db")
    def test_s36_file_with_participations_cannot_be_deleted_in_plain_sql(self):
        with self.assertRefused(error=IntegrityError):
            self.env.cr.execute("DELETE FROM justiq_case_file WHERE id = %s", (self.case.id,))

    def test_s36_file_with_participations_cannot_be_deleted(self):
        for user in (self.env.user, self.users["team_lead"]):
            with self.assertRefused("S36", self.case.reference):
                self.case.with_user(user).unlink()

    def test_s36_file_with_enrolment_only_cannot_be_deleted(self):
        enrolment = self._enrol(self._create_case(first_name="Leo"))
        with self.assertRefused("S36"):
            enrolment.case_file_id.unlink()

    def test_s36_file_without_participation_can_be_deleted_by_the_team_lead(self):
        case = self._create_case(first_name="Leo")
        case.with_user(self.users["team_lead"]).unlink()
        self.assertFalse(case.exists())

    def test_s36_attended_participation_cannot_be_deleted(self):
        with self.assertRefused("S36", error=UserError):
            self.participation.unlink()
        with self.assertRefused("S36", error=UserError):
            self.participation.with_user(self.users["team_lead"]).unlink()
