from odoo import api, fields, models
from odoo.tools import LazyTranslate

from .programme_checked_mixin import Deviation, requirement_check

_lt = LazyTranslate(__name__)

SECTIONS = ("initial_situation", "life_situation", "biography", "potentials", "competences", "needs")
# Who belongs to the social environment, as against institutions.
PERSONS = ("mother", "father", "guardian", "relative", "peer")
# Findings show from the proposal on, so that they can be settled, or justified, before the closing.
CLOSING = {"states": ("closed",), "ahead": ("open",)}


class CaseFile(models.Model):
    """What the guideline asks of the work with one young person (S31, S33, S34).

    The rules are those of the grant that the young person has entered last; a
    file without an enrolment is bound by no programme.
    """

    _name = "justiq.case.file"
    _inherit = ["justiq.case.file", "justiq.checked.mixin"]

    grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        string="Latest Grant",
        compute="_compute_grant_id",
        store=True,
        index="btree_not_null",
        help="That of the latest entry; its programme's rules bind the file.",
    )
    person_count = fields.Integer(string="Persons around the Case", compute="_compute_person_count", store=True)
    network_contact_count = fields.Integer(
        string="Network Contacts", compute="_compute_network_contact_count", store=True
    )

    @api.depends("enrolment_ids.date_entry", "enrolment_ids.grant_id")
    def _compute_grant_id(self):
        for case in self:
            # sudo: also for whoever may not read the grant.
            latest = case.sudo().enrolment_ids.sorted(lambda enrolment: (enrolment.date_entry, enrolment.id))[-1:]
            case.grant_id = latest.grant_id

    @api.depends("contact_ids.role", "contact_ids.partner_id", "contact_ids.active")
    def _compute_person_count(self):
        counts = self._count_lines(
            "justiq.case.contact",
            ["|", ("role", "in", PERSONS), "&", ("role", "=", "other"), ("partner_id", "=", False)],
        )
        for case in self:
            case.person_count = counts.get(case._origin.id, 0)

    @api.depends("note_ids.kind", "note_ids.is_amended")
    def _compute_network_contact_count(self):
        counts = self._count_lines("justiq.case.note", [("kind", "=", "network"), ("is_amended", "=", False)])
        for case in self:
            case.network_contact_count = counts.get(case._origin.id, 0)

    def _count_lines(self, model, domain):
        # sudo: a stored number of the file must not depend on who saves.
        lines = self.env[model].sudo()
        groups = lines._read_group([("case_file_id", "in", self._origin.ids), *domain], ["case_file_id"], ["__count"])
        return {case.id: count for case, count in groups}

    # ------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------

    def _ending(self):
        """Files that are closed or shall be."""
        return self.filtered(lambda case: case.state == "closed" or case.is_closing_proposed)

    @requirement_check(
        _lt("Case file: sections filled in"),
        fields=["state", "grant_id", "is_closing_proposed", *SECTIONS],
        **CLOSING,
    )
    def _requirement_sections(self, rule):
        """S31: the work starts from the situation of the young person; nothing is empty at the end."""
        deviations = {}
        for case in self._ending():
            empty = [name for name in SECTIONS if not (case[name] or "").strip()]
            if empty:
                message = self.env._(
                    "Case file %(reference)s: nothing is written down under %(sections)s. Fill it in before the "
                    "closing, or justify.",
                    reference=case.reference,
                    sections=[self._fields[name]._description_string(self.env) for name in empty],
                )
                deviations[case] = Deviation(message, len(empty))
        return deviations

    @requirement_check(
        _lt("Case file: a person around the case"),
        fields=["state", "grant_id", "is_closing_proposed", "person_count"],
        **CLOSING,
    )
    def _requirement_social_environment(self, rule):
        """S33: parents, peers and others around the young person are involved."""
        return {
            case: Deviation(
                self.env._(
                    "Case file %s: no person around the young person is entered. Enter parents, relatives or friends "
                    "under “Network and Persons”, or justify.",
                    case.reference,
                )
            )
            for case in self._ending()
            if not case.person_count
        }

    @requirement_check(
        _lt("Case file: a network contact"),
        fields=["state", "grant_id", "is_closing_proposed", "network_contact_count"],
        **CLOSING,
    )
    def _requirement_network(self, rule):
        """S34: the work is coordinated with school, Jobcenter and the like."""
        return {
            case: Deviation(
                self.env._(
                    "Case file %s: the contact log has no network contact. Enter with whom the help was coordinated, "
                    "or justify.",
                    case.reference,
                )
            )
            for case in self._ending()
            if not case.network_contact_count
        }
