from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

SCOPES = ("mine", "team")
# Records shown of each kind; the number of all leads to the list with the rest.
SHOWN = 5
# Days before and after its last day in which a release is spoken of.
RELEASE_DAYS = 14


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

    with `from .case_my_day import DueKind`. Kinds without records do not show; a kind whose model the user may
    not read is left out.
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
                key="release",
                label=self.env._("Releases that run out"),
                model="justiq.case.contact",
                domain=self._in_scope(scope)
                & Domain("case_file_id.state", "=", "open")
                & Domain("told_until", ">=", today - relativedelta(days=RELEASE_DAYS))
                & Domain("told_until", "<=", today + relativedelta(days=RELEASE_DAYS)),
                date="told_until",
                detail="may_be_told",
            ),
        ]

    @api.model
    def _own_files(self):
        """Domain of the case files that are the user's own."""
        return Domain("key_worker_id.user_id", "=", self.env.uid)

    @api.model
    def _in_scope(self, scope, path="case_file_id"):
        """Domain that narrows records to the user's own files, or not at all for the team.

        :param path: field that leads to the case file; empty on the case file itself
        """
        if scope == "team":
            return Domain.TRUE
        return Domain(path, "any", self._own_files()) if path else self._own_files()

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
        )

    @api.model
    def _get_due(self, scope, today):
        """All kinds of which there is something, with the first items of each."""
        kinds = [kind for kind in self._due_kinds(scope, today) if self.env[kind.model].has_access("read")]
        return [group for kind in kinds if (group := self._get_due_group(kind, today))["total"]]

    @api.model
    def _get_due_group(self, kind, today, shown=SHOWN):
        """The first items of the kind and the number of all, in two queries and those of its labels."""
        Model = self.env[kind.model]
        domain = Domain(kind.domain)
        records = Model.search(domain, limit=shown, order=kind.order or (kind.date and f"{kind.date}, id"))
        total = len(records) if len(records) < shown else Model.search_count(domain)
        return {
            "key": kind.key,
            "label": kind.label,
            "model": kind.model,
            "domain": list(domain),
            "total": total,
            "items": [self._prepare_item(kind, record, today) for record in records],
        }

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
            "case": {"id": case.id, "name": case.display_name} if case else False,
        }

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
    @api.readonly
    def get_day(self, scope="mine"):
        """Everything that the screen shows, in one answer.

        :param scope: "mine" for the user's own files, "team" for all that she may read
        :raises AccessError: if the user may not read case files at all
        :raises ValidationError: if there is no such scope
        """
        if scope not in SCOPES:
            raise ValidationError(
                self.env._("My day: there is no “%(scope)s”. Ask for one of %(scopes)s.", scope=scope, scopes=SCOPES)
            )
        self.env["justiq.case.file"].check_access("read")
        today = fields.Date.context_today(self)
        return {"scope": scope, "today": fields.Date.to_string(today), "due": self._get_due(scope, today)}
