"""The world outside the rules: the database, the offer folder, the mail."""
