"""About: how each headline figure is worked out, with numerator, denominator, unknown, parameters and clause."""

from collections.abc import Mapping, Sequence

from exhibits.classes import limits_min
from exhibits.quality import parameter_rows
from exhibits.screen import rule_headline, rule_tables
from exhibits.screen.estates import judgement_of
from exhibits.screen.headline import Figure
from exhibits.style import label
from exhibits.wording import walker_source
from exhibits.workbook.sheets_rules import trace
from geodata.words import Lang, say
from planning.rules.profiles import read_profile
from scenarios.outcome import Outcome

Pairs = tuple[tuple[str, str], ...]
PARTS_OF = {  # which paragraphs of the rules page's explanation belong to which figure
    "permit": ("explain_quota_title", "explain_permit_title"),
    "today": ("explain_quota_title", "explain_pooled_title"),
    "pooled": ("explain_pooled_title",),
    "naive": ("explain_naive_title",),
    "presence": ("explain_presence_title",),
}


def coverage(outcome: Outcome, figures: Sequence[Figure], lang: Lang) -> Mapping[str, Pairs]:
    """Return for every coverage figure how it is worked out, by its group."""
    most = f"{limits_min(outcome)[-1]:g}"
    rows = {row["group"]: row for row in outcome.summary["headline"]}
    clauses = circle_clauses(outcome, lang)
    found = {}
    for figure in figures:
        weight = "elders" if rows[figure.group]["elders_total"] else "places"
        comma = "、" if lang == "zh" else ", "
        kinds = comma.join(label("kind", kind, lang) for kind in outcome.groups[figure.group])
        found[figure.group] = (
            (
                say("about_how", lang),
                say("about_coverage", lang, kinds=kinds, most=most, weight=say(f"weight_{weight}", lang)),
            ),
            (say("about_figures", lang), f"{figure.made_of}{say('about_stop', lang)}{figure.unknown}"),
            *figure.lines,
            *parameter_rows(outcome, lang),
            (say("about_walker", lang), walker_source(outcome.profile, lang)),
            (say("about_basis", lang), clauses),
        )
    return found


def circle_clauses(outcome: Outcome, lang: Lang) -> str:
    """Return the clauses that ask for a walking circle, or that none is known."""
    study = outcome.city.study
    if not study.policy:
        return say("about_no_policy", lang)
    profile = read_profile(study.policy, folder=study.folder)
    lines = [f"{trace(rule, lang)}：{rule.reading(lang)}" for rule, _ in profile.asking("circle")]
    return "\n".join(dict.fromkeys(lines)) or say("about_no_circle", lang)


def rules(outcome: Outcome, figures: Sequence[Figure], lang: Lang) -> Mapping[str, Pairs]:
    """Return for every figure of the rules page how it is worked out, by its name there."""
    explained = dict(rule_tables.explained(outcome, lang))
    table = rule_tables.parameters(outcome, lang)
    given = rule_headline.rules_line(outcome, lang)
    sources = say("about_parameters_rules", lang, line=given, n=len(table))
    found = {}
    for figure in figures:
        parts = tuple((say(code, lang), explained[say(code, lang)]) for code in PARTS_OF[figure.group])
        if figure.group == "presence":
            parts = (*parts, (say("about_basis", lang), presence_clause(outcome, lang)))
        found[figure.group] = (
            *parts,
            (say("about_figures", lang), f"{figure.made_of}{say('about_stop', lang)}{figure.unknown}"),
            *figure.lines,
            (say("about_parameters", lang), sources),
        )
    return found


def presence_clause(outcome: Outcome, lang: Lang) -> str:
    """Return the clause of the presence rate that the headline shows."""
    judgement = judgement_of(outcome)
    rule = rule_headline.presences(judgement)[0].rule
    return f"{trace(rule, lang)}：{rule.reading(lang)}"
