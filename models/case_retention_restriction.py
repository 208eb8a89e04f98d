from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

GROUNDS = [
    ("accuracy", "(a) The person says that data are wrong; it is being checked"),
    ("unlawful", "(b) Unlawful, but the person does not want the data deleted"),
    ("claims", "(c) No longer needed here, but by the person for legal claims"),
    ("objection", "(d) The person has objected; it is being weighed"),
]


class RetentionDecision(models.Model):
    """Restriction of processing, because the person has asked for it (article 18 GDPR, § 20 KDG, § 22 DSG-EKD).

    From the moment of the decision the file is restricted as it is after its closing, whether it is open or closed:
    team lead and privacy officer know of it, nobody else opens it, and nothing of it is removed. It does not end by
    itself: whoever lifts it has told the person before, and writes down when (article 18(3)).
    """

    _inherit = "justiq.retention.decision"

    ground = fields.Selection(selection=GROUNDS, help="Which case of article 18(1) GDPR it is.")
    requested_on = fields.Date(help="Day on which the person has asked for the restriction.")
    review_on = fields.Date(
        string="To Be Reviewed By",
        help="How long it is meant to last. It does not end by itself: the person has to be told before.",
    )
    restricted_on = fields.Date(
        string="Restricted Since", compute="_compute_restricted_on", store=True, help="Day of the decision."
    )
    told_on = fields.Date(
        string="Person Told On",
        copy=False,
        help="Day on which the person was told that the restriction will be lifted; it has to be before that.",
    )
    is_to_review = fields.Boolean(
        compute="_compute_is_to_review", search="_search_is_to_review", export_string_translation=False
    )

    _restriction_complete = models.Constraint(
        """CHECK (CASE WHEN kind = 'article_18'
                       THEN ground IS NOT NULL AND requested_on IS NOT NULL AND review_on IS NOT NULL
                       ELSE COALESCE(ground, '') = '' AND requested_on IS NULL AND review_on IS NULL
                            AND told_on IS NULL END)""",
        "A restriction at the person's request names its ground, the day of the request and the day by which it is "
        "reviewed; no other decision does.",
    )
    _reviewed_after_request = models.Constraint(
        "CHECK (review_on >= requested_on)", "To be reviewed by: the day cannot lie before the request."
    )
    _told_before_lifted = models.Constraint(
        "CHECK (kind != 'article_18' OR (ended_at IS NULL) = (told_on IS NULL) AND told_on >= requested_on)",
        "Tell the person before you lift the restriction, and enter the day on which you have told her.",
    )

    @api.depends("kind")
    def _compute_restricted_on(self):
        for decision in self:
            is_request = decision.kind == "article_18"
            decision.restricted_on = is_request and (decision.restricted_on or fields.Date.today())

    @api.constrains("requested_on", "told_on")
    def _check_days_not_in_the_future(self):
        for decision in self:
            today = fields.Date.context_today(decision)
            for name in ("requested_on", "told_on"):
                if decision[name] and decision[name] > today:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: %(date)s lies in the future. Enter the day on which it was.",
                            field=decision._fields[name]._description_string(self.env),
                            date=format_date(self.env, decision[name]),
                        )
                    )

    @api.depends("review_on", "ended_at")
    def _compute_is_to_review(self):
        today = fields.Date.today()
        for decision in self:
            decision.is_to_review = bool(decision.review_on) and decision.review_on < today and not decision.ended_at

    @api.model
    def _search_is_to_review(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("review_on", "<", fields.Date.today()) & Domain("ended_at", "=", False)
        return overdue if True in value else ~overdue

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind != "article_18":
            self.ground = self.requested_on = self.review_on = False

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{**vals, "told_on": False} for vals in vals_list])

    def _is_lifted_by(self, vals):
        if self.kind == "article_18":
            return vals.keys() == {"end_reason", "told_on"}
        # The form of lifting sends the empty day along.
        return super()._is_lifted_by({name: vals[name] for name in vals if name != "told_on" or vals[name]})

    @api.model
    def _of_requests(self, files):
        """The restrictions in force of the files."""
        return self.search(
            [("case_file_id", "in", files.ids), ("kind", "=", "article_18"), ("ended_at", "=", False)], order="id"
        )


class CaseMerge(models.Model):
    """What was asked for one of two merged files holds for the other one, until the merge is undone."""

    _inherit = "justiq.case.merge"

    @api.model
    def _merge(self, remaining, merged, values=None, reason=False):
        merge = super()._merge(remaining, merged, values, reason)
        merge._update_retention()
        return merge

    def action_undo(self):
        result = super().action_undo()
        self._update_retention()
        return result

    def _update_retention(self):
        # sudo: the dates of the files are the server's to keep.
        files = (self.sudo().case_file_id + self.sudo().merged_file_id).with_context(active_test=False)
        files._update_retention(Domain("id", "in", files.ids))


class CaseFile(models.Model):
    _inherit = "justiq.case.file"

    is_restricted_on_request = fields.Boolean(compute="_compute_is_restricted_on_request")

    def _compute_is_restricted_on_request(self):
        # sudo: only whether there is one; whoever reads the file may know.
        restricted = self.env["justiq.retention.decision"].sudo()._of_requests(self._origin).case_file_id
        for case in self:
            case.is_restricted_on_request = case._origin in restricted

    def action_restrict(self):
        """Decide on the person's request to restrict the processing of the file."""
        self.ensure_one()
        files = self.env["justiq.retention.file"].browse(self.id)
        action = files.action_decide()
        return {
            **action,
            "name": self.env._("Restrict Processing"),
            "context": {**action["context"], "default_kind": "article_18"},
        }
