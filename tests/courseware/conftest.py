"""`small/` is a course in miniature; the tests in it belong to its exercise."""

collect_ignore = ["small"]
