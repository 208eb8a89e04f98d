from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from ..tools import money
from ..tools.lock import lock_against_change
from .programme_checked_mixin import Deviation, requirement_check

_lt = LazyTranslate(__name__)


class Grant(models.Model):
    """A grant (Vorhaben): who got money for which Bausteine, where and when.

    Coordination and finance create and change the grants of their companies,
    the programme administrator also deletes them; everybody else with a JUSTiQ
    role reads those of the own companies. Starting, closing and reopening is
    up to coordination and programme administrator.
    """

    _name = "justiq.grant"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "justiq.transition.mixin",
        "justiq.checked.mixin",
    ]
    _description = "Grant"
    _order = "date_start desc, name, id"
    _rec_names_search = ["name", "reference"]
    _check_company_auto = True

    _initial_states = ("draft",)
    _approved_states = ("running", "closed")
    _transitions = {
        ("draft", "running"): "justiq.group_coordinator,justiq.group_manager",
        ("running", "draft"): "justiq.group_coordinator,justiq.group_manager",
        ("running", "closed"): "justiq.group_coordinator,justiq.group_manager",
        ("closed", "running"): "justiq.group_coordinator,justiq.group_manager",
    }

    # description
    name = fields.Char(required=True, tracking=True)
    reference = fields.Char(
        string="Funding Reference",
        copy=False,
        tracking=True,
        help="The number that the funder has given to the grant.",
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("running", "Running"), ("closed", "Closed")],
        required=True,
        default="draft",
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
    municipality_id = fields.Many2one(comodel_name="res.partner", ondelete="restrict", index="btree_not_null")

    # period and content
    programme_id = fields.Many2one(
        comodel_name="justiq.programme",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
    )
    date_start = fields.Date(required=True, tracking=True)
    date_end = fields.Date(required=True, tracking=True)
    baustein_ids = fields.Many2many(
        comodel_name="justiq.baustein",
        string="Bausteine",
        domain="[('programme_id', '=', programme_id)]",
    )
    has_group_baustein = fields.Boolean(
        compute="_compute_has_group_baustein",
        help="The rules on ESF money for micro-projects bind only then (S22).",
    )
    quartier_ids = fields.Many2many(
        comodel_name="justiq.quartier",
        string="Quartiere",
        context={"active_test": False},  # an archived Quartier stays one of the grant
        groups="justiq.group_case_worker,justiq.group_coordinator,"
        "justiq.group_finance,justiq.group_auditor,justiq.group_manager",
    )
    funding_year_ids = fields.One2many(
        comodel_name="justiq.funding.year",
        inverse_name="grant_id",
        groups="justiq.group_team_lead,justiq.group_coordinator,"
        "justiq.group_finance,justiq.group_auditor,justiq.group_manager",
        help="Proposed from the dates as calendar years; move their ends as the grant notice says.",
    )
    target_persons = fields.Integer(help="Number of young people that the grant shall reach.")

    # money
    currency_id = fields.Many2one(related="company_id.currency_id")
    esf_rate = fields.Float(
        string="Funding Rate (%)",
        digits=(5, 2),
        aggregator="avg",
        help="Share of ESF and federal money in the eligible costs, in percent, as "
        "stated in the grant notice. It holds for the funding years that are not approved yet.",
    )
    total_eligible = fields.Monetary(string="Eligible Costs", help="Total eligible costs of the grant notice.")
    own_share_percent = fields.Float(string="Own Share (%)", digits=(5, 2), compute="_compute_own_share")
    own_share = fields.Monetary(compute="_compute_own_share")

    _dates_in_order = models.Constraint("CHECK (date_end >= date_start)", "The grant must not end before it starts.")
    # A slip of the pen in the year would propose hundreds of funding years.
    _period_plausible = models.Constraint(
        "CHECK (date_end < date_start + 7306)", "A grant lasts 20 years at most. Please check its start and end."
    )
    _target_persons_not_negative = models.Constraint("CHECK (target_persons >= 0)", "The target must not be negative.")
    _reference_unique = models.UniqueIndex(
        "(company_id, reference) WHERE reference IS NOT NULL",
        "Another grant of this provider already has this funding reference.",
    )

    @api.depends("baustein_ids.kind")
    def _compute_has_group_baustein(self):
        for grant in self:
            grant.has_group_baustein = "group" in grant.baustein_ids.mapped("kind")

    @api.depends("esf_rate", "total_eligible")
    def _compute_own_share(self):
        for grant in self:
            grant.own_share_percent = 100.0 - grant.esf_rate
            grant.own_share = float(money.percent(grant.total_eligible, grant.own_share_percent))

    @api.constrains("baustein_ids", "programme_id")
    def _check_bausteine_of_programme(self):
        for grant in self:
            foreign = grant.baustein_ids.filtered(
                lambda baustein, grant=grant: baustein.programme_id != grant.programme_id
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Bausteine of %(grant)s: %(bausteine)s do not belong to the "
                        "programme “%(programme)s”. Choose Bausteine of this programme.",
                        grant=grant.name,
                        bausteine=foreign.mapped("name"),
                        programme=grant.programme_id.name,
                    )
                )

    @api.constrains("baustein_ids")
    def _check_bausteine_in_use(self):
        """A Baustein stays in the grant as long as something refers to it."""
        for model, method in self._uses_of_bausteine().items():
            records = self.env[model].search([("grant_id", "in", self.ids)])
            getattr(records, method)()

    @api.model
    def _uses_of_bausteine(self):
        """Constraint method by model whose records name a Baustein of the grant."""
        return {"justiq.participation": "_check_baustein_of_grant"}

    @api.constrains("programme_id", "baustein_ids", "quartier_ids", "company_id")
    def _check_requirements_of_children(self):
        """What binds a year or a micro-project also depends on its grant."""
        # sudo: the rules bind records that the user may not read; nothing of them is returned.
        for model in self.env["justiq.requirement"]._checked_models():
            if model._name != self._name:
                # sudo: as above
                model.sudo().with_context(active_test=False).search(
                    [(model._requirement_grant_field, "in", self.ids)]
                )._check_again()

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        grants = super().create(vals_list)
        # sudo: whoever may create a grant gets its years with it.
        for grant in grants.sudo():
            grant.funding_year_ids._fit(grant)
        return grants

    def write(self, vals):
        if not {"date_start", "date_end"} & vals.keys():
            return super().write(vals)
        # Years edited in the same save are edited within the new period.
        commands = vals.get("funding_year_ids")
        result = super().write({name: value for name, value in vals.items() if name != "funding_year_ids"})
        self.flush_recordset(["date_start", "date_end"])  # what the database refuses has no years
        # sudo: the years follow their grant, whoever may change its dates.
        for grant in self.sudo():
            grant.funding_year_ids._fit(grant)
        if commands:
            super().write({"funding_year_ids": self._commands_on_kept_years(commands)})
        return result

    def _commands_on_kept_years(self, commands):
        """Without commands on years that the new period has removed already."""
        # sudo: ids only, compared with those that the user has sent.
        kept = self.sudo().funding_year_ids.ids
        on_record = (Command.UPDATE, Command.DELETE, Command.UNLINK)
        return [command for command in commands if command[0] not in on_record or command[1] in kept]

    def _check_not_closed(self):
        """Refuse to add to a grant, or to reopen its plan, after it was accounted for.

        :raises ValidationError: naming the grant
        """
        for grant in self:
            if grant.state == "closed":
                raise ValidationError(
                    self.env._("%s is closed; nothing in it changes any more. Reopen the grant first.", grant.name)
                )

    def _check_takes_money(self):
        """As `_check_not_closed`, and nobody closes the grant at this very moment, before the money is saved.

        :raises ValidationError: naming the grant
        """
        lock_against_change(self)
        self._check_not_closed()

    def _check_day_of_income(self, day):
        """Refuse a day on which no money of the grant can have come; it may still come after the end.

        :raises ValidationError: naming the day and the first or last one that is possible
        """
        today = fields.Date.context_today(self)
        for grant in self:
            if day and day < grant.date_start:
                raise ValidationError(
                    self.env._(
                        "Received on: %(day)s lies before the grant, which starts on %(start)s. Correct the day.",
                        day=fields.Date.to_string(day),
                        start=fields.Date.to_string(grant.date_start),
                    )
                )
            if day and day > today:
                raise ValidationError(
                    self.env._(
                        "Received on: %(day)s is still to come; today is %(today)s. Enter the money on the day on "
                        "which it has come.",
                        day=fields.Date.to_string(day),
                        today=fields.Date.to_string(today),
                    )
                )

    def unlink(self):
        self.check_access("unlink")
        self._unlink_except_running()
        # sudo: the years go with their grant, whoever may delete that; they refuse
        # where they are approved or have a budget.
        self.sudo().funding_year_ids._remove()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        for grant in self:
            if grant.state != "draft":
                raise ValidationError(
                    self.env._(
                        "%s has been started and cannot be deleted. Archive it instead.",
                        grant.name,
                    )
                )

    # ------------------------------------------------------------
    # Rules of the guideline
    # ------------------------------------------------------------

    def _requirement_grant(self):
        return self

    @api.model
    def _requirement_programme_path(self):
        return "programme_id"

    @requirement_check(
        _lt("Grant: group Baustein together with individual help"),
        fields=["state", "programme_id", "baustein_ids"],
    )
    def _requirement_individual_help(self, rule):
        """S1: micro-projects supplement the help of the individual Bausteine."""
        return {
            grant: Deviation(
                self.env._(
                    "%(grant)s uses %(group)s without any Baustein of individual help. "
                    "Add one of the individual Bausteine.",
                    grant=grant.name,
                    group=grant.baustein_ids.mapped("name"),
                )
            )
            for grant in self
            if set(grant.baustein_ids.mapped("kind")) == {"group"}
        }

    def _check_transition(self, state):
        for grant in self:
            if state == "running" and not grant.baustein_ids:
                raise ValidationError(
                    self.env._("%s has no Baustein yet. Choose at least one before the grant begins.", grant.name)
                )
        return super()._check_transition(state)

    def _findings_to_justify_domain(self, state):
        if state == "closed":
            # Closing is the last approval: nothing in the grant may stay unexplained.
            return [("grant_id", "in", self.ids)]
        return super()._findings_to_justify_domain(state)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_start(self):
        return self._approve_or_justify("running")

    def action_close(self):
        return self._approve_or_justify("closed")

    def action_draft(self):
        self.write({"state": "draft"})

    def action_reopen(self):
        self.write({"state": "running"})
