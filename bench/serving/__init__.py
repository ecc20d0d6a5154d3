"""Measuring the service: its database, its queue, its requests, its jobs."""
