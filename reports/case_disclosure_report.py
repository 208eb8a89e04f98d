from odoo import fields, models
from odoo.tools import format_date, format_datetime, formatLang

# Records with so few columns, and so many letters in a line at most, are the lines of a table.
MOST_COLUMNS, MOST_LETTERS = 7, 130


class CaseDisclosureReport(models.AbstractModel):
    """The information to the person, printed by key worker or team lead from the same data as the file for machines."""

    _name = "report.justiq.report_case_disclosure"
    _inherit = "justiq.report.mixin"
    _description = "Information to the Person"

    _printed_model = "justiq.case.disclosure"

    def _sheets(self, disclosures):
        return {disclosure.id: {**self._head(disclosure), **self._content(disclosure)} for disclosure in disclosures}

    def _head(self, disclosure):
        """Head and foot: of the provider alone, because the information is about several grants or none."""
        # sudo: name and logo of the provider.
        company = disclosure.sudo().company_id
        return {
            **self._layout(self.env["justiq.grant"]),
            "model": disclosure._name,
            "id": disclosure.id,
            "lang": self.env.lang,
            "company": company.name,
            "logo": self._image(not company.uses_default_logo and company.partner_id.image_512),
        }

    def _content(self, disclosure):
        content = disclosure.with_context(lang=self.env.lang)._content()
        return {
            **content,
            "requested_on": format_date(self.env, disclosure.requested_on),
            "date": format_date(self.env, content["date"]),
            "restrictions": [
                {name: self._moment(value) for name, value in restriction.items()}
                for restriction in content["restrictions"]
            ],
            "sections": [self._section(section) for section in content["sections"]],
            "messages": [{**message, "date": self._moment(message["date"])} for message in content["messages"]],
            "activities": [
                {**activity, "date": format_date(self.env, activity["date"])} for activity in content["activities"]
            ],
            "files": [{**file, "kilobytes": round(file["size"] / 1024) or 1} for file in content["files"]],
            "recipients": [
                {**recipient, "date": recipient["date"] and format_date(self.env, recipient["date"])}
                for recipient in content["recipients"]
            ],
        }

    def _section(self, section):
        """The records below each other; many short ones as one table."""
        records = [[self._fact(one) for one in row] for row in section["records"]]
        letters = {}
        for fact in (fact for row in records for fact in row):
            letters[fact["label"]] = max(letters.get(fact["label"], 0), len(str(fact["text"])))
        labels = list(letters)
        is_table = len(records) > 1 and len(labels) <= MOST_COLUMNS and sum(letters.values()) <= MOST_LETTERS
        return {
            "title": section["title"],
            "records": [] if is_table else records,
            "labels": labels if is_table else [],
            "lines": [
                [texts_of.get(label, "") for label in labels]
                for texts_of in ({fact["label"]: fact["text"] for fact in row} for row in records)
            ],
        }

    def _fact(self, one):
        return {"label": one["label"], "text": self._moment(one["value"])}

    def _moment(self, value):
        """Days, moments and hours as people write them."""
        if isinstance(value, float):
            return formatLang(self.env, value)
        if not isinstance(value, str) or len(value) not in (10, 19):
            return value
        try:
            moment = fields.Datetime.to_datetime(value)
        except ValueError:
            return value
        if len(value) == 10:
            return format_date(self.env, moment.date())
        return format_datetime(self.env, moment, tz=self.env.context["tz"], dt_format="short")
