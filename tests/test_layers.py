"""Imports run one way, and heavy or outside libraries have one door each."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ("geodata", "planning", "scenarios", "exhibits", "ui", "app")
FILES = [*sorted(path for folder in ORDER[:-1] for path in (ROOT / folder).rglob("*.py")), ROOT / "app.py"]


def imported_roots(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_left_only(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0].removesuffix(".py")
    right = set(ORDER[ORDER.index(layer) + 1 :])
    if layer not in {"ui", "app"}:
        right |= {"streamlit", "streamlit_folium"}
    assert not imported_roots(path) & right


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_library_of_the_bench_or_with_a_closed_licence_is_used(path: Path) -> None:
    assert not imported_roots(path) & {"pandana", "pandarm", "cityseer", "igraph", "networkit", "rustworkx", "r5py"}


def test_planning_opens_no_file_but_the_rulebook() -> None:
    """Planning is arithmetic on what it is given; only rules/__init__.py may read, and only its own rulebook."""
    openers = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "to_csv", "to_file", "read_csv"}
    guilty = []
    for path in sorted((ROOT / "planning").rglob("*.py")):
        if path == ROOT / "planning" / "rules" / "__init__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in openers:
                    guilty.append(f"{path.name}:{node.lineno} {name}")
    assert not guilty
