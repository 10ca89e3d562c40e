"""The demo: run the whole product on this machine, from source files to business answers."""
