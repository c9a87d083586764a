"""Habeas: photo custody for public services, on promises that people can check."""

__version__ = "0.1.0"
