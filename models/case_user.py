from odoo import api, fields, models
from odoo.tools import SQL


class Users(models.Model):
    """Which case files are open to a user: her own, and those that a running access opens."""

    _inherit = "res.users"

    # Kept for the request only: a screen asks for it with the record rules of all that hangs on a file.
    case_keys = fields.Json(
        compute="_compute_case_keys",
        compute_sudo=True,
        groups=fields.NO_ACCESS,
        export_string_translation=False,
        help="Key workers and single files that are open to the user: id and until when; empty means for good. Beside "
        "it the files that are open in an emergency only, and those that are locked for her.",
    )

    @api.depends("employee_ids")
    def _compute_case_keys(self):
        for user in self:
            user.case_keys = user._find_case_keys()

    def _find_case_keys(self):
        self.ensure_one()
        self.env["hr.employee"].flush_model(["user_id"])
        self.env["justiq.case.access"].flush_model()
        self.env["justiq.case.denial"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
             SELECT employee.id, access.absent_id, access.case_file_id, access.closes_at, access.kind
               FROM hr_employee employee
          LEFT JOIN justiq_case_access access
                 ON access.employee_id = employee.id AND access.opens_at <= %(now)s AND access.closes_at > %(now)s
              WHERE employee.user_id = %(user)s
          UNION ALL
             SELECT NULL, NULL, file.id, NULL, 'denied'
               FROM justiq_case_denial denial
               JOIN justiq_case_file file ON denial.case_file_id IN (file.id, file.merged_into_id)
              WHERE denial.user_id = %(user)s AND denial.ended_at IS NULL
           ORDER BY closes_at
                """,
                user=self.id or 0,
                now=fields.Datetime.now(),
            )
        )
        denied = {case for _employee, _absent, case, _until, kind in rows if kind == "denied"}
        accesses = [row for row in rows if row[-1] != "denied"]
        key_workers, files, regular = {}, {}, set()
        for _employee, absent, case, until, kind in accesses:
            until = until and fields.Datetime.to_string(until)
            if absent:
                key_workers[absent] = until
            if case:
                files[case] = until
                regular |= {case} if kind != "emergency" else set()
        key_workers |= {employee: None for employee, *_access in accesses}
        return {
            "key_workers": list(key_workers.items()),
            "files": list(files.items()),
            "emergencies": list(files.keys() - regular),
            "denied": list(denied),
        }
