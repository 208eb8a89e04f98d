from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..tools.relink import Relinker


class CaseMergeAssistant(models.TransientModel):
    """Preview and start of a merge of two case files, for the team lead.

    Shows what will move and which values differ; nothing happens before the button is pressed, and what happens can
    be undone from the file that remains.
    """

    _name = "justiq.case.merge.assistant"
    _inherit = ["justiq.case.dialog.mixin"]
    _description = "Merge Case Files"

    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file", string="Remaining File", required=True, ondelete="cascade"
    )
    merged_file_id = fields.Many2one(
        comodel_name="justiq.case.file",
        string="File to Merge into It",
        required=True,
        ondelete="cascade",
        context={"active_test": False},
        domain="[('id', '!=', case_file_id), ('company_id', '=', company_id), ('merged_into_id', '=', False)]",
    )
    company_id = fields.Many2one(related="case_file_id.company_id")
    key_worker_id = fields.Many2one(related="case_file_id.key_worker_id", related_sudo=False)
    merged_key_worker_id = fields.Many2one(
        related="merged_file_id.key_worker_id", related_sudo=False, string="Key Worker of the Other"
    )
    line_ids = fields.One2many(
        comodel_name="justiq.case.merge.assistant.line",
        inverse_name="assistant_id",
        compute="_compute_line_ids",
        compute_sudo=False,  # the values of two files, as the user may read them
        store=True,
        readonly=False,
    )
    moves = fields.Text(string="What Moves", compute="_compute_moves")
    united = fields.Text(string="United Enrolments", compute="_compute_moves")
    reason = fields.Text(required=True, help="How it is known that both files are of the same person.")

    @api.depends("case_file_id", "merged_file_id")
    def _compute_line_ids(self):
        for assistant in self:
            lines = [fields.Command.clear()]
            if assistant.case_file_id and assistant.merged_file_id:
                lines += [fields.Command.create(values) for values in assistant._differences()]
            assistant.line_ids = lines

    def _differences(self):
        """One line for each field in which the two files differ."""
        one, other = self.case_file_id._origin, self.merged_file_id._origin
        for name in self.env["justiq.case.merge"]._writable_fields(one):
            if one[name] != other[name]:
                is_text = one._fields[name].type == "text"
                choice = "keep" if one[name] else "take"
                yield {
                    "field_name": name,
                    "label": one._fields[name]._description_string(self.env),
                    "kept_value": self._shown(one, name),
                    "merged_value": self._shown(other, name),
                    "is_text": is_text,
                    "choice": "join" if is_text and one[name] and other[name] else choice,
                }

    def _shown(self, case, name):
        field, value = case._fields[name], case[name]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "date":
            return format_date(self.env, value) if value else ""
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        return value.display_name if field.relational else str(value or "")

    @api.depends("case_file_id", "merged_file_id")
    def _compute_moves(self):
        Merge = self.env["justiq.case.merge"]
        for assistant in self:
            one, other = assistant.case_file_id._origin, assistant.merged_file_id._origin
            ready = one and other and one != other
            assistant.moves = Merge._summary(Relinker(self.env).count(other)) if ready else False
            pairs = Merge._same_grant(one, other) if ready else []
            assistant.united = "\n".join(kept.grant_id.name for kept, _given_up in pairs)

    def action_swap(self):
        """Let the other file remain."""
        self.ensure_one()
        return (self.merged_file_id + self.case_file_id).with_context(active_test=False)._action_merge_into_first()

    def action_merge(self):
        """Merge, as previewed; returns to the remaining file.

        :raises AccessError: for others than team leads, and for files the user may not write
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group("justiq.group_team_lead"):
            raise AccessError(self.env._("Case files are merged by the team lead."))
        files = self.case_file_id + self.merged_file_id
        files.check_access("write")
        if not any(map(str.isalnum, self.reason or "")):
            raise UserError(self.env._("Reason: write down how it is known that both files are of the same person."))
        self.env["justiq.case.merge"]._merge(
            self.case_file_id, self.merged_file_id, self._chosen_values(), self.reason.strip()
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "justiq.case.file",
            "res_id": self.case_file_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _chosen_values(self):
        """What is to be written into the remaining file; taken from the files, not from what a client has sent."""
        one, other = self.case_file_id, self.merged_file_id
        choices = {line.field_name: line.choice for line in self.line_ids}
        values = {}
        for name in self.env["justiq.case.merge"]._writable_fields(one):
            choice, field = choices.get(name, "keep"), one._fields[name]
            if choice == "take" and (other[name] or not field.required):
                values[name] = field.convert_to_write(other[name], other)
            elif choice == "join" and field.type == "text" and other[name]:
                values[name] = self.env["justiq.case.merge"]._joined(one, other, name)
        return values


class CaseMergeAssistantLine(models.TransientModel):
    """A field in which the two files differ, and which value is taken."""

    _name = "justiq.case.merge.assistant.line"
    _description = "Difference between Two Case Files"
    _order = "id"

    assistant_id = fields.Many2one(
        comodel_name="justiq.case.merge.assistant", required=True, ondelete="cascade", index=True
    )
    field_name = fields.Char(required=True)
    label = fields.Char(string="Field")
    kept_value = fields.Text(string="Remaining File")
    merged_value = fields.Text(string="Other File")
    is_text = fields.Boolean()
    choice = fields.Selection(
        selection=[("keep", "Keep"), ("take", "Take the other"), ("join", "Both, one after the other")],
        required=True,
        default="keep",
    )
