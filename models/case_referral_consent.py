from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class CaseReferral(models.Model):
    """Nothing is passed on to a service without a signed consent to passing on that holds today.

    The consent says whether the service may be told anything at all, and a minor's needs the legal guardian; the
    release of a referral says what this one letter tells.
    """

    _inherit = "justiq.case.referral"

    has_consent = fields.Boolean(
        string="Consent to Passing On",
        compute="_compute_has_consent",
        help="Whether a signed consent to passing on to this service holds today.",
    )

    @api.depends(
        "partner_id",
        "case_file_id.consent_ids.status",
        "case_file_id.consent_ids.partner_id",
        "case_file_id.consent_ids.purpose",
    )
    def _compute_has_consent(self):
        today = fields.Date.context_today(self)
        for referral in self:
            referral.has_consent = any(consent._is_valid_on(today) for consent in referral._consents())

    @api.depends("has_consent")
    def _compute_is_released(self):
        return super()._compute_is_released()

    def _consents(self):
        return self.case_file_id._consents_to_passing_on(self.partner_id)

    def _why_not_passed_on(self):
        return super()._why_not_passed_on() or self._why_no_consent()

    def _why_no_consent(self):
        """Why the consents allow nothing today, as a text, or an empty one."""
        if self.has_consent:
            return ""
        withdrawn = self._consents().filtered("withdrawn_on").mapped("withdrawn_on")
        if withdrawn:
            return self.env._("the consent to passing on was withdrawn on %s", format_date(self.env, max(withdrawn)))
        return self.env._("no signed consent to passing on to this service holds today")

    def action_record_consent(self):
        """Record the consent to passing on to the service."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Consent to Passing On"),
            "res_model": "justiq.consent",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_case_file_id": self.case_file_id.id,
                "default_purpose": "passing_on",
                "default_partner_id": self.partner_id.commercial_partner_id.id,
                "default_signed_by": self.released_by,
                "default_date": self.released_on or fields.Date.context_today(self),
                "default_valid_until": self.released_until,
            },
        }


class CaseNote(models.Model):
    """A withdrawn consent to passing on also stops the network contacts with that organisation.

    The release of an entry says that the young person has agreed to this one talk; it does not bring back what she has
    withdrawn in writing.
    """

    _inherit = "justiq.case.note"

    @api.constrains("is_released", "date", "partner_id")
    def _check_not_withdrawn(self):
        for note in self.filtered("is_released"):
            consents = note.case_file_id._consents_to_passing_on(note.partner_id)
            withdrawn = consents.filtered(
                lambda consent, day=note.date: consent.withdrawn_on and consent.withdrawn_on <= day
            )
            if withdrawn and not any(consent._is_valid_on(note.date) for consent in consents):
                raise ValidationError(
                    self.env._(
                        "%(reference)s: the consent to passing on to %(partner)s was withdrawn on %(date)s. Record "
                        "what has been signed since, or leave the entry of %(day)s without a release.",
                        reference=note.case_file_id.reference,
                        partner=note.partner_id.display_name,
                        date=format_date(self.env, max(withdrawn.mapped("withdrawn_on"))),
                        day=format_date(self.env, note.date),
                    )
                )


class Consent(models.Model):
    """Referrals tell where data may have gone."""

    _inherit = "justiq.consent"

    def _find_disclosures(self):
        found = super()._find_disclosures()
        if self.purpose != "passing_on":
            return found
        referrals = self.env["justiq.case.referral"].search(
            [
                ("case_file_id", "=", self.case_file_id.id),
                ("partner_id", "child_of", self.partner_id.ids),
                ("released_on", "!=", False),
            ]
        )
        return found + [
            (referral.released_on, self.env._("Referral to %s", referral.partner_id.display_name))
            for referral in referrals
        ]
