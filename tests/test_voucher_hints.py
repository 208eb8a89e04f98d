from odoo.tests import tagged

from .test_voucher import VoucherCommon


@tagged("post_install", "-at_install")
class TestVoucherHints(VoucherCommon):
    """What finance should look at again; nothing of it stops a voucher."""

    def test_double_of_a_bill_is_marked(self):
        bill = self._from_accounting(100.0)
        bill.with_user(self.finance).write({"justiq_voucher_number": "B 17", "justiq_payee": "Farben Schmidt"})
        voucher = self._enter(justiq_voucher_number="B 17", justiq_payee="Farben Schmidt")
        both = (bill | voucher).with_user(self.finance)
        self.assertEqual(both.mapped("justiq_is_double"), [True, True])
        self.assertEqual(
            both.search([("justiq_is_double", "=", True)]), both.sorted(lambda line: (line.date, line.id), reverse=True)
        )
        self.assertIn("there already", voucher.justiq_hint)

    def test_double_in_another_grant_is_marked_unless_both_share_it(self):
        other = self._account(self.bausteine["CM"], self._create_grant(name="Vorhaben II"))
        same = {"justiq_voucher_number": "B 17", "justiq_payee": "Farben Schmidt"}
        first = self._enter(**same)
        second = self._create_voucher(other, user=self.finance, **same)
        both = first | second
        self.assertEqual(both.mapped("justiq_is_double"), [True, True])
        first.justiq_eligible_share, second.justiq_eligible_share = 60.0, 40.0
        both.invalidate_recordset()
        self.assertEqual(both.mapped("justiq_is_double"), [False, False])
        self.assertFalse(both.search([("justiq_is_double", "=", True)]))

    def test_name_is_marked_also_where_the_file_comes_after_the_voucher(self):
        voucher, other = self._enter(justiq_reason="Ticket for Mia Müller"), self._enter(justiq_reason="Ticket")
        self.assertFalse(voucher.justiq_names_person)
        case = self._create_case(first_name="Mia", last_name="Mueller")
        self.assertEqual((voucher.justiq_names_person, other.justiq_names_person), (True, False))
        case.last_name = "Muster"
        self.assertFalse(voucher.justiq_names_person)
        case.with_user(self.users["team_lead"]).last_name = "Müller"
        self.assertTrue(voucher.justiq_names_person)

    def test_name_of_a_participant_is_marked_without_saying_whose(self):
        self._create_case(first_name="Mia", last_name="Muster")
        voucher = self._enter(justiq_reason="Ticket for Mia Muster")
        self.assertTrue(voucher.justiq_names_person)
        self.assertNotIn("Muster", voucher.justiq_hint)
        self.assertIn("looks like the name", voucher.justiq_hint)
        voucher.justiq_reason = "Ticket"
        self.assertFalse(voucher.justiq_names_person)
        voucher.justiq_reason = "Muster, Mia: Ticket"
        self.assertTrue(voucher.justiq_names_person)
