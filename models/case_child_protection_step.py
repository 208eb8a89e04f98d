from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

EXPERT = "expert"
KINDS = [
    ("assessment", "Assessment in the team"),
    (EXPERT, "Specialist for child protection consulted"),
    ("young_person", "Young person involved"),
    ("guardians", "Parents or guardians involved"),
    ("help", "Help offered"),
    ("youth_office", "Jugendamt informed"),
    ("review", "Review"),
    ("supplement", "Supplement"),
]
# Days after the signs by which a step is due, unless the danger is acute. The law says at once; the agreement of the
# provider with the Jugendamt may say more, and the days can be changed in the record.
DAYS = {"assessment": 1, EXPERT: 3, "young_person": 7, "guardians": 7, "help": 14, "youth_office": 14}
# What may still be added to a concluded record, the usual one first.
APPENDED = ("review", "supplement")


class ChildProtectionStep(models.Model):
    """One step of a child protection record: done, with whom and with what result, or left out and why.

    Follows the record: whoever reads it reads its steps. They are entered while the record is in progress; to a
    concluded one only a review or a supplement that has already happened is added, and stays as it was written.
    """

    _name = "justiq.child.protection.step"
    _inherit = ["justiq.unexported.mixin", "justiq.case.satellite.mixin"]
    _description = "Step of Child Protection"
    _order = "protection_id desc, sequence, date, id"

    _fixed_keys = ("protection_id",)
    _erases_rows = True

    protection_id = fields.Many2one(
        comodel_name="justiq.child.protection", string="Record", required=True, ondelete="cascade", index=True
    )
    case_file_id = fields.Many2one(related="protection_id.case_file_id", store=True, precompute=True)
    sequence = fields.Integer(compute="_compute_sequence", store=True, export_string_translation=False)
    kind = fields.Selection(selection=KINDS, string="Step", required=True)
    due_date = fields.Date(string="Due", required=True, default=fields.Date.context_today)
    state = fields.Selection(
        selection=[("open", "Open"), ("done", "Done"), ("left_out", "Left out")],
        compute="_compute_state",
        store=True,
        help="Done from the day on that is entered; left out with a reason.",
    )

    # what was done
    date = fields.Date(string="Done On")
    is_left_out = fields.Boolean(string="Left Out", help="Say below why.")
    with_whom = fields.Char(help="Colleagues, the specialist, a parent, the Jugendamt's worker ...")
    is_pseudonymised = fields.Boolean(
        string="Pseudonymised",
        default=True,
        help="The specialist was told of the case without the name (sections 8a(4) and 64(2a) SGB VIII).",
    )
    channel = fields.Selection(
        selection=[
            ("phone", "By phone"),
            ("person", "In person"),
            ("letter", "By letter or fax"),
            ("message", "By secure message"),
        ],
        string="How",
    )
    text = fields.Text(string="Result", help="What was found, agreed or told; or why the step was left out.")
    author_id = fields.Many2one(
        comodel_name="res.users", string="Written By", readonly=True, copy=False, ondelete="restrict"
    )

    _done_or_left_out = models.Constraint(
        "CHECK (date IS NULL OR is_left_out IS NOT TRUE)", "A step is either done or left out."
    )
    _told = models.Constraint(
        "CHECK ((date IS NULL AND is_left_out IS NOT TRUE) OR COALESCE(text, '') ~ '[[:alnum:]]')",
        "Result: write what came of the step, or why it was left out.",
    )
    _assessment_not_left_out = models.Constraint(
        "CHECK (kind != 'assessment' OR is_left_out IS NOT TRUE)",
        "The assessment in the team is never left out: at least two professionals assess the danger.",
    )
    _expert_named = models.Constraint(
        f"CHECK (kind != '{EXPERT}' OR date IS NULL OR COALESCE(with_whom, '') ~ '[[:alnum:]]')",
        "With whom: name the specialist who was consulted.",
    )
    _youth_office_how = models.Constraint(
        "CHECK (kind != 'youth_office' OR date IS NULL OR channel IS NOT NULL)",
        "How: say by which way the Jugendamt was informed.",
    )
    _appended_has_happened = models.Constraint(
        "CHECK (kind != 'supplement' OR date IS NOT NULL)", "Done on: a supplement tells of what has happened."
    )

    @api.depends("kind")
    def _compute_sequence(self):
        order = [kind for kind, _label in KINDS]
        for step in self:
            step.sequence = order.index(step.kind) if step.kind else 0

    @api.depends("date", "is_left_out")
    def _compute_state(self):
        for step in self:
            step.state = "left_out" if step.is_left_out else "done" if step.date else "open"

    @api.depends("case_file_id.reference", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for step in self:
            # sudo: the reference is no secret to whoever sees the label.
            step.display_name = f"{step.sudo().case_file_id.reference} · {step._kind_label()}"

    def _kind_label(self):
        return dict(self._fields["kind"]._description_selection(self.env)).get(self.kind, "")

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for step in self:
            if step.date and step.date > today:
                raise ValidationError(
                    self.env._(
                        "Done on: %s lies in the future. Enter it once the step is done; until then it is due.",
                        format_date(self.env, step.date),
                    )
                )

    def _check_not_concluded(self):
        """Refuse a change of what belongs to a concluded record.

        :raises ValidationError: naming the record
        """
        for protection in self.protection_id:
            if protection.state == "concluded":
                raise ValidationError(protection._frozen_message())

    def _check_appendable(self):
        """Refuse to add to a concluded record what belongs into it before, or has not happened yet."""
        for step in self:
            if step.protection_id.state == "concluded" and not (step.kind in APPENDED and step.date):
                raise ValidationError(
                    self.env._(
                        "%s is concluded: only a review or a supplement that has happened can be added. Enter the day "
                        "on which it was.",
                        step.protection_id.display_name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # Who writes is not for the client to say.
        steps = super().create([self._signed(vals) for vals in vals_list])
        steps._check_appendable()
        return steps

    def write(self, vals):
        if not vals:
            return super().write(vals)
        self.check_access("write")
        self._check_not_concluded()
        return super().write(self._signed(vals))

    @api.model
    def _signed(self, vals):
        """The values with whoever has entered what came of the step."""
        told = vals.get("date") or vals.get("is_left_out") or vals.get("text")
        return {name: value for name, value in vals.items() if name != "author_id"} | (
            {"author_id": self.env.uid} if told else {}
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise ValidationError(self.env._("A step cannot be deleted. Leave it out, and say why."))
