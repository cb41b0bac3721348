"""French sentences. Hyphens are left out: what is written with one matches all the same."""

from typing import Final

from .. import names
from .language import Language

LANGUAGE: Final = Language(
    channel="[la] [chaîne] {names}",
    names={"movies": ("chaîne de films",), "radio": ("radio de toonami",)},
    sentences={
        names.INTENT_WHATS_ON: (
            (
                "(qu'est ce qui|que) passe [(maintenant|actuellement|en ce moment)] sur {channel}"
                " [(maintenant|actuellement|en ce moment)]"
            ),
            (
                "(qu'est ce qu'il y a|qu'y a t il|il y a quoi)"
                " [(maintenant|actuellement|en ce moment)] sur {channel}"
                " [(maintenant|actuellement|en ce moment)]"
            ),
        ),
        names.INTENT_WHATS_NEXT: (
            "(qu'est ce qui|que) (passe|vient|suit) (ensuite|après|plus tard) sur {channel}",
            "(qu'est ce qui|que) (passe|vient|suit) sur {channel} (ensuite|après|plus tard)",
            "(qu'est ce qu'il y a|qu'y a t il|il y a quoi) (ensuite|après|plus tard) sur {channel}",
        ),
        names.INTENT_WHEN_IS: (
            (
                "(quand|à quelle heure) (passe|repasse|commence|est) {programme}"
                " [(à nouveau|de nouveau)] [sur {channel}] [(à nouveau|de nouveau)]"
            ),
            (
                "(quand|à quelle heure) est ce (que |qu'){programme} (passe|repasse|commence)"
                " [(à nouveau|de nouveau)] [sur {channel}]"
            ),
        ),
        names.INTENT_WHEN_AGAIN: (
            "quand [est ce que] (ça|cela|il|elle) (repasse|passe à nouveau|passe de nouveau)",
            "quand est ce qu'(il|elle) (repasse|passe à nouveau|passe de nouveau)",
            "quand est ce que c'est (à|de) nouveau diffusé",
        ),
        names.INTENT_WHEN_WAS: (
            (
                "quand (est passé|est passée|a été diffusé|a été diffusée|passait) {programme}"
                " [pour la dernière fois] [sur {channel}] [pour la dernière fois]"
            ),
            (
                "quand est ce (que |qu'){programme}"
                " (est passé|est passée|a été diffusé|a été diffusée)"
                " [pour la dernière fois] [sur {channel}]"
            ),
        ),
        names.INTENT_WATCH_ON: (
            (
                "(regarde|regarder|montre|montre moi|je veux voir|mets) {channel}"
                " [(dans|sur|au|à|en) [(le|la|les)] {place}]"
            ),
            (
                "(regarde|regarder|montre|montre moi|je veux voir) {programme} [sur {channel}]"
                " [(dans|sur|au|à|en) [(le|la|les)] {place}]"
            ),
            (
                "(regarde|regarder|montre|montre moi|je veux voir|mets) {channel}"
                " (dans|sur|à) l'{place}"
            ),
            (
                "(regarde|regarder|montre|montre moi|je veux voir) {programme} [sur {channel}]"
                " (dans|sur|à) l'{place}"
            ),
        ),
        names.INTENT_FOLLOW: (
            "(suis|suivre|je veux suivre) [(la série|l'émission)] {programme} [sur {channel}]",
            "(préviens|avertis) (moi|nous) quand {programme} (passe|commence)",
        ),
        names.INTENT_UNFOLLOW: (
            (
                "(ne suis plus|arrête de suivre|cesse de suivre|oublie) [(la série|l'émission)]"
                " {programme}"
            ),
        ),
        names.INTENT_FOLLOWED_TONIGHT: (
            "qu'est ce que je suis ce soir",
            "(lesquelles|quelles) de mes (séries|émissions) passent ce soir",
            "qu'est ce qui passe ce soir (parmi|dans) mes (séries|émissions)",
        ),
        names.INTENT_RECORD: (
            (
                "(enregistre|enregistrer|je veux enregistrer) [(la série|l'émission)] {programme}"
                " [sur {channel}]"
            ),
            (
                "(enregistre|enregistrer|je veux enregistrer)"
                " [ce qui passe [(maintenant|en ce moment)] sur] {channel}"
                " [(maintenant|en ce moment)]"
            ),
        ),
        names.INTENT_CANCEL_RECORDING: (
            (
                "(n'enregistre (pas|plus)|arrête d'enregistrer|annule l'enregistrement de)"
                " [(la série|l'émission)] {programme} [sur {channel}]"
            ),
            "annule l'enregistrement d'{programme} [sur {channel}]",
            (
                "(n'enregistre (pas|plus)|arrête d'enregistrer|annule l'enregistrement (de|sur))"
                " [ce qui passe sur] {channel}"
            ),
            "annule l'enregistrement d'{channel}",
        ),
    },
)
