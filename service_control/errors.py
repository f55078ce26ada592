"""The one error hierarchy. A message says what is wrong, where, and what to do about it."""

from __future__ import annotations


class ServiceControlError(Exception):
    """Base of every error this project raises on purpose.

    Parameters
    ----------
    problem : what is wrong, one sentence without a full stop.
    where : file, row and column, as far as they are known.
    remedy : what the reader should do next.
    """

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        self.problem, self.where, self.remedy = problem, where, remedy
        parts = [f"{where}: {problem}" if where else problem]
        if remedy:
            parts.append(f"What to do: {remedy}")
        super().__init__(". ".join(parts))


class InputError(ServiceControlError):
    """A raw file, a survey catalogue row or a declaration is not usable."""


class BuildError(ServiceControlError):
    """A build step failed; nothing was published."""


class PublishError(ServiceControlError):
    """The snapshot could not be published or rolled back; the served snapshot is unchanged."""
