"""Landing files: recognise their table, and account for the rows of generated samples."""
