"""The chart renders for every way to use it, and Kubernetes would take what comes out."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from pcap_analyzer.web.settings import Settings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "pcap-analyzer"
TOOLS = ROOT / ".cache" / "deploy"
HELM = shutil.which("helm", path=f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
VALIDATE = shutil.which("kubernetes-validate", path=f"{TOOLS / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")

needs_helm = pytest.mark.skipif(not HELM, reason="helm is not installed (scripts/setup-deploy.sh)")
needs_schemas = pytest.mark.skipif(
    not VALIDATE, reason="kubernetes-validate is not installed (scripts/setup-deploy.sh)"
)

WAYS: dict[str, list[str]] = {
    "as it is": [],
    "behind an ingress": [
        "--set=host=pcap.example.org,ingress.enabled=true,ingress.tlsSecret=pcap-tls,ingress.className=nginx",
        "--set=trustedProxies={10.0.0.0/8}",
        "--set=networkPolicy.from[0].namespaceSelector.matchLabels.name=ingress",
    ],
    "single sign-on": [
        "--set=settings.ACCESS=oidc,settings.OIDC_ISSUER=https://id.example.org,settings.OIDC_CLIENT_ID=pcap",
        "--set=secretSettings.OIDC_CLIENT_SECRET.name=pcap-oidc,secretSettings.OIDC_CLIENT_SECRET.key=secret",
        "--set=image.digest=sha256:" + 64 * "a",
    ],
    "nothing kept": ["--set=persistence.enabled=false,networkPolicy.enabled=false,metrics.annotations=false"],
    "several pods": [
        "--set=scale.enabled=true,scale.worker.autoscaling.enabled=true,settings.BLOB_URL=s3://bucket/pcap",
        "--set=secretSettings.DATABASE_URL.name=pcap-database,secretSettings.DATABASE_URL.key=url",
        "--set=secretSettings.REDIS_URL.name=pcap-redis,secretSettings.REDIS_URL.key=url",
        "--set=networkPolicy.engines[0].ipBlock.cidr=10.0.0.0/8,ingress.enabled=true,host=pcap.example.org",
    ],
    "a claim that exists": ["--set=persistence.existingClaim=mine,image.pullSecrets[0].name=registry"],
}  # fmt: skip


def render(*options: str) -> subprocess.CompletedProcess[str]:
    assert HELM
    command = [HELM, "template", "pcap", str(CHART), "--namespace=pcap", "--kube-version=1.31.0", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def documents(*options: str) -> dict[str, Any]:
    done = render(*options)
    assert done.returncode == 0, done.stderr
    return {document["kind"]: document for document in yaml.safe_load_all(done.stdout) if document}


def container(rendered: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = rendered["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    return found


def environment(rendered: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container(rendered)["env"]}


@needs_helm
@needs_schemas
@pytest.mark.parametrize("way", WAYS)
def test_what_is_rendered_is_valid(way: str, tmp_path: Path) -> None:
    assert VALIDATE
    rendered = render(*WAYS[way])
    assert rendered.returncode == 0, rendered.stderr
    (tmp_path / "all.yaml").write_text(rendered.stdout)
    command = [VALIDATE, "--strict", "--version", "1.31", str(tmp_path / "all.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Deployment" in rendered.stdout


@needs_helm
def test_the_chart_is_clean() -> None:
    assert HELM
    done = subprocess.run([HELM, "lint", "--strict", str(CHART)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@needs_helm
def test_the_pod_may_do_little() -> None:
    rendered = documents()
    pod = rendered["Deployment"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 1000
    assert pod["automountServiceAccountToken"] is False
    rights = container(rendered)["securityContext"]
    assert rights == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert rendered["NetworkPolicy"]["spec"]["egress"] == []


@needs_helm
def test_one_pod_alone_writes_the_volume() -> None:
    spec = documents()["Deployment"]["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")


@needs_helm
def test_several_pods_share_engines_and_no_volume() -> None:
    rendered = [each for each in yaml.safe_load_all(render(*WAYS["several pods"]).stdout) if each]
    kinds = [each["kind"] for each in rendered]
    assert {kinds.count(kind) for kind in ("Deployment", "NetworkPolicy")} == {2}
    assert {"Job", "PodDisruptionBudget", "HorizontalPodAutoscaler"} <= set(kinds)
    assert "PersistentVolumeClaim" not in kinds
    for each in rendered:
        if each["kind"] in ("Deployment", "Job"):
            (one,) = each["spec"]["template"]["spec"]["containers"]
            assert "DATABASE_URL" in {variable["name"] for variable in one["env"]}
            assert one["securityContext"]["readOnlyRootFilesystem"] is True
            assert each["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"] is True
    web, worker = (each["spec"] for each in rendered if each["kind"] == "Deployment")
    assert web["replicas"] == 2
    assert "replicas" not in worker, "the autoscaler decides"
    refused = render("--set=scale.enabled=true")
    assert "scale.enabled needs DATABASE_URL" in refused.stderr


@needs_helm
def test_secrets_come_by_reference() -> None:
    values = environment(documents(*WAYS["single sign-on"]))
    assert values["OIDC_CLIENT_SECRET"] == {"secretKeyRef": {"name": "pcap-oidc", "key": "secret"}}
    refused = render("--set=settings.OIDC_CLIENT_SECRET=told-to-everybody")
    assert refused.returncode != 0
    assert "OIDC_CLIENT_SECRET" in refused.stderr


@needs_helm
def test_its_own_name_is_answered() -> None:
    values = environment(documents(*WAYS["behind an ingress"]))
    assert values["ALLOWED_HOSTS"] == "pcap.example.org,localhost,127.0.0.1"
    assert values["TRUSTED_PROXIES"] == "10.0.0.0/8"
    assert environment(documents())["ALLOWED_HOSTS"] == "localhost,127.0.0.1"


def test_every_setting_of_the_chart_is_one() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert values["settings"]
    assert {name.lower() for name in values["settings"]} <= set(Settings.model_fields)


def test_memory_of_workers_stays_within_the_limit() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    settings = values["settings"]
    assert values["resources"]["limits"]["memory"] == "4Gi"
    assert settings["WORKERS"] * settings["WORKER_MEMORY_MB"] + 512 < 4096
