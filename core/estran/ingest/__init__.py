"""From official files to our stores: what `estran data build` runs."""
