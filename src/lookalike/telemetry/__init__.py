"""Metrics for Prometheus and traces for OpenTelemetry; they obey Protocols of the rooms they watch."""
