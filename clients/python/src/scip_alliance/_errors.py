"""What is wrong with a request, as the service says it (RFC 9457)."""
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class FieldError:
    """One value that is not valid: where it stands (/query/period), and what is wrong with it."""

    pointer: str
    detail: str


class ScipError(Exception):
    """An answer that is no success. errors names each value that is not valid; instance is the request's id in the logs."""

    def __init__(self, status: int, title: str, detail: str | None = None, errors: tuple[FieldError, ...] = (), instance: str | None = None):
        super().__init__("; ".join([f"{status} {title}", *([detail] if detail else []), *(f"{e.pointer} {e.detail}" for e in errors)]))
        self.status, self.title, self.detail, self.errors, self.instance = status, title, detail, errors, instance

    @classmethod
    def of(cls, answer: httpx.Response) -> "ScipError":
        """Of whatever answered: a proxy before the service knows no problem+json."""
        if answer.headers.get("Content-Type", "").startswith("application/problem+json"):
            try:
                said = answer.json()
                errors = tuple(FieldError(e.get("pointer", ""), e.get("detail", "")) for e in said.get("errors", ()))
                return cls(answer.status_code, said["title"], said.get("detail"), errors, said.get("instance"))
            except (ValueError, KeyError, AttributeError, TypeError):
                pass
        return cls(answer.status_code, answer.reason_phrase or "No success", instance=answer.headers.get("X-Request-Id"))
