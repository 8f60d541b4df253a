"""The site of the documentation: `python -m sphinx -W docs target/site`, with what ./check python installs."""

import json
import re
from importlib.metadata import version as version_of

from myst_parser.sphinx_ import Parser
from pygments.lexers.configs import TOMLLexer

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


def within(app, page: str, source: list[str]) -> None:
    """Links to files that are not part of the site become their names."""
    source[0] = re.sub(r"\[([^\]]*)\]\(\.\./([^)]+)\)", r"\1 (`\2`)", source[0])


def setup(app) -> None:
    app.connect("source-read", within)
    app.add_lexer("toml,fragment", TOMLLexer)
    app.add_source_parser(NotebookParser)
