"""What every Glue job needs: arguments, storage, ledger, typed reading, quality, publication."""
