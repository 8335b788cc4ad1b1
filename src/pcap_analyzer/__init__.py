"""PCAP Analyzer: why is the network slow, from a packet capture."""
