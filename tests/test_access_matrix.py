import logging
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import yaml

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import file_path, mute_logger

from .common import ROLES, JustiqCommon

_logger = logging.getLogger(__name__)

MATRIX = yaml.safe_load(Path(file_path("justiq/tests/access_matrix.yaml")).read_text(encoding="utf-8"))
OPERATIONS = {"c": "create", "r": "read", "u": "write", "d": "unlink"}

# Rows of the matrix whose models come with a later issue. When a model comes, the
# test asks to remove it here, so that its row is tested from that moment on.
COME_WITH_A_LATER_ISSUE = set()

# Records of case files: "own" and "company" are the file of the user, and the file
# of a colleague. Other records with a company: "company". All: "foreign" is the
# other provider's. Records without a company have no limit: "any".
CASE_MODELS = {
    "justiq.attendance",
    "justiq.case.access",
    "justiq.case.assessment",
    "justiq.case.assessment.line",
    "justiq.case.closing",
    "justiq.case.contact",
    "justiq.case.denial",
    "justiq.case.disclosure",
    "justiq.case.duplicate",
    "justiq.case.file",
    "justiq.case.goal",
    "justiq.case.handover",
    "justiq.case.key.worker",
    "justiq.case.measure",
    "justiq.case.merge",
    "justiq.case.note",
    "justiq.case.note.reader",
    "justiq.case.plan",
    "justiq.case.referral",
    "justiq.child.protection",
    "justiq.child.protection.step",
    "justiq.consent",
    "justiq.enrolment",
    "justiq.outreach.alias",
    "justiq.outreach.contact",
    "justiq.participation",
    "justiq.participation.report",
}
# Figures that are read from the records of another model, under the same ids.
VIEW_OF = {
    "justiq.participation.report": "justiq.participation",
    "justiq.retention.file": "justiq.case.file",
    "justiq.retention.alias": "justiq.outreach.alias",
}


class AccessCommon(JustiqCommon):
    """Two providers; the user under test is key worker of one case file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign_company = cls.env["res.company"].create({"name": "Foreign Provider"})
        cls.foreign_grant = cls._create_grant(name="Foreign grant", company_id=cls.foreign_company.id)
        # Nobody under test leads a micro-project: rosters have tests of their own.
        cls.colleague = cls._create_employee("Conny Colleague")
        cls.stranger = cls._create_employee("Steve Stranger", company_id=cls.foreign_company.id)
        cls.me = cls._create_employee("Mary Myself")
        cls.reader = new_test_user(cls.env, login="test_reader", groups="justiq.group_team_lead")
        company = {"company": cls.company, "grant": cls.grant}
        foreign = {"company": cls.foreign_company, "grant": cls.foreign_grant}
        cls.worlds = {
            "own": cls._create_world(key_worker=cls.me, **company),
            "company": cls._create_world(key_worker=cls.colleague, **company),
            "foreign": cls._create_world(key_worker=cls.stranger, **foreign),
        }
        cls.worlds["any"] = cls.worlds["company"]
        cls.place = {"quartier_id": cls.quartier.id, "kind_id": cls.kind.id}
        cls.last_number = 0

    def setUp(self):
        super().setUp()
        self.tried_cases = 0
        self.addCleanup(self._log_cases)

    def _log_cases(self):
        if self.tried_cases:
            _logger.info("%s: %s cases", self._testMethodName, self.tried_cases)

    def _without_own_questions(self, world):
        """The provider, which may have one sheet only, without the one that another test has left."""
        self.env["justiq.own.questions"].search([("company_id", "=", world.company.id)]).unlink()
        return world.company

    def _without_target(self, world, code):
        """The grant without the line of a Baustein, which there is only once."""
        lines = world.grant.sudo().baustein_target_ids
        lines.filtered(lambda line: line.baustein_id == self.bausteine[code]).unlink()
        return world.grant

    @classmethod
    def number(cls):
        """A number that no other record has."""
        cls.last_number += 1
        return cls.last_number

    @classmethod
    def _create_world(cls, company, grant, key_worker):
        """What new records of a provider hang on."""
        lead = cls.stranger if company == cls.foreign_company else cls.colleague
        project = cls._create_project(grant_id=grant.id, lead_id=lead.id)
        session = cls._create_session(project)
        return SimpleNamespace(company=company, grant=grant, key_worker=key_worker, project=project, session=session)

    @classmethod
    def _new_case(cls, world):
        return cls._create_case(world.key_worker, company_id=world.company.id)

    @classmethod
    def _new_entrusted_note(cls, world):
        """An entry that was entrusted to the key worker, where she is a user."""
        author = world.key_worker.user_id or cls.env.user
        case = cls._new_case(world)
        note = cls._note_model(author).sudo().create({"case_file_id": case.id, "text": "Secret.", "is_entrusted": True})
        return note.with_env(cls.env)

    @classmethod
    def _new_enrolment(cls, world):
        return cls._enrol(cls._new_case(world), grant_id=world.grant.id)

    @classmethod
    def _new_participation(cls, world):
        return cls._participate(world.project, enrolment=cls._new_enrolment(world))

    @classmethod
    def _new_settled_project(cls, world):
        """A micro-project on which the rule engine has nothing to do any more."""
        project = cls._create_project(grant_id=world.grant.id, lead_id=world.project.lead_id.id)
        cls.env.flush_all()
        return project

    @classmethod
    def _set_employee(cls, user):
        """Let the user be the key worker of the own case files."""
        # First whoever gives the user up: an employee has one of her own.
        cls.env.flush_all()
        cls.me.user_id = user

    def _relations(self, model):
        if model in CASE_MODELS:
            return ("own", "company", "foreign")
        return ("company", "foreign") if "company_id" in self.env[model]._fields else ("any",)

    def _is_allowed(self, permission, letter, relation):
        letters, *limits = permission.split()
        reach = {"own"} if "own" in limits else {"own", "company"} if "company" in limits else {"any"}
        return letter in letters and relation in reach

    def _new_record(self, model, relation):
        source = self.env[VIEW_OF.get(model, model)].create(NEW[model](self, self.worlds[relation]))
        return self.env[model].browse(source.id)

    @contextmanager
    def _tried(self):
        """Whatever happens in the block has not happened."""
        try:
            with self.env.cr.savepoint():
                yield
                self.env.flush_all()
                raise NothingHappened
        except NothingHappened:  # pylint: disable=except-pass
            pass
        finally:
            self.env.invalidate_all()


class NothingHappened(Exception):
    pass


# A new record of each model, made of what hangs on a provider or a key worker.
NEW = {
    "justiq.programme": lambda test, world: {
        "name": "Another programme",
        "code": f"TEST-{test.number()}",
        "date_start": date(2020, 1, 1),
        "date_end": date(2022, 12, 31),
    },
    "justiq.programme.funder": lambda test, world: {"programme_id": test.programme.id, "name": "Another funder"},
    "justiq.programme.wording": lambda test, world: {"programme_id": test.programme.id, "text": "Another wording"},
    "justiq.baustein": lambda test, world: {
        "programme_id": test.programme.id,
        "number": 100 + test.number(),
        "code": f"B{test.number()}",
        "name": "Another Baustein",
    },
    "justiq.requirement": lambda test, world: {
        "programme_id": test.programme.id,
        "code": f"R{test.number()}",
        "name": "Another rule",
    },
    "justiq.question": lambda test, world: {
        "programme_id": test.programme.copy({"code": f"TEST-{test.number()}", "question_ids": False}).id,
        "code": "entry_employment",
    },
    "justiq.indicator.set": lambda test, world: {"name": f"Indicators {test.number()}"},
    "justiq.indicator": lambda test, world: {
        "set_id": test.env.ref("justiq.indicators_esf_plus").id,
        "code": f"I{test.number()}",
        "name": "Another indicator",
    },
    "justiq.quartier": lambda test, world: {"name": f"Quartier {test.number()}"},
    "justiq.grant": lambda test, world: {
        "name": "Another grant",
        "programme_id": test.programme.id,
        "company_id": world.company.id,
        "date_start": date(2020, 1, 1),
        "date_end": date(2020, 12, 31),
    },
    # The server makes the lines: here of a grant that has lost one.
    "justiq.grant.baustein": lambda test, world: {
        "grant_id": test._without_target(world, "CM").id,
        "baustein_id": test.bausteine["CM"].id,
    },
    "justiq.funding.year": lambda test, world: {
        "grant_id": test._create_grant(company_id=world.company.id).id,
        "date_start": date(2020, 7, 1),
        "date_end": date(2020, 12, 31),
    },
    "justiq.budget.line": lambda test, world: {
        "funding_year_id": test._year(2020, world.grant).id,
        "baustein_id": test.bausteine["CM"].id,
        "cost_category_id": test.category.id,
        "planned_amount": 100.0,
    },
    "justiq.financing.line": lambda test, world: {
        "funding_year_id": test._year(2020, world.grant).id,
        "source": "municipality_cash",
        "planned_amount": 100.0,
    },
    "justiq.financing.receipt": lambda test, world: {
        "financing_line_id": test._create_financing_line(test._year(2020, world.grant), "third_party", 10.0).id,
        "date": date(2020, 3, 1),
        "payer": "Football club",
        "amount": 10.0,
    },
    "justiq.fund.call": lambda test, world: {
        "grant_id": world.grant.id,
        "date_start": date(2020, 3, 1),
        "extra_amount": 100.0,
    },
    "justiq.publicity": lambda test, world: {
        "grant_id": world.grant.id,
        "date": date(2020, 3, 1),
        "kind": "poster",
        "name": "Poster at the meeting point",
    },
    "justiq.funder.report": lambda test, world: {"kind": "vouchers", "grant_id": world.grant.id},
    "justiq.flat.rate": lambda test, world: {
        "grant_id": test._create_grant(company_id=world.company.id).id,
        "cost_category_id": test.env.ref("justiq.cost_flat_rate").id,
        "rate": 22.0,
        "base_category_ids": [Command.set(test.env.ref("justiq.cost_staff").ids)],
    },
    "justiq.plan.version": lambda test, world: {
        "funding_year_id": test._year(2020, world.grant).id,
        "number": test.number(),
        "approved_at": datetime(2020, 2, 1),
        "user_id": test.env.uid,
        "figures": {"spending": [], "income": []},
    },
    "justiq.finding": lambda test, world: {
        "requirement_id": test.env.ref("justiq.phase2_s4").id,
        "res_model": "justiq.micro.project",
        "res_id": test._new_settled_project(world).id,
        "grant_id": world.grant.id,
        "message": "Two participants are planned.",
    },
    "justiq.micro.project": lambda test, world: {"name": "Another project", "grant_id": world.grant.id, **test.place},
    "justiq.micro.project.kind": lambda test, world: {"name": "Another kind"},
    "justiq.micro.project.purpose": lambda test, world: {"name": "Another purpose"},
    "justiq.micro.project.competence": lambda test, world: {"name": "Another competence"},
    "justiq.micro.project.value": lambda test, world: {"name": "Another value"},
    "justiq.micro.project.staff": lambda test, world: {
        "micro_project_id": world.project.id,
        "partner_id": test.municipality.id,
        "role": "Artist",
        "reason": "Paints with the young people.",
    },
    "justiq.cost.category": lambda test, world: {"name": "Another cost category"},
    "justiq.cooperation": lambda test, world: {
        "grant_id": world.grant.id,
        "partner_id": test.municipality.id,
        "kind": "civil_society",
        "date": date(2020, 2, 1),
    },
    "justiq.session": lambda test, world: {
        "micro_project_id": world.project.id,
        "date_start": datetime(2020, 3, 11, 14),
        "date_end": datetime(2020, 3, 11, 16),
    },
    "justiq.case.file": lambda test, world: {
        "first_name": "Ayla",
        "last_name": "Beispiel",
        "birth_date": date(2004, 2, 29),
        "company_id": world.company.id,
        "key_worker_id": world.key_worker.id,
    },
    "justiq.case.note": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "date": date(2020, 2, 3),
        "minutes": 30,
        "kind": "network",
        "partner_id": test.municipality.id,
        "text": "Spoke about the next step.",
    },
    "justiq.case.note.reader": lambda test, world: {
        "note_id": test._new_entrusted_note(world).id,
        "user_id": test.reader.id,
        "basis": "consent",
    },
    "justiq.case.denial": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "user_id": test.reader.id,
        "reason": "Her nephew",
    },
    "justiq.child.protection": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "date": date(2020, 2, 3),
        "signs": "Bruises on both arms.",
    },
    "justiq.child.protection.step": lambda test, world: {
        "protection_id": test._create_protection(test._new_case(world)).id,
        "kind": "help",
        "due_date": date(2020, 2, 10),
    },
    "justiq.access.log": lambda test, world: {
        "user_id": test.env.uid,
        "company_id": world.company.id,
        "path": "form",
        "file_count": 1,
        "file_references": "F-1",
        "model_names": "justiq.case.file",
    },
    "justiq.role.change": lambda test, world: {
        "user_id": test.env.uid,
        "holder_id": test.env.uid,
        "company_id": world.company.id,
        "change": "given",
        "role": "group_team_lead",
    },
    "justiq.case.contact": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "role": "mother",
        "name": "Berta Beispiel",
    },
    "justiq.case.duplicate": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "other_id": test._create_case(world.key_worker, first_name="Xaver", company_id=world.company.id).id,
        "company_id": world.company.id,
        "likeness": "name_birth",
    },
    "justiq.case.closing": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "date": date(2020, 12, 31),
        "reason": "goals_reached",
        "outcome": "training",
    },
    "justiq.consent": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "purpose": "photos",
        "date": date(2020, 2, 3),
    },
    "justiq.consent.form": lambda test, world: {
        "programme_id": test.programme.id,
        "purpose": "photos",
        "version": f"T{test.number()}",
        "text": "May we take photos?",
    },
    "justiq.case.merge": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "merged_file_id": test._new_case(world).id,
        "reason": "The same identity card.",
    },
    "justiq.assessment.domain": lambda test, world: {"programme_id": test.programme.id, "name": "Another domain"},
    "justiq.case.assessment": lambda test, world: {
        "case_file_id": test._new_enrolment(world).case_file_id.id,
        "date": date(2020, 2, 3),
    },
    # The server makes the lines; a domain that comes later may still be added to an assessment in progress.
    "justiq.case.assessment.line": lambda test, world: {
        "assessment_id": test._create_assessment(test._new_enrolment(world)).id,
        "domain_id": test.env["justiq.assessment.domain"].create(NEW["justiq.assessment.domain"](test, world)).id,
    },
    "justiq.case.goal": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "name": "I want to finish school.",
    },
    "justiq.case.measure": lambda test, world: {
        "goal_id": test._create_goal(test._new_case(world)).id,
        "name": "Call the school",
    },
    "justiq.case.plan": lambda test, world: {"case_file_id": test._new_enrolment(world).case_file_id.id},
    "justiq.case.referral": lambda test, world: {
        "case_file_id": test._new_enrolment(world).case_file_id.id,
        "partner_id": test.municipality.id,
        "offer": "Advice on debts",
    },
    "justiq.case.key.worker": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "employee_id": world.key_worker.id,
        "date_from": datetime(2020, 1, 1),
        "date_to": datetime(2020, 6, 30),
        "reason": "Before the file was kept here",
    },
    "justiq.case.handover": lambda test, world: {
        "company_id": world.company.id,
        "from_id": world.key_worker.id,
        "to_id": test._create_employee("Sue Successor", company_id=world.company.id).id,
        "case_file_ids": [Command.set(test._new_case(world).ids)],
        "note": "Change of the team.",
    },
    "justiq.case.access": lambda test, world: {
        "company_id": world.company.id,
        "kind": "file",
        "employee_id": test._create_employee("Sue Substitute", company_id=world.company.id).id,
        "case_file_id": test._new_case(world).id,
        "reason": "Holiday",
        "date_end": fields.Date.today() + timedelta(days=14),
    },
    "justiq.enrolment": lambda test, world: {
        "case_file_id": test._new_case(world).id,
        "grant_id": world.grant.id,
        "date_entry": date(2020, 2, 1),
    },
    "justiq.own.questions": lambda test, world: {"company_id": test._without_own_questions(world).id},
    "justiq.participation": lambda test, world: {
        "enrolment_id": test._new_enrolment(world).id,
        "baustein_id": test.bausteine["MP"].id,
        "micro_project_id": world.project.id,
        "date_start": date(2020, 3, 1),
    },
    "justiq.participation.report": lambda test, world: NEW["justiq.participation"](test, world),
    "justiq.outreach.alias": lambda test, world: {
        "name": "The one with the red cap",
        "grant_id": world.grant.id,
        "key_worker_id": world.key_worker.id,
    },
    "justiq.outreach.contact": lambda test, world: {
        "grant_id": world.grant.id,
        "baustein_id": test.bausteine["ASJ"].id,
        "worker_id": world.key_worker.id,
        "date": date(2020, 2, 3),
        "alias_id": test._create_alias(grant_id=world.grant.id, key_worker_id=world.key_worker.id).id,
    },
    "justiq.reconciliation": lambda test, world: {"grant_id": world.grant.id},
    "justiq.reconciliation.line": lambda test, world: {
        "reconciliation_id": test.env["justiq.reconciliation"].create({"grant_id": world.grant.id}).id,
        "kind": "missing_there",
        "detail": "Still to be transferred",
    },
    "justiq.attendance": lambda test, world: {
        "session_id": world.session.id,
        "participation_id": test._new_participation(world).id,
        "state": "present",
    },
    "justiq.case.disclosure": lambda test, world: {"case_file_id": test._new_case(world).id},
    "justiq.retention.rule": lambda test, world: {"programme_id": test.programme.id, "years": 10},
    "justiq.retention.file": lambda test, world: NEW["justiq.case.file"](test, world),
    "justiq.retention.alias": lambda test, world: NEW["justiq.outreach.alias"](test, world),
    "justiq.retention.decision": lambda test, world: {
        "company_id": world.company.id,
        "case_file_id": test._new_case(world).id,
        "reason": "Audit of the granting authority",
    },
    "justiq.retention.run": lambda test, world: {"company_id": world.company.id},
    "justiq.retention.run.line": lambda test, world: {
        "run_id": test.env["justiq.retention.run"].create({"company_id": world.company.id}).id,
        "case_file_id": test._new_case(world).id,
        "reference": f"FA-{test.number()}",
    },
}

# What somebody changes who may write; where nothing is said, the name.
CHANGE = {
    "justiq.programme.wording": {"text": "Another wording"},
    "justiq.access.log": {"path": "list"},
    "justiq.attendance": {"state": "excused"},
    "justiq.case.closing": {"note": "Started an apprenticeship."},
    "justiq.case.assessment": {"summary": "Much has changed."},
    "justiq.case.assessment.line": {"score": 3},
    "justiq.case.contact": {"phone": "069 5550100"},
    "justiq.child.protection": {"noticed_by": "The teacher"},
    "justiq.child.protection.step": {"with_whom": "The team"},
    "justiq.case.denial": {"end_reason": "Set by mistake."},
    "justiq.case.duplicate": {"dismissal": "Twins."},
    "justiq.case.file": {"city": "Musterstadt"},
    "justiq.case.merge": {"reason": "Another reason."},
    "justiq.case.access": {"reason": "A training course"},
    "justiq.case.handover": {"answer": "With pleasure."},
    "justiq.case.key.worker": {"reason": "Another reason"},
    "justiq.case.note": {"is_released": True},
    "justiq.case.note.reader": {"basis": "risk"},
    "justiq.consent": {"valid_until": date(2021, 12, 31)},
    "justiq.consent.form": {"text": "May we take a photo of you?"},
    "justiq.case.plan": {"remark": "The mother wants to be asked."},
    "justiq.case.referral": {"offer": "Advice on rent"},
    "justiq.cooperation": {"agreement": "One morning a week."},
    "justiq.enrolment": {"date_exit": date(2020, 12, 31)},
    "justiq.financing.line": {"received_amount": 50.0},
    "justiq.flat.rate": {"rate": 26.0},
    "justiq.financing.receipt": {"payer": "Citizens' foundation"},
    "justiq.fund.call": {"extra_amount": 50.0},
    "justiq.funder.report": {"remark": "Second half of the year."},
    "justiq.finding": {"justification": "The others come from the next street."},
    "justiq.grant.baustein": {"target_persons": 20},
    "justiq.funding.year": {"date_end": date(2020, 12, 31)},
    "justiq.micro.project.staff": {"role": "Town planner"},
    "justiq.plan.version": {"reason": "Another reason"},
    "justiq.own.questions": {"definition": [{"name": "shoe_size", "string": "Shoe size", "type": "integer"}]},
    "justiq.participation": {"date_end": date(2020, 6, 30)},
    "justiq.question": {"is_mandatory": True},
    "justiq.indicator.set": {"has_non_binary": True},
    "justiq.indicator": {"criteria": "[('age_at_entry', '>', 20)]"},
    "justiq.outreach.contact": {"minutes": 45},
    "justiq.reconciliation.line": {"detail": "Something else"},
    "justiq.participation.report": {"hours": 9.0},
    "justiq.reconciliation": {"date": date(2020, 6, 30)},
    "justiq.role.change": {"change": "taken"},
    "justiq.case.disclosure": {"requested_by": "guardian"},
    "justiq.retention.rule": {"years": 12},
    "justiq.retention.file": {"reference": "Another one"},
    "justiq.retention.alias": {"reference": "Another one"},
    "justiq.retention.decision": {"end_reason": "The audit is over."},
    "justiq.retention.run": {"remark": "Two files of 2015."},
    "justiq.retention.run.line": {"state": "left"},
    "justiq.session": {"topic": "Sketches"},
}


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccessCommon):
    """`access_matrix.yaml`, cell by cell: what it allows succeeds, all else is refused."""

    # ------------------------------------------------------------
    # Which rows there are
    # ------------------------------------------------------------

    def _stored_models(self):
        return {
            name
            for name, model in self.registry.items()
            # A view of other models has no records of its own; its test is where it is.
            if name.startswith("justiq.") and model._auto and not model._abstract and not model._transient
        }

    def test_every_model_has_a_row(self):
        self.assertFalse(self._stored_models() - MATRIX["models"].keys(), "add them to tests/access_matrix.yaml")

    def test_every_row_is_tested_or_comes_later(self):
        tested = self._stored_models() | VIEW_OF.keys()
        self.assertEqual(MATRIX["models"].keys() - tested, COME_WITH_A_LATER_ISSUE)
        self.assertEqual(tested - NEW.keys(), set(), "tell in NEW how such a record is made")

    def test_every_group_of_the_matrix_exists(self):
        self.assertEqual({f"group_{role}" for role in ROLES}, set(MATRIX["groups"]))
        for group, implied in MATRIX["implied"].items():
            self.assertIn(self.env.ref(f"justiq.{implied}"), self.env.ref(f"justiq.{group}").implied_ids)

    def test_no_access_is_given_to_everybody(self):
        access = self.env["ir.model.access"].search([("model_id.model", "=like", "justiq.%")])
        self.assertTrue(access)
        self.assertFalse(access.filtered(lambda line: not line.group_id))

    # ------------------------------------------------------------
    # Cell by cell
    # ------------------------------------------------------------

    def test_case_worker(self):
        self._test_role("case_worker")

    def test_team_lead(self):
        self._test_role("team_lead")

    def test_coordinator(self):
        self._test_role("coordinator")

    def test_finance(self):
        self._test_role("finance")

    def test_auditor(self):
        self._test_role("auditor")

    def test_privacy_officer(self):
        self._test_role("privacy_officer")

    def test_manager(self):
        self._test_role("manager")

    def _test_role(self, role):
        self.case_worker.user_id = False
        self.team_lead.user_id = False
        self._set_employee(self.users[role])
        for model in sorted(NEW):
            self._test_model(self.users[role], model, MATRIX["models"][model][f"group_{role}"])

    def test_users_without_a_role_have_nothing(self):
        for groups in ("base.group_user", "base.group_system", "base.group_portal", "base.group_public"):
            user = new_test_user(self.env, login=f"test_{groups}", groups=groups)
            if user._is_internal():
                self._set_employee(user)
            for model in sorted(NEW):
                self._test_model(user, model, "-")

    def test_users_without_a_role_have_no_wizards(self):
        user = new_test_user(self.env, login="test_internal", groups="base.group_user,base.group_system")
        for name, model in self.registry.items():
            if name.startswith("justiq.") and not model._abstract:
                for operation in OPERATIONS.values():
                    with self.subTest(model=name, operation=operation):
                        self.assertFalse(self.env[name].with_user(user).has_access(operation))

    # ------------------------------------------------------------
    # One cell
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models.unlink")
    def _test_model(self, user, model, permission):
        for relation in self._relations(model):
            with self.env.cr.savepoint() as savepoint:
                record = self._new_record(model, relation)
                self.env.flush_all()
                for letter, operation in OPERATIONS.items():
                    allowed = self._is_allowed(permission, letter, relation)
                    with self.subTest(user=user.name, model=model, operation=operation, relation=relation):
                        self._test_cell(user, record, operation, relation, allowed)
                    self.tried_cases += 1
                savepoint.rollback()
            self.env.invalidate_all()

    def _test_cell(self, user, record, operation, relation, allowed):
        as_user = record.with_user(user).with_context(allowed_company_ids=self.company.ids)
        if operation == "create":
            # The access list; the record rules are asked by creating.
            self.assertTrue(not allowed or as_user.browse().has_access("create"))
        else:
            self.assertEqual(as_user.has_access(operation), allowed)
        if operation == "read":
            self.assertEqual(self._found(as_user), record if allowed else record.browse())
        with self._tried():
            # Making the values may remove what would be in the way of a new record.
            values = NEW[record._name](self, self.worlds[relation]) if operation == "create" else None
            if allowed:
                self._do(operation, as_user, values)
            else:
                with self.assertRaises(AccessError):
                    self._do(operation, as_user, values)

    def _found(self, record):
        try:
            return record.with_context(active_test=False).search([("id", "=", record.id)])
        except AccessError:
            return record.browse()

    def _do(self, operation, record, values):
        if operation == "create":
            return record.create(values)
        if operation == "read":
            return record.read()  # all fields that the user may see, so none of them trips
        if operation == "write":
            return record.write(CHANGE.get(record._name, {"name": "Another name"}))
        return record.unlink()


@tagged("post_install", "-at_install")
class TestRosterAccess(AccessCommon):
    """Who leads or staffs a micro-project has its roster, and nothing else of the files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.participation = cls._new_participation(cls.worlds["company"])
        cls.project = cls.participation.micro_project_id
        cls.attendance = cls.env["justiq.attendance"].create(
            {"session_id": cls.worlds["company"].session.id, "participation_id": cls.participation.id}
        )
        cls.roster = (cls.participation, cls.attendance)

    def _lead(self):
        self.project.lead_id = self.case_worker

    def _staff(self):
        self.project.staff_ids = [
            Command.create({"employee_id": self.case_worker.id, "role": "Coach", "reason": "Knows the young people."})
        ]

    def test_without_a_task_in_the_project_there_is_no_roster(self):
        for record in self.roster:
            self.assertFalse(record.with_user(self.user).has_access("read"))
            self.assertFalse(record.with_user(self.user).search([("id", "=", record.id)]))

    def test_lead_and_staff_read_and_write_the_roster(self):
        for become in (self._lead, self._staff):
            with self.subTest(become.__name__), self._tried():
                become()
                participation, attendance = (record.with_user(self.user) for record in self.roster)
                self.assertEqual(participation.search([("id", "=", participation.id)]), participation)
                self.assertEqual(attendance.search([("id", "=", attendance.id)]), attendance)
                attendance.state = "present"
                participation.date_end = date(2020, 6, 30)
                self.assertEqual(participation.read(["attended_count"])[0]["attended_count"], 1)

    def test_lead_and_staff_see_the_names_of_the_roster(self):
        for become in (self._lead, self._staff):
            with self.subTest(become.__name__), self._tried():
                become()
                for record in self.roster:
                    self.assertEqual(record.with_user(self.user).participant_name, "Muster, Mia")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_lead_and_staff_see_nothing_else_of_the_files(self):
        case, enrolment = self.participation.case_file_id, self.participation.enrolment_id
        for become in (self._lead, self._staff):
            for record, operation in product((case, enrolment), ("read", "write", "unlink")):
                with self.subTest(become.__name__, model=record._name, operation=operation), self._tried():
                    become()
                    as_user = record.with_user(self.user)
                    self.assertFalse(as_user.has_access(operation))
                    self.assertFalse(as_user.search([("id", "=", record.id)]))
                    with self.assertRaises(AccessError):
                        as_user.read()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_lead_and_staff_neither_enrol_nor_remove_others(self):
        other = self._new_enrolment(self.worlds["company"])
        self._lead()
        with self._tried(), self.assertRaises(AccessError):
            self._participate(self.project, enrolment=other).with_user(self.user).unlink()
        with self._tried(), self.assertRaises(AccessError):
            self.participation.with_user(self.user).create(
                {
                    "enrolment_id": other.id,
                    "baustein_id": self.bausteine["MP"].id,
                    "micro_project_id": self.project.id,
                    "date_start": date(2020, 3, 1),
                }
            )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_lead_cannot_learn_a_name_by_pointing_the_roster_to_another_file(self):
        other = self._new_enrolment(self.worlds["company"])
        self._lead()
        with self._tried(), self.assertRaises(UserError):
            self.participation.with_user(self.user).enrolment_id = other

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_key_worker_cannot_move_an_enrolment_into_a_file_of_a_colleague(self):
        own = self._enrol(self._create_case(self.case_worker))
        colleagues = self._new_case(self.worlds["company"])
        with self._tried(), self.assertRaises(UserError):
            own.with_user(self.user).case_file_id = colleagues

    def test_roster_of_another_project_stays_closed(self):
        other = self._create_project(lead_id=self.colleague.id, name="Another project")
        participation = self._participate(other, enrolment=self._new_enrolment(self.worlds["company"]))
        self._lead()
        self.assertFalse(participation.with_user(self.user).has_access("read"))
