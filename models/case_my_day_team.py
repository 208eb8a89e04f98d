from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain

from .case_enrolment import COMPLETE

# Files open since so many months: from, below.
AGES = ((0, 6), (6, 12), (12, 18), (18, None))
DAYS_OF_HOURS = 30


class TeamColumn(NamedTuple):
    """A figure of each worker: a domain, and the field by which its records belong to the worker.

    :param key: stable name, for the client and for tests
    :param label: heading, in the user's language
    :param model: whose records are counted
    :param domain: which of them; with the worker also the domain of the list behind the figure
    :param worker: field, or path of many2ones, that leads to the worker: an employee or a user
    :param minutes: field of minutes to add up instead of counting records
    """

    key: str
    label: str
    model: str
    domain: Domain | list
    worker: str = "key_worker_id"
    minutes: str = ""


class MyDay(models.AbstractModel):
    """Caseload of each worker and ageing of the files, of all that the user may read; computed, nothing is stored.

    Other rooms and files add columns in `_team_columns`, as due items in `_due_kinds`.
    """

    _inherit = "justiq.my.day"

    @api.model
    def _prepare_day(self, scope, today):
        day = super()._prepare_day(scope, today)
        if scope == "team":
            day["team"] = {"caseload": self._get_caseload(today), "ageing": self._get_ageing(today)}
        return day

    @api.model
    def _team_columns(self, today):
        """Figures of each worker, in the order in which they show.

        :param today: the day where the user is
        :return: list of `TeamColumn`
        """
        is_open = Domain("state", "=", "open")
        return [
            TeamColumn("open", self.env._("Open files"), "justiq.case.file", is_open),
            TeamColumn(
                "running",
                self.env._("Running participations"),
                "justiq.participation",
                Domain("date_end", "=", False) & Domain("case_file_id.state", "=", "open"),
            ),
            TeamColumn(
                "hours",
                self.env._("Hours in %s days", DAYS_OF_HOURS),
                "justiq.case.note",
                Domain("date", ">", today - relativedelta(days=DAYS_OF_HOURS)) & Domain("is_amended", "=", False),
                worker="author_id",
                minutes="minutes",
            ),
            TeamColumn("silent", self.env._("Silent files"), "justiq.case.file", Domain("is_silent", "=", True)),
            TeamColumn(
                "exit_overdue",
                self.env._("Exit data overdue"),
                "justiq.enrolment",
                Domain("exit_due_date", "<", today) & Domain("exit_completeness", "<", COMPLETE),
                worker="case_file_id.key_worker_id",
            ),
        ]

    @api.model
    def _get_caseload(self, today):
        """One row per worker, one query per column and one for the workers."""
        columns = self._team_columns(today)
        figures = {column.key: self._sum_by_worker(column) for column in columns}
        users = {worker for by_worker in figures.values() for worker in by_worker if worker._name == "res.users"}
        employees = self._employees_of(users)
        rows = {}
        for key, by_worker in figures.items():
            for worker, value in by_worker.items():
                employee = employees.get(worker, worker)
                row = rows.setdefault(employee, self._prepare_row(employee))
                row["cells"][key] = {"value": value, "worker": worker.id}
        return {
            "columns": [
                {
                    "key": column.key,
                    "label": column.label,
                    "model": column.model,
                    "domain": list(Domain(column.domain)),
                    "worker": column.worker,
                    "is_hours": bool(column.minutes),
                }
                for column in columns
            ],
            "rows": sorted(rows.values(), key=lambda row: row["name"]),
        }

    @api.model
    def _prepare_row(self, worker):
        return {"key": f"{worker._name},{worker.id}", "name": worker.display_name, "cells": {}}

    @api.model
    def _sum_by_worker(self, column):
        aggregate = f"{column.minutes}:sum" if column.minutes else "__count"
        groups = self.env[column.model]._read_group(Domain(column.domain), [column.worker], [aggregate])
        return {worker: value / 60 if column.minutes else value for worker, value in groups if worker and value}

    @api.model
    def _employees_of(self, users):
        """The employees of the users in the companies at work, so that both are one row."""
        ids = [user.id for user in users]
        employees = self.env["hr.employee"].search(
            [("user_id", "in", ids), ("company_id", "in", self.env.companies.ids)], order="id desc"
        )
        return {employee.user_id: employee for employee in employees}

    @api.model
    def _get_ageing(self, today):
        """How many files are open since how long."""
        ages = []
        for months, below in AGES:
            domain = Domain("state", "=", "open") & Domain("date_opened", "<=", today - relativedelta(months=months))
            if below:
                domain &= Domain("date_opened", ">", today - relativedelta(months=below))
            ages.append(
                {
                    "from": months,
                    "below": below or False,
                    "count": self.env["justiq.case.file"].search_count(domain),
                    "domain": list(domain),
                }
            )
        return ages
