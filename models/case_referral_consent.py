from odoo import models
from odoo.tools import format_date


class CaseReferral(models.Model):
    """A withdrawn consent to passing on stops the letters to that service, also those released before.

    The release of a referral says what this one letter may tell; the consent says whether the service may be told
    anything at all.
    """

    _inherit = "justiq.case.referral"

    def _why_not_passed_on(self):
        return super()._why_not_passed_on() or self._withdrawn_since()

    def _withdrawn_since(self):
        """Since when the consent is withdrawn, as a text, or an empty one."""
        withdrawn = self.case_file_id.consent_ids.filtered(
            lambda consent: (
                consent.purpose == "passing_on"
                and consent.partner_id in self.partner_id | self.partner_id.commercial_partner_id
                and consent.withdrawn_on
                and consent.withdrawn_on >= self.released_on
            )
        )
        if not withdrawn or self.case_file_id._has_consent("passing_on", partner=self.partner_id):
            return ""
        return self.env._(
            "the consent to passing on was withdrawn on %s",
            format_date(self.env, max(withdrawn.mapped("withdrawn_on"))),
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
