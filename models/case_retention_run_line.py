from odoo import fields, models
from odoo.tools import SQL

from ..tools.personal_data import KEEP


class RetentionRunLine(models.Model):
    """A case file, or an alias, of a list to be anonymised, and what became of it: the record of the deletion.

    Read by whoever reads the list; written by the server alone.
    """

    _name = "justiq.retention.run.line"
    _description = "To Be Anonymised"
    _order = "reference, id"
    _rec_name = "reference"

    _personal_data = {"reference": KEEP, "rule": KEEP}

    run_id = fields.Many2one(comodel_name="justiq.retention.run", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    alias_id = fields.Many2one(
        comodel_name="justiq.outreach.alias", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    reference = fields.Char(required=True, readonly=True)
    retention_date = fields.Date(string="Kept Until", readonly=True)
    rule = fields.Char(readonly=True)
    state = fields.Selection(
        selection=[("waiting", "Waiting"), ("done", "Anonymised"), ("left", "Left as it is")],
        required=True,
        default="waiting",
        readonly=True,
    )
    done_at = fields.Datetime(string="Anonymised On", readonly=True)

    _one_list_at_a_time = models.UniqueIndex(
        "(case_file_id) WHERE state = 'waiting'", "This case file is already on another list."
    )
    _one_list_of_aliases_at_a_time = models.UniqueIndex(
        "(alias_id) WHERE state = 'waiting'", "This alias is already on another list."
    )
    _file_or_alias = models.Constraint(
        "CHECK (num_nonnulls(case_file_id, alias_id) = 1)", "Either a case file or an alias is anonymised."
    )

    def _listed(self):
        """The records of the lists that the lines are about, of which each has a state of retention."""
        files = self.env["justiq.retention.file"].browse(self.case_file_id.ids)
        aliases = self.env["justiq.retention.alias"].browse(self.alias_id.ids)
        return [listed for listed in (files, aliases) if listed]

    def _anonymise(self):
        """Anonymise what is still due, all of it or nothing; what is not, or held meanwhile, is left.

        Locked first, so that a hold that is just being placed is seen, or comes too late for nobody's surprise.
        """
        self._lock()
        lines = self.filtered(lambda line: line.state == "waiting")  # turned down since the job began
        done = self.browse()
        for listed in lines._listed():
            due = listed.exists().filtered(lambda record: record.retention_state == "due")
            if due:
                language = self.company_id[:1].partner_id.lang or self.env.lang
                due._eraser().run(self.with_context(lang=language).env._("[anonymised]"))
            field = "alias_id" if due._name == "justiq.retention.alias" else "case_file_id"
            done |= lines.filtered(lambda line, field=field, due=due: line[field].id in due._ids)
        done.write({"state": "done", "done_at": fields.Datetime.now()})
        (lines - done).write({"state": "left"})

    def _lock(self):
        self.env.flush_all()
        grants = self.case_file_id.enrolment_ids.grant_id | self.alias_id.grant_id
        for records in (self.case_file_id, self.alias_id, grants, self):
            query = "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
            self.env.execute_query(SQL(query, SQL.identifier(records._table), records.ids))
        self.env.invalidate_all()
