"""Drafts: layers put in or changed and not used yet, kept beside the study so that a refreshed page finds them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from geodata.schema import LAYERS
from geodata.study import LayerSource
from scenarios.study_file import relative_path, write

FILE = "drafts.json"
TEXTS = ("crs", "sheet", "sublayer", "encoding", "place")


def keep(study: Path, drafts: Mapping[str, LayerSource]) -> None:
    """Write the drafts of a study; none removes the file."""
    path = study.parent / FILE
    if not drafts:
        path.unlink(missing_ok=True)
        return
    found = {
        layer: {**asdict(source), "path": relative_path(source.path, study.parent), "columns": dict(source.columns)}
        for layer, source in sorted(drafts.items())
    }
    write(path, json.dumps(found, ensure_ascii=False, indent=1).encode())


def kept(study: Path) -> dict[str, LayerSource]:
    """Return the drafts of a study whose files are still there; nothing where none were kept."""
    try:
        found = json.loads((study.parent / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    given = {layer: entry for layer, entry in found.items() if layer in LAYERS} if isinstance(found, dict) else {}
    sources = {layer: _source(layer, entry, study) for layer, entry in given.items() if isinstance(entry, dict)}
    return {layer: source for layer, source in sources.items() if source.path.is_file()}


def _source(layer: str, entry: Mapping[str, object], study: Path) -> LayerSource:
    columns = entry.get("columns")
    return LayerSource(
        layer=layer,
        path=study.parent / str(entry.get("path", "")),
        columns={str(name): str(header) for name, header in columns.items()} if isinstance(columns, dict) else {},
        swapped=entry.get("swapped") is True,
        **{key: str(entry.get(key) or ("auto" if key == "crs" else "")) for key in TEXTS},
    )
