from odoo import api, fields, models

PURPOSES = [
    ("esf_data", "Use of the ESF data"),
    ("passing_on", "Passing on to a named recipient"),
    ("photos", "Photos"),
    ("contact_after_exit", "Contact after the exit"),
]


class ConsentForm(models.Model):
    """One version of the wording that a young person signs for one purpose.

    Everybody with a JUSTiQ role reads the forms; only the programme
    administrator writes them. What has been signed refers to its version and
    keeps it: a new wording is a new version, the old one is archived.
    """

    _name = "justiq.consent.form"
    _description = "Consent Form"
    _order = "programme_id, id"

    programme_id = fields.Many2one(comodel_name="justiq.programme", required=True, ondelete="cascade", index=True)
    purpose = fields.Selection(selection=PURPOSES, string="Consent To", required=True)
    version = fields.Char(required=True, default="1")
    active = fields.Boolean(default=True)
    text = fields.Text(
        required=True,
        translate=True,
        help="In plain language: what for, which data, who gets them, that nobody has to sign and what happens then, "
        "and how to withdraw. An empty line starts a new paragraph.",
    )

    _version_unique = models.Constraint(
        "UNIQUE (programme_id, purpose, version)",
        "This programme already has a form of this version for the purpose. Give the new wording a new version.",
    )

    @api.depends("purpose", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["purpose"]._description_selection(self.env))
        for form in self:
            form.display_name = self.env._(
                "%(purpose)s (version %(version)s)", purpose=labels.get(form.purpose, ""), version=form.version or ""
            )


class Programme(models.Model):
    """What a programme says about consents."""

    _inherit = "justiq.programme"

    consent_own_age = fields.Integer(
        string="Own Signature From",
        default=15,
        required=True,
        aggregator=None,
        help="Age in years from which a minor signs consents, too, beside the legal guardian.",
    )
    withdrawal_keeps_count = fields.Boolean(
        string="Stays Counted after a Withdrawal",
        help="Whether somebody whose consent was valid on the day of entry stays in the count of open reports after "
        "withdrawing it later. Frozen reports never change, and exports stop in any case.",
    )
    consent_form_ids = fields.One2many(comodel_name="justiq.consent.form", inverse_name="programme_id", copy=True)

    _consent_own_age_plausible = models.Constraint(
        "CHECK (consent_own_age BETWEEN 0 AND 18)",
        "Own signature: enter an age between 0 and 18; from 18 on everybody signs alone.",
    )
