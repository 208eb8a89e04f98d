from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CaseMeasure(models.Model):
    """A step towards a goal: what, who does it, by when.

    Follows the access to the case file: the key worker keeps the measures of
    her files, the team lead those of the own companies; nobody else sees
    anything of it.
    """

    _name = "justiq.case.measure"
    _inherit = ["justiq.organisation.mixin", "justiq.case.satellite.mixin"]
    _description = "Measure"
    _order = "goal_id, sequence, due_date, id"

    _fixed_keys = ("goal_id",)

    goal_id = fields.Many2one(comodel_name="justiq.case.goal", required=True, ondelete="cascade", index=True)
    case_file_id = fields.Many2one(related="goal_id.case_file_id", store=True, precompute=True, ondelete="cascade")
    goal_state = fields.Selection(related="goal_id.state", string="Result of the Goal")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="What", required=True)

    # who
    responsible = fields.Selection(
        selection=[
            ("young_person", "Young person"),
            ("key_worker", "Key worker"),
            ("contact", "Somebody around the case"),
            ("organisation", "Organisation"),
        ],
        string="Who",
        required=True,
        default="young_person",
    )
    contact_id = fields.Many2one(
        comodel_name="justiq.case.contact",
        string="Person",
        ondelete="cascade",  # goes with the file; see also below
        index="btree_not_null",
        domain="[('case_file_id', '=', case_file_id)]",
        help="One of the persons and institutions of this case file.",
    )

    # when
    due_date = fields.Date(string="Due", index="btree_not_null")
    is_done = fields.Boolean(string="Finished")

    _contact_named = models.Constraint(
        "CHECK (responsible != 'contact' OR contact_id IS NOT NULL)",
        "Measure: choose the person around the case who does it.",
    )
    _organisation_named = models.Constraint(
        "CHECK (responsible != 'organisation' OR partner_id IS NOT NULL)",
        "Measure: choose the organisation that does it.",
    )

    @api.depends("name", "case_file_id.reference")
    @api.depends_context("uid")
    def _compute_display_name(self):
        # As with the file: labels are computed in sudo, the words must not show.
        readable = self._origin.sudo(False)._filtered_access("read")
        for measure in self:
            if not measure._origin or measure._origin in readable:
                measure.display_name = measure.name
            else:
                measure.display_name = self.env._("Measure %s", measure.case_file_id.reference)

    @api.constrains("contact_id", "goal_id")
    def _check_contact_of_file(self):
        for measure in self:
            if measure.contact_id and measure.contact_id.case_file_id != measure.case_file_id:
                raise ValidationError(
                    self.env._(
                        "Measure “%s”: the person belongs to another case file. "
                        "Choose one of the persons and institutions of this file.",
                        measure.name,
                    )
                )

    @api.onchange("responsible")
    def _onchange_responsible(self):
        """Who does it is one of them only."""
        if self.responsible != "contact":
            self.contact_id = False
        if self.responsible != "organisation":
            self.partner_id = False

    def _who(self):
        """In words who does it."""
        self.ensure_one()
        if self.responsible == "contact":
            return self.contact_id.display_name
        if self.responsible == "organisation":
            return self.partner_id.name
        if self.responsible == "key_worker":
            # sudo: the name of the key worker stands on the plan.
            return self.case_file_id.key_worker_id.sudo().name
        return dict(self._fields["responsible"]._description_selection(self.env))[self.responsible]


class CaseContact(models.Model):
    _inherit = "justiq.case.contact"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_responsible(self):
        # sudo: the measure names the contact, also where the user may not read it.
        measure = self.env["justiq.case.measure"].sudo().search([("contact_id", "in", self.ids)], limit=1)
        if measure:
            raise ValidationError(
                self.env._(
                    "%(contact)s is named in the measure “%(measure)s”. Archive the person instead, "
                    "or choose somebody else there.",
                    contact=measure.contact_id.sudo(False).display_name,
                    measure=measure.sudo(False).display_name,
                )
            )
