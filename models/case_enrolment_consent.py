from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .case_consent_signature import ADULT_AGE


class Enrolment(models.Model):
    """The legal basis of an enrolment: the consent, where the programme rests on it.

    There, the consents are the one truth: the date shows the consent that
    counts, and entering a date records one. Of a minor, who has signed is still to
    be added there, before anything goes to the funder. Where the programme rests on a legal
    duty, the date is the day on which the information sheet was handed over.
    """

    _inherit = "justiq.enrolment"

    legal_basis_date = fields.Date(
        compute="_compute_legal_basis_date", inverse="_inverse_legal_basis_date", store=True, readonly=False, copy=False
    )
    consent_withdrawn_on = fields.Date(
        compute="_compute_consent_withdrawn_on",
        store=True,
        help="No consent to the use of the ESF data holds since that day: nothing of the person is exported any more.",
    )
    not_counted_reason = fields.Selection(
        selection_add=[("withdrawn", "Consent withdrawn")], ondelete={"withdrawn": "set null"}
    )
    is_exportable = fields.Boolean(
        compute="_compute_is_exportable",
        search="_search_is_exportable",
        help="Whether data of the person may go to the funder today: the person counts, and the consent still holds.",
    )

    # ------------------------------------------------------------
    # The consent that counts
    # ------------------------------------------------------------

    def _esf_consents(self):
        """The consents to the use of the ESF data, by enrolment; one query for all."""
        # sudo: also for roles that read enrolments but no consents; no record leaves, the callers keep dates.
        none = self.env["justiq.consent"].sudo()
        consents = none.search(
            [("case_file_id", "in", self.case_file_id._origin.ids), ("purpose", "=", "esf_data")], order="date, id"
        ).grouped(lambda consent: consent.case_file_id.id)
        return {
            enrolment: consents.get(enrolment.case_file_id._origin.id, none).filtered(
                lambda consent, grant=enrolment.grant_id._origin: (
                    not consent.grant_id or consent.grant_id.id == grant.id
                )
            )
            for enrolment in self
        }

    def _rests_on_consent(self):
        return self.filtered(lambda enrolment: enrolment.grant_id.programme_id.legal_basis == "consent")

    @api.depends(
        "date_entry",
        "grant_id.programme_id.legal_basis",
        "case_file_id.consent_ids.date",
        "case_file_id.consent_ids.valid_until",
        "case_file_id.consent_ids.withdrawn_on",
    )
    def _compute_legal_basis_date(self):
        # sudo: of the consents only the dates below, which everybody sees who reads the enrolment.
        by_consent = self.sudo()._rests_on_consent()
        consents = by_consent._esf_consents()
        for enrolment in self:
            # sudo: as above
            if enrolment.sudo() not in by_consent:
                enrolment.legal_basis_date = enrolment.legal_basis_date
                continue
            # sudo: as above
            entry, own = enrolment.date_entry, consents[enrolment.sudo()]
            on_entry = own.filtered(lambda consent, day=entry: day and consent._runs_on(day))
            # Without one on the day of entry, the first one given since tells why the person does not count.
            later = own.filtered(lambda consent, day=entry: not day or consent.date > day)
            enrolment.legal_basis_date = (on_entry[-1:] or later[:1]).date

    def _inverse_legal_basis_date(self):
        by_consent = self._rests_on_consent()
        known = by_consent._esf_consents()
        new = self.env["justiq.consent"]
        values = []
        for enrolment in by_consent:
            date = enrolment.legal_basis_date
            if date and date not in known[enrolment].mapped("date"):
                is_adult = relativedelta(date, enrolment.case_file_id.birth_date).years >= ADULT_AGE
                values.append(
                    {
                        "case_file_id": enrolment.case_file_id.id,
                        "purpose": "esf_data",
                        "grant_id": enrolment.grant_id.id,
                        "date": date,
                        # Of full age, nobody else can have signed.
                        "signed_by": "young_person" if is_adult else False,
                    }
                )
        new.create(values)
        # What was entered need not be the consent that counts on the day of entry.
        self.env.add_to_compute(self._fields["legal_basis_date"], by_consent)

    def write(self, vals):
        if "legal_basis_date" in vals and not vals["legal_basis_date"]:
            self._check_no_consent_to_empty()
        return super().write(vals)

    def _check_no_consent_to_empty(self):
        """Refuse to empty the date: a consent is proof.

        :raises ValidationError: naming the way out
        """
        for enrolment in self.filtered("legal_basis_date")._rests_on_consent():
            raise ValidationError(
                self.env._(
                    "Enrolment of %(reference)s: the consent of %(date)s is proof and cannot be taken away by "
                    "emptying the date. Withdraw the consent in the case file.",
                    reference=enrolment.reference,
                    date=format_date(self.env, enrolment.legal_basis_date),
                )
            )

    @api.depends(
        "grant_id.programme_id.legal_basis",
        "case_file_id.consent_ids.date",
        "case_file_id.consent_ids.withdrawn_on",
    )
    def _compute_consent_withdrawn_on(self):
        # sudo: of the consents only the dates below, which everybody sees who reads the enrolment.
        by_consent = self.sudo()._rests_on_consent()
        consents = by_consent._esf_consents()
        for enrolment in self:
            # sudo: as above
            own = consents.get(enrolment.sudo())
            holds = not own or own.filtered(lambda consent: not consent.withdrawn_on)
            enrolment.consent_withdrawn_on = False if holds else max(own.mapped("withdrawn_on"))

    # ------------------------------------------------------------
    # Counting and exporting
    # ------------------------------------------------------------

    @api.depends("consent_withdrawn_on", "grant_id.programme_id.withdrawal_keeps_count")
    def _compute_is_counted(self):
        return super()._compute_is_counted()

    def _find_legal_basis_gap(self):
        """Also: a consent that was valid on the day of entry and has been withdrawn since."""
        gap = super()._find_legal_basis_gap()
        programme = self.grant_id.programme_id
        if not gap and self.consent_withdrawn_on and not programme.withdrawal_keeps_count:
            return "withdrawn"
        return gap

    def _compute_is_exportable(self):
        exportable = self._filtered_exportable()
        for enrolment in self:
            enrolment.is_exportable = enrolment in exportable

    def _filtered_exportable(self, on_date=None):
        """The enrolments of which data may go to the funder on a day (default: today)."""
        domain = self._exportable_domain(on_date or fields.Date.context_today(self))
        # sudo: narrows down what the caller has got already.
        exportable = set(self.sudo().search(domain & Domain("id", "in", self.ids))._ids)
        return self.filtered(lambda enrolment: enrolment.id in exportable)

    @api.model
    def _search_is_exportable(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._exportable_domain(fields.Date.context_today(self))
        return domain if True in value else ~domain

    @api.model
    def _exportable_domain(self, on_date):
        # sudo: consents are asked for also by roles that may not read them; only enrolments come back.
        consents = self.env["justiq.consent"].sudo()
        agreed = consents._search(consents._valid_domain(on_date) & Domain("purpose", "=", "esf_data"))

        def has_agreed(enrolments, alias, query):
            # For each enrolment in turn: the one grant that a report is about does not read the consents of all others.
            return SQL(
                """
                EXISTS (SELECT FROM justiq_consent consent
                         WHERE consent.case_file_id = %(case)s
                           AND (consent.grant_id IS NULL OR consent.grant_id = %(grant)s)
                           AND consent.id IN %(agreed)s)
                """,
                case=enrolments._field_to_sql(alias, "case_file_id", query),
                grant=enrolments._field_to_sql(alias, "grant_id", query),
                agreed=agreed.subselect(),
            )

        return Domain("is_counted", "=", True) & (
            Domain("grant_id.programme_id.legal_basis", "!=", "consent") | Domain.custom(to_sql=has_agreed)
        )
