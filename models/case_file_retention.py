from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .case_retention_decision import HOLDING

# Months after the closing from which a file is restricted that is in no project.
RESTRICTION_MONTHS = 6
# What the dates are computed from, and has to be in the database before.
FACTS = {
    "justiq.case.file": ["state", "closing_date", "birth_date", "date_opened", "merged_into_id"],
    "justiq.enrolment": ["case_file_id", "grant_id", "date_exit"],
    "justiq.grant": ["programme_id", "date_end", "last_payment_date", "proof_of_use_date"],
    "justiq.programme": ["restriction_months"],
    "justiq.retention.rule": ["programme_id", "record_class", "event", "years", "is_from_year_end", "active"],
    "justiq.retention.decision": ["kind", "case_file_id", "ended_at", "restricted_on"],
}


class CaseFile(models.Model):
    """How long a case file is kept, and who opens it once it is restricted (section 84(4) SGB X).

    Some months after its closing, or at once where the person asks for it, a file is restricted: team leads open it,
    nobody else, by whatever way it was open before (own file, substitution, roster). Of a file that was merged into
    another one the other one's dates hold.
    """

    _name = "justiq.case.file"
    _inherit = ["justiq.case.file", "justiq.retention.mixin"]

    restriction_date = fields.Date(compute="_compute_retention", store=True, index="btree_not_null")
    retention_date = fields.Date(compute="_compute_retention", store=True, index="btree_not_null")
    retention_rule_id = fields.Many2one(compute="_compute_retention", store=True, ondelete="set null")
    is_on_hold = fields.Boolean(
        compute="_compute_is_on_hold",
        search="_search_is_on_hold",
        help="A hold on the file or on one of its grants, or a restriction at the person's request.",
    )
    decision_ids = fields.One2many(
        comodel_name="justiq.retention.decision",
        inverse_name="case_file_id",
        string="Decisions on Retention",
        groups="justiq.group_team_lead,justiq.group_privacy_officer",
    )

    # ------------------------------------------------------------
    # Dates
    # ------------------------------------------------------------

    @api.depends(
        "state",
        "closing_date",
        "birth_date",
        "merged_into_id.state",
        "merged_into_id.closing_date",
        "enrolment_ids.date_exit",
        "enrolment_ids.grant_id.date_end",
        "enrolment_ids.grant_id.last_payment_date",
        "enrolment_ids.grant_id.proof_of_use_date",
    )
    def _compute_retention(self):
        """One query, however many files; what was anonymised keeps what it has."""
        files = self.filtered(lambda case: case.state != "anonymised")
        # An open file is restricted only where somebody asked for it, and has its day since then.
        settled = files.filtered(
            lambda case: (
                (case.merged_into_id or case).state == "closed" or (case.merged_into_id or case).restriction_date
            )
        )
        found = settled._find_retention()
        for case in files:
            case.restriction_date, case.retention_date, case.retention_rule_id = found.get(
                case._origin.id, (False, False, False)
            )

    def _find_retention(self):
        """Restricted from, kept until and the longest rule, by id of the file."""
        if not self._origin.ids:
            return {}
        self._flush_facts()
        rows = self.env.execute_query(self._retention_sql(SQL("file.id = ANY(%s)", list(self._origin.ids))))
        return {case: (restricted, kept, rule) for case, restricted, kept, rule in rows}

    @api.model
    def _flush_facts(self):
        for model, names in FACTS.items():
            self.env[model].flush_model(names)

    @api.model
    def _update_retention(self, domain):
        """Bring the dates of the files, and of those merged into them, up to date in one statement."""
        self._flush_facts()
        self.flush_model()
        files = self.with_context(active_test=False)._search(domain)
        self.env.cr.execute(
            SQL(
                """
                UPDATE justiq_case_file
                   SET restriction_date = found.restriction_date,
                       retention_date = found.retention_date,
                       retention_rule_id = found.rule_id
                  FROM (%s) found
                 WHERE found.id = justiq_case_file.id
                   AND (justiq_case_file.restriction_date, justiq_case_file.retention_date,
                        justiq_case_file.retention_rule_id)
                       IS DISTINCT FROM (found.restriction_date, found.retention_date, found.rule_id)
                """,
                self._retention_sql(SQL("COALESCE(file.merged_into_id, file.id) IN %s", files.subselect())),
            )
        )
        self.invalidate_model(["restriction_date", "retention_date", "retention_rule_id"])
        self._forget_access()

    @api.model
    def _retention_sql(self, condition):
        """Of the files that fulfil the condition: id, restricted from, kept until, and the longest rule.

        An open file has no end, and is restricted only at the person's request.
        A rule whose event has not come is longer than any other. The special class holds for assigned files only;
        its rule without a programme also holds where the programme has none.
        """
        return SQL(
            """
            WITH subject AS (
                SELECT file.id, kept.id AS kept_id, kept.birth_date, request.day AS requested_on,
                       CASE WHEN kept.state = 'closed' THEN COALESCE(kept.closing_date, kept.date_opened)
                        END AS closed_on
                  FROM justiq_case_file file
                  JOIN justiq_case_file kept ON kept.id = COALESCE(file.merged_into_id, file.id)
     LEFT JOIN LATERAL (SELECT MIN(decision.restricted_on) AS day FROM justiq_retention_decision decision
                         WHERE decision.case_file_id = kept.id
                           AND decision.kind = 'article_18' AND decision.ended_at IS NULL) request ON TRUE
                 WHERE kept.state != 'anonymised' AND (%(condition)s)
            ), project AS (
                SELECT subject.id, enrolment.date_exit, grants.programme_id, grants.date_end,
                       grants.last_payment_date, grants.proof_of_use_date, programme.restriction_months
                  FROM subject
             LEFT JOIN justiq_enrolment enrolment ON enrolment.case_file_id = subject.kept_id
             LEFT JOIN justiq_grant grants ON grants.id = enrolment.grant_id
             LEFT JOIN justiq_programme programme ON programme.id = grants.programme_id
            ), event AS (
                SELECT subject.id, rule.id AS rule_id, rule.years, rule.is_from_year_end,
                       CASE rule.event
                            WHEN 'closing' THEN subject.closed_on
                            WHEN 'exit' THEN project.date_exit
                            WHEN 'grant_end' THEN project.date_end
                            WHEN 'last_payment' THEN project.last_payment_date
                            WHEN 'proof_of_use' THEN project.proof_of_use_date
                            WHEN 'birthday_30' THEN (subject.birth_date + INTERVAL '30 years')::date
                       END AS day
                  FROM subject
                  JOIN project ON project.id = subject.id AND subject.closed_on IS NOT NULL
                  JOIN justiq_retention_rule rule ON rule.active AND (
                       rule.programme_id IS NOT DISTINCT FROM project.programme_id
                       AND rule.record_class NOT IN ('section_9b', 'outreach')
                    OR rule.record_class = 'section_9b'
                       AND (rule.programme_id = project.programme_id OR rule.programme_id IS NULL)
                       AND EXISTS (SELECT FROM justiq_retention_decision decision
                                    WHERE decision.case_file_id = subject.kept_id
                                      AND decision.kind = 'section_9b' AND decision.ended_at IS NULL)
                  )
            ), longest AS (
                SELECT DISTINCT ON (id) id, rule_id, last_day
                  FROM (SELECT id, rule_id,
                               ((CASE WHEN is_from_year_end
                                      THEN make_date(EXTRACT(YEAR FROM day)::int, 12, 31) ELSE day END)
                                + make_interval(years => years))::date AS last_day
                          FROM event) rated
              ORDER BY id, last_day DESC NULLS FIRST, rule_id
            ), restriction AS (
                SELECT subject.id, LEAST(subject.requested_on, (subject.closed_on
                       + make_interval(months => COALESCE(MAX(project.restriction_months), %(months)s)))::date) AS day
                  FROM subject JOIN project ON project.id = subject.id
              GROUP BY subject.id, subject.closed_on, subject.requested_on
            )
            SELECT restriction.id,
                   LEAST(restriction.day, longest.last_day + 1) AS restriction_date,
                   longest.last_day AS retention_date,
                   longest.rule_id
              FROM restriction LEFT JOIN longest ON longest.id = restriction.id
            """,
            condition=condition,
            months=RESTRICTION_MONTHS,
        )

    # ------------------------------------------------------------
    # Hold
    # ------------------------------------------------------------

    @api.model
    def _held(self):
        """Ids of the files and of the grants on which there is a hold."""
        # sudo: a hold binds, whoever may see it.
        holds = self.env["justiq.retention.decision"].sudo()
        holds = holds.search([("kind", "in", HOLDING), ("ended_at", "=", False)])
        return holds.case_file_id.ids, holds.grant_id.ids

    def _compute_is_on_hold(self):
        files, grants = self._held()
        # sudo: as in `_held`.
        enrolled = self.env["justiq.enrolment"].sudo()
        of_grants = enrolled._read_group(
            [("case_file_id", "in", self._origin.ids), ("grant_id", "in", grants)], ["case_file_id"]
        )
        held = {*files, *(case.id for (case,) in of_grants)}
        for case in self:
            case.is_on_hold = case._origin.id in held

    @api.model
    def _search_is_on_hold(self, operator, value):
        if operator != "in":
            return NotImplemented
        files, grants = self._held()
        held = Domain("id", "in", files) | Domain("enrolment_ids", "any!", [("grant_id", "in", grants)])
        return held if True in value else ~held

    # ------------------------------------------------------------
    # Restriction: beats whatever else opens a file to a case worker
    # ------------------------------------------------------------

    @api.depends("restriction_date")
    def _compute_is_mine(self):
        result = super()._compute_is_mine()
        for case in self:
            case.is_mine = case.is_mine and not case.is_restricted
        return result

    @api.model
    def _search_is_mine(self, operator, value):
        mine = super()._search_is_mine(operator, value)
        if mine is NotImplemented:
            return mine
        restricted = Domain("is_restricted", "=", True)
        return mine & ~restricted if True in value else mine | restricted

    @api.model
    def _similar_sql(self):
        """A search does not tell of a restricted file either, but to the team lead, who may open it."""
        if self.env.su or self.env.user.has_group("justiq.group_team_lead"):
            return super()._similar_sql()
        return SQL(
            "%s AND (restriction_date IS NULL OR restriction_date > %s)", super()._similar_sql(), fields.Date.today()
        )


class RetentionRule(models.Model):
    """A changed rule holds at once, for all files that are there."""

    _inherit = "justiq.retention.rule"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules.programme_id._update_retention(rules)
        return rules

    def write(self, vals):
        before = self.programme_id
        concerned = self.browse(self.ids)
        was_general = any(not rule.programme_id for rule in self)
        result = super().write(vals)
        (before | self.programme_id)._update_retention(concerned, was_general)
        return result

    def unlink(self):
        programmes, is_general = self.programme_id, any(not rule.programme_id for rule in self)
        result = super().unlink()
        programmes._update_retention(self.browse(), is_general)
        return result


class Programme(models.Model):
    """What a change of the programme means for the files of its grants."""

    _inherit = "justiq.programme"

    def write(self, vals):
        result = super().write(vals)
        if "restriction_months" in vals:
            self._update_retention()
        return result

    def _update_retention(self, rules=None, is_general=False):
        """Bring the files of the programmes up to date, and those without a project if a rule holds for these.

        :param rules: the changed rules
        :param is_general: whether a rule has been for files without a project
        """
        concerned = Domain("enrolment_ids", "any!", [("grant_id.programme_id", "in", self.ids)])
        if is_general or any(not rule.programme_id for rule in rules or ()):
            concerned |= Domain("enrolment_ids", "=", False)
            concerned |= Domain("decision_ids", "any!", [("kind", "=", "section_9b")])
        # sudo: the dates of the files are the server's to keep; the administrator reads none of them.
        files = self.env["justiq.case.file"].sudo()
        files._update_retention(concerned & Domain("state", "=", "closed"))
