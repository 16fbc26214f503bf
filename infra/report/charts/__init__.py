"""The charts of the report, one a file: each draws what it is given and answers with inline SVG."""
