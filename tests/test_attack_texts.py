from markupsafe import Markup

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_access_hidden import HiddenCommon
from .test_access_matrix import NEW

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
TEXTS = ("char", "text", "html")


@tagged("post_install", "-at_install", "security")
class TestTextsAreNoCode(HiddenCommon):
    """A script in any text of the module stays a text: in forms, in the chatter, in labels and on paper."""

    def assertHarmless(self, html):
        self.assertNotIn("<script>alert", str(html))
        self.assertNotIn("<img src=x", str(html))

    def _infect(self, record):
        """Write the script into each text of the record that takes one; names of those that did."""
        infected = []
        for name, field in record._fields.items():
            if field.type not in TEXTS or not field.store or field.compute or field.related or field.readonly:
                continue
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    record.write({name: SCRIPT})
                    self.env.flush_all()
            except (UserError, ValueError, self.env.cr._cnx.Error):
                record.invalidate_recordset()  # a text of another kind: a colour, a code, a date
            else:
                infected.append(name)
        return infected

    def test_forms_and_chatter(self):
        number = 0
        for model in sorted(NEW):
            with self._tried():
                record = self._new_record(model, "company")
                number += len(self._infect(record))
                record.invalidate_recordset()
                for name, field in record._fields.items():
                    if field.type == "html":
                        with self.subTest(model=model, field=name):
                            self.assertHarmless(record[name])
                        self.tried_cases += 1
                if "message_ids" in record._fields:
                    self.env.cr.precommit.run()  # tracking
                    with self.subTest(model=model, path="chatter"):
                        self.assertHarmless(record.message_ids.mapped("body"))
                    self.tried_cases += 1
        self.assertGreater(number, 50, "texts of the module that were tried")

    def test_messages_of_people_are_sanitised(self):
        case = self._new_case(self.worlds["own"])
        for body in (SCRIPT, Markup(SCRIPT)):
            message = case.with_user(self.users["team_lead"]).message_post(body=body, message_type="comment")
            self.assertHarmless(message.body)

    def test_paper(self):
        """Whatever a report prints of its record, and of what this refers to."""
        shown = 0
        reports = self.env["ir.model.data"].search([("module", "=", "justiq"), ("model", "=", "ir.actions.report")])
        for report in self.env["ir.actions.report"].browse(reports.mapped("res_id")):
            if report.model not in NEW or not report.report_type.startswith("qweb"):
                continue
            with self._tried(), self.subTest(report=report.report_name):
                record = self._new_record(report.model, "company")
                world = self.worlds["company"]
                around = [record, world.project, world.session, world.grant]
                around += [record[name] for name in ("case_file_id", "enrolment_id") if name in record._fields]
                for one in around:
                    self._infect(one)
                self.env.invalidate_all()
                try:
                    html, _kind = report._render_qweb_html(report.report_name, record.ids)
                except UserError:
                    continue  # such as a letter that nobody has released
                self.assertHarmless(html.decode())
                shown += html.count(b"&lt;script&gt;")
                self.tried_cases += 1
        self.assertGreater(shown, 3, "texts that were printed")
