"""Statement: the draft of the plan's text as a Word document, every figure and verdict from one outcome."""

from pathlib import Path

from exhibits.classes import shown_groups
from exhibits.statement import city as statement_city
from exhibits.statement import rules as statement_rules
from exhibits.statement.draft import Draft
from exhibits.statement.parts import Parts
from exhibits.suggested import classes_after
from exhibits.wording import parameters_line
from exhibits.workbook.sheets import sheets
from geodata.words import Lang, say
from scenarios.outcome import Outcome

SECTIONS = (
    statement_city.basis,
    statement_city.scope,
    statement_city.data,
    statement_city.present,
    statement_city.coverage,
    statement_rules.quota,
    statement_rules.streets,
    statement_rules.sites,
    statement_city.parameters,
    statement_city.limits,
)
MOST_GROUP_MAPS = 2


def make(outcome: Outcome, path: Path, lang: Lang = "zh") -> tuple[str, ...]:
    """Write the statement and say which sections were left out, and why."""
    from exhibits.statement import keymaps  # noqa: PLC0415 - matplotlib is slow to load

    study = outcome.city.study
    draft = Draft(lang, say("st_title", lang, name=study.name), say("doc_stamp", lang))
    parts = Parts(
        outcome,
        lang,
        sheets(outcome, lang),
        keymaps.drawer(outcome, lang),
        mapped_groups(outcome),
        any(classes_after(outcome, group) is not None for group in outcome.groups),
    )
    cover(draft, parts)
    for section in SECTIONS:
        section(draft, parts)
    draft.save(
        path,
        title=say("st_title", lang, name=study.name),
        comments=parameters_line(outcome, lang),
        day=study.day,
    )
    return tuple(parts.left_out)


def mapped_groups(outcome: Outcome) -> tuple[str, ...]:
    """Return the groups that get a map of their own: what the circle is about first, then clinics."""
    shown = shown_groups(outcome)
    wanted = ("day_care", "any_care", *shown)
    first = next((group for group in wanted if group in shown), "")
    return tuple(dict.fromkeys(group for group in (first, "medical", *shown) if group in shown))[:MOST_GROUP_MAPS]


def cover(draft: Draft, parts: Parts) -> None:
    """Write the title, what the draft is, and the table of contents."""
    lang, study = parts.lang, parts.outcome.city.study
    draft.title(study.name, say("st_cover", lang), say("st_subtitle", lang))
    draft.small(parameters_line(parts.outcome, lang))
    draft.small(say("st_draft_note", lang, day=study.day or say("doc_no_day", lang)))
    draft.contents_title(say("st_contents", lang))
    draft.contents_here()
