from odoo import models
from odoo.tools import format_date


class CaseReferralReport(models.AbstractModel):
    """The letter to the service to which a young person is referred.

    Printed by whoever may read the case file, and only while a release holds.
    It contains what has been released and nothing else; the sheet is made of
    nothing else, so no template can print more.
    """

    _name = "report.justiq.report_case_referral"
    _inherit = "justiq.report.mixin"
    _description = "Letter of Referral"

    _printed_model = "justiq.case.referral"

    def _contents(self, referrals):
        referrals._check_passing_on()
        return {referral.id: self._content(referral) for referral in referrals}

    def _content(self, referral):
        case = referral.case_file_id
        name = f"{case.first_name} {case.last_name}" if referral.release_name else case.reference
        # sudo: the addresses of provider and service, and the name of who writes.
        partner, company = referral.sudo().partner_id, referral.sudo().company_id
        key_worker = case.sudo().key_worker_id  # sudo: as above
        return {
            "title": self.env._("Referral of %s", name),
            "sender": " · ".join(self._address(company.partner_id)),
            "recipient": self._address(partner),
            "opening": self.env._(
                "we accompany a young person in the project “%(grant)s” and ask for your support: %(offer)s.",
                # sudo: the name of the grant stands at the head of the letter.
                grant=referral.sudo().grant_id.name,
                offer=referral.offer,
            ),
            "facts": [
                {"label": self._title(record, field), "text": self._text(record, field)}
                for record, field in referral._released_facts()
            ],
            "key_worker": key_worker.name,
            "phone": key_worker.work_phone,
            "release": self.env._(
                "Released for you on %(date)s by: %(who)s. The release holds until %(until)s. Please use these data "
                "for this purpose only and do not pass them on.",
                date=format_date(self.env, referral.released_on),
                who=self._label(referral, "released_by"),
                until=format_date(self.env, referral.released_until),
            ),
        }

    def _address(self, partner):
        lines = [partner.commercial_partner_id.name, *(partner._display_address(without_company=True).splitlines())]
        if partner != partner.commercial_partner_id:
            lines.insert(1, partner.name)
        return [line for line in lines if line and line.strip()]

    def _title(self, record, field):
        return record._fields[field]._description_string(self.env)
