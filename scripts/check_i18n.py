#!/usr/bin/env python3
"""Compares the translations in i18n/ with a template that Odoo has just exported.

check_i18n.py EXPORTED.pot I18N_FOLDER           says what is out of date or not translated
check_i18n.py EXPORTED.pot I18N_FOLDER --update  renews justiq.pot and brings de.po up to it, keeping its translations
"""

import argparse
import sys
from pathlib import Path

import polib

# Lines of the header that change with each export.
DATES = ('"POT-Creation-Date:', '"PO-Revision-Date:')


def without_dates(path):
    return [line for line in path.read_text().splitlines() if not line.startswith(DATES)] if path.exists() else []


def check(exported, template, german):
    problems = []
    if without_dates(exported) != without_dates(template):
        old = {entry.msgid for entry in polib.pofile(str(template))} if template.exists() else set()
        new = {entry.msgid for entry in polib.pofile(str(exported))}
        problems.append(f"{template.name} is out of date: make pot")
        problems += [f"  not in it: {msgid!r}" for msgid in sorted(new - old)]
        problems += [f"  no longer used: {msgid!r}" for msgid in sorted(old - new)]
    wanted = {entry.msgid for entry in polib.pofile(str(exported))}
    translated = set()
    for entry in polib.pofile(str(german)) if german.exists() else []:
        if entry.obsolete or entry.msgid not in wanted:
            problems.append(f"{german.name}: no longer used: {entry.msgid!r}")
        elif entry.fuzzy:
            problems.append(f"{german.name}: fuzzy: {entry.msgid!r}")
        elif entry.translated():
            translated.add(entry.msgid)
    problems += [f"{german.name}: not translated: {msgid!r}" for msgid in sorted(wanted - translated)]
    if german.exists() and str(polib.pofile(str(german))).rstrip("\n") != german.read_text().rstrip("\n"):
        problems.append(f"{german.name}: order or line breaks are not those of: make pot")
    return problems


def update(exported, template, german):
    if without_dates(exported) != without_dates(template):
        template.write_text(exported.read_text())
    known = {entry.msgid: entry.msgstr for entry in polib.pofile(str(german))} if german.exists() else {}
    catalogue = polib.pofile(str(template))
    catalogue.metadata["Language"] = "de"
    catalogue.metadata["Plural-Forms"] = "nplurals=2; plural=(n != 1);"
    for entry in catalogue:
        entry.msgstr = known.get(entry.msgid, "")
    catalogue.save(str(german))
    missing = len(catalogue.untranslated_entries())
    print(f"{german}: {len(catalogue)} terms, {missing} of them without translation")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exported", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    files = (arguments.exported, arguments.folder / "justiq.pot", arguments.folder / "de.po")
    if arguments.update:
        return update(*files)
    if problems := check(*files):
        sys.exit("\n".join(problems))
    print(f"{len(polib.pofile(str(files[2])))} terms, all translated")


if __name__ == "__main__":
    main()
