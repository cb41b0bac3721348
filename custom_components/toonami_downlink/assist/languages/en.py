"""English sentences."""

from typing import Final

from .. import names
from .language import Language

LANGUAGE: Final = Language(
    channel="[the] {names} [channel]",
    names={"movies": ("movies channel",), "radio": ("radio channel",)},
    sentences={
        names.INTENT_WHATS_ON: (
            (
                "what(s|'s| is) [(playing|showing|airing)] on {channel}"
                " [(now|right now|at the moment)]"
            ),
        ),
        names.INTENT_WHATS_NEXT: (
            "what(s|'s| is) [(on|up|coming up|playing)] next on {channel}",
            "what(s|'s| is) on {channel} (next|later|afterwards)",
            "what comes [on] next on {channel}",
        ),
        names.INTENT_WHEN_IS: (
            "when is {programme} [next|again] (on|showing|playing|airing) [next|again]",
            "when is {programme} [next|again] [(showing|playing|airing)] on {channel} [next|again]",
            (
                "when does {programme} (air|start|begin|come on|play) [next|again] [on {channel}]"
                " [next|again]"
            ),
            "what time is {programme} [on] [next|again]",
        ),
        names.INTENT_WHEN_AGAIN: (
            "when(s|'s| is) it (on|showing|playing|airing) (again|next)",
            "when does it (air|come on|play) (again|next)",
        ),
        names.INTENT_WHEN_WAS: (
            "when was {programme} [last] (on|showing|playing|airing) [{channel}] [last]",
            "when did {programme} [last] (air|run|play|come on) [on {channel}] [last]",
            "when was the last time [that] {programme} was on [{channel}]",
        ),
        names.INTENT_WATCH_ON: (
            "(watch|show [me]) {channel} [(in|on) [the] {place}]",
            "(watch|show [me]) {programme} [on {channel}] [(in|on) [the] {place}]",
            "(play|put on) {channel} (in|on) [the] {place}",
        ),
        names.INTENT_FOLLOW: (
            "follow [the (show|series)] {programme} [on {channel}]",
            "(let me know|notify me) when {programme} is on",
        ),
        names.INTENT_UNFOLLOW: (
            "(unfollow|stop following|forget [about]) [the (show|series)] {programme}",
            "(don't|do not) follow {programme} (anymore|any more)",
        ),
        names.INTENT_FOLLOWED_TONIGHT: (
            "what (do i follow|am i following) tonight",
            "(what|which) of my shows (is|are) on tonight",
            "what(s|'s| is) on tonight that i follow",
        ),
        names.INTENT_RECORD: (
            "(record|tape) [the (show|series)] {programme} [on {channel}]",
            (
                "(record|tape) [(what(s|'s| is)|whatever is) [(playing|showing|airing)] on]"
                " {channel} [(now|right now|at the moment)]"
            ),
        ),
        names.INTENT_CANCEL_RECORDING: (
            "(don't|do not) record [the (show|series)] {programme} [on {channel}]",
            "(stop|cancel) recording [the (show|series)] {programme} [on {channel}]",
            "cancel the recording of {programme} [on {channel}]",
            (
                "(don't record|do not record|stop recording|cancel the recording (of|on))"
                " [what(s|'s| is) [(playing|showing|airing)] on] {channel}"
            ),
        ),
    },
)
