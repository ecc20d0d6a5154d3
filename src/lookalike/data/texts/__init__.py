"""What tables of texts are: which columns hold them, which say of what kind each is, what a line has room for."""
