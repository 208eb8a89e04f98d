from odoo import models
from odoo.exceptions import ValidationError


class FixedKeysMixin(models.AbstractModel):
    """Records that stay with the person and project they were made for.

    Access follows the case file. Whoever may write a record must not be able
    to point it at another file and read that file's name from it.
    """

    _name = "justiq.fixed.keys.mixin"
    _inherit = ["justiq.computed.mixin"]
    _description = "Keys That Never Change"

    _fixed_keys = ()

    def write(self, vals):
        for name in self._fixed_keys:
            if name in vals and any(record[name].id != (vals[name] or False) for record in self):
                raise ValidationError(
                    self.env._(
                        "%(field)s: this cannot be changed any more, because the proof for the funder hangs on it. "
                        "Create a new record instead; delete this one if it was a mistake.",
                        field=self._fields[name]._description_string(self.env),
                    )
                )
        return super().write(vals)
