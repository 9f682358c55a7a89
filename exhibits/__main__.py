"""The command line: ``python -m exhibits make STUDY.toml --out DIR``; exit statuses as in ``scenarios.command``.

Nothing heavy is imported before a command is known, so that ``--help`` answers at once.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from exhibits.products import PRODUCTS, SYSTEMS, System, Tell, TitleBlock, make_one
from geodata.words import Lang, say
from scenarios.command import DONE, status_of


def parser(lang: Lang) -> argparse.ArgumentParser:
    """Return the parser with its help in ``lang``."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--lang", choices=("zh", "en"), default="zh", help=say("cli_lang", lang))
    top = argparse.ArgumentParser(prog="python -m exhibits", description=say("make_about", lang), parents=[shared])
    commands = top.add_subparsers(dest="command", required=True, metavar="make")
    make = commands.add_parser("make", parents=[shared], help=say("make_make", lang))
    make.add_argument("study", type=Path, metavar="STUDY.toml", help=say("cli_study", lang))
    make.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("cli_out", lang))
    make.add_argument("--only", default="", metavar="LIST", help=say("make_only", lang, names=", ".join(PRODUCTS)))
    make.add_argument("--png", action="store_true", help=say("make_png", lang))
    make.add_argument(
        "--systems", default="study", metavar="LIST", help=say("make_systems", lang, names=",".join(SYSTEMS))
    )
    make.add_argument("--number", default="", metavar="TEXT", help=say("make_number", lang))
    make.add_argument("--unit", default="", metavar="TEXT", help=say("make_unit", lang))
    make.add_argument("--made-on", default="", metavar="TEXT", help=say("make_made_on", lang))
    make.add_argument("--approval", default="", metavar="TEXT", help=say("make_approval", lang))
    return top


def main(words: list[str]) -> int:
    """Run one command and return the exit status."""
    return status_of(words, parser, make)


def make(asked: argparse.Namespace, lang: Lang) -> int:
    """Compute everything and write the exhibits, all of them or none."""
    names, systems = wanted(asked.only), wanted_systems(asked.systems)
    import datetime as dt  # noqa: PLC0415 - only once a command is known

    from exhibits import made_log  # noqa: PLC0415 - heavy
    from exhibits.folder import whole  # noqa: PLC0415
    from scenarios.outcome import run  # noqa: PLC0415
    from scenarios.progress import bar  # noqa: PLC0415
    from scenarios.tables import refuse_unwritable  # noqa: PLC0415

    refuse_unwritable(asked.out)
    with bar(lang) as progress:
        outcome = run(asked.study, progress=progress)
    block = TitleBlock(prefix=asked.number, unit=asked.unit, made_on=asked.made_on, approval=asked.approval)
    left_out: list[str] = []
    with whole(asked.out) as unfinished, steps() as shown:
        for name in names:
            shown(say("make_stage", lang, name=name))
            left_out += make_one(
                outcome, unfinished, name, lang, block=block, png=asked.png, systems=systems, shown=shown
            )
        made = [path for path in sorted(unfinished.iterdir()) if path.is_file()]
        lines = made_log.entries(
            outcome, ((path.name, path.read_bytes()) for path in made), block, lang, dt.datetime.now().astimezone()
        )
        made_log.write(unfinished, [*made_log.read(asked.out), *lines])
    files = ("、" if lang == "zh" else ", ").join(path.name for path in made)
    print(say("make_done", lang, folder=asked.out, files=files))
    for sentence in dict.fromkeys(left_out):
        print(f"- {sentence}")
    return DONE


def wanted(only: str) -> list[str]:
    """Return the products asked for in their order; all that are there unless ``--only`` names some."""
    from geodata.faults import fail  # noqa: PLC0415 - after the parser

    there = [name for name, module in PRODUCTS.items() if find_spec(module) is not None]
    asked = [word.strip() for word in only.split(",") if word.strip()]
    for word in asked:
        if word not in PRODUCTS:
            raise fail("make_only_unknown", column="--only", value=word, names=", ".join(PRODUCTS))
        if word not in there:
            raise fail("make_not_there", column="--only", value=word)
    if not there:
        raise fail("make_none")
    return [name for name in there if not asked or name in asked]


def wanted_systems(given: str) -> tuple[System, ...]:
    """Return the coordinate systems asked for, each once, in the order of the list; a word that is none is refused."""
    from geodata.faults import fail  # noqa: PLC0415 - after the parser

    asked = [word.strip().lower() for word in given.split(",") if word.strip()]
    for word in asked or [given]:
        if word not in SYSTEMS:
            raise fail("make_system_unknown", column="--systems", value=word, names=", ".join(SYSTEMS))
    return tuple(system for system in SYSTEMS if system in asked)


@contextmanager
def steps() -> Iterator[Tell]:
    """Show what is being made on one line of a terminal; never into a file or a pipe."""
    from tqdm import tqdm  # noqa: PLC0415 - after the parser

    with tqdm(total=0, leave=False, disable=None, bar_format="{desc} {elapsed}") as line:
        yield line.set_description_str


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
