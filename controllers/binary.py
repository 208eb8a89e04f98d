from odoo import http

from odoo.addons.web.controllers import binary


def _reads_only(_controller, _rule, args):
    """Whether a replica may answer; the download of what may belong to a case file is written to the access log."""
    model = args.get("model") or "ir.attachment"
    return model != "ir.attachment" and not model.startswith("justiq.")


class Binary(binary.Binary):
    @http.route(readonly=_reads_only)
    def content_common(self, *args, **kwargs):
        return super().content_common(*args, **kwargs)

    @http.route(readonly=_reads_only)
    def content_image(self, *args, **kwargs):
        return super().content_image(*args, **kwargs)
