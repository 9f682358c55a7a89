"""One-file map: an interactive map in a single HTML that opens on a machine without a network."""

import html
import json
from pathlib import Path
from string import Template
from typing import Any

from exhibits.onefile.data import content
from exhibits.suggested import suggested
from exhibits.wording import parameters_line
from geodata.words import Lang, say
from scenarios.outcome import Outcome

HERE = Path(__file__).parent
# the map script and Leaflet are those of the pages: one look for screen and file
SHARED = HERE.parent / "screen" / "web"
SCRIPTS = (SHARED / "vendor" / "leaflet" / "leaflet.js", SHARED / "map" / "planmap.js", HERE / "web" / "onefile.js")
STYLES = (SHARED / "vendor" / "leaflet" / "leaflet.css", SHARED / "map" / "planmap.css", HERE / "web" / "onefile.css")
PAGE = HERE / "web" / "onefile.html"


def make(outcome: Outcome, path: Path, lang: Lang = "zh") -> tuple[str, ...]:
    """Write the map and say what it lacks, and why."""
    path.write_text(page(outcome, lang), encoding="utf-8", newline="\n")
    return () if suggested(outcome) is not None else (say("one_no_after", lang),)


def page(outcome: Outcome, lang: Lang) -> str:
    """Return the whole page; nothing in it is fetched from anywhere."""
    scripts = "\n".join(one.read_text(encoding="utf-8") for one in SCRIPTS)
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        lang="zh-CN" if lang == "zh" else "en",
        title=html.escape(outcome.city.study.name),
        stamp=html.escape(say("doc_stamp", lang)),
        line=html.escape(parameters_line(outcome, lang)),
        styles="\n".join(one.read_text(encoding="utf-8") for one in STYLES),
        data=script_safe(content(outcome, lang)),
        scripts=scripts.replace("</script", "<\\/script"),
    )


def script_safe(given: Any) -> str:  # noqa: ANN401 - whatever json can hold
    """Return JSON that can stand inside a page: no text in it can end its element or begin another."""
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text.encode("utf-8", "replace").decode("utf-8")
