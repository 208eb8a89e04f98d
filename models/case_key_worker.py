from odoo import api, fields, models


class CaseKeyWorker(models.Model):
    """Who was the key worker of a case file, from when until when, and why (S29).

    The server writes it with every change of the key worker, without gap and
    overlap; nobody writes it by hand. Whoever may read the case file reads it.
    """

    _name = "justiq.case.key.worker"
    _inherit = ["justiq.access.logged.mixin"]
    _description = "Key Worker of a Case File"
    _order = "date_from desc, id desc"
    _rec_names_search = ["employee_id", "case_file_id.reference"]

    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="case_file_id.company_id", store=True, index=True)
    employee_id = fields.Many2one(
        comodel_name="hr.employee", string="Key Worker", required=True, readonly=True, ondelete="restrict", index=True
    )
    date_from = fields.Datetime(string="From", required=True, readonly=True, index=True)
    date_to = fields.Datetime(string="To", readonly=True, help="Empty: until today.")
    reason = fields.Char(required=True, readonly=True)
    handover_id = fields.Many2one(
        comodel_name="justiq.case.handover", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    changed_by_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, default=lambda self: self.env.user, ondelete="restrict"
    )

    _dates_in_order = models.Constraint("CHECK (date_to >= date_from)", "A key worker must not end before the start.")
    # A range of the one id: equality of numbers would need an extension of PostgreSQL.
    _one_at_a_time = models.Constraint(
        "EXCLUDE USING gist (int4range(case_file_id, case_file_id, '[]') WITH =, tsrange(date_from, date_to) WITH &&)",
        "S29: a case file has exactly one key worker at any moment.",
    )
    _one_current = models.UniqueIndex(
        "(case_file_id) WHERE date_to IS NULL",
        "S29: a case file has exactly one key worker at any moment.",
    )

    @api.depends("case_file_id.reference", "employee_id.name")
    def _compute_display_name(self):
        for line in self:
            # sudo: the reference is no secret to whoever sees the label.
            line.display_name = f"{line.sudo().case_file_id.reference or ''} · {line.employee_id.name or ''}"
