from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .case_enrolment import AGE_GROUPS
from .case_file import GENDERS


class OutreachAlias(models.Model):
    """A young person who is known by an alias only, and is no case file yet.

    It groups low-threshold contacts, so that a case file can be opened later
    and takes their hours along. Need-to-know: the key worker reads, creates and
    changes her aliases, the team lead those of the own companies, who also
    deletes them; nobody else sees anything of it. What has become a case file
    is open to whoever may open the file as well. Where a contact of somebody
    else refers to an alias, the label is its number.
    """

    _name = "justiq.outreach.alias"
    _inherit = ["justiq.fixed.keys.mixin"]
    _description = "Alias of Low-Threshold Work"
    _order = "last_contact_date desc nulls last, id desc"
    _check_company_auto = True

    _fixed_keys = ("grant_id",)

    # who
    name = fields.Char(string="Alias", required=True, help="A nickname or a description; never the real name.")
    active = fields.Boolean(default=True)
    grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        required=True,
        default=lambda self: self.env["justiq.outreach.contact"]._default_grant_id(),
        ondelete="restrict",
        index=True,
        domain=[("state", "=", "running")],
    )
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    key_worker_id = fields.Many2one(
        comodel_name="hr.employee",
        required=True,
        default=lambda self: self.env.user.employee_id,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    gender = fields.Selection(selection=GENDERS, help="Estimated.")
    age_group = fields.Selection(selection=AGE_GROUPS, help="Estimated.")

    # contacts
    contact_ids = fields.One2many(comodel_name="justiq.outreach.contact", inverse_name="alias_id")
    contact_count = fields.Integer(string="Contacts", compute="_compute_contacts", store=True)
    hours = fields.Float(compute="_compute_contacts", store=True)
    first_contact_date = fields.Date(string="First Contact", compute="_compute_contacts", store=True)
    last_contact_date = fields.Date(string="Last Contact", compute="_compute_contacts", store=True, index=True)

    # the case file that it became
    opened_file_id = fields.Many2one(
        comodel_name="justiq.case.file",
        string="Case File",
        compute="_compute_opened_file_id",
        store=True,
        index="btree_not_null",
        help="Into whose contact log the contacts have gone.",
    )
    is_file_proposed = fields.Boolean(
        string="Case File Proposed",
        compute="_compute_is_file_proposed",
        store=True,
        help="The contacts under this alias have reached the threshold of a Baustein.",
    )

    _has_a_name = models.Constraint("CHECK (name ~ '[[:alnum:]]')", "Write down an alias.")

    @api.depends("name")
    @api.depends_context("uid")
    def _compute_display_name(self):
        # Labels of other records are computed in sudo; the alias must not show to whoever may not read it.
        readable = self.sudo(False)._filtered_access("read")
        for alias in self:
            hidden = alias._origin and alias not in readable
            alias.display_name = self.env._("Alias %s", alias._origin.id) if hidden else alias.name

    @api.depends("contact_ids.minutes", "contact_ids.date")
    def _compute_contacts(self):
        figures = {
            alias.id: numbers
            for alias, *numbers in self.env["justiq.outreach.contact"]._read_group(
                [("alias_id", "in", self.ids)], ["alias_id"], ["__count", "minutes:sum", "date:min", "date:max"]
            )
        }
        for alias in self:
            count, minutes, first, last = figures.get(alias._origin.id, (0, 0, False, False))
            alias.contact_count = count
            alias.hours = minutes / 60
            alias.first_contact_date = first
            alias.last_contact_date = last

    @api.depends("contact_ids.note_ids.case_file_id")
    def _compute_opened_file_id(self):
        notes = self.env["justiq.case.note"].search([("outreach_contact_id.alias_id", "in", self.ids)], order="id")
        files = {note.outreach_contact_id.alias_id: note.case_file_id for note in notes}
        for alias in self:
            alias.opened_file_id = files.get(alias._origin)

    @api.depends(
        "opened_file_id",
        "contact_ids.minutes",
        "contact_ids.baustein_id.file_threshold_hours",
        "contact_ids.baustein_id.file_threshold_contacts",
    )
    def _compute_is_file_proposed(self):
        groups = self.env["justiq.outreach.contact"]._read_group(
            [("alias_id", "in", self.ids)], ["alias_id", "baustein_id"], ["__count", "minutes:sum"]
        )
        reached = {alias for alias, *figures in groups if self._is_threshold_reached(*figures)}
        for alias in self:
            alias.is_file_proposed = not alias.opened_file_id and alias._origin in reached

    @api.model
    def _is_threshold_reached(self, baustein, count, minutes):
        hours, contacts = baustein.file_threshold_hours, baustein.file_threshold_contacts
        return bool((hours and minutes >= hours * 60) or (contacts and count >= contacts))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_contacts(self):
        for alias in self:
            if alias.contact_count:
                raise ValidationError(
                    self.env._(
                        "Under the alias “%(alias)s” there are %(count)s contacts, which are part of the figures for "
                        "the funder. Archive the alias instead of deleting it.",
                        alias=alias.name,
                        count=alias.contact_count,
                    )
                )

    def _check_convertible(self):
        """Refuse to open a case file where there is one already, or nothing to take along.

        :raises AccessError: unless the user may change the alias
        :raises UserError: naming what is missing
        """
        self.ensure_one()
        self.check_access("write")
        if self.opened_file_id:
            raise UserError(
                self.env._(
                    "The alias “%(alias)s” has become case file %(reference)s already.",
                    alias=self.name,
                    # sudo: the reference only.
                    reference=self.sudo().opened_file_id.reference,
                )
            )
        if not self.contact_count:
            raise UserError(
                self.env._(
                    "There is no contact under the alias “%s” that a case file could take along. "
                    "Open the file from the list of the case files.",
                    self.name,
                )
            )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_file(self):
        """Ask who it is, search whether there is a file already, and open one."""
        self._check_convertible()
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_case_search_action")
        return {**action, "context": {"default_alias_id": self.id}}

    def _action_convert(self, context):
        """Open the dialog that makes a case file of the alias."""
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_outreach_convert_action")
        return {**action, "context": {**context, "default_alias_id": self.id}}

    def action_view_file(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "justiq.case.file",
            "res_id": self.opened_file_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_new_contact(self):
        """Open the quick entry for a contact under this alias."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_outreach_contact_action_new")
        return {**action, "context": {"default_alias_id": self.id, "default_grant_id": self.grant_id.id}}

    def action_view_contacts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_outreach_contact_action")
        context = {"default_alias_id": self.id, "default_grant_id": self.grant_id.id}
        return {**action, "domain": [("alias_id", "=", self.id)], "context": context}
