"""Make ``PlanSansSC-*.ttf``: the part of Noto Sans CJK SC that Chinese plans are lettered with, as TrueType.

    python -m exhibits.fonts.make_font FOLDER    (with NotoSansCJK-Regular.ttc and -Bold.ttc, Debian: fonts-noto-cjk)

Needs fontTools alone. The family is renamed, for the licence reserves the old name to the original, and so that no font
of the system is taken in its place. Outlines become quadratic curves on a grid of 500 units, on which most steps fit in
one byte: 0.02 mm at 30 pt, finer than a printer's dot.
"""

import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
from fontTools.pens.transformPen import TransformPen  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-untyped]

FAMILY = "PlanSans SC"
FOLDER = Path(__file__).parent
WEIGHTS = {"Regular": 400, "Bold": 700}
UNITS = 500
CURVE_ERROR = 0.8  # of 500 units to the em
SYMBOLS = (
    range(0x20, 0x7F),  # Latin
    range(0xA0, 0x180),
    range(0x391, 0x3CA),  # Greek
    range(0x2010, 0x2040),  # dashes, quotes, dots
    range(0x2070, 0x2090),  # superscripts
    range(0x2100, 0x2150),  # units, No.
    range(0x2160, 0x216C),  # Roman numbers
    range(0x2190, 0x219A),  # arrows
    range(0x2200, 0x2270),  # mathematics
    range(0x2460, 0x24A0),  # numbers in circles
    range(0x25A0, 0x2610),  # squares, triangles, circles, stars
    range(0x3000, 0x3020),  # punctuation
    range(0x3200, 0x3230),
    range(0x3380, 0x33E0),  # square metres
    range(0xFF01, 0xFF5F),  # full width
)
# characters of place names and of names of estates that GB 2312 lacks
NAMES = (
    "〇昇昉珺琋甯堃喆淏玥祎翀珮璟瑄曌镕锜頔堽垟埗塱塆墈嶅崾浉溍漷瀍沄沇沚沨泖洺浐涢淠滃滉澥澴澛瀼璩甪畈硚硖碶礐磴礤祊禤窅"
    "笕筻簰粿羑翙舾菉葑蓥薮虒蚬蛎訚赟趵辀邨郏郯郚鄌鄚鄠鄣酂铚镡阌陑隰霅颍飏鲘鸑鼋龑垚犇骉焱燚淼垡塬崮嵖岈崟崿嵎嵫巇帉庤廆彧徛"
    "忞怡恺愔懋戬扺旸旻昀昕昱晅晖晗晞晫暐暕暲曈朐杧枧枰柷栒栟栴桁桉桕桠桫桲梡梣棂棡棪椁椐楒楙楯楸榃榅榑槊槚槲樨樾橦檞櫆殳毐毓"
    "汧汭沁沅沔沘沣沩沬沭沮泗泜泾洈洑洙洣洧洨洮洱洳洹洺浍浔浛浟浠浡浯涞涪涫涿淄淇淝淦淯渌渑渫湉湜湟湫湲湴溁溇溠溧溱溵溹滏滘滠滢"
    "滦滪滹潆潇潋潍潞潴潼潽澉澌澧澶澹濂濉濠濡濮瀛瀹灏炅炜炟烜烨焓焯煊煜熠熹燊燏犨玎玑玕玚玙玟玢玫珅珈珉珏珒珞珣珩珲珽琎琏琚琛琤"
    "琨琪琬琮琯琰琳琼瑀瑁瑗瑛瑜瑭瑱瑶瑾璀璁璆璇璋璐璘璞璠璨璪璲璿瓒瓴畯畹畿疃皋皎皓皞盱睢瞻砀砚砣砼硐硇碚碛碣碧碶磉磐磬祁祚祜祺禄禛"
    "禧稷穆穗穰窦竑竣筠箐箕篁簧籁粟粲纮绛绥绮缙罍羌羿翊翎翚翥翮耒耿聃聿芃芈芑芗芙芝芮芷芸芾苒苓苕苡苪茆茌茔茗茜茱茳茵茹荃荇荔荟荥荦"
    "荪莅莆莒莘莜莞莨莱莲莳莴莹莼菀菁菂菏菖菘菡菽萃萌萍萱葆葭葳蒗蒟蒯蒲蒹蒿蓁蓉蓊蓓蓝蓟蓬蔚蔡蔺蕃蕙蕤蕲蕴蕾薇薛薰藁藕藜藤藿蘅虔虞蛟蜀"
    "蜈蝾螭蠡衢袁裕褒谌豫赉赓赵跸踔轩轶轸辂辕辽迤邑邓邕邗邙邛邝邡邢邬邯邰邱邳邵邶邸邺邻邾郃郄郅郇郈郊郎郐郑郓郗郛郜郝郞郡郢郦郧郪郫郭"
    "郴郸鄂鄄鄅鄗鄘鄙鄜鄞鄢鄣鄯鄱鄹酃酆醴釜钊钏钗钜钟钡钤钦钧钰钲铂铄铎铖铧铭铮铸锂锋锟锦锴镇镐镛镜镫镭镶闫闵闻闽阆阎阗阙阜阡阪阳陂陇陈"
)
LICENCE = (
    "This Font Software is licensed under the SIL Open Font License, Version 1.1: https://scripts.sil.org/OFL. "
    "Made from Noto Sans CJK SC, (c) 2014-2021 Adobe."
)


def characters() -> set[int]:
    """Return the code points wanted: GB 2312, names, Latin and symbols."""
    gb2312 = {
        ord(bytes((row, cell)).decode("gb2312"))
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
        if not (row == 0xD7 and cell > 0xF9)  # noqa: PLR2004 - the last five cells of row 55 are empty
    }
    return gb2312 | {ord(letter) for letter in NAMES} | {code for block in SYMBOLS for code in block}


def make(source: Path, out: Path, style: str = "Regular") -> int:
    """Write the subset of ``source`` (a .ttc with Noto Sans CJK SC, or its .otf) and return its count of glyphs."""
    old = _simplified(source)
    cmap = old.getBestCmap()
    wanted = {code: cmap[code] for code in sorted(characters()) if code in cmap}
    names = [".notdef", *dict.fromkeys(name for name in wanted.values() if name != ".notdef")]
    scale = UNITS / old["head"].unitsPerEm
    glyphs, shapes = {}, old.getGlyphSet()
    for name in names:
        pen = TTGlyphPen(None)
        shapes[name].draw(TransformPen(Cu2QuPen(pen, CURVE_ERROR, reverse_direction=True), (scale, 0, 0, scale, 0, 0)))
        glyphs[name] = pen.glyph()
    advance = {name: (round(old["hmtx"][name][0] * scale), 0) for name in names}
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(wanted)
    builder.setupGlyf(glyphs)
    table = builder.font["glyf"]
    builder.setupHorizontalMetrics({name: (advance[name][0], getattr(table[name], "xMin", 0)) for name in names})
    ascent, descent = round(old["hhea"].ascent * scale), round(old["hhea"].descent * scale)
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupNameTable(
        {
            "familyName": FAMILY,
            "styleName": style,
            "uniqueFontIdentifier": f"{FAMILY} {style}",
            "fullName": f"{FAMILY} {style}",
            "psName": f"PlanSansSC-{style}",
            "version": "Version 2.004",
            "licenseDescription": LICENCE,
        }
    )
    builder.setupOS2(
        sTypoAscender=ascent,
        sTypoDescender=descent,
        usWinAscent=ascent,
        usWinDescent=-descent,
        usWeightClass=WEIGHTS[style],
        fsSelection=0x20 if style == "Bold" else 0x40,
    )
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].macStyle = int(style == "Bold")
    builder.font["head"].created = builder.font["head"].modified = 3_700_000_000  # the same bytes whenever it is made
    builder.font.recalcTimestamp = False
    builder.save(out)
    return len(names)


def _simplified(source: Path) -> TTFont:
    """Open Noto Sans CJK SC, inside a collection or alone."""
    if source.suffix.lower() != ".ttc":
        return TTFont(source)
    fonts = TTCollection(source).fonts
    return next(font for font in fonts if font["name"].getDebugName(1) == "Noto Sans CJK SC")


if __name__ == "__main__":
    for style in WEIGHTS:
        path = FOLDER / f"PlanSansSC-{style}.ttf"
        count = make(Path(sys.argv[1]) / f"NotoSansCJK-{style}.ttc", path, style)
        sys.stdout.write(f"{path.name}: {count} glyphs, {path.stat().st_size / 1e6:.2f} MB\n")
