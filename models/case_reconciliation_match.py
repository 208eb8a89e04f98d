from collections import Counter

from odoo import api, fields, models
from odoo.tools import format_date

from ..tools.funder_list import NUMBER_PATTERN, fold_names


class Participation(models.Model):
    """What is compared with the funder's own case system, and with which of its records."""

    _inherit = "justiq.participation"

    external_number = fields.Char(
        string="Number at the Funder",
        copy=False,
        help="The number of this participation in the funder's own case system.",
    )
    transferred_on = fields.Date(copy=False, help="When it was entered in the funder's own case system.")

    # Coordination and auditor read the number, so it must not be a name.
    _external_number_is_a_number = models.Constraint(
        f"CHECK (external_number ~ '^{NUMBER_PATTERN}$' AND external_number ~ '[0-9]')",
        "Number at the funder: up to 32 letters, digits and the signs . / _ -, and at least one digit.",
    )
    _external_number_once = models.UniqueIndex(
        "(grant_id, external_number) WHERE external_number IS NOT NULL",
        "Another participation of this grant already has this number of the funder's case system.",
    )

    @api.model
    def _fields_of_closed_files(self):
        """The funder's list is reconciled also after the file has been closed."""
        return super()._fields_of_closed_files() | {"external_number", "transferred_on"}

    def _transfer_obstacles(self):
        """Why participations must not be transferred to the funder today: dict of text by participation.

        Who does not count is never transferred, nor who has withdrawn the consent.
        """
        enrolments = self.enrolment_id
        exportable = enrolments._filtered_exportable()
        reasons = dict(enrolments._fields["not_counted_reason"]._description_selection(self.env))
        return {
            participation: reasons.get(participation.enrolment_id.not_counted_reason)
            or self.env._("The consent does not hold any more")
            for participation in self
            if participation.enrolment_id not in exportable
        }

    def _match_funder_rows(self, rows):
        """Find the participation of each row: by number, by name, at last by Baustein and day.

        Names are compared in memory, and only those that the user may read.

        :param rows: list of `FunderRow`
        :return: dict of participation by position of the row
        """
        names = {
            participation.id: fold_names(participation.case_file_id.first_name, participation.case_file_id.last_name)
            for participation in self
        }
        # Each step with what is left; a key that is not unique on both sides decides nothing.
        steps = (
            (lambda row: (row.number,), lambda own: (own.external_number,)),
            (
                lambda row: (row.names, row.code, row.date_start),
                lambda own: (names[own.id], own.baustein_id.code, own.date_start),
            ),
            (lambda row: (row.names, row.code), lambda own: (names[own.id], own.baustein_id.code)),
            (lambda row: (row.names, row.date_start), lambda own: (names[own.id], own.date_start)),
            (
                lambda row: (not row.names, row.code, row.date_start),
                lambda own: (True, own.baustein_id.code, own.date_start),
            ),
        )
        matched, left = {}, self
        for row_key, own_key in steps:
            open_rows = {position: row_key(row) for position, row in enumerate(rows) if position not in matched}
            own_keys = {own: own_key(own) for own in left}
            row_counts, own_counts = Counter(open_rows.values()), Counter(own_keys.values())
            by_key = {key: own for own, key in own_keys.items() if all(key) and own_counts[key] == 1}
            found = {
                position: by_key[key] for position, key in open_rows.items() if key in by_key and row_counts[key] == 1
            }
            matched |= found
            left -= self.browse().union(*found.values())
        return matched

    def _differences_from(self, row, obstacle):
        """What the record of the funder says otherwise: list of (kind, text).

        :param obstacle: why it must not be there, or None
        """
        self.ensure_one()
        found = []
        if obstacle:
            found.append(("forbidden", obstacle))
        elif not self.external_number:
            found.append(("number", self.env._("Number %s can be copied.", row.number)))
        different = [
            self.env._("%(field)s: here %(here)s, there %(there)s", field=field, here=here, there=there)
            for field, here, there in self._compared_with(row)
            if here != there
        ]
        if different:
            found.append(("different", "; ".join(different)))
        incomplete = self._incomplete_in(row)
        if incomplete:
            found.append(("incomplete", "; ".join(incomplete)))
        return found

    def _compared_with(self, row):
        def day(date):
            return format_date(self.env, date) if date else "–"

        return [
            (self.env._("Number"), self.external_number or row.number, row.number),
            (self.env._("Baustein"), self.baustein_id.code, row.code),
            (self.env._("Entry"), day(self.date_start), day(row.date_start)),
            (self.env._("Exit"), day(self.date_end), day(row.date_end)),
        ]

    def _incomplete_in(self, row):
        has_left = self.date_end or row.date_end
        return [
            self.env._("%(data)s: %(percent)s percent", data=data, percent=percent)
            for data, percent in (
                (self.env._("Entry data"), row.fill_entry),
                (self.env._("Exit data"), row.fill_exit if has_left else None),
            )
            if percent is not None and percent < 100
        ]
