from odoo import api, models
from odoo.exceptions import ValidationError

from .funding_funder_report_freeze import FILES


class IrAttachment(models.Model):
    """The files of a frozen report stay with it, whoever wants to change, detach or delete them."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._check_no_frozen_file()
        return attachments

    def write(self, vals):
        self._check_no_frozen_file()
        result = super().write(vals)
        self._check_no_frozen_file()
        return result

    def unlink(self):
        self._check_no_frozen_file()
        return super().unlink()

    def _check_no_frozen_file(self):
        """Refuse to touch the files of frozen reports.

        At freezing the files come first and the state last, so nothing has to be let through.

        :raises ValidationError: naming the report
        """
        # sudo: where it is attached, whoever may read it.
        files = self.sudo().filtered(
            lambda attachment: attachment.res_model == "justiq.funder.report" and attachment.res_field in FILES
        )
        if not files:
            return
        if not self.env.su:
            raise ValidationError(self.env._("%s: the server makes the files of a report.", files[0].name))
        # sudo: as above, only the state.
        self.env["justiq.funder.report"].sudo().browse(files.mapped("res_id")).exists()._check_not_frozen()
