from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.orm.utils import COLLECTION_TYPES
from odoo.tools import format_date

from .case_child_protection_step import APPENDED, DAYS, EXPERT

AGE_OF_MAJORITY = 18
DANGERS = [
    ("acute", "Acute danger"),
    ("latent", "Danger cannot be ruled out"),
    ("need", "No danger, but help is needed"),
    ("none", "No danger"),
]
IN_DANGER = ("acute", "latent")


class ChildProtection(models.Model):
    """A suspected danger to the welfare of a young person, and what was done about it (section 8a SGB VIII).

    Kept apart from the file: whoever is in charge of it reads and writes it, that is the key worker, her
    substitutes, and the team lead. An emergency access does not open it, nor a roster; locks of the file hold. It
    comes into no timeline, export or report; on paper it goes by a print of its own. The steps that section 8a(4) asks
    for come with the record, each with a day by which it is due. Concluded, it stays as it is: only later steps are
    still added. Nobody deletes one.
    """

    _name = "justiq.child.protection"
    _inherit = [
        "justiq.unexported.mixin",
        "justiq.frozen.mixin",
        "justiq.transition.mixin",
        "justiq.case.satellite.mixin",
    ]
    _description = "Child Protection Record"
    _order = "date desc, id desc"
    _rec_names_search = ["case_file_id.reference"]

    _initial_states = ("open",)
    _transitions = {("open", "concluded"): "justiq.group_case_worker"}
    _frozen_states = ("concluded",)
    _erases_rows = True
    # Steps ask for themselves.
    _changeable_fields = frozenset({"step_ids"})

    # what was noticed
    state = fields.Selection(
        selection=[("open", "In progress"), ("concluded", "Concluded")], required=True, default="open", copy=False
    )
    date = fields.Date(string="Noticed On", required=True, default=fields.Date.context_today, copy=False)
    author_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    noticed_by = fields.Char(help="Who has noticed or told it, in words.")
    signs = fields.Text(
        string="Weighty Signs",
        required=True,
        help="What was seen, heard or told, in whose words; the assessment comes below.",
    )
    is_acute = fields.Boolean(
        string="Acute Danger",
        help="The young person is in danger now: all steps are due today. Call the Jugendamt or 110.",
    )
    age = fields.Integer(compute="_compute_age", aggregator=None)
    is_adult = fields.Boolean(compute="_compute_age")

    # what was done
    step_ids = fields.One2many(
        comodel_name="justiq.child.protection.step", inverse_name="protection_id", string="Steps", copy=False
    )
    next_due_date = fields.Date(string="Next Step Due", compute="_compute_next_due_date", store=True)

    # result
    danger = fields.Selection(selection=DANGERS, string="Assessment", copy=False)
    result = fields.Text(copy=False, help="What was decided, who looks after what, and why no more is needed.")
    next_review_date = fields.Date(string="Next Review", copy=False)
    is_reviewed = fields.Boolean(compute="_compute_is_reviewed", store=True)
    concluded_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False, ondelete="restrict")
    concluded_at = fields.Datetime(readonly=True, copy=False)

    _concluded_with_result = models.Constraint(
        """CHECK (state != 'concluded' OR (danger IS NOT NULL AND COALESCE(result, '') ~ '[[:alnum:]]'
                  AND concluded_by_id IS NOT NULL AND concluded_at IS NOT NULL))""",
        "A child protection record is concluded with an assessment and a result in words.",
    )
    _review_after_notice = models.Constraint(
        "CHECK (next_review_date >= date)", "The next review cannot be before the day of the signs."
    )
    _due_index = models.Index("(next_due_date) WHERE next_due_date IS NOT NULL")
    _review_index = models.Index("(next_review_date) WHERE state = 'concluded' AND is_reviewed IS NOT TRUE")

    @api.depends("case_file_id.reference", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for record in self:
            # sudo: the reference is no secret to whoever sees the label; that there is a record says its rule.
            reference = record.sudo().case_file_id.reference
            record.display_name = f"{reference} · {format_date(self.env, record.date)}" if record._origin else False

    @api.depends("case_file_id", "date")
    def _compute_age(self):
        for record in self:
            birth = record.case_file_id.birth_date
            record.age = relativedelta(record.date, birth).years if birth and record.date else 0
            record.is_adult = record.age >= AGE_OF_MAJORITY

    @api.depends("step_ids.state", "step_ids.due_date")
    def _compute_next_due_date(self):
        for record in self:
            open_steps = record.step_ids.filtered(lambda step: step.state == "open")
            record.next_due_date = min(open_steps.filtered("due_date").mapped("due_date"), default=False)

    @api.depends("next_review_date", "step_ids.kind", "step_ids.date", "concluded_at")
    def _compute_is_reviewed(self):
        for record in self:
            concluded = record.concluded_at and record.concluded_at.date()
            reviews = record.step_ids.filtered(lambda step: step.kind == "review" and step.date)
            record.is_reviewed = bool(concluded) and any(step.date >= concluded for step in reviews)

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for record in self:
            if record.date > today:
                raise ValidationError(
                    self.env._(
                        "Noticed on: %s lies in the future. Enter the day on which the signs were noticed.",
                        format_date(self.env, record.date),
                    )
                )

    def _check_complete(self):
        """Refuse to conclude a record in which a step of section 8a(4) is neither done nor left out with a reason.

        :raises ValidationError: naming what is missing, and the way out
        """
        for record in self:
            gaps = [
                self.env._("%s: enter when it was done, or why it was left out.", step._kind_label())
                for step in record.step_ids
                if step.state == "open"
            ]
            consulted = record.step_ids.filtered(lambda step: step.kind == EXPERT and step.state == "done")
            if record.danger in IN_DANGER and not consulted:
                gaps.append(
                    self.env._(
                        "The specialist for child protection was not consulted, which section 8a(4) asks for where "
                        "danger cannot be ruled out."
                    )
                )
            if not record.danger:
                gaps.append(self.env._("Assessment: how great is the danger?"))
            if not (record.result or "").strip():
                gaps.append(self.env._("Result: what was decided?"))
            if gaps:
                raise ValidationError(
                    self.env._(
                        "%(record)s cannot be concluded yet:\n%(gaps)s",
                        record=record.display_name,
                        gaps="\n".join(f"- {gap}" for gap in gaps),
                    )
                )

    def _frozen_message(self):
        return self.env._(
            "%s is concluded and stays as it is. Add a later step to it, or begin a new record on new signs.",
            self.display_name,
        )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # Who writes, and who concludes, is not for the client to say.
        server = {"author_id": self.env.uid, "concluded_by_id": False, "concluded_at": False}
        records = super().create([{**vals, **server} for vals in vals_list])
        for record in records:
            record.step_ids = [Command.create(values) for values in record._missing_steps()]
        return records

    def _missing_steps(self):
        """The steps of section 8a(4) that the record does not have yet, with the days by which they are due."""
        present = set(self.step_ids.mapped("kind"))
        return [
            {"kind": kind, "due_date": self.date + relativedelta(days=0 if self.is_acute else days)}
            for kind, days in DAYS.items()
            if kind not in present
        ]

    def write(self, vals):
        if {"author_id", "concluded_by_id", "concluded_at"} & vals.keys():
            raise ValidationError(self.env._("Who has written or concluded a record notes the server."))
        if vals.get("state") != "concluded":
            result = super().write(vals)
            if vals.get("is_acute"):
                self._hurry()
            return result
        # What comes along with the conclusion first, then the look at the whole.
        if content := {name: value for name, value in vals.items() if name != "state"}:
            self.write(content)
        moved = self.filtered(lambda record: record.state != "concluded")
        moved._check_complete()
        server = {"concluded_by_id": self.env.uid, "concluded_at": fields.Datetime.now()}
        return super(ChildProtection, moved).write({"state": "concluded", **server})

    def _hurry(self):
        """Danger now: what is open is due today."""
        today = fields.Date.context_today(self)
        self.step_ids.filtered(lambda step: step.state == "open" and step.due_date > today).due_date = today

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise ValidationError(
            self.env._("A child protection record is never deleted. Conclude it; “no danger” is a result, too.")
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_conclude(self):
        self.write({"state": "concluded"})

    def action_add_step(self):
        """Open the dialog for a further step; of a concluded record only those that come later."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Further Step"),
            "res_model": "justiq.child.protection.step",
            "view_mode": "form",
            "target": "new",
            "context": {"default_protection_id": self.id, "default_kind": APPENDED[0]},
        }


class CaseFile(models.Model):
    _inherit = "justiq.case.file"

    protection_ids = fields.One2many(
        comodel_name="justiq.child.protection", inverse_name="case_file_id", string="Child Protection"
    )

    @api.model
    def _search(self, domain, *args, **kwargs):
        # Whether there is any, Odoo asks in sudo; it is no secret to those in charge only.
        return super()._search(Domain(domain).map_conditions(self._hide_protection), *args, **kwargs)

    @api.model
    def _hide_protection(self, leaf):
        if leaf.field_expr != "protection_ids" or leaf.operator not in ("=", "!=", "in", "not in"):
            return leaf
        values = leaf.value if isinstance(leaf.value, COLLECTION_TYPES) else [leaf.value]
        found = Domain("protection_ids", "any", [("id", "in", [value for value in values if value])])
        if not all(values):
            found |= Domain("protection_ids", "not any", [])
        return found if leaf.operator in ("=", "in") else ~found

    def _gaps_before_closing(self):
        gaps = super()._gaps_before_closing()
        # Whoever is not in charge does not learn of it; the team lead, who closes the file, is.
        if self.is_in_charge and "open" in self.protection_ids.mapped("state"):
            gaps.append(self.env._("A child protection record is in progress. Conclude it."))
        return gaps
