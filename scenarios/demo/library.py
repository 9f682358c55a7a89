"""The library of superblock patterns of one city, stacked as arrays for stamping by number."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.demo.blocks import Use
from scenarios.demo.dice import dice
from scenarios.demo.patterns import DRAWN, Pattern, flipped


@dataclass(frozen=True, eq=False)
class Library:
    """All patterns, stacked for stamping by number."""

    h: NDArray[np.uint8]  # [patterns, 9, 8]
    v: NDArray[np.uint8]  # [patterns, 8, 9]
    first: NDArray[np.int64]  # [uses] number of the first pattern of each use
    count: NDArray[np.int64]  # [uses]
    plots: NDArray[np.float64]  # [plots of all patterns, 5] u0, v0, u1, v1, Estate
    plot_start: NDArray[np.int64]  # [patterns + 1]
    gates: NDArray[np.float64]  # [gates of all patterns, 3] plot (row of ``plots``), u, v


def draw_library(seed: int) -> Library:
    """Draw every pattern of the city of ``seed``."""
    rng = dice(seed, "patterns")
    patterns: list[Pattern] = []
    first = []
    for use in Use:
        number, draw = DRAWN[use]
        first.append(len(patterns))
        drawn = [draw(rng) for _ in range(number)]
        turned = use in (Use.VILLAGE, Use.FIELD)  # odd numbers reach the street north of them, even ones the south
        patterns.extend(flipped(block) if turned and k % 2 else block for k, block in enumerate(drawn))
    starts = np.concatenate([[0], np.cumsum([len(pattern.plots) for pattern in patterns])])
    return Library(
        h=np.stack([pattern.h for pattern in patterns]),
        v=np.stack([pattern.v for pattern in patterns]),
        first=np.array(first),
        count=np.array([DRAWN[use][0] for use in Use]),
        plots=np.array([plot for pattern in patterns for plot in pattern.plots], dtype=float),
        plot_start=starts,
        gates=np.array(
            [
                (start + plot, u, v)
                for start, pattern in zip(starts, patterns, strict=False)
                for plot, u, v in pattern.gates
            ],
            dtype=float,
        ),
    )
