"""Figures for Prometheus. Each service has a registry of its own, so that two of them can live in one process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 45, 65, 80, 120, 300, 600, 1800)
_DELAYS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1.5, 5)


class Metrics:
    """What operators watch."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.analysis_duration = Histogram(
            "pcap_analysis_duration_seconds",
            "Time from the start of an analysis to its end.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.analysis_total = Counter(
            "pcap_analysis", "Tasks that ended, by what became of them.", ["status"], registry=self.registry
        )
        self.wait_duration = Histogram(
            "pcap_queue_wait_seconds",
            "Time from the arrival of a task to the start of its analysis.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.upload_duration = Histogram(
            "pcap_upload_duration_seconds", "Time that an upload took.", buckets=_SECONDS, registry=self.registry
        )
        self.upload_bytes = Counter("pcap_upload_bytes", "Bytes of captures received.", registry=self.registry)
        self.refused_total = Counter(
            "pcap_upload_refused", "Uploads that were refused, by problem.", ["problem"], registry=self.registry
        )
        self.sse_clients = Gauge("pcap_sse_clients", "Clients that follow progress.", registry=self.registry)
        self.sse_delay = Histogram(
            "pcap_sse_delay_seconds", "Time from an event to its sending.", buckets=_DELAYS, registry=self.registry
        )
        self.queue_size = Gauge("pcap_queue_size", "Analyses that wait.", registry=self.registry)
        self.running = Gauge("pcap_analysis_running", "Analyses that run.", registry=self.registry)
        self.workers_ready = Gauge("pcap_workers_ready", "Worker processes that are ready.", registry=self.registry)
        self.worker_memory = Gauge(
            "pcap_worker_memory_bytes", "Memory held by worker processes.", registry=self.registry
        )
        self.memory_used = Gauge("pcap_memory_used_bytes", "Memory in use on the machine.", registry=self.registry)
        self.disk_used_share = Gauge(
            "pcap_disk_used_share", "Share of the disk under DATA_DIR in use, 0 to 1.", registry=self.registry
        )
        for status in ("completed", "failed", "timeout", "cancelled"):
            self.analysis_total.labels(status)

    def text(self) -> bytes:
        """All figures in the text format."""
        return generate_latest(self.registry)
