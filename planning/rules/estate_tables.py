"""Tables of residential areas: both readings of each, and who is served by what through pooling."""

import numpy as np
import pandas as pd

from planning.rules.attainment import Attained
from planning.rules.blocks import without_nan
from planning.rules.case import Case, day_of
from planning.rules.estates import Reading, site_name
from planning.rules.findings import share
from planning.rules.homes import Flags
from planning.rules.verdicts import VERDICTS
from planning.rules.whole_units import Floats, Whole

READING = ("rule", "required_m2", "verdict", "gap_m2", "rate")
COLUMNS = (
    "place_id",
    "name",
    "class",
    "class_source",
    "permit_date",
    "households",
    "existing_m2",
    *(f"{name}_{what}" for name in ("permit", "today") for what in READING),
)


def estates_table(case: Case, all_: Attained) -> pd.DataFrame:
    """Return one row per residential area: its class, both readings with rule, need, verdict and gap."""
    homes, rows, has = all_.homes, case.residential_rows, all_.today.has
    judged = all_.permit.needs.there | all_.today.needs.there
    columns: dict[str, list[object]] = {
        "place_id": list(homes.ids),
        "name": list(homes.names),
        "class": homes.owned.tolist(),
        "class_source": homes.source.tolist(),
        "permit_date": [day_of(day) for day in rows.column("permit_date")],
        "households": list(rows.column("households")),
        "existing_m2": list(_shown(all_.today, has.known, has.complete & judged)),
    }
    for name, reading in (("permit", all_.permit), ("today", all_.today)):
        there, asked = reading.needs.there, [one.rule.id for one in reading.needs.asked]
        columns[f"{name}_rule"] = [asked[rule] if rule >= 0 else None for rule in reading.needs.rule.tolist()]
        columns[f"{name}_required_m2"] = list(_shown(reading, reading.needs.required, reading.needs.known))
        judged_as = zip(reading.verdict.tolist(), there.tolist(), strict=True)
        columns[f"{name}_verdict"] = [VERDICTS[verdict] if here else "no_rule" for verdict, here in judged_as]
        columns[f"{name}_gap_m2"] = list(_shown(reading, reading.gap, reading.gap_known))
        columns[f"{name}_rate"] = list(_rates(reading))
    return pd.DataFrame(columns, columns=list(COLUMNS))


def _shown(reading: Reading, units: Whole, known: Flags) -> list[float | None]:
    figures: Floats = np.where(known, reading.needs.homes.unit.rounded(units), np.nan)
    return without_nan(figures)


def _rates(reading: Reading) -> list[float | None]:
    """Return what is there in per cent of what is asked, four decimals."""
    known = reading.needs.known & reading.has.complete & np.asarray(reading.needs.required > 0, dtype=bool)
    there, asked = reading.has.known.tolist(), reading.needs.required.tolist()
    return [
        float(round(share(part, whole), 4)) if let else None
        for let, part, whole in zip(known.tolist(), there, asked, strict=True)
    ]


def pooling_table(case: Case, all_: Attained) -> pd.DataFrame:
    """Return who is served by what, how many square metres over what walk (today's rules).

    ``seconds`` is the walk. ``flat_m`` is how far one gets in that time on the flat at the study's speed, which is what
    the pooling distance limits; streets that climb or fall, have stairs or crossings are of another length.
    """
    table = all_.today.pool.assigned
    return table.assign(
        place_name=[case.name("residential", place) for place in table["place_id"]],
        site_name=[site_name(case, site) for site in table["site_id"]],
        area_m2=[float(area) for area in table["area_m2"]],
        flat_m=(table["seconds"].astype(float) * case.speed_m_s).round(1),
    )[["place_id", "place_name", "site_id", "site_name", "area_m2", "seconds", "flat_m"]]
