from odoo import models


class DocumentLoggedMixin(models.AbstractModel):
    """What belongs to a record by its model and number: whoever reads it has read of the case file behind."""

    _name = "justiq.document.logged.mixin"
    _inherit = ["justiq.access.logged.mixin"]
    _description = "Reading Is Logged with Its Document"

    _document_model = "res_model"

    def _add_to(self, access):
        if access is None:
            return
        columns = self.env["justiq.access.log"]._file_columns()
        # sudo: only where they belong.
        for document in self._origin.sudo():
            if document.res_id and document[self._document_model] in columns:
                access.ids_by_model[document[self._document_model]].add(document.res_id)
                access.detail = access.detail or self._name


class MailMessage(models.Model):
    _name = "mail.message"
    _inherit = ["mail.message", "justiq.document.logged.mixin"]

    _document_model = "model"

    def _to_store(self, store, fields, **kwargs):
        """As the chatter and the inbox get it."""
        # What is pushed to somebody has not been asked for. It is called again with what is left of the fields.
        if "message_format" in fields and not store.target.channel:
            self._record_access("list")
        return super()._to_store(store, fields, **kwargs)


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["mail.activity", "justiq.document.logged.mixin"]

    def _to_store_defaults(self, target):
        """As the chatter and the list of activities get it."""
        if not target.channel:
            self._record_access("list")
        return super()._to_store_defaults(target)


class IrAttachment(models.Model):
    _name = "ir.attachment"
    _inherit = ["ir.attachment", "justiq.document.logged.mixin"]
