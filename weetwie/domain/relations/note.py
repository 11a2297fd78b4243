"""A private note about somebody, which nobody but its writer ever sees."""

from typing import Final

from sqlalchemy import BigInteger, Text, delete
from sqlalchemy.dialects.postgresql import insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.relations import pair
from weetwie.errors import Invalid, _
from weetwie.tables.relations import PersonNote
from weetwie.text.text import is_longer

LONGEST: Final = 2000

_WRITER, _ABOUT = param("writer_id", BigInteger), param("about_id", BigInteger)
_INSERT = insert(PersonNote).values(writer_id=_WRITER, about_id=_ABOUT, text=param("text", Text))
_WRITE = Query(
    _INSERT.on_conflict_do_update(
        index_elements=["writer_id", "about_id"], set_={"text": _INSERT.excluded.text}
    )
)
_REMOVE = Query(delete(PersonNote).where(PersonNote.writer_id == _WRITER, PersonNote.about_id == _ABOUT))


async def note(db: Db, viewer: Viewer, person_id: int, text: str) -> None:
    """An empty text takes the note away. Raises Invalid, and NotFound for whom the viewer does not see."""
    text = text.strip()
    if is_longer(text, LONGEST):
        raise Invalid(_("A note can have at most {most} characters."), field="comment", most=LONGEST)
    await pair.hold(db, viewer, person_id)
    if text:
        await db.run(_WRITE, writer_id=viewer.person_id, about_id=person_id, text=text)
    else:
        await db.run(_REMOVE, writer_id=viewer.person_id, about_id=person_id)
