"""The guides of docs/operate as one story: their fenced commands, in order, as a shell script.

    ```sh                 runs, and must succeed
    ```sh service NAME    runs beside what follows, until it is stopped
    <!-- stop: NAME -->   stops it; <!-- start: NAME --> starts it again

Addresses of the guides become those of this machine; everything else runs as it is written.
"""

import re
import shlex
from dataclasses import dataclass

from tests.places import ROOT

FOLDER = ROOT / "docs" / "operate"
#: In the order in which somebody would read them.
STORY = (
    "installation", "configuration", "tls", "keys", "backup", "losing", "upgrade", "incidents",
    "cameras",
)  # fmt: skip
ADDRESSES = {
    "https://photos.city.example": "http://localhost:8000",
    "https://log.city.example": "http://127.0.0.1:8001",
    "https://trustee-$n.example": "http://127.0.0.1:810$n",
    "https://desk.city.example": "http://localhost:8200",
    "rtsp://guard:secret@10.0.0.7/stream": "tcp://127.0.0.1:9554",
}
_STEP = re.compile(
    r"^```sh(?: service (?P<service>[\w-]+))?\n(?P<code>.*?)^```$"
    r"|^<!-- (?P<act>stop|start): (?P<name>[\w-]+) -->$",
    re.DOTALL | re.MULTILINE,
)
_PRELUDE = """\
set -euo pipefail
declare -A running code
trap 'for each in "${running[@]}"; do kill "$each" 2>/dev/null || true; done' EXIT
begin() {
  bash -c "${code[$1]}" >"output-$1" 2>&1 &
  running[$1]=$!
}
listens() {
  for _ in $(seq 600); do
    kill -0 "${running[$1]}" 2>/dev/null || { cat "output-$1" >&2; return 1; }
    if (: >"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then return 0; fi
    sleep 0.2
  done
  return 1
}
end() {
  kill "${running[$1]}"
  wait "${running[$1]}" || true
}
"""


@dataclass(frozen=True)
class Step:
    """One block or directive of a guide."""

    guide: str
    line: int
    code: str = ""
    service: str = ""
    act: str = ""


def steps(guide):
    """The steps of one guide."""
    text = (FOLDER / f"{guide}.md").read_text()
    for found in _STEP.finditer(text):
        line = text[: found.start()].count("\n") + 1
        code = found["code"] or ""
        for said, here in ADDRESSES.items():
            code = code.replace(said, here)
        yield Step(guide, line, code, found["service"] or found["name"] or "", found["act"] or "")


def script(ports, guides=STORY):
    """The whole story, or the part of it that *guides* tell.

    Args:
        ports: on which each service listens, by name; none for a service that does not.
    """
    lines = [_PRELUDE]
    for guide in guides:
        for each in steps(guide):
            lines.append(f"echo '::{each.guide}.md:{each.line}'")
            wait = (
                f"listens {each.service} {ports[each.service]}" if ports.get(each.service) else ":"
            )
            if each.act == "stop":
                lines.append(f"end {each.service}")
            elif each.act == "start":
                lines += [f"begin {each.service}", wait]
            elif each.service:
                # exec: the process is then the service itself, and takes its signals.
                quoted = shlex.quote(f"exec {each.code.strip()}")
                lines += [f"code[{each.service}]={quoted}", f"begin {each.service}", wait]
            else:
                lines.append(each.code)
    return "\n".join([*lines, "echo '::end'"])
