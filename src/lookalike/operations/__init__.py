"""What one can ask for, a file a noun. Every door (API, console, command) leads here; no door holds a decision."""
