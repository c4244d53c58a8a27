"""Words that a reader has to translate, in names, comments and texts: each has a bound in tests/limits.json that only shrinks."""
import json
import re
import subprocess

import harness
import pytest

WORDS = {
    "told": r"\b(un)?told\b", "tells": r"\btells?\b", "said of": r"\bsaid (of|to)\b", "say that": r"\bSay (what|that|when|who|whether)\b",
    "holding": r"\bholdings?\b", "succession": r"\bsuccession\b", "whoever": r"\b[Ww]ho(m)?(ever|soever)\b", "of which nothing": r"of which nothing",
    "closed total": r"closed[ _-]totals?", "past total": r"past[ _-]totals?", "rehearsal": r"\brehears\w+",
    "take back": r"[Tt]ake (that|the \w+|a \w+) ?(\w+ )*back\b", "leg": r"\blegs?\b", "flight": r"\bflights?\b|\bflown\b|\bfl(y|ies)\b",
    "heed": r"\bheed\w*", "parcel": r"\bparcels?\b", "barren": r"\bbarren\b", "pour": r"\bpour\w*", "let": r"\blet_\w+", "lay": r"\blay_\w+",
    "keep records": r"\bkeep_records\b", "standing": r"\bstanding\b", "is there": r"\bis there\b(?! )", "thereof": r"\bthere(of|to|upon|by)\b",
    "can be had": r"\bcan be had\b", "come of it": r"c(a|o)mes? of (it|them)", "goes again": r"goes again", "kin": r"\bkin\b",
    "anew": r"\banew\b", "mend": r"\bmend(s|ed|ing)?\b", "nought": r"\b[Nn]ought\b", "for ever": r"\bfor ever\b"}
# Where old words stand as such, or are written by a script.
ELSEWHERE = ("CHANGELOG.md", "openapi/CHANGELOG.md", "openapi/openapi.json", "clients/web/types", "tests/fuzz/corpus", "tests/lint/test_old_words.py")


def texts():
    files = subprocess.run(["git", "ls-files"], cwd=harness.ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout.split("\n")
    for name in files:
        path = harness.ROOT / name
        if path.suffix in (".py", ".c", ".h", ".sql", ".yaml", ".md", ".js", ".csv", ".html") and path.is_file() and not name.startswith(ELSEWHERE):
            yield path.read_text(errors="ignore")


TEXT = "\n".join(texts())
BOUNDS = {name.removeprefix("old word: "): bound for name, bound in json.loads((harness.ROOT / "tests/limits.json").read_text()).items()
          if name.startswith("old word: ")}


def count(word, text):
    return len(re.findall(WORDS[word], text))


def test_every_word_has_a_bound():
    assert BOUNDS.keys() == WORDS.keys() and len(TEXT) > 2_000_000


@pytest.mark.parametrize("word", WORDS)
def test_a_word_becomes_no_more_frequent(word):
    assert count(word, TEXT) <= BOUNDS[word]


def test_words_are_counted():
    assert count("told", "untold told toldest") == 2 and count("flight", "It flies in flight") == 2 and count("is there", "that is there.\nis there one") == 1
