from contextlib import contextmanager

from odoo import api, models

from ..tools.telling import searches, shows, tells

IDS = "id:array_agg_distinct"


class AccessLoggedMixin(models.AbstractModel):
    """Groups and name searches that tell about young persons are written to the access log.

    Grouped by a name, or by a label that shows one, a list is read without a single record being opened; so are the
    suggestions while somebody types a name. How many files are in which state tells nothing, and is no access. Which
    files they were comes with the groups themselves, from the query that the groups need anyway.
    """

    _inherit = "justiq.access.logged.mixin"

    # ------------------------------------------------------------
    # Ways out of the server
    # ------------------------------------------------------------

    @api.model
    def web_read_group(self, *args, **kwargs):
        with self._accessing("list"):  # with the records of the groups that are open
            return super().web_read_group(*args, **kwargs)

    @api.model
    def formatted_read_group(self, *args, **kwargs):
        with self._grouping():
            return super().formatted_read_group(*args, **kwargs)

    @api.model
    def formatted_read_grouping_sets(self, *args, **kwargs):
        with self._grouping():
            return super().formatted_read_grouping_sets(*args, **kwargs)

    @api.model
    def read_group(self, *args, **kwargs):
        with self._grouping():
            return super().read_group(*args, **kwargs)

    @api.model
    def read_progress_bar(self, *args, **kwargs):
        with self._grouping():
            return super().read_progress_bar(*args, **kwargs)

    @api.model
    def search_panel_select_range(self, *args, **kwargs):
        with self._accessing("list"):
            return super().search_panel_select_range(*args, **kwargs)

    @api.model
    def search_panel_select_multi_range(self, *args, **kwargs):
        with self._accessing("list"):
            return super().search_panel_select_multi_range(*args, **kwargs)

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        with self._accessing("search") as access:
            found = super().name_search(name, domain, operator, limit)
            if tells(self, "display_name") or searches(self, domain):
                self.browse(record_id for record_id, _label in found)._add_to(access)
            return found

    @api.model
    def web_name_search(self, *args, **kwargs):
        with self._accessing("search"):
            return super().web_name_search(*args, **kwargs)

    @api.model
    def load(self, *args, **kwargs):
        with self._accessing("search"):  # one access, however many lines name a record
            return super().load(*args, **kwargs)

    # They write, so they must not run on a database that can only be read.
    web_read_group._readonly = False
    formatted_read_group._readonly = False
    formatted_read_grouping_sets._readonly = False
    read_group._readonly = False
    read_progress_bar._readonly = False
    search_panel_select_range._readonly = False
    search_panel_select_multi_range._readonly = False
    name_search._readonly = False
    web_name_search._readonly = False

    # ------------------------------------------------------------
    # Gathering
    # ------------------------------------------------------------

    @contextmanager
    def _grouping(self):
        """Within the block, what `_read_group` gives back goes to the client."""
        with self._accessing("list") as access:
            if access is None:
                yield
                return
            before, access.grouped = access.grouped, self._name
            try:
                yield
            finally:
                access.grouped = before

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        access = self._access_of_groups(domain, [*groupby, *aggregates])
        if access is None:
            return super()._read_group(domain, groupby, aggregates, *args, **kwargs)
        rows = super()._read_group(domain, groupby, (*aggregates, IDS), *args, **kwargs)
        return self._add_groups_to(access, rows)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), *args, **kwargs):
        specs = [spec for groupby in grouping_sets for spec in groupby]
        access = self._access_of_groups(domain, [*specs, *aggregates])
        if access is None:
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, *args, **kwargs)
        # Where it calls itself again, the rows have been gathered already.
        access.grouped = None
        sets = super()._read_grouping_sets(domain, grouping_sets, (*aggregates, IDS), *args, **kwargs)
        return [self._add_groups_to(access, rows) for rows in sets]

    @api.model
    def _access_of_groups(self, domain, specs):
        """The access that is going on, where it hands out groups that tell about young persons."""
        access = self._current_access()
        if self.env.su or not access or access.grouped != self._name:
            return None
        if not (any(shows(self, spec) for spec in specs) or searches(self, domain)):
            return None
        access.detail = access.detail or ", ".join(spec for spec in specs if spec != "__count")
        return access

    @api.model
    def _add_groups_to(self, access, rows):
        """The rows without their last column, whose records the access has shown."""
        for row in rows:
            self.browse(row[-1] or ())._add_to(access)
        return [row[:-1] for row in rows]
