"""A dataset of somebody who wants a report to run code, call somebody up or hide a fault."""

from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

MARK = "alert(1)"
PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title></head><body onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</svg><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "`><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img src=//evil.example/x.png>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><use href=//evil.example/x.svg#a>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=//evil.example>",
    "<embed src=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style>body{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<form action=//evil.example><button>ok",
    "<a href=javascript:alert(1)>x</a>",
    "<plaintext>",
    "<!--",
    "--><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]>",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "' onmouseover='alert(1)",
    '" onmouseover="alert(1)',
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "<scr\u200bipt>alert(1)</scr\u200bipt>",
    "\u202e<script>alert(1)",
    "\u2028alert(1)\u2029",
    "{{7*7}}${7*7}<%=7*7%>",
    "::error file=a::alert(1)",
    "%0A::set-output name=a::alert(1)",
    "##vso[task.complete]",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "\x07\x08\x7f\x9b2J",
    "a | b | c",
    "`code` ``more`` ```",
    "[x](http://evil.example) ![y](http://evil.example/y.png)",
    "http://evil.example www.evil.example <http://evil.example>",
    "@everyone and @octocat #1",
    "# heading\n- list\n> quote",
    "*bold* _it_ ~~gone~~ $x$",
    '=HYPERLINK("http://evil.example")',
    "+cmd|' /C calc'!A0",
)
SPEC = """
subject: {{name: {name}, trigger: {name}}}
sources: {{"*": {{generator: {name}, family: {name}, derived_from: {name}}}}}
lint:
  suppressions:
    - {{rule: IMG010, reason: {name}}}
"""


def plant_hostile(folder: Path) -> Path:
    """A picture a payload: in its name, its caption (as tags and as prose) and its metadata."""
    folder.mkdir(parents=True)
    for number, payload in enumerate(PAYLOADS):
        name = "".join("_" if c in "/\x00" else c for c in payload).encode()[:200]
        stem = f"{number:02} {name.decode('utf-8', 'ignore')}"
        info = PngInfo()
        for key in ("parameters", "Software", "Comment"):
            info.add_itxt(key, f"{payload} Model: {payload}")
        Image.effect_noise((48 + number, 64), 90).save(folder / f"{stem}.png", pnginfo=info)
        caption = f"{payload}_x, {payload}, {payload}, 1girl. She says {payload}."
        (folder / f"{stem}.txt").write_bytes(caption.encode())
    (folder / f"orphan {PAYLOADS[0].replace('/', '_')}.txt").write_text(PAYLOADS[0])
    (folder / "dataset.yaml").write_text(SPEC.format(name=repr(PAYLOADS[1])))
    return folder
