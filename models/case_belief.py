from odoo import api, fields, models
from odoo.exceptions import AccessError

GROUP = "justiq.group_belief"


class CaseFile(models.Model):
    """The belief of the young person, where it matters for the help (S32).

    Optional, and apart from the other sections: a special category of personal
    data. Whoever may read the file and, in addition, was given the access to
    beliefs in person reads and writes it; no role brings that access along. It
    leaves the file on no path: not by export or copy, not in a report, not in
    the chatter.
    """

    _inherit = "justiq.case.file"

    belief = fields.Text(
        groups=GROUP,
        copy=False,
        exportable=False,
        help="Only if the young person wants it to be considered. It is neither tracked nor exported nor printed.",
    )

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        # Each export comes by here, also the one of another record that refers to the file.
        self._check_belief_not_in({path[0] for path in fields if path})
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    @api.model
    def load(self, fields, data):
        self._check_belief_not_in({name.split("/")[0] for name in fields})
        return super().load(fields, data)

    @api.model
    def _check_belief_not_in(self, names):
        if "belief" in names:
            raise AccessError(self.env._("Belief: this field is never exported or imported. Leave it out."))
