from odoo import api, models
from odoo.exceptions import ValidationError


class FixedKeysMixin(models.AbstractModel):
    """Records that stay with the person and project they were made for.

    Access follows the case file. Whoever may write a record must not be able
    to point it at another file and read that file's name from it. The reference
    of the file itself stays, because reports and other roles know it by nothing else.
    """

    _name = "justiq.fixed.keys.mixin"
    _inherit = ["justiq.computed.mixin"]
    _description = "Keys That Never Change"

    _fixed_keys = ()

    @api.model_create_multi
    def create(self, vals_list):
        # For all together: the draft that Odoo makes of each finds what it needs in the cache.
        for name in self._fixed_keys:
            if self._fields[name].type == "many2one":
                keys = {vals[name] for vals in vals_list if vals.get(name)}
                self.env[self._fields[name].comodel_name].browse(keys).check_access("read")
        return super().create(vals_list)

    def update(self, values):
        self._check_draft_keys(values)
        return super().update(values)

    def _update_cache(self, values, validate=True):
        # Whatever a form sends before it is saved, also for its lines, comes in here or in `update`.
        self._check_draft_keys(values)
        return super()._update_cache(values, validate)

    def _check_draft_keys(self, values):
        """Refuse a draft that points at somebody whose record the user may not read.

        Related and stored computed fields are filled in sudo. Without this, a form
        that is never saved would tell name, gender and, by trying days of entry,
        the birth date of everybody.

        :raises AccessError: unless the key is readable, or is that of the saved record
        """
        if self.env.su or any(self._ids):
            return
        for name, value in values.items():
            field = self._fields.get(name)
            if not field or field.type != "many2one" or not (name in self._fixed_keys or field.related):
                continue
            for record in self:
                key = field.convert_to_record(field.convert_to_cache(value, record, validate=False), record)._origin
                # sudo: compared only; the saved record stays with the person it was made for.
                if key != record._origin.sudo()[name].sudo(False):
                    key.check_access("read")

    def write(self, vals):
        for name in self._fixed_keys:
            field = self._fields[name]
            if name in vals and any(
                field.convert_to_write(record[name], record) != (vals[name] or False) for record in self
            ):
                raise ValidationError(
                    self.env._(
                        "%(field)s: this cannot be changed any more, because the proof for the funder hangs on it. "
                        "Create a new record instead; delete this one if it was a mistake.",
                        field=field._description_string(self.env),
                    )
                )
        return super().write(vals)
