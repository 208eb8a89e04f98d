from odoo import api, fields, models


class Finding(models.Model):
    """A finding about a case file, or about what hangs on one, follows its access; its chatter follows the finding."""

    _inherit = "justiq.finding"

    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file",
        compute="_compute_case_file_id",
        store=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Only who may read this file sees the finding.",
    )

    @api.depends("res_model", "res_id")
    def _compute_case_file_id(self):
        self.case_file_id = False
        for model, findings in self.grouped("res_model").items():
            name = "id" if model == "justiq.case.file" else "case_file_id"
            if name not in self.env[model]._fields:
                continue
            # sudo: the key of the access, whoever saves what the finding is about.
            records = self.env[model].sudo().browse(findings.mapped("res_id")).exists()
            files = {record.id: record.id if name == "id" else record.case_file_id.id for record in records}
            for finding in findings:
                finding.case_file_id = files.get(finding.res_id)
