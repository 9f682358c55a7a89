"""Verdict looks: the colour that a verdict has in tables, beside its word: blue passes, red fails, grey isn't known."""

from collections.abc import Mapping

from geodata.words import Lang, say
from planning.rules.findings import word

PASS, POOLED, WARN, FAIL, GREY, BARE = (
    ("#cfe3f3", "#0a3a63"),
    ("#d3ece3", "#0d4a35"),
    ("#fbe3a8", "#6b4700"),
    ("#f6c7b4", "#7a2206"),
    ("#e4e4e4", "#5a5a5a"),
    ("#f7f7f7", "#7a7a7a"),
)
VERDICTS: Mapping[str, tuple[str, str]] = {
    "met": PASS,
    "met_pooled": POOLED,
    "below": FAIL,
    "below_minimum": WARN,
    "unknown": GREY,
    "no_rule": BARE,
    "not_applicable": BARE,
}
OTHERS: Mapping[str, tuple[str, str]] = {
    "state_served": PASS,
    "state_full": WARN,
    "state_out": FAIL,
    "state_unknown": GREY,
    "doc_present": PASS,
    "doc_absent": FAIL,
    "doc_yes": PASS,
    "doc_no": WARN,
    "doc_unknown": GREY,
    "doc_due_overdue": FAIL,
    "doc_due_due_later": WARN,
    "doc_due_no_due": BARE,
    "severity_error": FAIL,
    "severity_doubt": WARN,
    "severity_repair": POOLED,
    "severity_note": BARE,
}


def fills(lang: Lang, most: str = "") -> dict[str, tuple[str, str]]:
    """Return fill and ink of every word that tables print as a verdict or a state; ``most`` is the longest limit."""
    found = {word(f"verdict_{name}", lang): look for name, look in VERDICTS.items()}
    too_far = {say("state_beyond", lang, most=most): FAIL, say("no_way", lang): FAIL}
    return {**found, **{say(code, lang).strip(): look for code, look in OTHERS.items()}, **too_far}
