from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


def _in_open_file(model, alias, query):
    """SQL: the case file of the row is open to the user.

    PostgreSQL goes through indexes for conditions of which one is enough only where each of them compares a column
    of the row with a list. A case worker's files are few, so they are the list; for who may open nearly all of them,
    it is quicker to look at the file of each row.
    """
    # sudo(False): the rules ask with all rights.
    files = model.env["justiq.case.file"].sudo(False).with_context(active_test=False)
    if not files.has_access("read"):
        return SQL("FALSE")
    if files.env.user.has_group("justiq.group_team_lead"):
        field = model._fields["case_file_id"]
        comodel, coalias = field.join(model, alias, query)
        # sudo: to write down the user's own rules as a condition; nothing is read.
        comodel = comodel.sudo()
        rules = files.env["ir.rule"]._compute_domain(files._name, "read").optimize_full(comodel)
        return rules._to_sql(comodel, coalias, query)
    column = model._field_to_sql(alias, "case_file_id", query)
    return SQL("%s = ANY(ARRAY(%s))", column, files._search([]).select())


class Users(models.Model):
    """Conditions of record rules, for where being able to open the case file is one of several ways to a record."""

    _inherit = "res.users"

    def _domain_of_open_files(self):
        """The same as `case_file_id.is_accessible`, quick also beside other conditions of which one is enough."""
        return Domain.custom(to_sql=_in_open_file, predicate=lambda record: record.case_file_id.is_accessible)
