"""What compose files and Kubernetes manifests say is carried out, in the images that they name.

Each command runs in its own image, by the user, with the arguments, environment and volumes of the
file, where its services have the names that it gives them. PostgreSQL and Caddy, whose images are
other people's, are this machine's, with what the file tells them. HABEAS_IMAGES names a folder of
images that were built (`bin/images`).
"""

import json
import os
import pwd
import shutil
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import pytest
import yaml

from habeas.deploy import installation
from tests.ops.authority import Authority
from tests.ops.containers import (
    CONTAINERS,
    Machine,
    answered,
    as_kubelet_does,
    in_pod,
    manifest,
    manifests,
    probed,
)
from tests.ops.images import Images
from tests.ops.network import address, network
from tests.places import ROOT
from tests.service.portal.test_commands import OFFICES, office_entry
from tests.unit.protocol import world
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.ops, pytest.mark.timeout(3600)]
CITY = "photos.city.example"


@pytest.fixture(scope="module")
def archives(request, tmp_path_factory):
    if os.getuid() or not all(map(shutil.which, ("buildah", "mmdebstrap", "dpkg-deb"))):
        pytest.skip("needs root, buildah, mmdebstrap and dpkg-deb")
    if said := os.environ.get("HABEAS_IMAGES"):
        return Path(said)
    packages, images = request.getfixturevalue("packages"), tmp_path_factory.mktemp("images")
    environment = os.environ | {"PACKAGES": str(packages), "IMAGES": str(images)}
    subprocess.run([ROOT / "bin" / "images", "trustee", "habeas"], check=True, env=environment)
    return images


@pytest.fixture(scope="module")
def images(archives):
    # Gigabytes, which are too much for where tests keep their folders: the memory.
    with tempfile.TemporaryDirectory(prefix="habeas-images-", dir="/var/tmp") as folder:
        yield Images(Path(folder), archives)


@pytest.fixture
def machine(images):
    # Not below pytest's folders: those are closed to the users of images.
    with tempfile.TemporaryDirectory(prefix="habeas-box-") as folder, network() as net:
        place = Path(folder)
        place.chmod(0o711)
        made = Machine(place, net.add("box", 30), address(30), images)
        made.called()
        try:
            yield made
        finally:
            made.close()
            images.remove()


def circle(custodian):
    """A note of a circle with this custodian and the offices of the sample."""
    offices = [office_entry(each) for each in OFFICES]
    return world.circle_note(custodian=custodian, offices=offices)


def postgres(machine, service, password):
    """The database of a compose file, by this machine's programs."""
    (programs,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)[:1]
    named = pwd.getpwnam("postgres")
    owner = (named.pw_uid, named.pw_gid)
    data = machine.volume("tables", owner)
    word = data.parent / "password"
    word.write_text(password)
    os.chown(word, *owner)
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    user = service["environment"]["POSTGRES_USER"]
    machine.run([*as_user, str(programs / "initdb"), "-D", str(data), "-U", user, "-N",
                 "-A", "scram-sha-256", f"--pwfile={word}"])  # fmt: skip
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write("host all all all scram-sha-256\n")  # as the image has it
    program, *arguments = service["command"]
    own = ["-D", str(data), "-c", "listen_addresses=*", "-k", str(data)]
    machine.start([*as_user, str(programs / program), *arguments, *own])
    how, probe, *more = service["healthcheck"]["test"]
    assert how == "CMD"

    def healthy():
        command = machine.command([str(programs / probe), "-h", machine.where, *more])
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    until(healthy, "the database is healthy", pause=0.3)
    machine.run([*as_user, "env", f"PGPASSWORD={password}", str(programs / "createdb"), "-h",
                 machine.where, "-U", user, "portal"])  # fmt: skip


def test_a_portal_by_its_compose_file(machine):
    file = yaml.safe_load((CONTAINERS / "compose.yaml").read_text())
    services = file["services"]
    machine.called(*services)
    postgres(machine, services["database"], "a-word-of-the-test")
    environment = {"HABEAS_DATABASE": "postgresql://habeas:a-word-of-the-test@database/portal"}
    web, worker = (machine.images.container(services[name]["image"]) for name in ("web", "worker"))

    def said(container, arguments):
        volumes = {}
        for each in services["web"]["volumes"]:
            name, target = each.split(":")
            assert target in container.config["Volumes"]
            volumes[machine.volume(name, container.user())] = target
        return container.inside(
            container.entry(arguments), volumes=volumes, environment=environment
        )

    data = ["--data", "/var/lib/habeas"]
    made = machine.run(said(web, ["portal", "init", *data, "--url", f"https://{CITY}"]))
    note = machine.volume("portal", web.user()) / "circle.txt.new"
    note.write_text(circle(json.loads(made)))
    note.chmod(0o644)
    machine.run(said(web, ["portal", "adopt", *data, "/var/lib/habeas/circle.txt.new"]))
    note.unlink()
    running = [machine.start(said(one, services[name]["command"]))
               for one, name in ((web, "web"), (worker, "worker"))]  # fmt: skip
    # Whoever comes from the front has the name of the city.
    _front(machine, services["front"])
    page = answered(f"http://{machine.where}/", Host=CITY)
    assert "hunting licence" in page.text
    assert answered(f"http://{machine.where}/livez", Host=CITY).text == "ok\n"
    figures = httpx.get(f"http://{machine.where}/metrics", headers={"Host": CITY}, trust_env=False)
    assert figures.status_code == 404
    until(lambda: _had_a_round(machine), "the worker has had a round", pause=1.0)
    assert all(each() for each in running)
    assert web.written() | worker.written() == set(), "their roots are read-only"


def _had_a_round(machine):
    """Whether the elected worker has looked after the portal; its log and trustees are not here."""
    asked = f"http://{machine.where}/readyz"
    answer = httpx.get(asked, headers={"Host": CITY}, trust_env=False, timeout=30)
    return "standing" in answer.json()["ages"]


def _front(machine, service):
    """Caddy with the compose file's own mount and environment."""
    if shutil.which("caddy") is None:
        pytest.skip("caddy is not installed: bin/install-test-packages")
    mounted = next(each.split(":") for each in service["volumes"] if each.startswith("."))
    assert mounted[1:] == ["/etc/caddy/Caddyfile", "ro"], "where its image looks"
    configured = (CONTAINERS / mounted[0]).resolve(strict=True)
    copy = machine.folder / "Caddyfile"
    shutil.copy(configured, copy)
    copy.chmod(0o644)
    home = machine.volume("certificates", (62_000, 62_000))
    user = ["setpriv", "--reuid=62000", "--regid=62000", "--clear-groups", "env", f"HOME={home}"]
    command = [*user, "caddy", "run", "--config", str(copy), "--adapter", "caddyfile"]
    machine.start(command, HABEAS_SITE=f"http://{CITY}", **service["environment"])


def test_a_portal_by_its_kubernetes_manifest(machine):
    pod, owner = manifest("portal.yaml")
    authority = Authority(machine.folder)
    certificate, key = authority.certify(machine.folder, machine.where)
    made = machine.folder / "made"
    command = [sys.executable, "-m", "habeas.cli", "portal"]
    said = subprocess.run([*command, "init", "--data", made, "--url", f"https://{CITY}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    note = machine.folder / "circle.txt"
    note.write_text(circle(json.loads(said.stdout)))
    subprocess.run([*command, "adopt", note, "--data", made], check=True)
    names = ("site.json", "circle.txt", "custodian.key", "secret-key", "installation.json")
    places = as_kubelet_does(machine, pod, owner, {
        "folder": {name: (made / name).read_bytes() for name in names},
        "services": {each.name: each.read_bytes() for each in (made / "services").iterdir()},
        "tls": {"tls.crt": certificate.read_bytes(), "tls.key": key.read_bytes()},
    })  # fmt: skip
    (prepared,) = pod["initContainers"]
    _, first = in_pod(machine, places, owner, prepared)
    machine.run(first)
    # Tables and photos are where a secret says; here in the pod's own disk.
    for each in ("portal.sqlite3", "blobs"):
        machine.run(["cp", "-a", str(made / each), str(places["data"])])
    machine.run(["chown", "-R", f"{owner[0]}:{owner[1]}", str(places["data"])])
    web, worker = pod["containers"]
    images, running = [], []
    for each in (web, worker):
        image, asked = in_pod(machine, places, owner, each)
        images.append(image)
        running.append(machine.start(asked))
    probed(machine, web, ssl.create_default_context(cafile=authority.file))
    assert all(each() for each in running)
    assert set().union(*(each.written() for each in images)) == set(), "their roots are read-only"


def test_a_trustee_by_its_manifest_and_by_its_compose_file(machine):
    pod, owner = manifest("trustee.yaml")
    (container,) = pod["containers"]
    places = as_kubelet_does(machine, pod, owner, {})
    image, serves = in_pod(machine, places, owner, container)
    by_hand = ["init", "--name", "trustee.example", "--url", "https://trustee.example",
               "--data", "/var/lib/habeas-trustee"]  # fmt: skip
    volumes = {places["data"]: "/var/lib/habeas-trustee"}
    user = f"{owner[0]}:{owner[1]}"
    machine.run(image.inside(image.entry(by_hand), volumes=volumes, user=user))
    # One that has its seat in a circle serves: its folder in place of the one that was just made.
    shutil.rmtree(places["data"])
    installed = installation.install(machine.folder / "city", free_ports=True)
    shutil.copytree(installed.trustee(0), places["data"])
    machine.run(["chown", "-R", user, str(places["data"])])
    runs = machine.start(serves)
    probed(machine, container)
    assert runs()
    assert image.written() == set(), "its root is read-only"
    composed = yaml.safe_load((CONTAINERS / "compose-trustee.yaml").read_text())
    (service,) = composed["services"].values()
    assert service["image"] == container["image"]
    assert "command" not in service, "the image's own, as in the pod"
    ((_, target),) = [each.split(":") for each in service["volumes"]]
    assert target in image.config["Volumes"]
    assert service["ports"][0].endswith(f":{container['ports'][0]['containerPort']}")


def test_the_logs_by_their_compose_file(machine):
    file = yaml.safe_load((CONTAINERS / "compose-log.yaml").read_text())
    machine.called(*file["services"])
    images, running, folders = [], [], set()
    for name, service in file["services"].items():
        image = machine.images.container(service["image"])
        ((volume, target),) = [each.split(":") for each in service["volumes"]]
        volumes = {machine.volume(volume, image.user()): target}
        init = ["log", "init", "--data", target, "--origin", f"{name}.city.example"]
        machine.run(image.inside(image.entry(init), volumes=volumes))
        asked = image.inside(image.entry(service["command"]), volumes=volumes)
        running.append(machine.start(asked))
        images.append(image)
        folders.add(volume)
        _, host, port = service["ports"][0].split(":")
        assert host == port
        answered(f"http://{machine.where}:{port}/livez")
    assert folders == file["volumes"].keys(), "one for each"
    assert all(each() for each in running)
    assert set().union(*(each.written() for each in images)) == set(), "their roots are read-only"


def test_the_logs_by_their_kubernetes_manifest(machine):
    images, running = [], []
    for name, pod, owner in manifests("log.yaml"):
        (container,) = pod["containers"]
        places = as_kubelet_does(machine, pod, owner, {}, name)
        image, serves = in_pod(machine, places, owner, container)
        init = ["log", "init", "--data", "/var/lib/habeas", "--origin", f"{name}.city.example"]
        user = f"{owner[0]}:{owner[1]}"
        volumes = {places["data"]: "/var/lib/habeas"}
        machine.run(image.inside(image.entry(init), volumes=volumes, user=user))
        running.append(machine.start(serves))
        images.append(image)
        probed(machine, container)
    assert len(running) == 2
    assert all(each() for each in running)
    assert set().union(*(each.written() for each in images)) == set(), "their roots are read-only"
