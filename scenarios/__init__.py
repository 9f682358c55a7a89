"""What if: a study and its edits become outcomes, stored, compared, run in batch."""
