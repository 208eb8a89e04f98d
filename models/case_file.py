from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

GENDERS = [
    ("female", "Female"),
    ("male", "Male"),
    ("diverse", "Diverse"),
    ("not_stated", "Not stated"),
]


class CaseFile(models.Model):
    """The electronic case file (Fallakte) of one young person at one provider (S36).

    Young people are never contacts of the address book, which every employee
    can open. A case worker reads and writes the files whose key worker she is;
    the team lead reads, writes, closes, reopens and deletes the files of the own
    companies. A colleague does so while a `justiq.case.access` opens the file to her. Nobody
    else sees anything of it; where a record of somebody else refers to a file, the label
    is its reference.
    """

    _name = "justiq.case.file"
    _inherit = [
        "justiq.readers.follow.mixin",
        "mail.activity.mixin",
        "justiq.transition.mixin",
        "justiq.access.logged.mixin",
        "justiq.fixed.keys.mixin",
        "justiq.import.mixin",
    ]
    _description = "Case File"
    _order = "reference desc, id desc"
    _rec_names_search = ["reference", "last_name", "first_name"]
    _check_company_auto = True

    _fixed_keys = ("reference",)
    _initial_states = ("open",)
    _transitions = {
        ("open", "closed"): "justiq.group_team_lead",
        ("closed", "open"): "justiq.group_team_lead",
    }

    # description
    reference = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default="/",
        help="Drawn by the server; it says nothing of the person.",
    )
    former_number = fields.Char(
        copy=False,
        index="trigram",
        help="Its number before it was kept here, as on the paper. Shows only to whoever may open the file.",
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=[("open", "Open"), ("closed", "Closed"), ("anonymised", "Anonymised")],
        required=True,
        default="open",
        copy=False,
        tracking=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        string="Provider",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
        index=True,
    )
    key_worker_id = fields.Many2one(
        comodel_name="hr.employee",
        required=True,
        default=lambda self: self.env.user.employee_id,
        ondelete="restrict",
        index=True,
        check_company=True,
        help="The fixed contact of the young person (S29).",
    )

    is_accessible = fields.Boolean(
        compute="_compute_is_accessible",
        search="_search_is_accessible",
        export_string_translation=False,
        help="Whether the user may read the file. What hangs on a file follows it by this field.",
    )

    # person
    first_name = fields.Char(required=True)
    last_name = fields.Char(required=True)
    birth_date = fields.Date(required=True)
    gender = fields.Selection(selection=GENDERS, required=True, default="not_stated")
    zip = fields.Char()
    city = fields.Char()

    # projects
    enrolment_ids = fields.One2many(comodel_name="justiq.enrolment", inverse_name="case_file_id")
    participation_ids = fields.One2many(comodel_name="justiq.participation", inverse_name="case_file_id")
    enrolment_count = fields.Integer(compute="_compute_counts")
    participation_count = fields.Integer(compute="_compute_counts")

    # contact log and environment
    note_ids = fields.One2many(comodel_name="justiq.case.note", inverse_name="case_file_id", string="Contact Log")
    note_count = fields.Integer(string="Entries", compute="_compute_notes", store=True, aggregator="sum")
    last_contact_date = fields.Date(
        string="Last Contact",
        compute="_compute_notes",
        store=True,
        aggregator="max",
        help="Of the entries with the young person; network contacts do not count.",
    )
    contact_ids = fields.One2many(
        comodel_name="justiq.case.contact",
        inverse_name="case_file_id",
        string="Persons and Institutions",
    )

    _reference_unique = models.Constraint(
        "UNIQUE (company_id, reference)",
        "Another case file of this provider already has this reference.",
    )

    @api.depends("reference", "first_name", "last_name")
    @api.depends_context("uid")
    def _compute_display_name(self):
        # Labels of other records are computed in sudo; the name must not show to
        # a user who may not read the file itself.
        readable = self.sudo(False)._filtered_access("read")
        for case in self:
            if not case._origin:
                case.display_name = False  # still being entered
            elif case in readable:
                case.display_name = f"{case.last_name}, {case.first_name} ({case.reference})"
            else:
                case.display_name = case.reference

    @api.depends("key_worker_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_accessible(self):
        readable = self._origin.sudo(False)._filtered_access("read")
        for case in self:
            case.is_accessible = case._origin in readable

    @api.model
    def _search_is_accessible(self, operator, value):
        if operator != "in":
            return NotImplemented
        files = self.browse().sudo(False).with_context(active_test=False)
        accessible = Domain("id", "in", files._search([])) if files.has_access("read") else Domain.FALSE
        return accessible if True in value else ~accessible

    def _compute_counts(self):
        for name, model in (
            ("enrolment_count", "justiq.enrolment"),
            ("participation_count", "justiq.participation"),
        ):
            counts = {
                case.id: count
                for case, count in self.env[model]._read_group(
                    [("case_file_id", "in", self.ids)], ["case_file_id"], ["__count"]
                )
            }
            for case in self:
                case[name] = counts.get(case.id, 0)

    @api.depends("note_ids.date", "note_ids.kind", "note_ids.is_amended")
    def _compute_notes(self):
        Note = self.env["justiq.case.note"]
        of_these = [("case_file_id", "in", self.ids)]
        counts = dict(Note._read_group(of_these, ["case_file_id"], ["__count"]))
        with_the_person = [*of_these, ("kind", "!=", "network"), ("is_amended", "=", False)]
        last = dict(Note._read_group(with_the_person, ["case_file_id"], ["date:max"]))
        for case in self:
            case.note_count = counts.get(case._origin, 0)
            case.last_contact_date = last.get(case._origin)

    @api.constrains("birth_date")
    def _check_birth_date(self):
        today = fields.Date.context_today(self)
        for case in self:
            if case.birth_date and case.birth_date > today:
                raise ValidationError(
                    self.env._(
                        "Birth date: %s lies in the future. Please correct it.",
                        format_date(self.env, case.birth_date),
                    )
                )

    @api.constrains("company_id")
    def _check_company_of_enrolments(self):
        self.enrolment_ids._check_same_company()

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]  # the caller may have passed one dictionary twice
        for vals in vals_list:
            if self._is_reference_open(vals.get("reference")):
                company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
                sequences = self.env["ir.sequence"].sudo()  # sudo: numbers are drawn by whoever may open a file
                vals["reference"] = sequences.with_company(company).next_by_code("justiq.case.file")
        return super().create(vals_list)

    def _is_reference_open(self, reference):
        """Whether the server has to draw the reference.

        Roles that may not know who it is see the reference, so nobody chooses it: it might be a name.

        :raises ValidationError: where somebody else than the server gives one
        """
        if (reference or "").strip() in ("", "/"):
            return True
        if self.env.su:
            return False
        raise ValidationError(
            self.env._(
                "Reference: “%s” was given, but references are drawn by the server, so that they say nothing of the "
                "person. Leave it empty; an earlier number goes into the field “Former Number”.",
                reference,
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_participating(self):
        # sudo: the rule binds also where the user may not see the participation.
        for case in self.sudo():
            if case.enrolment_ids or case.participation_ids:
                raise ValidationError(
                    self.env._(
                        "S36: case file %s belongs to a project participation and has "
                        "to be kept. Close it instead of deleting it.",
                        case.reference,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_documented(self):
        # sudo: the log binds also where the user may not see it.
        for case in self.sudo():
            if case.note_count:
                raise ValidationError(
                    self.env._(
                        "The contact log of case file %s has entries, which have to be kept. "
                        "Close the file instead of deleting it.",
                        case.reference,
                    )
                )

    @api.model
    def get_import_templates(self):
        template = "/justiq/static/import_templates/case_files.csv"
        return [{"label": self.env._("Template for case files"), "template": template}]

    def action_close(self):
        self.write({"state": "closed"})

    def action_reopen(self):
        self.write({"state": "open"})

    def action_view_participations(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Participations"),
            "res_model": "justiq.participation",
            "view_mode": "list,form",
            "domain": [("case_file_id", "=", self.id)],
            "context": {"default_enrolment_id": self.enrolment_ids[:1].id},
        }

    def action_view_notes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_case_note_action")
        return {
            **action,
            "domain": [("case_file_id", "=", self.id)],
            "context": {"default_case_file_id": self.id},
        }

    def action_new_note(self):
        """Open the quick entry of the contact log, for the running help where there is just one."""
        self.ensure_one()
        context = {"default_case_file_id": self.id}
        if running := self._running_help():
            context["default_participation_id"] = running.id
        return self.env["justiq.case.note"]._quick_entry_action(self.env._("New Entry"), context)

    def _running_help(self):
        """The running participation in an individual Baustein, where there is just one."""
        running = self.participation_ids.filtered(
            lambda participation: participation.baustein_kind == "individual" and not participation.date_end
        )
        return running if len(running) == 1 else running.browse()
