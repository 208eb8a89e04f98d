from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class CaseFile(models.Model):
    """Which files are open to a case worker: her own, and those that a running access opens.

    The record rule of the case worker asks `is_mine`; all else follows the file. A rule for everybody asks
    `is_denied`: what is locked for somebody is open to her by no role and no access.
    """

    _inherit = "justiq.case.file"

    is_mine = fields.Boolean(
        compute="_compute_is_mine",
        search="_search_is_mine",
        export_string_translation=False,
        help="Whether the user is the key worker, or a running substitution opens the file.",
    )
    substitute_until = fields.Datetime(
        compute="_compute_substitute_until",
        help="The file is open to the user as a substitute until then; empty for the key worker and the team lead.",
    )
    is_denied = fields.Boolean(
        compute="_compute_is_denied",
        search="_search_is_denied",
        groups=fields.NO_ACCESS,
        export_string_translation=False,
        help="Whether the file is locked for the user, who must not learn of it: only the record rule asks.",
    )
    is_in_charge = fields.Boolean(
        compute="_compute_is_in_charge",
        search="_search_is_in_charge",
        export_string_translation=False,
        help="Whether the user is key worker, substitute or team lead; not by an emergency access. Says nothing "
        "about whether the file is open to her, so it is asked beside that. Buttons that decide about the file ask it.",
    )
    access_ids = fields.One2many(comodel_name="justiq.case.access", inverse_name="case_file_id")

    @api.depends("key_worker_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        key_workers, files = self._my_keys()
        for case in self:
            case.is_mine = case.key_worker_id._origin.id in key_workers or case._origin.id in files

    @api.model
    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        key_workers, files = self._my_keys()
        mine = Domain("key_worker_id", "in", list(key_workers)) | Domain("id", "in", list(files))
        return mine if True in value else ~mine

    @api.depends_context("uid")
    def _compute_is_denied(self):
        denied = self._my_files("denied")
        for case in self:
            case.is_denied = case._origin.id in denied

    @api.model
    def _search_is_denied(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in" if True in value else "not in", list(self._my_files("denied")))]

    @api.depends("key_worker_id")
    @api.depends_context("uid")
    def _compute_is_in_charge(self):
        # sudo: by key worker and id only, whoever may read the file.
        in_charge = self._origin.sudo().filtered_domain(self._in_charge())
        for case in self:
            case.is_in_charge = case._origin.id in in_charge._ids

    @api.model
    def _search_is_in_charge(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._in_charge() if True in value else ~self._in_charge()

    def _check_in_charge(self):
        """Refuse to decide about the file where only an emergency opens it: that is for looking after the person.

        :raises AccessError: unless key worker, substitute or team lead
        """
        if not self.env.su and not all(self.mapped("is_in_charge")):
            raise AccessError(
                self.env._(
                    "An emergency does not put you in charge of the case file. Key worker, substitute or team lead "
                    "decide about its closing."
                )
            )

    @api.model
    def _in_charge(self):
        if self.env.user.has_group("justiq.group_team_lead"):
            return Domain.TRUE
        key_workers, files = self._my_keys()
        regular = files.keys() - self._my_files("emergencies")
        return Domain("key_worker_id", "in", list(key_workers)) | Domain("id", "in", list(regular))

    @api.model
    def _my_files(self, key):
        """Ids of the files that are locked for the user ("denied"), or open in an emergency only ("emergencies")."""
        return set(self.env.user.sudo().case_keys[key])  # sudo: as in `_my_keys`

    @api.model
    def _my_keys(self):
        """What is open to the user: until when, by key worker, and by file (`None`: for good).

        A few numbers found by one query of the request, so that the database then goes
        through two indexes of the case file, and not through all of its rows.
        """
        keys = self.env.user.sudo().case_keys  # sudo: the user's own keys, which never leave the server
        return dict(keys["key_workers"]), dict(keys["files"])

    @api.model
    def _forget_access(self):
        """What this request has found out about the access to case files holds no more."""
        self.invalidate_model(
            ["is_mine", "is_denied", "is_in_charge", "is_accessible", "display_name", "substitute_until"]
        )
        self.env["res.users"].invalidate_model(["case_keys"])

    @api.depends("key_worker_id")
    @api.depends_context("uid")
    def _compute_substitute_until(self):
        key_workers, files = self._my_keys()
        is_team_lead = self.env.user.has_group("justiq.group_team_lead")
        for case in self:
            keys = ((key_workers, case.key_worker_id._origin.id), (files, case._origin.id))
            moments = [fields.Datetime.to_datetime(opened[key]) for opened, key in keys if key in opened]
            is_own = is_team_lead or None in moments
            case.substitute_until = not is_own and max(moments, default=False)

    def action_view_accesses(self):
        """Who may open the file besides its key worker: single accesses, and substitutes of the key worker."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_case_access_action")
        return {
            **action,
            "domain": ["|", ("case_file_id", "=", self.id), ("absent_id", "=", self.key_worker_id.id)],
            "context": {
                "search_default_current": True,
                "default_kind": "file",
                "default_case_file_id": self.id,
                "default_company_id": self.company_id.id,
            },
        }
