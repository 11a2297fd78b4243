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


@drawing("oncall-variants")
def _variants() -> Sheet:
    sheet = Sheet(800, 420, "#ffffff")
    inks = (DEEP, GREEN, YELLOW, RED, "#7a4e7e", GREY)
    sheet.text(40, 32, "Bereitschaft: drei Varianten, zwölf Wochen", 20)
    for row, (name, lengths) in enumerate((("A", (7,)), ("B", (4, 3)), ("C", (7,)))):
        y, day, turn = 80 + row * 110, 0, 0
        sheet.text(40, y + 32, name, 34)
        while day < 84:
            days = lengths[turn % len(lengths)]
            ink = inks[turn % 6] if name != "C" else (inks[0] if turn % 9 == 0 else "#dfe5e7")
            sheet.box(90 + day * 8, y, days * 8 - 2, 62, ink, None, round_by=4)
            day, turn = day + days, turn + 1
    return sheet


@drawing("h2s-dosing")
def _h2s_dosing() -> Sheet:
    sheet = _h2s((0.25, 0.3, 0.28, 0.24, 0.3, 0.27, 0.26), RED, "Hollenau: H2S und Dosierung")
    curve(
        sheet,
        [
            0.05 + 0.16 * max(0.0, math.cos(((at - 5.5) % 24 - 3) / 24 * 2 * math.pi)) ** 2
            for at in range(168)
        ],
        DEEP,
    )
    sheet.text(600, 110, "H2S", 18, RED)
    sheet.text(600, 136, "Nitrat (+ 2 h)", 18, DEEP)
    return sheet


@drawing("h2s-after")
def _h2s_after() -> Sheet:
    return _h2s((0.04, 0.05, 0.04, 0.045, 0.05, 0.04, 0.05), GREEN, "Lüttenhagen 1-14")


@drawing("vibration-spectrum")
def _spectrum() -> Sheet:
    sheet = Sheet(800, 420, "#ffffff")
    chance = Random(87)
    for left, words in ((40, "vor 3 Monaten"), (420, "heute")):
        sheet.line([(left, 50), (left, 350), (left + 340, 350)], INK, 2)
        sheet.text(left + 170, 30, words, 18, INK, "mm")
        for at in range(68):
            tall = chance.uniform(3, 16) + (150 if at == 10 else 60 if at == 20 else 0)
            tall = 210 if words == "heute" and at == 36 else tall
            sheet.box(left + 4 + at * 5, 350 - tall, 3, tall, RED if tall == 210 else DEEP, None)
    sheet.text(604, 124, "87 Hz", 18, RED, "mm")
    sheet.text(760, 384, "Hz", 16, DEEP, "rm")
    return sheet


@drawing("waterhammer")
def _hammer() -> Sheet:
    sheet = sketch()
    sheet.box(50, 60, 70, 60, DEEP, INK, 3, 8)
    sheet.text(85, 90, "P", 26, "#ffffff", "mm")
    sheet.line([(120, 90), (380, 90), (470, 50), (740, 50)], INK, 12)
    for left, words, ink, size in (
        (40, "zonder", RED, 110),
        (300, "uitloop 8 s", YELLOW, 45),
        (560, "vliegwiel", GREEN, 14),
    ):
        sheet.box(left, 180, 200, 250, "#ffffff", GREY, 1)
        points = [(left + x, 305 - size * math.exp(-x / 70) * math.cos(x / 13)) for x in range(0, 200, 2)]
        sheet.line(points, ink, 4)
        sheet.text(left + 100, 456, words, 20, INK, "mm")
    return sheet


@drawing("racks")
def _racks_drawn() -> Sheet:
    sheet = sketch("#eef1f2")
    sheet.shape([(0, 500), (300, 300), (500, 300), (800, 500)], "#cfd4d6")
    for side in (-1, 1):
        for level in range(5):
            near, far = 480 - level * 105, 320 - level * 44
            edge, inner = 400 + side * 400, 400 + side * 104
            sheet.line([(edge, near), (inner, far)], "#c56b2c", 6)
        for at in range(5):
            x = 400 + side * (104 + at * at * 18 + at * 2)
            grow = 1 + at * 0.34
            sheet.line([(x, 320 + 36 * at), (x, 150 - 30 * at)], DEEP, 2 + grow)
    sheet.box(310, 40, 180, 100, "#ffffff", INK, 4, 8)
    sheet.text(400, 92, "EMS", 60, DEEP, "mm")
    sheet.line([(340, 40), (340, 0)], INK, 3)
    sheet.line([(460, 40), (460, 0)], INK, 3)
    return sheet


@drawing("rain-night")
def _rain() -> Sheet:
    sheet = chart("Haarbos, 80 mm in 3 uur", "uur", "", ["22", "23", "0", "1", "2", "3", "4", "5"], "")
    for at, value in enumerate((0.02, 0.05, 0.2, 0.55, 0.8, 0.62, 0.3, 0.1, 0.04, 0.02)):
        sheet.box(78 + at * 70, 400 - value * 240, 40, value * 240, WATER, None)
    curve(
        sheet,
        [0.25, 0.25, 0.26, 0.3, 0.42, 0.6, 0.78, 0.9, 0.93, 0.9, 0.8, 0.65, 0.5, 0.4, 0.34, 0.3],
        DEEP,
        5,
    )
    sheet.line([(70, 84), (770, 84)], RED, 3, 10)
    return sheet


def _canal(sky: str = "#e9f1f2") -> Sheet:
    sheet = Sheet(800, 480, sky)
    sheet.box(0, 250, 800, 60, "#9dbb86", None)
    sheet.box(0, 300, 800, 180, WATER, None)
    chance = Random(len(sky))
    for _wave in range(26):
        sheet.arc(chance.randint(20, 780), chance.randint(320, 470), 26, 6, 200, 340, "#ffffff", 2)
    return sheet


def _house(
    sheet: Sheet, x: float, y: float, size: float, roof: str = "#b4493a", walls: str = "#f2e6d0"
) -> None:
    sheet.box(x, y, size, size * 0.6, walls, INK)
    sheet.shape([(x - size * 0.1, y), (x + size / 2, y - size * 0.4), (x + size * 1.1, y)], roof, INK)
    sheet.box(x + size * 0.38, y + size * 0.25, size * 0.24, size * 0.35, "#38575f", None)


def _boat(sheet: Sheet, x: float, y: float, size: float, hull: str = BROWN) -> None:
    sheet.line([(x + size * 0.45, y), (x + size * 0.45, y - size * 0.9)], "#6b4428", 6)
    sheet.shape(
        [
            (x + size * 0.48, y - size * 0.85),
            (x + size * 0.48, y - size * 0.15),
            (x + size * 0.9, y - size * 0.15),
        ],
        "#fffaf0",
        INK,
    )
    sheet.shape(
        [(x, y), (x + size, y), (x + size * 0.82, y + size * 0.24), (x + size * 0.16, y + size * 0.24)],
        hull,
        INK,
    )


def _person(
    sheet: Sheet, x: float, y: float, shirt: str, *, waves: bool = False, helmet: bool = False
) -> None:
    sheet.line([(x, y + 52), (x - 8, y + 92)], INK, 6)
    sheet.line([(x, y + 52), (x + 8, y + 92)], INK, 6)
    sheet.box(x - 14, y + 16, 28, 42, shirt, None, round_by=8)
    sheet.line([(x + 12, y + 22), (x + 30, y - 6 if waves else y + 46)], shirt, 7)
    sheet.line([(x - 12, y + 22), (x - 28, y + 46)], shirt, 7)
    sheet.oval(x, y, 14, 15, SKIN["l"] if len(shirt) % 2 else SKIN["t"])
    if helmet:
        sheet.pen.chord([*_scaled((x - 17, y - 20)), *_scaled((x + 17, y + 12))], 180, 360, YELLOW)


def _cow(sheet: Sheet, x: float, y: float) -> None:
    sheet.box(x, y, 120, 56, "#ffffff", INK, 3, 18)
    sheet.oval(x + 128, y, 22, 18, "#ffffff", INK, 3)
    for leg in (14, 36, 84, 104):
        sheet.line([(x + leg, y + 56), (x + leg, y + 80)], INK, 5)
    sheet.oval(x + 34, y + 22, 18, 12, INK)
    sheet.oval(x + 84, y + 32, 20, 12, INK)


@drawing("sloop")
def _sloop() -> Sheet:
    sheet = _canal()
    _house(sheet, 580, 210, 90)
    _boat(sheet, 200, 350, 260)
    return sheet


@drawing("boat-launch")
def _launch() -> Sheet:
    sheet = _canal("#f6ead6")
    sheet.shape([(0, 300), (420, 300), (300, 480), (0, 480)], "#cdbb95")
    sheet.line([(60, 300), (420, 420)], BROWN, 10)
    _boat(sheet, 330, 340, 250)
    for x, shirt in ((80, DEEP), (140, RED), (200, GREEN)):
        _person(sheet, x, 210, shirt, waves=True)
    return sheet


@drawing("party")
def _party() -> Sheet:
    sheet = _canal("#fbeedd")
    sheet.box(0, 290, 800, 70, "#cdbb95", None)
    for at in range(14):
        ink = (RED, YELLOW, GREEN, DEEP)[at % 4]
        x, y = 20 + at * 58, 50 + 26 * math.sin(at / 13 * math.pi)
        sheet.shape([(x, y), (x + 44, y), (x + 22, y + 40)], ink)
    _boat(sheet, 520, 380, 210, "#2f6fb0")
    for at, shirt in enumerate((RED, DEEP, GREEN, "#7a4e7e", YELLOW, "#b86f52", DEEP)):
        _person(sheet, 70 + at * 70, 200, shirt, waves=at % 3 == 0)
    sheet.box(40, 270, 470, 22, BROWN, INK)
    for x in (120, 270, 420):
        sheet.box(x, 238, 60, 34, GREY, INK, 2, 6)
    return sheet


@drawing("hall4-moving")
def _moving() -> Sheet:
    sheet = Sheet(800, 460, "#e3e8ea")
    sheet.box(0, 330, 800, 130, "#b9bec0", None)
    for x in (60, 500):
        sheet.box(x, 150, 220, 150, "#f7f7f4", INK, 3)
        sheet.box(x + 170, 210, 74, 90, RED if x < 100 else DEEP, INK, 3, 8)
        for wheel in (50, 110, 214):
            sheet.oval(x + wheel, 310, 20, 20, INK)
    sheet.box(340, 240, 70, 60, YELLOW, INK, 3, 6)
    sheet.line([(410, 180), (410, 312), (460, 312)], INK, 5)
    sheet.box(418, 262, 56, 46, BROWN, INK)
    for x in (354, 396):
        sheet.oval(x, 308, 13, 13, INK)
    for at, shirt in enumerate((DEEP, GREEN, RED, "#7a4e7e", YELLOW, DEEP)):
        _person(sheet, 80 + at * 128, 340, shirt)
        sheet.box(92 + at * 128, 372, 34, 26, "#d3a772", INK)
    return sheet


@drawing("hall4-steps")
def _steps() -> Sheet:
    sheet = chart("Hafenstrasse  ->  Halle 4", "", "", ["seconds per pick", "steps per day"], "")
    for x, tall, ink, words in (
        (120, 300, RED, "400"),
        (240, 98, GREEN, "130"),
        (470, 300, RED, "17,000"),
        (590, 138, GREEN, "7,800"),
    ):
        sheet.box(x, 400 - tall, 90, tall, ink, None, round_by=4)
        sheet.text(x + 45, 384 - tall, words, 20, INK, "mm")
    return sheet


def _cabinet(sheet: Sheet, x: float) -> None:
    sheet.box(x, 40, 330, 420, "#d9dee0", INK, 5)
    for row in range(3):
        sheet.box(x + 24, 70 + row * 50, 282, 22, "#f7f7f4", INK)
        for at in range(18):
            sheet.box(
                x + 28 + at * 15.4, 74 + row * 50, 10, 14, (GREY, DEEP, RED, YELLOW)[(at + row) % 4], None
            )
    for at in range(2):
        sheet.box(x + 40 + at * 100, 230, 76, 120, "#38575f", INK, 2, 6)
        sheet.box(x + 52 + at * 100, 246, 52, 26, WATER, None)
        sheet.box(x + 60 + at * 110, 388, 84, 50, INK, None, round_by=6)
    sheet.box(x + 242, 230, 60, 90, "#f7f7f4", INK, 2, 4)


@drawing("cabinet")
def _cabinet_drawn() -> Sheet:
    sheet = sketch()
    _cabinet(sheet, 240)
    sheet.box(222, 300, 14, 150, GREEN, None)
    sheet.box(226, 300, 5, 150, YELLOW, None)
    for y, words in ((140, "X3"), (290, "FU"), (410, "2 x Akku"), (380, "PE")):
        sheet.text(600 if words != "PE" else 180, y, words, 20, DEEP if words != "PE" else GREEN)
    return sheet


@drawing("cabinet-door")
def _door() -> Sheet:
    sheet = sketch()
    sheet.box(0, 0, 60, 500, "#b98d70", INK, 3)
    for y in range(0, 500, 40):
        sheet.line([(0, y), (60, y)], "#8f6a52", 2)
    _cabinet(sheet, 330)
    sheet.shape([(330, 40), (92, 90), (92, 490), (330, 460)], "#eef1f2", INK)
    sheet.arc(330, 250, 250, 90, 150, 250, RED, 4)
    sheet.arrow([(128, 30), (66, 30)], RED)
    sheet.text(140, 30, "11 mm", 20, RED)
    return sheet


@drawing("spring-gland")
def _gland() -> Sheet:
    sheet = _seal()
    sheet.box(40, 455, 120, 34, PALE, None)
    sheet.box(276, 10, 248, 70, "#e2c16a", INK, 3)
    for at in range(4):
        y, tip = 92 + at * 16, 12 if at % 2 else -12
        sheet.line([(286, y + tip / 2), (400, y - tip / 2), (514, y + tip / 2)], RED, 6)
    sheet.box(340, 0, 120, 500, "#3f4a4f", INK, 3)
    sheet.box(376, 0, 48, 500, "#c07f45", None)
    sheet.text(60, 118, "4 Tellerfedern", 20, RED)
    sheet.text(60, 470, "KZ-7-0410  Rev. H", 18, GREY)
    return sheet


@drawing("henk-board")
def _board() -> Sheet:
    sheet = Sheet(800, 480, "#fdfdfb")
    sheet.box(6, 6, 788, 468, None, GREY, 8)
    for x, y, words in (
        (50, 60, "H = Hst + k Q2"),
        (540, 70, "dp = rho a dv"),
        (60, 400, "Fr = v / (g D)^0,5"),
        (560, 400, "NPSHa > NPSHr + 1"),
        (330, 50, "v > 0,9 ?"),
    ):
        sheet.text(x, y, words, 22, DEEP)
    sheet.text(400, 220, "water heeft", 58, INK, "mm")
    sheet.text(400, 284, "altijd gelijk", 58, INK, "mm")
    chance = Random(34)
    for at in range(18):
        x, y = 50 + (at % 9) * 80, 120 + (at // 9) * 220
        points = [(x + step * 9, y + chance.randint(-12, 12)) for step in range(7)]
        sheet.line(points, chance.choice((RED, GREEN, DEEP, INK)), 3)
    return sheet


@drawing("lh-station1")
def _first_station() -> Sheet:
    sheet = Sheet(800, 460, "#dfeaf0")
    sheet.box(0, 300, 800, 160, "#a5c08d", None)
    _house(sheet, 130, 200, 200, GREEN)
    sheet.box(390, 190, 80, 130, "#d9dee0", INK, 3)
    sheet.shape([(470, 190), (520, 206), (520, 336), (470, 320)], "#eef1f2", INK)
    for at, shirt in enumerate((RED, DEEP, YELLOW, "#7a4e7e")):
        _person(sheet, 570 + at * 60, 250, shirt, waves=True, helmet=True)
    return sheet


@drawing("lh-opening")
def _opening() -> Sheet:
    sheet = Sheet(800, 460, "#e6eff3")
    sheet.box(0, 300, 800, 160, "#a5c08d", None)
    _house(sheet, 90, 210, 160, GREEN)
    sheet.line([(60, 330), (180, 342), (300, 330)], RED, 10)
    for at, shirt in enumerate(("#7d2f2a",) * 5):
        x = 370 + at * 62
        _person(sheet, x, 240, shirt)
        sheet.oval(x + 22, 282, 16, 16, YELLOW, INK)
        sheet.oval(x + 22, 282, 7, 7, "#8a6a1c")
    _cow(sheet, 640, 320)
    return sheet


@drawing("lh-sequence")
def _sequence() -> Sheet:
    sheet = Sheet(800, 420, "#ffffff")
    for step, (nine, road, ten) in enumerate(
        (
            ("half", "open", "-"),
            ("half", "closed", "whole"),
            ("half", "open", "whole"),
            ("whole", "open", "whole"),
        )
    ):
        x = 30 + step * 192
        sheet.box(x, 60, 170, 300, PALE, GREY, 1, 8)
        sheet.text(x + 85, 36, str(step + 1), 24, DEEP, "mm")
        for y, name, state in ((90, "9", nine), (270, "10", ten)):
            ink = GREEN if state == "whole" else YELLOW if state == "half" else "#ffffff"
            sheet.box(x + 45, y, 80, 60, ink, INK, 2, 6)
            sheet.text(x + 85, y + 30, name, 26, INK, "mm")
        sheet.box(x, 190, 170, 36, GREY, None)
        sheet.line([(x, 208), (x + 170, 208)], "#ffffff", 2, 10)
        if road == "closed":
            sheet.line([(x + 60, 180), (x + 110, 236)], RED, 8)
            sheet.line([(x + 110, 180), (x + 60, 236)], RED, 8)
    return sheet


@drawing("oncall-result")
def _result() -> Sheet:
    sheet = chart(
        "Bereitschaft: vorher und nach 16 Wochen", "", "", ["Zufriedenheit", "Tausch je Monat"], "10"
    )
    for x, value, ink, words in (
        (130, 4.9, RED, "4,9"),
        (250, 7.9, GREEN, "7,9"),
        (480, 9, RED, "9"),
        (600, 2.6, GREEN, "2,6"),
    ):
        sheet.box(x, 400 - value * 33, 90, value * 33, ink, None, round_by=4)
        sheet.text(x + 45, 384 - value * 33, words, 22, INK, "mm")
    return sheet


@drawing("stork")
def _stork() -> Sheet:
    sheet = Sheet(700, 520, "#d6e8f0")
    sheet.box(0, 440, 700, 80, "#9dbb86", None)
    _house(sheet, 90, 370, 130, DEEP)
    sheet.line([(440, 470), (440, 170)], "#6a7478", 10)
    sheet.line([(390, 230), (490, 230)], "#6a7478", 5)
    sheet.oval(440, 168, 100, 34, BROWN)
    for at in range(24):
        sheet.line([(350 + at * 7.6, 160 + at % 3 * 9), (366 + at * 7.6, 186 - at % 4 * 7)], "#6b4428", 2)
    for x, size in ((380, 0.7), (440, 1.0), (500, 0.7)):
        sheet.oval(x, 128 - 10 * size, 26 * size, 32 * size, "#ffffff", INK, 2)
        sheet.oval(x, 84 - 18 * size, 15 * size, 15 * size, "#ffffff", INK, 2)
        sheet.shape(
            [(x + 12, 80 - 18 * size), (x + 12 + 42 * size, 90 - 18 * size), (x + 12, 90 - 18 * size)],
            "#e0672f",
        )
        sheet.oval(x + 4, 81 - 18 * size, 2.4, 2.4, INK)
    return sheet


@drawing("map-modems")
def _modems() -> Sheet:
    sheet = Sheet(800, 480, "#eef2df")
    chance = Random(143)
    sheet.line([(0, 140), (200, 180), (420, 150), (600, 250), (800, 240)], WATER, 16)
    sheet.line([(430, 480), (440, 320), (420, 150)], GREY, 3, 8)
    for _modem in range(142):
        sheet.oval(chance.gauss(400, 180) % 800, chance.gauss(240, 100) % 480, 6, 6, GREEN)
    sheet.oval(640, 110, 10, 10, YELLOW, INK, 3)
    sheet.text(660, 108, "Meerzicht", 18)
    sheet.text(30, 450, "143 / 143", 28, DEEP)
    return sheet


@drawing("forecast")
def _forecast() -> Sheet:
    sheet = chart(
        "Kolk: peil en voorspelling", "uur", "m", ["-6", "-5", "-4", "-3", "-2", "-1", "0", "+1", "+2"], "2"
    )
    values = [0.4 + 0.28 * math.sin(at / 9) + 0.05 * math.sin(at / 2.3) for at in range(90)]
    low, high = sheet.height - 80, 70
    points = [(70 + at * 700 / 89, low - value * (low - high)) for at, value in enumerate(values)]
    band = [(x, y - (x - 566) * 0.1 - 6) for x, y in points[63:]] + [
        (x, y + (x - 566) * 0.1 + 6) for x, y in reversed(points[63:])
    ]
    sheet.shape(band, "#d5e9f0")
    sheet.line(points[:64], DEEP, 4)
    sheet.line(points[63:], RED, 4, 4)
    sheet.line([(566, 60), (566, 400)], GREY, 2, 6)
    sheet.text(566, 48, "nu", 16, INK, "mm")
    return sheet


@drawing("forecast-score")
def _score() -> Sheet:
    sheet = chart(
        "326 stations, gisteren",
        "afwijking in cm",
        "",
        ["1", "2", "3", "4", "5", "8", "12", "20", ">20"],
        "100",
    )
    bars(
        sheet,
        [0.71, 0.92, 0.64, 0.4, 0.22, 0.12, 0.07, 0.05, 0.03],
        [GREEN] * 5 + [YELLOW] * 3 + [RED],
        ["73", "96", "66", "42", "23", "12", "7", "5", "2"],
    )
    return sheet


@drawing("gas-card")
def _gases() -> Sheet:
    sheet = Sheet(800, 480, "#ffffff")
    for at, (name, words, ink) in enumerate(
        (
            ("CH4", "> 10 % LEL", RED),
            ("H2S", "> 5 ppm", YELLOW),
            ("O2", "< 19 %", DEEP),
            ("CO", "> 20 ppm", "#7a4e7e"),
        )
    ):
        x, y = 20 + (at % 2) * 390, 20 + (at // 2) * 225
        sheet.box(x, y, 370, 205, "#fafaf6", ink, 6, 12)
        sheet.text(x + 30, y + 60, name, 54, ink)
        sheet.text(x + 30, y + 140, words, 28)
        if name == "H2S":
            sheet.line([(x + 290, y + 50), (x + 318, y + 120), (x + 284, y + 128)], INK, 6)
            sheet.line([(x + 250, y + 150), (x + 345, y + 35)], RED, 9)
        else:
            sheet.oval(x + 305, y + 95, 34, 34, None, ink, 6)
            sheet.text(x + 305, y + 96, "!", 40, ink, "mm")
    return sheet


@drawing("gauge")
def _gauge() -> Sheet:
    sheet = sketch()
    sheet.oval(300, 250, 200, 200, "#ffffff", INK, 10)
    for step in range(21):
        turn = math.radians(135 + step * 13.5)
        inner = 150 if step % 5 == 0 else 168
        sheet.line(
            [
                (300 + inner * math.cos(turn), 250 + inner * math.sin(turn)),
                (300 + 184 * math.cos(turn), 250 + 184 * math.sin(turn)),
            ],
            INK,
            4,
        )
        if step % 5 == 0:
            sheet.text(300 + 122 * math.cos(turn), 250 + 122 * math.sin(turn), str(step // 5), 26, INK, "mm")
    turn = math.radians(135 + 2.28 * 5 * 13.5)
    sheet.line([(300, 250), (300 + 150 * math.cos(turn), 250 + 150 * math.sin(turn))], RED, 7)
    sheet.oval(300, 250, 14, 14, INK)
    sheet.text(300, 350, "bar", 26, INK, "mm")
    note(sheet, 560, 180, "berekend:/2,31", "#fbe88a", 180)
    return sheet


@drawing("lighthouse")
def _lighthouse() -> Sheet:
    sheet = Sheet(800, 460, "#f4f7f8")
    sheet.box(30, 30, 740, 80, "#d9efdf", GREEN, 3, 10)
    sheet.shape([(70, 98), (80, 50), (96, 50), (106, 98)], "#ffffff", INK)
    sheet.box(80, 66, 18, 12, RED, None)
    sheet.box(78, 40, 20, 12, YELLOW, INK)
    sheet.shape([(100, 46), (180, 34), (180, 58)], "#fdf3c0")
    sheet.text(200, 70, "326 / 326", 34, "#2c6a45")
    sheet.text(740, 70, "< 14 min", 22, "#2c6a45", "rm")
    for row, words in enumerate(("Oosterhoek", "Kolk", "Meerzicht", "Brockum", "Hollenau", "Haarbos")):
        y = 150 + row * 50
        sheet.oval(56, y, 8, 8, GREEN)
        sheet.text(84, y, words, 20)
        sheet.text(740, y, f"{3 + row * 2} min", 18, DEEP, "rm")
        sheet.line([(30, y + 25), (770, y + 25)], "#dfe5e7", 1)
    return sheet


@drawing("heron")
def _heron() -> Sheet:
    sheet = Sheet(800, 480, "#dfe6e6")
    sheet.oval(610, 120, 46, 46, "#f2ecd2")
    _house(sheet, 520, 230, 150, "#a8b2b4", "#c3cccd")
    for at in range(5):
        sheet.box(
            0, 250 + at * 28, 800, 22, ("#d3dcdb", "#c8d4d0", "#bfcdc6", "#b5c5ba", "#adbfae")[at], None
        )
    sheet.box(0, 390, 800, 90, "#8ea384", None)
    for x in (60, 200, 340, 480):
        sheet.box(x, 290, 14, 130, "#7b6a55", None)
    sheet.box(40, 320, 480, 12, "#7b6a55", None)
    sheet.line([(262, 320), (266, 262)], INK, 3)
    sheet.line([(280, 320), (278, 262)], INK, 3)
    sheet.oval(276, 236, 46, 28, "#8b98a1")
    sheet.line([(236, 224), (222, 180), (236, 150)], "#e8ecee", 9)
    sheet.oval(238, 144, 13, 10, "#e8ecee")
    sheet.shape([(228, 142), (186, 150), (228, 150)], YELLOW)
    sheet.line([(244, 138), (268, 148)], INK, 3)
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
