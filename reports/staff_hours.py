from odoo import api, fields, models
from odoo.tools import SQL


class StaffHours(models.Model):
    """Hours of the professionals by grant, Baustein and month, for the funder's report (S25, S30).

    From the contact log, for whoever wrote the entry (else the key worker), and from the
    sessions that took place, for the lead of the micro-project. Team lead, coordination and
    auditor read it: months and sums, no young person, no reference, no single day.
    """

    _name = "justiq.staff.hours"
    _description = "Hours of Professionals"
    _auto = False
    _order = "month desc, employee_id"
    _rec_name = "employee_id"

    company_id = fields.Many2one(comodel_name="res.company", string="Provider", readonly=True)
    grant_id = fields.Many2one(comodel_name="justiq.grant", readonly=True)
    baustein_id = fields.Many2one(comodel_name="justiq.baustein", readonly=True)
    employee_id = fields.Many2one(comodel_name="hr.employee", string="Professional", readonly=True)
    month = fields.Date(readonly=True, help="First day of the month.")
    hours = fields.Float(readonly=True)
    contacts = fields.Integer(string="Contacts, Sessions", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(id) AS id, company_id, grant_id, baustein_id, employee_id,
                   DATE_TRUNC('month', day::timestamp)::date AS month, SUM(minutes) / 60 AS hours,
                   COUNT(*)::int AS contacts
              FROM (%s) work
             GROUP BY company_id, grant_id, baustein_id, employee_id, DATE_TRUNC('month', day::timestamp)
            """,
            self._work(),
        )

    @api.model
    def _work(self):
        """Query of each piece of work: company, grant, Baustein, professional, day and minutes."""
        # Twice the id, even and odd, so that the two sources share no id.
        return SQL(
            """
            SELECT note.id * 2 AS id, help.company_id, help.grant_id, help.baustein_id, note.date AS day,
                   COALESCE(author.id, help.key_worker_id) AS employee_id, note.minutes::float8 AS minutes
              FROM justiq_case_note note
              JOIN justiq_participation help ON help.id = note.participation_id
         LEFT JOIN hr_employee author ON author.user_id = note.author_id AND author.company_id = help.company_id
             WHERE help.baustein_kind = 'individual' AND note.is_amended IS NOT TRUE
             UNION ALL
            SELECT session.id * 2 + 1, session.company_id, session.grant_id, baustein.id,
                   (session.date_start AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(provider.tz, 'UTC'))::date,
                   project.lead_id, session.duration * 60
              FROM justiq_session session
              JOIN justiq_micro_project project ON project.id = session.micro_project_id
              JOIN justiq_grant vorhaben ON vorhaben.id = session.grant_id
              JOIN res_company company ON company.id = session.company_id
              JOIN res_partner provider ON provider.id = company.partner_id
              JOIN LATERAL (
                       SELECT MIN(baustein.id) AS id FROM justiq_baustein baustein
                        WHERE baustein.programme_id = vorhaben.programme_id AND baustein.kind = 'group'
                   ) baustein ON TRUE
             WHERE session.state = 'held' AND project.lead_id IS NOT NULL
            """
        )

    @api.model
    def _flush_work(self):
        for model in ("case.note", "participation", "session", "micro.project"):
            self.env[f"justiq.{model}"].flush_model()

    @api.model
    def _sum_up(self, grant, start, end):
        """Hours in the period, by (employee id, Baustein id); the caller has asked for the access to the grant."""
        self._flush_work()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT employee_id, baustein_id, SUM(minutes) / 60 FROM (%s) work
                 WHERE grant_id = %s AND day BETWEEN %s AND %s
                 GROUP BY employee_id, baustein_id
                """,
                self._work(),
                grant.id,
                start,
                end,
            )
        )
        return {(employee, baustein): float(hours) for employee, baustein, hours in rows}

    def _search(self, *args, **kwargs):
        self._flush_work()  # Odoo does not know on which tables the query rests
        return super()._search(*args, **kwargs)

    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        # With what the record rules ask for: to read it afterwards would sum up all work once more.
        names = field_names and [*field_names, "company_id"]
        return super().search_fetch(domain, names, offset, limit, order)
