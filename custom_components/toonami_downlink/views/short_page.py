"""The page behind a short address, for browsers: no script, nothing from elsewhere."""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from html import escape
from importlib import import_module
from typing import Final, NamedTuple

from ..engine.downlink.short_codes import LENGTH
from ..storage.secret_sets import Credentials
from .short_texts import TEXTS, Device, Texts

_BRAND: Final = "Toonami Downlink"
_QUIET: Final = 4
"""The width of the border that scanners need, in modules."""
# The colours of the panel; black on white for the code in the dark too, as not all scanners read
# the reverse.
_STYLE: Final = """
:root{color-scheme:light dark;--space:#f3f7fb;--hull:#fff;--deck:#e8f0f7;--text:#0b1b2b;
--dim:#4a6076;--signal:#00677f}
@media(prefers-color-scheme:dark){:root{--space:#070b14;--hull:#0e1626;--deck:#16223a;
--text:#e6f1ff;--dim:#9db2ce;--signal:#3de1ff}}
*{box-sizing:border-box}
body{margin:0;padding:16px;background:var(--space);color:var(--text);
font:clamp(16px,1.4vw,28px)/1.5 system-ui,sans-serif}
main{max-width:64em;margin:0 auto;padding:clamp(16px,3vw,40px);background:var(--hull);
border-radius:10px;clip-path:polygon(0 0,calc(100% - 12px) 0,100% 12px,100% 100%,0 100%)}
h1{margin:0;font-size:1.75em;line-height:1.2;overflow-wrap:anywhere}
p{margin:.75em 0}
.dim{color:var(--dim)}
.top{display:flex;flex-wrap:wrap;gap:16px clamp(16px,3vw,48px);align-items:center}
.top>div{flex:1 1 16em;min-width:0}
.address{margin:.5em 0;font-family:ui-monospace,monospace;overflow-wrap:anywhere;font-size:1.25em}
.code{display:block;color:var(--signal);font-size:clamp(36px,9vw,112px);line-height:1.2;
font-weight:700;letter-spacing:.08em;white-space:nowrap}
@media(max-width:600px){.code{font-size:12.5vw}}
figure{margin:0;max-width:clamp(160px,22vw,340px)}
svg{display:block;width:clamp(160px,22vw,340px);background:#fff;border-radius:10px}
ol{padding-left:1.5em}
li{margin:.5em 0}
summary{min-height:44px;padding:10px 0;cursor:pointer;color:var(--signal)}
summary:focus-visible{outline:2px solid var(--signal);outline-offset:2px}
dt{color:var(--dim)}
dd{margin:0 0 .5em;font-family:ui-monospace,monospace;overflow-wrap:anywhere}
"""
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Vary": "Accept, Accept-Language, User-Agent",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


class Page(NamedTuple):
    """What the page shows."""

    name: str
    """Of the device's pass."""
    origin: str
    """The scheme, host and port that the browser reached."""
    address: str
    """The short address."""
    credentials: Credentials
    language: str
    device: Device


def render_page(page: Page) -> bytes:
    """Make the page; it takes some milliseconds, most of them for the QR code."""
    texts = TEXTS[page.language]
    name, address = escape(page.name), escape(page.address)
    brand = "" if page.name == _BRAND else f'<p class="dim">{_BRAND}</p>'
    steps = "".join(f"<li>{escape(step)}</li>" for step in _steps(texts, page.device))
    return (
        f'<!doctype html><html lang="{page.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{_STYLE}</style></head><body><main>"
        f'{brand}<h1>{name}</h1><div class="top"><div>'
        f"<p>{escape(texts['type_this'])}</p>"
        f'<p class="address">{address[:-LENGTH]}<b class="code">{address[-LENGTH:]}</b></p>'
        f'<p class="dim">{escape(texts["only_here"])}</p></div>{_qr(page.address, texts)}</div>'
        f"<ol>{steps}</ol>{_login(page, texts)}</main></body></html>"
    ).encode()


def _steps(texts: Texts, device: Device) -> list[str]:
    match device:
        case Device.TELEVISION:
            return texts["television"]
        case Device.PHONE:
            return texts["phone"]
        case Device.COMPUTER:
            return texts["computer"]


def _login(page: Page, texts: Texts) -> str:
    rows = (
        (texts["server"], page.origin),
        (texts["username"], page.credentials.username),
        (texts["password"], page.credentials.password),
    )
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f"<details><summary>{escape(texts['login'])}</summary><dl>{listed}</dl></details>"


def _qr(address: str, texts: Texts) -> str:
    if not (drawing := draw_qr(address)):
        return ""
    size, path = drawing
    return (
        f'<figure><svg viewBox="{-_QUIET} {-_QUIET} {size} {size}" role="img" '
        f'shape-rendering="crispEdges" aria-label="{escape(texts["qr"])}"><path d="{path}"/></svg>'
        f'<figcaption class="dim">{escape(texts["scan"])}</figcaption></figure>'
    )


@lru_cache(maxsize=8)
def draw_qr(text: str) -> tuple[int, str] | None:
    """Return a QR code as the size of its picture and an SVG path, in modules.

    None without the library, which Home Assistant has for its two-factor login: almost all do.
    """
    try:
        library = import_module("pyqrcode")
    except ImportError:
        return None
    rows = library.create(text, error="M").code
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return len(rows) + 2 * _QUIET, path
