import re

from odoo import api, fields, models
from odoo.tools import sql

from ..tools import money
from .funding_shares_mixin import RATE_FIELDS

# Whoever reads vouchers; for everybody else who works with analytic items, they are ordinary ones.
READERS = "justiq.group_coordinator,justiq.group_finance,justiq.group_auditor"
PLAN_COLUMN = re.compile(r"account_id|x_plan\d+_id")


class Voucher(models.Model):
    """A voucher (Beleg) is an analytic item on the account of a grant.

    Bills and timesheets of the provider's accounting become vouchers by
    themselves; finance adds what a voucher list needs, or enters a voucher by
    hand. Amounts that accounting has made change in accounting only. All other
    analytic items are left alone: what is added here stays empty.

    Finance reads and writes the vouchers of her companies, coordination and
    auditor read them, case workers see nothing of them. Amounts are in the
    currency of the provider; costs are positive here, and negative in `amount`.
    """

    _inherit = "account.analytic.line"

    # what it is charged to
    justiq_account_id = fields.Many2one(
        comodel_name="account.analytic.account",
        string="Charged to",
        compute="_compute_justiq_account",
        store=True,
        readonly=False,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        domain="[('justiq_grant_id', '!=', False)]",
        groups="justiq.group_finance",
        help="Baustein or micro-project of a grant.",
    )
    justiq_grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        string="Grant",
        compute="_compute_justiq_account",
        store=True,
        ondelete="restrict",
        index="btree_not_null",
        groups=READERS,
    )
    justiq_baustein_id = fields.Many2one(
        comodel_name="justiq.baustein",
        string="Baustein",
        compute="_compute_justiq_account",
        store=True,
        ondelete="restrict",
        groups=READERS,
    )
    justiq_micro_project_id = fields.Many2one(
        comodel_name="justiq.micro.project",
        string="Micro-Project",
        compute="_compute_justiq_account",
        store=True,
        ondelete="restrict",
        index="btree_not_null",
        groups=READERS,
    )
    justiq_by_hand = fields.Boolean(string="Entered by Hand", readonly=True, copy=False)

    # the voucher
    justiq_voucher_number = fields.Char(string="Voucher Number", copy=False, groups=READERS)
    justiq_voucher_date = fields.Date(string="Voucher Date", groups=READERS)
    justiq_due_date = fields.Date(string="Due Date", groups=READERS)
    justiq_payment_date = fields.Date(
        string="Payment Date", copy=False, groups=READERS, help="It decides to which funding year the costs belong."
    )
    justiq_payee = fields.Char(
        string="Payee", compute="_compute_justiq_payee", store=True, readonly=False, groups=READERS
    )
    justiq_reason = fields.Char(
        string="Reason",
        compute="_compute_justiq_reason",
        store=True,
        readonly=False,
        groups=READERS,
        help="What was paid for. No names of young people: the list of vouchers goes to the funder.",
    )
    justiq_document = fields.Binary(string="Scan", attachment=True, copy=False, groups=READERS)
    justiq_document_name = fields.Char(string="File Name", copy=False, groups=READERS)

    # what of it is funded
    justiq_cost_category_id = fields.Many2one(
        comodel_name="justiq.cost.category", string="Cost Category", ondelete="restrict", groups=READERS
    )
    justiq_amount = fields.Monetary(
        string="Voucher Amount",
        compute="_compute_justiq_amount",
        store=True,
        readonly=False,
        copy=False,
        groups=READERS,
        help="Negative for a credit note.",
    )
    justiq_eligible_share = fields.Float(
        string="Eligible (%)",
        digits=(5, 2),
        compute="_compute_justiq_eligible_share",
        store=True,
        readonly=False,
        aggregator=None,
        groups=READERS,
    )
    justiq_eligible_amount = fields.Monetary(
        string="Eligible", compute="_compute_justiq_eligible_amount", store=True, groups=READERS
    )
    justiq_funding_year_id = fields.Many2one(
        comodel_name="justiq.funding.year",
        string="Funding Year",
        compute="_compute_justiq_funding_year",
        store=True,
        ondelete="set null",
        index="btree_not_null",
        groups=READERS,
        help="By the payment date; until it is paid, by the date of the voucher.",
    )
    justiq_budget_line_id = fields.Many2one(
        comodel_name="justiq.budget.line",
        string="Budget Line",
        compute="_compute_justiq_budget_line",
        store=True,
        readonly=False,
        ondelete="set null",
        index="btree_not_null",
        domain="[('funding_year_id', '=', justiq_funding_year_id), ('flat_rate_id', '=', False)]",
        groups=READERS,
    )
    justiq_esf_amount = fields.Monetary(
        string="Funder's Money",
        compute="_compute_justiq_esf_amount",
        store=True,
        groups=READERS,
        help="ESF money, with the federal money where the grant notice grants any. In proportion to the budget line; "
        "without one, by the funding rate of the funding year.",
    )
    justiq_esf_only_amount = fields.Monetary(
        string="ESF without Federal Money",
        compute="_compute_justiq_esf_amount",
        store=True,
        groups=READERS,
        help="What counts against the limits on ESF money for micro-projects.",
    )
    justiq_state = fields.Selection(
        selection=[("incomplete", "To Complete"), ("committed", "Not Paid Yet"), ("paid", "Paid")],
        string="Voucher State",
        compute="_compute_justiq_state",
        store=True,
    )

    _justiq_eligible_share_percent = models.Constraint(
        "CHECK (justiq_eligible_share IS NULL OR justiq_eligible_share BETWEEN 0 AND 100)",
        "The eligible share is a percentage between 0 and 100.",
    )
    _justiq_amount_plausible = models.Constraint(
        "CHECK (justiq_by_hand IS NOT TRUE OR (amount <> 0 AND abs(amount) < 1000000000))",
        "A voucher needs an amount that is not zero and below one billion.",
    )
    # Only what finance enters: accounting may split a bill into equal items.
    _justiq_not_twice = models.UniqueIndex(
        "(justiq_account_id, COALESCE(justiq_cost_category_id, 0), lower(justiq_voucher_number), "
        "COALESCE(lower(justiq_payee), ''), amount) WHERE justiq_by_hand AND justiq_voucher_number IS NOT NULL",
        "This voucher is there already: same number, payee, amount and cost category on the same account.",
    )
    _justiq_paid_idx = models.Index("(justiq_grant_id, justiq_payment_date) WHERE justiq_grant_id IS NOT NULL")
    _justiq_newest_idx = models.Index("(justiq_payment_date DESC, id DESC) WHERE justiq_grant_id IS NOT NULL")

    @api.model
    def default_get(self, fields):
        # A default may come from the context, that is, from the client: amount and account are said, not assumed, and
        # what the server computes is computed.
        said = {name for name, field in self._fields.items() if name.startswith("justiq_") and field.readonly}
        said |= {"justiq_amount", "justiq_account_id"}
        return {name: value for name, value in super().default_get(fields).items() if name not in said}

    def write(self, vals):
        if not any(PLAN_COLUMN.fullmatch(name) for name in vals):
            return super().write(vals)
        # sudo: whoever charges an item charges a voucher, also who reads none; nothing is returned.
        lines = self.sudo()
        not_eligible = lines.filtered(lambda line: line.justiq_grant_id and not line.justiq_eligible_share)
        result = super().write(vals)
        for account, moved in lines.grouped(lambda line: line._justiq_account()).items():
            moved._charge_to(account)
        # A share of 0 % was meant so: only what becomes a voucher is eligible as a whole.
        self.env.remove_to_compute(self._fields["justiq_eligible_share"], not_eligible)
        return result

    def _charge_to(self, account):
        """Store what the items are charged to as a change of its own, so that all figures before and after follow."""
        values = self._justiq_values(account)
        changed = self.filtered(lambda line: any(line[name].id != value for name, value in values.items()))
        return super(Voucher, changed).write(values)  # pylint: disable=super-method-mismatch

    def _auto_init(self):
        # A provider may have millions of analytic items. None of them is a voucher before this module is there, so
        # their new columns stay empty instead of being computed.
        for name, field in self._fields.items():
            computed = name.startswith("justiq_") and field.store and field.compute
            if computed and not sql.column_exists(self.env.cr, self._table, name):
                sql.create_column(self.env.cr, self._table, name, field.column_type[1])
        return super()._auto_init()

    # ------------------------------------------------------------
    # Computed
    # ------------------------------------------------------------

    # Not on the columns of the other plans: whoever deletes a plan deletes its column, and Odoo then stumbles over what
    # depends on it. Their changes are noticed in `write`.
    @api.depends("account_id")
    def _compute_justiq_account(self):
        for line in self:
            line.update(self._justiq_values(line._justiq_account()))

    def _justiq_account(self):
        """The account of a grant that the item is charged to, on whichever plan."""
        return self._get_analytic_accounts().filtered("justiq_grant_id")[:1]

    @api.model
    def _justiq_values(self, account):
        return {
            "justiq_account_id": account.id,
            "justiq_grant_id": account.justiq_grant_id.id,
            "justiq_baustein_id": account.justiq_baustein_id.id,
            "justiq_micro_project_id": account.justiq_micro_project_id.id,
        }

    @api.depends("amount", "justiq_grant_id")
    def _compute_justiq_amount(self):
        for line in self:
            line.justiq_amount = -line.amount if line.justiq_grant_id and line.amount else 0.0

    @api.depends("partner_id", "justiq_grant_id")
    def _compute_justiq_payee(self):
        for line in self:
            if line.justiq_grant_id and not line.justiq_payee:
                line.justiq_payee = line.partner_id.name

    @api.depends("name", "justiq_grant_id")
    def _compute_justiq_reason(self):
        for line in self:
            if line.justiq_grant_id and not line.justiq_reason:
                line.justiq_reason = line.name

    @api.depends("justiq_grant_id")
    def _compute_justiq_eligible_share(self):
        for line in self:
            if line.justiq_grant_id and not line.justiq_eligible_share:
                line.justiq_eligible_share = 100.0

    @api.depends("justiq_amount", "justiq_eligible_share")
    def _compute_justiq_eligible_amount(self):
        for line in self:
            line.justiq_eligible_amount = float(money.percent(line.justiq_amount, line.justiq_eligible_share))

    @api.depends(
        "justiq_grant_id.funding_year_ids.date_start",
        "justiq_grant_id.funding_year_ids.date_end",
        "justiq_payment_date",
        "justiq_voucher_date",
        "date",
    )
    def _compute_justiq_funding_year(self):
        for grant, lines in self.grouped("justiq_grant_id").items():
            years = grant.funding_year_ids
            for line in lines:
                day = line.justiq_payment_date or line.justiq_voucher_date or line.date
                line.justiq_funding_year_id = (
                    day
                    and years.filtered(
                        lambda year, day=day: (
                            year.date_start and year.date_end and year.date_start <= day <= year.date_end
                        )
                    )[:1]
                )

    @api.depends("justiq_funding_year_id", "justiq_baustein_id", "justiq_micro_project_id", "justiq_cost_category_id")
    def _compute_justiq_budget_line(self):
        for line in self:
            possible = line._justiq_possible_budget_lines()
            if line.justiq_budget_line_id not in possible:
                line.justiq_budget_line_id = possible[:1]

    def _justiq_possible_budget_lines(self):
        """Budget lines that the voucher can belong to, the one of its micro-project first."""
        self.ensure_one()
        lines = self.justiq_funding_year_id.budget_line_ids.filtered(
            lambda line: not line.flat_rate_id and line.cost_category_id == self.justiq_cost_category_id
        )
        project = self.justiq_micro_project_id
        own = lines.filtered(lambda line: project and line.micro_project_id == project)
        general = lines.filtered(lambda line: not line.micro_project_id and line.baustein_id == self.justiq_baustein_id)
        return own.sorted("id") + general.sorted("id")

    @api.depends(
        "justiq_eligible_amount",
        "justiq_budget_line_id.planned_amount",
        "justiq_budget_line_id.esf_amount",
        *(f"justiq_funding_year_id.{name}" for name in RATE_FIELDS),
        *(f"justiq_grant_id.{name}" for name in RATE_FIELDS),
    )
    def _compute_justiq_esf_amount(self):
        for line in self:
            budget, eligible = line.justiq_budget_line_id, line.justiq_eligible_amount
            # What was paid outside of all funding years can only have the rate of the grant.
            shares = line.justiq_funding_year_id or line.justiq_grant_id
            if budget.planned_amount:
                esf = money.part(eligible, budget.esf_amount, budget.planned_amount)
            else:
                esf = money.percent(eligible, shares.esf_rate)
            line.justiq_esf_amount = float(esf)
            line.justiq_esf_only_amount = float(shares._esf_part(esf))

    @api.depends("justiq_grant_id", "justiq_cost_category_id", "justiq_payment_date", "justiq_amount")
    def _compute_justiq_state(self):
        for line in self:
            if not line.justiq_grant_id:
                line.justiq_state = False
            elif not (line.justiq_cost_category_id and line.justiq_amount):
                line.justiq_state = "incomplete"
            else:
                line.justiq_state = "paid" if line.justiq_payment_date else "committed"
