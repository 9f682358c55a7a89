"""What every command line of the project does alike: its language, its exit statuses, and how faults are said.

Exit status 0: done; 2: the input is at fault, every fault said on standard error; 1: our own fault.
"""

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from geodata.words import Lang, say

if TYPE_CHECKING:
    from geodata.faults import InputError

DONE, OUR_FAULT, BAD_INPUT = 0, 1, 2


def wanted_lang(words: list[str]) -> Lang:
    """Find ``--lang en`` before parsing, so that help and usage errors are in the language asked for."""
    return "en" if "--lang=en" in words or "--lang en" in " ".join(words) else "zh"


def status_of(
    words: list[str],
    parser: Callable[[Lang], argparse.ArgumentParser],
    act: Callable[[argparse.Namespace, Lang], int],
) -> int:
    """Parse ``words``, do what they ask, and return the exit status; nothing that goes wrong is left unsaid."""
    lang = wanted_lang(words)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may be in another code page
            stream.reconfigure(encoding="utf-8", errors="replace")
    asked = parser(lang).parse_args(words)
    from geodata.faults import InputError  # noqa: PLC0415 - after the parser, so that --help stays quick

    try:
        return act(asked, lang)
    except InputError as error:
        tell(error, lang)
        return BAD_INPUT
    except KeyboardInterrupt:
        print(say("cli_interrupted", lang), file=sys.stderr)
        return OUR_FAULT
    except Exception as error:  # noqa: BLE001 - the last stop: say it in words, with the place it came from
        import traceback  # noqa: PLC0415 - only when something broke

        traceback.print_exc()
        print(say("cli_our_fault", lang, why=f"{type(error).__name__}: {error}"), file=sys.stderr)
        return OUR_FAULT


def tell(error: "InputError", lang: Lang) -> None:
    """Say every fault on standard error."""
    print(say("cli_faults", lang, errors=len(error.faults)), file=sys.stderr)
    for fault in error.faults:
        print(f"- {fault.line(lang)}", file=sys.stderr)
