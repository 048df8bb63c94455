"""One OGC process, one small file."""
