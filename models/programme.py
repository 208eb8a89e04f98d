from odoo import fields, models


class Programme(models.Model):
    """One version of one funding programme: what the funder asks for, as data.

    Everybody with a JUSTiQ role reads programmes; only the programme
    administrator creates, changes or deletes them. Another programme, or a new
    version of one, is made by duplicating a record and changing its Bausteine
    and rules; no code is involved.
    """

    _name = "justiq.programme"
    _inherit = ["mail.thread"]
    _description = "Funding Programme"
    _order = "date_start desc, code"

    # description
    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True,
        copy=False,
        default=lambda self: self.env._("NEW"),
        help="Short unique name of this version, used in labels and imports.",
    )
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    source = fields.Text(
        translate=True,
        help="Where the rules of this version come from: guideline, grant notice, "
        "leaflet. It is what an auditor asks for first.",
    )

    # period and target group
    date_start = fields.Date(required=True, tracking=True)
    date_end = fields.Date(required=True, tracking=True)
    age_min = fields.Integer(
        default=12, required=True, aggregator=None, help="Youngest age on the day of entry, inclusive."
    )
    age_max = fields.Integer(
        default=26, required=True, aggregator=None, help="Oldest age on the day of entry, inclusive."
    )

    # data protection and deadlines
    legal_basis = fields.Selection(
        selection=[("consent", "Consent"), ("legal_duty", "Legal duty")],
        required=True,
        default="consent",
        help="Consent: a person counts once the consent to the use of the ESF data is "
        "signed. Legal duty: once the information sheet has been handed over.",
    )
    exit_data_days = fields.Integer(
        default=28,
        required=True,
        help="Days after the exit within which the exit data have to be complete.",
    )

    # content
    baustein_ids = fields.One2many(comodel_name="justiq.baustein", inverse_name="programme_id", copy=True)
    requirement_ids = fields.One2many(comodel_name="justiq.requirement", inverse_name="programme_id", copy=True)

    # publicity
    funder_ids = fields.One2many(
        comodel_name="justiq.programme.funder",
        inverse_name="programme_id",
        copy=True,
        help="Their logos are printed at the foot of every report, in this order.",
    )
    funding_note = fields.Text(
        translate=True,
        string="Usual Wording",
        help="Wording of the publicity obligation, printed next to the logos.",
    )

    _code_unique = models.Constraint("UNIQUE (code)", "Another programme version already has this code.")
    _dates_in_order = models.Constraint(
        "CHECK (date_end >= date_start)",
        "The programme must not end before it starts.",
    )
    _ages_in_order = models.Constraint(
        "CHECK (age_min >= 0 AND age_max >= age_min)",
        "The oldest age must not be below the youngest one.",
    )
    _exit_data_days_positive = models.Constraint(
        "CHECK (exit_data_days >= 0)",
        "The time limit for exit data must not be negative.",
    )

    def copy(self, default=None):
        copies = super().copy(default)
        for programme, copied in zip(self, copies, strict=True):
            own = {baustein.code: baustein for baustein in copied.baustein_ids}
            for baustein in programme.baustein_ids:
                own[baustein.code].leads_to_id = own.get(baustein.leads_to_id.code)
        return copies

    def copy_data(self, default=None):
        copies = super().copy_data(default)
        for programme, values in zip(self, copies, strict=True):
            values.setdefault("code", self.env._("%s (copy)", programme.code))
        return copies
