"""Names as they sound, so that two spellings of one name compare equal or nearly so."""

import re
import unicodedata

# Letters that Unicode does not take apart into a letter and its accent.
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "a", "œ": "o", "þ": "th"})
_NOT_SPOKEN = re.compile(r"['’‘`´ʼ]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
# In this order: a later one meets what an earlier one has left.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"([aou])e", r"\1"),  # ä, ae and a
        (r"[ae][iy]", "ei"),  # Meyer, Maier
        (r"y(?=[aeiou])", "j"),  # Yusuf, Jusuf
        (r"y", "i"),  # Lynn, Linn
        (r"ie", "i"),
        (r"ou", "u"),  # Youssef
        (r"ph", "f"),
        (r"th", "t"),
        (r"dt", "t"),
        (r"tz", "z"),
        (r"ck", "k"),
        (r"c(?!h)", "k"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"(.)\1+", r"\1"),  # Mohammed, Mohamed
    )
]


def fold_name(name):
    """The name in lower case, without accents and variants of spelling; words are parted by one space.

    For comparison only: “Yannick Müller-Weiß” becomes “janik muler veis”.
    """
    name = _NOT_SPOKEN.sub("", (name or "").casefold().translate(_LETTERS))
    name = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    name = _BETWEEN_WORDS.sub(" ", name).strip()
    for pattern, sound in _SOUNDS:
        name = pattern.sub(sound, name)
    return name


def person_key(first_name, last_name):
    """Equal for two persons whose names sound alike, whichever name comes first and however they are parted."""
    return "|".join(sorted(fold_name(name).replace(" ", "") for name in (first_name, last_name)))
