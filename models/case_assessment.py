from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools.picture import picture_tag, score_picture


class CaseAssessment(models.Model):
    """How things stood for the young person on a day: scores and strengths (S31).

    Follows the access to the case file: the key worker makes assessments of her
    files, the team lead of those of the own companies; nobody deletes one and
    nobody else sees anything of it. Once completed it is frozen, on whatever
    path: how things stand later is told by a new one, and the picture over time
    compares them. One begun by mistake is discarded.
    """

    _name = "justiq.case.assessment"
    _inherit = ["justiq.frozen.mixin", "justiq.transition.mixin", "justiq.case.enrolled.mixin"]
    _description = "Assessment"
    _order = "date desc, id desc"
    _rec_names_search = ["case_file_id.reference"]

    _initial_states = ("draft",)
    _transitions = {
        ("draft", "complete"): "justiq.group_case_worker",
        ("draft", "discarded"): "justiq.group_case_worker",
    }
    _frozen_states = ("complete", "discarded")

    # description
    state = fields.Selection(
        selection=[("draft", "In progress"), ("complete", "Completed"), ("discarded", "Discarded")],
        required=True,
        default="draft",
        copy=False,
        index=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    occasion = fields.Selection(
        selection=[("start", "Start"), ("interim", "Interim"), ("exit", "Exit")], required=True, default="interim"
    )
    author_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        ondelete="restrict",
        index=True,
    )
    summary = fields.Text(copy=False, help="What stands out, as the young person and you see it together.")

    # scores
    line_ids = fields.One2many(
        comodel_name="justiq.case.assessment.line", inverse_name="assessment_id", string="Scores", copy=False
    )
    is_latest = fields.Boolean(
        compute="_compute_is_latest",
        store=True,
        help="The newest completed assessment of the file: its weak domains call for goals.",
    )
    missing_goal_count = fields.Integer(string="Weak Domains without a Goal", compute="_compute_missing_goal_count")
    scale_legend = fields.Char(compute="_compute_scale_legend", export_string_translation=False)
    picture = fields.Html(compute="_compute_picture", sanitize=False, export_string_translation=False)

    _newest_first_index = models.Index("(date DESC, id DESC)")
    _of_file_index = models.Index("(case_file_id, date DESC, id DESC) WHERE state = 'complete'")

    @api.depends("line_ids.scale_min", "line_ids.scale_max")
    @api.depends_context("lang")
    def _compute_scale_legend(self):
        """The scales are data of the programme, and so is what the scores mean."""
        for assessment in self:
            scales = {(line.scale_min, line.scale_max) for line in assessment.line_ids}
            if len(scales) == 1:
                [(lowest, highest)] = scales
                assessment.scale_legend = self.env._(
                    "From %(lowest)s (very difficult) to %(highest)s (very good).", lowest=lowest, highest=highest
                )
            else:
                assessment.scale_legend = self.env._("The lowest score is very difficult, the highest one very good.")

    @api.depends("case_file_id.reference", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        # The reference only: a label shows up where the file itself is closed.
        for assessment in self:
            # sudo: the reference is no secret to whoever sees the label.
            reference = assessment.sudo().case_file_id.reference
            date = format_date(self.env, assessment.date)
            assessment.display_name = (
                self.env._("Assessment %(reference)s · %(date)s", reference=reference, date=date)
                if assessment._origin
                else False
            )

    @api.depends("state", "date", "case_file_id.assessment_ids.state", "case_file_id.assessment_ids.date")
    def _compute_is_latest(self):
        for case, assessments in self.grouped("case_file_id").items():
            completed = case.assessment_ids.filtered(lambda one: one.state == "complete")
            latest = completed.sorted(lambda one: (one.date, one.id))[-1:]
            for assessment in assessments:
                assessment.is_latest = assessment == latest

    @api.depends("line_ids.needs_goal")
    def _compute_missing_goal_count(self):
        for assessment in self:
            assessment.missing_goal_count = len(assessment.line_ids.filtered("needs_goal"))

    @api.depends("line_ids.score", "date")
    @api.depends_context("lang")
    def _compute_picture(self):
        for assessment in self:
            assessment.picture = (assessment._find_first() | assessment)._draw(as_image=True)

    def _find_first(self):
        """The first completed assessment of the file in the programme, up to this one."""
        self.ensure_one()
        return self.search(
            [
                ("case_file_id", "=", self.case_file_id._origin.id),
                ("state", "=", "complete"),
                ("date", "<=", self.date),
                ("enrolment_id.grant_id.programme_id", "=", self.programme_id.id),
            ],
            order="date, id",
            limit=1,
        )

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for assessment in self:
            if assessment.date > today:
                raise ValidationError(
                    self.env._(
                        "Date: %s lies in the future. Enter the day on which you made the assessment.",
                        format_date(self.env, assessment.date),
                    )
                )

    def _check_complete(self):
        """Refuse to complete an assessment that leaves a domain out without a word.

        :raises ValidationError: naming the domains
        """
        for assessment in self:
            left_out = assessment.line_ids.filtered(
                lambda line: not line.score and not (line.remark or "").strip()
            ).domain_id.mapped("name")
            if left_out or not any(assessment.line_ids.mapped("score")):
                raise ValidationError(
                    self.env._(
                        "Not scored yet: %s. Score each domain, or say in its remark why it was left out.",
                        ", ".join(left_out) or self.env._("all domains"),
                    )
                )

    def _frozen_message(self):
        return self.env._(
            "%s cannot be changed any more. Make a new assessment: both stay readable.",
            self.display_name,
        )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # Who writes is not for the client to say.
        assessments = super().create([{**vals, "author_id": self.env.uid} for vals in vals_list])
        for assessment in assessments:
            missing = assessment.programme_id.assessment_domain_ids - assessment.line_ids.domain_id
            assessment.line_ids = [Command.create({"domain_id": domain.id}) for domain in missing]
        return assessments

    def write(self, vals):
        if "author_id" in vals:
            raise ValidationError(self.env._("Author: whoever begins an assessment is its author."))
        if vals.get("state") != "complete":
            return super().write(vals)
        result = super().write(vals)
        self._check_complete()
        return result

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.onchange("enrolment_id")
    def _onchange_enrolment_id(self):
        """Show the domains to score before the first saving."""
        domains = self.programme_id.assessment_domain_ids
        if self.line_ids.domain_id._origin != domains:
            self.line_ids = [Command.clear(), *(Command.create({"domain_id": domain.id}) for domain in domains)]

    def action_complete(self):
        self.write({"state": "complete"})

    def action_discard(self):
        self.write({"state": "discarded"})

    # ------------------------------------------------------------
    # Picture
    # ------------------------------------------------------------

    def _draw(self, as_image=False):
        """Draw the first and the last of the assessments, which have to be in this order.

        :param as_image: an image for a form; else SVG for a report
        :return: Markup, empty where nothing has been scored
        """
        assessments = (self[:1] | self[-1:]).filtered(lambda one: any(one.line_ids.mapped("score")))
        lines = assessments.line_ids.filtered("score")
        domains = lines.domain_id.sorted()
        if not domains:
            return ""
        scores = [{line.domain_id: line.score for line in one.line_ids} for one in assessments]
        labels = [f"{one._label_of_occasion()} · {format_date(self.env, one.date)}" for one in assessments]
        summary = "; ".join(
            f"{domain.name}: {' → '.join(str(of_one.get(domain) or '–') for of_one in scores)}" for domain in domains
        )
        svg = score_picture(
            [(domain.name, domain.scale_max) for domain in domains],
            [
                (label, [of_one.get(domain, 0) for domain in domains])
                for label, of_one in zip(labels, scores, strict=True)
            ],
            summary,
        )
        return picture_tag(svg, summary) if as_image else svg

    def _label_of_occasion(self):
        return dict(self._fields["occasion"]._description_selection(self.env))[self.occasion]
