from odoo import fields, models
from odoo.tools import SQL


class RetentionFile(models.Model):
    """The case files as the privacy officer sees them: reference, dates, rule and state, and nothing else.

    Privacy officer and team lead read the files of their companies; nobody else does, and nobody writes. From here
    they place a hold, assign a file to the special class, and propose the files that are due to be anonymised.
    """

    _name = "justiq.retention.file"
    _inherit = ["justiq.retention.mixin"]
    _description = "Retention of Case Files"
    _auto = False
    _order = "retention_date, id"
    _rec_name = "reference"

    _file_state_field = "file_state"
    _depends = {
        "justiq.case.file": [
            "reference",
            "company_id",
            "state",
            "closing_date",
            "merged_into_id",
            "restriction_date",
            "retention_date",
            "retention_rule_id",
        ],
        "justiq.enrolment": ["case_file_id", "grant_id"],
        "justiq.retention.decision": ["kind", "case_file_id", "grant_id", "ended_at"],
    }

    reference = fields.Char(string="Case File", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", string="Provider", readonly=True)
    file_state = fields.Selection(
        selection=[("open", "Open"), ("closed", "Closed"), ("anonymised", "Anonymised")],
        string="State of the File",
        readonly=True,
    )
    closing_date = fields.Date(string="Closed On", readonly=True)
    is_on_hold = fields.Boolean(string="On Hold", readonly=True)
    is_special_class = fields.Boolean(
        string="Section 9b", readonly=True, help="Assigned to the special class of section 9b SGB VIII."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT file.id, file.reference, file.company_id, file.state AS file_state, file.closing_date,
                   file.restriction_date, file.retention_date, file.retention_rule_id,
                   EXISTS (SELECT FROM justiq_retention_decision hold
                            WHERE hold.kind = 'hold' AND hold.ended_at IS NULL
                              AND (hold.case_file_id = file.id
                                   OR hold.grant_id IN (SELECT enrolment.grant_id FROM justiq_enrolment enrolment
                                                         WHERE enrolment.case_file_id = file.id))) AS is_on_hold,
                   EXISTS (SELECT FROM justiq_retention_decision special
                            WHERE special.kind = 'section_9b' AND special.ended_at IS NULL
                              AND special.case_file_id = file.id) AS is_special_class
              FROM justiq_case_file file
             WHERE file.merged_into_id IS NULL
            """
        )

    def action_decide(self):
        """Open the dialog in which a hold is placed, or the file assigned to the special class."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide on Retention"),
            "res_model": "justiq.retention.decision",
            "view_mode": "form",
            "views": [(self.env.ref("justiq.justiq_retention_decision_view_form").id, "form")],
            "target": "new",
            "context": {"default_case_file_id": self.id, "default_company_id": self.company_id.id},
        }

    def action_view_decisions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_retention_decision_action")
        return {**action, "domain": [("case_file_id", "=", self.id)]}

    def action_make_list(self):
        """Make a list of the chosen files, to be proposed, with a count of what would be removed."""
        run = self.env["justiq.retention.run"]._make(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": run._name,
            "res_id": run.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
