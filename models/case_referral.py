from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CaseReferral(models.Model):
    """A referral of the young person to another service (S34).

    Follows the access to the case file: the key worker makes referrals of her
    files, the team lead those of the own companies and may also delete them;
    nobody else sees anything of it. What may be passed on is a matter of the
    release (see there).
    """

    _name = "justiq.case.referral"
    _inherit = ["justiq.organisation.mixin", "justiq.transition.mixin", "justiq.case.enrolled.mixin"]
    _description = "Referral"
    _order = "date desc, id desc"
    _rec_names_search = ["case_file_id.reference", "partner_id.name"]

    _initial_states = ("offered",)
    _transitions = {
        ("offered", "accepted"): "justiq.group_case_worker",
        ("offered", "declined"): "justiq.group_case_worker",
        ("accepted", "done"): "justiq.group_case_worker",
        ("accepted", "declined"): "justiq.group_case_worker",
    }

    case_file_id = fields.Many2one(ondelete="cascade")
    state = fields.Selection(
        selection=[("offered", "Offered"), ("accepted", "Accepted"), ("declined", "Declined"), ("done", "Done")],
        required=True,
        default="offered",
        copy=False,
        group_expand=True,
    )
    partner_id = fields.Many2one(required=True, string="Service")
    offer = fields.Char(string="What Is Offered", required=True, help="The help that the service can give.")
    reason = fields.Text(help="Why the young person is referred. Printed in the letter only if it is released.")

    # when
    date = fields.Date(string="Offered On", required=True, default=fields.Date.context_today)
    answer_date = fields.Date(string="Answered On", copy=False)
    done_date = fields.Date(string="Done On", copy=False)
    follow_up_date = fields.Date(
        string="Follow Up On", index="btree_not_null", copy=False, help="When to ask how things stand."
    )
    outcome = fields.Text(copy=False, help="What came of it; who declined and why.")

    _newest_first_index = models.Index("(date DESC, id DESC)")
    _dates_in_order = models.Constraint(
        "CHECK ((answer_date IS NULL OR answer_date >= date) AND (done_date IS NULL OR done_date >= date))",
        "A referral is not answered or done before it is offered.",
    )
    _ended_with_outcome = models.Constraint(
        "CHECK (state NOT IN ('declined', 'done') OR TRIM(COALESCE(outcome, '')) != '')",
        "A referral ends with an outcome: write down what came of it, or who declined and why.",
    )

    @api.depends("case_file_id.reference", "partner_id.name")
    def _compute_display_name(self):
        # The reference only: a label shows up where the file itself is closed.
        for referral in self:
            # sudo: the reference is no secret to whoever sees the label.
            reference = referral.sudo().case_file_id.reference
            referral.display_name = f"{reference} → {referral.partner_id.name}" if referral._origin else False

    def write(self, vals):
        state = vals.get("state")
        if state in ("declined", "done"):
            self._check_outcome(vals)
        today = fields.Date.context_today(self)
        if state in ("accepted", "declined"):
            vals = {"answer_date": today, **vals}
        elif state == "done":
            vals = {"done_date": today, **vals}
        return super().write(vals)

    def _check_outcome(self, vals):
        """Refuse to end a referral without a word on what came of it.

        :raises ValidationError: naming the referral
        """
        for referral in self:
            if not (vals.get("outcome", referral.outcome) or "").strip():
                raise ValidationError(
                    self.env._(
                        "%s: write down the outcome first: what came of it, or who declined and why.",
                        referral.display_name,
                    )
                )

    def action_accept(self):
        self.write({"state": "accepted"})

    def action_decline(self):
        self.write({"state": "declined"})

    def action_done(self):
        self.write({"state": "done"})
