from collections import defaultdict
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from odoo import api, models

FINISHED = "justiq.accesses"
# By cursor: what Odoo keeps with the transaction is thrown away with each savepoint.
CURRENT = WeakKeyDictionary()


class Access:
    """One access to case files, as it is gathered until the transaction ends."""

    def __init__(self, user_id, path):
        self.user_id = user_id
        self.path = path
        self.detail = ""
        self.grouped = None  # the model whose groups go to the client
        self.ids_by_model = defaultdict(set)


class AccessLoggedMixin(models.AbstractModel):
    """Records of a case file whose reading is written to the access log.

    Whatever gives contents to a client (opening, lists, search, export, print)
    passes one of the methods below. What is read inside of such a call, for
    example the contact log with the file, belongs to the same access. It is
    written at the end of the transaction, in one query.
    """

    _name = "justiq.access.logged.mixin"
    _description = "Reading Is Logged"

    # ------------------------------------------------------------
    # Ways out of the server
    # ------------------------------------------------------------

    def read(self, fields=None, load="_classic_read"):
        with self._accessing("form" if len(self) == 1 else "list"):
            return super().read(fields, load)

    def web_read(self, specification):
        if not specification:
            # Of a reference in another record Odoo asks for nothing but the label: that opens no file.
            return super().web_read(specification)
        with self._accessing("form" if len(self) == 1 else "list"):
            return super().web_read(specification)

    @api.model
    def web_search_read(self, *args, **kwargs):
        with self._accessing("list"):
            return super().web_search_read(*args, **kwargs)

    @api.model
    def search_read(self, *args, **kwargs):
        with self._accessing("list") as access:
            result = super().search_read(*args, **kwargs)
            self.browse([values["id"] for values in result])._add_to(access)
            return result

    # They write, so they must not run on a database that can only be read.
    read._readonly = False
    web_read._readonly = False
    web_search_read._readonly = False
    search_read._readonly = False

    # ------------------------------------------------------------
    # Gathering
    # ------------------------------------------------------------

    @contextmanager
    def _accessing(self, path, detail=""):
        """Gather what is read in the block as one access, by the outermost path."""
        if self.env.su:  # the server reads for itself
            yield None
            return
        access = self._current_access()
        is_outermost = access is None
        if is_outermost:
            access = CURRENT[self.env.cr] = Access(self.env.uid, path)
            access.detail = detail
        try:
            self._add_to(access)
            yield access
        finally:
            if is_outermost:
                CURRENT.pop(self.env.cr, None)
                if access.ids_by_model:
                    self._finished_accesses().append(access)

    @api.model
    def _current_access(self):
        """The access that is going on."""
        return CURRENT.get(self.env.cr)

    @api.model
    def _finished_accesses(self):
        """Those of this transaction that are not written yet; what a rollback undoes was not handed out either."""
        precommit = self.env.cr.precommit
        if FINISHED not in precommit.data:
            precommit.data[FINISHED] = []
            precommit.add(self.browse()._write_access_log)
        return precommit.data[FINISHED]

    def _add_to(self, access):
        if access is not None and any(self._ids):
            access.ids_by_model[self._name].update(self._ids)

    def _record_access(self, path, detail=""):
        """Log that contents of the records have left on a path that is none of the above."""
        with self._accessing(path, detail):
            pass

    @api.model
    def _write_access_log(self):
        for access in self.env.cr.precommit.data.pop(FINISHED):
            # sudo: nobody may write the log by herself.
            self.env["justiq.access.log"].sudo()._insert(access)
