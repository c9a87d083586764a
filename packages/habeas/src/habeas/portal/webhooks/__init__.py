"""Telling other systems of the city what happens to applications (Standard Webhooks, ADR 0120)."""
