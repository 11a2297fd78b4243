"""Replies by mail: cut, judged, posted or returned; over real servers on loopback."""
