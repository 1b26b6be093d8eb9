
# Prints the text $1 as it stands in a URL.
in_url() {
  printf '%s' "$1" | sed -e 's/%/%25/g' -e 's/ /%20/g' -e 's/#/%23/g' -e 's|/|%2F|g' \
    -e 's/</%3C/g' -e 's/>/%3E/g' -e 's/?/%3F/g' -e 's/\^/%5E/g' -e 's/`/%60/g' \
    -e 's/|/%7C/g' -e 's/]/%5D/g' -e 's/}/%7D/g'
}
