from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

RECORD_CLASSES = [
    ("case_file", "Case file"),
    ("funding", "Funding documents"),
    ("consent", "Consents"),
    ("outreach", "Outreach under an alias"),
    ("section_9b", "Special class, section 9b SGB VIII"),
]
EVENTS = [
    ("closing", "Closing of the case file"),
    ("exit", "Exit from the grant"),
    ("grant_end", "End of the grant"),
    ("last_payment", "Last payment of the granting authority"),
    ("proof_of_use", "Proof of use handed in"),
    ("birthday_30", "30th birthday"),
    ("last_contact", "Last contact under the alias"),
]
# The rule in words, by event.
PHRASES = {
    "closing": _lt("%(class)s: %(years)s years from the closing of the file"),
    "exit": _lt("%(class)s: %(years)s years from the exit"),
    "grant_end": _lt("%(class)s: %(years)s years from the end of the grant"),
    "last_payment": _lt("%(class)s: %(years)s years from the last payment"),
    "proof_of_use": _lt("%(class)s: %(years)s years from the proof of use"),
    "birthday_30": _lt("%(class)s: %(years)s years from the 30th birthday"),
    "last_contact": _lt("%(class)s: %(years)s years from the last contact"),
}
# What happens to a young person who is known by an alias only.
EVENTS_OF_OUTREACH = ("grant_end", "last_payment", "proof_of_use", "last_contact")


class RetentionRule(models.Model):
    """How long a class of records is kept, and from which event on.

    Of all rules that hold for a case file the longest one tells how long the file is kept; a rule whose event has not
    come yet keeps it open. The special class holds only for files that were assigned to it with a reason. Rules
    without a programme hold for files that are in no project. The class of the outreach holds for aliases that never
    became a case file, and for nothing else.

    Everybody with a JUSTiQ role reads the rules; only the programme administrator writes them.
    """

    _name = "justiq.retention.rule"
    _description = "Retention Rule"
    _order = "programme_id, record_class, years desc, id"

    programme_id = fields.Many2one(
        comodel_name="justiq.programme",
        ondelete="cascade",
        index=True,
        help="Empty: for case files that are in no project.",
    )
    record_class = fields.Selection(selection=RECORD_CLASSES, required=True, default="case_file")
    event = fields.Selection(selection=EVENTS, string="Counts From", required=True, default="closing")
    years = fields.Integer(required=True, aggregator=None)
    is_from_year_end = fields.Boolean(
        string="From the End of the Year",
        default=True,
        help="The years count from 31 December of the year of the event; else from the day of the event.",
    )
    source = fields.Char(translate=True, help="Law, guideline, grant notice or agreement that says so.")
    active = fields.Boolean(default=True)

    _years_plausible = models.Constraint(
        "CHECK (years BETWEEN 0 AND 100)", "Years: enter how long the records are kept, between 0 and 100."
    )
    _special_class_by_birthday = models.Constraint(
        "CHECK ((record_class = 'section_9b') = (event = 'birthday_30'))",
        "The special class of section 9b counts from the 30th birthday, and nothing else does.",
    )

    @api.constrains("record_class", "event")
    def _check_event_of_class(self):
        for rule in self:
            is_outreach = rule.record_class == "outreach"
            if rule.event == "last_contact" and not is_outreach or is_outreach and not rule._is_event_of_outreach():
                raise ValidationError(
                    self.env._(
                        "Counts from: “%(event)s” never happens to the class “%(class)s”, so that its records would be "
                        "kept for ever. Choose another event.",
                        event=dict(rule._fields["event"]._description_selection(self.env))[rule.event],
                        **{
                            "class": dict(rule._fields["record_class"]._description_selection(self.env))[
                                rule.record_class
                            ]
                        },
                    )
                )

    def _is_event_of_outreach(self):
        return self.event in EVENTS_OF_OUTREACH

    @api.depends("record_class", "years", "event", "is_from_year_end")
    @api.depends_context("lang")
    def _compute_display_name(self):
        classes = dict(self._fields["record_class"]._description_selection(self.env))
        for rule in self:
            phrase = self.env._(PHRASES[rule.event or "closing"])  # pylint: disable=translation-not-lazy
            name = phrase % {"class": classes.get(rule.record_class, ""), "years": rule.years}
            rule.display_name = self.env._("%s (end of the year)", name) if rule.is_from_year_end else name


class Programme(models.Model):
    """How long the records of a programme are kept, and when they are restricted."""

    _inherit = "justiq.programme"

    retention_rule_ids = fields.One2many(
        comodel_name="justiq.retention.rule", inverse_name="programme_id", string="Retention Rules", copy=True
    )
    restriction_months = fields.Integer(
        string="Restricted After",
        default=6,
        required=True,
        aggregator=None,
        help="Months after the closing of a case file from which only team leads open it (section 84(4) SGB X). The "
        "privacy officer sees reference and dates.",
    )

    _restriction_months_plausible = models.Constraint(
        "CHECK (restriction_months BETWEEN 0 AND 120)",
        "Restricted after: enter a number of months between 0 and 120.",
    )
