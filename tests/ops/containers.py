"""A machine on which files for containers are carried out, as an engine and a kubelet would.

The services of one file run in a network of their own, and find one another by the names that the
file gives them.
"""

import contextlib
import os
import signal
import subprocess

import httpx
import yaml

from tests.places import ROOT
from tests.waiting import PATIENCE_SECONDS, until

CONTAINERS, KUBERNETES = ROOT / "packaging" / "containers", ROOT / "packaging" / "kubernetes"
#: Puts names of services into /etc/hosts, for one command and what it starts.
_NAMED = 'mount --bind "$0" /etc/hosts && exec "$@"'


class Machine:
    """Where the services of one file run; they find one another by its names for them."""

    def __init__(self, folder, space, where, images):
        self.folder, self.where, self.images = folder, where, images
        self._space, self._running = space, []
        self.hosts = folder / "hosts"

    def called(self, *names):
        self.hosts.write_text(f"127.0.0.1 localhost\n{self.where} {' '.join(names)}\n")

    def command(self, command):
        named = ["unshare", "--mount", "sh", "-c", _NAMED, str(self.hosts)]
        return ["ip", "netns", "exec", self._space, *named, *command]

    def run(self, command):
        done = subprocess.run(
            self.command(command), capture_output=True, text=True, check=False,
            timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stdout[-1500:]}{done.stderr[-3000:]}"
        return done.stdout

    def start(self, command, **environment):
        """Start a service; gives a way to ask whether it runs."""
        process = subprocess.Popen(
            self.command(command), stdin=subprocess.DEVNULL, start_new_session=True,
            env=os.environ | environment,
        )  # fmt: skip
        self._running.append(process)
        return lambda: process.poll() is None

    def volume(self, name, owner, mode=0o700):
        made = self.folder / "volumes" / name
        made.mkdir(parents=True, exist_ok=True)
        made.chmod(mode)
        os.chown(made, *owner)
        return made

    def close(self):
        for each in reversed(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGTERM)
        with contextlib.ExitStack() as ended:
            for each in self._running:
                ended.callback(each.wait)
                ended.callback(each.kill)
                ended.callback(each.wait, timeout=PATIENCE_SECONDS)


def answered(url, verify=True, **headers):
    """Wait until that is answered well; gives the answer."""

    def good():
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.get(url, headers=headers, verify=verify, trust_env=False, timeout=30)
            return answer.is_success and answer
        return None

    return until(good, url, pause=0.3)


def manifests(name):
    """The pods of a file, by their names, each with its own numbers of user and group."""
    for each in yaml.safe_load_all((KUBERNETES / name).read_text()):
        if "template" in each.get("spec", {}):
            pod = each["spec"]["template"]["spec"]
            context = pod["securityContext"]
            assert context["fsGroup"] == context["runAsGroup"]
            yield each["metadata"]["name"], pod, (context["runAsUser"], context["runAsGroup"])


def manifest(name):
    """The only one of a file."""
    ((_, pod, owner),) = manifests(name)
    return pod, owner


def as_kubelet_does(machine, pod, owner, contents, called="pod"):
    """Volumes of a pod: secrets and maps as links to files of another folder, and empty disks."""
    places = {}
    for each in (*pod["volumes"], {"name": "data"}):
        name = each["name"]
        if name in places:
            continue
        places[name] = machine.volume(f"{called}-{name}", owner, 0o2770)
        if name in contents:
            inner = places[name] / "..data"
            inner.mkdir()
            for file, content in contents[name].items():
                (inner / file).write_bytes(content)
                (inner / file).chmod(each.get("secret", {}).get("defaultMode", 0o644))
                os.chown(inner / file, 0, owner[1])
                (places[name] / file).symlink_to(f"..data/{file}")
    return places


def in_pod(machine, places, owner, container, environment=None):
    """What a container of a pod runs as."""
    image = machine.images.container(container["image"])
    volumes = {places[each["name"]]: each["mountPath"] for each in container["volumeMounts"]}
    command = [*container["command"], *container["args"]] if "command" in container else (
        image.entry(container.get("args"))
    )  # fmt: skip
    user = f"{owner[0]}:{owner[1]}"
    return image, image.inside(command, volumes=volumes, environment=environment, user=user)


def probed(machine, container, verify=True):
    """Wait until both probes of a container are answered, as the kubelet asks them."""
    for name in ("livenessProbe", "readinessProbe"):
        asked = container[name]["httpGet"]
        ports = {each["name"]: each["containerPort"] for each in container["ports"]}
        scheme = asked.get("scheme", "HTTP").lower()
        headers = {each["name"]: each["value"] for each in asked.get("httpHeaders", ())}
        url = f"{scheme}://{machine.where}:{ports[asked['port']]}{asked['path']}"
        answered(url, verify, **headers)
