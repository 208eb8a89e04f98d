from odoo import api, models


def _of_timesheets(names):
    """Dependencies that are there only where Odoo's timesheets are installed, which this module does without."""
    return lambda self: ("justiq_grant_id", *(names if "employee_id" in self._fields else ()))


class Voucher(models.Model):
    """What a timesheet says of its voucher: whom the hours are paid to, and the day of work.

    Its amount is hours by hourly cost. As long as nobody has entered what an hour
    of the employee costs there is none, and nothing to prove.
    """

    _inherit = "account.analytic.line"

    @api.depends(_of_timesheets(("date", "employee_id")))
    def _compute_justiq_bill(self):
        for line in self:
            if line._justiq_employee():
                line.justiq_voucher_date = line.date
        return super()._compute_justiq_bill()

    @api.depends(_of_timesheets(("employee_id",)))
    def _compute_justiq_payee(self):
        # Before the partner: that of a timesheet is the customer of its project.
        for line in self:
            line.justiq_payee = line.justiq_payee or line._justiq_employee().name
        return super()._compute_justiq_payee()

    def _justiq_employee(self):
        """Whose hours the voucher consists of; nobody where it is no timesheet."""
        self.ensure_one()
        employees = self.env["hr.employee"]
        return self.employee_id if self.justiq_grant_id and "employee_id" in self._fields else employees

    def _hints(self):
        yield from super()._hints()
        # sudo: of the employee only that there is one, for whoever may read the voucher.
        if not self.justiq_amount and self.sudo()._justiq_employee():
            yield self.env._("No amount: the hourly cost of the employee is missing.")
