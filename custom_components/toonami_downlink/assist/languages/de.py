"""German sentences."""

from typing import Final

from .. import names
from .language import Language

LANGUAGE: Final = Language(
    channel="[dem] [(sender|kanal)] {names}",
    names={"movies": ("filmkanal", "toonami filme")},
    sentences={
        names.INTENT_WHATS_ON: (
            (
                "was (läuft|kommt|gibt es) [(gerade|jetzt|im moment)] (auf|bei) {channel}"
                " [(gerade|jetzt|im moment)]"
            ),
        ),
        names.INTENT_WHATS_NEXT: (
            "was (läuft|kommt|gibt es) (danach|als nächstes|gleich|später) (auf|bei) {channel}",
            "was (läuft|kommt|gibt es) (auf|bei) {channel} (danach|als nächstes|gleich|später)",
        ),
        names.INTENT_WHEN_IS: (
            (
                "wann (läuft|kommt|beginnt) {programme} [(wieder|das nächste mal)]"
                " [(auf|bei) {channel}] [wieder]"
            ),
            "um (wie viel|wieviel) uhr (läuft|kommt|beginnt) {programme} [(auf|bei) {channel}]",
        ),
        names.INTENT_WHEN_AGAIN: (
            (
                "wann (läuft|kommt) (es|das|die sendung|die folge)"
                " (wieder|noch mal|nochmal|noch einmal|das nächste mal)"
            ),
        ),
        names.INTENT_WHEN_WAS: (
            "wann (lief|kam) {programme} [(zuletzt|das letzte mal)] [(auf|bei) {channel}]",
            "wann ist {programme} [(zuletzt|das letzte mal)] [(auf|bei) {channel}] gelaufen",
            "wann war {programme} [(zuletzt|das letzte mal)] (dran|zu sehen)",
        ),
        names.INTENT_WATCH_ON: (
            (
                "(schau|schaue|zeig|zeige) [(mir|uns)] {channel}"
                " [(im|in der|in dem|in|auf dem|auf der|auf|am) {place}] [an]"
            ),
            (
                "(schau|schaue|zeig|zeige) [(mir|uns)] {programme} [(auf|bei) {channel}]"
                " [(im|in der|in dem|in|auf dem|auf der|auf|am) {place}] [an]"
            ),
            "(spiel|spiele) {channel} (im|in der|in dem|in|auf dem|auf der|auf|am) {place} [ab]",
        ),
        names.INTENT_FOLLOW: (
            "folge [der (serie|sendung)] {programme} [(auf|bei) {channel}]",
            "(merk|merke) [(mir|uns)] {programme} vor",
            "(sag|gib) (mir|uns) bescheid wenn {programme} (läuft|kommt)",
        ),
        names.INTENT_UNFOLLOW: (
            "folge [der (serie|sendung)] {programme} nicht (mehr|länger)",
            "(entfolge|vergiss) [(der|die)] [(serie|sendung)] {programme}",
        ),
        names.INTENT_FOLLOWED_TONIGHT: (
            "was (läuft|kommt) heute abend von meinen (sendungen|serien)",
            "welche meiner (sendungen|serien) (laufen|kommen) heute abend",
            "(was verfolge|wem folge) ich heute abend",
        ),
        names.INTENT_RECORD: (
            (
                "(nimm|nehme|zeichne) [(mir|uns)] [die (serie|sendung)] {programme}"
                " [(auf|bei) {channel}] auf"
            ),
            "(nimm|nehme|zeichne) [(mir|uns)] {channel} [(gerade|jetzt)] auf",
            (
                "(nimm|nehme|zeichne) [(mir|uns)] auf was [(gerade|jetzt)] (auf|bei) {channel}"
                " [(gerade|jetzt)] (läuft|kommt)"
            ),
        ),
        names.INTENT_CANCEL_RECORDING: (
            (
                "(nimm|nehme|zeichne) [die (serie|sendung)] {programme} [(auf|bei) {channel}]"
                " nicht [mehr] auf"
            ),
            "brich die aufnahme von {programme} [(auf|bei) {channel}] ab",
            "(nimm|nehme|zeichne) {channel} nicht [mehr] auf",
            "brich die aufnahme (auf|von) {channel} ab",
        ),
    },
)
