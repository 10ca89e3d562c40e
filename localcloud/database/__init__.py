"""The local database server: a real MariaDB in the home folder, with certificates of its own."""
