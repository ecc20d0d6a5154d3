"""What sequences are made of: the roles of their columns, their order, their rhythm, and the two layouts of a table."""
