"""A stand-in for the upstream: the same answers in shape, invented in content, on loopback."""

from .server import Simulator

__all__ = ["Simulator"]
