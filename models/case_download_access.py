from odoo import models


class IrBinary(models.AbstractModel):
    """Files attached to case files, and to what hangs on them, are written to the access log when they leave."""

    _inherit = "ir.binary"

    def _get_stream_from(self, record, field_name="raw", *args, **kwargs):
        stream = super()._get_stream_from(record, field_name, *args, **kwargs)
        self._log_download(record, field_name)
        return stream

    def _log_download(self, record, field_name):
        """Log the download of an attachment, or of a field, by its number: a file name may tell who it is."""
        model, res_id, detail = record._name, record.id, field_name
        if model == "ir.attachment":
            # sudo: where the file is attached, whoever gets it.
            model, res_id = record.sudo().res_model, record.sudo().res_id
            detail = f"ir.attachment {record.id}"
        if res_id and model in self.env["justiq.access.log"]._file_columns():
            self.env[model].browse(res_id)._record_access("download", detail)
