"""Japanese sentences. Each blank may be left out, as it mostly is."""

from typing import Final

from .. import names
from .language import Language

_SHOW: Final = "(見せて|見たい|見る|映して|流して|再生 [して])"
_WHAT: Final = "(何|なに)"
_PLEASE: Final = "[(ください|下さい)]"
_IS_ON: Final = (
    "(やってる|やっている|やっています|放送してる|放送している|放送しています|放送中|放送中 です)"
)
_WILL_BE_ON: Final = (
    "(やる|やります|ある|あります|始まる|始まります|放送|放送 です|放送する|放送します"
    "|放送される|放送されます)"
)
_WAS_ON: Final = (
    "(やった|やりました|やっていた|やっていました|あった|ありました|放送した|放送しました"
    "|放送された|放送されました|放送していた|放送していました)"
)
_RECORD: Final = "録画 [(して|する|します)]"
_NO_MORE: Final = "(やめて|やめる|止めて|中止 [して]|キャンセル [して])"

LANGUAGE: Final = Language(
    has_blanks=False,
    channel="{names} [チャンネル]",
    names={
        "toonami_east": ("トゥーナミ", "トゥナミ", "トゥーナミ イースト"),
        "toonami_west": ("トゥーナミ ウエスト", "トゥナミ ウエスト"),
        "snick_east": ("スニック", "スニック イースト"),
        "snick_west": ("スニック ウエスト",),
        "movies": ("映画 チャンネル",),
        "radio": ("トゥーナミ ラジオ",),
    },
    sentences={
        names.INTENT_WHATS_ON: (
            "{channel} で [は] [(今|いま|現在)] " + f"{_WHAT} (を|が) {_IS_ON} [か|の]",
            "(今|いま|現在) [は] {channel} で [は] " + f"{_WHAT} (を|が) {_IS_ON} [か|の]",
            "{channel} の (今|いま|現在) の 番組 は " + f"{_WHAT} [です] [か]",
        ),
        names.INTENT_WHATS_NEXT: (
            "{channel} で [は] 次 [(に|は)] " + f"{_WHAT} (を|が) {_WILL_BE_ON} [か|の]",
            "次 [(に|は)] {channel} で [は] " + f"{_WHAT} (を|が) {_WILL_BE_ON} [か|の]",
            "{channel} の 次 の 番組 は " + f"{_WHAT} [です] [か]",
        ),
        names.INTENT_WHEN_IS: (
            (
                "[{channel} (で|の) [は]] {programme} は [(次|次回|今度) [は]]"
                f" (いつ|何時 [(から|に)]) [{_WILL_BE_ON}] [です] [か|の]"
            ),
        ),
        names.INTENT_WHEN_AGAIN: (
            f"[(それ|これ|その 番組) は] (次|次回|今度|また) [は] いつ {_WILL_BE_ON} [か|の]",
        ),
        names.INTENT_WHEN_WAS: (
            (
                "[{channel} (で|の) [は]] {programme} は [(前回|最後 に|この前) [は]] いつ "
                f"{_WAS_ON} [か|の]"
            ),
        ),
        names.INTENT_WATCH_ON: (
            "[{place} で] {channel} を " + f"{_SHOW} {_PLEASE}",
            "{channel} を {place} で " + f"{_SHOW} {_PLEASE}",
            "[{place} で] [{channel} の] {programme} を " + f"{_SHOW} {_PLEASE}",
            "{programme} を {place} で " + f"{_SHOW} {_PLEASE}",
        ),
        names.INTENT_FOLLOW: (
            "[{channel} の] {programme} を フォロー [(して|する|します)] " + _PLEASE,
            "{programme} が (始まったら|始まる とき に|放送されたら) (教えて|知らせて) " + _PLEASE,
        ),
        names.INTENT_UNFOLLOW: (
            "{programme} の フォロー を (やめて|やめる|解除 [して]|外して) " + _PLEASE,
            "{programme} を フォロー (解除 [して]|しないで) " + _PLEASE,
        ),
        names.INTENT_FOLLOWED_TONIGHT: (
            (
                "(今夜|今晩) [(は|の)] フォロー (している|してる|中 の) (番組|もの) は"
                f" [{_WHAT} [(が|か)]] [(ある|あります|です)] [か|の]"
            ),
            "(今夜|今晩) [は] 何 を フォロー (している|してる|しています) [か|の]",
        ),
        names.INTENT_RECORD: (
            "[{channel} (の|で) [は]] {programme} を " + f"{_RECORD} {_PLEASE}",
            "{channel} を [(今|いま|現在)] " + f"{_RECORD} {_PLEASE}",
            ("{channel} で [(今|いま|現在)] " + f"{_IS_ON} (もの|番組) を {_RECORD} {_PLEASE}"),
        ),
        names.INTENT_CANCEL_RECORDING: (
            "[{channel} (の|で) [は]] {programme} の 録画 を " + f"{_NO_MORE} {_PLEASE}",
            "[{channel} (の|で) [は]] {programme} を 録画 しないで " + _PLEASE,
            "{channel} の 録画 を " + f"{_NO_MORE} {_PLEASE}",
            "{channel} を 録画 しないで " + _PLEASE,
        ),
    },
)
