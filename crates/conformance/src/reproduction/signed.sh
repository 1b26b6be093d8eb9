
# Sends by the curl command that follows $1 what it would send, signed by the key pair; $1 says
# what is wrong of the signature, if it is not right. It needs openssl.
signed() (
  how=$1 method=GET url='' body='' date='' payload='' headers='' input='' before=''
  shift
  for part; do
    case $before in
      -X) method=$part ;;
      --data-binary) body=$part ;;
      -H)
        name=$(printf '%s' "${part%%[:;]*}" | tr '[:upper:]' '[:lower:]')
        value=$(printf '%s' "${part#*[:;]}" | sed -e 's/^[[:blank:]]*//' -e 's/[[:blank:]]*$//')
        case $name:$value in
          x-sdk-date:*) date=$value ;;
          x-sdk-content-sha256:*) payload=$value ;;
        esac
        # A name with a colon and nothing more takes a header away.
        case $name$part in
          x-sdk-date* | *_* | *:) ;;
          *) headers=$(printf '%s\n%s:%s' "$headers" "$name" "$value") ;;
        esac
        ;;
      *) case $part in http://* | https://*) url=$part ;; esac ;;
    esac
    before=$part
  done
  if [ -z "$date" ]; then
    date=$(date -u +%Y%m%dT%H%M%SZ)
    [ "$how" = undated ] || set -- "$@" -H "X-Sdk-Date: $date"
  fi
  url=${url#*://}
  host=${url%%[/?]*}
  path=${url#"$host"}
  case $path in *\?*) query=${path#*\?} path=${path%%\?*} ;; *) query='' ;; esac
  [ "$how" = host-unsigned ] || headers=$(printf '%s\nhost:%s' "$headers" "$host")
  [ "$how" = date-unsigned ] || headers=$(printf '%s\nx-sdk-date:%s' "$headers" "$date")
  headers=$(printf '%s\n' "$headers" | grep . | LC_ALL=C sort -t : -k 1,1)
  names=$(printf '%s\n' "$headers" | sed 's/:.*//' | paste -s -d ';' -)

  sha256() { openssl dgst -sha256 "$@" | sed 's/.* //'; }
  if [ "$body" = '@-' ]; then
    input=$(mktemp)
    cat > "$input"
    digest=$(sha256 < "$input")
  elif [ "$how" = body ]; then
    digest=$(printf '%s ' "$body" | sha256)
  else
    digest=$(printf '%s' "$body" | sha256)
  fi
  if [ -n "$payload" ] && [ -n "$body" ]; then digest=$payload; fi
  # Decodes what is encoded, and encodes again all but what matches $1. With $2, a pair of a query,
  # after its decoded bytes, by which pairs are sorted.
  encoded() {
    LC_ALL=C awk -v keep="$1" -v is_pair="${2:-}" '
      BEGIN { for (i = 32; i < 127; i++) code[sprintf("%c", i)] = i; digits = "0123456789ABCDEF" }
      {
        out = ""; key = ""; named = !is_pair
        for (i = 1; i <= length($0); i++) {
          c = substr($0, i, 1); n = code[c]
          if (c == "=" && !named) { named = 1; out = out c; key = key "00"; continue }
          if (c == "%") {
            pair = toupper(substr($0, i + 1, 2)); i += 2
            n = (index(digits, substr(pair, 1, 1)) - 1) * 16 + index(digits, substr(pair, 2, 1)) - 1
            c = n > 32 && n < 127 ? sprintf("%c", n) : ""
          }
          out = out (c ~ keep ? c : sprintf("%%%02X", n))
          key = key sprintf("%02X", n)
        }
        print (is_pair ? key " " out : out)
      }'
  }
  path=$(printf '%s\n' "$path" | encoded '^[-A-Za-z0-9._~/]$')
  query=$(printf '%s\n' "$query" | tr '&' '\n' | grep . | sed '/=/!s/$/=/' |
    encoded '^[-A-Za-z0-9._~]$' pair | LC_ALL=C sort | sed 's/.* //' | paste -s -d '&' -)

  key=$ASSETPROOF_SECRET_KEY
  if [ "$how" = secret ]; then key="not-$key"; fi
  digest=$(printf '%s\n%s/\n%s\n%s\n\n%s\n%s' "$method" "${path%/}" "$query" "$headers" "$names" \
    "$digest" | sha256)
  signature=$(printf 'SDK-HMAC-SHA256\n%s\n%s' "$date" "$digest" | sha256 -hmac "$key")
  if [ "$how" = signature ]; then
    case $signature in *0) signature=${signature%?}1 ;; *) signature=${signature%?}0 ;; esac
  fi
  if [ "$how" = shortened ]; then signature=${signature%?}; fi
  access="Access=$ASSETPROOF_ACCESS_KEY, SignedHeaders=$names, Signature=$signature"
  set -- "$@" -H "Authorization: SDK-HMAC-SHA256 $access"
  if [ -z "$input" ]; then "$@"; else "$@" < "$input" && rm -f "$input"; fi
)
