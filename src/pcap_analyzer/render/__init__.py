"""REPORT → what people and programs read. A renderer draws blocks and knows no protocol."""
