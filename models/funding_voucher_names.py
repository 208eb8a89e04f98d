import re

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.names import person_key
from .funding_voucher import READERS

WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]+)*")


class Voucher(models.Model):
    """A reason of payment that looks like the name of a young person, whichever was there first.

    Full names only, however they are spelled: a last name alone is a word of the
    language too often (Koch, Berg, Winter), and whoever asked for one after the other
    would learn who is known here. The answer is yes or no, and says nothing of whose
    file it may be.
    """

    _inherit = "account.analytic.line"

    # Keys have no spaces; an index finds the vouchers of a name.
    justiq_person_keys = fields.Char(
        compute="_compute_justiq_person_keys", store=True, groups=READERS, export_string_translation=False
    )
    justiq_names_person = fields.Boolean(
        string="Looks Like a Name",
        compute="_compute_justiq_names_person",
        store=True,
        groups=READERS,
        help="The reason contains what looks like the name of a participant.",
    )

    _justiq_person_keys_idx = models.Index(
        "USING gin (string_to_array(justiq_person_keys, ' ')) WHERE justiq_person_keys IS NOT NULL"
    )

    @api.depends("justiq_reason", "justiq_grant_id")
    def _compute_justiq_person_keys(self):
        for line in self:
            line.justiq_person_keys = " ".join(sorted(line._person_keys())) or False

    @api.depends("justiq_person_keys", "company_id")
    def _compute_justiq_names_person(self):
        keys = {line: (line.justiq_person_keys or "").split() for line in self}
        known = self._known_person_keys(set().union(*keys.values()))
        for line in self:
            line.justiq_names_person = any((line.company_id.id, key) in known for key in keys[line])

    def _known_person_keys(self, keys):
        """Those of the keys that belong to a case file, by company."""
        if not keys:
            return set()
        # sudo: finance reads no case files; all it learns is that the words look like somebody's name.
        files = self.env["justiq.case.file"].sudo().with_context(active_test=False)
        groups = files._read_group(
            [("person_key", "in", sorted(keys)), ("company_id", "in", self.company_id.ids)],
            ["company_id", "person_key"],
        )
        return {(company.id, key) for company, key in groups}

    def _person_keys(self):
        """Keys of two words that follow each other, as a first and a last name would."""
        words = WORD.findall(self.justiq_reason or "") if self.justiq_grant_id else []
        return {person_key(first, last) for first, last in zip(words, words[1:], strict=False)}

    @api.model
    def _ask_again_for_names(self, keys):
        """Look again at the vouchers whose reason has one of the keys: by an index, however many vouchers there are."""
        if not keys:
            return
        self.flush_model(["justiq_person_keys"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM account_analytic_line WHERE justiq_person_keys IS NOT NULL"
                " AND string_to_array(justiq_person_keys, ' ') && %s",
                sorted(keys),
            )
        )
        self.env.add_to_compute(self._fields["justiq_names_person"], self.browse(line_id for (line_id,) in rows))


class CaseFile(models.Model):
    """Vouchers that were there before the young person was known are looked at again."""

    _inherit = "justiq.case.file"

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files._tell_vouchers(files._voucher_keys())
        return files

    def write(self, vals):
        if not vals.keys() & {"first_name", "last_name", "company_id"}:
            return super().write(vals)
        before = self._voucher_keys()
        result = super().write(vals)
        self._tell_vouchers(before | self._voucher_keys())
        return result

    def _voucher_keys(self):
        # sudo: keys of the names that are written; they are compared and not returned.
        return {key for key in self.sudo().mapped("person_key") if key}

    def _tell_vouchers(self, keys):
        # sudo: whoever keeps the file need not read vouchers, and learns nothing of them.
        self.env["account.analytic.line"].sudo()._ask_again_for_names(keys)
