from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CaseGoal(models.Model):
    """A goal of the young person, in her or his own words.

    Follows the access to the case file: the key worker keeps the goals of her
    files, the team lead those of the own companies; nobody else sees anything
    of it. What was agreed stays readable in the versions of the plan, whatever
    becomes of a goal. A goal ends with a result and a reflection on it.
    """

    _name = "justiq.case.goal"
    _inherit = ["justiq.transition.mixin", "justiq.case.satellite.mixin"]
    _description = "Goal"
    _order = "case_file_id, state, priority desc, review_date, id"
    _rec_names_search = ["name", "case_file_id.reference"]

    _initial_states = ("open",)
    _results = ("reached", "partly", "missed", "dropped")
    _transitions = {
        **{("open", result): "justiq.group_case_worker" for result in _results},
        **{(result, "open"): "justiq.group_case_worker" for result in _results},
    }

    case_file_id = fields.Many2one(ondelete="cascade")

    # what
    name = fields.Char(
        string="Goal",
        required=True,
        help="In the young person's own words: what should be different, and how is it noticed?",
    )
    domain_id = fields.Many2one(
        comodel_name="justiq.assessment.domain",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('programme_id', 'in', programme_ids)]",
        help="The domain of the assessment that the goal is about.",
    )
    programme_ids = fields.Many2many(
        comodel_name="justiq.programme", compute="_compute_programme_ids", export_string_translation=False
    )
    priority = fields.Selection(
        selection=[("0", "Normal"), ("1", "Important"), ("2", "Urgent")], required=True, default="0"
    )
    measure_ids = fields.One2many(comodel_name="justiq.case.measure", inverse_name="goal_id", string="Measures")
    measure_count = fields.Integer(compute="_compute_measure_count")
    measure_done_count = fields.Integer(string="Measures Done", compute="_compute_measure_count")

    # when
    date = fields.Date(string="Set On", required=True, default=fields.Date.context_today)
    review_date = fields.Date(string="Next Review", index="btree_not_null")

    # result
    state = fields.Selection(
        selection=[
            ("open", "Open"),
            ("reached", "Reached"),
            ("partly", "Partly reached"),
            ("missed", "Not reached"),
            ("dropped", "Dropped"),
        ],
        string="Result",
        required=True,
        default="open",
        copy=False,
        group_expand=True,
    )
    reflection = fields.Text(
        copy=False, help="How did it go, what helped, what was in the way? As the young person sees it, and as you do."
    )
    result_date = fields.Date(readonly=True, copy=False, help="Day on which the result was entered.")

    _reflected_result = models.Constraint(
        "CHECK (state = 'open' OR TRIM(COALESCE(reflection, '')) != '')",
        "A result needs a reflection: how did it go, what helped, what was in the way?",
    )
    _review_after_start = models.Constraint(
        "CHECK (review_date IS NULL OR review_date >= date)",
        "The review must not be before the day on which the goal was set.",
    )

    @api.depends("case_file_id.reference", "domain_id.name")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        # As with the file: labels are computed in sudo, the words must not show.
        readable = self._origin.sudo(False)._filtered_access("read")
        for goal in self:
            if not goal._origin or goal._origin in readable:
                goal.display_name = goal.name
            else:
                goal.display_name = self.env._("Goal %s", goal.case_file_id.reference)

    @api.depends("case_file_id.enrolment_ids.grant_id.programme_id")
    def _compute_programme_ids(self):
        for goal in self:
            goal.programme_ids = goal.case_file_id.enrolment_ids.grant_id.programme_id

    @api.depends("measure_ids.is_done")
    def _compute_measure_count(self):
        for goal in self:
            goal.measure_count = len(goal.measure_ids)
            goal.measure_done_count = len(goal.measure_ids.filtered("is_done"))

    @api.constrains("case_file_id", "domain_id")
    def _check_domain_of_programme(self):
        for goal in self:
            if goal.domain_id and goal.domain_id.programme_id not in goal.programme_ids:
                raise ValidationError(
                    self.env._(
                        "%(domain)s: the young person is not enrolled in its programme %(programme)s. "
                        "Choose a domain of the own programme, or none.",
                        domain=goal.domain_id.name,
                        programme=goal.domain_id.programme_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{**vals, "result_date": False} for vals in vals_list])

    def write(self, vals):
        if "result_date" in vals:
            raise ValidationError(self.env._("The day of the result is set by the server, together with the result."))
        if "state" in vals:
            is_open = vals["state"] == "open"
            vals = {**vals, "result_date": False if is_open else fields.Date.context_today(self)}
            if not is_open:
                self._check_reflected(vals)
        return super().write(vals)

    def _check_reflected(self, vals):
        """Refuse a result without a reflection, in words that name the goal.

        :raises ValidationError: naming the first such goal
        """
        for goal in self:
            if not (vals.get("reflection", goal.reflection) or "").strip():
                raise ValidationError(
                    self.env._(
                        "“%s”: a result needs a reflection. Write down how it went, what helped and what was "
                        "in the way.",
                        goal.name,
                    )
                )

    def action_reached(self):
        self.write({"state": "reached"})

    def action_partly(self):
        self.write({"state": "partly"})

    def action_missed(self):
        self.write({"state": "missed"})

    def action_dropped(self):
        self.write({"state": "dropped"})

    def action_reopen(self):
        self.write({"state": "open"})
