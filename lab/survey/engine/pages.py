"""The pages of the search engine: a form, hits, facets, a map. Plain HTML, no script: all of it works by keyboard.

Links are relative (``root`` leads to the start page), so that the same pages work below another server's address.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from lab.errors import LabError
from lab.i18n import LANGUAGES, Text, language, t, tn
from lab.survey.countries import country_name
from lab.survey.engine.index import FACETS, PAGE, Hits, Host
from lab.survey.engine.query import FILTERS
from lab.survey.engine.worldmap import world_map

EXAMPLES = (
    "port:11112",
    "country:FR",
    'product:"Orthanc"',
    "has:viewer",
    "has:dicom -country:US",
    "service:ssh",
    "OFFIS_DCMTK",
)
MOST_FACETS = 8
STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--paper:#fff;--faint:#5a6675;--line:#d5dbe3;--accent:#0b5cad;--land:#e3e8ee}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf3;--paper:#141a22;--faint:#a3b0bf;--line:#38434f;--accent:#7db8ff;--land:#2a3440}}
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
main,header{max-width:76rem;margin:auto;padding:.6rem 1rem}a{color:var(--accent)}h1{font-size:1.3rem;margin:.2rem 0}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
form{display:flex;gap:.5rem;flex-wrap:wrap;margin:.6rem 0}form input{flex:1 1 20rem;font:inherit;padding:.4rem .7rem;border:1px solid var(--faint);
border-radius:6px;background:var(--paper);color:var(--ink)}button{font:inherit;padding:.4rem 1.2rem;border:0;border-radius:6px;
background:var(--accent);color:var(--paper)}
.columns{display:grid;grid-template-columns:15rem 1fr;gap:2rem}@media(max-width:50rem){.columns{display:block}}
.hit{border-bottom:1px solid var(--line);padding:.6rem 0}.hit h2,.hit h3{margin:0;font-size:1.05rem}.hit p{margin:.1rem 0;color:var(--faint)}
pre{margin:.3rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem}h2{font-size:1rem;margin:.8rem 0 .2rem}
nav ul,aside ul{list-style:none;padding:0;margin:0}aside li{display:flex;justify-content:space-between;gap:1rem}
.map{width:100%;height:auto}.land{fill:var(--land);stroke:var(--line);stroke-width:.4}.map circle{fill:#c2410c;fill-opacity:.65;stroke:var(--paper);
stroke-width:.5}.map a:focus-visible circle{stroke:var(--ink);stroke-width:2}.error{border-left:5px solid #c2410c;padding:.3rem 1rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}nav.pages{display:flex;gap:1.5rem;padding:1rem 0}
"""
_FACET_TITLES: dict[str, Text] = {
    "country": t("Countries"),
    "port": t("Ports"),
    "product": t("Products"),
    "service": t("Services"),
}


def results(query: str, hits: Hits, page: int, indexed: int) -> str:
    """The page of a query; the start page when it is empty."""
    counted = tn("{n} system", "{n} systems", hits.total)
    head = f"<p role='status'><strong>{escape(str(counted))}</strong></p>"
    map_ = world_map(hits.facets["country"], str(t("Systems by country")), query)
    found = "".join(_hit(host) for host in hits.hosts) or f"<p>{escape(str(t('Nothing was found.')))}</p>"
    columns = f'<div class="columns"><aside>{_facets(query, hits)}</aside><section>{map_}{found}{_pages(query, page, hits.total)}</section></div>'
    help_ = "" if query else _help(indexed)
    return document(query, f"{help_}{head}{columns}")


def problem(query: str, error: LabError) -> str:
    """The page of a query that cannot be read."""
    tip = f"<br>→ {escape(str(error.tip))}" if error.tip is not None else ""
    return document(query, f'<p class="error" role="alert">{escape(str(error.message))}{tip}</p>{_help(0)}')


def host_page(host: Host) -> str:
    """Everything that is known of one address."""
    body = f'{_hit(host, full=True)}<p><a href="../">{escape(str(t("New search")))}</a></p>'
    return document("", body, "../")


def document(query: str, body: str, root: str = "./") -> str:
    """A whole page around its contents."""
    title, search = escape(str(t("Search the simulated Internet"))), escape(str(t("Search")))
    label, skip = escape(str(t("Query"))), escape(str(t("To the results")))
    others = " ".join(_language_link(code, query, root) for code in LANGUAGES if code != language())
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(query) + " – " if query else ""}{title}</title><link rel="stylesheet" href="{root}style.css"></head>'
        f'<body><a class="skip" href="#results">{skip}</a><header><h1><a href="{root}">{title}</a></h1><nav>{others}</nav>'
        f'<form action="{root}" role="search"><input name="q" aria-label="{label}" value="{escape(query)}" autofocus spellcheck="false">'
        f'<button>{search}</button></form></header><main id="results" tabindex="-1">{body}</main></body></html>'
    )


def _language_link(code: str, query: str, root: str) -> str:
    name = {"en": "English", "fr": "Français"}[code]
    return (
        f'<a href="{root}?{escape(urlencode({"q": query, "lang": code}))}" lang="{code}" hreflang="{code}">{name}</a>'
    )


def _help(indexed: int) -> str:
    examples = " · ".join(f'<a href="{_link(example)}"><code>{escape(example)}</code></a>' for example in EXAMPLES)
    count = escape(str(tn("{n} system has a banner.", "{n} systems have a banner.", indexed))) if indexed else ""
    filters = escape(str(t("Filters: {filters}. A minus in front excludes.", filters=", ".join(FILTERS))))
    marked = escape(str(t("Everything here is simulated; no address leaves this machine.")))
    return f"<p>{marked} {count}</p><p>{filters}<br>{examples}</p>"


def _hit(host: Host, full: bool = False) -> str:
    facts = [country_name(host.country), f"{host.service} {host.port}", f"{host.product} {host.version}".strip()]
    flags = [name for name, there in (("tls", host.tls), ("web", host.web), ("viewer", host.viewer)) if there]
    line = " · ".join(escape(fact) for fact in (*facts, *flags) if fact)
    root = "../" if full else ""
    page = f'<p><a href="{root}visit/{host.address}/">{escape(str(t("Its web page")))}</a></p>' if host.web else ""
    level = "h2" if full else "h3"  # below the title alone, or below the facets' titles
    banner = host.banner if full else "\n".join(host.banner.splitlines()[:3])
    return (
        f'<article class="hit"><{level}><a href="{root}host/{host.address}">{host.address}:{host.port}</a></{level}>'
        f"<p>{escape(host.org)}</p><p>{line}</p>{page}<pre>{escape(banner)}</pre></article>"
    )


def _facets(query: str, hits: Hits) -> str:
    blocks = []
    for name in FACETS:
        rows = "".join(_facet(query, name, value, count) for value, count in hits.facets[name][:MOST_FACETS])
        blocks.append(f"<h2>{escape(str(_FACET_TITLES[name]))}</h2><ul>{rows}</ul>" if rows else "")
    return "".join(blocks)


def _facet(query: str, name: str, value: str, count: int) -> str:
    shown = country_name(value) if name == "country" else value
    quoted = f'{name}:"{value}"' if " " in value else f"{name}:{value}"
    return f'<li><a href="{_link(f"{query} {quoted}".strip())}">{escape(shown)}</a><span>{count}</span></li>'


def _pages(query: str, page: int, total: int) -> str:
    last = -(-total // PAGE)
    links = []
    if page > 1:
        links.append(f'<a rel="prev" href="{_link(query, page - 1)}">{escape(str(t("Previous page")))}</a>')
    if page < last:
        links.append(f'<a rel="next" href="{_link(query, page + 1)}">{escape(str(t("Next page")))}</a>')
    where = escape(str(t("Page {page} of {last}", page=page, last=last))) if last > 1 else ""
    return (
        f'<nav class="pages" aria-label="{escape(str(t("Pages")))}">{" ".join(links)}<span>{where}</span></nav>'
        if last > 1
        else ""
    )


def _link(query: str, page: int = 1) -> str:
    return escape("./?" + urlencode({"q": query} | ({"page": str(page)} if page > 1 else {})))
