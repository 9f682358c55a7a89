"""Names for the made-up city, put together from syllables; no real place or company is meant."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.demo.blocks import Estate
from scenarios.demo.dice import Dice, chances

Names = NDArray[np.object_]

CITY = "栖澄示范市"
COUNTIES = (
    *("栖梧", "砚溪", "沐岚", "澄屿", "霁川", "芷汀", "昕原", "黛岭", "漪浦", "榆泊", "翎山", "苇塘"),
    *("岫云", "茗坡", "穗湾", "瑾河", "暄城", "枫汀", "绮丘", "淼园", "澹野", "珑溪", "筱洲", "荻湾"),
)
FIRST = tuple(
    "云锦和安福祥宁兴新文德仁景春秋玉银明星翠青紫丹兰梅竹松柏槐柳枫桐荷莲凤鹤溪雨雪晴朝清静雅怡悦欣嘉永长广平顺"
)
SECOND = tuple("和安宁盛昌丰源泉溪湖河湾洲岛岭峰谷坡林森桥亭台楼阁塔堤岸滩沙石田园圃圩塬川潭汀渡津荫影霞虹露霜岚月星辰")
STREETS, SMALL_STREETS = ("路", "路", "路", "街"), ("街", "巷", "巷", "胡同", "弄")
ESTATES: dict[Estate, tuple[str, ...]] = {
    Estate.OLD: ("小区", "里", "新村", "宿舍", "大院", "家属院", "街坊", "楼"),
    Estate.MIDDLE: ("小区", "家园", "花苑", "新苑", "佳园", "公寓", "苑"),
    Estate.NEW: ("花园", "家园", "华庭", "名苑", "雅苑", "嘉园", "府", "城", "郡"),
    Estate.VILLAGE: ("家庄村", "家村", "家屯村", "官庄村", "家沟村", "家铺村", "家峪村", "家洼村"),
}
QUARTERED_SHARE, AVENUE_SHARE = 0.06, 0.2  # of estates built in quarters, of wide streets called avenues
PARTS = ("东区", "西区", "南区", "北区", "一区", "二区", "三区", "四区")
SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎")
WHERE = ("", "东", "西", "南", "北", "前", "后", "上", "下", "大", "小", "中")


def words(choice: NDArray[Any], *options: str | None) -> Names:
    """Say one of ``options`` for every number (False is the first, True the second); None is an empty cell."""
    return np.asarray(np.array(options, dtype=np.object_)[choice.astype(np.int64)], dtype=np.object_)


def draw(rng: Dice, count: int, *parts: Sequence[str]) -> list[str]:
    """Draw ``count`` names, one word of each part; no name comes twice while there are enough."""
    sizes = [len(part) for part in parts]
    total = int(np.prod(sizes))
    rounds = -(-count // total)
    number = np.concatenate([rng.permutation(total) for _ in range(max(1, rounds))])[:count]
    picked = [words(index, *part) for part, index in zip(parts, np.unravel_index(number, sizes), strict=True)]
    return ["".join(word) for word in zip(*picked, strict=True)]


def estate_names(rng: Dice, kind: NDArray[np.int64]) -> Names:
    """Name residential areas by their kind; where names run out, quarters of estates are told apart."""
    names = np.empty(len(kind), dtype=np.object_)
    for estate in Estate:
        at = np.flatnonzero(kind == estate)
        if estate == Estate.VILLAGE:
            names[at] = draw(rng, len(at), WHERE, SURNAMES, ESTATES[estate])
            continue
        base = len(FIRST) * len(SECOND) * len(ESTATES[estate])
        quartered = chances(rng, QUARTERED_SHARE, len(at))
        quartered[base:] = True
        words = draw(rng, len(at), FIRST, SECOND, ESTATES[estate])
        quarter = rng.choice(np.array(PARTS, dtype=np.object_), size=len(at))
        names[at] = [
            word + part if split else word for word, part, split in zip(words, quarter, quartered, strict=True)
        ]
    return names


def street_names(rng: Dice, wide: NDArray[np.bool_], *, small: bool) -> Names:
    """Name streets; wide ones may be avenues."""
    words = np.array(draw(rng, len(wide), FIRST, SECOND), dtype=np.object_)
    ending = rng.choice(np.array(SMALL_STREETS if small else STREETS, dtype=np.object_), size=len(wide))
    ending = np.where(wide & chances(rng, AVENUE_SHARE, len(wide)), "大道", ending)
    return np.asarray(words + ending, dtype=np.object_)
