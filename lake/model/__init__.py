"""The declaration of a domain: tables, columns, checks, marts, serving, their validation and discovery."""
