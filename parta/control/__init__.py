"""Findings, checks, remarks, dashboards, reports. Nothing here yet beyond what the teacher's day needs."""
