from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CaseAssessmentLine(models.Model):
    """The score of one domain in an assessment.

    Follows the access to the case file and is frozen together with its
    assessment. A line is made for each domain of the programme by the server;
    nobody deletes one.
    """

    _name = "justiq.case.assessment.line"
    _inherit = ["justiq.case.satellite.mixin"]
    _description = "Score of an Assessment"
    _order = "assessment_id desc, domain_id"

    _fixed_keys = ("assessment_id", "domain_id")

    assessment_id = fields.Many2one(
        comodel_name="justiq.case.assessment", required=True, ondelete="cascade", index=True
    )
    case_file_id = fields.Many2one(related="assessment_id.case_file_id", store=True, precompute=True)
    date = fields.Date(related="assessment_id.date", store=True)
    state = fields.Selection(related="assessment_id.state", string="State of the Assessment")
    domain_id = fields.Many2one(comodel_name="justiq.assessment.domain", required=True, ondelete="restrict", index=True)
    guidance = fields.Text(related="domain_id.guidance")
    is_strength = fields.Boolean(related="domain_id.is_strength")
    scale_min = fields.Integer(related="domain_id.scale_min", aggregator=None)
    scale_max = fields.Integer(related="domain_id.scale_max", aggregator=None)
    score = fields.Integer(aggregator="avg", help="0: not scored; say in the remark why.")
    remark = fields.Char()
    is_weak = fields.Boolean(compute="_compute_is_weak", store=True)
    needs_goal = fields.Boolean(
        string="Goal Missing",
        compute="_compute_needs_goal",
        store=True,
        help="Weak in the newest completed assessment, and no open goal of the file is about it.",
    )

    _domain_once = models.Constraint(
        "UNIQUE (assessment_id, domain_id)", "Each domain is scored once in an assessment."
    )
    _needs_goal_index = models.Index("(case_file_id) WHERE needs_goal")

    @api.depends("assessment_id.case_file_id.reference", "domain_id.name")
    def _compute_display_name(self):
        for line in self:
            # sudo: the reference is no secret to whoever sees the label.
            line.display_name = f"{line.sudo().case_file_id.reference} · {line.domain_id.name}"

    # Not on the limit itself: what was found weak on a day was weak.
    @api.depends("score", "domain_id")
    def _compute_is_weak(self):
        for line in self:
            domain = line.domain_id
            line.is_weak = bool(line.score) and not domain.is_strength and line.score <= domain.weak_up_to

    @api.depends(
        "is_weak",
        "assessment_id.is_latest",
        "case_file_id.goal_ids.state",
        "case_file_id.goal_ids.domain_id",
    )
    def _compute_needs_goal(self):
        for line in self:
            pursued = line.case_file_id.goal_ids.filtered(lambda goal: goal.state == "open").domain_id
            line.needs_goal = line.is_weak and line.assessment_id.is_latest and line.domain_id not in pursued

    @api.constrains("score", "domain_id")
    def _check_score(self):
        for line in self:
            domain = line.domain_id
            if line.score and not domain.scale_min <= line.score <= domain.scale_max:
                raise ValidationError(
                    self.env._(
                        "%(domain)s: the score %(score)s is not on the scale from %(lowest)s to %(highest)s.",
                        domain=domain.name,
                        score=line.score,
                        lowest=domain.scale_min,
                        highest=domain.scale_max,
                    )
                )

    @api.constrains("assessment_id", "domain_id")
    def _check_domain_of_programme(self):
        for line in self:
            if line.domain_id.programme_id != line.assessment_id.programme_id:
                raise ValidationError(
                    self.env._(
                        "%(domain)s is not a domain of the programme %(programme)s.",
                        domain=line.domain_id.name,
                        programme=line.assessment_id.programme_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.assessment_id._check_not_frozen()
        return lines

    def write(self, vals):
        self.assessment_id._check_not_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise ValidationError(self.env._("The domains of an assessment stay. Say in the remark why one was left out."))

    def action_create_goal(self):
        """Open a new goal about the domain of this line."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Goal"),
            "res_model": "justiq.case.goal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_file_id": self.case_file_id.id, "default_domain_id": self.domain_id.id},
        }


class AssessmentDomain(models.Model):
    _inherit = "justiq.assessment.domain"

    def write(self, vals):
        self._check_scale_unused(vals)
        return super().write(vals)

    def _check_scale_unused(self, vals):
        """Keep the scale of a domain once scores rest on it, or they could not be compared over time.

        :raises ValidationError: naming the domain
        """
        keys = {"programme_id", "is_strength", "scale_min", "scale_max"} & vals.keys()
        for domain in self:
            if all(domain._fields[key].convert_to_write(domain[key], domain) == vals[key] for key in keys):
                continue
            # sudo: the administrator sees no case file; all that shows is that there is a score.
            if self.env["justiq.case.assessment.line"].sudo().search_count([("domain_id", "=", domain.id)], limit=1):
                raise ValidationError(
                    self.env._(
                        "Domain %s has been used in assessments, so its scale stays. "
                        "Archive it and add a new domain with the new scale.",
                        domain.name,
                    )
                )
