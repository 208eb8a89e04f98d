from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


def _of_own_roster(model, alias, query):
    """SQL: the user leads or staffs the micro-project of the row; compared with a list, as `_in_open_file` says."""
    # sudo: by employee only, as the rules ask.
    staff = model.env["justiq.micro.project.staff"].sudo()
    # sudo: as above.
    projects = model.env["justiq.micro.project"].sudo().with_context(active_test=False)
    return SQL(
        "%s = ANY(ARRAY(%s UNION ALL %s))",
        model._field_to_sql(alias, "micro_project_id", query),
        projects._search([("lead_id.user_id", "=", model.env.uid)]).select(),
        staff._search([("employee_id.user_id", "=", model.env.uid)]).select(
            staff._field_to_sql(staff._table, "micro_project_id")
        ),
    )


class Users(models.Model):
    _inherit = "res.users"

    def _domain_of_own_rosters(self):
        """For the record rules of what belongs to a micro-project: the user leads or staffs it."""
        return Domain.custom(
            to_sql=_of_own_roster,
            predicate=lambda record: record.env.user in record.micro_project_id._roster_users(),
        )
