"""`habeas cameras serve --cluster`: the same command as posts on a Ray cluster's machines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.cli._recording import key_file_of, record_until_told, signer_of, teller

if TYPE_CHECKING:
    from habeas.cameras.placing import Group, Post


@dataclass(frozen=True)
class Passed:
    """Options of `habeas cameras serve` that each post gets as they are."""

    data: Path | None
    log: str | None
    circle: Path | None
    key: Path | None
    bucket: str | None
    config: Path | None

    def arguments(self) -> list[str]:
        """As they are written; paths are absolute, for a machine that stands elsewhere."""
        named = {
            "--data": self.data, "--circle": self.circle, "--key": self.key, "--config": self.config
        }  # fmt: skip
        paths = [word for name, path in named.items() if path is not None
                 for word in (name, str(path.absolute()))]  # fmt: skip
        urls = {"--log": self.log, "--bucket": self.bucket}
        return paths + [word for name, url in urls.items() if url is not None
                        for word in (name, url)]  # fmt: skip


def serve_on(
    address: str,
    file: Path,
    recordings: Path,
    most: int | None,
    only: Collection[str],
    passed: Passed,
    *,
    live: str | None,
    seconds: float | None,
    health_port: int | None,
    resume: bool,
) -> None:
    """Keep posts on the cluster at *address* until Ctrl-C.

    Args:
        address: see `habeas.cover.cluster.connect`.
        file: cameras.toml, on every machine under this path, as are the secrets that it names.
        recordings: the folder that all machines share.
        most: cameras of one process.
        only: ids of cameras; all for none.
        passed: to posts.
        live: ports of each machine at which live pictures are had, ``first-last``; without them a
            portal on that machine alone has them.
        seconds: after which it ends by itself.
        health_port: of this machine, where all cameras' health is answered.
        resume: refused: said by a person, once, and not by every process that starts.

    Raises:
        HabeasError: the cameras or the cluster cannot be used.
    """
    from habeas.cameras import declarations
    from habeas.cameras.cluster import Posts
    from habeas.cameras.live_address import HERE
    from habeas.cameras.placing import GROUP, groups
    from habeas.cameras.probes import Probes, judge_all
    from habeas.cameras.recordings import Recordings
    from habeas.cover.cluster import connect
    from habeas.foundation.errors import HabeasError

    if resume:
        raise HabeasError(
            "--resume is said once, and the processes of a cluster start again by themselves.",
            "End this command, run `habeas cameras serve … --resume --seconds 60` without "
            "--cluster, and start this again.",
        )
    listed = declarations.chosen(declarations.load(file), only)
    made = groups(listed, most or GROUP)
    _verify_ports(live, len(made))
    place, say = Recordings(recordings.absolute()), teller()
    place.adopt()
    if passed.data is None and passed.key is None:
        # Made once and here: posts that all make one would fail over each other's.
        signer_of(key_file_of(None, None, place.folder), made_here=True, say=say)
    places = {each.id: place.place(each.id) for each in listed}

    def command(group: Group, post: Post, host: str) -> Sequence[str]:
        ids = [word for each in group.cameras for word in ("--only", each)]
        # One group closes hours and deletes for all: retention is of the folder, not of a list.
        house = [] if group is made[0] else ["--no-house"]
        standby = ["--standby"] if post.standby else []
        named = f"[{host}]" if ":" in host else host
        at = f"{named}:{live}" if live else str(HERE)
        return [
            "cameras", "serve", str(file.absolute()), "--recordings", str(place.folder),
            "--shared", "--attended", "--live", at, *standby, *house, *ids,
            *passed.arguments(),
        ]  # fmt: skip

    running = Posts(connect(address), made, command, say)
    with ExitStack() as open_:
        if health_port is not None:
            probes = open_.enter_context(
                Probes(health_port, lambda: judge_all(places, datetime.now(UTC), {}, ""))
            )
            say(f"/livez, /readyz and /metrics are answered on http://127.0.0.1:{probes.port}")
        say(f"{len(listed)} cameras in {len(made)} groups")
        record_until_told(running, seconds)
    say("all cameras have ended")


def _verify_ports(live: str | None, groups: int) -> None:
    """Raise unless *live* names ports alone, one for a post of each group on one machine."""
    from habeas.cameras.live_address import LiveAddress, LiveAddressError

    if live is None:
        return
    remedy = (
        "Write --live FIRST-LAST, such as 8444-8470: each process takes one of these ports of its "
        "machine, at the address by which the cluster knows that."
    )
    try:
        ports = () if ":" in live else LiveAddress.choice(f"127.0.0.1:{live}")
    except LiveAddressError:
        ports = ()
    if not ports or not ports[0].port:
        raise LiveAddressError(f"{live} are no ports of a cluster's machines.", remedy)
    if len(ports) < groups:
        raise LiveAddressError(f"{groups} groups need as many ports; {live} has fewer.", remedy)
