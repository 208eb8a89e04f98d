from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class Finding(models.Model):
    """An open deviation from a rule of the guideline, and what became of it.

    Findings are opened, refreshed and resolved by the rule engine only. Team
    lead and coordination office justify them in writing; that is the one field
    a person may write. Everybody else with a role in the grant reads.
    """

    _name = "justiq.finding"
    _inherit = ["justiq.readers.follow.mixin"]
    _description = "Finding"
    _order = "state, id desc"
    _rec_name = "requirement_id"

    # what deviates from which rule
    requirement_id = fields.Many2one(
        comodel_name="justiq.requirement",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(string="Record ID", model_field="res_model", required=True, readonly=True)
    res_name = fields.Char(string="About", compute="_compute_res_name")
    grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    message = fields.Text(required=True, readonly=True)
    value = fields.Float(
        readonly=True,
        help="The number that was found. A justification covers this number.",
    )

    # what became of it
    state = fields.Selection(
        selection=[
            ("open", "Open"),
            ("justified", "Justified"),
            ("resolved", "Resolved"),
        ],
        required=True,
        default="open",
        readonly=True,
        tracking=True,
        index=True,
    )
    justification = fields.Text(
        tracking=True,
        help="Why the deviation is acceptable. It is printed in the funder's reports.",
    )
    justified_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    justified_at = fields.Datetime(readonly=True)
    resolved_at = fields.Datetime(readonly=True)
    is_justifiable = fields.Boolean(compute="_compute_is_justifiable")

    _one_live_finding = models.UniqueIndex(
        "(requirement_id, res_model, res_id) WHERE state != 'resolved'",
        "There already is a finding on this rule and record.",
    )
    _about_index = models.Index("(res_model, res_id)")
    _justified_in_writing = models.Constraint(
        "CHECK (state != 'justified' OR (justification IS NOT NULL"
        " AND justified_by_id IS NOT NULL AND justified_at IS NOT NULL))",
        "A justified finding needs a written justification, its author and date.",
    )

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        for model, findings in self.grouped("res_model").items():
            records = self.env[model].browse(findings.mapped("res_id"))
            readable = records._filtered_access("read")
            names = {record.id: record.display_name for record in readable}
            for finding in findings:
                finding.res_name = names.get(finding.res_id, "")

    @api.depends("requirement_id.enforcement", "state")
    def _compute_is_justifiable(self):
        for finding in self:
            finding.is_justifiable = finding.state != "resolved" and finding.requirement_id.enforcement == "warn"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        if not self.env.su and vals.keys() - {"justification"} - self._mail_fields():
            raise AccessError(
                self.env._(
                    "A finding is kept by the rule engine; only its justification can "
                    "be written. It resolves itself as soon as its cause is gone."
                )
            )
        if "justification" in vals:
            self.check_access("write")
            self._check_justifiable()
            if not self._is_text(vals["justification"]):
                self._check_not_approved()
            vals = vals | self._justified_values(vals["justification"])
            # sudo: the caller may write findings (checked above), but not the
            # fields that the server fills itself.
            return super(Finding, self.sudo()).write(vals)
        return super().write(vals)

    @api.model
    def _mail_fields(self):
        return {name for name in self._fields if name.startswith(("message_", "website_"))}

    def _check_justifiable(self):
        for finding in self:
            if not finding.is_justifiable:
                raise ValidationError(
                    self.env._(
                        "%(code)s: this finding cannot be justified, only resolved by removing its cause: %(message)s",
                        code=finding.requirement_id.code,
                        message=finding.message,
                    )
                )

    @api.model
    def _is_text(self, justification):
        """Whether anything is written; blanks come in many kinds, also of no width."""
        return any(map(str.isalnum, justification or ""))

    def _check_not_approved(self):
        """An approval rests on its justifications: they may be reworded, but not taken away afterwards."""
        # sudo: the state decides, also for whoever may not read the record.
        for finding in self.sudo():
            # sudo: as above
            record = self.env[finding.res_model].sudo().browse(finding.res_id)
            if finding.state == "justified" and record.state not in getattr(record, "_initial_states", (record.state,)):
                raise ValidationError(
                    self.env._(
                        "%s is past its approval, which rests on this justification. Change the text instead of "
                        "emptying it, or take the record back first.",
                        record.display_name,
                    )
                )

    def _justified_values(self, justification):
        if not self._is_text(justification):
            return {
                "state": "open",
                "justification": False,
                "justified_by_id": False,
                "justified_at": False,
            }
        return {
            "state": "justified",
            "justification": justification.strip(),
            "justified_by_id": self.env.uid,
            "justified_at": fields.Datetime.now(),
        }

    # ------------------------------------------------------------
    # Rule engine
    # ------------------------------------------------------------

    @api.model
    def _synchronise(self, grant, records, expected):
        """Bring the findings about the records in line with what was found; called in sudo by the engine.

        :param expected: dict of `Deviation` by (requirement id, record id)
        """
        live = self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "!=", "resolved"),
            ]
        )
        known = {(finding.requirement_id.id, finding.res_id): finding for finding in live}
        for key, finding in known.items():
            if key in expected:
                finding._refresh(grant, expected[key])
        gone = live.filtered(lambda finding: (finding.requirement_id.id, finding.res_id) not in expected)
        gone.write({"state": "resolved", "resolved_at": fields.Datetime.now()})
        self.create(
            [
                {
                    "requirement_id": requirement_id,
                    "res_model": records._name,
                    "res_id": record_id,
                    "grant_id": grant.id,
                    "message": found.message,
                    "value": found.value,
                }
                for (requirement_id, record_id), found in expected.items()
                if (requirement_id, record_id) not in known
            ]
        )

    def _refresh(self, grant, found):
        """Take over what was found now; a new number needs a new justification."""
        self.ensure_one()
        values = {}
        if self.grant_id != grant:
            values["grant_id"] = grant.id
        if self.message != found.message:
            values["message"] = found.message
        if self.value != found.value:
            values["value"] = found.value
            values["state"] = "open"
        if values:
            self.write(values)

    def action_open_record(self):
        """Open what the finding is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
