"""The services that execute code locally: Glue jobs, crawlers, Lambda functions and Athena queries."""
