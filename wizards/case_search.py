from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.names import fold_name

SEARCHES_PER_HOUR = 60
SEARCHES_PER_DAY = 120
FEWEST_LETTERS = 2


class CaseSearch(models.TransientModel):
    """Search before a case file is opened: is there one of this young person already?

    For whoever may open files. It looks into all files of the provider, but tells of those of colleagues only
    reference, initials, year of birth and key worker, to whoever knows first and last name; never of another
    provider. The number of searches is limited, so that nobody finds out birth dates by trying, and the access log
    says which files were found.
    """

    _name = "justiq.case.search"
    _description = "New Case File"
    _transient_max_hours = 24.0  # the limit counts those of the last day

    first_name = fields.Char(required=True)
    last_name = fields.Char(required=True)
    birth_date = fields.Date()
    zip = fields.Char()
    attempts = fields.Integer(readonly=True)
    hit_ids = fields.One2many(comodel_name="justiq.case.search.hit", inverse_name="search_id", readonly=True)
    reason = fields.Text(
        string="Why Is It Somebody Else?",
        help="Is kept with the new case file.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Set in any case: a default may come from the context, that is, from the client.
        return super().create([{**vals, "attempts": 0} for vals in vals_list])

    def write(self, vals):
        return super().write(vals if self.env.su else self._without_attempts(vals))

    @api.model
    def _without_attempts(self, vals):
        """Only the server counts how often was searched."""
        return {name: value for name, value in vals.items() if name != "attempts"}

    def action_search(self):
        """Show the similar files; where there is none, go on with the new file.

        :raises UserError: too few letters, or too many searches within the hour or the day
        """
        self.ensure_one()
        self.check_access("write")
        self.env["justiq.case.file"].check_access("create")
        self._check_enough_letters()
        self._count_attempt()
        similar = self.env["justiq.case.file"]._find_similar(
            self.env.company, self.first_name, self.last_name, self.birth_date, self.zip
        )
        # sudo: hits are written by the server only, with nothing in them but what the search may show.
        hits = self.sudo().hit_ids
        hits.unlink()
        hits.create(similar._search_hit_values(self))
        similar.sudo(False)._record_access("search")
        return self._reopen() if similar else self._action_new_file()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Case File"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_create_anyway(self):
        """Open the new file, filled with what was searched for; the reason is kept with it."""
        self.ensure_one()
        self._check_enough_letters()
        if not self.attempts:
            return self.action_search()
        if self.hit_ids and not any(map(str.isalnum, self.reason or "")):
            raise UserError(
                self.env._(
                    "Why Is It Somebody Else?: there are similar case files. Write down why the young person is not "
                    "the one of these files, or ask the key worker first."
                )
            )
        return self._action_new_file()

    def _action_new_file(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_case_file_action")
        values = {
            "first_name": self.first_name.strip(),
            "last_name": self.last_name.strip(),
            "birth_date": self.birth_date,
            "zip": self.zip,
            "created_despite": bool(self.hit_ids) and self.reason,
        }
        return {
            **action,
            "views": [(False, "form")],
            "view_mode": "form",
            "target": "current",
            "context": {f"default_{name}": value for name, value in values.items() if value},
        }

    def _check_enough_letters(self):
        for name in ("first_name", "last_name"):
            value = (self[name] or "").strip()
            if len(fold_name(value).replace(" ", "")) < FEWEST_LETTERS and len(value) < FEWEST_LETTERS:
                raise UserError(
                    self.env._(
                        "%(field)s: “%(value)s” is too short to search for. Enter at least %(fewest)s letters, "
                        "best the whole name.",
                        field=self._fields[name]._description_string(self.env),
                        value=value,
                        fewest=FEWEST_LETTERS,
                    )
                )

    def _count_attempt(self):
        in_an_hour, in_a_day = self._attempts_within(1), self._attempts_within(24)
        if in_an_hour >= SEARCHES_PER_HOUR:
            raise UserError(
                self.env._(
                    "You have searched %(used)s times within the last hour, which is the limit. Please go on in an "
                    "hour, or ask your team lead, who can open all files.",
                    used=in_an_hour,
                )
            )
        if in_a_day >= SEARCHES_PER_DAY:
            raise UserError(
                self.env._(
                    "You have searched %(used)s times within the last 24 hours, which is the limit. Please go on "
                    "tomorrow, or ask your team lead, who can open all files.",
                    used=in_a_day,
                )
            )
        # sudo: only the server counts.
        self.sudo().attempts += 1

    def _attempts_within(self, hours):
        """How often the user has searched; a dialog counts with all its searches, from its last one on."""
        since = fields.Datetime.now() - timedelta(hours=hours)
        # sudo: the user's own searches, to count them.
        own = self.sudo()
        domain = [("create_uid", "=", self.env.uid), ("write_date", ">=", since)]
        [(used,)] = own._read_group(domain, [], ["attempts:sum"])
        return used or 0


class CaseSearchHit(models.TransientModel):
    """A similar case file, as far as whoever searches may know of it.

    Written by the server alone; who could write one could read reference, initials and key worker of any file.
    """

    _name = "justiq.case.search.hit"
    _description = "Similar Case File"
    _order = "id"

    search_id = fields.Many2one(comodel_name="justiq.case.search", required=True, ondelete="cascade", index=True)
    case_file_id = fields.Many2one(comodel_name="justiq.case.file", required=True, ondelete="cascade")
    reference = fields.Char()
    person = fields.Char(help="The name where you may open the file, else the initials.")
    birth_year = fields.Char(string="Born")
    key_worker_id = fields.Many2one(comodel_name="hr.employee", ondelete="cascade")
    is_readable = fields.Boolean()
    is_asked = fields.Boolean()

    def action_open(self):
        """Open the file, where the user may."""
        self.ensure_one()
        case = self.case_file_id
        case.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": case._name,
            "res_id": case.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_ask(self):
        """Ask the key worker, inside Odoo, by the reference of her file; she decides what to tell.

        :raises UserError: the key worker has no user
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: the file is not opened; its key worker gets an activity that names nobody but the asker. That the hit
        # is the user's own says its rule, and that it is a hit at all, that only the server writes them.
        hit = self.sudo()
        hit.case_file_id._ask_key_worker(self.env.user)
        hit.is_asked = True
        return hit.search_id.sudo(False)._reopen()


class CaseFile(models.Model):
    _inherit = "justiq.case.file"

    def _search_hit_values(self, search):
        """What the search shows of the files: those of colleagues without the name."""
        readable = self.sudo(False)._filtered_access("read")
        return [
            {
                "search_id": search.id,
                "case_file_id": case.id,
                "reference": case.reference,
                "person": f"{case.last_name}, {case.first_name}" if case in readable else case._initials(),
                "birth_year": str(case.birth_date.year),
                "key_worker_id": case.key_worker_id.id,
                "is_readable": case in readable,
            }
            # sudo: exactly these values are what the search may tell of a file that the user may not open.
            for case in self.sudo()
        ]

    def _initials(self):
        return " ".join(f"{name.strip()[:1].upper()}." for name in (self.first_name, self.last_name))

    def _ask_key_worker(self, asker):
        self.ensure_one()
        user = self.key_worker_id.user_id
        if not user:
            raise UserError(
                self.env._(
                    "%(worker)s, the key worker of %(reference)s, does not use Odoo. Please ask in person.",
                    worker=self.key_worker_id.name,
                    reference=self.reference,
                )
            )
        summary = self.env._("%s asks: is it the same young person?", asker.name)
        if summary not in self.activity_ids.filtered(lambda activity: activity.user_id == user).mapped("summary"):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=self.env._(
                    "%(asker)s is about to open a case file of somebody who may be the young person of %(reference)s. "
                    "Please get in touch before there are two files.",
                    asker=asker.name,
                    reference=self.reference,
                ),
                user_id=user.id,
            )
