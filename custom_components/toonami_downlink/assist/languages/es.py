"""Spanish sentences."""

from typing import Final

from .. import names
from .language import Language

LANGUAGE: Final = Language(
    channel="[(el|la)] [canal] {names}",
    names={"movies": ("canal de películas",), "radio": ("radio de toonami",)},
    sentences={
        names.INTENT_WHATS_ON: (
            (
                "(qué|que) (ponen|echan|dan|pasan|hay|están poniendo|están echando|se emite)"
                " [(ahora mismo|ahora)] en {channel} [(ahora mismo|ahora)]"
            ),
        ),
        names.INTENT_WHATS_NEXT: (
            (
                "(qué|que) (ponen|echan|dan|pasan|hay|viene|sigue) (después|luego|a continuación)"
                " en {channel}"
            ),
            (
                "(qué|que) (ponen|echan|dan|pasan|hay|viene|sigue) en {channel}"
                " (después|luego|a continuación)"
            ),
            "(qué|cuál) es lo próximo en {channel}",
        ),
        names.INTENT_WHEN_IS: (
            (
                "(cuándo|cuando) (ponen|echan|dan|pasan|es|se emite|empieza|vuelven a poner)"
                " {programme} [(otra vez|de nuevo)] [en {channel}] [(otra vez|de nuevo)]"
            ),
            (
                "a (qué|que) hora (ponen|echan|dan|pasan|es|se emite|empieza) {programme}"
                " [en {channel}]"
            ),
        ),
        names.INTENT_WHEN_AGAIN: (
            "(cuándo|cuando) (lo|la) (ponen|echan|dan|pasan) (otra vez|de nuevo)",
            "(cuándo|cuando) (lo|la) vuelven a (poner|echar|dar|pasar)",
        ),
        names.INTENT_WHEN_WAS: (
            (
                "(cuándo|cuando) (pusieron|echaron|dieron|pasaron|fue|se emitió) {programme}"
                " [por última vez] [en {channel}] [por última vez]"
            ),
            (
                "(cuándo|cuando) fue la última vez que (pusieron|echaron|dieron|pasaron)"
                " {programme} [en {channel}]"
            ),
        ),
        names.INTENT_WATCH_ON: (
            "(pon|mira|muestra|quiero ver) {channel} [en [(el|la)] {place}]",
            "(mira|muestra|quiero ver) {programme} [en {channel}] [en [(el|la)] {place}]",
        ),
        names.INTENT_FOLLOW: (
            "(sigue|quiero seguir) [la serie] {programme} [en {channel}]",
            "(avísame|avisame|avísanos) cuando (pongan|echen|den|pasen|empiece) {programme}",
        ),
        names.INTENT_UNFOLLOW: (
            "(deja de seguir|ya no sigas|olvida) [la serie] {programme}",
            "no sigas [la serie] {programme} más",
        ),
        names.INTENT_FOLLOWED_TONIGHT: (
            "(qué|que) sigo esta noche",
            "(qué|que) (ponen|echan|dan|pasan|hay) esta noche de (lo que sigo|mis series)",
            "(cuáles|cuales) de mis series (ponen|echan|dan|pasan) esta noche",
        ),
        names.INTENT_RECORD: (
            "(graba|grábame|quiero grabar) [la serie] {programme} [en {channel}]",
            (
                "(graba|grábame|quiero grabar)"
                " [lo que (ponen|echan|dan|pasan|hay|están poniendo) [(ahora mismo|ahora)] en]"
                " {channel} [(ahora mismo|ahora)]"
            ),
        ),
        names.INTENT_CANCEL_RECORDING: (
            (
                "(no grabes|deja de grabar|cancela la grabación de) [la serie] {programme}"
                " [en {channel}]"
            ),
            (
                "(no grabes|deja de grabar|cancela la grabación (de|del|en))"
                " [lo que (ponen|echan|dan|pasan|hay|están poniendo) en] {channel}"
            ),
        ),
    },
)
