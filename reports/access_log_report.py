from odoo import fields, models
from odoo.tools import format_date


class AccessLogReport(models.AbstractModel):
    """Who looked at a case file and when, for the young person.

    Printed by the team lead for the files that she may read, with the name; by the privacy officer by the reference.
    """

    _name = "report.justiq.report_access_log"
    _inherit = "justiq.report.mixin"
    _description = "Who Looked at the Case File"

    _printed_model = "justiq.access.log.print"

    def _sheets(self, wizards):
        return {wizard.id: {**self._provider_head(wizard), **self._content(wizard)} for wizard in wizards}

    def _content(self, wizard):
        case, entries = wizard._file(), wizard._entries()
        case._record_access("print", self._name.removeprefix("report."))
        is_readable = case.has_access("read")
        return {
            "file": wizard.reference.strip(),
            "person": is_readable and f"{case.first_name} {case.last_name}",
            "period": (wizard.date_start or wizard.date_end) and self._period(wizard.date_start, wizard.date_end),
            "rows": [self._row(entry) for entry in entries],
        }

    def _row(self, entry):
        moment = fields.Datetime.context_timestamp(self, entry.date)
        return {
            "date": format_date(self.env, moment.date()),
            "time": self._time(entry.date),
            "user": entry.user_id.name,
            "path": self._label(entry, "path"),
            "content": entry.with_context(lang=self.env.lang).content,
            "others": entry.file_count - 1,
        }
