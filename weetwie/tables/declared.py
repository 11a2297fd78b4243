"""How a table is declared: a class with a column for each annotation, and nothing of an object mapper behind it.

Rows here are never objects; SQLAlchemy writes the SQL and nothing else. Its mapper took a third of the memory of all tables and half of
the time of writing a statement (docs/capacity.md), so that only those who check types see it: they read the classes as it would.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Column, FromClause, MetaData, Table

if TYPE_CHECKING:
    from sqlalchemy.orm import (
        DeclarativeBase as Declared,
        InstrumentedAttribute,
        Mapped,
        aliased,
        mapped_column,
    )
else:
    from types import NoneType, UnionType
    from typing import Annotated, Union, get_args, get_origin

    from sqlalchemy import TextClause
    from sqlalchemy.schema import SchemaItem
    from sqlalchemy.types import TypeEngine

    Kind = TypeEngine | type[TypeEngine]
    Option = bool | str | TextClause | None

    InstrumentedAttribute = Column

    class Mapped:
        """Around the type of a column."""

        def __init__(self, type_: type | UnionType) -> None:
            self.type_ = type_

        def __class_getitem__(cls, type_: type | UnionType) -> "Mapped":
            return cls(type_)

    class mapped_column:  # noqa: N801 - it goes by the name that type checkers know
        """What of a column does not follow from its annotation, as for `Column`."""

        def __init__(self, *given: Kind | SchemaItem, **named: Option) -> None:
            self.given = given
            self.named = named

    class _Declaring(type):
        def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, object]) -> None:
            super().__init__(name, bases, namespace)
            if "__tablename__" not in namespace:
                return
            columns = {
                name: _column(name, annotated.type_, namespace.get(name), cls.type_annotation_map)
                for name, annotated in namespace["__annotations__"].items()
                if isinstance(annotated, Mapped)
            }
            *more, options = [*namespace.get("__table_args__", ()), {}]
            if more and isinstance(more[-1], dict):
                options = more.pop()
            cls.__table__ = Table(cls.__tablename__, cls.metadata, *columns.values(), *more, **options)
            for column in columns.values():
                setattr(cls, column.key, column)

        def __clause_element__(cls) -> FromClause:
            """What stands for it in a statement."""
            return cls.__table__

    class Declared(metaclass=_Declaring):
        metadata = MetaData()

    class _Alias:
        """The same columns under another name, or of a query that gives them."""

        def __init__(self, of: FromClause) -> None:
            self._of = of

        def __getattr__(self, name: str) -> Column:
            column = self._of.c.get(name)
            if column is None:
                raise AttributeError(name)
            return column

        def __clause_element__(self) -> FromClause:
            return self._of

    def aliased(
        table: "type[Declared] | _Alias", selectable: FromClause | None = None, *, name: str | None = None
    ) -> _Alias:
        of = table.__clause_element__() if selectable is None else selectable
        return _Alias(of.alias(name) if selectable is None else of)

    def _column(
        name: str, annotated: type | UnionType, own: mapped_column | None, types: dict[type, Kind]
    ) -> Column:
        type_, is_optional = _without_none(annotated)
        given, named = (own.given, own.named) if own else ((), {})
        if get_origin(type_) is Annotated:
            type_, shared = get_args(type_)
            given, named = given or shared.given, {**shared.named, **named}
        if not any(_is_type(one) for one in given):
            given = (types[type_], *given)
        is_null = is_optional and not named.get("primary_key", False)
        return Column(name, *given, **{"nullable": is_null, **named})

    def _without_none(annotated: type | UnionType) -> tuple[type, bool]:
        if get_origin(annotated) not in (Union, UnionType):
            return annotated, False
        (type_,) = (one for one in get_args(annotated) if one is not NoneType)
        return type_, True

    def _is_type(given: Kind | SchemaItem) -> bool:
        return isinstance(given, TypeEngine) or (isinstance(given, type) and issubclass(given, TypeEngine))


__all__ = ["Declared", "InstrumentedAttribute", "Mapped", "aliased", "mapped_column"]
