"""Gives every case file a name of its own: as frequent as names are, and with the keys by which they are searched."""

import random

from psycopg2.extras import execute_values

from odoo.addons.justiq.tools.names import fold_name, person_key

FIRST = (
    "Mia Emma Hannah Aylin Fatima Noor Leyla Emre Yusuf Ali Luca Ben Jonas Paul Noah Amadou Olena Dilara Marie Lina "
    "Sofia Clara Ella Finn Elias Felix Max Oskar Mohammed Ibrahim Zeynep Elif Ayşe Ömer Mehmet Aleksandra Katarzyna "
    "Piotr Iryna Dmytro Hamza Layla Omar Samira Nele Jannik Tim Lea Lukas"
)
LAST = (
    "Müller Schmidt Schneider Fischer Yılmaz Kaya Öztürk Weber Wagner Becker Hoffmann Koch Bauer Richter Klein Wolf "
    "Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Şahin "
    "Demir Çelik Nowak Kowalski Shevchenko Melnyk Ahmadi Haddad Khalil Diallo Traoré Nguyen Tran Ivanova Popov Haas "
    "Graf Seidel Böhm Pohl Engel Horn Busch Bergmann Voigt Sauer Arnold Otto Pfeiffer"
)


def give_names(env):
    """Names of all case files, in one update."""
    chance = random.Random(7)  # noqa: S311 - the same names each time
    first_names, last_names = FIRST.split(), LAST.split()

    def double(names):
        return f"{chance.choice(names)}-{chance.choice(names)}"

    env.cr.execute("SELECT id FROM justiq_case_file ORDER BY id")
    rows = []
    for (case_id,) in env.cr.fetchall():
        first = chance.choice(first_names) if chance.random() < 0.6 else double(first_names)
        last = chance.choice(last_names) if chance.random() < 0.3 else double(last_names)
        key = f"{fold_name(first)} {fold_name(last)}"
        rows.append((case_id, first, last, key, person_key(first, last), f"{chance.randrange(10000, 99999)}"))
    env.cr.execute(
        "CREATE TEMP TABLE bench_name (id int PRIMARY KEY, first text, last text, search text, person text, zip text)"
    )
    execute_values(env.cr, "INSERT INTO bench_name VALUES %s", rows, page_size=5000)
    env.cr.execute(
        """
        UPDATE justiq_case_file
           SET first_name = first, last_name = last, search_key = search, person_key = person, zip = bench_name.zip
          FROM bench_name WHERE bench_name.id = justiq_case_file.id
        """
    )
    env.cr.execute("DROP TABLE bench_name")
    env.cr.execute("DELETE FROM justiq_case_duplicate")  # they spoke of the names of the original
