"""The site of the documentation: `python -m sphinx -W docs target/site`, with what ./check python installs."""

import json
import re
from importlib.metadata import version as version_of
from pathlib import Path

from myst_parser.sphinx_ import Parser
from pygments.lexers.configs import TOMLLexer
from pygments.lexers.special import TextLexer

project = "referral-rules"
copyright = "referral-rules contributors, MIT licence"
version = release = version_of("referral-rules")
extensions = ["myst_parser", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown", ".ipynb": "notebook"}
exclude_patterns = []
myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_typehints = "description"
html_theme = "alabaster"
html_theme_options = {"description": "Who is owed what, by when, and why", "page_width": "72rem", "fixed_sidebar": True}
pygments_style = "default"


def markdown_of(notebook: dict) -> str:
    """A notebook as Markdown: its texts, its cells as code."""
    parts = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        parts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
    return "\n\n".join(parts) + "\n"


class NotebookParser(Parser):
    """Notebooks are read as Markdown; the tests run them."""

    supported = ("notebook",)

    def parse(self, inputstring: str, document) -> None:
        super().parse(markdown_of(json.loads(inputstring)), document)


def section(name: str) -> str:
    """A section of the README, the examples of which are compiled with the library; without the lines that only the compiler sees."""
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    text = re.search(rf"^## {re.escape(name)}\n(.*?)^## ", readme, re.M | re.S)
    assert text, f"the README has no section {name}"
    linked = re.sub(r"\]\((?!https?:|#|docs/)", "](../", text[1]).replace("](docs/", "](")
    return re.sub(r"^# Ok::.*\n", "", linked, flags=re.M)


def within(app, page: str, source: list[str]) -> None:
    """Sections of the README stand where they are named; links to files that are not part of the site become their names."""
    text = re.sub(r"^<!-- README: (.*) -->$", lambda named: section(named[1]), source[0], flags=re.M)
    source[0] = re.sub(r"\[([^\]]*)\]\(\.\./([^)]+)\)", r"\1 (`\2`)", text)


def setup(app) -> None:
    app.connect("source-read", within)
    for language, lexer in {"toml,fragment": TOMLLexer, "toml,wrong": TOMLLexer, "csv": TextLexer}.items():
        app.add_lexer(language, lexer)
    app.add_source_parser(NotebookParser)
