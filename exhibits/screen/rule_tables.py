"""Rule tables for the screen: areas, indicators, ledger, presence and pooling, as they are taken away as CSV."""

import io
from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from functools import partial

import pandas as pd
from pandas.io.formats.style import Styler

from exhibits.screen.estates import (
    Filter,
    districts,
    held_by,
    judgement_of,
    objects_inside,
    passing,
    verdict_word,
)
from exhibits.screen.rule_headline import has_walks, presence_text, presences, same_street
from exhibits.style import label
from exhibits.verdictlooks import fills
from exhibits.wording import metres_text
from exhibits.workbook import sheets_rules
from exhibits.workbook.sheet import Table
from exhibits.workbook.sheets_rules import trace, traced
from geodata.words import Lang, say
from geodata.words.numbers import grouped, trimmed
from planning.groups import numbers
from planning.rules.estates import pooling_rules
from planning.rules.findings import figure, said
from planning.rules.profiles import PRESETS
from planning.totals import counted, share_text
from scenarios.outcome import Outcome
from scenarios.tables import harmless

DECIMALS = 1
LONG = 26  # letters
LEDGER = (
    *("object_name", "object_id", "layer", "by_reading", "verdict", "gap", "unit", "measure"),
    *("due", "due_status", "force", "clause", "sentence"),
)
INDICATORS = (
    *("rule_id", "reading", "sentence", "relation", "target", "current", "unit", "gap", "gap_unit", "verdict"),
    *("due_status", "due", "force", "way", "judged", "below", "unknown", "clause"),
)


def estates(outcome: Outcome, shown: Filter, lang: Lang) -> pd.DataFrame:
    """Return the residential areas that the filter lets through, what they lack first, largest first.

    Columns carry the words of ``lang``; the index is the place's id.
    """
    table = judgement_of(outcome).estates.set_index("place_id")
    table = table[passing(outcome, shown).loc[table.index].to_numpy(dtype=bool)]
    names, name = districts(outcome, lang), shown.reading
    found = pd.DataFrame(
        {
            "name": table["name"].astype("str"),
            "street": [names.get(key, say("no_district", lang)) for key in held_by(outcome).loc[table.index]],
            "verdict": [verdict_word(one, lang) for one in table[f"{name}_verdict"]],
            "gap_m2": table[f"{name}_gap_m2"].astype("float64"),
            "required_m2": table[f"{name}_required_m2"].astype("float64"),
            "existing_m2": table["existing_m2"].astype("float64"),
            "households": numbers(table["households"]),
            "class": [say(f"estate_class_{one if pd.notna(one) else 'unknown'}", lang) for one in table["class"]],
            "permit": [say("no_figure", lang) if pd.isna(day) else f"{day:%Y-%m-%d}" for day in table["permit_date"]],
            "rule": [say("no_figure", lang) if pd.isna(rule) else str(rule) for rule in table[f"{name}_rule"]],
            "other": [
                verdict_word(one, lang) for one in table["today_verdict" if name == "permit" else "permit_verdict"]
            ],
        },
        index=table.index,
    ).sort_values("gap_m2", ascending=False, na_position="last", kind="stable")
    other = "today" if name == "permit" else "permit"
    titles = {column: say(f"estates_{column}", lang) for column in found.columns}
    return found.rename(columns={**titles, "other": say(f"estates_other_{other}", lang)})


def indicators(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return every target beside its current value, as the workbook has it; what asks most of planners first."""
    table = sheets_rules.indicators(outcome, lang)
    assert table is not None
    due = [say(f"doc_due_{one}", lang) for one in judgement_of(outcome).indicators(lang)["due_status"]]
    return titled(table, INDICATORS, lang, due_status=due)


def ledger(outcome: Outcome, shown: Filter, lang: Lang) -> pd.DataFrame:
    """Return the list to work through, as the workbook has it, of what lies in the district of the filter."""
    table = sheets_rules.ledger(outcome, lang)
    assert table is not None
    rows = titled(table, LEDGER, lang)
    if not shown.district:
        return rows
    lines = judgement_of(outcome).ledger(lang)
    inside = objects_inside(outcome, shown.district)
    let = [key in inside for key in zip(lines["layer"], lines["object_id"].astype("str"), strict=True)]
    return rows[let].reset_index(drop=True)


def titled(table: Table, keys: Sequence[str], lang: Lang, **added: list[str]) -> pd.DataFrame:
    """Return the columns of a sheet under their titles; a column of figures and words becomes words."""
    titles = {column.key: column.title for column in table.columns}
    rows = table.rows.copy()
    for name, values in added.items():
        rows[name] = values
    return pd.DataFrame({titles.get(key) or say(f"doc_col_{key}", lang): even(rows[key], lang) for key in keys})


def even(values: pd.Series, lang: Lang) -> pd.Series:
    """Return a column as floats where it holds nothing but figures, else as text; a missing figure is unknown."""
    if pd.api.types.is_numeric_dtype(values) and not values.isna().any():
        return values
    texts = [value if isinstance(value, str) else number_text(value, lang) for value in values]
    return pd.Series(texts, index=values.index, dtype="object")


def number_text(value: object, lang: Lang) -> str:
    """Print one figure of a table."""
    if pd.isna(value):  # type: ignore[call-overload]  # a scalar
        return say("doc_unknown", lang)
    if not isinstance(value, int | float):
        return str(value)
    return trimmed(value)


def wide(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns whose texts are too long for the screen and are cut there."""
    words = [column for column in table.columns if not pd.api.types.is_numeric_dtype(table[column])]
    return tuple(column for column in words if table[column].astype("str").str.len().max() > LONG)


def coloured(table: pd.DataFrame, lang: Lang) -> Styler:
    """Return a table whose verdicts carry their colours, figures with one decimal, a dash for what is missing."""
    colours = fills(lang)

    def paint(value: object) -> str:
        look = colours.get(value) if isinstance(value, str) else None
        return f"background-color: {look[0]}; color: {look[1]}" if look else ""

    words: list[Hashable] = [column for column in table.columns if not pd.api.types.is_numeric_dtype(table[column])]
    shown = table.style.map(paint, subset=words)
    whole: list[Hashable] = [
        column for column in table.columns if column not in words and (table[column].dropna() % 1 == 0).all()
    ]
    tenths: list[Hashable] = [column for column in table.columns if column not in words and column not in whole]
    dash = say("no_figure", lang)

    def parted(value: object, decimals: int = 0) -> str:
        return grouped(float(value), decimals)  # type: ignore[arg-type]  # the columns chosen hold numbers alone

    in_tenths = partial(parted, decimals=DECIMALS)
    return shown.format(parted, subset=whole, na_rep=dash).format(in_tenths, subset=tenths, na_rep=dash)


def presence_rules(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return the presence rates (建有率) that the documents ask for, each with its clause."""
    profile = judgement_of(outcome).profile
    found = presences(judgement_of(outcome))
    rows = [
        (
            said(one.details["what"], lang) if "what" in one.details else one.rule.reading(lang),
            presence_text(one, lang),
            verdict_word(one.verdict, lang),
            traced(profile, one.rule.id, lang),
        )
        for one in found
    ]
    return pd.DataFrame(rows, columns=[say(f"presence_{name}", lang) for name in ("what", "rate", "verdict", "clause")])


def presence_groups(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return how many districts of each level have any open facility of each group: levels down, groups across."""
    rows = pd.DataFrame(outcome.summary["presence"], columns=["level", "group", "districts", "with_site", "unknown"])
    rows["text"] = [
        share_text(has, whole - unknown, unknown, lang, of="districts")
        for has, whole, unknown in zip(rows["with_site"], rows["districts"], rows["unknown"], strict=True)
    ]
    wide = rows.pivot_table(index="level", columns="group", values="text", aggfunc="first", sort=False)
    wide.columns = pd.Index([label("group", str(group), lang) for group in wide.columns])
    levels = [label("level", str(level), lang) for level in wide.index]
    found = wide.reset_index(drop=True)
    found.insert(0, say("presence_level", lang), levels)
    return found


def pooled(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return who is served by what through pooling, one row per pair."""
    table = judgement_of(outcome).pooled
    found = pd.DataFrame(
        {
            "place_id": table["place_id"].astype("str"),
            "place": table["place_name"].astype("str"),
            "site": table["site_name"].astype("str"),
            "area_m2": table["area_m2"].astype("float64"),
            "walk": [metres_text(metres, lang) for metres in table["flat_m"]],
        }
    ).reset_index(drop=True)
    return found.rename(columns={name: say(f"pooled_{name}", lang) for name in found.columns})


def parameters(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return every parameter the rules leave open: its value, what it means and who set it."""
    profile = judgement_of(outcome).profile
    setters = {"[rules]": say("parameter_chosen", lang), PRESETS: say("parameter_preset", lang)}
    rows = [
        (one.zh if lang == "zh" else one.en, value_text(one.value, lang), setters.get(one.source, one.source))
        for one in profile.parameters.values()
    ]
    return pd.DataFrame(rows, columns=[say(f"parameter_{name}", lang) for name in ("meaning", "value", "source")])


def value_text(value: object, lang: Lang) -> str:
    """Print the value of a parameter: kinds by their names, yes and no, tables as they are written."""
    comma = "、" if lang == "zh" else ", "
    if isinstance(value, bool):
        return say("doc_yes" if value else "doc_no", lang)
    if isinstance(value, Decimal):
        return figure(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{label('near', str(key), lang)} = {value_text(one, lang)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return comma.join(label("kind", str(one), lang) for one in value)
    return label("land_per", str(value), lang)


def contradictions(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return where the documents contradict themselves or each other."""
    table = judgement_of(outcome).contradictions(lang)
    return table.rename(columns={name: say(f"contradiction_{name}", lang) for name in table.columns})


def explained(outcome: Outcome, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return how each figure of the page is made, with the clauses it rests on, as pairs of word and text."""
    judgement = judgement_of(outcome)
    profile, table = judgement.profile, judgement.estates
    naming = [
        rule
        for name in sorted({*table["permit_rule"].dropna(), *table["today_rule"].dropna()})
        if (rule := profile.rule(str(name))) is not None
    ]
    quota = [say("explain_rule", lang, clause=trace(rule, lang), reading=rule.reading(lang)) for rule in naming]
    pools = [trace(rule, lang) for rule, _ in pooling_rules(judgement.case)]
    found = [
        (say("explain_quota_title", lang), "\n".join([say("explain_quota", lang), *quota])),
        (say("explain_permit_title", lang), say("explain_permit", lang, since=profile["new_since"])),
        (
            say("explain_pooled_title", lang),
            say(
                "explain_pooled",
                lang,
                metres=figure(profile["pool_m"]),
                same=same_street(judgement, lang),
                clause=("、" if lang == "zh" else ", ").join(pools) or say("no_figure", lang),
            ),
        ),
    ]
    if has_walks(judgement):
        naive = judgement.pooling
        found.append(
            (
                say("explain_naive_title", lang),
                say(
                    "explain_naive",
                    lang,
                    metres=figure(profile["pool_m"]),
                    any=counted(naive["any_facility"]),
                    whole=counted(naive["whole_area"]),
                    flow=counted(naive["flow"]),
                ),
            )
        )
    found.append((say("explain_presence_title", lang), say("explain_presence", lang)))
    return tuple(found)


def as_csv(outcome: Outcome, table: pd.DataFrame, lang: Lang) -> bytes:
    """Return a table as CSV that Excel opens as it is; what it was judged by stands in the last line."""
    named = table.index.name is not None
    shown = (table.rename_axis(say("column_id", lang)).reset_index() if named else table).map(harmless)
    text = io.StringIO()
    shown.to_csv(text, index=False, lineterminator="\r\n")
    judgement = judgement_of(outcome)
    last = say(
        "rules_csv_note",
        lang,
        title=judgement.profile.title(lang),
        day=judgement.case.day,
        household=figure(judgement.profile["household_size"]),
        metres=figure(judgement.profile["pool_m"]),
        fingerprint=outcome.fingerprint[:8],
    )
    pd.DataFrame([[last]]).to_csv(text, index=False, header=False, lineterminator="\r\n")
    return text.getvalue().encode("utf-8-sig")
