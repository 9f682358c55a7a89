"""Groups of the pooling search that were solved before, by their content: the same group has the same answer.

Most groups are met again under the rules of the permit day and of today, and in the next run of the same study.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
METHOD = "branch and bound 1"  # another method may choose otherwise among equals
MOST = 20_000  # groups remembered; beyond it new ones are solved anew each time


@dataclass(frozen=True, eq=False)
class Answer:
    """Who passes, the most that could, and whether that is proved."""

    chosen: NDArray[np.bool_]
    most: int
    proved: bool


_answers: dict[str, Answer] = {}


def remembered(arrays: Iterable[NDArray[np.generic]], most_work: int, solve: Callable[[], Answer]) -> Answer:
    """Return the answer to a group of this content, solving it when it is met for the first time."""
    content = sha256(f"{METHOD} {most_work}".encode())
    for array in arrays:
        content.update(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
    key = content.hexdigest()
    if (known := _answers.get(key)) is not None:
        return known
    answer = solve()
    if len(_answers) < MOST:
        _answers[key] = answer
    return answer


def as_arrays() -> dict[str, NDArray[np.generic]]:
    """Return everything remembered as plain arrays, to be kept between runs."""
    keys, answers = list(_answers), list(_answers.values())
    return {
        "key": np.frombuffer(bytes.fromhex("".join(keys)), dtype=np.uint8),
        "places": np.array([len(answer.chosen) for answer in answers], dtype=np.int64),
        "most": np.array([answer.most for answer in answers], dtype=np.int64),
        "proved": np.array([answer.proved for answer in answers], dtype=bool),
        "chosen": np.concatenate([np.zeros(0, dtype=bool), *(answer.chosen for answer in answers)]),
    }


def recall(arrays: Mapping[str, NDArray[np.generic] | None]) -> None:
    """Remember what ``as_arrays`` gave; arrays that don't fit together are passed over."""
    kept = {name: arrays.get(name) for name in ("key", "places", "most", "proved", "chosen")}
    if any(array is None for array in kept.values()):
        return
    key, places, most, proved, chosen = (np.asarray(array) for array in kept.values())
    count = len(places)
    if len(key) != 32 * count or not count == len(most) == len(proved) or places.sum() != len(chosen):
        return
    for n, whose in enumerate(np.split(chosen, np.cumsum(places)[:-1]) if count else ()):
        answer = Answer(whose.astype(bool), int(most[n]), bool(proved[n]))
        _answers.setdefault(key[32 * n : 32 * n + 32].tobytes().hex(), answer)
