"""Search: a post is found by whoever sees it, by its words, its stems and by what else there is about it."""

import random
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.world import Someone, World
from weetwie import migrations
from weetwie.access.enums import Ring, Visibility
from weetwie.database.paging import Page, page as page_at
from weetwie.database.pool import _PLANNER
from weetwie.domain.search import index
from weetwie.domain.search.posts import SCARCE, search
from weetwie.domain.search.query import read
from weetwie.domain.search.words import question
from weetwie.errors import Invalid

(WITHOUT_SPACES,) = [
    path.stem for path in Path(migrations.__path__[0]).glob("versions/*_words_without_spaces.py")
]


async def found(world: World, who: Someone | None, line: str, limit: int = 40, **more: Any) -> list[int]:
    viewer = await world.viewer(who)
    return await search(world.db, viewer, read(line), more.pop("page", Page(limit=limit)), **more)


@pytest.mark.parametrize(
    ("language", "text", "asked"),
    [
        ("en", "The bearings were running hot again", "bearing run"),
        ("en", "We calibrated the sensors", "calibrate sensor"),
        ("nl", "De pompen worden morgen gekeurd", "pomp"),
        ("nl", "Wie heeft de tekeningen gemaakt?", "tekening gemaakt"),
        ("de", "Die Häuser haben neue Dächer", "haus dach"),
        ("de", "Wir prüfen die Anschlüsse", "prufen anschluss"),
        ("fr", "Nous cherchons des ingénieurs", "ingenieur"),
        ("en", "Café at the résumé desk", "cafe resume"),
        ("en", "A cafe opens", "café"),
        ("en", "Straße gesperrt", "strasse"),
        ("xx", "Zorkmids everywhere", "zorkmids"),
        ("en", "See issue PUMP-4711 please", "PUMP-4711"),
        ("en", "Look at https://wiki.example/pumps/seals today", "wiki.example"),
        ("en", "Configuration of the gateway", "config*"),
        ("en", "Configuration of the gateway", "gateway configu"),
        ("en", "Who knows what?", '"who knows what"'),
    ],
)
async def test_words_are_found_in_other_forms(world: World, language: str, text: str, asked: str) -> None:
    ada = await world.member("ada")
    post = await world.post(ada, text, language=language)
    await world.post(ada, "Something else altogether")
    assert await found(world, ada, asked) == [post]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("これは広告です", '"広告"'),
        ("これは広告です", "広告"),
        ("私のプロフ見て", '"プロフ"'),
        ("Kafkaを使うポンプ", '"kafka" ポンプ'),
        ("นี่คือโฆษณาครับ", '"โฆษณา"'),
        ("𠮷野家の看板", '"𠮷野家"'),
    ],
)
async def test_where_words_have_no_spaces_they_are_found_within_others(
    world: World, text: str, asked: str
) -> None:
    ada = await world.member("ada")
    post = await world.post(ada, text, language="ja")
    await world.post(ada, "告広 フロプ ンポプ 野𠮷家", language="ja")
    assert await found(world, ada, asked) == [post]


async def test_a_phrase_stands_in_its_order(world: World) -> None:
    ada = await world.member("ada")
    post = await world.post(ada, "valve pump")
    assert await found(world, ada, '"valve pump"') == [post]
    assert await found(world, ada, '"pump valve"') == []
    assert await found(world, ada, "pump valve") == [post]
    assert await found(world, ada, 'valve -"valve pump"') == []


async def test_each_operator_asks_what_it_says(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    question = await world.post(ada, "Which seal fits, pump?", is_question=True, tags=["seals"])
    answer = await world.post(bo, "The blue one, pump", reply_to=question)
    named = await world.post(bo, "Pump for @ada https://a.example", mentions=[ada])
    dutch = await world.post(bo, "De pump", language="nl", is_sensitive=True)
    await world.connection.execute("update posts set answer_id = $1 where id = $2", answer, question)
    today = datetime.fromtimestamp((question >> 16) / 1000, UTC).date()
    expected = {
        "from:ada": [question],
        "from:@bo": [dutch, named, answer],
        "from:bo from:ada": [dutch, named, answer, question],
        "-from:bo": [question],
        "from:me": [question],
        "is:mine": [question],
        "to:ada": [named, answer],
        "-to:ada": [dutch, question],
        "is:question": [question],
        "is:answered": [question],
        "-is:answered": [dutch, named, answer],
        "is:reply": [answer],
        "-is:reply": [dutch, named, question],
        "is:sensitive": [dutch],
        "has:link": [named],
        "-has:link": [dutch, answer, question],
        "tag:seals": [question],
        "#Seals": [question],
        "-#seals": [dutch, named, answer],
        "language:nl": [dutch],
        "from:nobody": [],
        "-from:nobody": [dutch, named, answer, question],
        "in:library": [question],
        "in:public": [dutch, named, answer, question],
        f"before:{today}": [],
        f"-before:{today}": [dutch, named, answer, question],
        f"during:{today:%Y-%m}": [dutch, named, answer, question],
        f"after:{today}": [],
        f"after:{today.year - 1}": [dutch, named, answer, question],
        "from:": [dutch, named, answer, question],
    }
    for line, posts in expected.items():
        asked = f"pump order:time {line}"
        assert await found(world, ada, asked) == posts, line
    assert await found(world, ada, "-pump") == []
    assert await found(world, ada, "from:bo is:reply") == [answer], "operators alone"


async def test_what_one_may_not_see_is_not_found(world: World) -> None:
    await world.policy(widest_ring=int(Ring.world))
    ada, bo, al = await world.member("ada"), await world.member("bo"), await world.alumnus("al")
    secret = await world.post(ada, "pump", visibility=Visibility.direct, mentions=[ada])
    inside = await world.post(ada, "pump")
    wide = await world.post(ada, "pump", ring=Ring.world)
    assert await found(world, bo, "pump order:time") == [wide, inside]
    assert await found(world, al, "pump order:time") == [wide]
    assert await found(world, None, "pump order:time") == [wide]
    assert await found(world, ada, "pump order:time") == [wide, inside, secret]
    reply = await world.post(bo, "hush", ring=Ring.world, reply_to=inside)
    assert await found(world, al, "hush is:reply") == [], "that it is a reply does not show"
    assert await found(world, al, "hush to:ada") == []
    assert await found(world, al, "hush -is:reply") == [reply]


async def test_what_fits_best_comes_first_and_pages_go_on(world: World) -> None:
    ada = await world.member("ada")
    best = await world.post(ada, "gearbox gearbox gearbox")
    others = [
        await world.post(ada, f"gearbox {number} and so many words more to read in it") for number in range(6)
    ]
    ranked = await found(world, ada, "gearbox")
    assert ranked[0] == best and sorted(ranked) == sorted([best, *others])
    assert [
        *await found(world, ada, "gearbox", 3),
        *await found(world, ada, "gearbox", 4, offset=3),
    ] == ranked
    by_time = await found(world, ada, "gearbox order:time")
    assert by_time == [*reversed(others), best]
    assert await found(world, ada, "gearbox", page=page_at(2, max_id=others[3])) == [others[2], others[1]]
    assert await found(world, ada, "gearbox", page=page_at(2, min_id=others[1])) == [others[3], others[2]]


async def test_however_far_back_it_is_found_in_a_large_house(world: World) -> None:
    ada, al = await world.member("ada"), await world.alumnus("al")
    ids = [((1_780_000_000_000 - days * 86_400_000) << 16) for days in (0, 3, 30, 90, 400, 900, 3000)]
    for id in ids:
        await world.post(ada, "turbine", id=id, ring=Ring.world)
        await world.post(ada, "turbine", id=id + 1)
    await world.connection.execute("update pg_class set reltuples = 1e6 where oid = 'post_words'::regclass")
    everything = sorted([*ids, *(id + 1 for id in ids)], reverse=True)
    assert await found(world, ada, "turbine order:time") == everything
    for limit in range(1, 8):
        assert await found(world, al, "turbine order:time", limit) == ids[:limit]


@pytest.mark.parametrize("seed", range(3))
async def test_whichever_way_the_index_is_asked_the_same_is_found(world: World, seed: int) -> None:
    """Where there are many, beginnings are looked for among the newest, or in the index, or in both."""
    dice = random.Random(seed)
    ada, bo = await world.member("ada"), await world.member("bo")
    common = [one + other for one in "mpt" for other in ("al", "alo", "el", "il")]
    rare = ["".join(dice.choices("krvnao", k=5)) for _number in range(400)]
    rows, at = list[tuple[int, int, int, str]](), 1_780_000_000_000 << 16
    for number in range(1300):
        at -= dice.choice((1, 60, 900)) * 60_000 << 16
        own = " ".join(dice.choices(common, k=2) + dice.choices(rare, k=3))
        said = own if number % 9 else "malorani pelo"
        rows.append((at, ada.id, int(Visibility.public if number % 4 else Visibility.direct), said))
    await world.connection.executemany(_MADE, rows)
    await index.bring_in(world.db, [row[0] for row in rows])
    await world.connection.execute("update pg_class set reltuples = 1e6 where oid = 'post_words'::regclass")
    for name, value in _PLANNER.items():
        await world.connection.execute("select set_config($1, $2, true)", name, value)
    beginnings = ["m", "mal", "malor", rare[0][:2], rare[1][:3], rare[2][:4], "nobody"]
    lines = [f"{start}*" for start in beginnings] + [
        "mal* pel*",
        f"{rare[3][:2]}* {common[0]}",
        f"mal* -{common[5]}",
        '"malorani pelo"',
        f"{common[2]} {rare[5]}",
    ]
    for line in lines:
        everything = await _everything(world, line)
        asked = f"{line} order:time"
        for limit in (3, 40, 1500):
            assert await found(world, bo, asked, limit) == everything[:limit], (line, limit)
        if len(everything) > 60:
            older, newer = everything[50], everything[55]
            assert await found(world, bo, asked, page=page_at(40, max_id=older)) == everything[51:91], line
            assert await found(world, bo, asked, page=page_at(40, min_id=newer)) == everything[15:55], line


async def _everything(world: World, line: str) -> list[int]:
    """All public posts that fit, each read and looked at, newest first; the last word is a beginning where few have it whole."""
    fitting = list[int]()
    for goes_on in (False, True):
        given = await question(world.db, read(line), {}, None, goes_on=goes_on)
        assert given is not None
        if len(fitting) < SCARCE:
            fitting = [row["post_id"] for row in await world.connection.fetch(_PLAINLY, given[0])]
    return fitting


_PLAINLY = """
    select w.post_id from post_words w join posts p on p.id = w.post_id
    where ts_match_vq(w.words, $1::text::tsquery) and p.visibility = 0 order by w.post_id desc
"""
_MADE = """
    with post as (insert into posts (id, author_id, root_id, ring, visibility) values ($1, $2, $1, 0, $3))
    insert into post_texts (post_id, text, language) values ($1, $4, 'xx')
"""


async def test_it_is_gone_when_it_is_deleted_and_found_anew_when_edited(world: World) -> None:
    ada = await world.member("ada")
    post = await world.post(ada, "axle")
    await world.connection.execute("update post_texts set text = 'wheel' where post_id = $1", post)
    await index.bring_in(world.db, [post])
    assert (await found(world, ada, "axle"), await found(world, ada, "wheel")) == ([], [post])
    await world.delete(post)
    assert await found(world, ada, "wheel") == []


@pytest.mark.parametrize(
    "line", ["before:soon", "after:2026-13-01", "has:luck", "is:nice", "in:heaven", "x" * 1001, "a " * 40]
)
def test_what_means_nothing_is_told(line: str) -> None:
    with pytest.raises(Invalid):
        read(line)


@pytest.mark.parametrize(
    "line", ["", "   ", '"', "-", "!!!", "''", ":*", "\\", "a' | 'b", "(", "&", "\x00", "🎉", '"🎉"', "-🎉"]
)
async def test_nothing_that_is_typed_breaks_it(world: World, line: str) -> None:
    ada = await world.member("ada")
    await world.post(ada, "tea")
    assert isinstance(await found(world, ada, line), list)


async def test_only_posts_that_fit_are_read(world: World) -> None:
    """As the program's connections are set, the database must not go through all posts for one."""
    ada = await world.member("ada")
    viewer = await world.viewer(ada)
    pumps = [await world.post(ada, "A pump") for _number in range(3)]
    rows = await world.connection.fetch(_MANY, ada.id)
    await index.bring_in(world.db, [row["id"] for row in rows])
    await world.connection.execute("analyze post_words")
    for name, value in _PLANNER.items():
        await world.connection.execute("select set_config($1, $2, true)", name, value)
    before = await _posts_read(world)
    assert await search(world.db, viewer, read('"a pump"'), Page(limit=40)) == pumps[::-1]
    assert await _posts_read(world) - before <= 6, "three from the index, and each by its key"


_MANY = """
    with post as (
        insert into posts (id, author_id, root_id, ring, visibility)
        select id, $1, id, 0, 0 from (select new_id() as id from generate_series(1, 500)) made returning id
    )
    insert into post_texts (post_id, text) select id, 'Valve ' || id from post returning post_id as id
"""


async def _posts_read(world: World) -> int:
    count: int = await world.connection.fetchval(
        "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'post_words'"
    )
    return count


async def test_what_was_written_before_words_without_spaces_were_known_is_found_after_the_upgrade(
    world: World,
) -> None:
    ada = await world.member("ada")
    post = await world.post(ada, "これは広告です", language="ja")
    old = (
        "update post_words set words = to_tsvector('words_simple', 'これは広告です') || $$':post'$$::tsvector"
    )
    await world.connection.execute(f"{old} where post_id = {post}")
    assert await found(world, ada, '"広告"') == []
    upgrade = import_module("weetwie.migrations.versions." + WITHOUT_SPACES)
    await world.connection.execute(upgrade.STATEMENT)
    assert await found(world, ada, '"広告"') == [post]
