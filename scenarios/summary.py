"""Summary: the headline figures of one outcome with everything a reviewer asks for beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geodata.city import City
from geodata.faults import Fault, Severity
from geodata.words import Lang, catalogue, say
from geodata.words.numbers import grouped
from planning.rules.judge import Judgement
from planning.totals import share_text, weight_text
from planning.walking.profile import WalkProfile
from scenarios.siting import Sited

# what can't be computed without a layer, by the code of the sentence that says so
LEFT_OUT: Mapping[str, str] = {
    "facilities": "left_out_facilities",
    "medical": "left_out_medical",
    "districts": "left_out_districts",
    "gates": "left_out_gates",
    "candidates": "left_out_candidates",
    "elevation": "left_out_elevation",
}


def summarise(
    *,
    city: City,
    profile: WalkProfile,
    totals: pd.DataFrame,
    presence: pd.DataFrame,
    sensitivity: pd.DataFrame,
    judgement: Judgement | None,
    sited: Sited | None,
    faults: Sequence[Fault],
    fingerprint: str,
) -> dict[str, Any]:
    """Return the content of ``summary.json``; every rate stands with numerator, denominator and unknowns."""
    study = city.study
    counts = Counter(fault.severity for fault in faults)
    return {
        "study": {
            "name": study.name,
            "day": study.day.isoformat() if study.day else None,
            "policy": study.policy or None,
        },
        "parameters": parameters(city, profile),
        "city": {
            "places": len(city.residential),
            "households": known_sum(city.residential["households"]),
            "elders": known_sum(city.residential["elders"]),
            "elders_sources": plain(city.residential["elders_source"].value_counts().to_dict()),
            "facilities": len(city.facilities),
            "medical": len(city.medical),
            "street_km": round(city.streets.length_km, 3),
            "street_nodes": city.streets.nodes,
            "street_parts": city.streets.components,
            "doors": door_counts(city),
        },
        "headline": records(totals.reset_index()),
        "presence": records(presence),
        "sensitivity": records(sensitivity),
        "rules": judged(judgement),
        "quality": {severity.value: counts[severity] for severity in Severity},
        "left_out": [say(code, "zh") for layer, code in LEFT_OUT.items() if lacks(city, layer)],
        "sources": records(city.sources),
        "solver": None if sited is None else solver(sited),
        "fingerprint": fingerprint,
    }


def lacks(city: City, layer: str) -> bool:
    """Tell whether a layer was not given, nor made by the tool."""
    return layer not in city.given and not (layer == "candidates" and len(city.candidates))


def parameters(city: City, profile: WalkProfile) -> dict[str, Any]:
    """Return every parameter that moves a figure."""
    walking = city.study.walking
    return {
        "profile": profile.name,
        "speed_m_s": profile.speed_m_s,
        "crossing_s": profile.crossing_s,
        "stairs_factor": profile.stairs_factor,
        "stairs_barred": profile.stairs_barred,
        "slope": profile.slope if city.streets.vertex_z_m is not None else "flat",
        "source": profile.source,
        "limits_min": list(walking.limits_min),
        "snap_m": walking.snap_m,
        "household_size": city.study.household_size,
        "elder_share": city.study.elder_share,
        "elders_per_100m2": walking.elders_per_100m2,
        "crs": city.crs_m.to_string(),
        "crs_name": city.crs_m.name,
    }


def judged(judgement: Judgement | None) -> dict[str, Any] | None:
    """Return how many residential areas meet their quota, by permit day and today, and how the pooling search ended."""
    if judgement is None:
        return None
    return {
        "profile": judgement.profile.id,
        "quota": plain({name: dict(figures) for name, figures in judgement.totals().items()}),
        "pooling": plain(dict(judgement.pooling)),
        "verdicts": dict(sorted(judgement.found.counts().items())),
    }


def solver(sited: Sited) -> dict[str, Any]:
    """Return how the choice of sites ended: what was asked, what it is worth, and how far that is proven."""
    plan, asked = sited.plan, sited.request
    return {
        "goal": asked.goal,
        "group": asked.group,
        "limit_min": sited.limit_s / 60,
        "sites": len(plan.chosen),
        "newly_covered_elders": plain(sited.sites["newly_covered_elders"].sum()),
        "newly_covered_places": plain(sited.sites["newly_covered_places"].sum()),
        "status": plan.status,
        "objective": plain(plan.objective),
        "bound": plain(plan.bound),
        "gap": plain(plan.gap),
        "stopped_by": plan.stopped_by,
        "reason": plan.reason.message() if plan.reason else None,
        "stays_uncovered": plain(sited.uncovered["why"].value_counts().sort_index().to_dict()),
        "before_after": records(sited.before_after[sited.before_after["level"] == "city"]),
        "kept_elders": plain(sited.sites["kept_elders"].sum()),
        "lost_places": int(sited.lost.sum()),
        "streets_gaining": int((sited.sites["street_gains"] != "").sum()),
        "cost_yuan": plain(sited.sites["cost_yuan"].astype(float).sum(skipna=False)) if len(sited.sites) else 0,
        "candidates": plain(
            sited.city.candidates.get("origin", pd.Series("layer", sited.city.candidates.index))
            .fillna("layer")
            .value_counts()
            .to_dict()
        ),
        "candidates_excluded": len(sited.excluded),
        "places_left_out": len(plan.left_out),
    }


def door_counts(city: City) -> dict[str, int]:
    """Count the residential areas by how their doors were found, and those that meet no street."""
    doors = city.doors["residential"]
    first = pd.Series(doors.kind).groupby(doors.owner).first()
    named = {0: "gate", 1: "boundary", 2: "centroid"}
    return {
        **{name: int((first == code).sum()) for code, name in named.items()},
        "unconnected": int((~doors.owners_connected).sum()),
    }


def known_sum(values: pd.Series) -> dict[str, float | int]:
    """Return the sum of what is known, and how many rows are not."""
    return {"known": plain(values.sum()), "rows_unknown": int(values.isna().sum())}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain dictionaries; missing values become None."""
    return [{str(key): plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def plain(value: Any) -> Any:  # noqa: ANN401 - numbers of numpy and pandas in, what json can hold out
    """Return ``value`` as json can hold it: NaN and NA become None, numpy numbers become Python's."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if value is None or (not isinstance(value, str | list | tuple) and pd.isna(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 6)
    return value if isinstance(value, int | str | bool | list) else str(value)


def group_label(group: str, lang: Lang) -> str:
    """Return what planners call a facility group; one of the study's own is called as the study calls it."""
    return say(f"group_{group}", lang) if f"group_{group}" in catalogue() else group


def sites_text(found: Mapping[str, Any], lang: Lang) -> str:
    """Say how many sites are suggested, whom they serve and how good that is."""
    if found["status"] == "infeasible":
        return say("siting_infeasible", lang, why=found["reason"])
    gap = f"{found['gap']:.2%}"
    return say(
        "headline_sites",
        lang,
        sites=found["sites"],
        elders=grouped(found["newly_covered_elders"]),
        proof=say(f"proof_{found['status']}", lang, gap=gap),
    )


def headline_text(summary: Mapping[str, Any], lang: Lang) -> str:
    """Say the headline in a few lines: who reaches what within the longest limit, and with which parameters."""
    given = summary["parameters"]
    longest = f"{given['limits_min'][-1]:g}"
    lines = [say("headline_title", lang, name=summary["study"]["name"])]
    for row in summary["headline"]:
        for weight in ("places", "elders"):
            share = weight_text(row, weight, longest, lang)
            lines.append(
                say(f"headline_{weight}", lang, group=group_label(row["group"], lang), minutes=longest, share=share)
            )
    lines.append(
        say(
            "headline_parameters",
            lang,
            speed=f"{given['speed_m_s']:g}",
            minutes=longest,
            snap=f"{given['snap_m']:g}",
            household=f"{given['household_size']:g}",
            crs=given["crs"],
        )
    )
    if summary["rules"]:
        today = summary["rules"]["quota"]["today"]
        share = share_text(today["passed"], today["judged"], today["unknown"], lang)
        policy = summary["rules"]["profile"]
        lines.append(say("headline_quota", lang, policy=policy, pooled=today["pooled"], share=share))
    if summary["solver"]:
        lines.append(sites_text(summary["solver"], lang))
    lines.extend(summary["left_out"] if lang == "zh" else [])
    return "\n".join(lines)
