"""One grant as a two-hundredth of the national programme, made through the ORM: every rule and total is Odoo's own."""

import random
from datetime import date, datetime, timedelta
from itertools import islice, product

from odoo import Command

# A copy of the grant carries another number in all texts with this one; see multiply.py.
TOKEN = "Bench-000"
WORKERS = 12
FILES = 500
INDIVIDUAL, GROUP = 400, 350  # participations
NOTES = 5000
PROJECTS = 50
PARTICIPANTS = GROUP // PROJECTS
SESSIONS = 715  # times seven participants: attendances
VOUCHERS = 1500

ROLES = ("team_lead", "coordinator", "finance", "auditor", "privacy_officer", "manager")
CATEGORIES = ("cost_staff", "cost_fees", "cost_material", "cost_flat_rate")
ANSWERS = {
    "entry_employment": "pupil",
    "entry_education": "isced_2",
    "entry_school_absence": "yes",
    "entry_foreign_background": "no",
    "entry_minority": "no_answer",
    "entry_disability": "no_answer",
    "entry_other_disadvantage": "no",
}
TEXT = "Spoke about the application for an apprenticeship, called the company together, agreed on the next step. " * 3


class Seed:
    """Everything hangs on `self.grant`; the period is the two years before today's and the one after it."""

    def __init__(self, env, say, token=TOKEN, vouchers=VOUCHERS):
        self.env, self.say, self.token, self.voucher_count = env, say, token, vouchers
        self.chance = random.Random(5)  # noqa: S311 - the same figures each time
        self.today = date.today()
        self.first_day = date(self.today.year - 2, 1, 1)
        self.last_day = date(self.today.year + 1, 12, 31)
        self.company = env.company

    def make_users(self):
        """One user per role who sees all of the provider; the case workers belong to the grant."""
        for role in ROLES:
            self._user(f"bench_{role}", role)

    def _user(self, login, role):
        groups = [self.env.ref(f"justiq.group_{role}").id, self.env.ref("base.group_user").id]
        values = {"name": login, "login": login, "tz": "Europe/Berlin", "group_ids": [Command.set(groups)]}
        return self.env["res.users"].with_context(no_reset_password=True).create(values)

    def make_grant(self):
        steps = (
            ("grant, plan and professionals", self._grant),
            ("micro-projects", self._projects),
            ("case files", self._files),
            ("participations", self._participations),
            ("contact log", self._notes),
            ("sessions and attendances", self._sessions),
            ("vouchers", self._vouchers),
            ("reports to the funder", self._funder_reports),
            ("around the files", self._satellites),
        )
        for title, step in steps:
            self.say(f"  {title}")
            self._do(step)
        return self.grant

    def make_list_of_vouchers(self):
        """A grant that has nothing but its plan, many vouchers, and reports on the whole of it."""
        self._do(self._grant)
        self._do(self._vouchers)
        self._do(self._funder_reports)
        return self.grant

    def _do(self, step):
        step()
        self.env.flush_all()
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # Programme, grant, funding
    # ------------------------------------------------------------

    def _grant(self):
        programme = self.env.ref("justiq.programme_phase2")
        if programme.date_end != self.last_day:  # only once: it would hold all grants against the programme again
            programme.write({"date_start": self.first_day, "date_end": self.last_day})
        self.bausteine = programme.baustein_ids.sorted("number")
        self.individual = self.bausteine.filtered(lambda one: one.kind == "individual")
        self.municipality = self.env["res.partner"].create({"name": f"Stadt {self.token}", "is_company": True})
        self.quartier = self.env["justiq.quartier"].create(
            {"name": f"Nordend {self.token}", "municipality_id": self.municipality.id}
        )
        self.grant = self.env["justiq.grant"].create(
            {
                "name": f"Vorhaben {self.token}",
                "reference": f"ESF {self.token}",
                "programme_id": programme.id,
                "municipality_id": self.municipality.id,
                "date_start": self.first_day,
                "date_end": self.last_day,
                "share_esf": 50.0,
                "share_federal": 10.0,
                "share_municipality_cash": 40.0,
                "baustein_ids": [Command.set(self.bausteine.ids)],
                "quartier_ids": [Command.set(self.quartier.ids)],
            }
        )
        self.years = self.grant.funding_year_ids.sorted("date_start")
        self._plan()
        self.grant.state = "running"
        self._workers()

    def _plan(self):
        categories = [self.env.ref(f"justiq.{name}") for name in CATEGORIES]
        self.paid_categories = categories[:3]
        self.env["justiq.flat.rate"].create(
            {
                "grant_id": self.grant.id,
                "cost_category_id": categories[3].id,
                "rate": 22.0,
                "base_category_ids": [Command.set(categories[0].ids)],
            }
        )
        self.env["justiq.budget.line"].create(
            [
                {
                    "funding_year_id": year.id,
                    "baustein_id": baustein.id,
                    "cost_category_id": category.id,
                    "planned_amount": 13000.0,
                }
                for year, baustein, category in product(self.years, self.bausteine, self.paid_categories)
            ]
        )
        self.env.flush_all()
        for year in self.years:
            year.action_propose_financing()

    def _workers(self):
        skills = [self.env.ref(f"justiq.skill_{name}") for name in ("social_work", "intercultural", "gender", "local")]
        users = [self._user(f"{self.token}-{number}", "case_worker") for number in range(WORKERS)]
        self.workers = self.env["hr.employee"].create(
            [{"name": user.name, "user_id": user.id, "company_id": self.company.id} for user in users]
        )
        self.env["hr.employee.skill"].create(
            [
                {
                    "employee_id": worker.id,
                    "skill_type_id": skill.skill_type_id.id,
                    "skill_id": skill.id,
                    "skill_level_id": skill.skill_type_id.skill_level_ids[:1].id,
                    "valid_from": date(2000, 1, 1),
                }
                for worker, skill in product(self.workers, skills)
            ]
        )

    def _vouchers(self):
        accounts = self.env["account.analytic.account"].search([("justiq_grant_id", "=", self.grant.id)])
        days = (min(self.today, self.last_day) - self.first_day).days
        values = []
        for number in range(self.voucher_count):
            paid = self.first_day + timedelta(days=self.chance.randrange(days))
            values.append(
                {
                    "justiq_account_id": accounts[number % len(accounts)].id,
                    "justiq_amount": self.chance.randrange(1000, 20000) / 100,
                    "justiq_voucher_number": f"{paid.year}-{number:05d}",
                    "justiq_voucher_date": paid - timedelta(days=10),
                    # The last ones are still to be paid.
                    "justiq_payment_date": paid if number < self.voucher_count - 30 else False,
                    "justiq_payee": f"Company {number % 60}",
                    "justiq_reason": "Material of the workshop, delivered in three boxes",
                    "justiq_cost_category_id": self.paid_categories[number % 3].id,
                    "justiq_eligible_share": 100.0 if number % 10 else 62.5,
                }
            )
        self.env["account.analytic.line"].create(values)
        self.env["justiq.fund.call"].create(
            [{"grant_id": self.grant.id, "date_start": year.date_start} for year in self.years[:3]]
        )

    def _funder_reports(self):
        """Of each kind one of the year before the present one, and one of the whole grant."""
        reports = self.env["justiq.funder.report"]
        self.env["justiq.funder.report"].create(
            [
                {"kind": kind, "grant_id": self.grant.id, "funding_year_id": year.id}
                for kind, _label in reports._fields["kind"].selection
                for year in (self.years[1], self.years[:0])
            ]
        )

    # ------------------------------------------------------------
    # Micro-projects
    # ------------------------------------------------------------

    def _projects(self):
        kinds = self.env["justiq.micro.project.kind"].search([("is_fundable", "=", True)])
        self.projects = self.env["justiq.micro.project"].create(
            [self._project_values(number, kinds) for number in range(PROJECTS)]
        )
        for number, state in ((40, "planned"), (30, "approved"), (20, "running")):
            self.projects[:number].write({"state": state})

    def _project_values(self, number, kinds):
        start = self.first_day + timedelta(days=18 * number)
        ref = self.env.ref
        return {
            "name": f"Micro-project {number} of {self.token}",
            "grant_id": self.grant.id,
            "quartier_id": self.quartier.id,
            "kind_id": kinds[number % len(kinds)].id,
            "lead_id": self.workers[number % WORKERS].id,
            "date_start": start,
            "date_end": start + timedelta(days=150),
            "purpose_ids": [Command.set(ref("justiq.purpose_motivation").ids)],
            "competence_ids": [Command.set(ref("justiq.competence_team").ids)],
            "value_ids": [Command.set(ref("justiq.value_square").ids)],
            "planned_value": "The wall at the playground becomes a mural.",
            "idea_origin": "young_people",
            "involvement_who": "Six girls of the meeting point",
            "involvement_when": "January",
            "involvement_how": "They chose wall and motif in three workshops.",
            "planned_participants": 12,
            "declares_no_qualification": True,
            "declares_no_employment": True,
            "declares_no_other_code": True,
            "cooperation_ids": [
                Command.create({"partner_id": self.municipality.id, "kind": kind})
                for kind in ("area_programme", "municipal_office")
            ],
        }

    def _sessions(self):
        values = []
        for number in range(SESSIONS):
            project = self.projects[number % PROJECTS]
            day = min(project.date_start + timedelta(days=7 * (number // PROJECTS)), self.today - timedelta(days=1))
            start = datetime(day.year, day.month, day.day, 14)
            values.append({"micro_project_id": project.id, "date_start": start, "date_end": start + timedelta(hours=2)})
        sessions = self.env["justiq.session"].create(values)
        by_project = self.group_participations.grouped("micro_project_id")
        self.env["justiq.attendance"].create(
            [
                {
                    "session_id": session.id,
                    "participation_id": participation.id,
                    "state": ("present", "present", "present", "excused", "absent")[
                        (session.id + participation.id) % 5
                    ],
                }
                for session in sessions
                for participation in by_project[session.micro_project_id]
            ]
        )
        self.env.flush_all()
        sessions.write({"state": "held"})

    # ------------------------------------------------------------
    # Case files
    # ------------------------------------------------------------

    def _files(self):
        genders = ("female", "male", "diverse", "not_stated")
        entries = [self.first_day + timedelta(days=self.chance.randrange(900)) for _number in range(FILES)]
        self.files = self.env["justiq.case.file"].create(
            [
                {
                    "first_name": "Mia",
                    "last_name": f"Muster{number}",  # names of their own come with the copies
                    "birth_date": entry - timedelta(days=self.chance.randrange(14 * 366, 25 * 365)),
                    "gender": genders[min(self.chance.randrange(50) // 24, 3)],
                    "zip": f"{self.chance.randrange(10000, 99999)}",
                    "city": "Musterstadt",
                    "reference": f"{self.token}/{number:04d}",
                    "date_opened": entry,
                    "key_worker_id": self.workers[number % WORKERS].id,
                }
                for number, entry in enumerate(entries)
            ]
        )
        self.enrolments = self.env["justiq.enrolment"].create(
            [
                {
                    "case_file_id": case.id,
                    "grant_id": self.grant.id,
                    "date_entry": entry,
                    "legal_basis_date": entry if number % 8 else False,
                    **(ANSWERS if number % 5 else {}),
                }
                for number, (case, entry) in enumerate(zip(self.files, entries, strict=True))
            ]
        )

    def _participations(self):
        participations = self.env["justiq.participation"]
        self.individual_participations = participations.create(
            [
                {
                    "enrolment_id": enrolment.id,
                    "baustein_id": self.individual[number % len(self.individual)].id,
                    "date_start": enrolment.date_entry,
                    "date_end": enrolment.date_entry + timedelta(days=90) if number % 3 else False,
                }
                for number, enrolment in enumerate(self.enrolments[:INDIVIDUAL])
            ]
        )
        self.group_participations = participations.create(
            [
                {
                    "enrolment_id": enrolment.id,
                    "baustein_id": (self.bausteine - self.individual)[:1].id,
                    "micro_project_id": self.projects[number // PARTICIPANTS].id,
                    "date_start": enrolment.date_entry,
                }
                for number, enrolment in enumerate(self.enrolments[-GROUP:])
            ]
        )

    def _notes(self):
        own = {participation.case_file_id: participation for participation in self.individual_participations}
        kinds = ("conversation", "phone", "message", "home_visit", "network")
        values = []
        for number in range(NOTES):
            case = self.files[number % FILES]
            days = max((self.today - case.date_opened).days, 1)
            day = case.date_opened + timedelta(days=self.chance.randrange(days))
            kind = kinds[number % len(kinds)]
            values.append(
                {
                    "case_file_id": case.id,
                    "participation_id": own[case].id if case in own else False,
                    "date": min(day, self.today),
                    "minutes": 15 + number % 50,
                    "kind": kind,
                    "partner_id": self.municipality.id if kind == "network" else False,
                    "text": TEXT,
                }
            )
        self.env["justiq.case.note"].create(values)

    def _satellites(self):
        """What else hangs on a file; one of a kind each."""
        opened = {case: case.date_opened for case in self.files}
        self.env["justiq.case.contact"].create(
            [{"case_file_id": case.id, "role": "mother", "name": "Berta Beispiel"} for case in opened]
        )
        self.env["justiq.consent"].create([{"case_file_id": case.id, "date": day} for case, day in opened.items()])
        self.env["justiq.case.goal"].create(
            [{"case_file_id": case.id, "name": "I want to finish school.", "date": day} for case, day in opened.items()]
        )
        for case in islice(opened, 60):
            case.activity_schedule(
                "mail.mail_activity_data_todo", self.today, user_id=case.key_worker_id.user_id.id, summary="Call"
            )
