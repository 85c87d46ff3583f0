"""How the report looks: on a screen, in the dark, and on paper. Nothing is said by colour alone."""

from __future__ import annotations

STYLE = """
:root{--ink:#1f2328;--soft:#57606a;--paper:#fff;--line:#d0d7de;--shade:#f6f8fa;--bad:#a40e26;--link:#0550ae}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b1;--paper:#0d1117;--line:#3d444d;--shade:#161b22;--bad:#ff8182;--link:#79c0ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1.5rem;color:var(--ink);background:var(--paper);font:16px/1.55 system-ui,sans-serif}
h1{margin:0 0 .25rem;font-size:1.9rem}h2{margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:2px solid var(--line);font-size:1.35rem}
h3{margin:0 0 .3rem;font-size:1.08rem}header p{margin:.1rem 0;color:var(--soft)}p{margin:.5rem 0}
a{color:var(--link)}a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px}
main:focus{outline:none}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;padding:.4rem .8rem;background:var(--paper)}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:.8rem 0 0;padding:0;list-style:none}
.headline{font-size:1.2rem;font-weight:600}
.scroll{overflow-x:auto;margin:.8rem 0}table{border-collapse:collapse;font-size:.93rem}
caption{text-align:left;color:var(--soft);padding-bottom:.3rem}
th,td{padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--line)}tbody th{font-weight:500;white-space:nowrap}td{overflow-wrap:break-word}
#timeline td:nth-child(2),#all td:nth-child(3),#all td:nth-child(2){white-space:nowrap}
article{margin:.9rem 0;padding:.8rem 1.1rem;border:1px solid var(--line);border-left:5px solid var(--soft);border-radius:4px;break-inside:avoid}
article.critical{border-left:10px double var(--bad)}article.high{border-left:7px solid var(--bad)}article.medium{border-left:5px dashed var(--soft)}
.badge{color:var(--bad);font-weight:700}
code,pre{font-family:ui-monospace,monospace;font-size:.87rem}
pre{margin:.5rem 0 0;padding:.6rem .8rem;background:var(--shade);white-space:pre-wrap;overflow-wrap:anywhere}
summary{cursor:pointer;color:var(--soft)}figure{margin:1rem 0}ol{padding-left:1.4rem}li{margin:.35rem 0}nav li{margin:0}
svg text{fill:var(--ink);font:13.5px system-ui,sans-serif}svg .name{font-family:ui-monospace,monospace;font-size:12.5px}
svg .bar{fill:var(--bad);fill-opacity:.75;stroke:var(--ink);stroke-width:1}svg .axis{stroke:var(--soft)}
@media (forced-colors:active){
:root{--ink:CanvasText;--soft:CanvasText;--paper:Canvas;--line:CanvasText;--shade:Canvas;--bad:CanvasText;--link:LinkText}
svg .bar{fill:none;stroke-width:2}}
@media print{
:root{--ink:#000;--soft:#333;--paper:#fff;--line:#999;--shade:#fff;--bad:#000;--link:#000}
body{max-width:none;padding:0;font-size:10.5pt}nav,.skip{display:none}.scroll{overflow:visible}
h2,h3,caption{break-after:avoid}tr,li{break-inside:avoid}pre{border:1px solid var(--line)}svg .bar{fill:none;stroke-width:2}
@page{margin:18mm}}
"""
