from datetime import date

from odoo.tests import tagged

from .test_voucher import VoucherCommon


@tagged("post_install", "-at_install", "accounting")
class TestVoucherTimesheet(VoucherCommon):
    """Timesheets (module `hr_timesheet`) become vouchers: a stage of its own, where it is installed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        column = cls.account.plan_id._column_name()
        cls.project = cls.env["project.project"].create(
            {"name": "Case Management", "allow_timesheets": True, column: cls.account.id}
        )
        cls.case_worker.hourly_cost = 30.0
        cls.users["case_worker"].group_ids += cls.env.ref("hr_timesheet.group_hr_timesheet_user")

    def _work(self):
        timesheets = self.env["account.analytic.line"].with_user(self.users["case_worker"])
        return timesheets.create(
            {"project_id": self.project.id, "name": "Visits", "unit_amount": 2.0, "date": date(2020, 3, 2)}
        )

    def test_hours_of_a_case_worker_are_a_voucher(self):
        line = self._work()
        voucher = line.with_user(self.finance)
        self.assertEqual((voucher.justiq_grant_id, voucher.justiq_amount), (self.grant, 60.0))
        voucher.write({"justiq_cost_category_id": self.fees.id, "justiq_payment_date": date(2020, 3, 31)})
        self.assertEqual(self.line.spent_amount, 60.0)

    def test_case_worker_changes_her_hours_and_sees_nothing_of_the_voucher(self):
        line = self._work()
        line.unit_amount = 3.0
        self.assertEqual(line.sudo().justiq_amount, 90.0)
        self.assertNotIn("justiq_payee", line.read()[0])

    def test_voucher_names_the_employee_and_the_day_of_work(self):
        self.project.partner_id = self.env["res.partner"].create({"name": "Customer"})
        line = self._work()
        voucher = line.with_user(self.finance)
        self.assertEqual((voucher.justiq_payee, voucher.justiq_voucher_date), (self.case_worker.name, date(2020, 3, 2)))
        line.date = date(2020, 3, 3)
        self.assertEqual(voucher.justiq_voucher_date, date(2020, 3, 3))

    def test_hours_without_an_hourly_cost_are_never_paid(self):
        self.case_worker.hourly_cost = 0.0
        voucher = self._work().with_user(self.finance)
        voucher.write({"justiq_cost_category_id": self.fees.id, "justiq_payment_date": date(2020, 3, 31)})
        self.assertEqual((voucher.justiq_amount, voucher.justiq_state), (0.0, "incomplete"))
        self.assertIn("hourly cost of the employee is missing", voucher.justiq_hint)
        self.assertNotIn("category", voucher.justiq_hint)
        report = self.env["justiq.funder.report"].create(
            {"kind": "vouchers", "grant_id": self.grant.id, "funding_year_id": self.year.id}
        )
        self.assertFalse(self.env["account.analytic.line"].search(report._voucher_domain()))
        self.case_worker.hourly_cost = 30.0
        voucher.sudo().unit_amount = 3.0
        voucher.invalidate_recordset()
        self.assertEqual((voucher.justiq_amount, voucher.justiq_state), (90.0, "paid"))
        self.assertNotIn("hourly cost", voucher.justiq_hint or "")
        self.assertEqual(self.env["account.analytic.line"].search(report._voucher_domain()), voucher.sudo(False))
