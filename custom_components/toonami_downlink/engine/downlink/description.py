"""A programme as plain values, for whoever shows or sends it."""

from typing import Any

from .models import Programme


def programme_values(programme: Programme) -> dict[str, Any]:
    """Return what is known of a programme, by name; what is absent is None, times are in UTC.

    Whoever sends it to others picks the names, and writes the times as they take them.
    """
    return {
        "start": programme.start,
        "stop": programme.stop,
        "title": programme.title,
        "episode_title": programme.episode_title,
        "season": programme.season,
        "episode": programme.episode,
        "description": programme.description,
        "category": list(programme.categories) or None,
        "block": programme.block,
        "rating": programme.rating,
        "year": programme.year,
        "image": programme.image,
    }
