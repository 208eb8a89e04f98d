"""Measures the import of case files: piped into `bin/odoo shell -d DATABASE`, where it leaves nothing behind.

Prints the time of a small and of a large table, each row a person with an enrolment; see `SIZES`.
"""

import base64
import random
import time
from datetime import date

SIZES = (500, 5000)
FIRST = [
    "Mia",
    "Emma",
    "Hannah",
    "Aylin",
    "Fatima",
    "Noor",
    "Leyla",
    "Emre",
    "Yusuf",
    "Ali",
    "Luca",
    "Ben",
    "Jonas",
    "Paul",
    "Noah",
    "Amadou",
    "Olena",
    "Dilara",
]
LAST = [
    "Müller",
    "Schmidt",
    "Schneider",
    "Fischer",
    "Yılmaz",
    "Kaya",
    "Öztürk",
    "Weber",
    "Wagner",
    "Becker",
    "Hoffmann",
    "Koch",
    "Bauer",
    "Richter",
]


def table(number):
    """A CSV as Excel writes it; every hundredth row is bad."""
    chance = random.Random(number)  # noqa: S311
    rows = ["Vorname;Nachname;Geburtsdatum;Geschlecht;PLZ;Ansprechperson;Vorhaben;Eintritt;Einwilligung am"]
    for index in range(number):
        birth = f"{chance.randint(1, 28)}.{chance.randint(1, 12)}.{chance.randint(2000, 2006)}"
        first = f"{chance.choice(FIRST)}-{chance.choice(FIRST)}"
        last = f"{chance.choice(LAST)}-{chance.choice(LAST)}"
        birth = "31.02.2004" if index % 100 == 50 else birth
        rows.append(f"{first};{last};{birth};w;630{index % 99:02d};Bench Worker;Bench Grant;15.01.2020;15.01.2020")
    return "\n".join(rows).encode("cp1252", errors="replace")


def measure(env, number):
    wizard = env["justiq.case.import"].create({"file": base64.b64encode(table(number))})
    start = time.perf_counter()
    wizard.action_start()
    done = False
    while not done:
        done = wizard.process_batch()["done"]
        env.flush_all()
        env.invalidate_all()  # as between two requests
    seconds = time.perf_counter() - start
    print(  # noqa: T201
        f"{number} rows: {seconds:.1f} s, {1000 * seconds / number:.1f} ms each; "
        f"{wizard.imported} imported, {wizard.refused} refused"
    )


def main(env):
    user = env["res.users"].create(
        {
            "name": "Bench Lead",
            "login": "bench_lead",
            "group_ids": [(4, env.ref("justiq.group_team_lead").id)],
        }
    )
    env["hr.employee"].create({"name": "Bench Worker", "company_id": env.company.id})
    programme = env.ref("justiq.programme_phase2")
    env["justiq.grant"].create(
        {
            "name": "Bench Grant",
            "programme_id": programme.id,
            "date_start": date(2019, 1, 1),
            "date_end": date(2022, 6, 30),
            "baustein_ids": [(6, 0, programme.baustein_ids.ids)],
        }
    )
    env.flush_all()
    for number in SIZES:
        measure(env(user=user.id), number)
    env.cr.rollback()


main(env)  # noqa: F821
