"""The command line `caudal`: one module per subject, one style of help, errors and exit codes."""
