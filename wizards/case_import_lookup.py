from ..tools.names import person_key
from ..tools.person_table import parse_date, parse_gender

REQUIRED = ("first_name", "last_name", "birth_date")
DATES = ("birth_date", "date_entry", "legal_basis_date")


class RowRefused(Exception):
    """Cells of a row that cannot be imported: `problems` is a list of field, value, reason."""

    def __init__(self, problems):
        super().__init__()
        self.problems = problems


class Lookup:
    """What the cells of a batch mean: each question is asked once for all rows."""

    def __init__(self, wizard, columns, rows):
        self.env = wizard.env
        self.columns = columns
        self.company = wizard.env.company
        self.is_lead = wizard.env.user.has_group("justiq.group_team_lead")
        self.employees = self._employees()
        self.grants = self._grants()
        texts = [self._texts(cells) for _number, cells in rows]
        self.numbered = self._numbered(texts)
        self.files = self._files(texts) if wizard.skip_existing else {}
        self.seen = {} if wizard.skip_existing else None

    def _employees(self):
        """Employees of the provider by name and by e-mail."""
        found = {}
        # sudo: names and work e-mails of colleagues, compared only; who may be key worker is checked below.
        employees = self.env["hr.employee"].sudo().search([("company_id", "=", self.company.id)])
        for employee in employees:
            for text in {employee.name, employee.work_email, employee.user_id.login}:
                if text:
                    found.setdefault(text.strip().casefold(), set()).add(employee.id)
        return found

    def _grants(self):
        found = {}
        for grant in self.env["justiq.grant"].search([("company_id", "=", self.company.id)]):
            for text in {grant.name, grant.reference}:
                if text:
                    found.setdefault(text.strip().casefold(), set()).add(grant.id)
        return found

    def _files(self, texts):
        """References of the files that the user may open, by name and birth date."""
        keys = {person_key(text.get("first_name"), text.get("last_name")) for text in texts}
        found = self._search_files([("person_key", "in", list(keys))])
        return {(case.person_key, case.birth_date): case.reference for case in found}

    def _numbered(self, texts):
        """The files that the user may open, by reference and by earlier number."""
        numbers = list({text["former_number"] for text in texts if text.get("former_number")})
        found = self._search_files(["|", ("reference", "in", numbers), ("former_number", "in", numbers)])
        by_number = {case.former_number: case for case in found if case.former_number}
        return by_number | {case.reference: case for case in found}

    def _search_files(self, domain):
        files = self.env["justiq.case.file"].with_context(active_test=False)
        return files.search([("company_id", "=", self.company.id), *domain])

    def _texts(self, cells):
        return {name: cells[index] if index < len(cells) else "" for index, name in self.columns.items()}

    def values(self, number, cells):
        """What the row brings: the case file that is there, or the values of a new one; and those of the enrolment.

        :return: record or dictionary; dictionary or None
        :raises RowRefused: with all problems of the row, not just the first
        """
        texts = self._texts(cells)
        problems = [(name, "", self.env._("Is missing. Fill in the cell.")) for name in REQUIRED if not texts.get(name)]
        dates = {name: self._date(name, texts.get(name), problems) for name in DATES}
        enrolment = self._enrolment(texts, dates, problems)
        case = self._known_file(texts, dates, enrolment, problems) or self._new_file(number, texts, dates, problems)
        if problems:
            raise RowRefused(problems)
        return case, enrolment

    def _known_file(self, texts, dates, enrolment, problems):
        """The file whose number the row gives, to which it adds an enrolment; nothing else of it changes."""
        text = texts.get("former_number")
        case = self.numbered.get(text)
        if not case:
            return None
        person = person_key(texts.get("first_name"), texts.get("last_name")), dates["birth_date"]
        if (case.person_key, case.birth_date) != person:
            reason = self.env._("Is the number of another person's case file. Correct it, or the name and birth date.")
            problems.append(("former_number", text, reason))
        elif not enrolment:
            reason = self.env._(
                "This person already has the case file %s. Fill in the grant to add an enrolment.", case.reference
            )
            problems.append(("former_number", text, reason))
        return case

    def _new_file(self, number, texts, dates, problems):
        case = {
            name: texts[name] for name in ("former_number", "first_name", "last_name", "zip", "city") if texts.get(name)
        }
        case |= {"birth_date": dates["birth_date"], "company_id": self.company.id}
        case["gender"] = self._gender(texts.get("gender", ""), problems)
        case["key_worker_id"] = self._key_worker(texts.get("key_worker", ""), problems)
        if not problems:
            self._check_new_person(number, case, problems)
        return case

    def _date(self, name, text, problems):
        if not text:
            return False
        found = parse_date(text)
        if not found:
            reason = self.env._("Is no date. Write 31.12.2005 or 2005-12-31, with all four digits of the year.")
            problems.append((name, text, reason))
        return found

    def _gender(self, text, problems):
        gender = parse_gender(text)
        labels = dict(self.env["justiq.case.file"]._fields["gender"]._description_selection(self.env))
        if not gender:
            gender = next((key for key, label in labels.items() if label.casefold() == text.casefold()), None)
        if not gender:
            reason = self.env._("Is no gender known here. Choose one of: %s.", list(labels.values()))
            problems.append(("gender", text, reason))
        return gender

    def _key_worker(self, text, problems):
        if not text:
            employee_id = self.env.user.employee_id.id
            if not employee_id:
                problems.append(("key_worker", "", self.env._("Is missing, and you are no employee yourself.")))
            return employee_id
        found = self.employees.get(text.casefold(), set())
        own = set(self.env.user.employee_ids.ids)
        reason = None
        if not found:
            reason = self.env._("Is no employee of the provider. Write the name as in the staff list, or the e-mail.")
        elif len(found) > 1:
            reason = self.env._("Is the name of several employees. Write the e-mail instead.")
        elif not self.is_lead and not found <= own:
            reason = self.env._("Is somebody else. You import your own case files; the team lead imports for others.")
        if reason:
            problems.append(("key_worker", text, reason))
        return next(iter(found), False)

    def _enrolment(self, texts, dates, problems):
        text = texts.get("grant", "")
        if not text:
            for name in ("date_entry", "legal_basis_date"):
                if texts.get(name):
                    problems.append((name, texts[name], self.env._("Needs a grant. Fill in the column of the grant.")))
            return None
        found = self.grants.get(text.casefold(), set())
        if len(found) != 1:
            several = self.env._("Is the name of several grants. Write the reference instead.")
            none = self.env._("Is no grant of the provider. Write its name or its reference.")
            problems.append(("grant", text, several if found else none))
        if not texts.get("date_entry"):
            problems.append(("date_entry", "", self.env._("Is missing. Fill in the cell.")))
        values = {"grant_id": next(iter(found), False), "date_entry": dates["date_entry"]}
        return values | ({"legal_basis_date": dates["legal_basis_date"]} if dates["legal_basis_date"] else {})

    def _check_new_person(self, number, case, problems):
        if self.seen is None:
            return
        key = (person_key(case["first_name"], case["last_name"]), case["birth_date"])
        name = f"{case['last_name']}, {case['first_name']}"
        if key in self.files:
            reason = self.env._(
                "This person already has the case file %s. To add an enrolment, give this number in the row.",
                self.files[key],
            )
            problems.append(("last_name", name, reason))
        elif key in self.seen:
            reason = self.env._("Row %s is the same person.", self.seen[key])
            problems.append(("last_name", name, reason))
        else:
            self.seen[key] = number
