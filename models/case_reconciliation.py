from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# What is no difference: a number that is only known there, and who is rightly not there.
IN_ORDER = ("number", "held_back")


class Reconciliation(models.Model):
    """A comparison with the list of the funder's own case system.

    One participation here is one record there (WASKiQ: Teilnahme), so the
    number there belongs to the participation.

    The team lead makes a comparison from the list as a file, reads and deletes
    those of the own companies; coordination and auditor read them. Nobody
    writes. A young person is known by the reference only; names of the list are
    never stored. Who does not count, or has not consented, is never to be transferred.
    """

    _name = "justiq.reconciliation"
    _inherit = ["justiq.computed.mixin"]
    _description = "Reconciliation with the Funder's System"
    _order = "date desc, id desc"

    grant_id = fields.Many2one(comodel_name="justiq.grant", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    row_count = fields.Integer(string="Participations There", aggregator=None)
    match_count = fields.Integer(string="In Agreement", aggregator=None)
    line_ids = fields.One2many(comodel_name="justiq.reconciliation.line", inverse_name="reconciliation_id")
    difference_count = fields.Integer(string="Differences", compute="_compute_counts", store=True, aggregator=None)
    copyable_count = fields.Integer(string="Numbers to Copy", compute="_compute_counts", store=True, aggregator=None)

    @api.depends("grant_id.name", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = " · ".join(filter(None, (run.grant_id.name, format_date(self.env, run.date))))

    @api.depends("line_ids.kind", "line_ids.is_copied")
    def _compute_counts(self):
        differences, copyable = defaultdict(int), defaultdict(int)
        for run, kind, is_copied, count in self.env["justiq.reconciliation.line"]._read_group(
            [("reconciliation_id", "in", self.ids)], ["reconciliation_id", "kind", "is_copied"], ["__count"]
        ):
            differences[run.id] += count if kind not in IN_ORDER else 0
            copyable[run.id] += count if kind == "number" and not is_copied else 0
        for run in self:
            run.difference_count = differences[run._origin.id]
            run.copyable_count = copyable[run._origin.id]

    # ------------------------------------------------------------
    # Comparing
    # ------------------------------------------------------------

    @api.model
    def _compare(self, grant, rows):
        """Compare the funder's list with the participations of the grant that the user may read.

        :param rows: list of `FunderRow`
        :return: the stored result
        """
        own = self.env["justiq.participation"].search([("grant_id", "=", grant.id)])
        matched = own._match_funder_rows(rows)
        obstacles = own._transfer_obstacles()
        lines = []
        in_agreement = 0
        for position, row in enumerate(rows):
            participation = matched.get(position, own.browse())
            if participation:
                found = participation._differences_from(row, obstacles.get(participation))
            else:
                found = [("missing_here", self.env._("Unknown"))]
            in_agreement += all(kind == "number" for kind, _detail in found)
            lines += [self._prepare_line(kind, detail, participation, row) for kind, detail in found]
        for participation in own - own.browse().union(*matched.values()):
            obstacle = obstacles.get(participation)
            kind = "held_back" if obstacle else "missing_there"
            lines.append(self._prepare_line(kind, obstacle or self.env._("Still to be transferred"), participation))
        values = {"grant_id": grant.id, "row_count": len(rows), "match_count": in_agreement}
        # sudo: results are written by the comparison alone, from what the user has read.
        runs = self.sudo().create({**values, "line_ids": [Command.create(line) for line in lines]})
        return runs.sudo(False)

    @api.model
    def _prepare_line(self, kind, detail, participation, row=None):
        values = {"kind": kind, "detail": detail, "participation_id": participation.id}
        if row:
            values |= {
                "external_number": row.number,
                "code_there": row.code,
                "date_start_there": row.date_start,
                "date_end_there": row.date_end,
                "fill_entry": row.fill_entry,
                "fill_exit": row.fill_exit,
            }
        return values

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_copy_numbers(self):
        """Copy the numbers that are only known there to the participations.

        :raises AccessError: unless the user may write the participations
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.kind == "number" and not line.is_copied)
        if not lines:
            raise UserError(self.env._("There is no number to copy; all of them stand here already."))
        obstacles = lines.participation_id._transfer_obstacles()
        for line in lines:
            participation = line.participation_id
            # Since then, somebody may have entered another number, or withdrawn the consent.
            if not participation.external_number and participation not in obstacles:
                participation.write(
                    {
                        "external_number": line.external_number,
                        "transferred_on": participation.transferred_on or self.date,
                    }
                )

    def action_view_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_reconciliation_line_action")
        return {**action, "domain": [("reconciliation_id", "=", self.id)]}
