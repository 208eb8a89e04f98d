from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class Participation(models.Model):
    """A young person in one Baustein of a grant; one person may have several.

    Coming back is a new participation, an old one is never overwritten.

    Follows the access to the case file: the key worker reads and writes, the
    team lead also deletes. Whoever leads or staffs the micro-project reads and
    writes its participations with the participants' names, but nothing else of
    their files; of a file that is locked for her only the attendance. Coordination
    and auditor read under the reference only.
    """

    _name = "justiq.participation"
    _inherit = ["justiq.access.logged.mixin", "justiq.fixed.keys.mixin", "justiq.import.mixin"]
    _description = "Participation"
    _order = "date_start desc, id desc"
    _rec_names_search = ["reference"]
    _check_company_auto = True

    _fixed_keys = ("enrolment_id", "baustein_id", "micro_project_id")

    # keys
    enrolment_id = fields.Many2one(comodel_name="justiq.enrolment", required=True, ondelete="restrict", index=True)
    case_file_id = fields.Many2one(
        related="enrolment_id.case_file_id",
        precompute=True,
        store=True,
        index=True,
        required=True,
        ondelete="restrict",
    )
    grant_id = fields.Many2one(
        related="enrolment_id.grant_id",
        precompute=True,
        store=True,
        index=True,
        required=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="enrolment_id.company_id", store=True, index=True)
    baustein_id = fields.Many2one(comodel_name="justiq.baustein", required=True, ondelete="restrict", index=True)
    baustein_kind = fields.Selection(related="baustein_id.kind", precompute=True, store=True, required=True)
    possible_baustein_ids = fields.Many2many(related="grant_id.baustein_ids", export_string_translation=False)
    key_worker_id = fields.Many2one(
        comodel_name="hr.employee",
        compute="_compute_key_worker_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )

    # period and intensity
    date_start = fields.Date(required=True, default=fields.Date.context_today)
    date_end = fields.Date()
    note_ids = fields.One2many(
        comodel_name="justiq.case.note",
        inverse_name="participation_id",
        string="Contact Log",
        groups="justiq.group_case_worker",
    )
    hours = fields.Float(
        compute="_compute_hours",
        store=True,
        help="Hours of support (S30), from the contact log; in a micro-project the hours attended.",
    )

    # who it is, as far as the user may know
    participant_name = fields.Char(string="Participant", compute="_compute_participant_name")
    reference = fields.Char(related="enrolment_id.reference", store=True, index="trigram")
    gender = fields.Selection(related="enrolment_id.gender", store=True)
    age_at_entry = fields.Integer(related="enrolment_id.age_at_entry", store=True, aggregator="avg")
    age_group = fields.Selection(related="enrolment_id.age_group", store=True)

    _dates_in_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "The participation must not end before it starts.",
    )
    _hours_not_negative = models.Constraint("CHECK (hours >= 0 AND hours < 'Infinity')", "Hours must not be negative.")
    _newest_first_index = models.Index("(date_start DESC, id DESC)")

    @api.depends("reference", "baustein_id.name")
    def _compute_display_name(self):
        for participation in self:
            participation.display_name = " · ".join(
                filter(None, [participation.reference, participation.baustein_id.name])
            )

    @api.depends("case_file_id.first_name", "case_file_id.last_name", "reference")
    @api.depends_context("uid")
    def _compute_participant_name(self):
        named = self.sudo(False)._filtered_name_readable()
        for participation in self:
            # sudo: only the name, and only for those just filtered.
            case = participation.sudo().case_file_id
            participation.participant_name = (
                f"{case.last_name}, {case.first_name}" if participation in named else case.reference
            )

    def _filtered_name_readable(self):
        """The participations whose participant's name the user may know."""
        # sudo on the way to the file only; the access is asked as the user.
        files = self.sudo().case_file_id._origin.sudo(False)._filtered_access("read")
        # sudo: as above
        return self.filtered(lambda participation: participation.sudo().case_file_id._origin.id in files._ids)

    @api.depends("case_file_id")
    def _compute_key_worker_id(self):
        for participation in self:
            participation.key_worker_id = participation.key_worker_id or participation.case_file_id.key_worker_id

    @api.depends("baustein_kind", "note_ids.minutes", "note_ids.is_amended")
    def _compute_hours(self):
        minutes = {
            participation.id: total
            for participation, total in self.env["justiq.case.note"]._read_group(
                [("participation_id", "in", self.ids), ("is_amended", "=", False)],
                ["participation_id"],
                ["minutes:sum"],
            )
        }
        for participation in self:
            is_individual = participation.baustein_kind == "individual"
            participation.hours = minutes.get(participation._origin.id, 0) / 60 if is_individual else 0.0

    @api.onchange("enrolment_id")
    def _onchange_enrolment_id(self):
        """Help begins with the entry; what comes later begins today."""
        entry, today = self.enrolment_id.date_entry, fields.Date.context_today(self)
        if entry and not self._origin and not self.enrolment_id.participation_ids - self:
            self.date_start = min(entry, today)

    @api.constrains("baustein_id", "grant_id", "enrolment_id")
    def _check_baustein_of_grant(self):
        for participation in self:
            if participation.baustein_id not in participation.grant_id.baustein_ids:
                raise ValidationError(
                    self.env._(
                        "Baustein: %(baustein)s is not part of the grant %(grant)s. Choose one of: %(possible)s.",
                        baustein=participation.baustein_id.name,
                        grant=participation.grant_id.name,
                        possible=participation.grant_id.baustein_ids.mapped("name"),
                    )
                )

    @api.constrains("date_start", "enrolment_id")
    def _check_start_after_entry(self):
        for participation in self:
            entry = participation.enrolment_id.date_entry
            if participation.date_start and entry and participation.date_start < entry:
                raise ValidationError(
                    self.env._(
                        "Participation of %(reference)s: the start %(start)s lies before "
                        "the entry into the grant on %(entry)s. Correct one of the dates.",
                        reference=participation.reference,
                        start=format_date(self.env, participation.date_start),
                        entry=format_date(self.env, entry),
                    )
                )
