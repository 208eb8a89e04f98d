from odoo import api, models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    """Scans of a case file are changed by their field, so that what guards the record guards its scan.

    Odoo lets whoever may write a record also replace, detach or delete the attachment behind its field, past the
    record: the signature of a consent, or the paper of an agreed plan. What is attached in the chatter is not meant.
    """

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._check_not_scan_of_case()
        return attachments

    def write(self, vals):
        self._check_not_scan_of_case()
        result = super().write(vals)
        self._check_not_scan_of_case()
        return result

    def unlink(self):
        self._check_not_scan_of_case()
        return super().unlink()

    def _check_not_scan_of_case(self):
        """Refuse to touch the content of a field of what hangs on a case file.

        :raises AccessError: unless the field itself does it
        """
        if self.env.su:
            return
        # sudo: where it is attached, whoever may read it.
        for attachment in self.sudo():
            model = self.env.get(attachment.res_model) if attachment.res_field else None
            if model is not None and isinstance(model, self.env.registry["justiq.case.closed.mixin"]):
                raise AccessError(
                    self.env._("%s belongs to a case file and is changed in its form only.", attachment.name)
                )
