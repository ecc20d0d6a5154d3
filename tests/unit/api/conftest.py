from whole_service import empty_database, make, service

__all__ = ["empty_database", "make", "service"]
