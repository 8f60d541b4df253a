"""What the README shows as asked and answered is what comes: readme.py README.md ASK

Runs the lines of its blocks `console` that begin with `$ target/ask`, with ASK in its place, from the root of the repository; in what is
shown below them `...` stands for anything.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

readme, ask = Path(sys.argv[1]).resolve(), str(Path(sys.argv[2]).resolve())
shown = 0
for block in re.findall(r"^```console\n(.*?)^```", readme.read_text(encoding="utf-8"), re.M | re.S):
    for command, wanted in re.findall(r"^\$ (.*?)\n((?:(?!\$ ).*\n)*)", block, re.M):
        words = shlex.split(command)
        assert words[0] == "target/ask", command
        came = subprocess.run([ask, *words[1:]], cwd=readme.parent.parent, capture_output=True, text=True).stdout
        pattern = ".*".join(re.escape(part) for part in wanted.strip().split("..."))
        if not re.fullmatch(pattern, came.strip(), re.S):
            sys.exit(f"{readme.name} shows for {command}\n{wanted}but there comes\n{came}")
        shown += 1
assert shown > 3, f"only {shown} answers are shown"
print(f"{shown} answers of the README")
