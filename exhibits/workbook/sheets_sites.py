"""Tables of sites: the facilities and clinics that are there (表3), and the sites suggested (表6)."""

import pandas as pd

from exhibits.style import label
from exhibits.suggested import proof, suggested
from exhibits.wording import count_text
from exhibits.workbook.sheet import Table, Total, column, dash
from exhibits.workbook.sheets_places import levels
from geodata.words import Lang, say
from planning.rules.case import held
from scenarios.outcome import Outcome

FIGURES = ("floor_area_m2", "site_area_m2", "beds", "nursing_beds", "dementia_beds", "residents", "carers")
SUMMED = frozenset({"floor_area_m2", "beds", "nursing_beds", "dementia_beds", "residents", "carers"})


def facilities(outcome: Outcome, lang: Lang) -> Table | None:
    """Return 表3: every facility and clinic, whether it counts as open, and its figures."""
    city = outcome.city
    if not len(outcome.sites):
        return None
    both = pd.concat([pd.DataFrame(city.facilities), pd.DataFrame(city.medical)])
    both = both.set_axis(outcome.sites.index)
    care = (outcome.sites["layer"] == "facilities").tolist()
    rows = pd.DataFrame(
        {
            "layer": [label("layer_word", str(layer), lang) for layer in outcome.sites["layer"]],
            "id": outcome.sites["id"].astype("str"),
            "name": outcome.sites["name"].astype("str"),
            "kind": [label("kind", str(kind), lang) for kind in outcome.sites["kind"]],
            "status": [status_word(status, own, lang) for status, own in zip(both["status"], care, strict=True)],
            "counted_open": [open_word(opens, lang) for opens in outcome.sites["open"]],
        },
        index=both.index,
    )
    columns = [
        column("layer", lang),
        column("id", lang, "id"),
        column("name", lang, wide=30),
        column("kind", lang, wide=24),
        column("status", lang),
        column("counted_open", lang, "verdict"),
    ]
    if "street" in levels(outcome):
        rows["street"] = streets(outcome, lang)
        columns.append(column("street", lang, wide=16))
    for name in FIGURES:
        rows[name] = [
            value if own else dash(lang) for value, own in zip(both[name].astype("object"), care, strict=True)
        ]
        columns.append(column(name, lang, "area" if name.endswith("m2") else "count", summed=name in SUMMED))
    for name in ("opened_on", "operator", "functions", "medical_mode", "level_of_clinic"):
        values = both["level" if name == "level_of_clinic" else name]
        mine = [own != (name == "level_of_clinic") for own in care]
        said = [listed(value, lang) if own else dash(lang) for value, own in zip(values, mine, strict=True)]
        rows[name] = pd.Series(said, index=rows.index, dtype="object")
        columns.append(
            column(name, lang, "date" if name == "opened_on" else "text", wide=0 if name == "opened_on" else 18)
        )
    totals = [Total(say("doc_total_layer", lang, layer=name), {"layer": name}) for name in dict.fromkeys(rows["layer"])]
    return Table(
        "facilities",
        say("doc_number", lang, number="3"),
        say("doc_title_facilities", lang),
        tuple(columns),
        rows.reset_index(drop=True),
        tuple(totals),
        (say("doc_note_facilities", lang),),
    )


def status_word(status: object, own: bool, lang: Lang) -> str:  # noqa: FBT001 - one row of a layer or not
    """Return the status as given; clinics carry none."""
    if not own:
        return dash(lang)
    return say("doc_unknown", lang) if pd.isna(status) else label("status", str(status), lang)  # type: ignore[call-overload]


def open_word(opens: object, lang: Lang) -> str:
    """Say whether a site counts as open."""
    if pd.isna(opens):  # type: ignore[call-overload]  # True, False or <NA>
        return say("doc_unknown", lang)
    return say("doc_yes" if opens else "doc_no", lang)


def listed(value: object, lang: Lang) -> object:
    """Return a value of a layer as a cell: lists joined, what is missing said to be."""
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh" else ", ").join(str(one) for one in value) or say("doc_unknown", lang)
    return say("doc_unknown", lang) if pd.isna(value) else value  # type: ignore[call-overload]  # a scalar


def streets(outcome: Outcome, lang: Lang) -> list[str]:
    """Return the name of the street (township) that holds each site."""
    city = outcome.city
    names = city.districts["name"].to_dict()
    found: list[str] = []
    for table in (city.facilities, city.medical):
        holder = held(table, city.districts, "street") if len(table) else {}
        found += [str(names[holder[key]]) if key in holder else say("no_district", lang) for key in table.index]
    return found


def sites(outcome: Outcome, lang: Lang) -> Table | None:
    """Return 表6: the suggested sites, what each adds and why, with the proof of the search."""
    found = suggested(outcome, lang)
    if found is None:
        return None
    rows = pd.DataFrame(
        {
            "rank": found["rank"],
            "id": found["candidate_id"].astype("str"),
            "name": found["name"].astype("str"),
            "phase": texts(found["phase"], lang),
            "floor_area_m2": found["floor_area_m2"],
            "newly_covered_elders": found["newly_covered_elders"],
            "newly_covered_places": found["newly_covered_places"],
            "closes_gap_m2": found["closes_gap_m2"],
            "nearest_medical_m": found["nearest_medical_m"],
            "cost_yuan": found["cost_yuan"],
            "reason": texts(found["reason"], lang),
        }
    )
    columns = (
        column("rank", lang, "count"),
        column("id", lang, "id"),
        column("name", lang, wide=24),
        column("phase", lang),
        column("floor_area_m2", lang, "area", summed=True),
        column("newly_covered_elders", lang, "count", summed=True),
        column("newly_covered_places", lang, "count", summed=True),
        column("closes_gap_m2", lang, "area", summed=True),
        column("nearest_medical_m", lang, "area"),
        column("cost_yuan", lang, "yuan", summed=True),
        column("reason", lang, "long", wide=60),
    )
    return Table(
        "sites",
        say("doc_number", lang, number="6"),
        say("doc_title_sites", lang),
        columns,
        rows,
        (Total(say("doc_total", lang)),),
        proof_lines(outcome, lang),
    )


def texts(values: pd.Series, lang: Lang) -> list[str]:
    """Return values as text; what is missing is a dash."""
    return [dash(lang) if nothing else str(value) for value, nothing in zip(values, values.isna(), strict=True)]


def proof_lines(outcome: Outcome, lang: Lang) -> tuple[str, ...]:
    """Say how the search for sites ended."""
    ended = proof(outcome)
    if ended is None:
        return ()
    return (
        say(
            "doc_note_sites",
            lang,
            status=say(f"doc_plan_{ended['status']}", lang),
            objective=count_text(ended["objective"], lang),
            bound=count_text(ended["bound"], lang),
            gap=dash(lang) if pd.isna(ended["gap"]) else f"{100 * ended['gap']:.2f} %",
        ),
    )
