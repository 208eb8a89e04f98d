from odoo import fields, models


class CaseSatelliteMixin(models.AbstractModel):
    """What hangs on one case file and follows its access.

    Whoever may read the file may read its satellites, and nobody else may; what
    else a role may do with them is the access list's to say. Once the file is
    closed, they stay as they are. A new satellite inherits this and gets its
    line in `security/ir.rule.csv`, nothing more.
    """

    _name = "justiq.case.satellite.mixin"
    _inherit = [
        "justiq.access.logged.mixin",
        "justiq.case.closed.mixin",
        "justiq.fixed.keys.mixin",
        "justiq.import.mixin",
    ]
    _description = "Follows the Case File"

    _fixed_keys = ("case_file_id",)

    case_file_id = fields.Many2one(comodel_name="justiq.case.file", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="case_file_id.company_id", store=True, index=True)
