from odoo import api, fields, models
from odoo.tools import SQL

from .case_enrolment import AGE_GROUPS
from .case_enrolment_answers import DESTINATION, YES_NO
from .case_file import GENDERS
from .case_participation_course import END_REASONS, OUTCOMES


class ParticipationReport(models.Model):
    """Figures of persons and participations, by Baustein, gender, age group and outcome.

    One line per participation; persons are the different enrolments, so that
    every total counts a person once per grant, however often she has come back.
    Access is that of the participation: case workers see those of the files they may
    open, team leads those of their companies, coordination and auditor all of
    their companies under the reference. Nobody writes. Low-threshold heads are
    figures of their own (`justiq.outreach.contact`).
    """

    _name = "justiq.participation.report"
    _inherit = ["justiq.access.logged.mixin"]
    _description = "Participations Analysis"
    _auto = False
    _order = "date_start desc, id desc"
    _rec_name = "reference"

    # What has to be written to the database before the figures are read.
    _depends = {
        "justiq.participation": [
            "age_group",
            "baustein_id",
            "case_file_id",
            "company_id",
            "contact_count",
            "date_end",
            "date_start",
            "end_reason",
            "enrolment_id",
            "gender",
            "grant_id",
            "hours",
            "key_worker_id",
            "origin_participation_id",
            "outcome",
            "reference",
        ],
        "justiq.enrolment": ["date_entry", "exit_destination", "exit_improved", "is_counted"],
        "justiq.grant": ["programme_id"],
    }

    # who and where
    participation_id = fields.Many2one(comodel_name="justiq.participation", readonly=True)
    case_file_id = fields.Many2one(comodel_name="justiq.case.file", readonly=True)
    reference = fields.Char(readonly=True)
    grant_id = fields.Many2one(comodel_name="justiq.grant", readonly=True)
    programme_id = fields.Many2one(comodel_name="justiq.programme", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    baustein_id = fields.Many2one(comodel_name="justiq.baustein", readonly=True)
    key_worker_id = fields.Many2one(comodel_name="hr.employee", readonly=True)

    # period
    date_start = fields.Date(readonly=True)
    date_end = fields.Date(readonly=True)
    date_entry = fields.Date(string="Entry into the Grant", readonly=True)

    # for statistics
    gender = fields.Selection(selection=GENDERS, readonly=True)
    age_group = fields.Selection(selection=AGE_GROUPS, readonly=True)
    end_reason = fields.Selection(selection=END_REASONS, readonly=True)
    outcome = fields.Selection(selection=OUTCOMES, string="Outcome of the Participation", readonly=True)
    exit_destination = fields.Selection(selection=DESTINATION, string="Outcome at Exit", readonly=True)
    exit_improved = fields.Selection(selection=YES_NO, string="Situation Improved", readonly=True)
    is_counted = fields.Boolean(readonly=True)
    is_return = fields.Boolean(string="Re-Entry", readonly=True)

    # measures
    enrolment_number = fields.Integer(string="Persons", readonly=True, aggregator="count_distinct")
    participation_count = fields.Integer(string="Participations", readonly=True)
    contact_count = fields.Integer(string="Contacts", readonly=True)
    hours = fields.Float(readonly=True)

    @property
    def _table_query(self):
        return SQL("SELECT %s FROM %s", self._select(), self._from())

    def _add_to(self, access):
        # A line has no table of its own: it is a participation.
        self.env["justiq.participation"].browse(self._ids)._add_to(access)

    @api.model
    def _select(self):
        """The columns; rooms to the right add theirs."""
        return SQL(
            """
            participation.id,
            participation.id AS participation_id,
            participation.case_file_id,
            participation.reference,
            participation.grant_id,
            enrolled.programme_id,
            participation.company_id,
            participation.baustein_id,
            participation.key_worker_id,
            participation.date_start,
            participation.date_end,
            enrolment.date_entry,
            participation.gender,
            participation.age_group,
            participation.end_reason,
            participation.outcome,
            enrolment.exit_destination,
            enrolment.exit_improved,
            enrolment.is_counted,
            origin.baustein_id = participation.baustein_id AS is_return,
            participation.enrolment_id AS enrolment_number,
            1 AS participation_count,
            participation.contact_count,
            participation.hours
            """
        )

    @api.model
    def _from(self):
        return SQL(
            """
            justiq_participation participation
            JOIN justiq_enrolment enrolment ON enrolment.id = participation.enrolment_id
            JOIN justiq_grant enrolled ON enrolled.id = participation.grant_id
            LEFT JOIN justiq_participation origin ON origin.id = participation.origin_participation_id
            """
        )

    def action_open_participation(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "justiq.participation",
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
