"""What a new password must be: long, on no list of passwords that people choose, made of nobody's
own words, and no repeat, sequence or run along the keyboard.

Sources: OWASP ASVS 5.0 (6.1.2, 6.2.1-6.2.12), NIST SP 800-63B-4: length over composition. Lists and
keyboards are those of zxcvbn (D. Wheeler, USENIX Security 2016). Asking takes some milliseconds, so
callers do it between transactions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.config import Config
from engine.errors import Invalid, Problem
from engine.identity.breached import is_breached

MIN_LENGTH: Final = 15
"""Characters of the shortest password (NIST SP 800-63B-4 for a password that is used alone)."""
MAX_LENGTH: Final = 1_000
"""Characters of the longest password: hashing more would let anybody keep the server busy."""
DIFFERENT_CHARACTERS: Final = 5
"""How many different characters a password has at least."""
WORD_LENGTH: Final = 4
"""Characters of the shortest word of a person or the company that a password must not contain:
shorter ones stand in many good passwords by chance."""
LOOKED_AT: Final = 40
"""Characters of a password's beginning that patterns are looked for in: it takes time that grows
with the square of the length, and what follows is more than enough."""
LEAST_GUESSES: Final = 10.0
"""The power of ten of the guesses that zxcvbn must think necessary: what it calls "safely
unguessable", for somebody who has the hash."""
RUN: Final = 4
"""Characters of the shortest run that counts as one."""

_COMMON = """
    correcthorsebatterystaple thequickbrownfox thequickbrownfoxjumps administrator
    lösenord losenord hemligt hemlig välkommen valkommen sommar vinter hösten våren fotboll
    sverige stockholm göteborg malmö älskling jagälskardig password welcome letmein iloveyou
    summer winter autumn spring football
"""
COMMON: Final = frozenset(_COMMON.split())
"""Beginnings that people really choose and that zxcvbn's (English) lists do not have: whole
passwords, once digits and signs at both ends and repeats are taken away."""
_ROWS: Final = ("1234567890+", "qwertyuiopå", "asdfghjklöä", "zxcvbnm,.-")
"""The rows of a Swedish keyboard; zxcvbn knows the American one."""
_READ_AS: Final = str.maketrans("013457@$!8", "oieastasib")
"""Signs that stand for letters."""


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """The rules of one installation.

    ``company`` are the company's words, ``breached`` a file of hashes as ``is_breached`` reads it.
    """

    company: tuple[str, ...] = ()
    breached: Path | None = None

    def problems(self, password: str, *own: str | None) -> tuple[Problem, ...]:
        """What is wrong with a new password (field ``password``), each cause once:
        password_too_short, password_too_long, password_own_word, password_company_word (both with
        ``word``), password_repeats, password_sequence, password_keyboard, password_common,
        password_breached.

        :param own: the person's own texts: user name, name, mail address
        :raises Unavailable: when the file of hashes cannot be read
        """
        plain = unicodedata.normalize("NFC", password)
        if len(plain) < MIN_LENGTH:
            return (_problem("password_too_short", f"at least {MIN_LENGTH} characters"),)
        if len(plain) > MAX_LENGTH:
            return (_problem("password_too_long", f"at most {MAX_LENGTH} characters"),)
        causes = [*self._words(plain, own)]
        code = _pattern(plain)
        if code is None and not causes:  # with a word that must go, it is another password
            code = _guessed(plain, [*_words_of(own), *_words_of(self.company)])
        if code is not None:
            causes.append(_problem(code, _TEXTS[code]))
        if self.breached is not None and is_breached(self.breached, plain, password):
            causes.append(_problem("password_breached", _TEXTS["password_breached"]))
        return tuple(causes)

    def check(self, password: str, *own: str | None) -> None:
        """Raise Invalid with the ``problems`` of a new password."""
        if problems := self.problems(password, *own):
            raise Invalid(problems)

    def _words(self, plain: str, own: Iterable[str | None]) -> Iterator[Problem]:
        """The first word of the person's and of the company's that the password contains."""
        spellings = _spellings(plain)
        for code, texts in (
            ("password_own_word", own),
            ("password_company_word", self.company),
        ):
            for word in _words_of(texts):
                if any(_folded(word) in spelling for spelling in spellings):
                    yield _problem(code, f"the password contains {word!r}", word=word)
                    break


def rules_of(config: Config) -> PasswordRules:
    """The rules that the settings ask for. The company's name is one of its words."""
    file = config.access.breached_passwords
    words = (config.company.name, *config.access.company_words)
    return PasswordRules(words, Path(file) if file else None)


_TEXTS: Final = {
    "password_repeats": "the password repeats one part",
    "password_sequence": "the password is a sequence of neighbours, such as abcd or 4321",
    "password_keyboard": "the password follows the keys of the keyboard",
    "password_common": "this password is one of the first that anyone tries",
    "password_breached": "this password is known from a leak of passwords",
}


def _problem(code: str, message: str, **more: Any) -> Problem:
    params = {"minimum": MIN_LENGTH, "maximum": MAX_LENGTH, **more}
    return Problem(code, message, "password", params)


# ---------------------------------------------------------------- words


def _words_of(texts: Iterable[str | None]) -> list[str]:
    """The words of the texts that a password must not contain, the longest first: each part, and
    each text as one word."""
    words: set[str] = set()
    for text in texts:
        composed = unicodedata.normalize("NFC", text or "").casefold()
        # Of an address's domain the last label is everybody's.
        local, at, domain = composed.partition("@")
        pieces = [local, *(domain.split(".")[:-1] if at else [])]
        for piece in pieces:
            words.update(re.findall(r"[^\W_]+", piece))
            words.add("".join(re.findall(r"[^\W_]+", piece)))
    return sorted((w for w in words if len(w) >= WORD_LENGTH), key=lambda w: (-len(w), w))


def _folded(text: str) -> str:
    """The text without accents, blanks and signs between its letters, in small letters."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if c.isalnum())


def _spellings(plain: str) -> tuple[str, str]:
    """The password as it is read, and with signs read as the letters that they stand for."""
    return _folded(plain), _folded(plain.casefold().translate(_READ_AS))


# ---------------------------------------------------------------- patterns


def _pattern(plain: str) -> str | None:
    """The code of the pattern that makes up at least half of the password; None for none."""
    folded = plain.casefold()
    if len(set(folded)) < DIFFERENT_CHARACTERS or folded in (folded * 2)[1:-1]:
        return "password_repeats"
    from zxcvbn import matching

    text = folded[:LOOKED_AT]
    for code, spans in (
        ("password_sequence", _spans(matching.sequence_match(text))),
        ("password_keyboard", [*_spans(matching.spatial_match(text)), *_row_runs(text)]),
        ("password_repeats", _spans(matching.repeat_match(text))),
    ):
        covered = {i for start, end in spans for i in range(start, end)}
        if len(covered) * 2 >= len(folded):
            return code
    return None


def _spans(matches: Iterable[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(m["i"], m["j"] + 1) for m in matches if m["j"] - m["i"] + 1 >= RUN]


def _row_runs(text: str) -> Iterator[tuple[int, int]]:
    """Where the text goes along a row of the keyboard, in either direction."""
    rows = [*_ROWS, *(row[::-1] for row in _ROWS)]
    for start in range(len(text) - RUN + 1):
        if any(text[start : start + RUN] in row for row in rows):
            yield start, start + RUN


def _guessed(plain: str, words: list[str]) -> str | None:
    """``password_common`` for a password that is on a list, or soon guessed from the lists."""
    from zxcvbn import zxcvbn

    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain.casefold())
    once = bare[: len(bare) // 2] if bare[: len(bare) // 2] * 2 == bare else bare
    if {bare, once, _folded(plain)} & COMMON:
        return "password_common"
    rating = zxcvbn(plain[:LOOKED_AT], user_inputs=words)
    beyond = max(len(plain) - LOOKED_AT, 0)  # not looked at: counted as if it were a word
    few = float(rating["guesses_log10"]) + beyond / 4 < LEAST_GUESSES
    return "password_common" if few else None
