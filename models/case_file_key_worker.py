from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError


class CaseFile(models.Model):
    """The key worker of a case file and her predecessors (S29).

    The key worker is named when the file is opened; from then on she changes by a
    hand-over only, which has a date, a reason and the consent of the new one.
    """

    _inherit = "justiq.case.file"

    key_worker_history_ids = fields.One2many(
        comodel_name="justiq.case.key.worker",
        inverse_name="case_file_id",
        string="Key Workers",
        readonly=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(vals_list)
        cases._open_key_worker_history(self._reason_of_first_key_worker())
        return cases

    @api.model
    def _reason_of_first_key_worker(self):
        return self.env._("Case file opened")

    def write(self, vals):
        if "key_worker_id" in vals:
            employee = self._fields["key_worker_id"].convert_to_cache(vals["key_worker_id"], self, validate=False)
            self._check_key_worker_stays(self.env["hr.employee"].browse(employee))
        return super().write(vals)

    def _check_key_worker_stays(self, employee):
        """Refuse a change of the key worker outside of a hand-over.

        :raises ValidationError: S29, naming the way out
        """
        for case in self:
            if case.key_worker_id != employee:
                raise ValidationError(
                    self.env._(
                        "S29: the key worker of %(reference)s is %(old)s and cannot simply be replaced by %(new)s. A "
                        "change needs a date and a reason: use “Hand over” in the case file.",
                        reference=case.reference,
                        old=case.key_worker_id.name,
                        new=employee.name or self.env._("(empty)"),
                    )
                )

    def _change_key_worker(self, employee, reason, handover):  # pylint: disable=missing-return
        """Give the files to another key worker; called by an accepted hand-over only.

        File, history and running individual help change together or not at all.
        """
        changed = self.filtered(lambda case: case.key_worker_id != employee)
        # From here on, past the refusal in `write` above.
        super(CaseFile, changed).write({"key_worker_id": employee.id})  # pylint: disable=super-method-mismatch
        changed._open_key_worker_history(reason, handover)
        changed._hand_on_participations(employee)
        changed.invalidate_recordset(["display_name"])  # the name is no longer the old one's to see

    def action_hand_over(self):
        """Open the dialog that proposes the files to a colleague."""
        if len(self.key_worker_id) > 1:
            raise UserError(
                self.env._(
                    "The chosen case files have different key workers: %s. Hand over those of one at a time.",
                    self.key_worker_id.mapped("name"),
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand over"),
            "res_model": "justiq.case.handover",
            "view_mode": "form",
            "views": [(self.env.ref("justiq.justiq_case_handover_view_form_dialog").id, "form")],
            "target": "new",
            "context": {
                "default_from_id": self.key_worker_id.id,
                "default_case_file_ids": [Command.set(self.ids)],
                "default_company_id": self.company_id[:1].id,
            },
        }

    def _open_key_worker_history(self, reason, handover=None):
        now = fields.Datetime.now()
        # sudo: the server's own record; nobody else may write it.
        History = self.env["justiq.case.key.worker"].sudo()
        current = History.search([("case_file_id", "in", self.ids), ("date_to", "=", False)])
        # Servers may differ by seconds: nobody ends before she has started.
        moments = {line.case_file_id.id: max(now, line.date_from) for line in current}
        for moment, lines in current.grouped(lambda line: moments[line.case_file_id.id]).items():
            lines.write({"date_to": moment})
        History.flush_model()  # before the successor starts, or the database would see two
        History.create(
            [
                {
                    "case_file_id": case.id,
                    "employee_id": case.key_worker_id.id,
                    "date_from": moments.get(case.id, now),
                    "reason": reason,
                    "handover_id": handover.id if handover else False,
                    "changed_by_id": self.env.uid,
                }
                for case in self
            ]
        )

    def _hand_on_participations(self, employee):
        """What runs in an individual Baustein goes with the file; what has ended keeps its key worker."""
        today = fields.Date.context_today(self)
        # sudo: the help follows the file, which the new key worker may not read yet.
        participations = self.env["justiq.participation"].sudo()
        running = participations.search(
            [
                ("case_file_id", "in", self.ids),
                ("baustein_kind", "=", "individual"),
                ("key_worker_id", "!=", employee.id),
                "|",
                ("date_end", "=", False),
                ("date_end", ">=", today),
            ]
        )
        running.write({"key_worker_id": employee.id})
