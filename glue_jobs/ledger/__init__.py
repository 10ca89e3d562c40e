"""The commit log of a domain: batches, holds, releases, compactions and unpublished partitions."""
