from odoo import fields, models
from odoo.fields import Domain


class CaseFile(models.Model):
    """The consents of the young person."""

    _inherit = "justiq.case.file"

    consent_ids = fields.One2many(comodel_name="justiq.consent", inverse_name="case_file_id", string="Consents")

    def _has_consent(self, purpose, on_date=None, partner=None, grant=None):
        """The files of which a consent to the purpose holds on the day; none is falsy.

        One query for any number of files. Whatever leaves the house asks here
        first: letters, exports, lists of recipients.

        :param purpose: a key of `justiq.consent.purpose`
        :param on_date: day, by default today
        :param partner: the recipient of what is passed on; a consent that names
            an organisation covers the people who work there
        :param grant: where the consent has to hold for this grant
        """
        on_date = on_date or fields.Date.context_today(self)
        # sudo: whether there is a consent, for files that the caller has got already; nothing else of it.
        consents = self.env["justiq.consent"].sudo()
        domain = consents._valid_domain(on_date) & Domain("case_file_id", "in", self.ids)
        domain &= Domain("purpose", "=", purpose)
        if purpose == "passing_on":
            recipients = partner | partner.commercial_partner_id if partner else self.env["res.partner"]
            domain &= Domain("partner_id", "in", recipients.ids)
        if grant:
            domain &= Domain("grant_id", "in", [False, *grant.ids])
        agreed = {case.id for (case,) in consents._read_group(domain, ["case_file_id"])}
        return self.filtered(lambda case: case.id in agreed)

    def _consents_to_passing_on(self, partner):
        """The consents that name a recipient, whether they hold or not."""
        recipients = partner | partner.commercial_partner_id
        return self.consent_ids.filtered(
            lambda consent: consent.purpose == "passing_on" and consent.partner_id in recipients
        )

    def action_print_consent_form(self):
        """Choose the consent forms that shall be signed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print Consent Forms"),
            "res_model": "justiq.consent.print",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_file_id": self.id},
        }
