"""Records of users, their sessions and their tokens. Of keys and passwords only hashes are kept."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from .schema import sessions, tokens, users


class DuplicateUserError(Exception):
    """The name of a new user is taken."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in. `password_hash` is empty for users of an identity provider."""

    id: str
    name: str
    password_hash: str
    subject: str | None
    role: str
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A login, and what its pages must send back to change anything."""

    user: User
    csrf_token: str


@dataclass(frozen=True, slots=True)
class Token:
    """A key for programs: what it may do, and until when."""

    id: str
    name: str
    scope: str
    created_at: datetime
    expires_at: datetime | None


class Users:
    """Each method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    # ---- users -------------------------------------------------------------------------------------------------

    async def add(self, name: str, role: str, *, password_hash: str = "", subject: str | None = None) -> User:
        """A new user.

        Raises:
            DuplicateUserError: the name is taken.

        """
        user = User(str(uuid.uuid4()), name, password_hash, subject, role, False, datetime.now(UTC))
        values = {column: getattr(user, column) for column in User.__slots__}
        try:
            async with self._engine.begin() as connection:
                await connection.execute(users.insert().values(**values))
        except IntegrityError as error:
            raise DuplicateUserError(name) from error
        return user

    async def by_name(self, name: str) -> User | None:
        """The user of that name."""
        return await self._first(select(users).where(users.c.name == name))

    async def by_id(self, user_id: str) -> User | None:
        """The user with that id."""
        return await self._first(select(users).where(users.c.id == user_id))

    async def by_subject(self, subject: str) -> User | None:
        """The user whom an identity provider calls so."""
        return await self._first(select(users).where(users.c.subject == subject))

    async def all(self) -> list[User]:
        """All users by name."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(users).order_by(users.c.name))).mappings().all()
        return [_user(row) for row in rows]

    async def count(self) -> int:
        """How many users there are."""
        async with self._engine.connect() as connection:
            return (await connection.execute(select(func.count()).select_from(users))).scalar_one()

    async def change(self, user_id: str, **changes: Any) -> None:
        """Changes a user, and ends all logins, which were those of the user before."""
        async with self._engine.begin() as connection:
            await connection.execute(users.update().where(users.c.id == user_id).values(**changes))
            await connection.execute(delete(sessions).where(sessions.c.user_id == user_id))

    async def _first(self, query: Any) -> User | None:
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        return _user(row) if row else None

    # ---- sessions ----------------------------------------------------------------------------------------------

    async def add_session(self, user: User, key_hash: str, csrf_token: str, expires_at: datetime) -> None:
        """A login."""
        row = sessions.insert().values(
            key_hash=key_hash,
            user_id=user.id,
            csrf_token=csrf_token,
            created_at=datetime.now(UTC),
            expires_at=expires_at,
        )
        async with self._engine.begin() as connection:
            await connection.execute(row)

    async def session(self, key_hash: str) -> Session | None:
        """The login with that key, unless it has ended or its user may not log in any more."""
        query = (
            select(users, sessions.c.csrf_token)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.key_hash == key_hash, sessions.c.expires_at > datetime.now(UTC), ~users.c.disabled)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        return Session(_user(row), row["csrf_token"]) if row else None

    async def remove_session(self, key_hash: str) -> None:
        """Ends a login."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.key_hash == key_hash))

    async def remove_old_sessions(self, now: datetime) -> None:
        """Forgets logins that have ended."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.expires_at <= now))

    # ---- tokens ------------------------------------------------------------------------------------------------

    async def add_token(self, user: User, key_hash: str, name: str, scope: str, expires_at: datetime | None) -> Token:
        """A new token."""
        token = Token(str(uuid.uuid4()), name, scope, datetime.now(UTC), expires_at)
        values = {column: getattr(token, column) for column in Token.__slots__}
        async with self._engine.begin() as connection:
            await connection.execute(tokens.insert().values(user_id=user.id, key_hash=key_hash, **values))
        return token

    async def tokens_of(self, user_id: str) -> list[Token]:
        """The tokens of a user."""
        columns = [tokens.c[name] for name in Token.__slots__]
        query = select(*columns).where(tokens.c.user_id == user_id).order_by(tokens.c.created_at)
        async with self._engine.connect() as connection:
            return [Token(**row) for row in (await connection.execute(query)).mappings()]

    async def by_token(self, key_hash: str) -> tuple[User, str] | None:
        """Whose token it is and what it may do, unless it has ended."""
        query = (
            select(users, tokens.c.scope, tokens.c.expires_at)
            .join(tokens, tokens.c.user_id == users.c.id)
            .where(tokens.c.key_hash == key_hash, ~users.c.disabled)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None or (row["expires_at"] and row["expires_at"] <= datetime.now(UTC)):
            return None
        return _user(row), row["scope"]

    async def remove_token(self, user_id: str, token_id: str) -> bool:
        """Revokes a token; false when the user has no such one."""
        async with self._engine.begin() as connection:
            done = await connection.execute(
                delete(tokens).where(tokens.c.user_id == user_id, tokens.c.id == token_id).returning(tokens.c.id)
            )
            return done.first() is not None


def _user(row: RowMapping) -> User:
    return User(**{name: row[name] for name in User.__slots__})
