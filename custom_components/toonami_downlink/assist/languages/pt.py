"""Portuguese sentences, as they are said in Brazil."""

from typing import Final

from .. import names
from .language import Language

LANGUAGE: Final = Language(
    channel="[canal] {names}",
    names={"movies": ("canal de filmes",), "radio": ("rádio toonami", "rádio da toonami")},
    sentences={
        names.INTENT_WHATS_ON: (
            (
                "[o] que (está passando|tá passando|passa|está no ar|tem|está dando) [agora]"
                " (no|na|em) {channel} [(agora|neste momento)]"
            ),
        ),
        names.INTENT_WHATS_NEXT: (
            "[o] que (vem|passa|tem|vai passar) (depois|em seguida|a seguir) (no|na|em) {channel}",
            (
                "[o] que (vem|passa|tem|vai passar) (no|na|em) {channel}"
                " (depois|em seguida|a seguir|mais tarde)"
            ),
            "qual é o próximo programa (no|na|em|do|da) {channel}",
        ),
        names.INTENT_WHEN_IS: (
            (
                "(quando|[a] que horas) (passa|vai passar|começa|é) {programme}"
                " [(de novo|outra vez)] [(no|na|em) {channel}] [(de novo|outra vez)]"
            ),
            (
                "(quando|[a] que horas) {programme} (passa|vai passar|começa) [(de novo|outra vez)]"
                " [(no|na|em) {channel}]"
            ),
        ),
        names.INTENT_WHEN_AGAIN: (
            "quando [(isso|ele|ela)] (passa|vai passar) (de novo|outra vez|novamente)",
        ),
        names.INTENT_WHEN_WAS: (
            (
                "quando (passou|foi|foi ao ar|deu) {programme} [pela última vez]"
                " [(no|na|em) {channel}] [pela última vez]"
            ),
            "quando foi a última vez que passou {programme} [(no|na|em) {channel}]",
            "quando {programme} (passou|foi ao ar) [pela última vez] [(no|na|em) {channel}]",
        ),
        names.INTENT_WATCH_ON: (
            (
                "(assistir|assista|ver|mostre|mostrar|quero ver|quero assistir|coloque|coloca)"
                " {channel} [(no|na|em) {place}]"
            ),
            (
                "(assistir|assista|ver|mostre|mostrar|quero ver|quero assistir) {programme}"
                " [(no|na|em) {channel}] [(no|na|em) {place}]"
            ),
        ),
        names.INTENT_FOLLOW: (
            (
                "(siga|seguir|acompanhe|acompanhar|quero seguir|quero acompanhar) [a série]"
                " {programme} [(no|na|em) {channel}]"
            ),
            "(me avise|me avisa) quando (passar|começar) {programme}",
        ),
        names.INTENT_UNFOLLOW: (
            (
                "(pare de seguir|parar de seguir|não siga mais|pare de acompanhar|esqueça)"
                " [a série] {programme}"
            ),
        ),
        names.INTENT_FOLLOWED_TONIGHT: (
            "o que [eu] sigo hoje à noite",
            "[o] que (passa|tem) hoje à noite (que eu sigo|das minhas séries|dos meus programas)",
            "quais (das minhas séries|dos meus programas) passam hoje à noite",
        ),
        names.INTENT_RECORD: (
            "(grave|grava|gravar|quero gravar) [a série] {programme} [(no|na|em) {channel}]",
            (
                "(grave|grava|gravar|quero gravar)"
                " [o que (está passando|tá passando|passa|está no ar) [agora] (no|na|em)] {channel}"
                " [agora]"
            ),
        ),
        names.INTENT_CANCEL_RECORDING: (
            (
                "(não (grave|grava|gravar)|(pare|parar) de gravar"
                "|cancele a gravação (de|do|da|da série)) [a série] {programme}"
                " [(no|na|em) {channel}]"
            ),
            (
                "(não (grave|grava|gravar)|(pare|parar) de gravar|cancele a gravação (de|do|da))"
                " [o que (está passando|passa) (no|na|em)] {channel}"
            ),
        ),
    },
)
