from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError


class FindingJustify(models.TransientModel):
    """Justify the open findings that an approval waits for, then approve.

    Writes the findings and the record with the rights of the user: team lead
    and coordination justify, who may approve stands in the record's table of
    transitions.
    """

    _name = "justiq.finding.justify"
    _description = "Justify Open Findings"

    record_model = fields.Char(required=True)
    record_id = fields.Integer(required=True)
    target_state = fields.Char(required=True)
    line_ids = fields.One2many(
        comodel_name="justiq.finding.justify.line",
        inverse_name="wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("record_model", "record_id", "target_state")
    def _compute_line_ids(self):
        for wizard in self:
            findings = self.env["justiq.finding"]
            # The client names the model; only the rule engine's have findings.
            if wizard.record_model in {model._name for model in self.env["justiq.requirement"]._checked_models()}:
                record = self.env[wizard.record_model].browse(wizard.record_id)
                # As the user: a finding that is not readable cannot be justified here.
                findings = record._findings_to_justify(wizard.target_state).sudo(False)
            wizard.line_ids = [
                Command.create({"finding_id": finding.id}) for finding in findings._filtered_access("read")
            ]

    def action_confirm(self):
        """Save the justifications and make the step."""
        self.ensure_one()
        missing = self.line_ids.filtered(lambda line: not (line.justification or "").strip())
        if missing:
            raise ValidationError(
                self.env._(
                    "Please write a justification for each finding. Still missing: %s.",
                    missing.requirement_id.mapped("code"),
                )
            )
        for line in self.line_ids:
            line.finding_id.justification = line.justification
        self.env[self.record_model].browse(self.record_id).write({"state": self.target_state})
        return {"type": "ir.actions.act_window_close"}


class FindingJustifyLine(models.TransientModel):
    """One finding with its justification."""

    _name = "justiq.finding.justify.line"
    _description = "Justification of a Finding"

    wizard_id = fields.Many2one(comodel_name="justiq.finding.justify", required=True, ondelete="cascade")
    finding_id = fields.Many2one(comodel_name="justiq.finding", required=True, ondelete="cascade")
    # As the user: whoever names a finding of another provider must not read it here.
    requirement_id = fields.Many2one(related="finding_id.requirement_id", related_sudo=False)
    message = fields.Text(related="finding_id.message", related_sudo=False)
    justification = fields.Text()
