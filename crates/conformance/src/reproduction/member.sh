
# Prints the value of the member $1 of the JSON text $answer: of the member number $2 of that
# name, or else of the last one.
member() {
  printf '%s' "$answer" | tr '\n\r\t' '   ' | tr ',{[' '\n\n\n' |
    sed -n -e 's/^ *"'"$1"'" *: *"\([^"]*\)".*/\1/p' \
      -e 's/^ *"'"$1"'" *: *\([-0-9.eE+]\{1,\}\).*/\1/p' |
    sed -n "${2:-\$}p" | grep . || {
    printf 'there is no member %s in the answer: %s\n' "$1" "$answer" >&2
    exit 1
  }
}
