from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

# The sections of the case file that can be released, each by a field of its own.
SECTIONS = (
    "initial_situation",
    "life_situation",
    "biography",
    "potentials",
    "competences",
    "needs",
    "gender_aspects",
    "cultural_aspects",
)
RELEASES = (
    "release_name",
    "release_birth_date",
    "release_contact",
    "release_reason",
    "release_message",
    *(f"release_{name}" for name in SECTIONS),
)
# Texts of the referral itself that are released as the young person has read them.
RELEASED_TEXTS = {"reason": "release_reason", "message": "release_message"}


class CaseReferral(models.Model):
    """What the service may be told: nothing, unless it has been released.

    The young person, or who has custody, releases single data for this service,
    on a day and for a time. The letter contains exactly these; without the name
    it names the reference only. Releasing more, or another text, takes a new
    release with its own day; taking something back is always possible.
    """

    _inherit = "justiq.case.referral"

    # what
    release_name = fields.Boolean(string="Name", copy=False)
    release_birth_date = fields.Boolean(string="Birth date", copy=False)
    release_contact = fields.Boolean(string="ZIP and city", copy=False)
    release_reason = fields.Boolean(string="Reason of the referral", copy=False)
    release_message = fields.Boolean(string="Message to the service", copy=False)
    release_initial_situation = fields.Boolean(string="Initial and problem situation", copy=False)
    release_life_situation = fields.Boolean(string="Life situation", copy=False)
    release_biography = fields.Boolean(string="Biography", copy=False)
    release_potentials = fields.Boolean(string="Potentials", copy=False)
    release_competences = fields.Boolean(string="Competences", copy=False)
    release_needs = fields.Boolean(string="Needs", copy=False)
    release_gender_aspects = fields.Boolean(string="Gender-related aspects", copy=False)
    release_cultural_aspects = fields.Boolean(string="Cultural aspects", copy=False)
    message = fields.Text(
        string="Message to the Service",
        copy=False,
        help="What the service should know, as read by the young person. Printed only if it is released.",
    )

    # by whom, when
    released_by = fields.Selection(
        selection=[
            ("young_person", "Young person"),
            ("guardian", "Parents or legal guardian"),
            ("both", "Young person and legal guardian"),
        ],
        copy=False,
    )
    released_on = fields.Date(copy=False)
    released_until = fields.Date(copy=False)
    release_recorded_by_id = fields.Many2one(
        comodel_name="res.users", string="Recorded By", readonly=True, copy=False, ondelete="restrict"
    )
    is_released = fields.Boolean(
        string="May Be Passed On", compute="_compute_is_released", help="Whether a letter can be printed today."
    )

    _release_complete = models.Constraint(
        "CHECK ((released_on IS NULL) = (released_by IS NULL) AND (released_on IS NULL) = (released_until IS NULL))",
        "Release: enter by whom, on which day and until when.",
    )
    _release_period_in_order = models.Constraint(
        "CHECK (released_until >= released_on)", "The release must not end before the day on which it was given."
    )
    _nothing_without_release = models.Constraint(
        f"CHECK (released_on IS NOT NULL OR NOT ({' OR '.join(f'COALESCE({name}, FALSE)' for name in RELEASES)}))",
        "What may be passed on needs a release: enter by whom, on which day and until when.",
    )

    @api.depends(*RELEASES, "released_on", "released_until")
    def _compute_is_released(self):
        for referral in self:
            referral.is_released = not referral._why_not_passed_on()

    def _why_not_passed_on(self):
        """Why nothing may be passed on today, or an empty text."""
        self.ensure_one()
        if not self.released_on or not any(self[name] for name in RELEASES):
            return self.env._("nothing has been released to this service")
        today = fields.Date.context_today(self)
        if not self.released_on <= today <= self.released_until:
            return self.env._(
                "the release holds from %(start)s to %(end)s",
                start=format_date(self.env, self.released_on),
                end=format_date(self.env, self.released_until),
            )
        return ""

    def _check_passing_on(self):
        """Refuse to pass data on without a release that holds today.

        The one place that decides; the consents are asked here, too (see there).

        :raises ValidationError: naming the referral, what is missing and the way out
        """
        for referral in self:
            why = referral._why_not_passed_on()
            if why:
                raise ValidationError(
                    self.env._(
                        "%(referral)s: no letter can be printed, %(why)s. Ask the young person, enter under “Release” "
                        "what may be passed on, by whom and until when, and record the signed consent to passing on.",
                        referral=referral.display_name,
                        why=why,
                    )
                )

    @api.constrains("released_on")
    def _check_released_on(self):
        today = fields.Date.context_today(self)
        for referral in self:
            if referral.released_on and referral.released_on > today:
                raise ValidationError(
                    self.env._(
                        "Released on: %s lies in the future. Enter the day on which it was given.",
                        format_date(self.env, referral.released_on),
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # Who has recorded the release is not for the client to say.
        return super().create(
            [
                {**vals, "release_recorded_by_id": self.env.uid if vals.get("released_on") else False}
                for vals in vals_list
            ]
        )

    def write(self, vals):
        if "release_recorded_by_id" in vals:
            raise ValidationError(self.env._("Recorded by: whoever enters a release has recorded it."))
        self._check_not_widened(vals)
        if vals.keys() & {"released_on", "released_by", "released_until", *RELEASES}:
            vals = {**vals, "release_recorded_by_id": self.env.uid}
        return super().write(vals)

    def _check_not_widened(self, vals):
        """Refuse to pass on more, or longer, on the strength of an earlier release.

        :raises ValidationError: unless a later day of release is given
        """
        for referral in self.filtered("released_on"):
            day = fields.Date.to_date(vals.get("released_on", referral.released_on))
            if not day or day > referral.released_on:
                continue
            until = fields.Date.to_date(vals.get("released_until", referral.released_until))
            widened = [name for name in RELEASES if vals.get(name) and not referral[name]]
            widened += [
                name
                for name, release in RELEASED_TEXTS.items()
                if name in vals and referral[release] and (vals[name] or "") != (referral[name] or "")
            ]
            if until and until > referral.released_until:
                widened.append("released_until")
            if "partner_id" in vals and vals["partner_id"] != referral.partner_id.id:
                widened.append("partner_id")
            if widened:
                raise ValidationError(
                    self.env._(
                        "%(fields)s: this goes beyond what was released on %(date)s. "
                        "Ask again, and enter the new day of the release.",
                        fields=[self._fields[name]._description_string(self.env) for name in widened],
                        date=format_date(self.env, referral.released_on),
                    )
                )

    # ------------------------------------------------------------
    # Letter
    # ------------------------------------------------------------

    def _released_facts(self):
        """The data for the letter: fields of the file, and texts of the referral.

        :return: list of (record, name of the field)
        """
        self.ensure_one()
        case = self.case_file_id
        found = [
            *((case, name) for name in ("birth_date",) if self.release_birth_date),
            *((case, name) for name in ("zip", "city") if self.release_contact),
            *((self, name) for name, release in RELEASED_TEXTS.items() if self[release]),
            *((case, name) for name in SECTIONS if self[f"release_{name}"]),
        ]
        return [(record, name) for record, name in found if record[name]]

    def action_print(self):
        self._check_passing_on()
        return self.env.ref("justiq.action_report_case_referral").report_action(self)
