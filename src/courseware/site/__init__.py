"""The built site: staging, MkDocs' hooks, search, and the files at the root of both languages."""
