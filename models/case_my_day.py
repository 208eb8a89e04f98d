from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

SCOPES = ("mine", "team")
# Records shown of each kind; the number of all leads to the list with the rest.
SHOWN = 5
SHOWN_SILENT = 6
SHOWN_FILES = 12
# Days before and after its last day in which a release or a consent is spoken of.
DAYS_AROUND_THE_LAST = 14


class DueKind(NamedTuple):
    """What one kind of due items consists of: a domain, and the fields that tell about it.

    :param key: stable name, for the client and for tests
    :param label: heading, in the user's language
    :param model: whose records are due; the user's own access to it decides
    :param domain: which of them; also the domain of the list behind "show all"
    :param date: field with the day (or moment) by which something is to be done, empty if there is none
    :param file: path of the case file from the record, empty if there is none
    :param title: field that heads the item
    :param detail: field with a few words more, empty for none
    :param order: which come first; by default what has been due longest
    :param of_files: whether it is of the work with young people: only for who reads case files
    :param listed: whether the list is offered also where all of its records show
    :param action: XML id of the window action whose views open, where they are not the usual ones of the model
    """

    key: str
    label: str
    model: str
    domain: Domain | list
    date: str
    file: str = "case_file_id"
    title: str = "display_name"
    detail: str = ""
    order: str = ""
    of_files: bool = True
    listed: bool = False
    action: str = ""


class MyDay(models.AbstractModel):
    """What is due for a professional today, computed from the facts each time it is asked for.

    Nothing is stored: an item is there as long as its record fits the domain of its kind, so it is never stale
    and never there twice. Each kind costs the same few queries, however many files somebody has. Everything is
    searched with the rights of the user; "team" only leaves out the filter on the own files, so it shows a case
    worker no more than she may read anyway.

    Another room adds its kinds in a file of its own, `models/<room>_my_day.py`::

        class MyDay(models.AbstractModel):
            _inherit = "justiq.my.day"

            def _due_kinds(self, scope, today):
                return [
                    *super()._due_kinds(scope, today),
                    DueKind(
                        key="plan_review",
                        label=self.env._("Plans to review"),
                        model="justiq.case.plan",
                        domain=self._in_scope(scope) & Domain("date_review", "<=", today),
                        date="date_review",
                    ),
                ]

    with `from .case_my_day import DueKind`. Kinds without records do not show; a kind whose model, or the case
    files that it is of, the user may not read is left out.

    Whoever reads case files has a day, and whoever another room gives one (`_has_day`).
    """

    _name = "justiq.my.day"
    _description = "My Day"

    # ------------------------------------------------------------
    # Extension points
    # ------------------------------------------------------------

    @api.model
    def _due_kinds(self, scope, today):
        """Kinds of due items, in the order in which they show; other rooms add theirs.

        :param scope: "mine" or "team", see `_in_scope`
        :param today: the day where the user is
        :return: list of `DueKind`
        """
        return [
            self._activity_kind(scope, today),
            DueKind(
                key="finding_of_file",
                label=self.env._("Open findings about case files"),
                model="justiq.finding",
                domain=self._in_scope(scope) & Domain("state", "=", "open") & Domain("case_file_id", "!=", False),
                date="",
                detail="message",
            ),
            DueKind(
                key="consent",
                label=self.env._("Consents that run out"),
                model="justiq.consent",
                domain=self._in_scope(scope)
                & Domain("case_file_id.state", "=", "open")
                & Domain("withdrawn_on", "=", False)
                & self._around("valid_until", today),
                date="valid_until",
            ),
            DueKind(
                key="release",
                label=self.env._("Releases that run out"),
                model="justiq.case.contact",
                domain=self._in_scope(scope)
                & Domain("case_file_id.state", "=", "open")
                & self._around("told_until", today),
                date="told_until",
                detail="may_be_told",
            ),
        ]

    @api.model
    def _own_files(self):
        """Domain of the case files that are the user's own, or hers as a substitute."""
        return Domain("is_mine", "=", True)

    @api.model
    def _in_scope(self, scope, path="case_file_id"):
        """Domain that narrows records to the user's own files, or not at all for the team.

        :param path: field that leads to the case file; empty on the case file itself
        """
        if scope == "team":
            return Domain.TRUE
        return Domain(path, "any", self._own_files()) if path else self._own_files()

    @api.model
    def _around(self, name, today):
        """Domain of what runs out soon, or has just done so. What was let run out long ago is settled."""
        days = relativedelta(days=DAYS_AROUND_THE_LAST)
        return Domain(name, ">=", today - days) & Domain(name, "<=", today + days)

    # ------------------------------------------------------------
    # Due items
    # ------------------------------------------------------------

    @api.model
    def _activity_kind(self, scope, today):
        """The user's own activities, of whatever; of the team the files on which something is to be done.

        Activities are filtered by the access to their documents only after the first ones have been taken, which
        would hide some of the team's behind those of files that are not readable.
        """
        label = self.env._("Activities")
        if scope == "team":
            return DueKind(
                key="activity",
                label=label,
                model="justiq.case.file",
                domain=Domain("activity_date_deadline", "<=", today),
                date="activity_date_deadline",
                file="",
                detail="activity_summary",
                order="id",
            )
        return DueKind(
            key="activity",
            label=label,
            model="mail.activity",
            domain=Domain("user_id", "=", self.env.uid) & Domain("date_deadline", "<=", today),
            date="date_deadline",
            file="",
            detail="res_name",
            of_files=False,
        )

    @api.model
    def _get_due(self, scope, today):
        """All kinds of which there is something, with the first items of each."""
        kinds = [kind for kind in self._due_kinds(scope, today) if self._may_read_kind(kind)]
        return [group for kind in kinds if (group := self._get_due_group(kind, today))["total"]]

    @api.model
    def _may_read_kind(self, kind):
        return self.env[kind.model].has_access("read") and (not kind.of_files or self._reads_files())

    @api.model
    def _reads_files(self):
        return self.env["justiq.case.file"].has_access("read")

    @api.model
    def _get_due_group(self, kind, today):
        """The first items of the kind and the number of all, in two queries and those of its labels."""
        Model = self.env[kind.model]
        domain = Domain(kind.domain)
        records = Model.search(domain, limit=SHOWN, order=kind.order or (kind.date and f"{kind.date}, id"))
        total = len(records) if len(records) < SHOWN else Model.search_count(domain)
        self._log_shown(records)
        return {
            "key": kind.key,
            "label": kind.label,
            "model": kind.model,
            "domain": list(domain),
            "total": total,
            "items": [self._prepare_item(kind, record, today) for record in records],
            "listed": kind.listed,
            "views": self._views_of(kind),
        }

    @api.model
    def _views_of(self, kind):
        """Ids of list and form that open the records of the kind; False is the usual one."""
        # sudo: only the ids of views, which the browser loads with the rights of the user.
        action = kind.action and self.env.ref(kind.action).sudo()
        ids = {view.view_mode: view.view_id.id for view in action.view_ids} if action else {}
        return [[ids.get(mode, False), mode] for mode in ("list", "form")]

    @api.model
    def _log_shown(self, records):
        """Of case files, and of what hangs on them, the access log tells who has seen them."""
        if isinstance(records, self.env.registry["justiq.access.logged.mixin"]):
            records._record_access("list")

    @api.model
    def _prepare_item(self, kind, record, today):
        """One item for the client. Labels of case files show the name to whoever may read the file only."""
        day = kind.date and self._day_of(record[kind.date])
        case = record.mapped(kind.file) if kind.file else self.env["justiq.case.file"]
        return {
            "id": record.id,
            "title": record[kind.title] or record.display_name,
            "detail": (record[kind.detail] or "") if kind.detail else "",
            "date": fields.Date.to_string(day or False),
            "urgency": self._urgency(day, today),
            "case": {"id": case.id, "name": self._label_of(case)} if case else False,
        }

    @api.model
    def _label_of(self, case):
        """The label of a case file; whoever it is opened to for some time sees whose it is."""
        if not case.substitute_until:
            return case.display_name
        return self.env._(
            "%(file)s (key worker: %(worker)s)", file=case.display_name, worker=case.key_worker_id.display_name
        )

    @api.model
    def _day_of(self, moment):
        """The day of a date, or of a moment where the user is."""
        if hasattr(moment, "hour"):
            return fields.Datetime.context_timestamp(self, moment).date()
        return moment

    @api.model
    def _urgency(self, day, today):
        if not day:
            return "open"
        return "overdue" if day < today else "today" if day == today else "soon"

    # ------------------------------------------------------------
    # The day
    # ------------------------------------------------------------

    @api.model
    def get_day(self, scope="mine"):
        """Everything that the screen shows, in one answer.

        :param scope: "mine" for the user's own files, "team" for all that she may read
        :raises AccessError: if the user has no day, as those who read no case files and keep no books
        :raises ValidationError: if there is no such scope
        """
        if scope not in SCOPES:
            raise ValidationError(
                self.env._("My day: there is no “%(scope)s”. Ask for one of %(scopes)s.", scope=scope, scopes=SCOPES)
            )
        files = self.env["justiq.case.file"]
        if not self._has_day():
            files.check_access("read")
        today = fields.Date.context_today(self)
        # All that is shown of case files is one entry of the access log.
        with files._accessing("list"):
            return {"scope": scope, "today": fields.Date.to_string(today), **self._prepare_day(scope, today)}

    @api.model
    def _has_day(self):
        """Whether the screen is for the user; other rooms add whom they have something for."""
        return self._reads_files()

    @api.model
    def _prepare_day(self, scope, today):
        """The parts of the screen by name; other rooms and files add theirs."""
        day = {
            "can_lead": self.env.user.has_group("justiq.group_team_lead"),
            "can_note": self.env["justiq.case.note"].has_access("create"),
            "due": self._get_due(scope, today),
        }
        return day | self._prepare_files(scope) if self._reads_files() else day

    @api.model
    def _prepare_files(self, scope):
        return {
            "silent": self._get_files(
                scope,
                self.env._("Silent Case Files"),
                Domain("is_silent", "=", True),
                "last_contact_date NULLS FIRST, date_opened, id",
                SHOWN_SILENT,
            ),
            "files": self._get_files(
                scope,
                self.env._("Open Case Files") if scope == "team" else self.env._("My Case Files"),
                Domain("state", "=", "open"),
                "last_contact_date DESC NULLS LAST, id DESC",
                SHOWN_FILES,
            ),
        }

    # ------------------------------------------------------------
    # Case files
    # ------------------------------------------------------------

    @api.model
    def _get_files(self, scope, label, domain, order, shown):
        """The first of the files and the number of all, with the completeness of their last enrolment."""
        domain &= self._in_scope(scope, "")
        Case = self.env["justiq.case.file"]
        cases = Case.search(domain, limit=shown, order=order)
        self._log_shown(cases)
        completeness = self._get_completeness(cases)
        return {
            "label": label,
            "model": Case._name,
            "domain": list(domain),
            "total": len(cases) if len(cases) < shown else Case.search_count(domain),
            "items": [
                {
                    "id": case.id,
                    "name": self._label_of(case),
                    "last_contact": fields.Date.to_string(case.last_contact_date),
                    "silent": case.is_silent,
                    "worker": case.key_worker_id.display_name if scope == "team" else "",
                    **completeness.get(case, {}),
                }
                for case in cases
            ],
        }

    @api.model
    def _get_completeness(self, cases):
        """Percent of the entry data, and after the exit of the exit data, by file, of its last enrolment."""
        enrolments = self.env["justiq.enrolment"].search([("case_file_id", "in", cases.ids)], order="date_entry, id")
        return {
            enrolment.case_file_id: {
                "entry": enrolment.entry_completeness,
                "exit": enrolment.exit_completeness if enrolment.date_exit else False,
            }
            for enrolment in enrolments
        }
