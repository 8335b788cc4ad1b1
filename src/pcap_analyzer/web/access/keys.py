"""Secrets: passwords are hashed slowly, keys of sessions and tokens, which nobody can guess, fast."""

import asyncio
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pcap_analyzer.errors import SettingError

SHORTEST_PASSWORD = 12
# A hash takes 64 MB: more at once would be a way to fill the memory.
_MOST_AT_ONCE = 2


def new_key() -> str:
    """A key of 256 random bits."""
    return secrets.token_urlsafe(32)


def key_hash(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


class Passwords:
    """Argon2id with the parameters of RFC 9106, second choice (section 4)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._gate = asyncio.Semaphore(_MOST_AT_ONCE)
        self._decoy = self._hasher.hash(new_key())

    def hash(self, password: str) -> str:
        """What is kept of a password.

        Raises:
            SettingError: it is too short.

        """
        if len(password) < SHORTEST_PASSWORD:
            raise SettingError(f"the password is too short: {SHORTEST_PASSWORD} characters at least")
        return self._hasher.hash(password)

    async def verify(self, known_hash: str | None, password: str) -> bool:
        """Whether it is the password. It takes as long when there is no such user."""
        async with self._gate:
            matches = await asyncio.to_thread(self._matches, known_hash or self._decoy, password)
        return matches and bool(known_hash)

    def _matches(self, known_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(known_hash, password)
        except (VerificationError, InvalidHashError):
            return False
