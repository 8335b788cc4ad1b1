# syntax=docker/dockerfile:1
# Three stages: the wheel, the environment, and what is passed on. `make image` builds it with docker, podman or buildah.
# Targets: app (the default), and app-full with every extra: an identity provider, reports as PDF.
# A private certificate authority comes in as the secret `ca-certificates`, a bundle; it stays out of every layer.
ARG BASE=docker.io/library/python:3.11-slim-bookworm
ARG RUST=docker.io/library/rust:1.95-slim-bookworm
FROM ${RUST} AS rust

# ---- the wheel ------------------------------------------------------------------------------------------------------
FROM ${BASE} AS builder
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
COPY --from=rust /usr/local/rustup /usr/local/rustup
COPY --from=rust /usr/local/cargo /usr/local/cargo
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:/usr/local/bin:/usr/bin:/bin \
    CARGO_HTTP_CAINFO=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN --mount=type=secret,id=ca-certificates,target=/etc/ssl/certs/ca-certificates.crt \
    python3 -m venv /opt/build && /opt/build/bin/pip install --quiet 'maturin>=1.16,<2'
WORKDIR /build
COPY Cargo.toml Cargo.lock LICENSE README.md pyproject.toml ./
COPY crates crates
COPY src src
# Crates and what was compiled of them stay with the builder, so that a change of Python code compiles nothing.
RUN --mount=type=secret,id=ca-certificates,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/build/target \
    /opt/build/bin/maturin build --release --locked --compatibility linux --out /wheels \
    && cargo tree --locked -p pcap-analyzer-python -e normal --prefix none --format '{p}|{l}' > /wheels/crates.txt

# ---- the environment ------------------------------------------------------------------------------------------------
FROM ${BASE} AS environment
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends binutils \
    && rm -rf /var/lib/apt/lists/*
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 \
    PIP_PYTHON=/opt/pcap-analyzer/bin/python PYTHONDONTWRITEBYTECODE=1
COPY requirements.txt .
RUN --mount=type=secret,id=ca-certificates,target=/etc/ssl/certs/ca-certificates.crt \
    python3 -m venv --without-pip /opt/pcap-analyzer \
    && python3 -m pip install --quiet --require-hashes --requirement requirements.txt
COPY scripts/make_sbom.py .
COPY --from=builder /wheels /wheels
# Nobody debugs or recompiles the wheels of others in here: their symbols, headers and sources of C stay behind.
RUN python3 -m pip install --quiet --no-deps --no-index /wheels/*.whl \
    && find /opt/pcap-analyzer -name '*.so' -exec strip --strip-unneeded {} + \
    && find /opt/pcap-analyzer \( -name '*.pyc' -o -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' \) -delete \
    && python3 make_sbom.py /opt/pcap-analyzer /wheels/crates.txt > /opt/pcap-analyzer/sbom.cdx.json

# The same, with PDF and an identity provider.
FROM environment AS environment-full
COPY requirements-full.txt .
RUN --mount=type=secret,id=ca-certificates,target=/etc/ssl/certs/ca-certificates.crt \
    python3 -m pip install --quiet --require-hashes --requirement requirements-full.txt \
    && find /opt/pcap-analyzer -name '*.so' -exec strip --strip-unneeded {} + \
    && find /opt/pcap-analyzer \( -name '*.pyc' -o -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' \) -delete \
    && python3 make_sbom.py /opt/pcap-analyzer /wheels/crates.txt > /opt/pcap-analyzer/sbom.cdx.json

# The same, with what several processes share, and an identity provider.
FROM environment AS environment-scale
COPY requirements-scale.txt .
RUN --mount=type=secret,id=ca-certificates,target=/etc/ssl/certs/ca-certificates.crt \
    python3 -m pip install --quiet --require-hashes --requirement requirements-scale.txt \
    && find /opt/pcap-analyzer -name '*.so' -exec strip --strip-unneeded {} + \
    && find /opt/pcap-analyzer \( -name '*.pyc' -o -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' \) -delete \
    && python3 make_sbom.py /opt/pcap-analyzer /wheels/crates.txt > /opt/pcap-analyzer/sbom.cdx.json

# ---- what is passed on ----------------------------------------------------------------------------------------------
FROM ${BASE} AS runtime
LABEL org.opencontainers.image.title="PCAP Analyzer" \
      org.opencontainers.image.description="Says why the network is slow: ranked root causes from a packet capture" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 1000 pcapuser \
    && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /data --shell /usr/sbin/nologin pcapuser \
    && install -d -o pcapuser -g pcapuser -m 0750 /data
ENV PATH=/opt/pcap-analyzer/bin:/usr/local/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    ACCESS=users DATA_DIR=/data
USER 1000:1000
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# /live is answered under any name. Nothing but a socket is loaded, since this runs for ever.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import socket; s = socket.create_connection(('127.0.0.1', 8000), 4); s.sendall(b'GET /live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n'); exit(b' 200 ' not in s.recv(64))"]
ENTRYPOINT ["pcap-analyzer"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]

FROM runtime AS app-full
COPY --from=environment-full /opt/pcap-analyzer /opt/pcap-analyzer

FROM runtime AS app-scale
COPY --from=environment-scale /opt/pcap-analyzer /opt/pcap-analyzer

FROM runtime AS app
COPY --from=environment /opt/pcap-analyzer /opt/pcap-analyzer
