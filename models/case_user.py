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
        help="Key workers and single files that are open to the user: id and until when; empty means for good.",
    )

    @api.depends("employee_ids")
    def _compute_case_keys(self):
        for user in self:
            user.case_keys = user._find_case_keys()

    def _find_case_keys(self):
        self.ensure_one()
        self.env["hr.employee"].flush_model(["user_id"])
        self.env["justiq.case.access"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
             SELECT employee.id, access.absent_id, access.case_file_id, access.closes_at
               FROM hr_employee employee
          LEFT JOIN justiq_case_access access
                 ON access.employee_id = employee.id AND access.opens_at <= %(now)s AND access.closes_at > %(now)s
              WHERE employee.user_id = %(user)s
           ORDER BY access.closes_at
                """,
                user=self.id or 0,
                now=fields.Datetime.now(),
            )
        )
        key_workers, files = {}, {}
        for _employee, absent, case, until in rows:
            until = until and fields.Datetime.to_string(until)
            if absent:
                key_workers[absent] = until
            if case:
                files[case] = until
        key_workers |= {employee: None for employee, *_access in rows}
        return {"key_workers": list(key_workers.items()), "files": list(files.items())}
