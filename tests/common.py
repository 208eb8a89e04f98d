from contextlib import contextmanager
from datetime import date, datetime

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

ROLES = (
    "case_worker",
    "team_lead",
    "coordinator",
    "finance",
    "auditor",
    "privacy_officer",
    "manager",
)

# What the shipped programmes must have answered.
ENTRY_ANSWERS = {
    "entry_employment": "pupil",
    "entry_education": "isced_2",
    "entry_school_absence": "yes",
    "entry_foreign_background": "no",
    "entry_minority": "no_answer",
    "entry_disability": "no_answer",
    "entry_other_disadvantage": "no",
}
# How a minor's consent is signed.
SIGNED = {"signed_by": "both", "guardian_name": "Gerda Guardian"}
EXIT_ANSWERS = {
    "exit_destination": "training",
    "exit_employment": "employed",
    "exit_qualification": "school",
    "exit_job_searching": "no",
    "exit_improved": "yes",
}
# What a professional needs so that no rule has anything to say (S25 to S28).
CERTIFICATES = ("social_work", "intercultural", "gender", "local")


class JustiqCommon(BaseCommon):
    """A provider with one grant, one user per role, and factories for the rest.

    Users: `self.users[role]`; the case worker and the team lead have an
    employee. All dates are fixed; no demo data is used.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.partner_id.tz = "Europe/Berlin"
        cls.programme = cls.env.ref("justiq.programme_phase2")
        cls.bausteine = {baustein.code: baustein for baustein in cls.programme.baustein_ids}
        cls.municipality = cls.env["res.partner"].create({"name": "Musterstadt", "is_company": True})
        cls.quartier = cls.env["justiq.quartier"].create({"name": "Nordend", "municipality_id": cls.municipality.id})
        cls.kind = cls.env.ref("justiq.kind_creative")
        cls.category = cls.env.ref("justiq.cost_material")
        cls.users = {
            role: new_test_user(
                cls.env,
                login=f"test_{role}",
                groups=f"justiq.group_{role}",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for role in ROLES
        }
        cls.case_worker = cls._create_employee("Carla Caseworker", "case_worker")
        cls.team_lead = cls._create_employee("Tina Teamlead", "team_lead")
        cls.grant = cls._create_grant()

    @contextmanager
    def assertRefused(self, *parts, error=ValidationError):
        """The block, or saving what it did, is refused with a text naming the parts.

        Totals that a rule speaks about are computed at the latest when the
        server saves, so the block is flushed, as at the end of every request.
        """
        with self.assertRaises(error) as refused:
            yield refused
            self.env.flush_all()
        for part in parts:
            self.assertIn(part, str(refused.exception))

    # ------------------------------------------------------------
    # Factories
    # ------------------------------------------------------------

    @classmethod
    def _create_employee(cls, name, role=None, **values):
        employee = cls.env["hr.employee"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "user_id": cls.users[role].id if role else False,
                **values,
            }
        )
        for skill in CERTIFICATES:
            cls._certify(employee, skill)
        return employee

    @classmethod
    def _certify(cls, employee, skill, valid_from=date(2000, 1, 1), valid_to=False):
        """The employee gets a certificate, by the name of its skill in the data of the module."""
        skill = cls.env.ref(f"justiq.skill_{skill}")
        return cls.env["hr.employee.skill"].create(
            {
                "employee_id": employee.id,
                "skill_type_id": skill.skill_type_id.id,
                "skill_id": skill.id,
                "skill_level_id": skill.skill_type_id.skill_level_ids[:1].id,
                "valid_from": valid_from,
                "valid_to": valid_to,
            }
        )

    @classmethod
    def _create_grant(cls, codes=("CM", "ASJ", "CL", "MP"), **values):
        return cls.env["justiq.grant"].create(
            {
                "name": "Vorhaben Musterstadt",
                "programme_id": cls.programme.id,
                "company_id": cls.company.id,
                "municipality_id": cls.municipality.id,
                "date_start": date(2019, 1, 1),
                "date_end": date(2022, 6, 30),
                "esf_rate": 60.0,
                "baustein_ids": [Command.set([cls.bausteine[code].id for code in codes])],
                "quartier_ids": [Command.set(cls.quartier.ids)],
                **values,
            }
        )

    @classmethod
    def _year(cls, number, grant=None):
        """The funding year of the grant that starts in the calendar year."""
        years = (grant or cls.grant).funding_year_ids
        return years.filtered(lambda year: year.date_start.year == number)

    @classmethod
    def _create_budget_line(cls, year, esf, code="MP", **values):
        return cls.env["justiq.budget.line"].create(
            {
                "funding_year_id": year.id,
                "baustein_id": cls.bausteine[code].id,
                "cost_category_id": cls.category.id,
                "planned_amount": max(esf, values.pop("planned", esf)),
                "esf_amount": esf,
                **values,
            }
        )

    @classmethod
    def _create_financing_line(cls, year, source, planned, **values):
        return cls.env["justiq.financing.line"].create(
            {"funding_year_id": year.id, "source": source, "planned_amount": planned, **values}
        )

    @classmethod
    def _create_flat_rate(cls, rate=22.0, grant=None, **values):
        """A flat rate on staff costs, as a grant notice says it."""
        return cls.env["justiq.flat.rate"].create(
            {
                "grant_id": (grant or cls.grant).id,
                "cost_category_id": cls.env.ref("justiq.cost_flat_rate").id,
                "rate": rate,
                "base_category_ids": [Command.set(cls.env.ref("justiq.cost_staff").ids)],
                **values,
            }
        )

    @classmethod
    def _account(cls, baustein, grant=None):
        """The analytic account of a Baustein of the grant."""
        return cls.env["account.analytic.account"].search(
            [
                ("justiq_grant_id", "=", (grant or cls.grant).id),
                ("justiq_baustein_id", "=", baustein.id),
                ("justiq_micro_project_id", "=", False),
            ]
        )

    @classmethod
    def _project_account(cls, project):
        return cls.env["account.analytic.account"].search([("justiq_micro_project_id", "=", project.id)])

    @classmethod
    def _create_department(cls):
        """An account of the provider that is none of a grant, in the plan that Odoo ships."""
        plan = (
            cls.env["account.analytic.plan"]
            .search([("parent_id", "=", False)])
            .filtered(lambda plan: plan._column_name() == "account_id")
        )
        return cls.env["account.analytic.account"].create({"name": "Kindergarten", "plan_id": plan.id})

    @classmethod
    def _create_voucher(cls, account=None, user=None, **values):
        """A voucher entered by hand, paid in March 2020 unless said otherwise."""
        vouchers = cls.env["account.analytic.line"]
        return (vouchers.with_user(user) if user else vouchers).create(
            {
                "justiq_account_id": (account or cls._account(cls.bausteine["CM"])).id,
                "justiq_amount": 100.0,
                "justiq_reason": "Fee of the trainer",
                "justiq_payment_date": date(2020, 3, 15),
                "justiq_cost_category_id": cls.env.ref("justiq.cost_fees").id,
                **values,
            }
        )

    @classmethod
    def _project_values(cls, **values):
        """A micro-project of which no rule has anything to say at its approval."""
        return {
            "name": "Farbe im Quartier",
            "grant_id": cls.grant.id,
            "quartier_id": cls.quartier.id,
            "kind_id": cls.kind.id,
            "date_start": date(2020, 3, 1),
            "date_end": date(2020, 6, 30),
            "purpose_ids": [Command.set(cls.env.ref("justiq.purpose_motivation").ids)],
            "competence_ids": [Command.set(cls.env.ref("justiq.competence_team").ids)],
            "value_ids": [Command.set(cls.env.ref("justiq.value_square").ids)],
            "planned_value": "The wall at the playground becomes a mural.",
            "idea_origin": "young_people",
            "involvement_who": "Six girls of the meeting point",
            "involvement_when": "January 2020",
            "involvement_how": "They chose wall and motif in three workshops.",
            "lead_id": cls.case_worker.id,
            "planned_participants": 12,
            "declares_no_qualification": True,
            "declares_no_employment": True,
            "declares_no_other_code": True,
            "cooperation_ids": [
                Command.create({"partner_id": cls.municipality.id, "kind": "area_programme"}),
                Command.create({"partner_id": cls.municipality.id, "kind": "municipal_office"}),
            ],
            **values,
        }

    @classmethod
    def _create_project(cls, state="idea", **values):
        """A micro-project, taken step by step to the state."""
        project = cls.env["justiq.micro.project"].create(cls._project_values(**values))
        steps = ("planned", "approved", "running", "done")
        if state == "done":
            project.achieved_value = "The wall is a mural now."
        if state in steps:
            for step in steps[: steps.index(state) + 1]:
                project.state = step
        elif state != "idea":
            project.state = state
        return project

    @classmethod
    def _create_alias(cls, **values):
        return cls.env["justiq.outreach.alias"].create(
            {"name": "Red Cap", "grant_id": cls.grant.id, "key_worker_id": cls.case_worker.id, **values}
        )

    @classmethod
    def _create_outreach(cls, alias=None, code="ASJ", **values):
        """A low-threshold contact of the case worker, anonymous unless there is an alias."""
        return cls.env["justiq.outreach.contact"].create(
            {
                "grant_id": cls.grant.id,
                "baustein_id": cls.bausteine[code].id,
                "worker_id": cls.case_worker.id,
                "date": date(2020, 2, 3),
                "minutes": 30,
                "alias_id": alias.id if alias else False,
                **values,
            }
        )

    @classmethod
    def _create_case(cls, key_worker=None, **values):
        return cls.env["justiq.case.file"].create(
            {
                "first_name": "Mia",
                "last_name": "Muster",
                "birth_date": date(2003, 5, 17),
                "gender": "female",
                "company_id": cls.company.id,
                "key_worker_id": (key_worker or cls.case_worker).id,
                **values,
            }
        )

    @classmethod
    def _hand_over(cls, cases, employee, user=None):
        """The files get another key worker; as the user, or as whoever may."""
        for key_worker, files in cases.grouped("key_worker_id").items():
            if key_worker != employee:
                handover = cls.env["justiq.case.handover"].create(cls._handover_values(files, employee))
                handover.with_user(user or cls.env.user).action_accept()

    @classmethod
    def _handover_values(cls, files, employee, **values):
        return {
            "company_id": files.company_id.id,
            "from_id": files.key_worker_id.id,
            "to_id": employee.id,
            "case_file_ids": [Command.set(files.ids)],
            "note": "Change of the team.",
            **values,
        }

    @classmethod
    def _enrol(cls, case=None, **values):
        enrolment = cls.env["justiq.enrolment"].create(
            {
                "case_file_id": (case or cls._create_case()).id,
                "grant_id": cls.grant.id,
                "date_entry": date(2020, 1, 15),
                "legal_basis_date": date(2020, 1, 15),
                **ENTRY_ANSWERS,
                **values,
            }
        )
        enrolment.case_file_id.consent_ids.filtered(lambda consent: not consent.signed_by).write(SIGNED)
        return enrolment

    @classmethod
    def _participate(cls, project=None, code="MP", enrolment=None, **values):
        enrolment = enrolment or cls._enrol()
        return cls.env["justiq.participation"].create(
            {
                "enrolment_id": enrolment.id,
                "baustein_id": cls.bausteine[code].id,
                "micro_project_id": project.id if project else False,
                "date_start": enrolment.date_entry,
                **values,
            }
        )

    @classmethod
    def _create_note(cls, case=None, user=None, **values):
        """An entry of the contact log, as the user writes it."""
        return cls._note_model(user).create(
            {
                "case_file_id": (case or cls._create_case()).id,
                "date": date(2020, 2, 3),
                "minutes": 30,
                "kind": "conversation",
                "text": "Spoke about the next step.",
                **values,
            }
        )

    @classmethod
    def _note_model(cls, user=None):
        notes = cls.env["justiq.case.note"]
        return notes.with_user(user) if user else notes

    @classmethod
    def _create_appointment(cls, case, user=None, **values):
        events = cls.env["calendar.event"]
        return (events.with_user(user) if user else events).create(
            {
                "name": "Appointment",
                "start": datetime(2020, 5, 13, 9),
                "stop": datetime(2020, 5, 13, 10),
                "case_file_id": case.id,
                **values,
            }
        )

    @classmethod
    def _create_contact(cls, case=None, **values):
        return cls.env["justiq.case.contact"].create(
            {"case_file_id": (case or cls._create_case()).id, "role": "mother", "name": "Berta Beispiel", **values}
        )

    @classmethod
    def _create_protection(cls, case=None, user=None, **values):
        """A child protection record with its steps open."""
        records = cls.env["justiq.child.protection"]
        return (records.with_user(user) if user else records).create(
            {
                "case_file_id": (case or cls._create_case()).id,
                "date": date(2020, 2, 3),
                "signs": "Bruises on both arms.",
                **values,
            }
        )

    @classmethod
    def _create_consent(cls, case=None, user=None, **values):
        consents = cls.env["justiq.consent"]
        return (consents.with_user(user) if user else consents).create(
            {"case_file_id": (case or cls._create_case()).id, "date": date(2020, 1, 15), **SIGNED, **values}
        )

    @classmethod
    def _propose_closing(cls, case, user=None, **values):
        """The closing of a file, proposed by the user; the team lead may then close it."""
        day = min(date(2020, 12, 31), date.today())  # some tests are set in an earlier month
        closings = cls.env["justiq.case.closing"]
        return (closings.with_user(user) if user else closings).create(
            {
                "case_file_id": case.id,
                "date": day,
                "reason": "goals_reached",
                "outcome": "training",
                **values,
            }
        )

    @classmethod
    def _create_assessment(cls, enrolment=None, state="draft", scores=(), **values):
        """An assessment; scores by position of the domain, the others get the highest one."""
        enrolment = enrolment or cls._enrol()
        assessment = cls.env["justiq.case.assessment"].create(
            {
                "case_file_id": enrolment.case_file_id.id,
                "enrolment_id": enrolment.id,
                "date": date(2020, 2, 3),
                "occasion": "start",
                **values,
            }
        )
        if state == "complete":
            for position, line in enumerate(assessment.line_ids):
                line.score = dict(scores).get(position, line.scale_max)
            assessment.action_complete()
        return assessment

    @classmethod
    def _create_goal(cls, case=None, **values):
        return cls.env["justiq.case.goal"].create(
            {
                "case_file_id": (case or cls._create_case()).id,
                "name": "I want to finish school.",
                "date": date(2020, 2, 3),
                **values,
            }
        )

    @classmethod
    def _close_case(cls, case):
        """A file closed with reason and outcome."""
        cls._settle_case(case)
        case.state = "closed"
        return case

    @classmethod
    def _settle_case(cls, case):
        """A file that may be closed: ended, proposed, and what the rules find about it is justified."""
        day = min(date(2020, 12, 31), date.today())
        for participation in case.participation_ids.filtered(lambda participation: not participation.date_end):
            participation.date_end = participation.enrolment_id.date_exit or day
        case.enrolment_ids.filtered(lambda enrolment: not enrolment.date_exit).date_exit = day
        if not case.is_closing_proposed:
            cls._propose_closing(case)
        cls.env.flush_all()
        case.finding_ids.filtered(lambda finding: finding.state == "open").justification = "As agreed."

    @classmethod
    def _create_plan(cls, enrolment, **values):
        return cls.env["justiq.case.plan"].create(
            {
                "case_file_id": enrolment.case_file_id.id,
                "enrolment_id": enrolment.id,
                "date": date(2020, 2, 10),
                **values,
            }
        )

    @classmethod
    def _create_referral(cls, enrolment=None, **values):
        enrolment = enrolment or cls._enrol()
        return cls.env["justiq.case.referral"].create(
            {
                "case_file_id": enrolment.case_file_id.id,
                "enrolment_id": enrolment.id,
                "partner_id": cls.municipality.id,
                "offer": "Advice on debts",
                "date": date(2020, 2, 10),
                **values,
            }
        )

    @classmethod
    def _create_session(cls, project, day=date(2020, 3, 4), **values):
        return cls.env["justiq.session"].create(
            {
                "micro_project_id": project.id,
                "date_start": datetime(day.year, day.month, day.day, 14),
                "date_end": datetime(day.year, day.month, day.day, 16),
                **values,
            }
        )

    @classmethod
    def _hold_session(cls, project, participations, **values):
        """A session that took place, with everybody present."""
        session = cls._create_session(project, **values)
        session.attendance_ids = [
            Command.create({"participation_id": participation.id, "state": "present"})
            for participation in participations
        ]
        session.action_held()
        return session
