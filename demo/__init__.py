"""The demo: the whole product on this machine, from the client's files to the answers."""
