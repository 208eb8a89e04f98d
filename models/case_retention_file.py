from odoo import fields, models
from odoo.tools import SQL

from ..tools.eraser import FileEraser
from .case_retention_decision import HOLDING


class RetentionFile(models.Model):
    """The case files as the privacy officer sees them: reference, dates, rule and state, and nothing else.

    Privacy officer and team lead read the files of their companies; nobody else does, and nobody writes. From here
    they place a hold, restrict a file at the person's request, assign it to the special class, and propose the files
    that are due to be anonymised.
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
    is_on_request = fields.Boolean(
        string="On Request", readonly=True, help="The person has asked that the processing be restricted (article 18)."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT file.id, file.reference, file.company_id, file.state AS file_state, file.closing_date,
                   file.restriction_date, file.retention_date, file.retention_rule_id,
                   EXISTS (SELECT FROM justiq_retention_decision hold
                            WHERE hold.kind IN %(holding)s AND hold.ended_at IS NULL
                              AND (hold.case_file_id = file.id
                                   OR hold.grant_id IN (SELECT enrolment.grant_id FROM justiq_enrolment enrolment
                                                         WHERE enrolment.case_file_id = file.id))) AS is_on_hold,
                   EXISTS (SELECT FROM justiq_retention_decision special
                            WHERE special.kind = 'section_9b' AND special.ended_at IS NULL
                              AND special.case_file_id = file.id) AS is_special_class,
                   EXISTS (SELECT FROM justiq_retention_decision request
                            WHERE request.kind = 'article_18' AND request.ended_at IS NULL
                              AND request.case_file_id = file.id) AS is_on_request
              FROM justiq_case_file file
             WHERE file.merged_into_id IS NULL
            """,
            holding=HOLDING,
        )

    def action_decide(self):
        """Open the dialog of a decision: a hold, a restriction at the person's request, or the special class."""
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
        return self.env["justiq.retention.run"]._action_make(self)

    def _eraser(self):
        # sudo: what is stored about the files, to count or to remove it; nothing of it is shown.
        files = self.env["justiq.case.file"].sudo().browse(self.ids)
        return FileEraser(files.env, files)

    def _run_line_values(self):
        return {"case_file_id": self.id}
