"""The command line, ``python -m scenarios``: demo, check, run, compare, batch; statuses as in ``scenarios.command``.

Nothing heavy is imported before a command is known, so that ``--help`` answers at once.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from geodata.words import Lang, say
from scenarios.command import BAD_INPUT, DONE, OUR_FAULT, status_of


def parser(lang: Lang) -> argparse.ArgumentParser:
    """Return the parser with its help in ``lang``."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--lang", choices=("zh", "en"), default="zh", help=say("cli_lang", lang))
    top = argparse.ArgumentParser(prog="python -m scenarios", description=say("cli_about", lang), parents=[shared])
    commands = top.add_subparsers(dest="command", required=True, metavar="demo | check | run | compare | batch")
    demo = commands.add_parser("demo", parents=[shared], help=say("cli_demo", lang))
    demo.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("cli_out", lang))
    demo.add_argument("--places", type=int, default=1000, metavar="N", help=say("cli_places", lang))
    demo.add_argument("--seed", type=int, default=1, metavar="S", help=say("cli_seed", lang))
    check = commands.add_parser("check", parents=[shared], help=say("cli_check", lang))
    check.add_argument("study", type=Path, metavar="STUDY.toml", help=say("cli_study", lang))
    run = commands.add_parser("run", parents=[shared], help=say("cli_run", lang))
    run.add_argument("study", type=Path, metavar="STUDY.toml", help=say("cli_study_or_scenario", lang))
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("cli_out", lang))
    compare = commands.add_parser("compare", parents=[shared], help=say("cli_compare", lang))
    compare.add_argument("a", type=Path, metavar="A.toml", help=say("cli_a", lang))
    compare.add_argument("b", type=Path, metavar="B.toml", help=say("cli_b", lang))
    compare.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("cli_out", lang))
    batch = commands.add_parser("batch", parents=[shared], help=say("cli_batch", lang))
    batch.add_argument("folder", type=Path, metavar="FOLDER", help=say("cli_batch_folder", lang))
    batch.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("cli_out", lang))
    where = batch.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, default=1, metavar="N", help=say("cli_workers", lang))
    where.add_argument("--scheduler", default="", metavar="ADDRESS", help=say("cli_scheduler", lang))
    return top


def main(words: list[str]) -> int:
    """Run one command and return the exit status."""
    commands = {"demo": demo, "check": check, "run": run, "compare": compare, "batch": batch}
    return status_of(words, parser, lambda asked, lang: commands[asked.command](asked, lang))


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
    from scenarios.outcome import evaluate  # noqa: PLC0415
    from scenarios.progress import bar  # noqa: PLC0415
    from scenarios.scenario import read_any_city  # noqa: PLC0415

    tables.refuse_unwritable(asked.out)
    with bar(lang) as progress:
        outcome = evaluate(read_any_city(asked.study, progress=progress), progress=progress)
        progress("stage_write")
        written = tables.write(outcome, asked.out, lang)
    print(tables.headline(outcome, lang))
    print(say("cli_written", lang, folder=asked.out, files="、".join(written) if lang == "zh" else ", ".join(written)))
    return DONE


def compare(asked: argparse.Namespace, lang: Lang) -> int:
    """Compute two studies or scenarios and write what differs; a study that both start from is read once."""
    from geodata.city import City  # noqa: PLC0415 - heavy, only for this command
    from scenarios import compare_tables, tables  # noqa: PLC0415
    from scenarios.compare import compare as compared  # noqa: PLC0415
    from scenarios.outcome import evaluate  # noqa: PLC0415
    from scenarios.progress import bar  # noqa: PLC0415
    from scenarios.scenario import read_any_city  # noqa: PLC0415

    tables.refuse_unwritable(asked.out)
    bases: dict[Path, City] = {}
    with bar(lang) as progress:
        cities = [read_any_city(path, progress=progress, bases=bases) for path in (asked.a, asked.b)]
        found = compared(*(evaluate(city, progress=progress) for city in cities))
        progress("stage_write")
        written = compare_tables.write(found, asked.out)
    print(compare_tables.headline(found, lang))
    print(say("cli_written", lang, folder=asked.out, files="、".join(written) if lang == "zh" else ", ".join(written)))
    return DONE


def batch(asked: argparse.Namespace, lang: Lang) -> int:
    """Compute every study of a folder; studies that can't be computed are listed, and stop no other."""
    from scenarios.batch import TABLE, Line, run_folder  # noqa: PLC0415 - heavy, only for this command

    def tell(line: Line) -> None:
        status = say(f"batch_status_{line.status}", lang)
        told = say("batch_line", lang, status=status, study=line.study, message=line.message or line.name)
        print(told, file=sys.stderr if line.status in {"bad_input", "our_fault"} else sys.stdout, flush=True)

    try:
        lines = run_folder(
            asked.folder, asked.out, workers=asked.workers, scheduler=asked.scheduler, lang=lang, tell=tell
        )
    except KeyboardInterrupt:
        print(say("batch_interrupted", lang), file=sys.stderr)
        return OUR_FAULT
    count = Counter(line.status for line in lines)
    counts = {word: count[word] for word in ("done", "bad_input", "our_fault")}
    print(say("batch_done", lang, all=len(lines), table=asked.out / TABLE, **counts))
    return OUR_FAULT if counts["our_fault"] else BAD_INPUT if counts["bad_input"] else DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
