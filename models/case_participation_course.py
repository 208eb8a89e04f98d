from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .case_enrolment_answers import DESTINATION, NO_ANSWER

END_REASONS = [
    ("taken_over", "Taken over into another Baustein"),
    ("completed", "Completed as planned"),
    ("referred", "Referred to another service"),
    ("moved", "Moved away"),
    ("age", "Grown out of the age limit"),
    ("no_contact", "Contact broken off"),
    ("other", "Other"),
]
# What the questionnaire at the exit from the grant asks, for a single Baustein.
OUTCOMES = [option for option in DESTINATION if option[0] != NO_ANSWER]


class Participation(models.Model):
    """How a participation came about, how it ended, and what came next (S2)."""

    _inherit = "justiq.participation"

    _fixed_keys = ("enrolment_id", "baustein_id", "micro_project_id", "origin_participation_id")

    # where from, where to
    origin_participation_id = fields.Many2one(
        comodel_name="justiq.participation",
        string="Came From",
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="The participation out of which this one arose: a take-over, or a return.",
    )
    next_participation_ids = fields.One2many(
        comodel_name="justiq.participation",
        inverse_name="origin_participation_id",
        string="Followed By",
        readonly=True,
    )
    leads_to_id = fields.Many2one(related="baustein_id.leads_to_id", string="Leads To")
    is_case_writable = fields.Boolean(
        compute="_compute_is_case_writable",
        export_string_translation=False,
        help="Whether the user may take the young person into another Baustein herself.",
    )

    # how it ended
    end_reason = fields.Selection(selection=END_REASONS, copy=False)
    outcome = fields.Selection(selection=OUTCOMES, copy=False, help="What the young person does afterwards.")
    contact_count = fields.Integer(
        string="Contacts",
        compute="_compute_contact_count",
        store=True,
        help="Entries of the contact log (S30), corrected ones once; in a micro-project the sessions attended.",
    )

    _ended_with_a_date = models.Constraint(
        "CHECK (date_end IS NOT NULL OR (end_reason IS NULL AND outcome IS NULL))",
        "Reason and outcome belong to a participation that has ended. Fill in its end, or empty both.",
    )
    _individual_once_at_a_time = models.UniqueIndex(
        "(enrolment_id, baustein_id) WHERE date_end IS NULL AND baustein_kind = 'individual'",
        "This person already takes part in this Baustein. Carry on with the running participation, "
        "or end it before a new one starts.",
    )

    @api.depends("case_file_id")
    @api.depends_context("uid")
    def _compute_is_case_writable(self):
        # sudo on the way to the file only; the access is asked as the user.
        writable = self.sudo().case_file_id._origin.sudo(False)._filtered_access("write")
        for participation in self:
            # sudo: as above
            participation.is_case_writable = participation.sudo().case_file_id._origin.id in writable._ids

    @api.depends("note_ids.is_amended", "note_ids.participation_id", "baustein_kind")
    def _compute_contact_count(self):
        counts = {
            participation.id: count
            for participation, count in self.env["justiq.case.note"]._read_group(
                [("participation_id", "in", self.ids), ("is_amended", "=", False)], ["participation_id"], ["__count"]
            )
        }
        for participation in self:
            participation.contact_count = counts.get(participation._origin.id, 0)

    @api.constrains("origin_participation_id", "enrolment_id")
    def _check_origin(self):
        for participation in self:
            origin = participation.origin_participation_id
            if origin and origin.enrolment_id != participation.enrolment_id:
                raise ValidationError(
                    self.env._(
                        "%s: it can only come from another participation of the same person.",
                        participation.display_name,
                    )
                )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_take_over(self):
        """Ask for the start, and take the young person into the next Baustein."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_take_over_action")
        return {**action, "context": {"default_participation_id": self.id}}

    def action_come_back(self):
        """Open a new participation in the same Baustein; the old one stays as it is."""
        self.ensure_one()
        self.check_access("read")
        if not self.date_end:
            raise UserError(self.env._("%s is still running; there is nothing to come back to.", self.display_name))
        names = ("enrolment_id", "baustein_id", "micro_project_id", "key_worker_id")
        defaults = self._convert_to_write({name: self[name] for name in names})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Come Back"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                **{f"default_{name}": value for name, value in defaults.items()},
                "default_origin_participation_id": self.id,
            },
        }
