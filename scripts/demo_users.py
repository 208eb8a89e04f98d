#!/usr/bin/env python3
"""demo_users.py URL DATABASE FILE: prints the demo users of the file with their passwords and their roles."""

import sys
from xml.etree import ElementTree

from demo_pdfs import Odoo


def users_of(file):
    """Login and password of each user that the demo data create, and of the administrator."""
    for record in ElementTree.parse(file).iter("record"):
        fields = {field.get("name"): field.text for field in record.iter("field")}
        if record.get("model") == "res.users" and fields.get("password"):
            yield fields["login"], fields["password"]
    yield "admin", "admin"


def main():
    url, database, file = sys.argv[1:]
    odoo = Odoo(url, database, "admin", "admin")
    domain = [("module", "=", "justiq"), ("model", "=", "res.groups")]
    groups = {data["res_id"] for data in odoo.call("ir.model.data", "search_read", domain, ["res_id"])}
    german = {"lang": "de_DE"}
    print("The demo users (login / password: name, roles):")
    for login, password in users_of(file):
        [user] = odoo.call("res.users", "search_read", [("login", "=", login)], ["name", "group_ids"])
        roles = odoo.call(
            "res.groups", "read", sorted(groups.intersection(user["group_ids"])), ["name"], context=german
        )
        names = ", ".join(role["name"] for role in roles)
        print(f"  {login} / {password}: {user['name']}{', ' if names else ''}{names}")


if __name__ == "__main__":
    main()
