import base64
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..tools.disclosure import Disclosure, label_of
from ..tools.personal_data import ERASE

# What may be withheld as a whole, with the models.
PARTS = {
    "without_notes": ("justiq.case.note",),
    "without_assessments": ("justiq.case.assessment", "justiq.case.assessment.line"),
    "without_messages": ("mail.message",),
}
# Of the structure of the file; to be raised when it changes.
FORMAT_VERSION = 2


class CaseDisclosure(models.Model):
    """Information to the young person about everything that is stored (article 15 GDPR).

    The key worker and the team lead prepare it, for open and for closed files; whoever may read the file reads that it
    was given. The content is made anew each time, with the rights of whoever asks for it, as a PDF and as a file that
    machines read, and it is logged as an export. Names of others are masked. What is withheld needs a reason, which is
    kept (section 83 SGB X); entrusted entries are left out unless their author prepares it and takes in her own. Nobody
    deletes the record.
    """

    _name = "justiq.case.disclosure"
    _inherit = ["justiq.case.satellite.mixin"]
    _description = "Information to the Person"
    _order = "requested_on desc, id desc"

    _personal_data = {"refusal_reason": ERASE}

    requested_on = fields.Date(required=True, default=fields.Date.context_today)
    requested_by = fields.Selection(
        selection=[
            ("person", "The young person"),
            ("guardian", "A legal guardian"),
            ("representative", "An authorised representative"),
        ],
        required=True,
        default="person",
        help="Check who asks: identity card, power of attorney. From 15 on young people ask by themselves (section 36 "
        "SGB I).",
    )
    answered_on = fields.Date(help="Day on which it was handed out; within one month after the request.")
    prepared_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, default=lambda self: self.env.user, ondelete="restrict"
    )
    with_own_entrusted = fields.Boolean(
        string="With My Entrusted Entries",
        help="Section 65 SGB VIII: the author decides. Takes in the entrusted entries that you have written yourself.",
    )
    without_notes = fields.Boolean(string="Without the Contact Log")
    without_assessments = fields.Boolean()
    without_messages = fields.Boolean(string="Without Messages of Colleagues")
    refusal_reason = fields.Text(
        string="Why Parts Are Withheld",
        help="Has to be documented: rights of others, or a danger for the person, that outweigh the interest in the "
        "information.",
    )
    data_file = fields.Binary(compute="_compute_data_file", export_string_translation=False)

    _withheld_with_reason = models.Constraint(
        "CHECK (NOT (without_notes OR without_assessments OR without_messages)"
        " OR COALESCE(refusal_reason, '') ~ '[[:alnum:]]')",
        "Please write down why parts are withheld.",
    )
    _answered_after_request = models.Constraint(
        "CHECK (answered_on >= requested_on)", "The information cannot be handed out before it was requested."
    )

    @api.depends("requested_on")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for disclosure in self:
            day = format_date(self.env, disclosure.requested_on)
            disclosure.display_name = self.env._("Information of %s", day) if disclosure._origin else False

    @api.model_create_multi
    def create(self, vals_list):
        disclosures = super().create([{**vals, "prepared_by_id": self.env.uid} for vals in vals_list])
        for disclosure in disclosures:
            disclosure._check_in_charge()
        return disclosures

    def write(self, vals):
        self._check_in_charge()
        return super().write({name: value for name, value in vals.items() if name != "prepared_by_id"})

    def _check_file_not_closed(self):
        # A right of the person, whatever the state; of an anonymised file nobody knows the person any more.
        # sudo: the state alone decides.
        self.sudo().case_file_id._check_not_anonymised()

    def _check_in_charge(self):
        """Refuse a substitute: what is handed out is the business of whoever is in charge.

        :raises AccessError: unless key worker or team lead
        """
        if not all(disclosure._is_in_charge() for disclosure in self):
            raise AccessError(
                self.env._("The information to the person is prepared by the key worker or the team lead.")
            )

    def _is_in_charge(self):
        if self.env.su or self.env.user.has_group("justiq.group_team_lead"):
            return True
        # sudo: which user the key worker is, to compare.
        return self.sudo().case_file_id.key_worker_id.user_id == self.env.user

    # ------------------------------------------------------------
    # Content
    # ------------------------------------------------------------

    def _content(self):
        """Everything that is handed out, as plain data, in the language of the context; logged as an export.

        `format`, `format_version`; `provider`; `law`; `person`; `purposes`; `retention`; `restrictions`; `recipients`;
        `sections` with the records of each model, a list of field, label and value for each; `messages`; `files`;
        `withheld`.
        """
        self.ensure_one()
        self.check_access("read")
        self._check_in_charge()
        case = self.case_file_id
        case.check_access("read")
        case._record_access("export", self._name)
        own = self.env.user if self.with_own_entrusted and self.prepared_by_id == self.env.user else None
        left_out = [model for name, models_ in PARTS.items() if self[name] for model in models_]
        found = Disclosure(case, self.env._("[another person]"), left_out, own)
        # sudo: of provider and grants what stands in the head of every report.
        company, grants = self.sudo().company_id, case.sudo().enrolment_ids.grant_id
        content = {
            "format": "justiq-disclosure",
            "format_version": FORMAT_VERSION,
            "date": fields.Date.to_string(fields.Date.context_today(self)),
            "provider": company.name,
            "law": company._legal_sections(),
            "authority": company.privacy_authority or "",
            "officer": company.privacy_contact or "",
            "person": {"reference": case.reference, "name": f"{case.first_name} {case.last_name}"},
            "purposes": self._purposes(grants),
            "retention": self._retention(case),
            "restrictions": self._restrictions(case),
            "recipients": self._recipients(case, grants),
            "sections": found.sections(),
            "messages": [] if self.without_messages else found.messages(),
            "activities": [] if self.without_messages else found.activities(),
            "files": found.attachments(with_messages=not self.without_messages),
        }
        content["withheld"] = [{"title": title, "number": number} for title, number in sorted(found.withheld.items())]
        self._check_reason_of_withholding(content["withheld"])
        if self.without_messages:
            content["withheld"].append({"title": self._fields["without_messages"]._description_string(self.env)})
        content["refusal_reason"] = self.refusal_reason or ""
        return content

    def _check_reason_of_withholding(self, withheld):
        """Refuse to hand out information with gaps that nobody has explained (section 83 SGB X).

        :raises UserError: naming what is withheld
        """
        if withheld and not (self.refusal_reason or "").strip():
            raise UserError(
                self.env._(
                    "Why parts are withheld: %(parts)s cannot be handed out by you. Write down why, for example the "
                    "rights of others or section 65 SGB VIII, or ask whoever may decide on them.",
                    parts=", ".join(f"{part['title']} ({part['number']})" for part in withheld),
                )
            )

    def _purposes(self, grants):
        purposes = [
            self.env._("Counselling and support of the young person (section 13 SGB VIII)"),
            self.env._("Protection of minors, where it was needed (section 8a SGB VIII)"),
        ]
        return purposes + [
            self.env._(
                "Proof of the use of public money for “%(grant)s” (%(programme)s); legal basis: %(basis)s",
                grant=grant.name,
                programme=grant.programme_id.name,
                basis=dict(grant.programme_id._fields["legal_basis"]._description_selection(self.env))[
                    grant.programme_id.legal_basis
                ],
            )
            for grant in grants
        ]

    def _retention(self, case):
        rule = case.retention_rule_id.display_name
        if case.retention_date:
            return self.env._(
                "Kept until %(date)s, then anonymised. Longest rule: %(rule)s.",
                date=format_date(self.env, case.retention_date),
                rule=rule,
            )
        if rule:
            return self.env._("Kept until the event has come from which the years count. Longest rule: %s.", rule)
        return self.env._("Kept while the help goes on; from the closing of the file on the retention rules count.")

    def _restrictions(self, case):
        """What the processing is restricted for at the person's request, and until when it was (article 18)."""
        # sudo: the person's own requests, to be told to her; without the reason, which stands below.
        decisions = self.env["justiq.retention.decision"].sudo()
        decisions = decisions.search([("case_file_id", "=", case.id), ("kind", "=", "article_18")], order="id")
        grounds = dict(decisions._fields["ground"]._description_selection(self.env))
        return [
            {
                "ground": grounds[decision.ground],
                "requested_on": fields.Date.to_string(decision.requested_on),
                "date": fields.Date.to_string(decision.restricted_on),
                "review_on": fields.Date.to_string(decision.review_on),
                "told_on": fields.Date.to_string(decision.told_on) or "",
                "ended_on": decision.ended_at
                and fields.Date.to_string(fields.Date.context_today(self, decision.ended_at))
                or "",
            }
            for decision in decisions
        ]

    def _recipients(self, case, grants):
        """Where data have gone: services that were told something, and whoever has paid for the help."""
        # sudo: the names of services in referrals and network contacts that the user may read.
        referrals, notes = case.referral_ids.filtered("released_on").sudo(), case.note_ids.sudo()
        told = [(referral.released_on, referral) for referral in referrals]
        told += [(note.date, note) for note in notes.filtered("is_released")]
        recipients = [
            {
                "name": record.partner_id.display_name,
                "what": label_of(record),
                "date": fields.Date.to_string(day),
            }
            for day, record in sorted(told, key=lambda one: (one[0], one[1]._name, one[1].id))
        ]
        return (
            recipients
            + self._recipients_of_reports(case)
            + [
                {
                    "name": ", ".join(grant.programme_id.funder_ids.mapped("name")) or grant.programme_id.name,
                    "what": self.env._("Figures for “%s”, without the name", grant.name),
                    "date": "",
                }
                for grant in grants
            ]
        )

    def _recipients_of_reports(self, case):
        """Frozen reports that list the person under the reference."""
        reports = self.env["justiq.consent"]._find_frozen_reports_of(case.enrolment_ids)
        return [
            {
                "name": ", ".join(report.grant_id.programme_id.funder_ids.mapped("name")),
                "what": report._disclosure_text(),
                "date": fields.Date.to_string(report.frozen_at),
            }
            for report in reports
        ]

    @api.depends_context("uid", "lang")
    def _compute_data_file(self):
        for disclosure in self:
            is_shown = disclosure._origin and disclosure._is_in_charge()
            content = is_shown and json.dumps(disclosure._content(), ensure_ascii=False, indent=2)
            disclosure.data_file = content and base64.b64encode(content.encode())

    def action_print(self):
        self.ensure_one()
        return self.env.ref("justiq.action_report_case_disclosure").report_action(self)

    def action_download(self):
        """Download the file that machines read."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/data_file?download=true&filename={self._file_name()}.json",
            "target": "download",
        }

    def _file_name(self):
        """The reference and the day: a file name must not tell the name."""
        # sudo: the reference is no secret to whoever sees the record.
        return f"{self.sudo().case_file_id.reference}-{self.requested_on}".replace("/", "-")


class CaseFile(models.Model):
    _inherit = "justiq.case.file"

    disclosure_ids = fields.One2many(
        comodel_name="justiq.case.disclosure", inverse_name="case_file_id", string="Information to the Person"
    )

    def action_disclose(self):
        """Prepare the information to the person."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_case_disclosure_action")
        return {
            **action,
            "domain": [("case_file_id", "=", self.id)],
            "context": {"default_case_file_id": self.id},
        }
