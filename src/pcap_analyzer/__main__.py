"""`python -m pcap_analyzer` is the same as `pcap-analyzer`."""

from .cli import main

if __name__ == "__main__":
    main()
