"""Goods in the demonstration: stored, pledged, released in part, delivered, audited."""
