from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools.relink import Relinker

# Which of two enrolments in one grant tells: of the exit the one that lasted longer, of all else the first one.
EXIT_FIELDS = ("date_exit", "exit_", "follow_up_")
# What is not for people to compare: keys, states, and what the server keeps.
NOT_COMPARED = {
    "reference",
    "active",
    "state",
    "company_id",
    "key_worker_id",
    "merged_into_id",
    "created_despite",
    "create_uid",
    "create_date",
    "write_uid",
    "write_date",
    "id",
}
COMPARED_TYPES = {"char", "text", "html", "date", "datetime", "selection", "boolean", "integer", "float", "many2one"}


class CaseMerge(models.Model):
    """Two case files of one person made one, by a team lead: who, when, why and what moved.

    Everything that refers to the second file then refers to the first; of two enrolments in one grant one remains.
    The record is append-only and the way back: as long as it is the last merge of the file, the team lead can undo
    it. Only the team lead reads it; nobody writes it but the merge itself.
    """

    _name = "justiq.case.merge"
    _description = "Merge of Two Case Files"
    _order = "id desc"

    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file",
        string="Remaining File",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    merged_file_id = fields.Many2one(
        comodel_name="justiq.case.file", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="case_file_id.company_id", store=True, index=True)
    reason = fields.Text(readonly=True)
    summary = fields.Text(string="What Moved", readonly=True)
    # Holds values that not every team lead may read; the way back needs them all.
    steps = fields.Json(readonly=True, groups=fields.NO_ACCESS, export_string_translation=False)
    undone_by_id = fields.Many2one(comodel_name="res.users", readonly=True, ondelete="restrict")
    undone_at = fields.Datetime(string="Undone On", readonly=True)

    _two_files = models.Constraint("CHECK (case_file_id != merged_file_id)", "A file cannot be merged with itself.")
    _merged_once = models.UniqueIndex(
        "(merged_file_id) WHERE undone_at IS NULL", "This case file is already merged into another one."
    )

    @api.depends("case_file_id.reference", "merged_file_id.reference")
    def _compute_display_name(self):
        for merge in self:
            merge.display_name = f"{merge.merged_file_id.reference} → {merge.case_file_id.reference}"

    # ------------------------------------------------------------
    # Append-only
    # ------------------------------------------------------------

    def write(self, vals):
        if self.env.su and vals.keys() == {"undone_by_id", "undone_at"} and not any(self.mapped("undone_at")):
            return super().write(vals)
        self.check_access("write")
        raise ValidationError(
            self.env._("The record of a merge is append-only. Undo the merge instead of changing it.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise ValidationError(self.env._("The record of a merge is append-only, it cannot be deleted."))

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    @api.model
    def _merge(self, remaining, merged, values=None, reason=False):
        """Merge the second file into the first; the caller has checked that the user may.

        :param values: what to write into the remaining file
        :raises UserError: the two cannot be merged
        """
        self._check_mergeable(remaining, merged)
        relinker = Relinker(self.env)
        numbers, was_active = relinker.count(merged), merged.active
        for kept, given_up in self._same_grant(remaining, merged):
            entry = self._united_values(kept, given_up)
            relinker.unite(given_up, kept)
            self.env.flush_all()
            relinker.write_values(kept, entry)
        relinker.move_all(merged, remaining)
        self._mark(merged, remaining, active=False)
        self.env.flush_all()
        relinker.write_values(remaining, values or {})
        # sudo: what the user may not see moves all the same, unseen.
        relinker.write_values(remaining.sudo(), self._hidden_values(remaining, merged))
        # sudo: nobody creates the record by hand.
        merge = self.sudo().create(
            {
                "case_file_id": remaining.id,
                "merged_file_id": merged.id,
                "reason": reason,
                "summary": self._summary(numbers),
                "steps": {"was_active": was_active, "steps": relinker.steps},
            }
        )
        merge._log(self.env._("Case file %(merged)s was merged into %(remaining)s.", **merge._references()))
        # sudo: the proposals are the server's
        self.env["justiq.case.duplicate"].sudo()._propose(remaining + merged)
        return merge.sudo(False)

    @api.model
    def _check_mergeable(self, remaining, merged):
        files = remaining + merged
        self._lock(files)
        if len(files) != 2 or remaining == merged:
            raise UserError(self.env._("Choose two different case files."))
        if remaining.company_id != merged.company_id:
            raise UserError(
                self.env._(
                    "%(one)s and %(other)s belong to different providers, between which nothing may be handed on.",
                    one=remaining.reference,
                    other=merged.reference,
                )
            )
        if remaining.state == "closed":
            raise UserError(
                self.env._(
                    "Case file %s is closed: nothing can be moved into it. Swap the files, or reopen it first.",
                    remaining.reference,
                )
            )
        for case in files:
            if case.merged_into_id:
                raise UserError(
                    self.env._(
                        "Case file %(merged)s is already merged into %(remaining)s.",
                        merged=case.reference,
                        remaining=case.merged_into_id.reference,
                    )
                )
            if case.state == "anonymised":
                raise UserError(self.env._("Case file %s is anonymised; nobody can say whose it is.", case.reference))

    @api.model
    def _lock(self, files):
        self.env.flush_all()
        self.env.execute_query(
            SQL("SELECT id FROM justiq_case_file WHERE id = ANY(%s) ORDER BY id FOR UPDATE", list(files.ids))
        )

    @api.model
    def _same_grant(self, remaining, merged):
        """Pairs of enrolments in one grant: the one that remains, the one that is given up."""
        kept = {enrolment.grant_id: enrolment for enrolment in remaining.enrolment_ids}
        return [(kept[other.grant_id], other) for other in merged.enrolment_ids if other.grant_id in kept]

    @api.model
    def _united_values(self, kept, given_up):
        """What the one enrolment has to say: the entry of the first, the exit of the one that lasted longer."""
        first = min(kept + given_up, key=lambda enrolment: enrolment.date_entry)
        last = max(kept + given_up, key=lambda enrolment: (not enrolment.date_exit, enrolment.date_exit or False))
        values = {}
        for name in self._writable_fields(kept):
            is_exit = name.startswith(EXIT_FIELDS)
            one, other = (last, kept + given_up - last) if is_exit else (first, kept + given_up - first)
            chosen = one if one[name] or name == "date_exit" else other
            if chosen[name] != kept[name]:
                values[name] = kept._fields[name].convert_to_write(chosen[name], chosen)
        return values

    @api.model
    def _writable_fields(self, record):
        fixed = {*NOT_COMPARED, *record._fixed_keys}
        return [
            name
            for name, field in record._fields.items()
            if field.store
            and field.type in COMPARED_TYPES
            and name not in fixed
            and not (field.compute and field.readonly)
            and not field.related
            and not name.startswith(("message_", "activity_", "my_activity_"))
            and record._has_field_access(field, "write")
        ]

    @api.model
    def _hidden_values(self, remaining, merged):
        """Values of fields that the user may not see, such as the belief: nothing of them gets lost."""
        # sudo: they go from one file into the other, and are not shown.
        one, other = remaining.sudo(), merged.sudo()
        hidden = set(self._writable_fields(one)) - set(self._writable_fields(remaining))
        return {
            name: self._joined(one, other, name)
            if one[name]
            else one._fields[name].convert_to_write(other[name], other)
            for name in hidden
            if other[name] and (not one[name] or one._fields[name].type == "text")
        }

    @api.model
    def _joined(self, one, other, name):
        return "\n\n".join(text for text in (one[name], f"[{other.reference}] {other[name]}") if text)

    @api.model
    def _mark(self, merged, remaining, active):
        """Mark the file as merged, or no longer so, past its own refusal of being used."""
        merged.modified(["active", "merged_into_id"], before=True)
        self.env.execute_query(
            SQL(
                "UPDATE justiq_case_file SET merged_into_id = %s, active = %s WHERE id = %s RETURNING id",
                remaining.id or None,
                active,
                merged.id,
            )
        )
        self.env.invalidate_all(flush=False)
        merged.modified(["active", "merged_into_id"])

    @api.model
    def _summary(self, numbers):
        # sudo: names of models are no secret.
        labels = self.env["ir.model"].sudo()
        return "\n".join(sorted(f"{labels._get(model).name}: {number}" for model, number in numbers.items()))

    def _references(self):
        return {"merged": self.merged_file_id.reference, "remaining": self.case_file_id.reference}

    def _log(self, text):
        for case in self.case_file_id + self.merged_file_id:
            case._message_log(body=text)

    # ------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------

    def action_undo(self):
        """Take the merge back: both files as they were, with what was added since.

        :raises UserError: it is not the last merge of the file, the file is closed, or what was added since belongs
            to both
        """
        self.ensure_one()
        self.check_access("read")
        files = self.case_file_id + self.merged_file_id
        files.check_access("write")
        self._lock(files)
        self._check_undoable()
        # sudo: the record and what moved are the server's; that the user may write both files is checked above.
        relinker = Relinker(self.sudo().env)
        # sudo: as above
        steps = self.sudo().steps
        # sudo: as above
        merged = self.sudo().merged_file_id
        # sudo: as above
        self.sudo()._mark(merged, merged.browse(), active=steps["was_active"])
        try:
            relinker.undo(steps["steps"])
            # sudo: as above
            self.sudo()._take_along(relinker)
            self.env.flush_all()
        except IntegrityError as error:
            raise UserError(
                self.env._(
                    "The merge cannot be undone any more: something that was entered since then takes the place of "
                    "what has to go back (%s).",
                    error,
                )
            ) from error
        # sudo: who undid it is for the server to say.
        self.sudo().write({"undone_by_id": self.env.uid, "undone_at": fields.Datetime.now()})
        self._log(self.env._("The merge of %(merged)s into %(remaining)s was undone.", **self._references()))
        # sudo: the proposals are the server's
        self.env["justiq.case.duplicate"].sudo()._propose(files)
        return {
            "type": "ir.actions.act_window",
            "res_model": "justiq.case.file",
            "res_id": self.merged_file_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _check_undoable(self):
        if self.undone_at:
            raise UserError(self.env._("This merge is already undone."))
        if self.case_file_id.state == "closed":
            raise UserError(
                self.env._(
                    "Case file %s is closed: nothing can be moved out of it. Reopen it first.",
                    self.case_file_id.reference,
                )
            )
        # sudo: a later merge binds, whoever may see it.
        later = self.sudo().search(
            [
                ("id", ">", self.id),
                ("undone_at", "=", False),
                "|",
                ("case_file_id", "=", self.case_file_id.id),
                ("merged_file_id", "=", self.case_file_id.id),
            ],
            limit=1,
        )
        if later:
            raise UserError(
                self.env._("Undo the later merge %s first; merges are taken back in reverse order.", later.display_name)
            )

    def _take_along(self, relinker):
        """What was added since then to something that goes back goes along with it.

        An entry of the contact log on a participation that goes back, for example.

        :raises UserError: an entry belongs to what goes back and to what stays
        """
        remaining, merged = self.case_file_id.id, self.merged_file_id.id
        links = list(self._links())
        again = True
        while again:
            again = False
            for source, link in links:
                ids = self._linked(source, link, remaining, merged)
                if ids:
                    field = source._fields["case_file_id"]
                    relinker.relink(source, field, ids, "justiq.case.file", merged)
                    again = True
        for source, link in links:
            if self._linked(source, link, merged, remaining):
                raise UserError(
                    self.env._(
                        "The merge cannot be undone any more: “%s” was added since then and belongs to both files.",
                        # sudo: the name of a model.
                        self.env["ir.model"].sudo()._get(source._name).name,
                    )
                )

    def _links(self):
        """Models of case files, and their references to other such models."""
        of_files = {
            name
            for name, model in self.env.registry.items()
            if model._auto
            and not model._abstract
            and not model._transient
            and name not in ("justiq.case.merge", "justiq.case.duplicate")
            and (field := model._fields.get("case_file_id")) is not None
            and field.store
            and field.comodel_name == "justiq.case.file"
        }
        for name in sorted(of_files):
            for field in self.env[name]._fields.values():
                if field.type == "many2one" and field.store and field.comodel_name in of_files:
                    yield self.env[name], field

    def _linked(self, source, link, one, other):
        """Records of the one file that refer to something of the other."""
        self.env.flush_all()
        query = SQL(
            "SELECT r.id FROM %s r JOIN %s t ON t.id = r.%s WHERE r.case_file_id = %s AND t.case_file_id = %s",
            SQL.identifier(source._table),
            SQL.identifier(self.env[link.comodel_name]._table),
            SQL.identifier(link.name),
            one,
            other,
        )
        return [row_id for (row_id,) in self.env.execute_query(query)]
