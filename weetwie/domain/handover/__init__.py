"""Handing over: what somebody lets their unit know that they know."""
