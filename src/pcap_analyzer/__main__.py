"""`python -m pcap_analyzer` is the same as `pcap-analyzer`."""

from .cli import run

if __name__ == "__main__":
    run()
