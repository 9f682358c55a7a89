"""The command line: ``python -m scenarios demo | check | run``; exit statuses as in ``scenarios.command``.

Nothing heavy is imported before a command is known, so that ``--help`` answers at once.
"""

import argparse
import sys
from pathlib import Path

from geodata.words import Lang, say
from scenarios.command import BAD_INPUT, DONE, status_of


def parser(lang: Lang) -> argparse.ArgumentParser:
    """Return the parser with its help in ``lang``."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--lang", choices=("zh", "en"), default="zh", help=say("cli_lang", lang))
    top = argparse.ArgumentParser(prog="python -m scenarios", description=say("cli_about", lang), parents=[shared])
    commands = top.add_subparsers(dest="command", required=True, metavar="demo | check | run")
    demo = commands.add_parser("demo", parents=[shared], help=say("cli_demo", lang))
    demo.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("cli_out", lang))
    demo.add_argument("--places", type=int, default=1000, metavar="N", help=say("cli_places", lang))
    demo.add_argument("--seed", type=int, default=1, metavar="S", help=say("cli_seed", lang))
    check = commands.add_parser("check", parents=[shared], help=say("cli_check", lang))
    check.add_argument("study", type=Path, metavar="STUDY.toml", help=say("cli_study", lang))
    run = commands.add_parser("run", parents=[shared], help=say("cli_run", lang))
    run.add_argument("study", type=Path, metavar="STUDY.toml", help=say("cli_study", lang))
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("cli_out", lang))
    return top


def main(words: list[str]) -> int:
    """Run one command and return the exit status."""
    return status_of(
        words, parser, lambda asked, lang: {"demo": demo, "check": check, "run": run}[asked.command](asked, lang)
    )


def demo(asked: argparse.Namespace, lang: Lang) -> int:
    """Write the demo city."""
    from geodata.faults import fail  # noqa: PLC0415 - only for this command
    from scenarios.demo import write_demo  # noqa: PLC0415

    if not 300 <= asked.places <= 100_000:  # noqa: PLR2004 - the range that the help states
        raise fail("cli_places_range", column="--places", value=asked.places)
    study = write_demo(asked.out, places=asked.places, seed=asked.seed)
    print(say("cli_demo_done", lang, folder=asked.out, study=study))
    return DONE


def check(asked: argparse.Namespace, lang: Lang) -> int:
    """Read everything and print the quality report as a table; change nothing."""
    from scenarios.check import report  # noqa: PLC0415 - heavy, only for this command
    from scenarios.progress import bar  # noqa: PLC0415

    with bar(lang) as progress:
        text, errors = report(asked.study, lang, progress)
    print(text)
    return BAD_INPUT if errors else DONE


def run(asked: argparse.Namespace, lang: Lang) -> int:
    """Compute everything and write it, whole or not at all."""
    from scenarios import tables  # noqa: PLC0415 - heavy, only for this command
    from scenarios.outcome import run as compute  # noqa: PLC0415
    from scenarios.progress import bar  # noqa: PLC0415

    tables.refuse_unwritable(asked.out)
    with bar(lang) as progress:
        outcome = compute(asked.study, progress=progress)
        progress("stage_write")
        written = tables.write(outcome, asked.out, lang)
    print(tables.headline(outcome, lang))
    print(say("cli_written", lang, folder=asked.out, files="、".join(written) if lang == "zh" else ", ".join(written)))
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
