"""The lesson pipeline: one bilingual `.py` is read, checked, executed once and split into two notebooks."""
