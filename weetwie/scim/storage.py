"""Where the SCIM server reads and writes: documents as the directory wrote them, and the people whom they mean."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

from scim2_models import (
    ForbiddenException,
    InvalidValueException,
    Meta,
    NotFoundException,
    PreconditionFailedException,
    ResourceType,
    ResponseParameters,
    ScimProvider,
    SearchRequest,
    UniquenessException,
)
from scim2_models import Resource as Model
from scim2_server.storage import AsyncScimStorage, SearchPage

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.scim import resources
from weetwie.domain.scim.resources import GROUP, MOST_LOOKED_AT, USER, Resource
from weetwie.errors import Conflict, Forbidden, Refusal
from weetwie.events import audit
from weetwie.scim import people
from weetwie.scim.candidates import candidates, is_id

_OWN: Final = ("meta", "groups", "password")
"""Not kept in the document: ours, worked out, or never to be kept."""


class Storage(AsyncScimStorage):
    """For one request, in its transaction. `maker` is who acts for the directory, by the token `token_id`. `letters_from` is the
    address of this place, where it sends letters."""

    def __init__(
        self, db: Db, maker: Viewer, token_id: int, provider: ScimProvider, letters_from: str = ""
    ) -> None:
        self._db = db
        self._maker = maker
        self._token_id = token_id
        self._provider = provider
        self._letters_from = letters_from

    @asynccontextmanager
    async def operation(self) -> AsyncIterator[None]:
        """One that fails leaves the others of a bulk request as they are; what our own rules refuse is told in SCIM's words."""
        try:
            async with self._db.savepoint():
                yield
        except Conflict as refusal:
            raise UniquenessException(detail=str(refusal)) from refusal
        except Forbidden as refusal:
            raise ForbiddenException(detail=str(refusal)) from refusal
        except Refusal as refusal:
            raise InvalidValueException(detail=str(refusal)) from refusal

    async def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Model[Any]:
        found = await self._stored(resource_type, resource_id)
        return (await self._models([found]))[0]

    async def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """What an index answers is asked of the database; for other filters and orders everything is looked through."""
        kinds = [_kind(one) for one in resource_types]
        start, count = search_request.start_index_0 or 0, search_request.count
        limit = MOST_LOOKED_AT if count is None else count
        if search_request.filter is None and search_request.sort_by is None:
            page = await resources.page(self._db, kinds, start, limit)
            return SearchPage(await resources.count(self._db, kinds), await self._models(page))
        found = await self._models(await candidates(self._db, kinds, search_request.filter))
        if search_request.filter is not None:
            found = [one for one in found if search_request.filter.match(one)]
        if search_request.sort_by is not None:
            is_downward = search_request.sort_order == SearchRequest.SortOrder.descending
            keys = {id(one): search_request.sort_value(one) for one in found}
            with_value = [one for one in found if keys[id(one)] is not None]
            with_value.sort(key=lambda one: keys[id(one)], reverse=is_downward)
            without = [one for one in found if keys[id(one)] is None]
            found = without + with_value if is_downward else with_value + without
        return SearchPage(len(found), found[start : start + limit])

    async def create(self, resource_type: ResourceType, resource: Model[Any]) -> Model[Any]:
        kind, document = _kind(resource_type), _document(resource)
        await self._check_free(kind, document, None)
        person_id = await people.arrive(self._db, self._maker, document) if kind == USER else None
        id = await resources.put(
            self._db, kind, _name(kind, document), document.get("externalId"), document, person_id
        )
        document["id"] = str(id)
        await self._follow(kind, id, person_id, document, before={}, is_new=True)
        await audit(
            self._db,
            self._maker,
            f"scim.create_{kind.lower()}",
            person_id,
            scim_token_id=self._token_id,
            id=id,
        )
        return await self.get(resource_type, str(id))

    async def update(
        self, resource_type: ResourceType, resource: Model[Any], *, expected_version: str | None = None
    ) -> Model[Any]:
        stored = await self._stored(resource_type, str(resource.id))
        _check_version(stored, expected_version)
        document = _document(resource)
        document["id"] = str(stored.id)
        await self._check_free(stored.kind, document, stored.id)
        before = {"id": str(stored.id), **stored.document}
        if {**document, "id": str(stored.id)} != before:
            name = _name(stored.kind, document)
            await resources.change(self._db, stored.id, name, document.get("externalId"), document)
            await self._follow(stored.kind, stored.id, stored.person_id, document, before=before)
            await audit(
                self._db,
                self._maker,
                f"scim.change_{stored.kind.lower()}",
                stored.person_id,
                scim_token_id=self._token_id,
                id=stored.id,
            )
        return await self.get(resource_type, str(stored.id))

    async def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        """The person leaves; nobody is deleted because a directory forgets them."""
        stored = await self._stored(resource_type, resource_id)
        _check_version(stored, expected_version)
        members = _members(stored.document)
        await resources.remove(self._db, stored.id)
        person_id = stored.person_id
        if person_id is not None and await people.depart(self._db, self._maker, person_id):
            await self._say_farewell(person_id, stored.document)
        await self._members_changed(members)
        await audit(
            self._db,
            self._maker,
            f"scim.delete_{stored.kind.lower()}",
            stored.person_id,
            scim_token_id=self._token_id,
            id=stored.id,
        )

    # What follows

    async def _follow(
        self,
        kind: str,
        id: int,
        person_id: int | None,
        document: dict[str, Any],
        before: dict[str, Any],
        *,
        is_new: bool = False,
    ) -> None:
        if person_id is not None:
            told = {**document, "id": str(id)}
            await people.keep_address(self._db, self._maker, person_id, document, before, self._letters_from)
            if await people.keep_up(self._db, self._maker, person_id, told, is_new=is_new):
                await self._say_farewell(person_id, told)
        if kind == GROUP:
            is_renamed = before.get("displayName") != document.get("displayName")
            now, then = _members(document), _members(before)
            await self._members_changed(now | then if is_renamed else now ^ then)

    async def _members_changed(self, ids: set[int]) -> None:
        """Groups are units: those who came in or went out are in another one now."""
        for id in sorted(ids):
            user = await resources.one(self._db, USER, id)
            if user is not None and user.person_id is not None:
                document = {**user.document, "id": str(id)}
                await people.keep_up(self._db, self._maker, user.person_id, document)

    async def _say_farewell(self, person_id: int, document: dict[str, Any]) -> None:
        if self._letters_from:
            await people.say_farewell(self._db, self._maker, person_id, document, self._letters_from)

    # What is there

    async def _stored(self, resource_type: ResourceType, resource_id: str) -> Resource:
        kind = _kind(resource_type)
        found = await resources.one(self._db, kind, int(resource_id)) if is_id(resource_id) else None
        if found is None:
            raise NotFoundException
        return found

    async def _models(self, found: Sequence[Resource]) -> list[Model[Any]]:
        users = [one.id for one in found if one.kind == USER]
        groups = await resources.groups_of(self._db, users) if users else {}
        return [self._model(one, groups.get(one.id, [])) for one in found]

    def _model(self, stored: Resource, groups: Sequence[tuple[int, str]]) -> Model[Any]:
        document = {**stored.document, "id": str(stored.id)}
        if groups:
            document["groups"] = [
                {"value": str(id), "display": name, "$ref": f"Groups/{id}", "type": "direct"}
                for id, name in groups
            ]
        model = self._provider.model_for(stored.kind)
        assert model is not None, "users and groups are what we serve"
        made = cast(Model[Any], model.model_validate(document))
        made.meta = Meta(
            resource_type=stored.kind,
            created=stored.created_at,
            last_modified=stored.changed_at,
            version=_version(stored),
        )
        return made

    async def _check_free(self, kind: str, document: dict[str, Any], id: int | None) -> None:
        if kind != USER:
            return
        for other in await resources.named(self._db, [USER], _name(kind, document)):
            if other.id != id:
                raise UniquenessException(detail="This userName is taken.")


def _kind(resource_type: ResourceType) -> str:
    return str(resource_type.name)


def _name(kind: str, document: dict[str, Any]) -> str:
    return str(document.get("userName" if kind == USER else "displayName") or "")


def _document(resource: Model[Any]) -> dict[str, Any]:
    document: dict[str, Any] = resource.model_dump(mode="json", exclude_none=True)
    return {name: _once(name, value) for name, value in document.items() if name not in _OWN}


def _once(name: str, value: Any) -> Any:
    """Each member once, and each address, whatever else is said of it the second time."""
    if name not in ("members", "emails"):
        return value
    kept = {(str(one.get("value")).lower(), name == "emails" and one.get("type")): one for one in value}
    return list(kept.values())


def _members(document: dict[str, Any]) -> set[int]:
    values = (str(one.get("value") or "") for one in document.get("members") or [])
    return {int(value) for value in values if is_id(value)}


def _version(stored: Resource) -> str:
    return f'W/"{stored.version}"'


def _check_version(stored: Resource, expected: str | None) -> None:
    if expected is not None and expected != _version(stored):
        raise PreconditionFailedException
