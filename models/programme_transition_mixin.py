from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL


class TransitionMixin(models.AbstractModel):
    """Records whose `state` only moves along the model's table of transitions.

    `_transitions` tells for each pair of states which groups may make the step
    (comma-separated xml ids). The table is asked by `write`, so buttons, list
    edit, kanban, import and RPC are bound alike. Steps into one of
    `_approved_states` wait until every finding has been justified.
    """

    _name = "justiq.transition.mixin"
    _description = "Moves along a Table of States"

    _transitions = {}
    _initial_states = ()
    _approved_states = ()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records:
            if record.state not in self._initial_states:
                raise ValidationError(
                    self.env._(
                        "%(record)s: a new record cannot start in the state "
                        "“%(state)s”. Create it as “%(initial)s” and take it "
                        "there step by step.",
                        record=record.display_name,
                        state=record._state_label(record.state),
                        initial=record._state_label(self._initial_states[0]),
                    )
                )
        return records

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        moved = self.filtered(lambda record: record.state != vals["state"])
        moved._check_transition(vals["state"])
        result = super().write(vals)
        if vals["state"] in self._approved_states:
            moved._check_findings_justified(vals["state"])
        return result

    def _read_group_orderby(self, order, groupby_terms, query):
        """Groups by state come in the order of the work, not of the alphabet."""
        if "state" not in groupby_terms:
            return super()._read_group_orderby(order, groupby_terms, query)
        states = [state for state, _label in self._fields["state"].selection]
        by_position = SQL("array_position(%s::text[], %s::text)", states, groupby_terms["state"])
        terms = {**groupby_terms, "state": by_position}
        result = super()._read_group_orderby(order, terms, query)
        groupby_terms |= {**terms, "state": groupby_terms["state"]}
        return result

    def _check_transition(self, state):
        """Refuse a step that is not in the table or not the user's to make."""
        for record in self:
            groups = self._transitions.get((record.state, state))
            if groups is None:
                raise ValidationError(
                    self.env._(
                        "%(record)s cannot go from “%(old)s” to “%(new)s”. Possible next steps: %(possible)s.",
                        record=record.display_name,
                        old=record._state_label(record.state),
                        new=record._state_label(state),
                        possible=record._possible_next_labels(),
                    )
                )
            if not self.env.su and not self.env.user.has_groups(groups):
                raise AccessError(
                    self.env._(
                        "%(record)s: the step to “%(new)s” is reserved for other roles. "
                        "Please ask your team lead or the coordination office.",
                        record=record.display_name,
                        new=record._state_label(state),
                    )
                )

    def _possible_next_labels(self):
        self.ensure_one()
        labels = [self._state_label(target) for source, target in self._transitions if source == self.state]
        return ", ".join(labels) or self.env._("none")

    def _state_label(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels.get(state, state)
