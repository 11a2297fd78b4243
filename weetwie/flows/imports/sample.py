"""Fills an installation with the sample company, in one transaction: either all of it is there, or nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Final, Literal

import msgspec

from weetwie.access.authenticate import Memory
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db
from weetwie.domain.benefits import survey, survey_rules
from weetwie.domain.conversations import conversations
from weetwie.domain.imports import imported, ledger
from weetwie.domain.knowledge import evidence, topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.lists import lists, members as list_members
from weetwie.domain.media import faces, import_ as files
from weetwie.domain.media.upload import Prepared, UploadedFile
from weetwie.domain.notifications import import_ as bell
from weetwie.domain.notifications.import_ import ImportedNotification
from weetwie.domain.people import import_ as arriving_people, settle
from weetwie.domain.polls import import_ as arriving_polls
from weetwie.domain.posts import bring_marks, import_ as arriving_posts, imported_ids, mark
from weetwie.domain.posts.bring_marks import Boost
from weetwie.domain.relations import import_ as arriving_follows
from weetwie.domain.search import index
from weetwie.domain.timelines import home
from weetwie.errors import Conflict, _
from weetwie.events import PostPublished, audit
from weetwie.imports.sample.company import FOLDER, Company, SamplePerson
from weetwie.imports.sample.moments import weeks_ago
from weetwie.imports.sample.script import ScriptEntry
from weetwie.media.blob import Store
from weetwie.text import text as texts

SOURCE: Final = "sample"
"""What the ledger calls it; also the space of its keys."""
LABEL: Final = {
    "en": "Made up: one of the people of the sample company.",
    "nl": "Verzonnen: een van de mensen van het voorbeeldbedrijf.",
    "de": "Erfunden: eine der Personen der Beispielfirma.",
}
_OF_LIST: Final = 1
"""Replies stand in a list that answer somebody of it."""
_TOLD_FOR: Final = timedelta(days=21)
"""What happened before is no news any more."""


class SampleReport(msgspec.Struct, frozen=True):
    import_id: int
    people: int
    posts: int


async def fill(
    database: Database, viewer: Viewer, store: Store, company: Company, *, beside_others: bool = False
) -> SampleReport:
    """Raises Conflict where it is already, and where others have written unless it may stand beside them."""
    async with database.reading() as db:
        await _check(db, beside_others)
        numbers = await files.numbers(db, sum(len(post.pictures) for post in company.posts))
    prepared = await _prepare(store, company, iter(numbers))
    async with database.transaction() as db:
        import_id, _done = await ledger.begin(db, "sample", SOURCE, "")
        await audit(db, viewer, "import.sample", import_id, door="command line")
        people = await _people(db, viewer, store, company, import_id)
        ids = await _posts(db, viewer, company, people, prepared, import_id)
        await _ties(db, viewer, company, people, ids)
        await _own_things(db, company, people, ids)
        await survey.bring_sample(db, _topics(company))
        await ledger.end(db, import_id)
    return SampleReport(import_id, len(people), len(ids))


def _topics(company: Company) -> list[str]:
    """What most of its people list."""
    listed = Counter(name for one in company.people for name in one.knows)
    return sorted(name for name, _times in listed.most_common(survey_rules.MOST_TOPICS))


async def is_here(db: Db) -> bool:
    return await ledger.find(db, SOURCE) is not None


async def _check(db: Db, beside_others: bool) -> None:
    if await is_here(db):
        raise Conflict(_("The sample company is already here. To load it again, remove it first: --remove"))
    if not beside_others and await arriving_posts.are_here(db):
        raise Conflict(
            _(
                "People have already posted here, and the sample company would be mixed in with them. To load it anyway: --force"
            )
        )


async def _prepare(store: Store, company: Company, numbers: Iterator[int]) -> dict[int, list[Prepared]]:
    """Pictures are put away before the transaction begins; should that fail, the sweep finds them."""
    return {
        post.number: [
            await files.prepare(store, next(numbers), picture(name), description=description)
            for name, description in post.pictures
        ]
        for post in company.posts
        if post.pictures
    }


def picture(name: str, folder: str = "pictures") -> bytes:
    return (FOLDER / folder / f"{name}.webp").read_bytes()


async def _people(db: Db, viewer: Viewer, store: Store, company: Company, import_id: int) -> dict[str, int]:
    """Their ids, by handle as in the files; where a handle was taken they bear another."""
    arrivals = [_arrival(one, company) for one in company.people]
    made = await arriving_people.bring_in(db, viewer, arrivals)
    ids = {one.handle: id for one, id in zip(company.people, made, strict=True)}
    await imported.note_people(
        db, import_id, SOURCE, {handle: imported.LedgerKey(id, is_made=True) for handle, id in ids.items()}
    )
    places = []
    for one in company.people:
        put = partial(_face, db, viewer, store, ids[one.handle], one.handle)
        places.append(_place(one, company, ids, face=await put("face"), header=await put("header")))
    await settle.settle(db, viewer, places)
    return ids


def _arrival(one: SamplePerson, company: Company) -> arriving_people.ArrivingPerson:
    return arriving_people.ArrivingPerson(
        handle=one.handle,
        name=one.name,
        bio=f"{one.bio}\n\n{LABEL[one.languages[0]]}",
        words={"unit": one.unit, "place": one.place, "pronouns": one.pronouns},
        languages=one.languages,
        joined_at=weeks_ago(one.joined, company.now),
    )


async def _face(
    db: Db, viewer: Viewer, store: Store, person_id: int, handle: str, kind: Literal["face", "header"]
) -> str | None:
    folder = "faces" if kind == "face" else "headers"
    if not (FOLDER / folder / f"{handle}.webp").exists():
        return None
    content = picture(handle, folder)
    return await faces.put(db, viewer, store, person_id, kind, UploadedFile(BytesIO(content), len(content)))


def _place(
    one: SamplePerson, company: Company, ids: dict[str, int], *, face: str | None, header: str | None
) -> settle.Place:
    return settle.Place(
        id=ids[one.handle],
        standing=Standing[one.standing],
        profile_ring=Ring.network,
        manager_id=ids.get(one.manager),
        sponsor_id=ids.get(one.sponsor),
        until=company.now + timedelta(weeks=one.until) if one.until is not None else None,
        left_at=weeks_ago(one.left, company.now) if one.left is not None else None,
        fields=[
            {"name": "Role", "value": one.role},
            {"name": "Sample", "value": f"{company.name}, a made-up company"},
        ],
        face=face,
        face_description=f"A drawn portrait of {one.name}" if face else "",
        header=header,
        header_description="A drawing of pipes, water and a pumping station" if header else "",
        default_language=one.languages[0],
    )


async def _posts(
    db: Db,
    viewer: Viewer,
    company: Company,
    people: dict[str, int],
    prepared: dict[int, list[Prepared]],
    import_id: int,
) -> list[int]:
    ids = await imported_ids.ids_at(db, company.at)
    await arriving_posts.bring_in(db, viewer, [_post(post, company, people, ids) for post in company.posts])
    await arriving_posts.accept(
        db, {ids[question]: ids[answer] for question, answer in company.accepted().items()}
    )
    for post in company.posts:
        if post.pictures:
            author = msgspec.structs.replace(viewer, person_id=people[post.author])
            await files.attach(db, author, {ids[post.number]: prepared[post.number]})
    await arriving_polls.bring_in(
        db, [_poll(post, company, people, ids) for post in company.posts if post.options]
    )
    await index.bring_in(db, ids)
    await evidence.bring_in(db, ids)
    await conversations.heard(db, viewer, [PostPublished(id) for id in ids])
    await imported.note_posts(
        db, import_id, SOURCE, {str(number): imported.LedgerKey(id) for number, id in enumerate(ids)}
    )
    return ids


def _post(
    post: ScriptEntry, company: Company, people: dict[str, int], ids: list[int]
) -> arriving_posts.ArrivingPost:
    parent = company.posts[post.parent] if post.parent is not None else None
    quoted = company.by_key(post.quote) if post.quote else None
    return arriving_posts.ArrivingPost(
        id=ids[post.number],
        author_id=people[post.author],
        text=post.text,
        warning=post.warning,
        is_sensitive=bool(post.warning),
        ring=Ring[post.ring],
        visibility=Visibility[post.visibility],
        is_written_here=True,
        root_id=ids[company.root(post).number],
        reply_to_id=ids[parent.number] if parent else None,
        reply_to_person_id=people[parent.author] if parent else None,
        quote_of_id=ids[quoted.number] if quoted else None,
        language=post.language,
        is_question=post.is_question,
        has_media=bool(post.pictures),
        has_poll=bool(post.options),
        mentions=tuple(people[name] for name in company.mentions[post.number]),
    )


def _poll(
    post: ScriptEntry, company: Company, people: dict[str, int], ids: list[int]
) -> arriving_polls.ArrivingPoll:
    return arriving_polls.ArrivingPoll(
        post_id=ids[post.number],
        options=[option.text for option in post.options],
        ends_at=company.at[post.number] + timedelta(days=post.poll_days),
        is_multiple=post.is_multiple,
        votes={people[name]: places for name, places in company.votes(post).items()},
    )


async def _ties(db: Db, viewer: Viewer, company: Company, people: dict[str, int], ids: list[int]) -> None:
    """Who follows whom, what is boosted and marked, and then what stands in whose home and whom that concerned."""
    follows, boosts, favourites = company.follows(), company.boosts(), company.favourites()
    pins = {(post.author, post.number): company.at[post.number] for post in company.posts if post.is_pinned}
    moments = [*follows.values(), *boosts.values(), *favourites.values(), *pins.values()]
    numbers = iter(await imported_ids.ids_at(db, moments))
    follow_numbers = {pair: next(numbers) for pair in follows}
    boost_ids = {pair: next(numbers) for pair in boosts}
    await arriving_follows.bring_in(
        db,
        {
            (people[one], people[other]): (follow_numbers[one, other], since)
            for (one, other), since in follows.items()
        },
    )
    await arriving_follows.bring_in_tags(
        db, [(people[one.handle], texts.tag_key(tag)) for one in company.people for tag in one.tags]
    )
    made = [
        Boost(id, people[name], ids[number], Ring[company.posts[number].ring])
        for (name, number), id in boost_ids.items()
    ]
    marked, pinned = (
        {(people[name], ids[number]): next(numbers) for name, number in marks} for marks in (favourites, pins)
    )
    await bring_marks.bring_marks(db, viewer, made, marked, pinned)
    await home.enter(db, [*ids, *boost_ids.values()])
    await _tell(db, company, people, ids, follows, {"favourite": favourites, "reblog": boosts})


async def _tell(
    db: Db,
    company: Company,
    people: dict[str, int],
    ids: list[int],
    follows: Mapping[tuple[str, str], datetime],
    marked: Mapping[str, Mapping[tuple[str, int], datetime]],
) -> None:
    """Of the last weeks, in the order in which it happened."""
    posts, at = company.posts, company.at
    news = [
        (at[post.number], people[name], "mention", people[post.author], ids[post.number])
        for post in posts
        for name in company.mentions[post.number]
    ]
    for kind, marks in marked.items():
        news += [
            (when, people[posts[number].author], kind, people[name], ids[number])
            for (name, number), when in marks.items()
        ]
    recent = [one for one in news if one[0] > company.now - _TOLD_FOR]
    begun = [
        (since, people[followed], "follow", people[follower], None)
        for (follower, followed), since in follows.items()
        if since > company.now - _TOLD_FOR
    ]
    happened = sorted([*recent, *begun], key=lambda one: one[0])
    numbers = await imported_ids.ids_at(db, [one[0] for one in happened])
    told = (ImportedNotification(number, *one[1:]) for number, one in zip(numbers, happened, strict=True))
    await bell.bring_in(db, told)


async def _own_things(db: Db, company: Company, people: dict[str, int], ids: list[int]) -> None:
    """What they say of themselves, and what nobody else sees: done like anybody does it."""
    for one in company.people:
        has_any = one.lists or one.bookmarks or one.knows or one.learns
        viewer = await Memory().person(db, people[one.handle]) if has_any else None
        if viewer is None:
            continue
        for choice, names in ((TopicChoice.knows, one.knows), (TopicChoice.learning, one.learns)):
            for name in names:
                await topics.choose(db, viewer, name, choice)
        for title, members in one.lists.items():
            list_id = await lists.make(db, viewer, title, _OF_LIST, is_exclusive=False)
            await list_members.add(db, viewer, list_id, [people[name] for name in members])
        for key in one.bookmarks:
            await mark.bookmark(db, viewer, ids[company.by_key(key).number])
