from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .case_enrolment import AGE_GROUPS
from .case_note import MINUTES_OF_A_DAY

# The keys are those of the contact log, into which the contacts go when a case file is opened.
KINDS = [
    ("outreach", "Outreach in the Quartier"),
    ("conversation", "Open counselling"),
    ("phone", "Phone call"),
    ("message", "Written message"),
    ("group", "Group or event"),
    ("other", "Other"),
]
# What the next entry of the same person starts with.
REMEMBERED = ("grant_id", "baustein_id", "quartier_id", "place", "kind")


class OutreachContact(models.Model):
    """A low-threshold contact: heads, not persons (rules.md, "Counting persons").

    Anonymous, or under an alias. It never counts as a person and is never
    exported as one; when the alias becomes a case file, the contact goes into
    its log and the young person leaves the heads.

    A case worker reads, writes and deletes her own contacts and those under her
    aliases, and reads the anonymous ones of the own companies; the team lead has
    all of the own companies. Coordination and auditor read the figures, without
    alias, note and who it was. What has gone into a case file stays as it is,
    and case workers and team lead read it only as long as they may open the file.
    """

    _name = "justiq.outreach.contact"
    _inherit = ["justiq.computed.mixin", "justiq.import.mixin"]
    _description = "Low-Threshold Contact"
    _order = "date desc, id desc"
    _rec_names_search = ["place", "quartier_id.name"]
    _check_company_auto = True

    # where it belongs
    grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        required=True,
        default=lambda self: self._default_grant_id(),
        ondelete="restrict",
        index=True,
        domain=[("state", "=", "running")],
    )
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    baustein_id = fields.Many2one(comodel_name="justiq.baustein", required=True, ondelete="restrict", index=True)
    possible_baustein_ids = fields.Many2many(related="grant_id.baustein_ids", export_string_translation=False)
    worker_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Professional",
        required=True,
        default=lambda self: self.env.user.employee_id,
        ondelete="restrict",
        index=True,
        check_company=True,
    )

    # what happened
    date = fields.Date(required=True, default=fields.Date.context_today, index=True)
    kind = fields.Selection(selection=KINDS, required=True, default="outreach")
    quartier_id = fields.Many2one(comodel_name="justiq.quartier", ondelete="restrict", index="btree_not_null")
    possible_quartier_ids = fields.Many2many(related="grant_id.quartier_ids", export_string_translation=False)
    place = fields.Char()
    minutes = fields.Integer()
    note = fields.Text(groups="justiq.group_case_worker", help="In short, and without names.")

    # heads
    heads = fields.Integer(string="Young People", required=True, default=1, help="Heads, estimated where necessary.")
    heads_female = fields.Integer(string="Female", help="Of them; may stay open.")
    heads_male = fields.Integer(string="Male", help="Of them; may stay open.")
    heads_diverse = fields.Integer(string="Diverse", help="Of them; may stay open.")
    age_group = fields.Selection(selection=AGE_GROUPS, help="Of most of them, estimated.")

    # who, as far as known
    alias_id = fields.Many2one(
        comodel_name="justiq.outreach.alias",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('grant_id', '=', grant_id), ('opened_file_id', '=', False)]",
        groups="justiq.group_case_worker",
        help="Leave it empty for anonymous contacts.",
    )
    note_ids = fields.One2many(
        comodel_name="justiq.case.note",
        inverse_name="outreach_contact_id",
        string="Entry of the Contact Log",
        readonly=True,
        groups="justiq.group_case_worker",
    )

    # what counts
    is_converted = fields.Boolean(
        string="In a Case File",
        compute="_compute_counted",
        store=True,
        help="The alias has become a case file: the person and the minutes count there.",
    )
    heads_counted = fields.Integer(
        string="Heads",
        compute="_compute_counted",
        store=True,
        help="Heads of low-threshold work, without those who have become a case file since.",
    )
    hours_counted = fields.Float(
        string="Hours",
        compute="_compute_counted",
        store=True,
        help="Hours of low-threshold work, without those that have gone into a case file.",
    )

    _minutes_of_one_day = models.Constraint(
        f"CHECK (minutes >= 0 AND minutes <= {MINUTES_OF_A_DAY})",
        "Minutes: between 0 and 1440, which is a whole day.",
    )
    _heads_plausible = models.Constraint(
        "CHECK (heads BETWEEN 1 AND 1000)",
        "Young people: at least one, at most 1000. Write a larger event as several contacts.",
    )
    _genders_within_heads = models.Constraint(
        "CHECK (heads_female >= 0 AND heads_male >= 0 AND heads_diverse >= 0"
        " AND COALESCE(heads_female, 0) + COALESCE(heads_male, 0) + COALESCE(heads_diverse, 0) <= heads)",
        "Female, male and diverse together must not be more than the young people of the contact.",
    )

    # ------------------------------------------------------------
    # Defaults
    # ------------------------------------------------------------

    @api.model
    def _default_grant_id(self):
        """The running grant, where there is just one."""
        grants = self.env["justiq.grant"].search(
            [("state", "=", "running"), ("company_id", "=", self.env.company.id)], limit=2
        )
        return grants if len(grants) == 1 else grants.browse()

    @api.model
    def default_get(self, fields):
        """Start from the user's last contact, so that the next one is entered in three actions."""
        defaults = super().default_get(fields)
        last = self.search([("create_uid", "=", self.env.uid)], order="id desc", limit=1)
        given = {name.removeprefix("default_") for name in self.env.context if name.startswith("default_")}
        if last.grant_id.state == "running" and defaults.get("grant_id") in (False, None, last.grant_id.id):
            remembered = last._convert_to_write({name: last[name] for name in REMEMBERED})
            defaults |= {name: value for name, value in remembered.items() if name in fields and name not in given}
        return defaults

    # ------------------------------------------------------------
    # Computes and constraints
    # ------------------------------------------------------------

    @api.depends("date", "baustein_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for contact in self:
            day = format_date(self.env, contact.date) if contact.date else False
            contact.display_name = " · ".join(filter(None, (day, contact.baustein_id.name))) or False

    @api.depends("heads", "minutes", "note_ids")
    def _compute_counted(self):
        for contact in self:
            # One head of the contact is the young person, who counts as a person now.
            contact.is_converted = bool(contact.note_ids)
            contact.heads_counted = contact.heads - contact.is_converted
            contact.hours_counted = 0.0 if contact.is_converted else contact.minutes / 60

    @api.constrains("date", "grant_id")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for contact in self:
            grant = contact.grant_id
            if not grant.date_start <= contact.date <= min(grant.date_end, today):
                raise ValidationError(
                    self.env._(
                        "Date: %(date)s lies in the future or outside the grant %(grant)s (%(start)s to %(end)s). "
                        "Correct the date.",
                        date=format_date(self.env, contact.date),
                        grant=grant.name,
                        start=format_date(self.env, grant.date_start),
                        end=format_date(self.env, grant.date_end),
                    )
                )

    @api.constrains("baustein_id", "grant_id")
    def _check_baustein_of_grant(self):
        for contact in self:
            possible = contact.grant_id.baustein_ids.filtered(lambda baustein: baustein.kind == "individual")
            if contact.baustein_id not in possible:
                raise ValidationError(
                    self.env._(
                        "Baustein: %(baustein)s is no individual help of the grant %(grant)s. "
                        "Choose one of: %(possible)s.",
                        baustein=contact.baustein_id.name,
                        grant=contact.grant_id.name,
                        possible=possible.mapped("name"),
                    )
                )

    @api.constrains("alias_id", "grant_id")
    def _check_alias(self):
        for contact in self:
            alias = contact.alias_id
            if alias and alias.grant_id != contact.grant_id:
                raise ValidationError(
                    self.env._(
                        "Alias: it belongs to the grant %(found)s, the contact to %(expected)s. "
                        "Choose an alias of the same grant.",
                        found=alias.grant_id.name,
                        expected=contact.grant_id.name,
                    )
                )
            if alias.opened_file_id and not contact.is_converted:
                raise ValidationError(
                    self.env._(
                        "Alias: it has become case file %s. Write the contact into its contact log.",
                        alias.opened_file_id.reference,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        contacts = super().create(vals_list)
        # Afterwards, because a default of the context counts, too. sudo: compared as the user, see there.
        self._check_readable_aliases(contacts.sudo().alias_id.ids)
        # sudo: the state decides, also for whoever may not read the grant.
        contacts.sudo().grant_id._check_not_closed()
        return contacts

    def write(self, vals):
        self.check_access("write")
        if vals.get("alias_id"):
            self._check_readable_aliases({vals["alias_id"]})
        self._check_changeable()
        result = super().write(vals)
        # sudo: as in create.
        self.sudo().grant_id._check_not_closed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_counted(self):
        self._check_changeable()

    def _check_readable_aliases(self, alias_ids):
        """Whoever may write a contact must not put it under an alias of a colleague."""
        self.env["justiq.outreach.alias"].browse(alias_ids).check_access("read")

    def _check_changeable(self):
        """Refuse to change what has been accounted for, or is part of a case file.

        :raises ValidationError: naming the contact or the grant
        """
        # sudo: the state decides, whoever may read it.
        self.sudo().grant_id._check_not_closed()
        for contact in self:
            if contact.is_converted:
                raise ValidationError(
                    self.env._(
                        "%s has gone into a case file and stays as it is. "
                        "Correct the entry in the contact log of the file.",
                        contact.display_name,
                    )
                )

    def action_save_entry(self):
        """Close the quick entry; the client has saved it before."""
        return {"type": "ir.actions.act_window_close"}
