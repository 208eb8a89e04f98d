from odoo import api, fields, models
from odoo.tools import SQL


class Participation(models.Model):
    """In a micro-project, the contacts are the sessions attended (S30)."""

    _inherit = "justiq.participation"

    @api.depends("attended_count")
    def _compute_contact_count(self):
        result = super()._compute_contact_count()
        for participation in self.filtered(lambda participation: participation.baustein_kind == "group"):
            participation.contact_count = participation.attended_count
        return result


class Grant(models.Model):
    """How many young people micro-projects have led over (S2)."""

    _inherit = "justiq.grant"

    group_participant_count = fields.Integer(
        string="Reached by Micro-Projects",
        compute="_compute_led_over",
        groups="justiq.group_case_worker,justiq.group_coordinator,justiq.group_auditor",
        help="Young people who have attended a micro-project.",
    )
    led_over_count = fields.Integer(
        string="Led Over",
        compute="_compute_led_over",
        groups="justiq.group_case_worker,justiq.group_coordinator,justiq.group_auditor",
        help="Of them, those who entered the Baustein to which micro-projects lead after the first date attended (S2).",
    )

    def _compute_led_over(self):
        figures = self._count_led_over()
        for grant in self:
            grant.group_participant_count, grant.led_over_count = figures.get(grant.id, (0, 0))

    def _count_led_over(self, date_start=None, date_end=None, counted_only=False):
        """How many participants of micro-projects entered the next Baustein afterwards (S2).

        A person counts once per grant. The entry has to lie after the first
        attended date; on that very day it counts only if it was taken over from that participation.

        :param date_start: only first attended dates from this day on
        :param date_end: only first attended dates up to this day
        :param counted_only: only persons who count for the funder
        :return: dict of (participants, of them led over) by id of the grant
        """
        self.check_access("read")
        self.env["justiq.participation"].flush_model()
        self.env["justiq.enrolment"].flush_model(["is_counted"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT attended.grant_id,
                       COUNT(DISTINCT attended.enrolment_id),
                       COUNT(DISTINCT attended.enrolment_id) FILTER (WHERE entered.id IS NOT NULL)
                  FROM justiq_participation attended
                  JOIN justiq_baustein baustein ON baustein.id = attended.baustein_id
                  JOIN justiq_enrolment enrolment ON enrolment.id = attended.enrolment_id
             LEFT JOIN justiq_participation entered
                    ON entered.enrolment_id = attended.enrolment_id
                   AND entered.baustein_id = baustein.leads_to_id
                   AND (entered.date_start > attended.first_attended_date
                        OR (entered.date_start = attended.first_attended_date
                            AND entered.origin_participation_id = attended.id))
                 WHERE attended.grant_id IN %(grants)s
                   AND attended.baustein_kind = 'group'
                   AND attended.first_attended_date >= %(start)s
                   AND attended.first_attended_date <= %(end)s
                   AND (enrolment.is_counted OR NOT %(counted_only)s)
              GROUP BY attended.grant_id
                """,
                grants=tuple(self.ids) or (0,),
                start=date_start or fields.Date.to_date("1900-01-01"),
                end=date_end or fields.Date.to_date("9999-12-31"),
                counted_only=counted_only,
            )
        )
        return {grant: (participants, led_over) for grant, participants, led_over in rows}
