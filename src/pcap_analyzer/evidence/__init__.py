"""FRAMES → EVIDENCE: packets of a capture as a capture of their own, with comments on those that prove something."""
