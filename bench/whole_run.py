"""The whole job as a user runs it: wall seconds and peak memory of ``check`` and ``run``, caches cold and warm.

``python -m bench.whole_run [--places 5000]`` makes a demo city in a temporary folder and prints one table.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def timed(words: list[str]) -> tuple[float, float]:
    """Run ``python -m scenarios ...`` and return wall seconds and peak resident MiB of that process."""
    code = (
        "import resource, sys; from scenarios.__main__ import main; status = main(sys.argv[1:])\n"
        "print(); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(status)"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    took = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(done.stderr)
    return took, int(done.stderr.strip().splitlines()[-1]) / 1024


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--places", type=int, default=5000)
    places = ask.parse_args().places
    folder = Path(tempfile.mkdtemp())
    try:
        rows = [("scenarios --help", *help_only())]
        rows.append(
            (f"demo, {places} places", *timed(["demo", "--out", str(folder / "demo"), "--places", str(places)]))
        )
        study = str(folder / "demo" / "study.toml")
        rows.append(("run, caches cold", *timed(["run", study, "--out", str(folder / "result")])))
        rows += [(f"run, caches warm ({n})", *timed(["run", study, "--out", str(folder / "result")])) for n in (1, 2)]
        for name, seconds, mib in rows:
            print(f"{name:28} {seconds:8.2f} s {mib:8.0f} MiB")
    finally:
        shutil.rmtree(folder)


def help_only() -> tuple[float, float]:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "scenarios", "--help"], capture_output=True, check=True)
    return time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    main()
