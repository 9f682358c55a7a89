"""Bytes to Chinese text: UTF-8, UTF-16 and GB18030 told apart, and nothing ever garbled."""

import codecs
from collections.abc import Sequence

from geodata.faults import fail

GB = "gb18030"
_ALSO = {
    "gbk": GB,
    "gb2312": GB,
    "cp936": GB,
    "936": GB,
    "ms936": GB,
    "ansi936": GB,
    "ansi": GB,
    "utf8": "utf-8",
    "65001": "utf-8",
    "utf-8-sig": "utf-8",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def codec_name(word: str) -> str:
    """Return the codec that ``word`` names as people write it (GBK, 936, UTF8), or nothing where there is none."""
    bare = word.strip().casefold().replace(" ", "").replace("_", "-")
    bare = _ALSO.get(bare, bare)
    try:
        found = codecs.lookup(bare).name
        "".encode(found)  # refuses codecs that aren't of text
    except (LookupError, TypeError, ValueError):
        return ""
    return _ALSO.get(found, found)


def decode_file(data: bytes, wanted: str, layer: str, name: str) -> tuple[str, str]:
    """Return the text of a file and the encoding it was in; refuse it where no encoding fits.

    Parameters
    ----------
    wanted
        What the user says, or nothing.
    """
    if wanted:
        codec = codec_name(wanted)
        if not codec:
            raise fail("encoding_name", layer=layer, column="encoding", value=wanted)
        try:
            return data.decode(codec).removeprefix("\ufeff"), codec
        except UnicodeError as error:
            raise fail("encoding_wrong", layer=layer, value=name, encoding=wanted) from error
    for mark, codec in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(codec), codec
            except UnicodeError as error:
                raise fail("encoding_unknown", layer=layer, value=name) from error
    guesses = ["utf-8", GB]
    zeros = data[:4096].count(b"\x00")
    if zeros * 20 > len(data[:4096]):  # UTF-16 of any table is full of them; a stray one is dirt
        guesses = ["utf-16-le" if data[1:4096:2].count(b"\x00") * 2 >= zeros else "utf-16-be"]
    for codec in guesses:
        try:
            text = data.decode(codec)
        except UnicodeError:
            continue
        if codec != GB or looks_chinese(text):
            return text, codec
    raise fail("encoding_unknown", layer=layer, value=name)


def looks_chinese(text: str) -> bool:
    """Tell whether text decoded as GB18030 was such: most letters beyond ASCII are of the everyday set GB 2312."""
    beyond = [letter for letter in text if not letter.isascii()][:20_000]
    return len("".join(beyond).encode("gb2312", "ignore")) >= len(beyond)  # two bytes each


def decode_pieces(pieces: Sequence[bytes], declared: str, wanted: str = "") -> tuple[list[str], str] | None:
    """Decode the texts of a .dbf by the one encoding that fits all; None where none does.

    The end of a text may be missing half a letter: fields of a .dbf are cut at bytes.

    Parameters
    ----------
    declared
        The codec that the file itself names (.cpg or header byte), or nothing. It often lies, so text that is UTF-8
        and Chinese is taken as such whatever the file says.
    wanted
        The codec that the user says; no other is then tried.
    """
    if wanted:
        found = _decoded(pieces, wanted)
        return None if found is None else (found, wanted)
    beyond = [piece for piece in pieces if not piece.isascii()]
    if not beyond:
        return [piece.decode("ascii") for piece in pieces], "ascii"
    as_utf8 = _decoded(beyond, "utf-8")
    if as_utf8 is not None and (declared in {"", "utf-8"} or _has_hanzi("".join(as_utf8))):
        order = ["utf-8"]
    else:
        order = [declared, GB] if declared not in {"", "utf-8", "iso8859-1"} else [GB]
    for codec in order:
        found = _decoded(pieces, codec)
        if found is not None and (codec != GB or looks_chinese("".join(found))):
            return found, codec
    return None


def _has_hanzi(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _decoded(pieces: Sequence[bytes], codec: str) -> list[str] | None:
    try:
        return [codecs.getincrementaldecoder(codec)().decode(piece) for piece in pieces]
    except UnicodeError:
        return None
