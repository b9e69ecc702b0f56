"""What is said about a record and who is told: time line, comments, files, watching, notifications, saved views."""
