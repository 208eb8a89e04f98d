from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

ADULT_AGE = 18
DEFAULT_OWN_AGE = 15


class Consent(models.Model):
    """Who has signed: for minors the legal guardian, and from an age that the programme sets the young person, too.

    As long as nobody is recorded as signer, or not whoever has to sign at that age, a consent is incomplete: it tells
    on which day something was signed, but nothing leaves the house on its strength. A corrected birth date counts.
    """

    _inherit = "justiq.consent"

    is_signed = fields.Boolean(
        string="Signature Recorded",
        compute="_compute_is_signed",
        store=True,
        help="Whether it is recorded that everybody has signed who has to. Without that, nothing is passed on.",
    )

    # Not on the enrolments: the rules of a programme that the young person joins later do not unmake a signature.
    @api.depends(
        "signed_by",
        "guardian_name",
        "date",
        "case_file_id.birth_date",
        "grant_id.programme_id.consent_own_age",
        "form_id.programme_id.consent_own_age",
    )
    def _compute_is_signed(self):
        for consent in self:
            consent.is_signed = bool(consent.signed_by) and not consent._missing_signature()

    @api.constrains("signed_by", "guardian_name", "date", "case_file_id", "grant_id", "form_id")
    def _check_signed_by_whom_it_needs(self):
        for consent in self.filtered("signed_by"):
            gap = consent._missing_signature()
            if gap:
                raise ValidationError(self.env._("%(reference)s: %(gap)s", reference=consent.reference, gap=gap))

    def _missing_signature(self):
        """Whose signature the age on the day of signing asks for, as a text, or False."""
        birth, by = self.case_file_id.birth_date, self.signed_by
        if not birth or not self.date:  # still being entered
            return False
        age, own_age = relativedelta(self.date, birth).years, self._own_age()
        if age < 0:
            return self.env._("Signed on: %s is before the birth.", format_date(self.env, self.date))
        if age < ADULT_AGE and by == "young_person":
            return self.env._("Signed by: at %s years the legal guardian has to sign.", age)
        if age >= own_age and by == "guardian":
            return self.env._(
                "Signed by: at %(age)s years the young person signs, too (from %(own_age)s on).",
                age=age,
                own_age=own_age,
            )
        if by != "young_person" and not (self.guardian_name or "").strip():
            return self.env._("Guardian name: enter who has signed for the young person.")
        return False

    def _own_age(self):
        programme = self.grant_id.programme_id or self.form_id.programme_id
        programme = programme or self.case_file_id.enrolment_ids.sorted("date_entry")[-1:].grant_id.programme_id
        return programme.consent_own_age if programme else DEFAULT_OWN_AGE
