from odoo import api, models
from odoo.exceptions import AccessError, ValidationError

MOST_BYTES = 20 * 1024 * 1024
VOUCHER_SCAN = ("account.analytic.line", "justiq_document")


class IrAttachment(models.Model):
    """Scans of a case file are changed by their field, so that what guards the record guards its scan.

    Odoo lets whoever may write a record also replace, detach or delete the attachment behind its field, past the
    record: the signature of a consent, or the paper of an agreed plan. What is attached in the chatter is not meant.
    A scan is a PDF or a picture. And nothing that is attached to a case file opens to whoever has its address: it is
    never public, and a token of access for outsiders is not kept.
    """

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._check_not_scan_of_case()
        attachments._check_scan()
        attachments._keep_inside()
        return attachments

    def write(self, vals):
        self._check_not_scan_of_case()
        result = super().write(vals)
        self._check_not_scan_of_case()
        if vals.keys() & {"raw", "datas", "db_datas", "mimetype"}:
            self._check_scan()
        if vals.keys() & {"public", "access_token", "res_model", "res_id"}:
            self._keep_inside()
        return result

    def unlink(self):
        self._check_not_scan_of_case()
        return super().unlink()

    def _of_model(self, mixin):
        """Those that are attached to a record of a model with the mixin."""
        mixin = self.env.registry[mixin]
        places = self.sudo()  # sudo: only where it is attached
        return places.filtered(
            lambda one: (model := self.env.registry.get(one.res_model or "")) and issubclass(model, mixin)
        ).with_env(self.env)

    def _check_not_scan_of_case(self):
        """Refuse to touch the content of a field of what hangs on a case file.

        :raises AccessError: unless the field itself does it
        """
        if self.env.su:
            return
        # sudo: where it is attached, whoever may read it.
        for attachment in self._of_model("justiq.case.closed.mixin").sudo():
            if attachment.res_field:
                raise AccessError(
                    self.env._("%s belongs to a case file and is changed in its form only.", attachment.name)
                )

    def _check_scan(self):
        """Refuse what is no scan, or too large for one.

        :raises ValidationError: naming the field, what was found, and the limit
        """
        of_cases = self._of_model("justiq.case.closed.mixin")
        # sudo: type and size, of what the user has just uploaded.
        for scan in self.sudo():
            if not scan.res_field or (scan not in of_cases and (scan.res_model, scan.res_field) != VOUCHER_SCAN):
                continue
            label = self.env[scan.res_model]._fields[scan.res_field]._description_string(self.env)
            is_picture = scan.mimetype.startswith("image/") and not scan.mimetype.startswith("image/svg")
            if scan.mimetype != "application/pdf" and not is_picture:
                raise ValidationError(
                    self.env._(
                        "%(field)s: “%(type)s” was uploaded. Please choose a scan as PDF, JPEG or PNG.",
                        field=label,
                        type=scan.mimetype,
                    )
                )
            if scan.file_size > MOST_BYTES:
                raise ValidationError(
                    self.env._(
                        "%(field)s: the file has %(size)s MB, at most %(most)s MB are kept. Scan it again with fewer "
                        "dots per inch.",
                        field=label,
                        size=-(-scan.file_size // 1024**2),
                        most=MOST_BYTES // 1024**2,
                    )
                )

    def _keep_inside(self):  # pylint: disable=missing-return
        """Nobody opens the attachments of a case file by their address alone."""
        # sudo: whoever has published it.
        inside = self._of_model("justiq.access.logged.mixin").sudo()
        if published := inside.filtered(lambda one: one.public or one.access_token):
            # Below this model's own `write`, which calls this method.
            super(IrAttachment, published).write(  # pylint: disable=super-method-mismatch
                {"public": False, "access_token": False}
            )
