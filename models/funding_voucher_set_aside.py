import json

from odoo import api, fields, models
from odoo.exceptions import UserError

# What finance adds to a voucher of the accounting, apart from its scan.
ADDITIONS = (
    "justiq_cost_category_id",
    "justiq_eligible_share",
    "justiq_voucher_number",
    "justiq_voucher_date",
    "justiq_due_date",
    "justiq_payment_date",
    "justiq_payee",
    "justiq_reason",
    "justiq_budget_line_id",
    "justiq_document_name",
)
SCAN = "justiq_document"


class AnalyticAccount(models.Model):
    """What finance had added to vouchers that the accounting has taken back, by journal item."""

    _inherit = "account.analytic.account"

    justiq_set_aside = fields.Json(readonly=True, copy=False, groups=fields.NO_ACCESS, export_string_translation=False)


class Voucher(models.Model):
    """A bill that is reset to draft loses its vouchers, and gets new ones when it is posted again.

    What finance had added is set aside meanwhile and comes back with the same journal
    item on the same account: as far as the rules allow it by then, and not into a
    closed grant. What the bill itself says, it says anew.
    """

    _inherit = "account.analytic.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # sudo: whoever posts a bill need not read what finance had added to its vouchers; nothing is returned.
        lines.sudo()._take_back_additions()
        return lines

    def unlink(self):
        # sudo: as above
        self.sudo()._set_additions_aside()
        return super().unlink()

    def _come_from_items(self):
        return self.filtered(lambda line: line.justiq_grant_id and line._justiq_move())

    # ------------------------------------------------------------
    # Set aside
    # ------------------------------------------------------------

    def _set_additions_aside(self):
        for account, lines in self._come_from_items().grouped("justiq_account_id").items():
            aside = self._of_items_still_there(account.justiq_set_aside or {})
            for line in lines:
                additions = line._additions()
                if additions:
                    aside.setdefault(str(line.move_line_id.id), []).append(additions)
            if aside or account.justiq_set_aside:
                account.justiq_set_aside = aside

    def _of_items_still_there(self, aside):
        items = self.env["account.move.line"].browse(map(int, aside)).exists()
        return {str(item): list(aside[str(item)]) for item in items.ids}

    def _additions(self):
        """Values that the accounting does not say itself, by field; the scan moves to the account meanwhile."""
        proposed = {
            **self._justiq_proposal(),
            "justiq_eligible_share": 100.0,
            "justiq_payment_date": self._justiq_booked_payment(),
            "justiq_payee": self.partner_id.name,
            "justiq_reason": self.name,
            "justiq_budget_line_id": self._justiq_possible_budget_lines()[:1],
        }
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in ADDITIONS
            if (self[name] or False) != (proposed.get(name) or False)
        }
        scan = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_field", "=", SCAN), ("res_id", "=", self.id)]
        )
        if scan:
            account = self.justiq_account_id
            scan.write({"res_model": account._name, "res_field": "justiq_set_aside", "res_id": account.id})
            values["scan"] = scan.id
        return json.loads(json.dumps(values, default=str))

    # ------------------------------------------------------------
    # Take back
    # ------------------------------------------------------------

    def _take_back_additions(self):
        for account, lines in self._come_from_items().grouped("justiq_account_id").items():
            aside = dict(account.justiq_set_aside or {})
            if not aside or account.justiq_grant_id.state == "closed":
                continue
            for line in lines:
                additions, *others = aside.pop(str(line.move_line_id.id), None) or [{}]
                if others:
                    aside[str(line.move_line_id.id)] = others
                line._take_back(additions)
            account.justiq_set_aside = aside

    def _take_back(self, additions):
        scan = self.env["ir.attachment"].browse(additions.get("scan")).exists()
        if scan:
            scan.write({"res_model": self._name, "res_field": SCAN, "res_id": self.id})
            self.invalidate_recordset([SCAN])
        # A cost category may have been deleted meanwhile.
        self._add_again(
            {
                name: additions[name]
                for name in ADDITIONS
                if name in additions
                and (not self._fields[name].relational or self[name].browse(additions[name]).exists())
            }
        )

    def _add_again(self, values):
        """Write the values together, or where a rule refuses one of them, those that it allows."""
        try:
            with self.env.cr.savepoint():
                self.write(values)
        except UserError:
            if len(values) > 1:
                for name, value in values.items():
                    self._add_again({name: value})
