from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .programme_retention_rule import EVENTS_OF_OUTREACH

RULE = "grant_id.programme_id.retention_rule_ids"


class OutreachAlias(models.Model):
    """How long an alias is kept that never became a case file; once anonymised it stays for the figures alone.

    The longest rule of the programme version's class "Outreach" holds. What became a case file follows the file. An
    anonymised alias is never written again, and PostgreSQL refuses to bring its name back.
    """

    _inherit = "justiq.outreach.alias"

    retention_date = fields.Date(
        string="Kept Until", compute="_compute_retention", store=True, index="btree_not_null", copy=False
    )
    retention_rule_id = fields.Many2one(
        comodel_name="justiq.retention.rule", compute="_compute_retention", store=True, copy=False, ondelete="set null"
    )
    anonymised_on = fields.Date(readonly=True, copy=False)

    def init(self):
        result = super().init()
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION justiq_alias_stays_anonymised() RETURNS trigger AS $$
                BEGIN
                    RAISE EXCEPTION 'Alias %% is anonymised, and stays so.', OLD.id;
                END
                $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS justiq_outreach_alias_stays_anonymised ON justiq_outreach_alias;
                CREATE TRIGGER justiq_outreach_alias_stays_anonymised BEFORE UPDATE ON justiq_outreach_alias
                FOR EACH ROW WHEN (OLD.anonymised_on IS NOT NULL
                                   AND (NEW.name, NEW.anonymised_on) IS DISTINCT FROM (OLD.name, OLD.anonymised_on))
                EXECUTE FUNCTION justiq_alias_stays_anonymised()
                """
            )
        )
        return result

    @api.depends(
        "opened_file_id",
        "anonymised_on",
        "last_contact_date",
        "grant_id.date_end",
        "grant_id.last_payment_date",
        "grant_id.proof_of_use_date",
        *(f"{RULE}.{name}" for name in ("record_class", "event", "years", "is_from_year_end", "active")),
    )
    def _compute_retention(self):
        """The last day, by the longest rule; empty while an event has not come, and where nothing is kept any more."""
        for alias in self:
            rules = alias.grant_id.programme_id.retention_rule_ids
            rules = rules.filtered(lambda rule: rule.active and rule.record_class == "outreach")
            if alias.opened_file_id or alias.anonymised_on or not rules:
                alias.retention_date = alias.retention_rule_id = False
                continue
            days = {rule: alias._last_day(rule) for rule in rules}
            longest = max(rules, key=lambda rule: days[rule] or fields.Date.to_date("9999-12-31"))
            alias.retention_date, alias.retention_rule_id = days[longest], longest

    def _last_day(self, rule):
        """The last day on which the rule keeps the alias, or nothing while its event has not come."""
        grant = self.grant_id
        events = {
            "grant_end": grant.date_end,
            "last_payment": grant.last_payment_date,
            "proof_of_use": grant.proof_of_use_date,
            "last_contact": self.last_contact_date or fields.Date.to_date(self.create_date),
        }
        day = rule.event in EVENTS_OF_OUTREACH and events[rule.event]
        if day and rule.is_from_year_end:
            day = day.replace(month=12, day=31)
        return day and day + relativedelta(years=rule.years)

    @api.depends("anonymised_on")
    def _compute_is_file_proposed(self):
        result = super()._compute_is_file_proposed()
        self.filtered("anonymised_on").is_file_proposed = False
        return result

    @api.model_create_multi
    def create(self, vals_list):
        # Set by the server alone, when two persons have agreed on it.
        return super().create([{**vals, "anonymised_on": False} for vals in vals_list])

    def write(self, vals):
        self._check_not_anonymised()
        return super().write({name: value for name, value in vals.items() if name != "anonymised_on"})

    def _check_convertible(self):
        self._check_not_anonymised()
        return super()._check_convertible()

    def _check_not_anonymised(self):
        """Refuse whatever would be written under an alias that nobody knows any more.

        :raises ValidationError: naming it by its number
        """
        # sudo: the mark decides, whoever may read the alias.
        for alias in self.sudo():
            if alias.anonymised_on:
                raise ValidationError(
                    self.env._(
                        "Alias %s is anonymised, which cannot be undone: nothing is written there any more. If the "
                        "young person has come back, make a new alias.",
                        alias.id,
                    )
                )


class OutreachContact(models.Model):
    """Nothing is added to an anonymised alias, nor changed under it."""

    _inherit = "justiq.outreach.contact"

    @api.model_create_multi
    def create(self, vals_list):
        contacts = super().create(vals_list)
        # sudo: the mark decides, whoever may read the alias.
        contacts.sudo().alias_id._check_not_anonymised()
        return contacts

    def write(self, vals):
        result = super().write(vals)
        # sudo: as in create.
        self.sudo().alias_id._check_not_anonymised()
        return result

    def _check_changeable(self):
        # sudo: as in create.
        self.sudo().alias_id._check_not_anonymised()
        return super()._check_changeable()
