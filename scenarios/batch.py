"""Batch: every study of a folder, each computed on its own; one bad study stops no other.

The same function computes a study in this process, in a process of this machine, or on a Dask cluster.
"""

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, cast

import pandas as pd

from geodata.faults import InputError, fail
from geodata.words import Lang, say
from scenarios import tables
from scenarios.intake import safe_name
from scenarios.outcome import Outcome, evaluate
from scenarios.scenario import read_any_city
from scenarios.study_file import read_plain, whole_path
from scenarios.together import write_together

MOST_WORKERS = 61  # as many as Windows can wait for
CONNECT_S = 10.0
TABLE = "batch.csv"
KEYS = ("study", "layers", "scenario")  # a TOML file with none of them is no study
Status = Literal["done", "bad_input", "our_fault", "not_a_study"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One study file, where its results go, and what it is called in the list."""

    study: str
    path: Path
    folder: Path
    lang: Lang = "zh"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of batch.csv; figures are blank where a study was not computed.

    ``elders_within`` of ``elders_known`` can walk to any care within ``limit_min``; ``left_out`` areas are not known.
    ``quota_passed`` of ``quota_judged`` residential areas meet today's quota.
    """

    study: str
    name: str = ""
    status: Status = "done"
    folder: str = ""
    places: int | None = None
    elders: float | None = None
    limit_min: float | None = None
    elders_within: float | None = None
    elders_known: float | None = None
    left_out: int | None = None
    quota_passed: int | None = None
    quota_judged: int | None = None
    quota_unknown: int | None = None
    faults: int | None = None
    message: str = ""
    fingerprint: str = ""


def run_folder(
    folder: Path,
    out: Path,
    *,
    workers: int = 1,
    scheduler: str = "",
    lang: Lang = "zh",
    tell: Callable[[Line], object] = id,  # takes no notice
) -> list[Line]:
    """Compute every study of ``folder`` into ``out`` and write batch.csv there; the lines come in the order of names.

    Parameters
    ----------
    workers : int
        Processes of this machine; 1 computes in this one. The results are the same.
    scheduler : str
        The address of a Dask scheduler; it takes the place of ``workers``. Needs the package ``distributed``.
    tell : callable
        Called with each line as soon as it and all before it are done.
    """
    if not 1 <= workers <= MOST_WORKERS:
        raise fail("batch_workers", column="--workers", value=workers, most=MOST_WORKERS)
    jobs = jobs_in(folder, out, lang)
    tables.refuse_unwritable(out)
    with ExitStack() as held:
        if scheduler:
            done = _on_dask(jobs, scheduler, held)
        elif workers > 1:
            done = _on_processes(jobs, workers, held)
        else:
            done = map(computed, jobs)
        lines = []
        for line in done:
            tell(line)
            lines.append(line)
    write_together({TABLE: lambda path: tables.write_csv(table(lines), path)}, out)
    return lines


def table(lines: Sequence[Line]) -> pd.DataFrame:
    """Return batch.csv."""
    found = pd.DataFrame([asdict(line) for line in lines])
    whole = ("places", "left_out", "quota_passed", "quota_judged", "quota_unknown", "faults")
    return found.astype(dict.fromkeys(whole, "Int64"))


def jobs_in(folder: Path, out: Path, lang: Lang) -> list[Job]:
    """List the study files of a folder by name, each with a folder of its own for its results."""
    if not folder.is_dir():
        raise fail("batch_folder_missing", column="FOLDER", value=str(folder))
    paths = sorted([*folder.glob("*.toml"), *folder.glob("*/study.toml")], key=lambda path: path.as_posix())
    if not paths:
        raise fail("batch_empty", column="FOLDER", value=str(folder))
    taken: set[str] = set()
    jobs = []
    for path in paths:
        deeper = path.parent != folder
        name = safe_name(path.parent.name if deeper else path.stem)  # "...toml" must not mean the folder above
        while name.casefold() in taken or name.casefold() == TABLE:  # Windows takes A and a for one folder
            name += "-2"
        taken.add(name.casefold())
        jobs.append(Job(study=path.relative_to(folder).as_posix(), path=path, folder=out / name, lang=lang))
    of_studies = {whole_path(job.path.parent) for job in jobs}
    for one in (out, *(job.folder for job in jobs)):
        if whole_path(one) in of_studies:
            raise fail("batch_out_inside", column="--out", value=str(one))
    return jobs


def computed(job: Job) -> Line:
    """Compute one study and write its results; whatever goes wrong becomes a line."""
    line = Line(study=job.study, name=job.path.stem, folder=job.folder.name)
    if not _is_study(job.path):
        return replace(line, status="not_a_study", folder="", message=say("batch_not_a_study", job.lang))
    try:
        outcome = evaluate(read_any_city(job.path))
        tables.write(outcome, job.folder, job.lang)
    except InputError as error:
        message = error.faults[0].line(job.lang)
        return replace(line, status="bad_input", folder="", faults=len(error.faults), message=message)
    except Exception as error:  # noqa: BLE001 - the other studies go on; what broke is said in full
        traceback.print_exc(file=sys.stderr)
        return replace(line, status="our_fault", folder="", message=f"{type(error).__name__}: {error}")
    return _figures(line, outcome)


def _figures(line: Line, outcome: Outcome) -> Line:
    """Put the headline figures of an outcome into its line."""
    summary = outcome.summary
    found: dict[str, Any] = {
        "name": summary["study"]["name"],
        "places": summary["city"]["places"],
        "elders": summary["city"]["elders"]["known"],
        "limit_min": summary["parameters"]["limits_min"][-1],
        "fingerprint": summary["fingerprint"],
    }
    for row in summary["headline"]:
        if row["group"] == "any_care":
            within = row[f"elders_within_{outcome.limits_s[-1] / 60:.6g}"]
            found |= {"elders_within": within, "elders_known": row["elders_known"]}
            found["left_out"] = row["elders_left_out"]
    if summary["rules"]:
        today = summary["rules"]["quota"]["today"]
        found |= {f"quota_{name}": today[name] for name in ("passed", "judged", "unknown")}
    return replace(line, **found)


def _is_study(path: Path) -> bool:
    """Tell a TOML file that is about something else; one that can't be read is left to be reported."""
    try:
        return bool(read_plain(path).keys() & set(KEYS))
    except InputError:
        return True


def _on_processes(jobs: Sequence[Job], workers: int, held: ExitStack) -> Iterator[Line]:
    """Compute on processes of this machine, started anew so that all systems do alike."""
    pool = held.enter_context(ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn")))
    return _results(jobs, [pool.submit(computed, job) for job in jobs])


def _on_dask(jobs: Sequence[Job], address: str, held: ExitStack) -> Iterator[Line]:
    """Compute on a Dask cluster whose machines see the same folders."""
    try:
        from distributed import Client  # noqa: PLC0415 - not needed without a cluster
    except ImportError as error:
        raise fail("batch_no_dask", column="--scheduler", value=address) from error
    try:
        client = held.enter_context(Client(address, timeout=CONNECT_S))
    except (OSError, ValueError, TimeoutError) as error:
        raise fail("batch_no_scheduler", column="--scheduler", value=address, why=str(error)) from error
    there = [replace(job, path=job.path.resolve(), folder=job.folder.resolve()) for job in jobs]
    return _results(jobs, [client.submit(computed, job, pure=False) for job in there])


def _results(jobs: Sequence[Job], futures: Sequence[Any]) -> Iterator[Line]:
    """Yield the lines in the order of the jobs; a process that died is a line too."""
    for job, future in zip(jobs, futures, strict=True):
        try:
            yield cast("Future[Line]", future).result()
        except Exception as error:  # noqa: BLE001 - the process is gone, or the cluster
            message = f"{type(error).__name__}: {error}"
            yield Line(study=job.study, name=job.path.stem, status="our_fault", message=message)
