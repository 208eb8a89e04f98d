from odoo import api, fields, models

PLANNING = ("planned", "approved", "running", "done")
BOUND = ("approved", "running", "done")


class MicroProject(models.Model):
    """A micro-project (Baustein 4): a group project in and for a Quartier.

    Case workers write down ideas, plan and run the micro-projects of their
    companies; the team lead approves, completes, cancels, reopens and deletes.
    Coordination, finance, auditor and programme administrator read. Which rules
    of the guideline bind it stands in `micro_project_requirements.py`.
    """

    _name = "justiq.micro.project"
    _inherit = [
        "justiq.readers.follow.mixin",
        "mail.activity.mixin",
        "justiq.transition.mixin",
        "justiq.checked.mixin",
        "justiq.import.mixin",
    ]
    _description = "Micro-Project"
    _order = "date_start desc, name, id"
    _check_company_auto = True

    _initial_states = ("idea", "planned")
    _approved_states = ("approved",)
    _transitions = {
        ("idea", "planned"): "justiq.group_case_worker",
        ("planned", "idea"): "justiq.group_case_worker",
        ("planned", "approved"): "justiq.group_team_lead",
        ("approved", "planned"): "justiq.group_team_lead",
        ("approved", "running"): "justiq.group_case_worker",
        ("running", "approved"): "justiq.group_team_lead",
        ("running", "done"): "justiq.group_team_lead",
        ("done", "running"): "justiq.group_team_lead",
        ("idea", "cancelled"): "justiq.group_team_lead",
        ("planned", "cancelled"): "justiq.group_team_lead",
        ("approved", "cancelled"): "justiq.group_team_lead",
        ("running", "cancelled"): "justiq.group_team_lead",
        ("cancelled", "idea"): "justiq.group_team_lead",
    }

    # description
    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    description = fields.Text(help="What the young people do, in a few sentences.")
    color = fields.Integer(aggregator=None)
    state = fields.Selection(
        selection=[
            ("idea", "Idea"),
            ("planned", "Planned"),
            ("approved", "Approved"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="idea",
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    kind_id = fields.Many2one(
        comodel_name="justiq.micro.project.kind",
        domain=[("is_fundable", "=", True)],
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
    )

    # grant and place
    grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        required=True,
        default=lambda self: self._default_grant_id(),
        ondelete="restrict",
        index=True,
        tracking=True,
    )
    programme_id = fields.Many2one(related="grant_id.programme_id")
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    quartier_id = fields.Many2one(
        comodel_name="justiq.quartier",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="One of the Quartiere of the grant (S10).",
    )
    possible_quartier_ids = fields.Many2many(related="grant_id.quartier_ids", export_string_translation=False)
    date_start = fields.Date(tracking=True)
    date_end = fields.Date(tracking=True)
    duration_months = fields.Float(digits=(5, 1), compute="_compute_duration_months", store=True, aggregator="avg")

    # purpose and value
    # An entry that is archived later stays chosen, so that the rules and the reports still find it.
    purpose_ids = fields.Many2many(
        comodel_name="justiq.micro.project.purpose", string="Purposes", context={"active_test": False}
    )
    competence_ids = fields.Many2many(
        comodel_name="justiq.micro.project.competence", string="Competences", context={"active_test": False}
    )
    value_ids = fields.Many2many(
        comodel_name="justiq.micro.project.value", string="Kinds of Added Value", context={"active_test": False}
    )
    planned_value = fields.Text(
        string="Planned Added Value",
        help="What the Quartier shall gain. Needed before the approval (S7).",
    )
    achieved_value = fields.Text(
        string="Achieved Added Value",
        copy=False,
        help="What the Quartier has gained. Needed before the completion (S7).",
    )
    peer_exchange = fields.Text(help="How young people exchange with and advise each other (S6).")

    # idea and participation of young people
    idea_origin = fields.Selection(
        selection=[
            ("young_people", "Young people"),
            ("together", "Young people and professionals together"),
            ("professionals", "Professionals"),
            ("others", "Others in the Quartier"),
        ],
        help="Who had the idea (S13).",
    )
    involvement_who = fields.Char(
        string="Who Took Part in the Planning",
        help="Groups and numbers, no names, e.g. “six girls of the open meeting point”.",
    )
    involvement_when = fields.Char(string="When")
    involvement_how = fields.Text(string="How")

    # people
    lead_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Responsible Professional",
        default=lambda self: self.env.user.employee_id,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="Accompanies the young people while they realise their idea (S14).",
    )
    staff_ids = fields.One2many(
        comodel_name="justiq.micro.project.staff",
        inverse_name="micro_project_id",
        copy=True,
        groups="justiq.group_case_worker,justiq.group_coordinator,justiq.group_auditor",
    )
    cooperation_ids = fields.One2many(
        comodel_name="justiq.cooperation",
        inverse_name="micro_project_id",
        copy=True,
        groups="justiq.group_case_worker,justiq.group_coordinator,justiq.group_auditor",
    )
    has_area_programme = fields.Boolean(compute="_compute_cooperation_kinds", store=True)
    has_municipal_office = fields.Boolean(compute="_compute_cooperation_kinds", store=True)
    planned_participants = fields.Integer()

    # declarations
    declares_no_qualification = fields.Boolean(
        string="No longer-term qualification",
        copy=False,
        help="Declared by the professional before the approval (S15).",
    )
    declares_no_employment = fields.Boolean(
        string="No training or employment measure under section 13(2) SGB VIII",
        copy=False,
        help="Declared by the professional before the approval (S16).",
    )
    declares_no_other_code = fields.Boolean(
        string="No such measure under another social code",
        copy=False,
        help="Declared by the professional before the approval (S17).",
    )

    _newest_first_index = models.Index("(date_start DESC, name, id)")
    _dates_in_order = models.Constraint(
        "CHECK (date_end >= date_start)",
        "The micro-project must not end before it starts.",
    )
    _planned_participants_not_negative = models.Constraint(
        "CHECK (planned_participants >= 0)",
        "The number of planned participants must not be negative.",
    )

    def _default_grant_id(self):
        """The grant of the company, where there is just one running."""
        grants = self.env["justiq.grant"].search(
            [("state", "=", "running"), ("company_id", "=", self.env.company.id)], limit=2
        )
        return grants if len(grants) == 1 else False

    @api.depends("date_start", "date_end")
    def _compute_duration_months(self):
        for project in self:
            project.duration_months = float(project._months())

    @api.depends("cooperation_ids.kind")
    def _compute_cooperation_kinds(self):
        for project in self:
            kinds = project.cooperation_ids.mapped("kind")
            project.has_area_programme = "area_programme" in kinds
            project.has_municipal_office = "municipal_office" in kinds

    def copy_data(self, default=None):
        copies = super().copy_data(default)
        for project, values in zip(self, copies, strict=True):
            values["name"] = (default or {}).get("name", self.env._("%s (copy)", project.name))
        return copies

    @api.model
    def get_import_templates(self):
        template = "/justiq/static/import_templates/micro_projects.csv"
        return [{"label": self.env._("Template for micro-projects"), "template": template}]

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_plan(self):
        self.write({"state": "planned"})

    def action_approve(self):
        return self._approve_or_justify("approved")

    def action_start(self):
        self.write({"state": "running"})

    def action_done(self):
        self.write({"state": "done"})

    def action_cancel(self):
        self.write({"state": "cancelled"})

    def action_back(self):
        """One step back: for corrections, by the team lead."""
        steps = {
            "planned": "idea",
            "approved": "planned",
            "running": "approved",
            "done": "running",
            "cancelled": "idea",
        }
        for project in self:
            project.state = steps.get(project.state, project.state)
