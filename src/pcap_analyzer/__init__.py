"""PCAP Analyzer: why is the network slow, from a packet capture.

```python
import pcap_analyzer as pa

with pa.analyze("slow.pcapng") as analysis:
    print(analysis.verdict["summary"])
    print(analysis.rows("SELECT client, server, duration_ns FROM flows ORDER BY duration_ns DESC LIMIT 5"))
```
"""

from ._core import __version__
from .api import Analysis, analyze
from .errors import PcapAnalyzerError, QueryError, SettingError, UnreadableCaptureError

__all__ = [
    "Analysis",
    "PcapAnalyzerError",
    "QueryError",
    "SettingError",
    "UnreadableCaptureError",
    "__version__",
    "analyze",
]
