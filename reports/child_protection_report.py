from odoo import models
from odoo.tools import format_date

NO = "–"


class ChildProtectionReport(models.AbstractModel):
    """A child protection record on paper, by itself: for the hearing, the Jugendamt or the family court.

    Printed by whoever may read the record. It is no part of any other printout.
    """

    _name = "report.justiq.report_child_protection"
    _inherit = "justiq.report.mixin"
    _description = "Child Protection Record"

    _printed_model = "justiq.child.protection"

    def _sheets(self, records):
        return {record.id: {**self._provider_head(record), **self._content(record)} for record in records}

    def _content(self, record):
        case = record.case_file_id
        return {
            "title": self.env._("Child protection record"),
            "is_draft": record.state != "concluded",
            "overview": [
                {"label": self.env._("Young person"), "text": f"{case.first_name} {case.last_name}"},
                *self._facts(case, ("birth_date",)),
                {"label": self.env._("Age"), "text": self.env._("%s years", record.age)},
                *self._facts(case, ("reference",)),
                {"label": self.env._("Key worker"), "text": case.sudo().key_worker_id.name},  # sudo: her name
                *self._facts(record, ("date", "noticed_by")),
                {"label": self.env._("Written by"), "text": record.author_id.name},
            ],
            "is_acute": record.is_acute,
            "signs": record.signs,
            "steps": [self._step(step) for step in record.step_ids],
            "result": [*self._facts(record, ("danger", "result", "next_review_date"))],
            "concluded": record.concluded_at
            and self.env._(
                "Concluded on %(date)s by %(user)s.",
                date=format_date(self.env, self._local_date(record.concluded_at)),
                user=record.concluded_by_id.name,
            ),
        }

    def _step(self, step):
        with_whom = [step.with_whom, step.channel and self._label(step, "channel")]
        if step.kind == "expert" and step.date:
            pseudonymous, named = self.env._("pseudonymised"), self.env._("with the name")
            with_whom.append(pseudonymous if step.is_pseudonymised else named)
        return {
            "kind": step._kind_label(),
            "due": format_date(self.env, step.due_date),
            "date": format_date(self.env, step.date) or NO,
            "state": "" if step.state == "done" else self._label(step, "state"),
            "with_whom": ", ".join(filter(None, with_whom)),
            "text": step.text or "",
            "author": step.author_id.name or "",
        }
