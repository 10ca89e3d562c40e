"""Commands of people who look after the data: their connection, withdrawn files, batches read again."""
