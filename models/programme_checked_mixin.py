from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, LazyTranslate, ormcache
from odoo.tools.misc import split_every

from ..tools.lock import lock_against_change

_lt = LazyTranslate(__name__)

BATCH_SIZE = 1000


class Deviation(NamedTuple):
    """What a check found: a text for people, and the number that it is about.

    A justification covers the number found; when it changes, the finding is
    open again.
    """

    message: str
    value: float = 0.0


class RequirementCheck(NamedTuple):
    """A kind of check, as declared by `requirement_check`."""

    method: Callable
    label: object
    fields: tuple
    states: tuple
    ahead: tuple
    new_only: bool


def requirement_check(label, *, fields, states=(), ahead=(), new_only=False):
    """Declare a method `_requirement_<name>` of a checked model as a check.

    The method gets the records and the `justiq.requirement` and returns a
    dictionary of `Deviation` by deviating record.

    :param label: what is examined, for the administrator (a lazy translation)
    :param fields: stored fields of the model whose change makes the check run
    :param states: states in which the rule binds (empty: always)
    :param ahead: states in which a deviation already shows as a finding,
        although the rule does not bind yet
    :param new_only: a rule that refuses binds what is saved from now on; where it
        comes to records that exist, or their proof is taken away, a finding opens
    """

    def decorate(method):
        method._requirement_check = RequirementCheck(
            method, label, tuple(fields), tuple(states), tuple(ahead), new_only
        )
        return method

    return decorate


class CheckedMixin(models.AbstractModel):
    """The rule engine: records that are held against a programme's rules.

    A model inherits it, tells which grant a record belongs to
    (`_requirement_grant_field`), and declares checks with `requirement_check`.
    Which check runs, how strongly, and with which limits is data
    (`justiq.requirement`). Because it hangs on `@api.constrains`, it runs on
    every path that writes (form, list, import, RPC, copy, cron, sudo), and no
    context key reaches it.
    """

    _name = "justiq.checked.mixin"
    _inherit = ["justiq.computed.mixin"]
    _description = "Held against the Programme's Rules"

    _requirement_grant_field = "grant_id"

    finding_ids = fields.One2many(
        comodel_name="justiq.finding",
        inverse_name="res_id",
        domain=lambda self: [("res_model", "=", self._name)],
        groups="justiq.group_case_worker,justiq.group_coordinator,"
        "justiq.group_finance,justiq.group_auditor,justiq.group_manager",
    )
    open_finding_count = fields.Integer(
        compute="_compute_open_finding_count",
        groups="justiq.group_case_worker,justiq.group_coordinator,"
        "justiq.group_finance,justiq.group_auditor,justiq.group_manager",
    )

    def _compute_open_finding_count(self):
        counts = dict(
            self.env["justiq.finding"]._read_group(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("state", "=", "open"),
                ],
                ["res_id"],
                ["__count"],
            )
        )
        for record in self:
            record.open_finding_count = counts.get(record.id, 0)

    # ------------------------------------------------------------
    # What a checked model declares
    # ------------------------------------------------------------

    @api.model
    @ormcache()
    def _requirement_checks(self):
        """The checks of this model: dict of `RequirementCheck` by name.

        Cached: every save asks for it several times, and it looks at all
        attributes of the model.
        """
        prefix = "_requirement_"
        cls = self.env.registry[self._name]
        return {
            name.removeprefix(prefix): method._requirement_check
            for name in dir(cls)
            if name.startswith(prefix) and hasattr(method := getattr(cls, name), "_requirement_check")
        }

    def _requirement_grant(self):
        """The grant whose programme's rules bind the record."""
        return self[self._requirement_grant_field]

    @api.model
    def _requirement_trigger_fields(self):
        names = {name for check in self._requirement_checks().values() for name in check.fields}
        return sorted(names & self._fields.keys())

    # ------------------------------------------------------------
    # Running the checks
    # ------------------------------------------------------------

    @api.constrains(lambda self: self._requirement_trigger_fields())
    def _check_requirements(self):
        """Hold the records against the rules of their programme.

        :raises ValidationError: naming rule, values, limit and way out
        """
        self._hold_against_rules()

    def _check_again(self):
        """Hold existing records against rules, or proofs, that have changed meanwhile."""
        self._hold_against_rules(existing=True)

    def _hold_against_rules(self, existing=False):
        checks = self._requirement_checks()
        # sudo: a rule looks at all that it speaks about, whoever saves; a refusal names the record being saved.
        by_grant = self.sudo().grouped(lambda record: record._requirement_grant())
        for grant, records in by_grant.items():
            rules = grant.programme_id.requirement_ids.filtered(lambda rule: rule.check in checks)
            blocking = rules.filtered(
                lambda rule: rule.enforcement == "block" and not (existing and checks[rule.check].new_only)
            )
            lock_against_change(blocking)
            records._refuse_deviations(blocking)
            records._record_findings(grant, rules)

    @api.model
    def _check_all_records(self, programme):
        """Check every record of the programme, after its rules have changed."""
        records = self.with_context(active_test=False).search(
            [(self._requirement_programme_path(), "=", programme.id)], order="id"
        )
        for batch in split_every(BATCH_SIZE, records.ids, self.browse):
            batch._lock_for_check()
            batch._check_again()

    @api.model
    def _requirement_programme_path(self):
        return f"{self._requirement_grant_field}.programme_id"

    def _lock_for_check(self):
        """Collide with whoever saves one of the records at this moment."""
        self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE id IN %s FOR NO KEY UPDATE",
                SQL.identifier(self._table),
                tuple(self.ids),
            )
        )

    def _deviations(self, rule, states):
        """What deviates from a rule among the records in one of the states."""
        check = self._requirement_checks()[rule.check]
        due = self.filtered(lambda record: record.state in states) if states else self
        return check.method(due, rule) if due else {}

    def _refuse_deviations(self, rules):
        refusals = self._blocking_deviations(rules)
        if refusals:
            raise ValidationError("\n\n".join(refusals))

    def _blocking_deviations(self, rules):
        """Texts of what the rules refuse; one text where two rules say the same."""
        codes = defaultdict(list)
        for rule in rules:
            states = self._requirement_checks()[rule.check].states
            for deviation in self._deviations(rule, states).values():
                if rule.code not in codes[deviation.message]:
                    codes[deviation.message].append(rule.code)
        return [f"{', '.join(by)}: {message}" for message, by in codes.items()]

    def _record_findings(self, grant, rules):
        """Open, refresh and resolve the findings about the records."""
        # The text is kept, so it is written in the provider's language.
        language = grant.company_id.partner_id.lang
        records = self.with_context(lang=language or self.env.lang)
        expected = {}
        for rule in rules.with_context(lang=records.env.lang):
            check = self._requirement_checks()[rule.check]
            found = {}
            if check.ahead and rule.enforcement in ("warn", "block"):
                found |= records._deviations(rule, check.ahead)
            # A rule that refuses has no finding once it binds, except for what was there before.
            if rule.enforcement == "warn" or (rule.enforcement == "block" and check.new_only):
                found |= records._deviations(rule, check.states)
            expected |= {(rule.id, record.id): deviation for record, deviation in found.items()}
        # sudo: findings are the engine's own records; nobody creates them by hand.
        self.env["justiq.finding"].sudo()._synchronise(grant, self, expected)

    def unlink(self):
        # sudo: findings go with what they are about, whoever may delete that.
        findings = self.env["justiq.finding"].sudo()
        findings = findings.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        result = super().unlink()
        findings.unlink()
        return result

    # ------------------------------------------------------------
    # Approval
    # ------------------------------------------------------------

    def _findings_to_justify(self, state):
        """Open findings that the step of the records to a state has to wait for."""
        # Totals that are still to be computed may open or resolve findings.
        self.env.flush_all()
        # sudo: an open finding stops the approval also for whoever may not read it.
        findings = self.env["justiq.finding"].sudo()
        findings = findings.search(
            [
                *self._findings_to_justify_domain(state),
                ("state", "=", "open"),
                ("requirement_id.enforcement", "=", "warn"),
            ]
        )
        # What only shows ahead in that state waits for a later step.
        ahead = {name for name, check in self._requirement_checks().items() if state in check.ahead}
        return findings.filtered(
            lambda finding: finding.res_model != self._name or finding.requirement_id.check not in ahead
        )

    def _findings_to_justify_domain(self, state):
        """Which findings an approval waits for; by default those about the records."""
        return [("res_model", "=", self._name), ("res_id", "in", self.ids)]

    def _check_findings_justified(self, state):
        """Refuse an approval while a finding waits for its justification.

        :raises ValidationError: naming the findings
        """
        findings = self._findings_to_justify(state)
        if findings:
            raise ValidationError(
                self.env._(
                    "This step needs a written justification for each open finding "
                    "first:\n%s\nOpen the findings and write down why the deviation is "
                    "acceptable, or remove its cause.",
                    "\n".join(f"- {finding.requirement_id.code}: {finding.message}" for finding in findings),
                )
            )

    def _approve_or_justify(self, state):
        """Take the record to an approved state, or ask for the justifications."""
        self.ensure_one()
        if self._findings_to_justify(state):
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Justify open findings"),
                "res_model": "justiq.finding.justify",
                "view_mode": "form",
                "target": "new",
                "context": {
                    "default_record_model": self._name,
                    "default_record_id": self.id,
                    "default_target_state": state,
                },
            }
        self.write({"state": state})
        return True

    def action_view_findings(self):
        """Open the findings about this record."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Findings"),
            "res_model": "justiq.finding",
            "view_mode": "list,form",
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {"search_default_unresolved": True, "create": False},
        }
