"""`habeas log`: a transparency log of your own, and checking anybody's."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._configured import Certificate, CertificateKey, LogConfig
from habeas.cli.monitor import monitor
from habeas.foundation import listening
from habeas.foundation.certificate import verify_pair

app = typer.Typer(
    add_completion=False,
    rich_markup_mode="markdown",
    no_args_is_help=True,
    help="Make, serve and check a transparency log.",
)

Folder = Annotated[Path, typer.Option("--data", help="The log's folder.")]
Source = Annotated[str, typer.Argument(metavar="LOG", help="A log's URL.")]
Anywhere = Annotated[
    str, typer.Argument(metavar="LOG", help="A log's URL, or a folder with its files.")
]
PolicyFile = Annotated[
    Path, typer.Option("--policy", exists=True, dir_okay=False, help="C2SP tlog-policy file.")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def init(
    data: Folder,
    *,
    origin: Annotated[str, typer.Option(help="The log's name, a URL without its scheme.")],
    token: Annotated[
        str,
        typer.Option(
            metavar="URI",
            help="The token that shall have the log's Ed25519 key, which never leaves it: "
            "pkcs11:token=LABEL?module-path=FILE&pin-source=file:/FILE (RFC 7512).",
        ),
    ] = "",
) -> None:
    """Make a folder and a key for a new log, and print its verifier key."""
    from habeas.tlog.server import init_log

    typer.echo(init_log(data, origin, token=token))


@app.command()
def adopt(
    circle: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The circle's file.")],
    data: Folder,
    *,
    _config: LogConfig = None,
) -> None:
    """Take what a circle's writers sign, and count its trustees' cosignatures: from the next start.

    Writes circle.txt and policy.txt into the log's folder. The circle must name this log's keys.
    """
    from habeas.register.admission import adopt

    adopt(data, circle)
    typer.echo(f"The log of {data} serves this circle; start it again.")


def _mount(name: str) -> None:
    """Offer a command of `habeas-tlog` under `habeas log` too, with its own help."""

    def mounted(context: typer.Context) -> None:
        from habeas.tlog.command import run

        run([name, *context.args])

    mounted.__doc__ = _MOUNTED[name]
    app.command(
        name,
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(mounted)


#: Commands of `habeas-tlog` to which Habeas adds nothing.
_MOUNTED = {
    "allow": "Let somebody append, and print their token, once.",
    "freeze": "Take no new entry, and serve what there is; a running log obeys.",
    "move": "Move a stopped log to another folder, database or bucket.",
    "rotate-key": "Give a log new keys; it signs with both until --finish.",
    "mirror": "Keep and serve a full verified copy of a log.",
    "push": "Send a log to a mirror, and print the mirror's cosignature.",
    "rebuild": "Make a stopped log whole from its public tiles.",
}
for _name in _MOUNTED:
    _mount(_name)


@app.command()
def serve(
    data: Folder,
    *,
    config: LogConfig = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port.")] = 8001,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    interval: Annotated[float, typer.Option(min=0, help="Seconds between batches.")] = 0.1,
    patience: Annotated[
        float, typer.Option(min=0.1, help="Seconds that a caller waits for its checkpoint.")
    ] = 20.0,
    remember: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Never log the newest N entries twice; by default none of all, at 50 bytes each.",
        ),
    ] = None,
    database: Annotated[
        str, typer.Option(envvar="HABEAS_LOG_DATABASE", help="PostgreSQL, instead of SQLite.")
    ] = "",
    objects: Annotated[
        str,
        typer.Option(
            envvar="HABEAS_LOG_OBJECTS",
            help="s3://BUCKET/PREFIX for the public files, instead of a folder.",
        ),
    ] = "",
    certificate: Certificate = None,
    certificate_key: CertificateKey = None,
) -> None:
    """Serve a log: C2SP tlog-tiles for readers, POST /append for writers.

    With a circle's note in circle.txt in its folder, the log takes what the circle's writers
    have signed, and nothing else; no token is needed then.
    """
    from habeas.configuration import read
    from habeas.deploy.configuration import LogConfiguration, elsewhere
    from habeas.register.admission import CircleAdmission
    from habeas.tlog.server import Elsewhere, make_app, open_storage, read_signer

    pair = verify_pair(certificate, certificate_key)
    said = None if config is None else read(config, LogConfiguration).keys
    # Where there is no log, none is begun by this.
    signer = read_signer(data, elsewhere(said) if said else Elsewhere())
    storage = open_storage(
        data, database=database, objects=objects, remember=remember, key=signer.name
    )
    circled = (data / "circle.txt").exists()
    admission = CircleAdmission.of_log(data, signer.name) if circled else None
    app = make_app(
        data, admission, interval=interval, patience=patience, storage=storage, signer=signer
    )
    # Callers that wait for a quorum do not keep a stopping log up: a retry is safe.
    listening.listen(app, host=host, port=port, grace=3, pair=pair)


@app.command()
def append(
    log: Source,
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="The entry; - for input.")] = Path(
        "-"
    ),
    *,
    token: Annotated[
        str, typer.Option(envvar="HABEAS_LOG_TOKEN", help="Bearer token, where the log asks.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Append one entry, wait until it counts, and print its tlog-proof."""
    from habeas.tlog.options import open_client

    entry = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    with open_client(log, token) as client:
        appended = client.append(entry)
    if as_json:
        typer.echo(json.dumps({"index": appended.index, "proof": appended.proof}))
    else:
        typer.echo(appended.proof, nl=False)


@app.command()
def verify(log: Anywhere, *, policy: PolicyFile, as_json: Json = False) -> None:
    """Check a whole log: every bundle, every tile, and the root, computed again."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from habeas.tlog.options import open_files, read_policy
    from habeas.tlog.verifying import verify_log

    demanded = read_policy(policy)
    columns = ("Verifying", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        open_files(log) as files,
        Progress(*columns, console=Console(stderr=True), transient=True) as bar,
    ):
        task = bar.add_task("entries", total=None)
        verified = verify_log(
            files,
            demanded,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    tree = verified.checkpoint
    witnesses = sorted(each.name for each in verified.cosignatures)
    if as_json:
        fields = {"origin": tree.origin, "size": tree.size, "root": tree.root.hex()}
        typer.echo(json.dumps({**fields, "cosigned_by": witnesses}))
        return
    typer.echo(f"{tree.origin}: {tree.size} entries, every file is as the root demands.")
    typer.echo(f"Root {tree.root.hex()}, cosigned by {', '.join(witnesses) or 'nobody'}.")


@app.command()
def proof(
    log: Source,
    index: Annotated[int, typer.Argument(min=0, help="Which entry, from 0.")],
) -> None:
    """Print the tlog-proof of an entry, made here from the log's tiles."""
    from habeas.tlog.options import open_client

    with open_client(log) as client:
        typer.echo(client.proof(index), nl=False)


@app.command()
def show(
    log: Source,
    first: Annotated[int | None, typer.Argument(min=0, help="An entry, from 0.")] = None,
    last: Annotated[int | None, typer.Argument(min=0, help="The last one to show.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Print the newest checkpoint, or entries. Nothing is verified: see `habeas log verify`."""
    from habeas.tlog.options import open_client, read_entries

    with open_client(log) as client:
        if first is None:
            typer.echo(client.checkpoint(), nl=False)
            return
        for index, entry in read_entries(client, first, first if last is None else last):
            text = entry.decode(errors="backslashreplace")
            typer.echo(json.dumps({"index": index, "entry": text}) if as_json else text)


app.command("monitor")(monitor)
