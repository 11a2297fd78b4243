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
    Resource as Model,
    ResourceType,
    ResponseParameters,
    ScimProvider,
    SearchRequest,
    UniquenessException,
)
from scim2_server.storage import AsyncScimStorage, SearchPage

from weetwie.context import Context
from weetwie.database.pool import Db
from weetwie.domain.scim import resources
from weetwie.domain.scim.resources import MOST_LOOKED_AT, USER, Resource
from weetwie.errors import Conflict, Forbidden, Refusal
from weetwie.flows import directory
from weetwie.scim.candidates import candidates
from weetwie.text.signs import whole_number

_OWN: Final = ("meta", "groups", "password")
"""Not kept in the document: ours, worked out, or never to be kept."""


class Storage(AsyncScimStorage):
    """For one request, in its transaction, by one of the directory's tokens."""

    def __init__(self, context: Context, token_id: int, provider: ScimProvider) -> None:
        self._context = context
        self._token_id = token_id
        self._provider = provider

    @property
    def _db(self) -> Db:
        return self._context.db

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
        id = await directory.add(self._context, self._token_id, kind, _name(kind, document), document)
        return await self.get(resource_type, str(id))

    async def update(
        self, resource_type: ResourceType, resource: Model[Any], *, expected_version: str | None = None
    ) -> Model[Any]:
        stored = await self._stored(resource_type, str(resource.id))
        _check_version(stored, expected_version)
        document = _document(resource)
        document["id"] = str(stored.id)
        await self._check_free(stored.kind, document, stored.id)
        if document != {"id": str(stored.id), **stored.document}:
            name = _name(stored.kind, document)
            await directory.change(self._context, self._token_id, stored, name, document)
        return await self.get(resource_type, str(stored.id))

    async def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        """The person leaves; nobody is deleted because a directory forgets them."""
        stored = await self._stored(resource_type, resource_id)
        _check_version(stored, expected_version)
        await directory.remove(self._context, self._token_id, stored)

    # What is there

    async def _stored(self, resource_type: ResourceType, resource_id: str) -> Resource:
        kind = _kind(resource_type)
        found = await resources.one(self._db, kind, whole_number(resource_id) or 0)
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


def _version(stored: Resource) -> str:
    return f'W/"{stored.version}"'


def _check_version(stored: Resource, expected: str | None) -> None:
    if expected is not None and expected != _version(stored):
        raise PreconditionFailedException
