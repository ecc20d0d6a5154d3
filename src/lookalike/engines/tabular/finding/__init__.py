"""Rules that hold in every row learnt from, and that chance would have broken: one kind a file."""
