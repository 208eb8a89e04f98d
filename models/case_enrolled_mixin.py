from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EnrolledMixin(models.AbstractModel):
    """What hangs on a case file and belongs to one enrolment of the young person.

    The enrolment tells the programme, whose catalogues are used, and the grant,
    whose funders stand on the papers. Without a choice it is the running one.
    """

    _name = "justiq.case.enrolled.mixin"
    _inherit = ["justiq.case.satellite.mixin"]
    _description = "Belongs to an Enrolment"

    _fixed_keys = ("case_file_id", "enrolment_id")

    enrolment_id = fields.Many2one(
        comodel_name="justiq.enrolment",
        compute="_compute_enrolment_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('case_file_id', '=', case_file_id)]",
        help="The grant within which this happens. Without a choice: the newest running enrolment.",
    )
    grant_id = fields.Many2one(related="enrolment_id.grant_id", string="Grant of the Enrolment")
    programme_id = fields.Many2one(related="enrolment_id.grant_id.programme_id", string="Programme of the Enrolment")

    @api.depends("case_file_id")
    def _compute_enrolment_id(self):
        for record in self:
            if not record.enrolment_id:
                enrolments = record.case_file_id.enrolment_ids
                running = enrolments.filtered(lambda enrolment: not enrolment.date_exit)
                record.enrolment_id = (running or enrolments)[:1]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            case = self.env["justiq.case.file"].browse(vals.get("case_file_id"))
            if case and not vals.get("enrolment_id") and case.has_access("read"):
                case._check_enrolled()
        return super().create(vals_list)

    @api.constrains("case_file_id", "enrolment_id")
    def _check_enrolment_of_file(self):
        for record in self:
            if record.enrolment_id.case_file_id != record.case_file_id:
                raise ValidationError(
                    self.env._(
                        "Enrolment: “%(enrolment)s” does not belong to case file %(reference)s. "
                        "Choose an enrolment of this file.",
                        enrolment=record.enrolment_id.display_name,
                        reference=record.case_file_id.reference,
                    )
                )
