"""Tags by their names, for those who follow one before anybody has written with it."""

from sqlalchemy import Text, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.database.pool import Db, Query, param
from weetwie.errors import Invalid, _
from weetwie.tables.posts import Tag
from weetwie.text import text
from weetwie.text.signs import visible

_LONGEST = 200

_ADD = Query(insert(Tag).values(key=param("key", Text), name=param("name", Text)).on_conflict_do_nothing())
_ID = Query(select(Tag.id).where(Tag.key == param("key", Text)))


def check_name(name: str) -> None:
    """Raises Invalid for what could never stand behind a # in a post."""
    pieces = text.pieces(f"#{name}")
    if text.is_longer(name, _LONGEST):
        raise Invalid(_("A hashtag can have at most {most} characters."), field="name", most=_LONGEST)
    is_tag = len(pieces) == 1 and pieces[0].kind == "tag" and pieces[0].target == name
    if not is_tag:
        raise Invalid(
            _("A hashtag has letters, digits and underscores, with at least one letter."), field="name"
        )


async def known(db: Db, name: str) -> int:
    """The id of the tag with this name, which is made where it was not known."""
    name = visible(name)
    check_name(name)
    key = text.tag_key(name)
    tag_id = await db.value(_ID, key=key)
    if tag_id is None:
        await db.run(_ADD, key=key, name=name)
        tag_id = await db.value(_ID, key=key)
    return int(tag_id)


async def find(db: Db, name: str) -> int | None:
    """The id, where the tag is known. That it is known must not be told: somebody may have written it in secret."""
    value: int | None = await db.value(_ID, key=text.tag_key(name))
    return value
