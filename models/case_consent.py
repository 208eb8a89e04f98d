from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from .programme_consent_form import PURPOSES


class Consent(models.Model):
    """What a young person has agreed to: for one purpose, signed on one day.

    Follows the access to the case file: the key worker records and withdraws
    the consents of her files, the team lead those of the own companies. The
    privacy officer reads purpose, dates and recipient under the reference, but
    neither names nor scans.

    A consent is proof. Once saved, what was given stays as it is on every path:
    what is still missing may be added, the validity may be shortened, and the
    consent may be withdrawn, which takes effect at once and for good. Whoever
    agrees again signs a new consent.
    """

    _name = "justiq.consent"
    # No satellite: the privacy officer reads it without the file.
    _inherit = [
        "justiq.organisation.mixin",
        "justiq.access.logged.mixin",
        "justiq.case.closed.mixin",
        "justiq.fixed.keys.mixin",
        "justiq.import.mixin",
    ]
    _description = "Consent"
    _order = "date desc, id desc"
    _rec_names_search = ["reference"]

    _fixed_keys = ("case_file_id",)
    # What was left open on the day of recording and may be added once.
    _completable_fields = ("form_id", "form_version", "signed_by", "guardian_name", "signature_scan")

    # whose and what for
    case_file_id = fields.Many2one(comodel_name="justiq.case.file", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="case_file_id.company_id", store=True, index=True)
    reference = fields.Char(related="case_file_id.reference", store=True)
    purpose = fields.Selection(selection=PURPOSES, string="Consent To", required=True, default="esf_data", index=True)
    grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('company_id', '=', company_id)]",
        help="The consent holds for this grant only. Empty: for all grants of the provider.",
    )
    partner_id = fields.Many2one(
        string="Recipient", help="The organisation that may be given what the young person has agreed to."
    )

    # what was signed, when, by whom
    form_id = fields.Many2one(
        comodel_name="justiq.consent.form",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('purpose', '=', purpose)]",
    )
    form_version = fields.Char(
        compute="_compute_form_version",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="Version of the wording that was signed; of a form of somebody else, what is printed on it.",
    )
    date = fields.Date(string="Signed On", required=True, default=fields.Date.context_today, index=True)
    signed_by = fields.Selection(
        selection=[
            ("young_person", "Young person"),
            ("guardian", "Legal guardian"),
            ("both", "Young person and legal guardian"),
        ],
        groups="justiq.group_case_worker",
        help="Minors need their legal guardian; from the age set in the programme, they sign themselves, too.",
    )
    guardian_name = fields.Char(copy=False, groups="justiq.group_case_worker")
    signature_scan = fields.Binary(
        string="Signed Form", copy=False, attachment=True, groups="justiq.group_case_worker", help="Scan or photo."
    )
    valid_until = fields.Date(help="Last day on which the consent holds. Empty: until it is withdrawn.")

    # withdrawal
    withdrawn_on = fields.Date(
        copy=False, index="btree_not_null", help="From this day on the consent does not hold any more."
    )
    withdrawn_by_id = fields.Many2one(
        comodel_name="res.users", string="Withdrawal Recorded By", readonly=True, copy=False, ondelete="restrict"
    )
    withdrawn_at = fields.Datetime(string="Withdrawal Recorded At", readonly=True, copy=False)

    disclosures = fields.Text(
        string="Data Have Gone To",
        compute="_compute_disclosures",
        groups="justiq.group_case_worker",
        help="What has been passed on with this consent; a withdrawal does not bring it back.",
    )
    status = fields.Selection(
        selection=[
            ("incomplete", "Signature Missing"),
            ("valid", "Valid"),
            ("expired", "Expired"),
            ("withdrawn", "Withdrawn"),
        ],
        compute="_compute_status",
        search="_search_status",
    )

    _recipient_when_passing_on = models.Constraint(
        "CHECK ((purpose = 'passing_on') = (partner_id IS NOT NULL))",
        "Recipient: a consent to passing on names the organisation, and no other consent does.",
    )
    _validity_in_order = models.Constraint(
        "CHECK (valid_until IS NULL OR valid_until >= date)",
        "Valid until: must not be before the day of the signature.",
    )
    _withdrawal_in_order = models.Constraint(
        "CHECK (withdrawn_on IS NULL OR withdrawn_on >= date)",
        "Withdrawn on: must not be before the day of the signature.",
    )
    _withdrawal_recorded = models.Constraint(
        "CHECK (withdrawn_on IS NULL OR (withdrawn_by_id IS NOT NULL AND withdrawn_at IS NOT NULL))",
        "A withdrawal needs who recorded it, and when.",
    )

    @api.depends("form_id")
    def _compute_form_version(self):
        for consent in self:
            # What has been saved is proof, also when the form is added later.
            consent.form_version = consent._origin.form_version or consent.form_id.version or consent.form_version

    @api.depends("reference", "purpose", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["purpose"]._description_selection(self.env))
        for consent in self:
            parts = (consent.reference, labels.get(consent.purpose), format_date(self.env, consent.date))
            consent.display_name = " · ".join(part for part in parts if part)

    @api.depends("date", "valid_until", "withdrawn_on", "is_signed")
    def _compute_status(self):
        today = fields.Date.context_today(self)
        for consent in self:
            if consent.withdrawn_on:
                consent.status = "withdrawn"
            elif consent.valid_until and consent.valid_until < today:
                consent.status = "expired"
            else:
                consent.status = "valid" if consent.is_signed else "incomplete"

    @api.model
    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        not_withdrawn = Domain("withdrawn_on", "=", False)
        expired = Domain("valid_until", "<", fields.Date.context_today(self))
        domains = {
            "withdrawn": ~not_withdrawn,
            "expired": not_withdrawn & expired,
            "incomplete": not_withdrawn & ~expired & Domain("is_signed", "=", False),
            "valid": not_withdrawn & ~expired & Domain("is_signed", "=", True),
        }
        return Domain.OR(domains[status] for status in value if status in domains)

    @api.depends("case_file_id.note_ids.is_released", "partner_id", "withdrawn_on")
    def _compute_disclosures(self):
        for consent in self:
            lines = [f"{format_date(self.env, day)} · {what}" for day, what in sorted(consent._find_disclosures())]
            consent.disclosures = "\n".join(lines) or False

    def _find_disclosures(self):
        """What was passed on with the consent, as a list of (day, text); whatever passes on adds its own."""
        self.ensure_one()
        if self.purpose != "passing_on":
            return []
        contacts = self.case_file_id.note_ids.filtered(
            lambda note: note.is_released and self.partner_id in note.partner_id | note.partner_id.commercial_partner_id
        )
        return [(note.date, self.env._("Network contact with %s", note.partner_id.display_name)) for note in contacts]

    # ------------------------------------------------------------
    # Whether a consent holds
    # ------------------------------------------------------------

    @api.model
    def _valid_domain(self, on_date):
        """Which consents hold on a day; one withdrawn on its own first day, or signed by nobody, never did."""
        return (
            Domain("is_signed", "=", True)
            & Domain("date", "<=", on_date)
            & (Domain("valid_until", "=", False) | Domain("valid_until", ">=", on_date))
            & (Domain("withdrawn_on", "=", False) | Domain("withdrawn_on", ">", on_date))
        )

    def _is_valid_on(self, on_date):
        """As `_valid_domain`, for a consent that has been read."""
        return self.is_signed and self._runs_on(on_date)

    def _runs_on(self, on_date):
        """Whether the day lies within its time, also while it is still to be recorded who has signed."""
        self.ensure_one()
        return (
            self.date <= on_date
            and (not self.valid_until or self.valid_until >= on_date)
            and (not self.withdrawn_on or self.withdrawn_on > on_date)
        )

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("date", "withdrawn_on")
    def _check_not_in_future(self):
        today = fields.Date.context_today(self)
        for consent in self:
            for name in ("date", "withdrawn_on"):
                if consent[name] and consent[name] > today:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: %(found)s lies in the future. Enter the day on which it happened.",
                            field=self._fields[name]._description_string(self.env),
                            found=format_date(self.env, consent[name]),
                        )
                    )

    @api.constrains("case_file_id", "grant_id")
    def _check_same_company(self):
        for consent in self:
            if consent.grant_id and consent.grant_id.company_id != consent.case_file_id.company_id:
                raise ValidationError(
                    self.env._(
                        "Consent of %(reference)s: the grant %(grant)s belongs to another provider.",
                        reference=consent.reference,
                        grant=consent.grant_id.name,
                    )
                )

    @api.constrains("form_id", "purpose")
    def _check_form_of_purpose(self):
        for consent in self:
            if consent.form_id and consent.form_id.purpose != consent.purpose:
                raise ValidationError(
                    self.env._(
                        "Consent of %(reference)s: the form “%(form)s” is for another purpose.",
                        reference=consent.reference,
                        form=consent.form_id.display_name,
                    )
                )

    @api.constrains("date", "purpose", "grant_id", "partner_id", "case_file_id", "signed_by", "guardian_name")
    def _check_not_before_withdrawal(self):
        """A withdrawal is not undone by recording, copying or completing what was signed before it."""
        withdrawn = self.search(
            [("case_file_id", "in", self.case_file_id.ids), ("withdrawn_on", "!=", False)], order="withdrawn_on desc"
        )
        for consent in self.filtered(lambda consent: not consent.withdrawn_on):
            for other in withdrawn:
                # One withdrawn on the very day of its signature was an error and never held.
                if (
                    other.case_file_id == consent.case_file_id
                    and other._covers_scope_of(consent)
                    and other.date < other.withdrawn_on
                    and consent.date < other.withdrawn_on
                ):
                    raise ValidationError(
                        self.env._(
                            "%(reference)s: the consent to “%(purpose)s” was withdrawn on %(withdrawn)s, and what was "
                            "signed before (%(found)s) does not hold any more. Record what has been signed since.",
                            reference=consent.reference,
                            purpose=dict(self._fields["purpose"]._description_selection(self.env))[consent.purpose],
                            withdrawn=format_date(self.env, other.withdrawn_on),
                            found=format_date(self.env, consent.date),
                        )
                    )

    def _covers_scope_of(self, other):
        """Whether both consents are about the same purpose, recipient and (some) grant."""
        return (
            self.purpose == other.purpose
            and self.partner_id.commercial_partner_id == other.partner_id.commercial_partner_id
            and (not self.grant_id or not other.grant_id or self.grant_id == other.grant_id)
        )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model
    def _fields_of_closed_files(self):
        # The right to withdraw does not end with the help, and a missing signature is still to be added.
        return {"withdrawn_on", "withdrawn_by_id", "withdrawn_at", "valid_until", *self._completable_fields}

    @api.model_create_multi
    def create(self, vals_list):
        # Set in any case: a default may come from the context, that is, from the client.
        nobody = {"withdrawn_on": False, "withdrawn_by_id": False, "withdrawn_at": False}
        return super().create([nobody | self._with_recorder(vals) for vals in vals_list])

    def write(self, vals):
        if self and not vals.keys() <= self._mutable_names():
            self.check_access("write")
            self._check_facts_stay(vals)
        return super().write(self._with_recorder(vals))

    @api.model
    def _with_recorder(self, vals):
        """Who records a withdrawal, and when, is not for the client to say."""
        vals = {name: value for name, value in vals.items() if name not in ("withdrawn_by_id", "withdrawn_at")}
        if vals.get("withdrawn_on"):
            vals |= {"withdrawn_by_id": self.env.uid, "withdrawn_at": fields.Datetime.now()}
        return vals

    @api.model
    def _mutable_names(self):
        """Fields that say nothing about what was given."""
        return {"withdrawn_by_id", "withdrawn_at"}

    def _check_facts_stay(self, vals):
        """Refuse to change what was given.

        :raises ValidationError: naming the field
        """
        for name, value in vals.items():
            field = self._fields.get(name)
            if not field or name in self._mutable_names():
                continue
            for consent in self:
                new = field.convert_to_write(
                    field.convert_to_record(field.convert_to_cache(value, consent), consent), consent
                )
                old = field.convert_to_write(consent[name], consent)
                if old != new and not consent._may_change(name, old, new):
                    raise ValidationError(
                        self.env._(
                            "%(field)s: a consent is proof and stays as it was given. It can only be withdrawn, or end "
                            "earlier; a withdrawal is final. Record what has been signed since as a new consent.",
                            field=field._description_string(self.env),
                        )
                    )

    def _may_change(self, name, old, new):
        if name == "withdrawn_on":
            return not old
        if name == "valid_until":
            return bool(new) and (not old or new < old)
        return name in self._completable_fields and not old

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise ValidationError(self.env._("Consents are proof and cannot be deleted. Withdraw the consent instead."))

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_withdraw(self):
        """Record that the young person withdraws the consent today."""
        withdrawn = self.filtered(lambda consent: not consent.withdrawn_on)
        withdrawn.write({"withdrawn_on": fields.Date.context_today(self)})
        return withdrawn._tell_disclosures()

    def _tell_disclosures(self):
        """Where data have gone with the consents, for whoever has just withdrawn them."""
        gone = [consent.disclosures for consent in self if consent.disclosures]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if gone else "success",
                "sticky": bool(gone),
                "title": self.env._("Withdrawn. Data Have Gone To") if gone else self.env._("Withdrawn"),
                "message": "\n".join(gone) or self.env._("Nothing has been passed on with this consent."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
