"""Names of others, made unreadable in texts about the person of a case file (article 15 GDPR)."""

import re

SHORTEST_NAME = 2
# Words beside names, where people are described instead of named.
NO_NAMES = """
am an and at bei bis by das de dem den der des die dr ein eine einen einer er es for frau fräulein from für herr
herrn his her hier ihr ihre im in ins ist jobcenter mit mr mrs ms no of or prof sein seine sie since the to und
unser unsere van vom von vor with zu zum zur mein meine
bruder brüder cousin cousine eltern elternteil enkel freund freunde freundin geschwister großeltern großmutter
großvater kind kinder mama mutter neffe nichte oma onkel opa papa partner partnerin pate patin schwester schwestern
sohn stiefmutter stiefvater tante tochter vater brother brothers children daughter family father friend friends
girlfriend boyfriend grandfather grandmother grandparents mother parents sister sisters son stepfather stepmother
amt anwalt anwältin arzt ausbilder ausbilderin beraterin berater betreuer betreuerin betrieb chef chefin
erzieher erzieherin fachkraft familie gericht jugendamt klasse klassenlehrer klassenlehrerin kollege kollegin lehrer
lehrerin leiter leiterin nachbar nachbarin pflegemutter pflegevater polizei praktikum schule schulleiter
schulleiterin schulsozialarbeiter schulsozialarbeiterin sozialarbeiter sozialarbeiterin therapeut therapeutin
trainer trainerin vormund vormünder ärztin young person guardian legal office school police teacher doctor
social worker
"""


class Mask:
    """Replaces the names of others in texts, as far as the file knows them.

    A name is masked whatever its case. Where people are described in words ("the mother and Mr. Li"), only what looks
    like a name is, and only where it is written like one, so that the person's own data stay readable.
    """

    def __init__(self, own_names, placeholder):
        self.own = {part.lower() for name in own_names for part in re.findall(r"\w+", name or "")}
        self.placeholder = placeholder
        self.names, self.words, self.no_names = set(), set(), set(NO_NAMES.split())

    def add(self, name):
        """Mask somebody's name, and each part of it."""
        self._add(self.names, name)

    def add_words(self, text):
        """Mask the names in words about who was there."""
        self._add(self.words, text)

    def _add(self, names, text):
        text = (text or "").strip()
        words = re.findall(r"[^\W\d_]+", text)
        parts = [word for word in words if word[0].isupper() and word.lower() not in self.no_names]
        whole = [text] if names is self.names else []
        for name in (*whole, *parts):
            if len(name) >= SHORTEST_NAME and name.lower() not in self.own:
                names.add(name)

    def apply(self, text):
        # Short names are words, too, when written small.
        exact = self.words | {name for name in self.names if len(name) == SHORTEST_NAME}
        text = self._replace(text, self.names - exact, re.IGNORECASE)
        return self._replace(text, exact | {name.upper() for name in exact}, 0)

    def _replace(self, text, names, flags):
        if not (text and names):
            return text
        found = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        # Also in the genitive.
        return re.sub(rf"(?<!\w)(?:{found})(?:['’]?s)?(?!\w)", self.placeholder, text, flags=flags)
