import base64
from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


class VoucherCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year = cls._year(2020)
        cls.fees = cls.env.ref("justiq.cost_fees")
        cls.finance = cls.users["finance"]
        cls.account = cls._account(cls.bausteine["CM"])
        cls.line = cls._create_budget_line(cls.year, 600.0, code="CM", planned=1000.0, cost_category_id=cls.fees.id)

    def _enter(self, user=None, **values):
        """A voucher that finance enters by hand."""
        return self._create_voucher(user=user or self.finance, account=self.account, **values)

    def _from_accounting(self, amount=100.0, **values):
        """An analytic item as the accounting makes it for a bill."""
        column = self.account.plan_id._column_name()
        return self.env["account.analytic.line"].create(
            {"name": "Bill 1", "amount": -amount, "date": date(2020, 3, 1), column: self.account.id, **values}
        )


@tagged("post_install", "-at_install")
class TestAnalyticAccount(VoucherCommon):
    """Each Baustein of a grant and each micro-project has its account, made by itself."""

    def _accounts(self, grant=None):
        return self.env["account.analytic.account"].search([("justiq_grant_id", "=", (grant or self.grant).id)])

    def test_grant_gets_an_account_per_baustein(self):
        accounts = self._accounts()
        self.assertEqual(accounts.justiq_baustein_id, self.grant.baustein_ids)
        self.assertEqual(accounts.plan_id, self.env.ref("justiq.analytic_plan"))
        self.assertEqual(accounts.company_id, self.company)
        self.assertIn(f"Vorhaben Musterstadt · {self.bausteine['CM'].name}", accounts.mapped("name"))

    def test_added_baustein_and_new_name_follow(self):
        grant = self._create_grant(["CM"], name="New")
        self.assertEqual(len(self._accounts(grant)), 1)
        grant.with_user(self.users["coordinator"]).write(
            {"baustein_ids": [Command.link(self.bausteine["ASJ"].id)], "name": "Newer"}
        )
        self.assertEqual(len(self._accounts(grant)), 2)
        self.assertTrue(all(name.startswith("Newer · ") for name in self._accounts(grant).mapped("name")))

    def test_micro_project_of_a_case_worker_gets_its_account(self):
        projects = self.env["justiq.micro.project"].with_user(self.users["case_worker"])
        project = projects.create(
            {"name": "Garden", "grant_id": self.grant.id, "quartier_id": self.quartier.id, "kind_id": self.kind.id}
        )
        account = self._project_account(project)
        self.assertEqual(account.name, "Vorhaben Musterstadt · Garden")
        project.name = "Big garden"
        self.assertEqual(account.name, "Vorhaben Musterstadt · Big garden")
        self.assertEqual(account.justiq_baustein_id, self.bausteine["MP"])

    def test_accounts_go_with_what_they_are_for(self):
        project = self._create_project()
        account = self._project_account(project)
        project.unlink()
        self.assertFalse(account.exists())

    def test_nobody_turns_an_account_into_one_of_a_grant(self):
        user = new_test_user(self.env, "analyst", groups="analytic.group_analytic_accounting")
        other = self.env["account.analytic.account"].create(
            {"name": "Kindergarten", "plan_id": self.env.ref("justiq.analytic_plan").id}
        )
        with self.assertRefused("make themselves"):
            other.with_user(user).write({"justiq_grant_id": self.grant.id})
        made = (
            other.with_user(user)
            .with_context(default_justiq_grant_id=self.grant.id)
            .create({"name": "Other", "plan_id": other.plan_id.id})
        )
        self.assertFalse(made.justiq_grant_id)

    def test_plan_cannot_be_deleted(self):
        with self.assertRefused("vouchers"):
            self.env.ref("justiq.analytic_plan").unlink()


@tagged("post_install", "-at_install")
class TestVoucher(VoucherCommon):
    """An analytic item on the account of a grant is a voucher."""

    def test_bill_of_the_accounting_becomes_a_voucher(self):
        voucher = self._from_accounting(120.0).with_user(self.finance)
        self.assertEqual(voucher.justiq_grant_id, self.grant)
        self.assertEqual(voucher.justiq_baustein_id, self.bausteine["CM"])
        self.assertEqual(voucher.justiq_amount, 120.0)
        self.assertEqual(voucher.justiq_reason, "Bill 1")
        self.assertEqual(voucher.justiq_state, "incomplete")
        self.assertFalse(voucher.justiq_by_hand)

    def test_finance_adds_what_is_missing(self):
        voucher = self._from_accounting(120.0).with_user(self.finance)
        voucher.write(
            {
                "justiq_cost_category_id": self.fees.id,
                "justiq_eligible_share": 50.0,
                "justiq_payment_date": date(2020, 4, 1),
                "justiq_voucher_number": "B 17",
            }
        )
        self.assertEqual(voucher.justiq_eligible_amount, 60.0)
        self.assertEqual(voucher.justiq_funding_year_id, self.year)
        self.assertEqual(voucher.justiq_budget_line_id, self.line)
        self.assertEqual(voucher.justiq_esf_amount, 36.0)
        self.assertEqual(voucher.justiq_state, "paid")

    def test_payment_date_decides_the_funding_year(self):
        voucher = self._enter(justiq_voucher_date=date(2020, 12, 20), justiq_payment_date=False)
        self.assertEqual(voucher.justiq_funding_year_id.label, "2020")
        voucher.justiq_payment_date = date(2021, 1, 4)
        self.assertEqual(voucher.justiq_funding_year_id.label, "2021")

    def test_finance_enters_a_voucher_with_its_scan(self):
        voucher = self._enter(
            justiq_amount=80.0, justiq_document=base64.b64encode(b"%PDF-1.4 scan"), justiq_document_name="bill.pdf"
        )
        self.assertTrue(voucher.justiq_by_hand)
        self.assertEqual((voucher.amount, voucher.company_id), (-80.0, self.company))
        self.assertEqual(base64.b64decode(voucher.justiq_document), b"%PDF-1.4 scan")
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", voucher._name), ("res_id", "=", voucher.id), ("res_field", "!=", False)]
        )
        with self.assertRaises(AccessError):
            attachment.with_user(self.users["case_worker"]).read(["datas"])
        attachment.with_user(self.users["auditor"]).read(["datas"])

    def test_what_is_no_voucher_stays_untouched(self):
        account = self._create_department()
        item = self.env["account.analytic.line"].create({"name": "Toys", "amount": -5.0, "account_id": account.id})
        names = [name for name in item._fields if name.startswith("justiq_")]
        self.assertFalse(any(item.read(names)[0][name] for name in names))

    def test_item_of_two_plans_is_a_voucher_of_the_grant(self):
        account = self._create_department()
        voucher = self._from_accounting(account_id=account.id)
        self.assertEqual(voucher.justiq_grant_id, self.grant)
        voucher[self.account.plan_id._column_name()] = False
        self.assertFalse(voucher.justiq_grant_id)
        self.assertFalse(voucher.justiq_state)

    def test_micro_project_voucher_finds_its_line_or_that_of_the_baustein(self):
        project = self._create_project()
        account = self._project_account(project)
        general = self._create_budget_line(self.year, 50.0, cost_category_id=self.fees.id)
        voucher = self._create_voucher(user=self.finance, account=account, justiq_cost_category_id=self.fees.id)
        self.assertEqual(voucher.justiq_budget_line_id, general)
        own = self._create_budget_line(self.year, 50.0, cost_category_id=self.fees.id, micro_project_id=project.id)
        other = self._create_voucher(user=self.finance, account=account, justiq_cost_category_id=self.fees.id)
        self.assertEqual(other.justiq_budget_line_id, own)

    def test_line_that_is_planned_later_finds_its_vouchers(self):
        travel = self.env.ref("justiq.cost_travel")
        voucher = self._enter(justiq_cost_category_id=travel.id, justiq_amount=10.0)
        self.assertFalse(voucher.justiq_budget_line_id)
        line = self._create_budget_line(self.year, 20.0, code="CM", cost_category_id=travel.id)
        self.assertEqual(voucher.justiq_budget_line_id, line)
        self.assertEqual(line.spent_amount, 10.0)


@tagged("post_install", "-at_install")
class TestVoucherChecks(VoucherCommon):
    """What a voucher has to keep, on every path."""

    def test_payment_outside_the_grant_is_refused(self):
        for day in (date(2018, 12, 31), date(2022, 7, 1)):
            with self.assertRefused("Payment date", day.isoformat()):
                self._enter(justiq_payment_date=day)
        voucher = self._from_accounting()
        with self.assertRefused("Payment date"):
            voucher.with_user(self.finance).justiq_payment_date = date(2022, 7, 1)

    def test_period_of_the_grant_leaves_no_payment_behind(self):
        self._enter(justiq_payment_date=date(2022, 6, 30))
        with self.assertRefused("vouchers"):
            self.grant.date_end = date(2022, 5, 31)

    @mute_logger("odoo.sql_db")
    def test_share_and_amount_have_limits(self):
        for values in (
            {"justiq_eligible_share": 100.01},
            {"justiq_eligible_share": -0.01},
            {"justiq_amount": 0.0},
            {"justiq_amount": 1e9},
        ):
            with self.subTest(**values), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._enter(**values)
                self.env.flush_all()

    def test_category_has_to_be_eligible_for_the_baustein(self):
        self.bausteine["CM"].cost_category_ids = self.fees
        with self.assertRefused("not eligible", "Fees"):
            self._enter(justiq_cost_category_id=self.env.ref("justiq.cost_rent").id)

    def test_flat_rate_needs_no_voucher(self):
        self._create_flat_rate()
        with self.assertRefused("flat rate"):
            self._enter(justiq_cost_category_id=self.env.ref("justiq.cost_flat_rate").id)

    def test_budget_line_of_another_year_or_category_is_refused(self):
        other = self._create_budget_line(self._year(2021), 1.0, code="CM", cost_category_id=self.fees.id)
        voucher = self._enter()
        with self.assertRefused("Budget line"):
            voucher.justiq_budget_line_id = other

    @mute_logger("odoo.sql_db")
    def test_blanks_hide_no_double_voucher(self):
        """What is pasted from a table brings blanks along."""
        self._enter(justiq_voucher_number="R-1", justiq_payee="Paint & Co")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._enter(justiq_voucher_number=" R-1\t", justiq_payee="Paint  & Co ")
            self.env.flush_all()
        other = self._enter(justiq_voucher_number="R-2", justiq_payee="Paint & Co")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            other.justiq_voucher_number = "R-1\u00a0"
            self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_same_voucher_is_not_entered_twice(self):
        self._enter(justiq_voucher_number="B 17", justiq_payee="Farben Schmidt")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._enter(justiq_voucher_number="b 17", justiq_payee="FARBEN SCHMIDT")
            self.env.flush_all()
        self._enter(justiq_voucher_number="B 17", justiq_payee="Farben Schmidt", justiq_amount=99.99)

    def test_closed_grant_takes_no_voucher(self):
        voucher = self._enter()
        self.env.cr.execute("UPDATE justiq_grant SET state = 'closed' WHERE id = %s", (self.grant.id,))
        self.env.invalidate_all()
        for change in (
            self._enter,
            lambda: voucher.write({"justiq_amount": 5.0}),
            lambda: voucher.write({"justiq_payment_date": False}),
            voucher.unlink,
        ):
            with self.assertRefused("closed"):
                change()

    def test_what_has_vouchers_stays(self):
        project = self._create_project()
        self._create_voucher(user=self.finance, account=self._project_account(project))
        with self.assertRefused("Vouchers"):
            project.unlink()
        self.line.unlink()
        with self.assertRefused("Vouchers"):
            self.grant.unlink()
        self._enter()
        with self.assertRefused("vouchers"):
            self.grant.baustein_ids = [Command.unlink(self.bausteine["CM"].id)]


@tagged("post_install", "-at_install")
class TestVoucherAccess(VoucherCommon):
    """Finance writes vouchers, coordination and auditor read them; nobody else gains or loses anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.voucher = cls._create_voucher(account=cls.account)
        cls.department = cls._create_department()
        cls.column = "account_id"
        cls.other = cls.env["account.analytic.line"].create(
            {"name": "Toys", "amount": -5.0, cls.column: cls.department.id}
        )

    def _seen(self, user):
        return self.env["account.analytic.line"].with_user(user).search([("id", "in", (self.voucher | self.other).ids)])

    def test_finance_coordination_and_auditor_see_vouchers_alone(self):
        for role in ("finance", "coordinator", "auditor"):
            with self.subTest(role):
                self.assertEqual(self._seen(self.users[role]), self.voucher)
                self.assertEqual(self.voucher.with_user(self.users[role]).read()[0]["id"], self.voucher.id)
                with self.assertRaises(AccessError):
                    self.other.with_user(self.users[role]).read(["name"])

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_all_others_see_nothing(self):
        for role in ("case_worker", "team_lead", "privacy_officer", "manager"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._seen(self.users[role])

    def test_vouchers_of_another_provider_stay_closed(self):
        company = self.env["res.company"].create({"name": "Foreign Provider"})
        grant = self._create_grant(company_id=company.id)
        account = self._account(self.bausteine["CM"], grant)
        foreign = self._create_voucher(account=account)
        self.assertEqual(foreign.company_id, company)
        with self.assertRaises(AccessError):
            foreign.with_user(self.finance).read(["justiq_amount"])
        with self.assertRaises(AccessError):
            self._create_voucher(user=self.finance, account=account)

    def test_who_works_with_analytic_items_loses_nothing(self):
        user = new_test_user(self.env, "analyst", groups="analytic.group_analytic_accounting")
        both = self.voucher | self.other
        self.other.user_id = user  # with timesheets installed, everybody changes her own items only
        for groups in ((), ("finance",), ("coordinator",), ("auditor",)):
            with self.subTest(groups):
                user.group_ids = [Command.link(self.env.ref(f"justiq.group_{name}").id) for name in groups]
                self.assertEqual(set(self._seen(user)), set(both))
                self.other.with_user(user).name = "Toys again"

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_coordination_and_auditor_write_nothing(self):
        for role in ("coordinator", "auditor"):
            voucher = self.voucher.with_user(self.users[role])
            for attack in (
                lambda voucher=voucher: voucher.write({"justiq_eligible_share": 1.0}),
                lambda voucher=voucher: voucher.unlink(),
                lambda role=role: self._create_voucher(user=self.users[role], account=self.account),
            ):
                with self.subTest(role), self.assertRaises(AccessError):
                    attack()

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_finance_attacks_the_accounting(self):
        bill = self._from_accounting().with_user(self.finance)
        attacks = {
            "amount": lambda: bill.write({"amount": -1.0}),
            "amount with an own field": lambda: bill.write({"amount": -1.0, "justiq_voucher_number": "1"}),
            "own amount": lambda: bill.write({"justiq_amount": 1.0}),
            "account": lambda: bill.write({"justiq_account_id": self._account(self.bausteine["ASJ"]).id}),
            "column": lambda: bill.write({self.account.plan_id._column_name(): False}),
            "delete": bill.unlink,
            "claim": lambda: bill.write({"justiq_by_hand": True}),
            "copy": bill.copy,
            "computed": lambda: bill.write({"justiq_esf_amount": 1.0}),
            "another item": lambda: self.other.with_user(self.finance).write({"justiq_voucher_number": "1"}),
            "new item": lambda: bill.create({"name": "x", self.column: self.department.id, "amount": -1.0}),
            "new on the account": lambda: bill.create(
                {"name": "x", self.account.plan_id._column_name(): self.account.id, "amount": -1.0}
            ),
            "on another account": lambda: bill.create(
                {"name": "x", "justiq_account_id": self.department.id, "justiq_amount": 1.0}
            ),
            "with a foreign column": lambda: self._enter(**{self.column: self.department.id}),
            "without an account": lambda: self._create_voucher(user=self.finance).write({"justiq_account_id": False}),
        }
        for name, attack in attacks.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                with self.assertRaises(UserError):
                    attack()
                savepoint.rollback()
            self.env.invalidate_all()

    def test_no_context_of_the_client_makes_an_item_one_by_hand(self):
        items = self.env["account.analytic.line"].with_context(default_justiq_by_hand=True, default_justiq_amount=1.0)
        item = items.create({"name": "Bill", "amount": -7.0, self.account.plan_id._column_name(): self.account.id})
        self.assertFalse(item.justiq_by_hand)
        self.assertEqual(item.justiq_amount, 7.0)

    def test_no_context_of_the_client_says_what_the_server_computes(self):
        forged = {"default_justiq_is_payment_booked": True, "default_justiq_esf_amount": 9.0}
        items = self.env["account.analytic.line"].with_user(self.finance).with_context(**forged)
        self.assertFalse(items.default_get(["justiq_is_payment_booked", "justiq_esf_amount"]))
        voucher = items.create(
            {"justiq_account_id": self.account.id, "justiq_amount": 7.0, "justiq_payment_date": date(2020, 3, 15)}
        )
        self.assertFalse(voucher.justiq_is_payment_booked)
        voucher.justiq_payment_date = date(2020, 3, 16)

    def test_finance_changes_and_deletes_what_she_entered(self):
        voucher = self._enter()
        voucher.write({"justiq_amount": 55.5, "justiq_account_id": self._account(self.bausteine["ASJ"]).id})
        self.assertEqual((voucher.amount, voucher.justiq_baustein_id), (-55.5, self.bausteine["ASJ"]))
        voucher.unlink()
        self.assertFalse(voucher.exists())

    def test_finance_imports_vouchers(self):
        vouchers = self.env["account.analytic.line"].with_user(self.finance)
        fields = [
            "justiq_reason",
            "justiq_amount",
            "justiq_account_id/.id",
            "justiq_payment_date",
            "justiq_cost_category_id/.id",
        ]
        row = ["Wages", "10.5", str(self.account.id), "2020-05-01", str(self.fees.id)]
        result = vouchers.load(fields, [row, [*row[:1], "20", *row[2:]]])
        self.assertFalse(result["messages"])
        self.assertEqual(vouchers.browse(result["ids"]).mapped("justiq_amount"), [10.5, 20.0])
