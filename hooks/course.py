"""MkDocs hooks of the course. Thin on purpose: what they do is in `courseware.site.hooks`."""

from courseware.site.hooks import (  # noqa: F401  (MkDocs finds the events by their names)
    on_config,
    on_files,
    on_page_content,
    on_page_context,
    on_page_markdown,
    on_page_read_source,
    on_post_page,
    on_pre_page,
    on_startup,
    on_template_context,
)
