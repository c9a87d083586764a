"""Kubernetes manifests and compose files: valid, and as narrow as the units are."""

import re

import kubernetes_validate
import pytest
import yaml

from tests.places import ROOT

PACKAGING = ROOT / "packaging"
MANIFESTS = sorted((PACKAGING / "kubernetes").glob("*.yaml"))
COMPOSED = sorted((PACKAGING / "containers").glob("*.yaml"))


def documents(file):
    return list(yaml.safe_load_all(file.read_text()))


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda each: each.name)
def test_a_manifest_is_valid_and_closed(file):
    kinds = set()
    for each in documents(file):
        kubernetes_validate.validate(each, "1.31", strict=True)
        kinds.add(each["kind"])
        if "template" in each.get("spec", {}):
            _is_narrow(each["spec"]["template"]["spec"])
    assert "Namespace" in kinds
    assert kinds & {"Deployment", "StatefulSet"}


def _is_narrow(pod):
    """Pod Security Standards, *restricted*."""
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for each in (*pod["containers"], *pod.get("initContainers", ())):
        said = each["securityContext"]
        assert said["allowPrivilegeEscalation"] is False
        assert said["readOnlyRootFilesystem"] is True
        assert said["capabilities"] == {"drop": ["ALL"]}


def test_a_wrong_manifest_would_be_noticed():
    portal = documents(PACKAGING / "kubernetes" / "portal.yaml")
    (wrong,) = [each for each in portal if each["kind"] == "Deployment"]
    wrong["spec"]["replicas"] = "two"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.31", strict=True)


@pytest.mark.parametrize("file", COMPOSED, ids=lambda each: each.name)
def test_a_composed_service_may_little_and_no_secret_stands_in_the_file(file):
    (composed,) = documents(file)
    for name, service in composed["services"].items():
        if "habeas" in service["image"]:
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
    assert not re.search(r"(PASSWORD|SECRET|KEY): *[^/\s{]", file.read_text())


@pytest.mark.parametrize("name", ["trustee", "habeas"])
def test_an_image_runs_by_a_user_of_its_own(name):
    text = (PACKAGING / "containers" / f"Containerfile.{name}").read_text()
    (user,) = re.findall(r"^USER (.+)$", text, re.MULTILINE)
    assert user.startswith("habeas-")
    assert text.index("USER ") < text.index("ENTRYPOINT")


def test_the_two_logs_of_whoever_runs_them_share_no_folder():
    """Two writers of one folder would be two trees under one name, or the wrong log's keys."""
    composed = documents(PACKAGING / "containers" / "compose-log.yaml")[0]["services"]
    assert composed["log"]["volumes"] != composed["hours"]["volumes"]
    pods = {
        each["metadata"]["name"]: each["spec"]
        for each in documents(PACKAGING / "kubernetes" / "log.yaml")
        if each["kind"] == "StatefulSet"
    }
    assert pods.keys() == {"log", "hours"}
    for each in pods.values():
        assert each["replicas"] == 1, "a log has one writer"
        assert each["volumeClaimTemplates"][0]["spec"]["accessModes"] == ["ReadWriteOncePod"]
