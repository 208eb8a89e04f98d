from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

AGE_GROUPS = [
    ("00_14", "Under 15"),
    ("15_17", "15 to 17"),
    ("18_20", "18 to 20"),
    ("21_24", "21 to 24"),
    ("25_over", "25 and over"),
]
COMPLETE = 100  # percent

# The first age that no longer belongs to the group.
AGE_GROUP_ENDS = {"00_14": 15, "15_17": 18, "18_20": 21, "21_24": 25}


def age_group_of(age):
    return next((group for group, end in AGE_GROUP_ENDS.items() if age < end), "25_over")


class Enrolment(models.Model):
    """A young person in one grant: what is counted as a person.

    Follows the access to the case file: the key worker reads and writes, the
    team lead also deletes. Coordination and auditor read it under the reference
    only. Leaving and coming back is the same enrolment with a new
    participation.
    """

    _name = "justiq.enrolment"
    _inherit = ["justiq.access.logged.mixin", "justiq.fixed.keys.mixin", "justiq.import.mixin"]
    _description = "Enrolment"
    _order = "date_entry desc, id desc"

    _fixed_keys = ("case_file_id", "grant_id")
    _rec_names_search = ["reference"]

    # keys
    case_file_id = fields.Many2one(comodel_name="justiq.case.file", required=True, ondelete="restrict", index=True)
    grant_id = fields.Many2one(comodel_name="justiq.grant", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="grant_id.company_id", precompute=True, store=True, index=True)
    reference = fields.Char(related="case_file_id.reference", store=True, index="trigram")
    key_worker_id = fields.Many2one(
        related="case_file_id.key_worker_id", store=True, index=True, groups="justiq.group_case_worker"
    )
    participation_ids = fields.One2many(comodel_name="justiq.participation", inverse_name="enrolment_id")

    # period
    date_entry = fields.Date(required=True, default=fields.Date.context_today)
    date_exit = fields.Date()

    # what statistics need of the person; allowed under the reference
    gender = fields.Selection(related="case_file_id.gender", store=True)
    age_at_entry = fields.Integer(compute="_compute_age_at_entry", store=True, aggregator="avg")
    age_group = fields.Selection(selection=AGE_GROUPS, compute="_compute_age_at_entry", store=True)

    age_limit_date = fields.Date(
        string="Too Old From",
        compute="_compute_age_limit_date",
        store=True,
        groups="justiq.group_case_worker",  # it tells the birth date
        help="Birthday on which the person passes the programme's age limit. Whoever entered before stays counted.",
    )

    # counting
    legal_basis_date = fields.Date(
        string="Consent or Information On",
        help="Day on which the consent to the use of the ESF data was signed or, where "
        "the programme rests on a legal duty, the information sheet was handed over.",
    )
    is_counted = fields.Boolean(compute="_compute_is_counted", store=True)
    not_counted_reason = fields.Selection(
        selection=[
            ("consent", "No consent on the day of entry"),
            ("information", "No information sheet on the day of entry"),
            ("age", "Age outside the programme's limits"),
            ("incomplete", "Entry data incomplete"),
        ],
        compute="_compute_is_counted",
        store=True,
        help="Help is never refused for that; the person just does not count.",
    )

    _person_once_per_grant = models.Constraint(
        "UNIQUE (case_file_id, grant_id)",
        "This person is already enrolled in this grant. Coming back is a new participation of the same enrolment.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_exit IS NULL OR date_exit >= date_entry)",
        "The exit must not be before the entry.",
    )
    _newest_first_index = models.Index("(date_entry DESC, id DESC)")

    @api.depends("reference", "grant_id.name")
    def _compute_display_name(self):
        for enrolment in self:
            # A new one has a label as soon as something is chosen.
            enrolment.display_name = " · ".join(filter(None, [enrolment.reference, enrolment.grant_id.name]))

    @api.depends("case_file_id.birth_date", "date_entry")
    def _compute_age_at_entry(self):
        for enrolment in self:
            birth, entry = enrolment.case_file_id.birth_date, enrolment.date_entry
            age = relativedelta(entry, birth).years if birth and entry else 0
            enrolment.age_at_entry = age
            enrolment.age_group = age_group_of(age)

    @api.depends("case_file_id.birth_date", "grant_id.programme_id.age_max")
    def _compute_age_limit_date(self):
        for enrolment in self:
            birth, oldest = enrolment.case_file_id.birth_date, enrolment.grant_id.programme_id.age_max
            enrolment.age_limit_date = birth + relativedelta(years=oldest + 1) if birth else False

    @api.depends(
        "age_at_entry",
        "date_entry",
        "entry_completeness",
        "legal_basis_date",
        "grant_id.programme_id.legal_basis",
        "grant_id.programme_id.age_min",
        "grant_id.programme_id.age_max",
    )
    def _compute_is_counted(self):
        for enrolment in self:
            reason = enrolment._find_not_counted_reason()
            enrolment.not_counted_reason = reason
            enrolment.is_counted = not reason

    def _find_not_counted_reason(self):
        """Why the person does not count (rules.md, "Counting persons"), or False.

        The code of the first reason; what can still be mended comes last.
        """
        programme = self.grant_id.programme_id
        gap = self._find_legal_basis_gap()
        if gap:
            return gap
        if not programme.age_min <= self.age_at_entry <= programme.age_max:
            return "age"
        if self.entry_completeness < COMPLETE:
            return "incomplete"
        return False

    def _find_legal_basis_gap(self):
        """What the programme's legal basis lacks on the day of entry: a code of `not_counted_reason`, or False.

        To be extended by whatever else establishes or ends the legal basis.
        """
        if self.legal_basis_date and self.date_entry and self.legal_basis_date <= self.date_entry:
            return False
        return "consent" if self.grant_id.programme_id.legal_basis == "consent" else "information"

    @api.constrains("case_file_id", "grant_id", "company_id")
    def _check_same_company(self):
        for enrolment in self:
            if enrolment.case_file_id.company_id != enrolment.grant_id.company_id:
                raise ValidationError(
                    self.env._(
                        "Case file %(reference)s and grant %(grant)s belong to different "
                        "providers. Enrol the person in a grant of the own provider.",
                        reference=enrolment.case_file_id.reference,
                        grant=enrolment.grant_id.name,
                    )
                )

    @api.constrains("date_entry")
    def _check_entry_before_participations(self):
        self.participation_ids._check_start_after_entry()

    @api.constrains("date_entry", "grant_id")
    def _check_entry_in_grant(self):
        for enrolment in self:
            grant = enrolment.grant_id
            if enrolment.date_entry and not grant.date_start <= enrolment.date_entry <= grant.date_end:
                raise ValidationError(
                    self.env._(
                        "Entry of %(reference)s: %(entry)s lies outside the grant "
                        "%(grant)s (%(start)s to %(end)s). Correct the date.",
                        reference=enrolment.reference,
                        entry=format_date(self.env, enrolment.date_entry),
                        grant=grant.name,
                        start=format_date(self.env, grant.date_start),
                        end=format_date(self.env, grant.date_end),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        enrolments = super().create(vals_list)
        # sudo: the state decides, also for whoever may not read the grant.
        enrolments.sudo().grant_id._check_not_closed()
        return enrolments

    @api.model
    def get_import_templates(self):
        template = "/justiq/static/import_templates/enrolments.csv"
        return [{"label": self.env._("Template for enrolments with entry and exit data"), "template": template}]
