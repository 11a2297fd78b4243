"""Draws the pictures of the sample company into `weetwie/sample/`; run it again after changing it.

.venv/bin/python packaging/draw_sample.py
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parents[1] / "weetwie" / "sample"
FINER = 3
"""All is drawn so many times larger, and then made small: that smoothes the edges."""

INK, PALE, WATER, DEEP = "#22333b", "#f6f3ea", "#8ec6d8", "#2f7f9f"
RED, GREEN, YELLOW, GREY, BROWN = "#cf4b3c", "#4f9a6c", "#e3b23c", "#a9b0b3", "#9a6b43"
DOTLESS = str.maketrans("äöüÄÖÜ", "aouAOU")
Point = tuple[float, float]


class Sheet:
    """A drawing in points, whatever it is drawn in."""

    def __init__(self, width: int, height: int, ground: str = PALE) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * FINER, height * FINER), ground)
        self.pen = ImageDraw.Draw(self.image)

    def line(self, points: Sequence[Point], ink: str = INK, width: float = 2, dash: int = 0) -> None:
        scaled = [_scaled(point) for point in points]
        if not dash:
            self.pen.line(scaled, ink, round(width * FINER), joint="curve")
            return
        for (x1, y1), (x2, y2) in pairwise(scaled):
            length = math.hypot(x2 - x1, y2 - y1) or 1
            for step in range(0, int(length), dash * 2 * FINER):
                end = min(step + dash * FINER, length)
                part = [(x1 + (x2 - x1) * at / length, y1 + (y2 - y1) * at / length) for at in (step, end)]
                self.pen.line(part, ink, round(width * FINER))

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        fill: str | None = None,
        ink: str | None = INK,
        width: float = 2,
        round_by: float = 0,
    ) -> None:
        edges = [*_scaled((x, y)), *_scaled((x + w, y + h))]
        self.pen.rounded_rectangle(edges, round_by * FINER, fill, ink, round(width * FINER) if ink else 0)

    def oval(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        fill: str | None = None,
        ink: str | None = None,
        width: float = 2,
    ) -> None:
        edges = [*_scaled((x - rx, y - ry)), *_scaled((x + rx, y + ry))]
        self.pen.ellipse(edges, fill, ink, round(width * FINER) if ink else 0)

    def arc(
        self, x: float, y: float, rx: float, ry: float, start: int, end: int, ink: str = INK, width: float = 2
    ) -> None:
        edges = [*_scaled((x - rx, y - ry)), *_scaled((x + rx, y + ry))]
        self.pen.arc(edges, start, end, ink, round(width * FINER))

    def shape(self, points: Sequence[Point], fill: str, ink: str | None = None) -> None:
        self.pen.polygon([_scaled(point) for point in points], fill, ink, FINER * 2 if ink else 1)

    def text(
        self, x: float, y: float, words: str, size: int = 16, ink: str = INK, anchor: str = "lm"
    ) -> None:
        font = ImageFont.load_default(size * FINER)
        plain = words.replace("ß", "ss").translate(DOTLESS)
        left, middle = _scaled((x, y))
        self.pen.text((left, middle), plain, ink, font, anchor)
        left -= {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]] * font.getlength(plain)
        # The font that comes with Pillow has no umlauts: their dots are put on here.
        for place, letter in enumerate(words.replace("ß", "ss")):
            if ord(letter) in DOTLESS:
                at = left + font.getlength(plain[:place]) + font.getlength(plain[place]) / 2
                dot, up = size * FINER * 0.07, middle - size * FINER * (0.56 if letter.isupper() else 0.42)
                for side in (-2, 2):
                    self.pen.ellipse([at + side * dot - dot, up - dot, at + side * dot + dot, up + dot], ink)

    def arrow(self, points: Sequence[Point], ink: str = INK, width: float = 3) -> None:
        self.line(points, ink, width)
        (x1, y1), (x2, y2) = points[-2:]
        turn = math.atan2(y2 - y1, x2 - x1)
        wings = [(x2 - 12 * math.cos(turn + side), y2 - 12 * math.sin(turn + side)) for side in (0.45, -0.45)]
        self.shape([(x2, y2), *wings], ink)

    def save(self, folder: str, name: str, quality: int = 62) -> None:
        path = FOLDER / folder / f"{name}.webp"
        path.parent.mkdir(parents=True, exist_ok=True)
        small = self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        small.save(path, "WEBP", quality=quality, method=6)


def _scaled(point: Point) -> tuple[float, float]:
    return point[0] * FINER, point[1] * FINER


# Faces.

SKIN = {"l": "#f2d0b5", "m": "#e0ac83", "t": "#c68b59", "d": "#8d5a3a", "b": "#6b432c"}
HAIR = {
    "blond": "#d9b45b",
    "brown": "#6b4428",
    "black": "#26211f",
    "grey": "#b9bcbe",
    "white": "#e6e6e2",
    "red": "#b3552c",
    "dark": "#43302a",
}
SHIRTS = ("#2f7f9f", "#cf4b3c", "#4f9a6c", "#5b5f97", "#e3b23c", "#7a4e7e", "#38575f", "#b86f52")
GROUNDS = ("#dcebe9", "#f3e3d3", "#e6e0ef", "#dfe9d4", "#f6e8b8", "#d9e4f1", "#f1d9d6")

PEOPLE = {
    "marloes": "l blond bob glasses", "henk": "l white short beard cap", "priya": "t black long", "till": "l brown short glasses",
    "oksana": "l dark bun", "ruben": "l brown curly beard", "femke": "l red tail glasses", "jule": "l blond tail",
    "tomasz": "l dark short beard", "lotte": "l brown bob", "arne": "l blond short cap", "bjarne": "l grey short beard helmet",
    "sjoerd": "l blond short beard", "katrin": "l brown bun helmet", "mehmet": "m black short mo", "niels": "m brown short helmet",
    "wiebke": "l dark bob headset", "gerrit": "l grey bald glasses helmet", "aylin": "m black tail", "pieter": "l grey curly beard cap",
    "dewi": "t black bob glasses", "hanna": "l red long", "daan": "l blond curly", "olek": "l dark bald beard", "joost": "l brown short glasses",
    "ines": "m dark curly", "renate": "l grey bob glasses", "bas": "m brown short", "mirthe": "l blond bun", "jens": "l red short beard",
    "sabine": "l white curly glasses", "kwame": "b black short beard", "ilse": "l grey long", "uwe": "l grey bald mo glasses",
    "noor": "m black curly", "gesa": "l brown curly glasses", "volker": "l white short mo", "esther": "d black bun",
    "liam": "l red curly beard", "paula": "l blond long",
}  # fmt: skip


def face(handle: str, looks: str) -> None:
    skin_name, hair_name, style, *extras = looks.split()
    chance = Random(handle)
    skin, hair = SKIN[skin_name], HAIR[hair_name]
    sheet = Sheet(256, 256, chance.choice(GROUNDS))
    wide, high = 50 + chance.randint(-3, 4), 62 + chance.randint(-4, 4)
    _hair_behind(sheet, style, hair, wide)
    _body(sheet, chance.choice(SHIRTS), skin, chance)
    sheet.oval(128 - wide, 122, 9, 13, skin)
    sheet.oval(128 + wide, 122, 9, 13, skin)
    sheet.oval(128, 118, wide, high, skin)
    if "beard" in extras:
        sheet.pen.chord(
            [*_scaled((128 - wide, 118 - high)), *_scaled((128 + wide, 118 + high))], 18, 162, hair
        )
        sheet.oval(128, 146, 21, 11, skin)
    _hair_in_front(sheet, style, hair, wide, high)
    _features(sheet, hair, extras, chance)
    _on_the_head(sheet, extras, chance)
    sheet.save("faces", handle, 72)


def _body(sheet: Sheet, shirt: str, skin: str, chance: Random) -> None:
    sheet.box(108, 160, 40, 50, skin, None)
    sheet.oval(128, 262, 88, 66, shirt)
    collar = chance.randint(0, 2)
    if collar == 0:
        sheet.oval(128, 202, 24, 14, skin)
    elif collar == 1:
        sheet.shape([(104, 196), (128, 232), (152, 196)], skin)
    else:
        sheet.box(104, 186, 48, 20, shirt, None, round_by=8)


def _hair_behind(sheet: Sheet, style: str, hair: str, wide: int) -> None:
    if style == "long":
        sheet.box(128 - wide - 14, 80, 2 * wide + 28, 130, hair, None, round_by=40)
    elif style == "bob":
        sheet.box(128 - wide - 12, 70, 2 * wide + 24, 96, hair, None, round_by=34)
    elif style == "bun":
        sheet.oval(128, 46, 24, 22, hair)
    elif style == "tail":
        sheet.oval(128 + wide + 8, 130, 16, 48, hair)
    elif style == "curly":
        for turn in range(150, 400, 22):
            x, y = 128 + (wide + 6) * math.cos(math.radians(turn)), 104 + 52 * math.sin(math.radians(turn))
            sheet.oval(x, y, 20, 20, hair)


def _hair_in_front(sheet: Sheet, style: str, hair: str, wide: int, high: int) -> None:
    if style == "bald":
        return
    edges = [*_scaled((128 - wide - 3, 118 - high - 6)), *_scaled((128 + wide + 3, 118 + high - 22))]
    sheet.pen.chord(edges, 190 if style != "short" else 196, 350 if style != "short" else 344, hair)
    if style in ("bob", "long"):
        sheet.shape([(128 - wide, 92), (128 - wide + 10, 66), (140, 62), (112, 92)], hair)
    if style == "curly":
        for at in range(-2, 3):
            sheet.oval(128 + at * 20, 66 + abs(at) * 5, 15, 14, hair)


def _features(sheet: Sheet, hair: str, extras: list[str], chance: Random) -> None:
    for x in (108, 148):
        sheet.oval(x, 120, 4.2, 5, INK)
        sheet.arc(x, 112, 10, 7, 200, 340, hair if hair != HAIR["white"] else "#8c8c88", 3.4)
    sheet.arc(127, 128, 7, 10, 20, 150, "#00000055"[:7], 2)
    smile = chance.randint(8, 14)
    sheet.arc(128, 143, 17, smile, 20, 160, "#7d2f2a", 3.4)
    if "mo" in extras:
        sheet.pen.chord([*_scaled((106, 134)), *_scaled((150, 154))], 180, 360, hair)
    if "glasses" in extras:
        for x in (107, 149):
            sheet.oval(x, 120, 15, 13, None, INK, 2.6)
        sheet.line([(122, 119), (134, 119)], INK, 2.6)
    if "headset" in extras:
        sheet.arc(128, 108, 62, 66, 180, 360, INK, 5)
        sheet.oval(70, 122, 9, 14, INK)
        sheet.line([(72, 132), (90, 158), (112, 160)], INK, 3)


def _on_the_head(sheet: Sheet, extras: list[str], chance: Random) -> None:
    if "helmet" in extras:
        colour = chance.choice((YELLOW, "#f0f0ec", "#e07b39"))
        sheet.pen.chord([*_scaled((68, 34)), *_scaled((188, 150))], 180, 360, colour)
        sheet.box(60, 88, 136, 10, colour, None, round_by=5)
        sheet.box(120, 36, 16, 52, "#ffffff", None, round_by=6)
    if "cap" in extras:
        sheet.pen.chord([*_scaled((74, 46)), *_scaled((182, 140))], 180, 360, DEEP)
        sheet.box(96, 86, 104, 10, "#1f5a72", None, round_by=5)


# Headers.

HEADERS = ("marloes", "priya", "till", "oksana", "femke", "jule", "bjarne", "katrin", "pieter", "hanna", "ines", "kwame", "gesa", "liam", "henk", "sjoerd")  # fmt: skip


def header(handle: str) -> None:
    chance = Random(f"{handle} header")
    sky, land = chance.choice(
        (("#cfe3ea", "#8fb07a"), ("#f3dfc4", "#b0935f"), ("#dcd6ea", "#7d9a8c"), ("#e8eed6", "#6f9464"))
    )
    sheet = Sheet(900, 300, sky)
    sheet.oval(chance.randint(120, 780), chance.randint(50, 110), 34, 34, "#fff3c9")
    sheet.box(0, 190, 900, 110, land, None)
    sheet.shape(
        [(chance.randint(0, 200), 300), (380, 190), (500, 170), (chance.randint(650, 900), 300)], WATER
    )
    for _tree in range(chance.randint(3, 7)):
        x, size = chance.randint(20, 880), chance.randint(16, 34)
        sheet.box(x - 3, 186 - size, 6, size + 10, BROWN, None)
        sheet.oval(x, 180 - size, size * 0.8, size, "#56795a")
    x = chance.choice((110, 600))
    sheet.box(x, 128, 150, 80, "#c9624b", None)
    sheet.shape([(x - 12, 130), (x + 75, 84), (x + 162, 130)], "#5a4741")
    sheet.box(x + 54, 158, 40, 50, "#38575f", None)
    sheet.line([(x + 150, 200), (x + 220, 200), (x + 220, 260), (x + 300, 260)], "#38575f", 12)
    for _wave in range(8):
        at, y = chance.randint(330, 560), chance.randint(205, 290)
        sheet.arc(at, y, 22, 6, 200, 340, "#ffffff", 2)
    sheet.save("headers", handle, 60)


# What the posts show.

DRAWINGS: dict[str, Callable[[], Sheet]] = {}


def drawing(name: str) -> Callable[[Callable[[], Sheet]], Callable[[], Sheet]]:
    def keep(make: Callable[[], Sheet]) -> Callable[[], Sheet]:
        DRAWINGS[name] = make
        return make

    return keep


def chart(title: str, x_title: str, y_title: str, marks: Sequence[str], top: str, height: int = 480) -> Sheet:
    sheet = Sheet(800, height, "#ffffff")
    sheet.text(60, 32, title, 20)
    for step in range(5):
        y = 70 + step * (height - 150) / 4
        sheet.line([(70, y), (770, y)], "#e3e6e7", 1)
    sheet.line([(70, 60), (70, height - 80), (770, height - 80)], INK, 2)
    sheet.text(20, 66, top, 14, DEEP)
    sheet.text(20, height - 84, "0", 14, DEEP)
    sheet.text(74, 56, y_title, 13, DEEP)
    for number, mark in enumerate(marks):
        x = 70 + (number + 0.5) * 700 / len(marks)
        sheet.text(x, height - 62, mark, 14, INK, "mm")
    sheet.text(770, height - 34, x_title, 14, DEEP, "rm")
    return sheet


def curve(sheet: Sheet, values: Sequence[float], ink: str, width: float = 3) -> None:
    """Values from 0 to 1, spread over the width."""
    low, high = sheet.height - 80, 70
    points = [
        (70 + at * 700 / (len(values) - 1), low - value * (low - high)) for at, value in enumerate(values)
    ]
    sheet.line(points, ink, width)


def bars(sheet: Sheet, values: Sequence[float], inks: Sequence[str], labels: Sequence[str] = ()) -> None:
    low, high = sheet.height - 80, 70
    room = 700 / len(values)
    for at, value in enumerate(values):
        tall = value * (low - high)
        sheet.box(70 + at * room + room * 0.2, low - tall, room * 0.6, tall, inks[at % len(inks)], None)
        if labels:
            sheet.text(70 + (at + 0.5) * room, low - tall - 14, labels[at], 15, INK, "mm")


def sketch(ground: str = PALE, width: int = 800, height: int = 500) -> Sheet:
    sheet = Sheet(width, height, ground)
    for x in range(20, width, 20):
        sheet.line([(x, 0), (x, height)], "#ebe6d8" if ground == PALE else ground, 1)
    for y in range(20, height, 20):
        sheet.line([(0, y), (width, y)], "#ebe6d8" if ground == PALE else ground, 1)
    return sheet


def note(sheet: Sheet, x: float, y: float, words: str, ground: str = "#fbe88a", wide: int = 120) -> None:
    sheet.box(x, y, wide, 54, ground, None)
    for number, line in enumerate(words.split("/")):
        sheet.text(x + wide / 2, y + 18 + number * 19, line, 15, INK, "mm")


@drawing("pegelblick-two")
def _two_levels() -> Sheet:
    sheet = Sheet(800, 520, "#ffffff")
    sheet.text(40, 30, "Oosterhoek  ->  Kolk", 20)
    for top, ink, name, late in ((60, DEEP, "Oosterhoek", 0), (290, GREEN, "Kolk", 60)):
        sheet.box(40, top, 720, 200, "#f7fafb", GREY, 1)
        sheet.text(52, top + 18, name, 15, ink)
        points = []
        for x in range(0, 720, 4):
            phase = ((x - late) % 180) / 180
            level = 1 - phase / 0.5 if phase < 0.5 else (phase - 0.5) / 0.5
            points.append((40 + x, top + 40 + (140 * (1 - level) if ink == DEEP else 140 * level)))
        sheet.line(points, ink, 3)
    sheet.arrow([(220, 190), (280, 330)], RED)
    sheet.text(262, 268, "20 min", 15, RED)
    return sheet


@drawing("pumpcurve-k7")
def _pump_curve() -> Sheet:
    sheet = chart("K7-150: H(Q)", "Q  [m3/h]", "H [m]", ["0", "40", "80", "120", "160", "200"], "32")
    values = [0.95 - 0.55 * (at / 60) ** 2 - (0.05 * math.exp(-(((at - 18) / 3) ** 2))) for at in range(61)]
    curve(sheet, values, DEEP, 4)
    sheet.oval(280, 118, 26, 26, None, RED, 3)
    sheet.text(316, 106, "30 %  ?", 18, RED)
    for at in range(0, 61, 6):
        sheet.oval(70 + at * 700 / 60, 400 - values[at] * 330, 5, 5, INK)
    return sheet


def _h2s(peaks: Sequence[float], ink: str, title: str) -> Sheet:
    sheet = chart(title, "", "H2S [ppm]", ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"], "200")
    values = [
        max(0.02, peaks[at // 24] * max(0.0, math.cos((at % 24 - 3) / 24 * 2 * math.pi)) ** 2)
        for at in range(168)
    ]
    curve(sheet, values, ink)
    return sheet


@drawing("h2s-before")
def _h2s_before() -> Sheet:
    return _h2s((0.8, 0.9, 0.85, 0.75, 0.9, 0.88, 0.78), RED, "Hollenau, Kastanienstraße")


@drawing("hall4-empty")
def _hall() -> Sheet:
    sheet = sketch()
    sheet.box(80, 80, 640, 320, "#ffffff", INK, 5)
    for y in (140, 280):
        sheet.box(712, y, 16, 70, YELLOW, INK)
    sheet.line([(100, 240), (690, 240)], RED, 3, 8)
    sheet.text(400, 222, "Kran 5 t", 17, RED, "mm")
    sheet.text(400, 430, "80 m", 18, INK, "mm")
    sheet.text(46, 240, "40 m", 18, INK, "mm")
    sheet.text(80, 54, "Halle 4, Gewerbepark Süd", 22)
    sheet.text(744, 175, "Tor 1", 14)
    sheet.text(744, 315, "Tor 2", 14)
    return sheet


def _plan(zones: Sequence[tuple[float, float, float, float, str, str]], title: str) -> Sheet:
    sheet = _hall()
    sheet.box(78, 40, 420, 32, PALE, None)
    sheet.text(80, 54, title, 22)
    for x, y, w, h, ground, name in zones:
        sheet.box(x, y, w, h, ground, INK, 1.5, 4)
        for number, line in enumerate(name.split("/")):
            sheet.text(x + w / 2, y + h / 2 - 9 * name.count("/") + number * 19, line, 15, INK, "mm")
    return sheet


_RACKS = [(180 + at * 62, 96, 44, 110, "#d7e3e8", "") for at in range(5)]


@drawing("hall4-plan1")
def _plan1() -> Sheet:
    zones = [*_RACKS, (520, 96, 180, 110, "#cfe5d2", "fast/movers"), (180, 258, 330, 120, "#ead9c6", "castings"),
             (90, 96, 76, 140, "#f4ebb9", "kitting"), (90, 258, 76, 120, "#efc9c4", "returns"), (540, 300, 150, 70, "#e3dcef", "charging")]  # fmt: skip
    return _plan(zones, "Halle 4, draft 1")


@drawing("hall4-plan2")
def _plan2() -> Sheet:
    rivers = ("EMS", "VECH", "HASE", "HUNT", "LEDA")
    racks = [(x, y, w, h, ground, name) for (x, y, w, h, ground, _), name in zip(_RACKS, rivers, strict=True)]
    zones = [*racks, (520, 96, 180, 90, "#cfe5d2", "fast/movers"), (180, 258, 330, 120, "#ead9c6", "castings"),
             (90, 96, 76, 140, "#f4ebb9", "kitting"), (90, 258, 76, 120, "#e3dcef", "charging"),
             (620, 214, 84, 60, "#efc9c4", "returns"), (540, 300, 90, 60, "#bfe0ee", "Daan")]  # fmt: skip
    return _plan(zones, "Halle 4, draft 2")


@drawing("seal-section")
def _seal() -> Sheet:
    sheet = sketch()
    sheet.box(120, 60, 160, 380, "#c9ced0", INK, 3)
    sheet.box(520, 60, 160, 380, "#c9ced0", INK, 3)
    sheet.box(340, 20, 120, 460, "#3f4a4f", INK, 3)
    sheet.box(376, 20, 48, 460, "#c07f45", None)
    for y, name in ((180, "FKM"), (290, "EPDM")):
        for x in (310, 490):
            sheet.oval(x, y, 30, 34, "#59636a" if name == "FKM" else "#2b2f31", INK, 3)
        sheet.text(700, y, name, 22)
        sheet.line([(520, y), (690, y)], INK, 1.5)
    sheet.box(280, 70, 240, 46, "#e2c16a", INK, 3)
    sheet.arrow([(332, 30), (338, 150), (334, 250), (330, 430)], RED, 5)
    sheet.text(40, 470, "KZ-7-0410", 18, GREY)
    return sheet


@drawing("oncall-survey")
def _survey() -> Sheet:
    sheet = Sheet(800, 400, "#ffffff")
    sheet.text(40, 34, "Bereitschaft: was ist euch wichtig? (26 Antworten)", 20)
    for row, (words, count, ink) in enumerate(
        (
            ("Plan 3 Monate im Voraus", 22, DEEP),
            ("Ausschlafen nach Nachteinsatz", 19, GREEN),
            ("Einfacher tauschen", 14, YELLOW),
            ("Höhere Zulage", 9, RED),
        )
    ):
        y = 80 + row * 76
        sheet.text(40, y, words, 16)
        sheet.box(40, y + 14, count * 28, 30, ink, None, round_by=4)
        sheet.text(52 + count * 28, y + 29, str(count), 18)
    return sheet


@drawing("antenna-roof")
def _antennas() -> Sheet:
    sheet = sketch("#e8f0f3")
    sheet.box(0, 360, 800, 140, "#b9b2a4", None)
    for x, tall, bars_, words in (
        (170, 150, 2, "Regen: weg"),
        (400, 190, 3, "62 °C"),
        (630, 170, 5, "langweilig"),
    ):
        sheet.line([(x, 360), (x, 360 - tall)], INK, 6)
        sheet.line([(x - 34, 360 - tall + 20), (x, 360 - tall), (x + 34, 360 - tall + 20)], INK, 4)
        for step in range(5):
            sheet.box(
                x - 50 + step * 20,
                420 - step * 9,
                14,
                12 + step * 9,
                GREEN if step < bars_ else "#d8d8d4",
                None,
            )
        sheet.text(x, 458, words, 17, INK, "mm")
    return sheet


@drawing("ventilation-table")
def _table() -> Sheet:
    sheet = Sheet(800, 440, "#ffffff")
    sheet.box(0, 0, 800, 60, GREEN, None)
    sheet.text(24, 30, "Ventileren: minuten, daarna meten op 3 hoogtes", 22, "#ffffff")
    rows = [
        ("put", "5 m", "15 m", "25 m"),
        ("10 m3", "4", "5", "6"),
        ("30 m3", "10", "13", "16"),
        ("54 m3", "18", "22", "27"),
        ("100 m3", "34", "41", "50"),
    ]
    for number, row in enumerate(rows):
        y = 100 + number * 70
        sheet.line([(20, y + 34), (780, y + 34)], GREY, 1)
        for column, words in enumerate(row):
            sheet.text(120 + column * 190, y, words, 24, DEEP if not number or not column else INK, "mm")
    return sheet


@drawing("oring-test")
def _oring() -> Sheet:
    sheet = chart("Soepproef: terugveren", "dag", "", ["0", "1", "2", "3", "4", "5", "6", "7"], "100 %")
    curve(sheet, [1, 0.99, 0.99, 0.985, 0.985, 0.98, 0.98, 0.98], GREEN, 4)
    curve(sheet, [1, 0.95, 0.9, 0.84, 0.79, 0.74, 0.7, 0.67], RED, 4)
    sheet.text(600, 92, "oud", 18, GREEN)
    sheet.text(600, 206, "nieuw", 18, RED)
    return sheet


@drawing("alarm-chart")
def _alarms() -> Sheet:
    sheet = chart("Alarms per week, nine stations", "week", "", ["-3", "-2", "-1", "1", "2", "3"], "120")
    bars(
        sheet,
        [0.86, 0.92, 0.82, 0.13, 0.11, 0.1],
        [RED, RED, RED, GREEN, GREEN, GREEN],
        ["103", "110", "99", "15", "14", "12"],
    )
    return sheet


@drawing("erp-wall")
def _wall() -> Sheet:
    sheet = Sheet(800, 480, "#fdfdfb")
    sheet.box(6, 6, 788, 468, None, GREY, 8)
    sheet.text(40, 46, "ATLAS  ->  KORF", 30, DEEP)
    sheet.arrow([(50, 250), (750, 250)], INK, 5)
    for x, words in ((100, "clean"), (280, "key users"), (460, "test x3"), (650, "GO")):
        sheet.line([(x, 238), (x, 262)], INK, 4)
        sheet.text(x, 284, words, 18, INK, "mm")
    for x, y, words, ground in (
        (70, 120, "parts/1914", "#bfe3c4"),
        (230, 130, "where/used!", "#fbe88a"),
        (390, 116, "3-way/match", "#f6c7c0"),
        (560, 128, "blind/booking", "#c9dcf2"),
        (120, 330, "stock/count", "#c9dcf2"),
        (330, 340, "labels/rivers", "#bfe3c4"),
    ):
        note(sheet, x, y, words, ground)
    note(sheet, 540, 340, "no/notebook 3", "#f29c8e", 180)
    return sheet


@drawing("map-luettenhagen")
def _map() -> Sheet:
    sheet = Sheet(800, 540, "#eef2df")
    chance = Random(14)
    sheet.line([(0, 90), (160, 130), (300, 110), (430, 210), (600, 240), (800, 330)], WATER, 22)
    sheet.line([(220, 540), (240, 380), (400, 300), (420, 215)], "#a9d3e0", 12)
    for x, y, name in (
        (120, 210, "Alt Lütten"),
        (340, 60, "Brook"),
        (560, 160, "Lüttenhagen"),
        (330, 420, "Moorkamp"),
        (650, 430, "Hagensiel"),
    ):
        for _house in range(9):
            sheet.box(x + chance.randint(-50, 50), y + chance.randint(-26, 26), 12, 10, "#d6b59c", None)
        sheet.text(x, y + 46, name, 18, INK, "mm")
    spots = [
        (700, 300),
        (600, 130),
        (500, 170),
        (420, 90),
        (300, 70),
        (180, 180),
        (90, 250),
        (80, 330),
        (230, 340),
        (340, 380),
        (300, 470),
        (480, 420),
        (640, 390),
        (700, 470),
    ]
    for number, (x, y) in enumerate(spots, start=1):
        sheet.oval(x, y, 15, 15, RED if number in (3, 7, 11) else DEEP)
        sheet.text(x, y, str(number), 15, "#ffffff", "mm")
    return sheet


@drawing("station-sketch")
def _station() -> Sheet:
    sheet = sketch()
    sheet.box(0, 130, 800, 370, "#d9c9a8", None)
    sheet.box(150, 130, 260, 330, "#ffffff", INK, 8)
    sheet.box(158, 330, 244, 124, WATER, None)
    for x in (220, 330):
        sheet.box(x - 24, 380, 48, 66, DEEP, INK, 2, 8)
        sheet.line([(x, 380), (x, 220), (410, 220)], INK, 6)
    sheet.line([(410, 220), (560, 220), (620, 300), (800, 300)], INK, 10)
    sheet.box(240, 118, 90, 14, GREY, INK)
    for y in range(150, 330, 20):
        sheet.line([(166, y), (190, y)], INK, 2)
    sheet.box(560, 70, 110, 46, "#ffffff", INK, 3, 14)
    sheet.oval(690, 66, 22, 18, "#ffffff", INK, 3)
    for x in (575, 600, 635, 655):
        sheet.line([(x, 116), (x, 132)], INK, 4)
    sheet.oval(592, 88, 14, 10, INK)
    sheet.oval(640, 96, 16, 10, INK)
    sheet.text(600, 40, "1 : 50", 18)
    return sheet


def main() -> None:
    for handle, looks in PEOPLE.items():
        face(handle, looks)
    for handle in HEADERS:
        header(handle)
    for name, make in DRAWINGS.items():
        make().save("pictures", name)


if __name__ == "__main__":
    main()
