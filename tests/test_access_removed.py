import logging
from collections import defaultdict
from itertools import product
from unittest.mock import patch

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ROLES
from .test_access_matrix import MATRIX, NEW, OPERATIONS, AccessCommon

_logger = logging.getLogger(__name__)

SEVERAL_ROLES = (
    ("case_worker", "coordinator"),
    ("case_worker", "auditor"),
    ("case_worker", "privacy_officer"),
    ("case_worker", "finance"),
    ("team_lead", "privacy_officer"),
)
OWN_DIALOG = "[('create_uid', '=', user.id)]"
# A team lead has what a case worker has: her lines of the access list repeat it, so that each role reads by itself.
REPEATED = {"team_lead": "case_worker"}


class RemovedCommon(AccessCommon):
    """What the roles may do now, as values that change if something of the protection is taken away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case_worker.user_id = cls.team_lead.user_id = False
        cls._set_employee(cls.users["case_worker"])
        # Rules of groups widen each other: who holds two roles must not lose what the second one reads.
        cls.holders = dict(cls.users)
        for roles in SEVERAL_ROLES:
            cls.holders[roles] = new_test_user(
                cls.env,
                login="_".join(roles),
                groups=",".join(f"justiq.group_{role}" for role in roles),
                company_id=cls.company.id,
            )
        # What narrows or widens the access of some records only.
        cls.special = {
            "justiq.finding": cls._finding_about_a_file,
            "justiq.outreach.contact": lambda world: cls._create_outreach(
                grant_id=world.grant.id, worker_id=world.key_worker.id
            ),
            "justiq.case.file": cls._anonymised_file,
            "justiq.case.note": lambda world: cls._create_note(cls._new_case(world), is_entrusted=True),
            "justiq.case.access": cls._substitution,
            "justiq.participation": cls._participation_of_the_roster,
            "justiq.attendance": cls._attendance_of_the_roster,
        }
        # What hangs on a file that is locked for everybody who has a role.
        cls.locked = {
            "justiq.case.file": lambda case: case,
            "justiq.case.access": lambda case: cls._like_new("justiq.case.access", case, kind="file"),
            "justiq.retention.decision": lambda case: cls._like_new("justiq.retention.decision", case),
            "justiq.retention.run.line": lambda case: cls._like_new("justiq.retention.run.line", case),
            "justiq.outreach.alias": lambda case: cls._alias_of(case),
            "justiq.outreach.contact": lambda case: cls._alias_of(case).contact_ids,
            "justiq.case.handover": lambda case: cls.env["justiq.case.handover"].create(
                {
                    "from_id": case.key_worker_id.id,
                    "to_id": cls._create_employee("Another Colleague").id,
                    "case_file_ids": case.ids,
                    "note": "Holiday",
                }
            ),
        }

    @classmethod
    def _finding_about_a_file(cls, world):
        cls._new_settled_project(world)
        case = cls._new_case(world)
        return cls.env["justiq.finding"].create(
            {
                "requirement_id": cls.env.ref("justiq.phase2_s31").id,
                "res_model": "justiq.case.file",
                "res_id": case.id,
                "grant_id": world.grant.id,
                "message": "No section is filled in.",
            }
        )

    @classmethod
    def _anonymised_file(cls, world):
        case = cls._new_case(cls.worlds["own"])
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE justiq_case_file SET state = 'anonymised' WHERE id = %s", [case.id])
        case.invalidate_recordset()
        return case

    @classmethod
    def _alias_of(cls, case):
        """An alias that has become the file."""
        world = cls.worlds["company"]
        alias = cls._create_alias(grant_id=world.grant.id, key_worker_id=case.key_worker_id.id)
        contact = cls._create_outreach(alias, grant_id=world.grant.id, worker_id=case.key_worker_id.id)
        cls._create_note(case, outreach_contact_id=contact.id)
        return alias

    @classmethod
    def _like_new(cls, model, case, **values):
        values = NEW[model](cls, cls.worlds["company"]) | values
        return cls.env[model].create({**values, "case_file_id": case.id})

    def _locked_file(self):
        case = self._new_case(self.worlds["company"])
        for user in self.holders.values():
            self.env["justiq.case.denial"].create(
                {"case_file_id": case.id, "user_id": user.id, "reason": "A relative of hers."}
            )
        return case

    @classmethod
    def _substitution(cls, world):
        """For all files of somebody absent, so that no single file tells who may see it."""
        values = NEW["justiq.case.access"](cls, world)
        return cls.env["justiq.case.access"].create(
            {**values, "kind": "absence", "absent_id": world.key_worker.id, "case_file_id": False}
        )

    @classmethod
    def _participation_of_the_roster(cls, world):
        project = cls._create_project(grant_id=world.grant.id, lead_id=cls.me.id)
        return cls._participate(project, enrolment=cls._new_enrolment(world))

    @classmethod
    def _attendance_of_the_roster(cls, world):
        participation = cls._participation_of_the_roster(world)
        session = cls._create_session(participation.micro_project_id)
        return cls.env["justiq.attendance"].create({"session_id": session.id, "participation_id": participation.id})

    def setUp(self):
        super().setUp()
        self.records = {}

    def _records_of(self, model):
        """A record of each relation, made once."""
        if model not in self.records:
            records = {relation: self._new_record(model, relation) for relation in self._relations(model)}
            if model in self.special:
                records["special"] = self.special[model](self.worlds["company"])
            if model in self.locked:
                records["locked"] = self.locked[model](self._locked_file())
            self.env.flush_all()
            self.records[model] = records
        return self.records[model]

    def _as(self, role, record):
        return record.with_user(self.holders[role]).with_context(
            allowed_company_ids=self.company.ids, active_test=False
        )

    def _cells(self, model):
        """Whether each role may do with each record what the access list lets it do at all."""
        self.env.invalidate_all()
        cells = {}
        for role, (relation, record) in product(self.holders, self._records_of(model).items()):
            as_role = self._as(role, record)
            for letter, operation in OPERATIONS.items():
                if as_role.browse().has_access(operation):
                    cells[role, relation, letter] = as_role.has_access(operation)
            if as_role.browse().has_access("read"):
                cells[role, relation, "search"] = bool(as_role.search_count([("id", "=", record.id)]))
        return cells

    def _found(self, model):
        """Of a model without a row in the matrix: what each role finds."""
        self.env.invalidate_all()
        records = self.env[model].sudo().with_context(active_test=False).search([])
        found = {}
        for role, operation in product(self.holders, ("read", "write", "unlink")):
            as_role = self._as(role, records)
            if as_role.browse().has_access(operation):
                found[role, operation] = as_role._filtered_access(operation).ids
                found[role, "search"] = as_role.search([]).ids
        return found


@tagged("post_install", "-at_install", "security")
class TestRemoved(RemovedCommon):
    """Each rule, line of the access list and group of a field is needed: without it the matrix does not hold."""

    @classmethod
    def _of_module(cls, model):
        """Records of the module, by external name."""
        data = cls.env["ir.model.data"].search([("module", "=", "justiq"), ("model", "=", model)])
        return {one.name: cls.env[model].browse(one.res_id) for one in data}

    # ------------------------------------------------------------
    # Record rules
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_without_any_of_the_record_rules_the_matrix_does_not_hold(self):
        self._records_of("justiq.own.questions")  # before the first enrolment refers to it
        self._fill_views()
        rules = defaultdict(dict)
        for name, rule in self._of_module("ir.rule").items():
            rules[rule.model_id.model][name] = rule
        for model in sorted(rules):
            if self.env[model]._transient:
                continue
            probe = self._cells if model in NEW else self._found
            before = probe(model)
            if model in NEW:
                self._test_matrix(model, before)
            for name, rule in rules[model].items():
                with self.subTest(rule=name), self._tried():
                    rule.unlink()
                    self.assertNotEqual(probe(model), before, "nothing shows that this rule is needed")
                self.env.registry.clear_cache()
                self.tried_cases += 1

    def _test_matrix(self, model, cells):
        """What was measured is what the matrix says, so a difference to it is one to the matrix."""
        for (role, relation, letter), allowed in cells.items():
            if relation in ("special", "locked") or role not in ROLES or (relation == "own" and role != "case_worker"):
                continue
            permission = MATRIX["models"][model][f"group_{role}"]
            letter = "r" if letter == "search" else letter
            with self.subTest(role=role, model=model, relation=relation, letter=letter):
                self.assertEqual(allowed, self._is_allowed(permission, letter, relation))

    def _fill_views(self):
        """Something for the views, and for the models of Odoo that have rules of ours."""
        for world in (self.worlds["own"], self.worlds["company"], self.worlds["foreign"]):
            enrolment = self._new_enrolment(world)
            participation = self._participate(code="CM", enrolment=enrolment)
            self._create_note(enrolment.case_file_id, participation_id=participation.id)
            account = self._account(self.bausteine["CM"], world.grant)
            self._create_voucher(account)
            self._create_appointment(enrolment.case_file_id)
        self.env["account.analytic.line"].create(
            {"name": "Not a voucher", "amount": 1.0, "company_id": self.company.id}
        )
        self.env.flush_all()

    def test_dialogs_are_closed_to_everybody_else(self):
        """Odoo shows a dialog to everybody with the same access list; it holds names that are about to be entered."""
        for name, model in self.env.registry.items():
            if name.startswith("justiq.") and model._transient and not model._abstract:
                rules = self.env["ir.rule"].search([("model_id.model", "=", name), ("groups", "=", False)])
                with self.subTest(model=name):
                    self.assertIn(OWN_DIALOG, rules.mapped("domain_force"))
                self.tried_cases += 1

    # ------------------------------------------------------------
    # Access list
    # ------------------------------------------------------------

    def test_each_line_of_the_access_list_is_as_narrow_as_the_matrix(self):
        roles = {self.env.ref(f"justiq.group_{role}"): role for role in ROLES}
        for name, line in self._of_module("ir.model.access").items():
            model, role = line.model_id.model, roles.get(line.group_id)
            if model not in MATRIX["models"] or model not in self.env or not role:
                continue
            granted = {letter for letter, operation in OPERATIONS.items() if line[f"perm_{operation}"]}
            with self.subTest(line=name):
                before = self._letters(model, role)
                self.assertEqual(before, self._letters_of_matrix(model, role))
                with self._tried():
                    line.write({f"perm_{operation}": True for operation in OPERATIONS.values()})
                    self.assertEqual(self._letters(model, role), set(OPERATIONS))
                with self._tried():
                    line.unlink()
                    kept = granted & self._letters(model, REPEATED[role]) if role in REPEATED else set()
                    self.assertEqual(self._letters(model, role), before - granted | kept)
                self.tried_cases += 2
            self.env.registry.clear_cache()

    def _letters(self, model, role):
        as_role = self.env[model].with_user(self.users[role])
        return {letter for letter, operation in OPERATIONS.items() if as_role.has_access(operation)}

    def _letters_of_matrix(self, model, role):
        letters = MATRIX["models"][model][f"group_{role}"].split()[0]
        return set(letters) - {"-"}

    # ------------------------------------------------------------
    # Groups of fields
    # ------------------------------------------------------------

    def test_each_group_of_a_field_hides_it_from_somebody_who_reads_the_record(self):
        for model in sorted(NEW):
            readers = [role for role in ROLES if self._as(role, self.env[model]).has_access("read")]
            for field in self.env[model]._fields.values():
                if not self._is_hidden_by_us(field):
                    continue
                before = self._field_readers(model, field, readers)
                if field.name in BELT_AND_BRACES and before == readers:
                    continue
                with self.subTest(field=str(field)), patch.object(field, "groups", None):
                    self.assertGreater(len(readers), len(before), "nobody who reads the record is kept from it")
                    self.assertEqual(self._field_readers(model, field, readers), readers)
                self.tried_cases += 1

    def _is_hidden_by_us(self, field):
        return field.groups and "justiq." in field.groups and "justiq" in (field._modules or ())

    def _field_readers(self, model, field, roles):
        return [role for role in roles if self._as(role, self.env[model])._has_field_access(field, "read")]

    def test_of_the_persons_others_read_the_listed_fields_only(self):
        """A new field, or one that has lost its group, is closed to them until it is listed in the matrix."""
        for model, allowed in MATRIX["pseudonymous"].items():
            for role in ROLES:
                if "pseudonymous" not in MATRIX["models"][model][f"group_{role}"]:
                    continue
                as_role = self._as(role, self.env[model])
                fields = {
                    name
                    for name, field in as_role._fields.items()
                    if as_role._has_field_access(field, "read") and name not in TECHNICAL
                }
                with self.subTest(model=model, role=role):
                    self.assertFalse(
                        fields - set(allowed.split()), "add them to access_matrix.yaml, if they tell nothing"
                    )
                self.tried_cases += 1


# Of a mixin whose other models need the groups, or of models that only these groups read anyway: they hold even if
# somebody else came to read the record.
BELT_AND_BRACES = {
    "attendance_ids",
    "finding_ids",
    "open_finding_count",
    "person_key",
    "possible_quartier_ids",
    "search_key",
}
TECHNICAL = {"id", "display_name", "create_uid", "create_date", "write_uid", "write_date"}
