#!/bin/sh
# What tests/deploy needs beside .venv: promtool, nginx, helm, and the schemas of Kubernetes.
# Ends with 0 when all is there. Otherwise it says what is missing and ends with 1 in CI, and with 3 elsewhere.
set -eu

helm_version=v3.22.0
kubernetes_validate_version=1.37.0
cache=${1:-.cache/deploy}

missing() {
    echo "test-deploy: $1 is missing; $2" >&2
    [ "${CI:-}" = true ] && exit 1
    exit 3
}

# apt-get asks for nothing here, and only root may use it.
install() {
    [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || return 1
    echo "test-deploy: installing $1" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"; } > "$cache/apt.log" 2>&1
}

mkdir -p "$cache"
command -v promtool > /dev/null || install prometheus || missing promtool 'run "apt-get install prometheus" as root'
command -v nginx > /dev/null || [ -x /usr/sbin/nginx ] || install nginx-light || missing nginx 'run "apt-get install nginx-light" as root'
if [ ! -x "$cache/helm" ] && ! command -v helm > /dev/null; then
    command -v go > /dev/null || missing helm "install it, or Go, which builds it"
    echo "test-deploy: building helm $helm_version" >&2
    GOBIN=$(cd "$cache" && pwd) go install "helm.sh/helm/v3/cmd/helm@$helm_version" > "$cache/go.log" 2>&1 || missing helm "Go could not build it: $cache/go.log"
fi
[ -x "$cache/venv/bin/kubernetes-validate" ] || {
    python3 -m venv "$cache/venv"
    "$cache/venv/bin/pip" install --quiet "kubernetes-validate==$kubernetes_validate_version" || missing kubernetes-validate "pip could not fetch it"
}
