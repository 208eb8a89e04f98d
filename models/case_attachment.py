import mimetypes

from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools.mimetypes import guess_mimetype

MOST_BYTES = 20 * 1024 * 1024
SCANS = {
    "application/pdf",
    *(f"image/{kind}" for kind in ("jpeg", "png", "gif", "bmp", "x-ms-bmp", "tiff", "webp", "heic", "heif")),
}
TEXTS = {"text/plain", "text/csv"}
# Documents of office programs; those with macros have other types.
PAPERS = {
    *TEXTS,
    "application/rtf",
    "text/rtf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    *(
        f"application/vnd.openxmlformats-officedocument.{kind}"
        for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
    ),
    *(f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet", "presentation")),
}
PAGES = {"text/html", "text/xml"}
CONTAINERS = {
    "application/zip",
    "application/x-ole-storage",
    "application/CDFV2",
    "application/octet-stream",
    "application/json",
    "inode/x-empty",
    "application/x-empty",
}
# Beside those of what hangs on a case file.
OTHER_SCANS = {
    ("account.analytic.line", "justiq_document"),
    ("justiq.programme.funder", "logo"),
    ("justiq.publicity", "proof"),
}


class IrAttachment(models.Model):
    """Scans of a case file are changed by their field, so that what guards the record guards its scan.

    Odoo lets whoever may write a record also replace, detach or delete the attachment behind its field, past the
    record: the signature of a consent, or the paper of an agreed plan. What is attached in the chatter is not meant.
    A scan is a PDF or a picture; the chatter takes texts and documents as well, but nothing that runs. And nothing that
    is attached to a case file opens to whoever has its address: it is never public, and a token of access for
    outsiders is not kept.
    """

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._check_not_scan_of_case()
        attachments._check_upload()
        attachments._keep_inside()
        return attachments

    def write(self, vals):
        self._check_not_scan_of_case()
        result = super().write(vals)
        self._check_not_scan_of_case()
        if vals.keys() & {"raw", "datas", "db_datas", "mimetype", "name", "res_model", "res_id"}:
            self._check_upload()
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

    def _check_upload(self):
        """Refuse what is neither a scan in its field nor a paper in the chatter, or too large.

        What it is, its name, its declared type and its content must agree on.

        :raises ValidationError: naming the field, what was found, and the limit
        """
        of_cases = self._of_model("justiq.case.closed.mixin")
        in_chatter = self._in_chatter()
        # sudo: type and size, of what the user has just uploaded.
        for upload in self.sudo():
            is_scan = upload.res_field and (upload in of_cases or (upload.res_model, upload.res_field) in OTHER_SCANS)
            if not is_scan and upload not in in_chatter:
                continue
            if is_scan:
                label = self.env[upload.res_model]._fields[upload.res_field]._description_string(self.env)
                types = SCANS
                wanted = self.env._("a scan as PDF, JPEG or PNG")
            else:
                label, types = upload.name, SCANS | PAPERS
                wanted = self.env._("a PDF, a picture, a text, or a document without macros")
            if strange := upload._strange_type(types):
                raise ValidationError(
                    self.env._(
                        "%(field)s: “%(type)s” was uploaded. Please choose %(wanted)s.",
                        field=label,
                        type=strange,
                        wanted=wanted,
                    )
                )
            if upload.file_size > MOST_BYTES:
                raise ValidationError(
                    self.env._(
                        "%(field)s: the file has %(size)s MB, at most %(most)s MB are kept. Scan it again with fewer "
                        "dots per inch.",
                        field=label,
                        size=-(-upload.file_size // 1024**2),
                        most=MOST_BYTES // 1024**2,
                    )
                )

    def _in_chatter(self):
        """Those that are attached to a case file, or to what hangs on it, and not behind a field."""
        logged = self.env["justiq.access.log"]._file_columns()
        # sudo: only where they are attached.
        return self.filtered(lambda one: one.sudo().res_model in logged and not one.sudo().res_field)

    def _strange_type(self, types):
        """The first type that is none of these: as declared, by the name, or by the content."""
        self.ensure_one()
        by_name = not self.res_field and mimetypes.guess_type(self.name or "")[0]
        content = self.raw and guess_mimetype(self.raw)
        # A text looks like many things, and a page would run; an office document may look like its container.
        is_text = self.mimetype in TEXTS and str(content).startswith("text/") and content not in PAGES
        is_known = is_text or (self.mimetype in PAPERS and content in CONTAINERS)
        found = filter(None, (self.mimetype, by_name, not is_known and content))
        return next((one for one in map(str.lower, found) if one not in types), None)

    def _keep_inside(self):  # pylint: disable=missing-return
        """Nobody opens the attachments of a case file by their address alone."""
        logged = self.env["justiq.access.log"]._file_columns()
        # sudo: whoever has published it.
        inside = self.sudo().filtered(lambda one: one.res_model in logged)
        if published := inside.filtered(lambda one: one.public or one.access_token):
            # Below this model's own `write`, which calls this method.
            super(IrAttachment, published).write(  # pylint: disable=super-method-mismatch
                {"public": False, "access_token": False}
            )
