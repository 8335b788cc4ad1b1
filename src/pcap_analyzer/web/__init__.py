"""The web service: upload, live progress, report. It never decodes a packet; worker processes do, through `analysis`."""
