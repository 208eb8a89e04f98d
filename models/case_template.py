from odoo import api, models


class MailRenderMixin(models.AbstractModel):
    """A template renders no record of a case file for somebody who may not read it.

    The code of a template may use the rights of the server; who starts it has her own.
    """

    _inherit = "mail.render.mixin"

    @api.model
    def _render_template(self, template_src, model, res_ids, *args, **kwargs):
        if model in self.env["justiq.access.log"]._file_columns():
            records = self.env[model].browse(res_ids)
            records.check_access("read")
            records._record_access("form" if len(records) == 1 else "list")
        return super()._render_template(template_src, model, res_ids, *args, **kwargs)
