from odoo import fields, models


class CaseHandover(models.Model):
    """What was entrusted to the old key worker goes over only if she decides so (section 65 SGB VIII)."""

    _inherit = "justiq.case.handover"

    shares_entrusted = fields.Boolean(
        string="Share My Entrusted Entries",
        copy=False,
        help="Section 65 SGB VIII: on a change of the key worker, what was entrusted to you may be passed on where a "
        "risk to the young person's welfare calls for it. Your entrusted entries in these files then open to the "
        "colleague who takes over; those of others stay closed. What is not shared is readable for nobody any more.",
    )

    def _take_effect(self):  # pylint: disable=missing-return
        super()._take_effect()
        # sudo: which user stands behind the employee.
        successor = self.sudo().to_id.user_id
        if self.shares_entrusted and successor:
            author = self.sudo().create_uid  # sudo: who has proposed, and thereby decided; the server keeps that
            notes = self.env["justiq.case.note"].sudo()  # sudo: only what was entrusted to her
            entries = notes.search(
                [
                    ("case_file_id", "in", self._all_files().ids),
                    ("is_entrusted", "=", True),
                    ("author_id", "=", author.id),
                ]
            )
            entries._name_readers(successor, "handover")
