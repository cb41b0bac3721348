"""A programme of the guide, made fuller with what is known of its title and episode."""

from dataclasses import replace

from ..models import MOVIE, Programme
from .imdb import Detail, EpisodeDetail
from .title_matching import is_same_episode, is_same_title


def enrich(programme: Programme, detail: Detail) -> Programme:
    """Return the programme with the details, or as it is when they are of something else.

    What the guide says itself goes first.
    """
    if not _is_about(detail, programme):
        return programme
    episode = detail.episode
    if episode and not _is_that_episode(episode, programme):
        episode = None
    fuller = replace(
        programme,
        description=detail.description,
        rating=detail.rating,
        rating_system=detail.rating_system,
        stars=detail.stars,
        categories=tuple(dict.fromkeys((*programme.categories, *detail.genres))),
        credits=detail.credits,
        image=programme.image or (episode and episode.image) or detail.image,
        aired=programme.aired or (None if detail.is_series else detail.year),
    )
    if episode is None:
        return fuller
    return replace(
        fuller,
        episode_title=programme.episode_title or episode.title,
        description=episode.description or detail.description,
        season=episode.season,
        episode=episode.number,
        aired=episode.aired or fuller.aired,
        first_shown=_first_shown(episode, programme),
    )


def _is_about(detail: Detail, programme: Programme) -> bool:
    is_film = detail.is_series is False
    if is_film and programme.episode:
        return False
    if detail.is_series and MOVIE in programme.categories:
        return False
    return is_same_title(programme.title, detail.names)


def _is_that_episode(episode: EpisodeDetail, programme: Programme) -> bool:
    """Whether upstream, which counts episodes over all seasons, did not lose count."""
    if not programme.episode:
        return False
    scheduled, found = programme.episode_title, episode.title
    return not scheduled or not found or is_same_episode(scheduled, found)


def _first_shown(episode: EpisodeDetail, programme: Programme) -> str | None:
    """The day on which the episode was first shown, if there is no doubt about either.

    Upstream finds episodes by a number that it counts itself, so the title has to agree, and not
    only in part. An episode is not older than its series either.
    """
    day, scheduled, found = episode.aired, programme.episode_title, episode.title
    if not day or len(day) < len("YYYYMMDD") or not scheduled or not found:
        return None
    if day < (programme.aired or ""):
        return None
    return day if is_same_title(scheduled, [found]) else None
