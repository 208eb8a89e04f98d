from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..tools.lock import let_one_pass

KINDS = [
    ("hold", "Hold: keep until lifted"),
    ("section_9b", "Special class, section 9b SGB VIII"),
    ("article_18", "Restriction at the person's request"),
]
# As long as one of them is in force nothing is removed.
HOLDING = ("hold", "article_18")


class RetentionDecision(models.Model):
    """What the law does not tell by itself: a hold for an audit, a special class, or what the person has asked for.

    A hold on a grant or on one file stops every deletion there until somebody lifts it with a reason; so does a
    restriction at the person's request (`case_retention_restriction.py`). Privacy officer and team lead decide, and
    read the decisions of the own companies; nobody else does. A decision never changes and is never deleted: it ends,
    and who ended it when and why stays on record.
    """

    _name = "justiq.retention.decision"
    _inherit = ["justiq.computed.mixin"]
    _description = "Decision on Retention"
    _order = "ended_at desc nulls first, id desc"
    _check_company_auto = True

    kind = fields.Selection(selection=KINDS, required=True, default="hold")
    company_id = fields.Many2one(
        comodel_name="res.company",
        string="Provider",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
        index=True,
    )
    grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        help="The hold covers all case files of the grant.",
    )
    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file", ondelete="restrict", index="btree_not_null", check_company=True
    )
    reason = fields.Text(
        required=True, help="Which audit, which agreement with the youth welfare office ... Please no names."
    )
    ended_at = fields.Datetime(string="Lifted On", readonly=True, copy=False)
    ended_by_id = fields.Many2one(
        comodel_name="res.users", string="Lifted By", readonly=True, copy=False, ondelete="restrict"
    )
    end_reason = fields.Text(string="Why It Was Lifted", copy=False)

    _about_one = models.Constraint(
        "CHECK ((grant_id IS NULL) != (case_file_id IS NULL))", "Name either a grant or a case file."
    )
    _special_class_of_a_file = models.Constraint(
        "CHECK (kind = 'hold' OR case_file_id IS NOT NULL)",
        "A single case file is assigned to the special class; a whole grant cannot be.",
    )
    _written_reason = models.Constraint("CHECK (reason ~ '[[:alnum:]]')", "Please state the reason.")
    _lifted_with_reason = models.Constraint(
        "CHECK (ended_at IS NULL OR (ended_by_id IS NOT NULL AND COALESCE(end_reason, '') ~ '[[:alnum:]]'))",
        "Please state why it is lifted.",
    )
    _open_file_index = models.Index("(case_file_id) WHERE ended_at IS NULL AND case_file_id IS NOT NULL")

    @api.depends("kind", "grant_id.name", "case_file_id.reference")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for decision in self:
            # sudo: the reference is no secret to whoever reads the decision.
            subject = decision.grant_id.name or decision.sudo().case_file_id.reference or ""
            decision.display_name = f"{kinds.get(decision.kind, '')} · {subject}"

    @api.model_create_multi
    def create(self, vals_list):
        decisions = super().create(
            [{**vals, "ended_at": False, "ended_by_id": False, "end_reason": False} for vals in vals_list]
        )
        # A file is named by whoever may see it in the list of retention, of the own companies.
        self.env["justiq.retention.file"].browse(decisions.case_file_id.ids).check_access("read")
        decisions._check_not_anonymised()
        # sudo: nothing is changed; whoever is just anonymising there sees the decision, or this one is told of it.
        let_one_pass(decisions.sudo().case_file_id)
        # sudo: as above
        let_one_pass(decisions.sudo().grant_id)
        decisions._update_files()
        return decisions

    def _check_not_anonymised(self):
        # sudo: the state alone decides.
        for case in self.sudo().case_file_id:
            if case.state == "anonymised":
                raise ValidationError(
                    self.env._("Case file %s is anonymised; there is nothing left to decide on.", case.reference)
                )

    def write(self, vals):
        """Only the end of a decision is written, once, and by the server's clock.

        :raises ValidationError: whatever else is written, and where it has ended already
        """
        self.check_access("write")
        for decision in self:
            if not decision._is_lifted_by(vals) or decision.ended_at:
                raise ValidationError(
                    self.env._(
                        "%s cannot be changed any more. Lift it with a reason, and make another decision.",
                        decision.display_name,
                    )
                )
        # sudo: who ended it and when is not for the client to say; that the user may write is checked above.
        result = super(RetentionDecision, self.sudo()).write(
            {
                **vals,
                "end_reason": (vals["end_reason"] or "").strip(),
                "ended_at": fields.Datetime.now(),
                "ended_by_id": self.env.uid,
            }
        )
        self._update_files()
        return result

    def _is_lifted_by(self, vals):
        """Whether the values are those that end a decision."""
        return vals.keys() == {"end_reason"}

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("A decision on retention is never deleted. Lift it with a reason instead."))

    def _update_files(self):
        # sudo: the dates of the files are the server's to keep.
        files = self.sudo().case_file_id
        if files:
            files._update_retention(Domain("id", "in", files.ids))

    def action_lift(self):
        """Ask for the reason."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lift"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(self.env.ref("justiq.justiq_retention_decision_view_form_lift").id, "form")],
            "target": "new",
        }
