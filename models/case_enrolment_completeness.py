from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import split_every

from .case_enrolment import COMPLETE
from .case_enrolment_answers import CASE_WORK, NO_ANSWER
from .programme_checked_mixin import BATCH_SIZE
from .programme_question import PHASES


class Enrolment(models.Model):
    """How much of the mandatory data is there, and what is missing.

    The percentage is rounded down, so that 100 means that nothing is missing.
    """

    _inherit = "justiq.enrolment"

    entry_completeness = fields.Integer(
        string="Entry Data",
        compute="_compute_completeness",
        store=True,
        aggregator="avg",
        help="Percent of the mandatory questions of the entry questionnaire that are answered.",
    )
    exit_completeness = fields.Integer(
        string="Exit Data",
        compute="_compute_completeness",
        store=True,
        aggregator="avg",
        help="Percent of the mandatory questions of the exit questionnaire that are answered.",
    )
    follow_up_completeness = fields.Integer(
        string="Follow-Up Data",
        compute="_compute_completeness",
        store=True,
        aggregator="avg",
        help="Percent of the mandatory questions of the follow-up questionnaire that are answered.",
    )
    missing_entry_data = fields.Char(compute="_compute_missing_data", groups=CASE_WORK)
    missing_exit_data = fields.Char(compute="_compute_missing_data", groups=CASE_WORK)

    @api.depends(lambda self: ["grant_id.programme_id", *self._answer_fields()])
    def _compute_completeness(self):
        # Not on the questions themselves: `_refresh_completeness` holds a changed questionnaire against all enrolments.
        for programme, enrolments in self.grouped(lambda enrolment: enrolment.grant_id.programme_id).items():
            mandatory = programme.question_ids._mandatory_by_phase()
            for enrolment in enrolments:
                for phase, questions in mandatory.items():
                    answered = sum(map(enrolment._has_answered, questions))
                    percent = COMPLETE * answered // len(questions) if questions else COMPLETE
                    enrolment[f"{phase}_completeness"] = percent

    @api.depends(lambda self: ["grant_id.programme_id", *self._answer_fields()])
    @api.depends_context("lang")
    def _compute_missing_data(self):
        for programme, enrolments in self.grouped(lambda enrolment: enrolment.grant_id.programme_id).items():
            mandatory = programme.question_ids._mandatory_by_phase()
            for enrolment in enrolments:
                for phase in ("entry", "exit"):
                    missing = [
                        question.display_name for question in mandatory[phase] if not enrolment._has_answered(question)
                    ]
                    enrolment[f"missing_{phase}_data"] = ", ".join(missing)

    def _has_answered(self, question):
        answer = self[question.code]
        return bool(answer and (answer != NO_ANSWER or question.allows_no_answer))

    # ------------------------------------------------------------
    # A changed questionnaire
    # ------------------------------------------------------------

    @api.model
    def _refresh_completeness(self, programmes):
        """Compute the completeness anew for all enrolments of programmes whose questions have changed.

        One statement for each programme finds and updates what differs; what
        depends on it follows in batches.
        """
        names = [f"{phase}_completeness" for phase, _label in PHASES]
        self.flush_model([*names, *self._answer_fields(), "grant_id"])
        self.env["justiq.grant"].flush_model(["programme_id"])
        for programme in programmes:
            changed = [row[0] for row in self.env.execute_query(self._completeness_update(programme))]
            for enrolments in split_every(BATCH_SIZE, changed, self.browse):
                enrolments.invalidate_recordset(names, flush=False)
                enrolments.modified(names)
                self.env.flush_all()

    @api.model
    def _completeness_update(self, programme):
        mandatory = programme.question_ids._mandatory_by_phase()
        computed = {f"{phase}_completeness": self._completeness_sql(mandatory[phase]) for phase in mandatory}
        names = SQL(", ").join(map(SQL.identifier, computed))
        return SQL(
            """
            UPDATE justiq_enrolment AS stored SET (%(names)s) = ROW (%(values)s)
              FROM justiq_enrolment AS enrolment JOIN justiq_grant ON justiq_grant.id = enrolment.grant_id
             WHERE stored.id = enrolment.id AND justiq_grant.programme_id = %(programme)s
               AND (%(old)s) IS DISTINCT FROM (%(values)s)
            RETURNING stored.id
            """,
            names=names,
            values=SQL(", ").join(computed.values()),
            old=SQL(", ").join(SQL.identifier("enrolment", name) for name in computed),
            programme=programme.id,
        )

    @api.model
    def _completeness_sql(self, questions):
        """The percentage in SQL, as `_compute_completeness` has it for one enrolment."""
        if not questions:
            return SQL("%s", COMPLETE)
        # Only a refused “no answer” counts as none.
        answers = [
            SQL(
                "NULLIF(%s, %s)",
                SQL.identifier("enrolment", question.code),
                "" if question.allows_no_answer else NO_ANSWER,
            )
            for question in questions
        ]
        return SQL(
            "%s * (%s) / %s",
            COMPLETE,
            SQL(" + ").join(SQL("(%s IS NOT NULL)::int", answer) for answer in answers),
            len(questions),
        )
