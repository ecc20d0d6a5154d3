"""What may be reached from here: which addresses, found how."""
