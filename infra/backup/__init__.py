"""An offer backed up into one file, and restored from it.

The file is a zip: every computer opens it without optex, each file in it can be read by itself, and it holds nothing
but files: no links, no owners, no devices that unpacking could bring about.
"""
