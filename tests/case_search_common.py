from datetime import date

from .common import JustiqCommon

SHOWN = {"reference", "person", "birth_year", "key_worker_id", "is_readable", "is_asked"}


class SearchCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.team_lead
        cls.worker = cls.users["case_worker"]
        cls.foreign = cls._create_case(
            cls.colleague, first_name="Zoë", last_name="Müller-Weiß", birth_date=date(2004, 2, 29), zip="63065"
        )
        cls.foreign_company = cls.env["res.company"].create({"name": "Foreign Provider"})

    def _search(self, first_name, last_name, user=None, **values):
        search = self.env["justiq.case.search"].with_user(user or self.worker)
        return search.create({"first_name": first_name, "last_name": last_name, **values})

    def _found(self, first_name, last_name, **values):
        search = self._search(first_name, last_name, **values)
        search.action_search()
        return search.sudo().hit_ids.case_file_id
