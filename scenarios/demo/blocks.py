"""The words of the made-up city's plan: superblocks of 8 x 8 cells, their uses, streets and residential areas.

A cell is about 50 m wide. Coordinates in cells run east (u) and north (v); street corners lie at whole numbers.
"""

from enum import IntEnum

CELLS = 8  # cells along one side of a superblock
MIDDLE = CELLS // 2


class Road(IntEnum):
    """What a street segment is; ``ways.TAGS`` gives the words that go into the file."""

    NONE = 0
    MOTORWAY = 1
    TRUNK = 2
    PRIMARY = 3
    SECONDARY = 4
    TERTIARY = 5
    RESIDENTIAL = 6
    LANE = 7
    SERVICE = 8
    YARD = 9  # a drive inside a compound, access=private
    WALK = 10  # a footway inside a compound, access=private
    FOOTWAY = 11
    PATH = 12
    RURAL = 13
    TRACK = 14
    STEPS = 15
    WALK_STEPS = 16  # stairs inside a compound


class Use(IntEnum):
    """What a superblock is used for."""

    WILD = 0  # outside the study area
    WATER = 1
    RAIL = 2
    OLD = 3
    MIXED = 4
    NEW = 5
    VILLAGE = 6
    FIELD = 7
    PARK = 8
    CAMPUS = 9
    INDUSTRY = 10
    COMMERCE = 11
    AVENUE = 12  # a diagonal avenue, shops on both sides
    BELT = 13  # the green belt with the motorway ring
    REMOTE = 14  # a village far from any street: a planted fault
    ISLET = 15  # a village whose lanes meet no other street: a planted fault


class Estate(IntEnum):
    """What kind of residential area a plot is."""

    OLD = 0
    MIDDLE = 1  # gated estates of the 1990s and 2000s
    NEW = 2
    VILLAGE = 3


URBAN = (Use.OLD, Use.MIXED, Use.NEW, Use.PARK, Use.CAMPUS, Use.INDUSTRY, Use.COMMERCE, Use.AVENUE)
RURAL = (Use.VILLAGE, Use.FIELD, Use.REMOTE, Use.ISLET)
HOMES = (Use.OLD, Use.MIXED, Use.NEW, Use.VILLAGE)
