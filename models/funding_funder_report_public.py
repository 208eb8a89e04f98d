from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import figures
from ..tools.lock import let_one_pass
from .funding_funder_report_narrative import PARTS

# What people write into a report; nobody but a reader can tell whether it names somebody.
WRITTEN = ("remark", *(f"text_{part}" for part in PARTS))


class FunderReport(models.Model):
    """What tables cannot protect in a report for the public: texts that people wrote, and other reports.

    Whoever freezes it says to have read the texts; who changes one of them afterwards
    has to read them again. Of reports whose periods overlap without being the same,
    one at most is frozen for the public: from a year and the whole grant a reader could
    compute what the other years leave out.
    """

    _inherit = "justiq.funder.report"

    needs_reading = fields.Boolean(compute="_compute_texts_are_read")
    texts_are_read = fields.Boolean(
        string="Texts Read",
        compute="_compute_texts_are_read",
        inverse="_inverse_texts_are_read",
        help="I have read the texts that were written by hand: they name nobody, and tell no small number of persons.",
    )
    read_texts_sha256 = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)
    public_warning = fields.Text(string="Before It Is Published", compute="_compute_public_warning")

    @api.depends("kind", "is_for_outside", *WRITTEN)
    def _compute_texts_are_read(self):
        for report in self:
            report.needs_reading = bool(report.is_for_outside and report._written_texts())
            # sudo: a fingerprint, only to compare.
            known = report.sudo().read_texts_sha256
            report.texts_are_read = bool(report.needs_reading and known == report._texts_fingerprint())

    def _inverse_texts_are_read(self):
        for report in self:
            # sudo: kept by the server; the user may write the report.
            report.sudo().read_texts_sha256 = report.texts_are_read and report._texts_fingerprint()

    @api.depends("kind", "grant_id", "date_start", "date_end", "is_for_outside", "state", "texts_are_read", *WRITTEN)
    @api.depends_context("lang")
    def _compute_public_warning(self):
        for report in self:
            is_open = report.is_for_outside and report.state == "open"
            report.public_warning = "\n".join(report._public_obstacles()) if is_open else False

    def _written_texts(self):
        """Names of the texts that somebody has written or changed; proposals avoid small numbers by themselves."""
        # sudo: what was proposed, only to compare with the texts of the report.
        proposed = self.sudo().proposed_texts or {}
        return [name for name in WRITTEN if self[name] and self[name] != proposed.get(name)]

    def _texts_fingerprint(self):
        return figures.fingerprint(figures.canonical([[name, self[name]] for name in self._written_texts()]))

    def _overlapping(self):
        """A report frozen for the public with which a reader could compute what this one leaves out."""
        # sudo: which reports are public, whoever asks.
        return self.sudo().search(
            [
                ("id", "!=", self._origin.id),
                ("grant_id", "=", self.grant_id.id),
                ("is_for_outside", "=", True),
                ("state", "=", "frozen"),
                ("date_start", "<=", self.date_end),
                ("date_end", ">=", self.date_start),
                "|",
                ("date_start", "!=", self.date_start),
                ("date_end", "!=", self.date_end),
            ],
            limit=1,
        )

    def _public_obstacles(self):
        """What must not be, or has to be done, before the report is frozen for the public."""
        obstacles = []
        if overlapping := self._overlapping():
            obstacles.append(
                self.env._(
                    "“%s” is frozen for the public, and its period overlaps with this one: from both together, small "
                    "numbers of persons could be computed. Publish either single years or the whole grant: choose a "
                    "period that does not overlap (or the same one), or untick “For the Public”.",
                    overlapping.display_name,
                )
            )
        if self.needs_reading and not self.texts_are_read:
            names = [self._fields[name]._description_string(self.env) for name in self._written_texts()]
            obstacles.append(
                self.env._(
                    "These texts were written by hand: %s. Read them: they must name nobody and tell no small number "
                    "of persons. Then tick “Texts Read”.",
                    names,
                )
            )
        return obstacles

    def _freeze(self):
        """As before; of a report for the public, proposals follow the tables once more.

        :raises ValidationError: naming what a reader could learn, and the way out
        """
        if self.is_for_outside:
            self.check_access("write")
            # sudo: two who freeze at the same moment must not miss each other's report.
            let_one_pass(self.sudo().grant_id)
            if self.kind == "narrative":
                self.action_propose_texts()
            if obstacles := self._public_obstacles():
                raise ValidationError("\n".join(obstacles))
        return super()._freeze()
