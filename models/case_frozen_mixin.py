from odoo import models
from odoo.exceptions import ValidationError


class FrozenMixin(models.AbstractModel):
    """Records that nobody changes any more once they have come to a certain state.

    It is asked by `write`, so the form, the lines of another record, import and
    RPC are bound alike, whoever does it.
    """

    _name = "justiq.frozen.mixin"
    _description = "Frozen from a State On"

    _frozen_states = ()
    # What may still be entered in a frozen record.
    _changeable_fields = frozenset()

    def write(self, vals):
        if vals.keys() - self._changeable_fields:
            self._check_not_frozen()
        return super().write(vals)

    def _check_not_frozen(self):
        """Refuse to change what has been settled.

        :raises ValidationError: naming the record and the way out
        """
        for record in self:
            # sudo: the state alone decides, before the record is written anyway.
            if record.sudo().state in self._frozen_states:
                raise ValidationError(record._frozen_message())

    def _frozen_message(self):
        self.ensure_one()
        return self.env._("%s cannot be changed any more. Make a new one instead.", self.display_name)
