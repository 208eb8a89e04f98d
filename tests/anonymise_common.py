import base64
from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import freeze_time
from odoo.tools import SQL

from .common import EXIT_ANSWERS
from .test_retention import RetentionCommon

SECRET = "Zquirlig"
NUMBER = "98760543210"
SCAN = b"%PDF-1.4\n" + SECRET.encode()
LOGGERS = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.sql_db")
# When the files of the tests are due: five years after the end of the year of the last payment.
DUE = "2029-01-02 08:00:00"


class AnonymiseCommon(RetentionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2021-02-01 08:00:00"):
            cls.case = cls._create_rich_case()
            cls.other = cls._create_closed_case(first_name="Other", last_name="Person", birth_date=date(2001, 9, 9))
            cls._settle_grant()
            cls.env.flush_all()

    @classmethod
    def _create_rich_case(cls):
        """A file with something of everything, each of it telling a secret."""
        case = cls._create_case(first_name=SECRET, last_name=f"{SECRET}sson", city=SECRET, zip=SECRET[:5], needs=SECRET)
        double = cls._create_case(first_name=SECRET, last_name=f"{SECRET}sson")
        cls._create_note(double, text=SECRET)
        project = cls._create_project(name="A project")
        enrolment = cls._enrol(case)
        group = cls._participate(project, enrolment=enrolment)
        single = cls._participate(code="CM", enrolment=enrolment, external_number=NUMBER)
        cls._hold_session(project, group)
        cls._create_note(case, participation_id=single.id, text=SECRET, with_whom=SECRET, minutes=90)
        cls._create_note(case, text=SECRET, is_entrusted=True)
        cls._create_protection(case, signs=SECRET, noticed_by=SECRET)
        cls.env["justiq.case.denial"].create(
            {"case_file_id": case.id, "user_id": cls.users["finance"].id, "reason": SECRET}
        )
        contact = cls._create_contact(case, name=SECRET, phone=SECRET)
        consent = cls._create_consent(case, purpose="photos")
        consent.signature_scan = base64.b64encode(SCAN)
        cls._create_assessment(enrolment, state="complete", summary=SECRET)
        goal = cls._create_goal(case, name=SECRET)
        cls.env["justiq.case.measure"].create({"goal_id": goal.id, "name": SECRET, "contact_id": contact.id})
        plan = cls._create_plan(enrolment, remark=SECRET, participant_ids=contact.ids)
        cls._create_referral(enrolment, offer=SECRET)
        alias = cls._create_alias(name=SECRET)
        contacted = cls._create_outreach(alias, place=SECRET)
        cls._create_note(case, participation_id=single.id, outreach_contact_id=contacted.id)
        cls.env["calendar.event"].create(
            {
                "name": SECRET,
                "start": datetime(2020, 3, 1, 9),
                "stop": datetime(2020, 3, 1, 10),
                "case_file_id": case.id,
            }
        )
        cls._hand_over(case, cls.team_lead)
        message = case.message_post(body=SECRET, attachments=[(f"{SECRET}.pdf", SCAN)])
        message.subject = SECRET
        case.activity_schedule("mail.mail_activity_data_todo", note=SECRET, user_id=cls.lead.id)
        cls.env["justiq.case.merge"]._merge(case, double, reason=SECRET)
        enrolment.write({"date_exit": date(2020, 12, 31), **EXIT_ANSWERS})
        (group | single).date_end = date(2020, 12, 31)
        cls._propose_closing(case, note=SECRET)
        case.state = "closed"
        cls.env["ir.model.data"].create(
            {"module": "__import__", "name": SECRET, "model": case._name, "res_id": case.id}
        )
        cls.plan = plan
        return case

    @classmethod
    def _log(cls, case, detail):
        cls.env.cr.execute(
            SQL(
                """
                INSERT INTO justiq_access_log
                       (user_id, date, path, company_id, file_count, file_references, model_names, detail)
                VALUES (%s, now(), 'export', %s, 1, %s, 'justiq.case.file', %s) RETURNING id
                """,
                cls.env.uid,
                case.company_id.id,
                case.reference,
                detail,
            )
        )
        return cls.env["justiq.access.log"].browse(cls.env.cr.fetchone()[0])

    def _import(self, record, field, value):
        """Import the value; what the import reports is raised."""
        messages = record.load([".id", field], [[str(record.id), value]])["messages"]
        if messages:
            raise UserError(messages[0]["message"])

    def _make_run(self, *cases, user=None):
        files = self.env["justiq.retention.file"].with_user(user or self.officer).browse([case.id for case in cases])
        return self.env["justiq.retention.run"].with_user(user or self.officer)._make(files)

    def _approve(self, *cases):
        run = self._make_run(*(cases or (self.case,)))
        run.action_propose()
        run.with_user(self.lead).action_approve()
        return run

    def _anonymise(self, *cases):
        """What the job does once two persons have agreed, without its commits."""
        run = self._approve(*cases).sudo()
        run.line_ids._anonymise()
        run._finish()
        return run
